from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.connectors.fields import Document
from aura.connectors.google_ads.normalise import account_of, ad_day
from aura.connectors.google_ads.queries import CLIENT_FIELDS, FIELDS, METRICS, days
from aura.connectors.http import parse_json
from aura.errors import BadDataError
from aura.model import Account, AdDay, DayRange, Level
from connectors.google_ads.rows import NUMBER, client, row
from requirements import require

ACCOUNT = Account(NUMBER, "Aurora", "USD", "America/Los_Angeles")
SHARED = Path(__file__).parents[3].parent / "shared" / "fixtures"


def read(fields: dict[str, Any], account: Account = ACCOUNT) -> AdDay:
    level: Level = "campaign" if "campaign" in fields else "account"
    return ad_day(Document(fields, "row"), level=level, account=account)


def recorded(name: str) -> Path:
    path = SHARED / name
    require(f"recorded data ({name})", path.exists())
    return path


def test_a_row_of_a_campaign_is_a_day() -> None:
    day = read(
        row(
            "2026-11-01",
            campaign="9935249409",
            costMicros="20836690",
            impressions="6319",
            clicks="51",
            conversions=Decimal("12.795535"),
            conversionsValue=Decimal("1043.25"),
            conversionsByConversionDate=11,
            conversionsValueByConversionDate=Decimal("900.5"),
        )
    )
    assert day == AdDay(
        level="campaign",
        external_id="9935249409",
        date=date(2026, 11, 1),
        currency="USD",
        name="Campaign 9935249409",
        status="paused",
        ad_spend=Decimal("20.836690"),
        impressions=6319,
        clicks=51,
        conversions=Decimal("12.795535"),
        conversion_value=Decimal("1043.25"),
        conversions_by_conversion_date=Decimal(11),
        conversion_value_by_conversion_date=Decimal("900.5"),
    )


def test_what_is_left_out_is_zero() -> None:
    fields = row("2026-11-01")
    del fields["metrics"]
    day = read(fields)
    assert (day.ad_spend, day.impressions, day.clicks, day.conversions) == (0, 0, 0, 0)
    assert (day.level, day.external_id, day.name) == ("account", NUMBER, "Aurora")
    assert day.conversions_by_conversion_date == 0


@given(st.integers(0, 2**63 - 1))
def test_micros_become_money_without_rounding(micros: int) -> None:
    day = read(row("2026-11-01", costMicros=str(micros)))
    assert day.ad_spend * 1_000_000 == micros


@given(st.decimals(0, 10**9, places=9))
def test_fractions_of_conversions_are_kept_digit_by_digit(conversions: Decimal) -> None:
    text = json.dumps(row("2026-11-01")).replace(
        '"metrics": {}', f'"metrics": {{"conversions": {conversions:f}}}'
    )
    assert read(parse_json(text.encode())).conversions == conversions


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("customer",), None),
        (("customer", "id"), "9999999999"),
        (("customer", "id"), None),
        (("customer", "currencyCode"), "EUR"),
        (("customer", "currencyCode"), None),
        (("campaign",), None),
        (("campaign", "id"), None),
        (("campaign", "id"), "x"),
        (("segments",), None),
        (("segments", "date"), None),
        (("segments", "date"), "20 Nov"),
        (("metrics",), []),
        (("metrics", "costMicros"), "1.5"),
        (("metrics", "costMicros"), "1e6"),
        (("metrics", "clicks"), Decimal("1.0")),
        (("metrics", "clicks"), True),
        (("metrics", "conversions"), "NaN"),
        (("metrics", "conversions"), {}),
    ],
)
def test_a_field_that_is_missing_or_wrong_is_never_passed_over(
    path: tuple[str, ...], wrong: Any
) -> None:
    fields = row("2026-11-01", campaign="1")
    place = fields
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    with pytest.raises(BadDataError, match="row"):
        ad_day(Document(fields, "row"), level="campaign", account=ACCOUNT)


def test_customers_say_how_they_are_reached() -> None:
    own = account_of(Document(client("1", manager=True), "row"), root="1")
    assert (own.is_manager, own.login_external_id, own.status) == (True, None, "active")
    below = account_of(Document(client("2", status="SUSPENDED"), "row"), root="1")
    assert (below.is_manager, below.login_external_id, below.status) == (False, "1", "suspended")
    bare = account_of(Document({"customerClient": {"id": "3"}}, "row"), root="1")
    assert (bare.name, bare.currency, bare.status) == ("3", None, "unspecified")


@pytest.mark.parametrize("kind", ["account", "campaign"])
def test_recorded_days_of_a_real_account_add_up(kind: str) -> None:
    lines = recorded(f"google_ads/fivetran_{kind}_stats.jsonl").read_bytes().splitlines()
    rows = [parse_json(line) for line in lines]
    read_days = [
        read(
            row(
                fields["date"],
                campaign=fields.get("id"),
                costMicros=fields["cost_micros"],
                impressions=fields["impressions"],
                clicks=fields["clicks"],
                conversions=Decimal(fields["conversions"]),
            ),
            Account(NUMBER, "recorded", "USD", None),
        )
        for fields in rows
    ]
    micros = sum(int(fields["cost_micros"]) for fields in rows)
    assert sum(day.ad_spend for day in read_days) * 1_000_000 == micros
    assert sum(day.conversions for day in read_days) == sum(
        Decimal(fields["conversions"]) for fields in rows
    )


def test_every_query_asks_for_fields_that_go_together() -> None:
    published = json.loads(recorded("contracts/google_ads_v23_field_compat.json").read_bytes())
    for resource, level in (("Customer", "account"), ("Campaign", "campaign")):
        allowed = {name for names in published[resource].values() for name in names}
        assert set(FIELDS[level]) <= allowed
    assert set(CLIENT_FIELDS) <= {
        name for names in published["CustomerClient"].values() for name in names
    }


def test_a_query_names_its_days() -> None:
    query = days("account", DayRange(date(2026, 11, 1), date(2026, 11, 22)))
    assert query.endswith("FROM customer WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-22'")
    assert all(name in query for name in METRICS)
