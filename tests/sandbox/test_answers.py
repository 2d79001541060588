"""What the endpoints answer is the truth, at the moment and in the end, for every platform."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox_calls import Google, Meta, google, meta, shopify
from sandbox_fixture import ANCHOR, RunningSandbox

SALES = """id processedAt test agreements(first: 5) { nodes { happenedAt reason sales(first: 12) {
  nodes { actionType lineType
    totalAmount { shopMoney { amount } } totalTaxAmount { shopMoney { amount } }
    totalDiscountAmountBeforeTaxes { shopMoney { amount } } } } } }"""
METRICS = (
    "metrics.cost_micros, metrics.impressions, metrics.clicks, metrics.conversions, "
    "metrics.conversions_value, metrics.conversions_by_conversion_date"
)
INSIGHTS = {
    "time_increment": "1",
    "limit": "37",
    "fields": "spend,impressions,clicks,inline_link_clicks,actions,action_values,campaign_id",
}
MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = MORNING + timedelta(days=120)
FIRST, LAST = ANCHOR - timedelta(days=75), ANCHOR
BOTH = pytest.mark.parametrize("sandbox", ["plain", "edges"], indirect=True)
THEN = pytest.mark.parametrize("moment", [MORNING, LATER], ids=["that-morning", "months-later"])


def amount(sale: Any, key: str) -> Decimal:
    return Decimal(sale[key]["shopMoney"]["amount"])


def book(day: dict[str, Decimal], sale: Any) -> None:
    total, tax = amount(sale, "totalAmount"), amount(sale, "totalTaxAmount")
    if sale["lineType"] == "GIFT_CARD":
        return
    day["revenue"] += total
    day["taxes"] += tax
    if sale["lineType"] == "SHIPPING":
        day["shipping"] += total - tax
    elif sale["lineType"] == "DUTY":
        day["duties"] += total - tax
    elif sale["actionType"] == "RETURN":
        day["returns"] -= total - tax
    else:
        discount = amount(sale, "totalDiscountAmountBeforeTaxes")
        day["gross_sales"] += total - tax + discount
        day["discounts"] += discount


@BOTH
@THEN
def test_orders_add_up_to_the_truth(sandbox: RunningSandbox, moment: datetime) -> None:
    sandbox.clock(moment)
    shop = shopify(sandbox)
    zone = ZoneInfo(shop.data("{ shop { ianaTimezone } }")["shop"]["ianaTimezone"])

    def day_of(text: str) -> date:
        return datetime.fromisoformat(text).astimezone(zone).date()

    days: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    search = f"processed_at:>='{FIRST - timedelta(days=60)}' processed_at:<'{LAST + timedelta(3)}'"
    for order in shop.orders(SALES, search, first=230):
        if order["test"]:
            continue
        sold_on = day_of(order["processedAt"])
        days[sold_on]["orders"] += 1
        for agreement in order["agreements"]["nodes"]:
            own = agreement["reason"] == "ORDER"
            day = sold_on if own else day_of(agreement["happenedAt"])
            for sale in agreement["sales"]["nodes"]:
                book(days[day], sale)
    truth = sandbox.truth(FIRST, LAST, as_of=moment)["shopify"]
    assert len(truth) == 76
    for text, figures in truth.items():
        found = days[date.fromisoformat(text)]
        for name, value in figures.items():
            if name != "new_customers":
                assert found[name] == Decimal(str(value)), (text, name)


def meta_days(mine: Meta, account: str, level: str) -> dict[tuple[str, str], dict[str, Decimal]]:
    span = f'{{"since":"{FIRST}","until":"{LAST}"}}'
    path = f"act_{account}/insights"
    found = {}
    for row in mine.rows(path, level=level, time_range=span, **INSIGHTS):
        counts = {one["action_type"]: one.get("value", "0") for one in row.get("actions", [])}
        values = {one["action_type"]: one.get("value", "0") for one in row.get("action_values", [])}
        found[row.get("campaign_id", ""), row["date_start"]] = {
            "ad_spend": Decimal(row["spend"]),
            "impressions": Decimal(row["impressions"]),
            "clicks": Decimal(row.get("inline_link_clicks", "0")),
            "all_clicks": Decimal(row["clicks"]),
            "conversions": Decimal(counts.get("omni_purchase", "0")),
            "conversion_value": Decimal(values.get("omni_purchase", "0")),
        }
    return found


def google_days(
    mine: Google, account: str, level: str, login: str | None
) -> dict[tuple[str, str], dict[str, Decimal]]:
    resource = {"account": "customer", "campaign": "campaign"}[level]
    identity = ", campaign.id" if level == "campaign" else ""
    query = (
        f"SELECT customer.id, segments.date, {METRICS}{identity} FROM {resource} "
        f"WHERE segments.date BETWEEN '{FIRST}' AND '{LAST}'"
    )
    found = {}
    for row in mine.rows(account, query, login=login):
        metrics = row["metrics"]
        found[row.get("campaign", {}).get("id", ""), row["segments"]["date"]] = {
            "ad_spend": Decimal(metrics.get("costMicros", "0")) / 1_000_000,
            "impressions": Decimal(metrics.get("impressions", "0")),
            "clicks": Decimal(metrics.get("clicks", "0")),
            "conversions": Decimal(str(metrics.get("conversions", 0))),
            "conversion_value": Decimal(str(metrics.get("conversionsValue", 0))),
            "conversions_by_conversion_date": Decimal(
                str(metrics.get("conversionsByConversionDate", 0))
            ),
        }
    return found


def true_days(account: Any, level: str) -> dict[tuple[str, str], Any]:
    if level == "account":
        return {("", day): figures for day, figures in account["account"].items()}
    return {
        (campaign, day): figures
        for campaign, one in account["campaigns"].items()
        for day, figures in one["days"].items()
    }


def compare(found: dict[Any, dict[str, Decimal]], true: dict[Any, Any]) -> None:
    assert found.keys() == true.keys()
    for key, figures in found.items():
        for name, value in figures.items():
            assert value == Decimal(str(true[key][name])), (key, name)


@BOTH
@THEN
@pytest.mark.parametrize("level", ["account", "campaign"])
def test_insights_are_the_truth(sandbox: RunningSandbox, moment: datetime, level: str) -> None:
    sandbox.clock(moment)
    mine = meta(sandbox)
    for number, account in sandbox.truth(FIRST, LAST, as_of=moment)["meta"]["accounts"].items():
        compare(meta_days(mine, number, level), true_days(account, level))


@BOTH
@THEN
@pytest.mark.parametrize("level", ["account", "campaign"])
def test_google_reports_are_the_truth(
    sandbox: RunningSandbox, moment: datetime, level: str
) -> None:
    sandbox.clock(moment)
    mine = google(sandbox)
    truth = sandbox.truth(FIRST, LAST, as_of=moment)["google_ads"]["accounts"]
    manager = "5500000001" if "5500000001" in truth else None
    for number, account in truth.items():
        if number in {manager, "5500000004"}:
            continue
        login = None if number in {"1234567890", "5500000003"} else manager
        compare(google_days(mine, number, level, login), true_days(account, level))


@BOTH
def test_months_later_the_truth_is_final(sandbox: RunningSandbox) -> None:
    assert sandbox.truth(FIRST, LAST, as_of=LATER) == sandbox.truth(FIRST, LAST)


def test_a_new_customer_is_a_person_not_a_spelling(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox("plain", now=MORNING)
    shop = shopify(sandbox)
    seen: set[str] = set()
    guests = 0
    new: dict[str, int] = defaultdict(int)
    zone = ZoneInfo("America/New_York")
    fields = "processedAt test email displayFinancialStatus customer { id email }"
    for order in shop.orders(fields):
        email = (order["email"] or "").lower()
        guests += order["customer"] is None
        if order["test"] or not email or order["displayFinancialStatus"] == "VOIDED":
            continue
        if order["customer"]:
            assert order["customer"]["email"] == email
        if email not in seen:
            seen.add(email)
            day = datetime.fromisoformat(order["processedAt"]).astimezone(zone).date()
            new[day.isoformat()] += 1
    truth = sandbox.truth(FIRST, LAST, as_of=MORNING)["shopify"]
    assert guests > 20
    assert {day: figures["new_customers"] for day, figures in truth.items()} == {
        day: new[day] for day in truth
    }
