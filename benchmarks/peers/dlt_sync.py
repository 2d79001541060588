"""The same brand read by dlt, as its documentation shows: three resources, merged by key.

Runs in dlt's own environment (requirements/peers-dlt.txt). Orders are found by `updatedAt`; the
same agreements and sales are read as Aura reads, so that a day's revenue can be added up. Ad days
are incremental by their date with a lag in days, from the job: 7 for Meta as in dlt's verified
source `facebook_ads`, none for Google Ads, of which the verified source reads no metrics. The job
is JSON on standard input; the last line is JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import dlt
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

ORDERS = """
query Orders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      id
      processedAt
      updatedAt
      test
      currencyCode
      email
      customer { id }
      agreements(first: 10) {
        nodes {
          id
          happenedAt
          reason
          sales(first: 20) {
            nodes {
              id
              actionType
              lineType
              totalAmount { shopMoney { amount currencyCode } }
              totalTaxAmount { shopMoney { amount currencyCode } }
              totalDiscountAmountBeforeTaxes { shopMoney { amount currencyCode } }
            }
          }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
GAQL = (
    "SELECT campaign.id, campaign.name, segments.date, metrics.cost_micros, metrics.impressions, "
    "metrics.clicks, metrics.conversions, metrics.conversions_value FROM campaign "
    "WHERE segments.date BETWEEN '{}' AND '{}'"
)
FIELDS = (
    "campaign_id,campaign_name,date_start,date_stop,spend,impressions,inline_link_clicks,"
    "actions,action_values"
)
DAYS_AT_ONCE = 90


def _shop(job: dict[str, Any]) -> Any:
    @dlt.resource(name="orders", primary_key="id", write_disposition="merge")
    def orders(
        updated_at: Any = dlt.sources.incremental("updatedAt", initial_value=job["since"]),
    ) -> Iterator[list[Any]]:
        client = RESTClient(
            job["shopify"]["url"], headers={"X-Shopify-Access-Token": job["shopify"]["token"]}
        )
        variables = {
            "first": job["page"],
            "after": None,
            "query": f"updated_at:>='{updated_at.start_value}'",
        }
        while True:
            body = {"query": ORDERS, "variables": variables}
            answer = client.post("graphql.json", json=body).json()
            page = answer["data"]["orders"]
            yield page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            variables["after"] = page["pageInfo"]["endCursor"]

    return orders


def _stretches(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, first + timedelta(days=DAYS_AT_ONCE - 1))
        yield first, end
        first = end + timedelta(days=1)


def _meta(job: dict[str, Any]) -> Any:
    @dlt.resource(
        name="meta_days", primary_key=("campaign_id", "date_start"), write_disposition="merge"
    )
    def days(
        date_start: Any = dlt.sources.incremental(
            "date_start", initial_value=job["first"], lag=job["lag"]["meta"]
        ),
    ) -> Iterator[list[Any]]:
        client = RESTClient(
            job["meta"]["url"],
            paginator=JSONLinkPaginator(next_url_path="paging.next"),
            data_selector="data",
        )
        begin = date.fromisoformat(date_start.start_value)
        for first, last in _stretches(begin, date.fromisoformat(job["today"])):
            params = {
                "level": "campaign",
                "time_increment": "1",
                "time_range": json.dumps({"since": str(first), "until": str(last)}),
                "action_attribution_windows": '["7d_click","1d_view"]',
                "fields": FIELDS,
                "limit": "500",
                "access_token": job["meta"]["token"],
                "appsecret_proof": job["meta"]["proof"],
            }
            yield from client.paginate(f"act_{job['meta']['account']}/insights", params=params)

    return days


def _google(job: dict[str, Any]) -> Any:
    @dlt.resource(
        name="google_days", primary_key=("campaign_id", "date"), write_disposition="merge"
    )
    def days(
        day: Any = dlt.sources.incremental(
            "date", initial_value=job["first"], lag=job["lag"]["google_ads"]
        ),
    ) -> Iterator[list[Any]]:
        client = RESTClient(job["google"]["url"], auth=BearerTokenAuth(job["google"]["token"]))
        query = GAQL.format(day.start_value, job["today"])
        path = f"customers/{job['google']['customer']}/googleAds:searchStream"
        for batch in client.post(path, json={"query": query}).json():
            yield [
                {
                    "campaign_id": row["campaign"]["id"],
                    "campaign_name": row["campaign"]["name"],
                    "date": row["segments"]["date"],
                    **row["metrics"],
                }
                for row in batch.get("results", [])
            ]

    return days


def main() -> None:
    job = json.load(sys.stdin)
    pipeline = dlt.pipeline(
        job["dataset"],
        pipelines_dir=job["folder"],
        destination=dlt.destinations.postgres(credentials=job["database"]),
        dataset_name=job["dataset"],
    )
    made = {"shopify": _shop, "meta": _meta, "google_ads": _google}
    pipeline.run([made[platform](job) for platform in job["platforms"]])
    counts = pipeline.last_trace.last_normalize_info.row_counts
    names = ("orders", "meta_days", "google_days")
    print(json.dumps({"rows_read": sum(counts.get(name, 0) for name in names)}))


if __name__ == "__main__":
    main()
