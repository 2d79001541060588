"""The two ad APIs: shapes, pages, reports, access, and the words they refuse with."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox_calls import Google, Meta, google, meta
from sandbox_fixture import RunningSandbox

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SPAN = json.dumps({"since": "2026-10-01", "until": "2026-11-19"})
PLAIN_META = "act_2093847561120/insights"
PLAIN_GOOGLE = "1234567890"
MANAGER, CLIENT, DIRECT, CANCELLED, EMPTY = (f"550000000{n}" for n in (1, 2, 3, 4, 5))
EDGES = pytest.mark.parametrize("sandbox", ["edges"], indirect=True)


@pytest.fixture
def mine(sandbox: RunningSandbox) -> Meta:
    sandbox.clock(NOON)
    return meta(sandbox)


@pytest.fixture
def ads(sandbox: RunningSandbox) -> Google:
    sandbox.clock(NOON)
    return google(sandbox)


def graph_error(answer: httpx.Response) -> dict[str, Any]:
    error = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= error.keys()
    return error


def ads_error(answer: httpx.Response) -> dict[str, str]:
    body = answer.json()
    error = body[0]["error"] if isinstance(body, list) else body["error"]
    assert error["code"] == answer.status_code
    return error["details"][0]["errors"][0]["errorCode"]


def test_every_number_is_a_string_and_a_purchase_has_many_names(mine: Meta) -> None:
    windows = json.dumps(["1d_click", "7d_click", "28d_click", "1d_view", "7d_view"])
    rows = mine.rows(
        PLAIN_META,
        fields="spend,impressions,clicks,actions,action_values,purchase_roas",
        time_increment="1",
        time_range=SPAN,
        action_attribution_windows=windows,
    )
    assert all(isinstance(row[name], str) for row in rows for name in ("spend", "impressions"))
    seen: set[str] = set()
    for row in rows:
        purchases = [one for one in row.get("actions", []) if "purchase" in one["action_type"]]
        assert len({json.dumps({**one, "action_type": ""}) for one in purchases}) <= 1
        for one in purchases:
            seen |= one.keys()
            assert all(isinstance(value, str) for value in one.values())
            assert "0" not in one.values()
    names = {one["action_type"] for row in rows for one in row.get("actions", [])}
    assert {"purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase"} <= names
    assert {"1d_click", "7d_click", "28d_click", "1d_view"} <= seen
    assert "7d_view" not in seen


def test_pages_by_cursor_end_with_cursors_and_no_next(mine: Meta) -> None:
    question = {"level": "campaign", "time_increment": "1", "time_range": SPAN, "fields": "spend"}
    all_rows = mine.rows(PLAIN_META, limit="500", **question)
    assert mine.rows(PLAIN_META, limit="7", **question) == all_rows
    last = mine.call("GET", PLAIN_META, limit="500", **question).json()
    assert last["paging"].keys() == {"cursors"}
    empty = json.dumps({"since": "2027-01-01", "until": "2027-01-02"})
    assert mine.call("GET", PLAIN_META, **{**question, "time_range": empty}).json() == {"data": []}


def test_a_report_is_made_in_its_own_time(mine: Meta) -> None:
    question = {"level": "campaign", "time_increment": "1", "time_range": SPAN, "fields": "spend"}
    run = mine.call("POST", PLAIN_META, **question).json()["report_run_id"]
    fields = "async_status,async_percent_completion"
    first = mine.call("GET", run, fields=fields).json()
    assert (first["async_status"], first["async_percent_completion"]) == ("Job Running", 40)
    assert mine.call("GET", f"{run}/insights").status_code == 400
    second = mine.call("GET", f"{run}/", fields=fields).json()
    assert (second["async_status"], second["async_percent_completion"]) == ("Job Completed", 100)
    assert mine.rows(f"{run}/insights", limit="20") == mine.rows(PLAIN_META, **question)


def test_usage_headers_come_with_every_answer(mine: Meta) -> None:
    answer = mine.call("GET", PLAIN_META, time_range=SPAN)
    usage = json.loads(answer.headers["x-business-use-case-usage"])["2093847561120"][0]
    assert usage["type"] == "ads_insights"
    assert "acc_id_util_pct" in answer.headers["x-fb-ads-insights-throttle"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"fields": "spend,profit"}, 100),
        ({"level": "galaxy"}, 100),
        ({"time_range": "yesterday"}, 100),
        ({"time_range": '{"since":"2026-11-02","until":"2026-11-01"}'}, 100),
        ({"time_range": '{"since":"2020-01-01","until":"2026-11-01"}'}, 3018),
        ({"action_attribution_windows": '["90d_click"]'}, 100),
        ({"access_token": "EAAnonsense"}, 190),
    ],
)
def test_meta_refuses_by_code(mine: Meta, parameters: dict[str, str], code: int) -> None:
    answer = mine.call("GET", PLAIN_META, **parameters)
    assert answer.status_code == 400
    assert graph_error(answer)["code"] == code


def test_meta_does_not_show_what_is_not_there(mine: Meta) -> None:
    error = graph_error(mine.call("GET", "act_999/insights"))
    assert (error["code"], error["error_subcode"]) == (100, 33)
    old = httpx.get(f"{mine.sandbox.url}/meta/v19.0/me", params={"access_token": mine.token})
    assert graph_error(old)["code"] == 2635


@EDGES
def test_ad_accounts_of_every_kind_are_listed(mine: Meta) -> None:
    fields = "account_id,name,currency,timezone_name,account_status"
    rows = mine.rows("me/adaccounts", fields=fields, limit="3")
    assert [row["account_status"] for row in rows] == [1, 1, 2, 1]
    assert {row["currency"] for row in rows} == {"EUR", "USD", "JPY"}
    assert mine.rows("act_3300000000004/insights", time_range=SPAN, time_increment="1") == []
    names = {row["name"] for row in mine.rows("act_3300000000001/campaigns", fields="name")}
    assert any("<script>" in name for name in names)


def test_googles_json_follows_its_rules(ads: Google) -> None:
    query = (
        "SELECT customer.id, campaign.id, campaign.name, segments.date, metrics.cost_micros, "
        "metrics.clicks, metrics.conversions FROM campaign "
        "WHERE segments.date BETWEEN '2026-10-01' AND '2026-11-19'"
    )
    answer = ads.ask(PLAIN_GOOGLE, query)
    batches = answer.json()
    assert isinstance(batches, list)
    assert batches[0]["fieldMask"].startswith("customer.id,campaign.id,campaign.name,segments.date")
    rows = batches[0]["results"]
    assert all(isinstance(row["metrics"]["costMicros"], str) for row in rows)
    numbers = [row["metrics"]["conversions"] for row in rows if "conversions" in row["metrics"]]
    assert all(isinstance(number, float) for number in numbers)
    assert any(number != int(number) for number in numbers)
    assert len(numbers) < len(rows)  # zero is left out
    first = rows[0]
    assert first["campaign"]["resourceName"] == (
        f"customers/{PLAIN_GOOGLE}/campaigns/{first['campaign']['id']}"
    )


def test_gaql_orders_limits_and_filters(ads: Google) -> None:
    base = "SELECT campaign.id, segments.date, metrics.clicks FROM campaign WHERE segments.date "
    newest = ads.rows(PLAIN_GOOGLE, base + "DURING LAST_7_DAYS ORDER BY segments.date DESC LIMIT 3")
    assert newest[0]["segments"]["date"] == "2026-11-19"
    assert len(newest) == 3
    one = ads.rows(
        PLAIN_GOOGLE,
        base + ">= '2026-11-01' AND segments.date < '2026-11-04' AND campaign.id = 30000000002",
    )
    assert {row["campaign"]["id"] for row in one} == {"30000000002"}
    assert [row["segments"]["date"] for row in one] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    total = ads.rows(
        PLAIN_GOOGLE,
        "SELECT metrics.clicks FROM customer "
        "WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-03'",
    )
    assert len(total) == 1
    assert ads.ask(PLAIN_GOOGLE, base + "= '2026-11-01'", method="search").json()["results"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT metrics.profit FROM customer", {"queryError": "UNRECOGNIZED_FIELD"}),
        ("SELECT customer.id FROM planets", {"queryError": "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"}),
        ("customer.id please", {"queryError": "UNEXPECTED_INPUT"}),
        (
            "SELECT segments.date, metrics.clicks FROM customer",
            {"queryError": "EXPECTED_FILTERS_ON_DATE_RANGE"},
        ),
        (
            "SELECT customer_client.id, metrics.clicks FROM customer_client",
            {"queryError": "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE"},
        ),
        (
            "SELECT metrics.clicks FROM customer WHERE segments.date = 'soon'",
            {"queryError": "BAD_VALUE"},
        ),
    ],
)
def test_google_refuses_by_code(ads: Google, query: str, code: dict[str, str]) -> None:
    answer = ads.ask(PLAIN_GOOGLE, query)
    assert isinstance(answer.json(), list)
    assert ads_error(answer) == code
    assert isinstance(ads.ask(PLAIN_GOOGLE, query, method="search").json(), dict)


@EDGES
def test_a_manager_is_the_way_to_its_clients_and_has_no_metrics(ads: Google) -> None:
    listed = httpx.get(
        f"{ads.sandbox.url}/google/v26/customers:listAccessibleCustomers",
        headers={"Authorization": f"Bearer {ads.token}"},
    ).json()
    assert listed == {"resourceNames": [f"customers/{MANAGER}", f"customers/{DIRECT}"]}
    clients = ads.rows(
        MANAGER,
        "SELECT customer_client.id, customer_client.level, customer_client.manager, "
        "customer_client.status FROM customer_client",
        login=MANAGER,
    )
    assert [row["customerClient"]["id"] for row in clients] == [MANAGER, CLIENT, CANCELLED, EMPTY]
    assert clients[2]["customerClient"]["status"] == "CANCELED"
    query = "SELECT metrics.clicks FROM customer WHERE segments.date DURING LAST_7_DAYS"
    assert ads_error(ads.ask(MANAGER, query)) == {"queryError": "REQUESTED_METRICS_FOR_MANAGER"}
    assert ads_error(ads.ask(CLIENT, query)) == {"authorizationError": "USER_PERMISSION_DENIED"}
    assert ads.ask(CLIENT, query, login=MANAGER).is_success
    cancelled = ads.ask(CANCELLED, query, login=MANAGER)
    assert (cancelled.status_code, ads_error(cancelled)) == (
        403,
        {"authorizationError": "CUSTOMER_NOT_ENABLED"},
    )
    by_day = query.replace("SELECT ", "SELECT segments.date, ")
    empty = ads.ask(EMPTY, by_day, login=MANAGER).json()
    assert len(empty) == 1
    assert "results" not in empty[0]
