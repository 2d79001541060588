"""What Aura and its peers have stored, as rows to be judged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from peers.rows import ADS, SHOP, Rows

AURA = """
select e.platform, e.level, e.external_id, d.*
from aura.entity_days as d inner join aura.entities as e on e.id = d.entity_id
where e.platform = 'shopify' or e.level = 'campaign'
"""
# gift cards are no sales; a day is that of the order, or that on which something happened to it
DLT_REVENUE = """
select a.reason, o.processed_at::text as sold, a.happened_at::text as happened, o.id as order_id,
    sum(s.total_amount__shop_money__amount::numeric) as total
from {0}.orders as o
inner join {0}.orders__agreements__nodes as a on a._dlt_parent_id = o._dlt_id
inner join {0}.orders__agreements__nodes__sales__nodes as s on s._dlt_parent_id = a._dlt_id
where not o.test and s.line_type not in ('GIFT_CARD', 'TIP')
group by 1, 2, 3, 4
"""
DLT_ORDERS = "select processed_at::text as sold from {0}.orders where not test"
# joined, not looked up for each day: the tables have no index that would help
DLT_META = """
select d.campaign_id, d.date_start::text as day, d.spend, d.impressions, d.inline_link_clicks,
    a.value as conversions, v.value as value
from {0}.meta_days as d
left join {0}.meta_days__actions as a
    on a._dlt_parent_id = d._dlt_id and a.action_type = 'omni_purchase'
left join {0}.meta_days__action_values as v
    on v._dlt_parent_id = d._dlt_id and v.action_type = 'omni_purchase'
"""
DLT_GOOGLE = """
select campaign_id, date::text as day, cost_micros, impressions, clicks, conversions,
    conversions_value
from {0}.google_days
"""


def _asked(url: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def of_aura(url: str) -> Rows:
    """The days that Aura's pages and reports stand on."""
    found: Rows = {}
    for row in _asked(url, AURA):
        names, name = (SHOP, "shop") if row["platform"] == "shopify" else (ADS, row["external_id"])
        found[row["platform"], name, row["date"].isoformat()] = {one: row[one] for one in names}
    return found


def of_dlt(url: str, dataset: str, timezone: str, platforms: Iterable[str]) -> Rows:
    """What dlt merged, added up as its user would."""
    # without statistics the sums below stand still: whole tables are compared line by line
    with psycopg.connect(url) as connection:
        connection.execute("analyze")
    found: Rows = {}
    if "shopify" in platforms:
        found |= _dlt_shop(url, dataset, timezone)
    for row in _asked(url, DLT_META.format(dataset)):
        found["meta", row["campaign_id"], row["day"][:10]] = _figures(
            row["spend"],
            row["impressions"],
            row["inline_link_clicks"],
            row["conversions"],
            row["value"],
        )
    for row in _asked(url, DLT_GOOGLE.format(dataset)):
        found["google_ads", row["campaign_id"], row["day"][:10]] = _figures(
            Decimal(row["cost_micros"] or 0) / 1_000_000,
            row["impressions"],
            row["clicks"],
            row["conversions"],
            row["conversions_value"],
        )
    return found


def _dlt_shop(url: str, dataset: str, timezone: str) -> Rows:
    zone, found = ZoneInfo(timezone), {}

    def on(text: str) -> dict[str, Decimal]:
        day = datetime.fromisoformat(text).astimezone(zone).date().isoformat()
        return found.setdefault(("shopify", "shop", day), dict.fromkeys(SHOP, Decimal(0)))

    for row in _asked(url, DLT_ORDERS.format(dataset)):
        on(row["sold"])["orders"] += 1
    for row in _asked(url, DLT_REVENUE.format(dataset)):
        on(row["sold"] if row["reason"] == "ORDER" else row["happened"])["revenue"] += row["total"]
    return found


def of_airbyte(records: Path) -> Rows:
    """The last record of each key: what a destination that removes duplicates would hold."""
    found: Rows = {}
    with records.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            purchases = [_purchases(row.get(name)) for name in ("actions", "action_values")]
            found["meta", row["campaign_id"], row["date_start"]] = _figures(
                row.get("spend"), row.get("impressions"), row.get("inline_link_clicks"), *purchases
            )
    return found


def _purchases(actions: list[dict[str, Any]] | None) -> Any:
    return next(
        (one.get("value") for one in actions or () if one["action_type"] == "omni_purchase"), 0
    )


def _figures(*values: Any) -> dict[str, Decimal]:
    return {name: Decimal(str(value or 0)) for name, value in zip(ADS, values, strict=True)}
