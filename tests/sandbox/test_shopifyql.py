"""ShopifyQL of the sandbox: the world's truth by another way, and Shopify's refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox_calls import SCOPES, shopify
from sandbox_fixture import running_sandbox

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
REPORT = (
    "query($query: String!) { shopifyqlQuery(query: $query) "
    "{ parseErrors tableData { columns { name dataType } rows } } }"
)
FIRST, LAST = date(2026, 10, 12), date(2026, 11, 20)
SHOWN = "gross_sales, discounts, sales_reversals, net_sales, shipping_charges, taxes, duties"
QUESTION = f"FROM sales SHOW {SHOWN}, total_sales, orders TIMESERIES day SINCE {FIRST} UNTIL {LAST}"


@pytest.fixture(scope="module")
def world():
    with running_sandbox("edges", now=NOW) as sandbox:
        yield sandbox


@pytest.fixture
def shop(world):
    yield shopify(world, scope=f"{SCOPES},read_reports")
    world.clear_faults()


def ask(shop, question):
    return shop.data(REPORT, {"query": question})["shopifyqlQuery"]


def rows(shop, question=QUESTION):
    answer = ask(shop, question)
    assert answer["parseErrors"] == []
    return answer["tableData"]["rows"]


def test_every_day_is_the_truth_with_shopifys_signs(shop, world) -> None:
    truth = world.truth(FIRST, LAST, as_of=NOW)["shopify"]
    found = rows(shop)
    assert [row["day"] for row in found] == list(truth)
    assert date(2026, 10, 25).isoformat() in truth, "the day on which the clocks went back"
    for row in found:
        day = {name: Decimal(str(value)) for name, value in truth[row["day"]].items()}
        assert Decimal(row["total_sales"]) == day["revenue"]
        assert Decimal(row["discounts"]) == -day["discounts"] <= 0
        assert Decimal(row["sales_reversals"]) == -day["returns"]
        assert Decimal(row["orders"]) == day["orders"]
        parts = ("net_sales", "shipping_charges", "taxes", "duties")
        assert sum(Decimal(row[part]) for part in parts) == day["revenue"]
    assert any(Decimal(row["sales_reversals"]) for row in found)
    assert any(Decimal(row["duties"]) for row in found)


def test_without_timeseries_the_days_are_added_up(shop) -> None:
    (total,) = rows(shop, f"FROM sales SHOW total_sales SINCE {FIRST} UNTIL {LAST}")
    assert Decimal(total["total_sales"]) == sum(Decimal(row["total_sales"]) for row in rows(shop))


def test_days_are_named_as_shopify_names_them(shop) -> None:
    week = rows(shop, "FROM sales SHOW orders TIMESERIES day SINCE -6d UNTIL today")
    assert week == rows(shop, f"FROM sales SHOW orders TIMESERIES day SINCE {LAST - timedelta(6)}")
    down = "FROM sales SHOW orders TIMESERIES day SINCE -6d UNTIL today ORDER BY day DESC LIMIT 2"
    assert rows(shop, down) == week[:-3:-1]
    assert rows(shop, "FROM sales SHOW orders TIMESERIES day SINCE today UNTIL 2026-11-21")[1] == {
        "day": "2026-11-21",
        "orders": "0",
    }


def test_columns_say_what_they_hold(shop) -> None:
    columns = ask(shop, QUESTION)["tableData"]["columns"]
    kinds = {column["name"]: column["dataType"] for column in columns}
    assert (kinds["day"], kinds["orders"], kinds["taxes"]) == ("DAY_TIMESTAMP", "INTEGER", "MONEY")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "unexpected end"),
        ("SELECT 1", "mismatched input 'SELECT' expecting FROM"),
        ("FROM sessions SHOW sessions", "Table Not Found: 'sessions'"),
        ("FROM sales SHOW returns TIMESERIES day", "Column Not Found: 'returns'"),
        ("FROM sales SHOW orders TIMESERIES month", "mismatched input 'month' expecting DAY"),
        ("FROM sales SHOW orders SINCE '2026-11-01'", "unexpected input"),
        ("FROM sales SHOW orders SINCE 2026-13-01", "Invalid date '2026-13-01'"),
        ("FROM sales SHOW orders SINCE today UNTIL -3d", "UNTIL cannot be before SINCE"),
        ("FROM sales SHOW orders LIMIT 0", "Invalid limit '0'"),
        ("FROM sales SHOW orders GROUP BY day", "mismatched input 'GROUP'"),
    ],
)
def test_a_text_it_does_not_know_is_a_parse_error(shop, question, said) -> None:
    answer = ask(shop, question)
    assert answer["tableData"] is None
    assert said in answer["parseErrors"][0]


def test_without_the_scope_access_is_denied(world) -> None:
    body = shopify(world).run(REPORT, {"query": QUESTION}).json()
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert body["data"] == {"shopifyqlQuery": None}


def test_an_app_without_approval_is_denied_although_it_has_the_scope(shop, world) -> None:
    world.faults({"match": "/shopify", "kind": "report_denied", "times": 1})
    assert shop.data("{ shop { name } }")["shop"]["name"]
    body = shop.run(REPORT, {"query": QUESTION}).json()
    assert body["errors"][0]["extensions"]["requiredAccess"] == "`read_reports` access scope."
    assert rows(shop)


def test_a_late_report_lacks_what_happened_since(shop, world) -> None:
    before = rows(shop)
    world.faults({"match": "/shopify", "kind": "late_report", "times": 1, "seconds": 2 * 86_400})
    late = rows(shop)
    assert [row["day"] for row in late] == [row["day"] for row in before]
    assert late[:-3] == before[:-3]
    assert late[-1]["orders"] == "0" != before[-1]["orders"]
    assert rows(shop) == before
