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
from aura.connectors.http import parse_json
from aura.connectors.meta.insights import ATTRIBUTION, FIELDS, RUN_FIELDS
from aura.connectors.meta.normalise import PURCHASES, ad_account, ad_day
from aura.errors import BadDataError
from aura.model import Account, AdDay
from connectors.meta.rows import NUMBER, row
from requirements import require

ACCOUNT = Account(NUMBER, "Aurora", "USD", "America/New_York")
SHARED = Path(__file__).parents[3].parent / "shared" / "fixtures"


def read(fields: dict[str, Any], account: Account = ACCOUNT) -> AdDay:
    level = "campaign" if "campaign_id" in fields else "account"
    return ad_day(Document(fields, "row"), level=level, account=account)


def recorded(name: str) -> Path:
    path = SHARED / name
    require(f"recorded data ({name})", path.exists())
    return path


def test_a_row_of_an_account_is_a_day() -> None:
    day = read(row("2026-11-01", inline_link_clicks="10", clicks="31"))
    assert day == AdDay(
        level="account",
        external_id=NUMBER,
        date=date(2026, 11, 1),
        currency="USD",
        name="Aurora",
        ad_spend=Decimal("14.35"),
        impressions=2575,
        clicks=10,
        all_clicks=31,
    )


def test_a_row_of_a_campaign_carries_its_name() -> None:
    day = read(row("2026-11-01", campaign="9"))
    assert (day.level, day.external_id, day.name) == ("campaign", "9", "Campaign 9")
    assert (day.clicks, day.all_clicks) == (0, 0)


def actions(**values: str) -> list[dict[str, str]]:
    return [
        {"action_type": name.replace("__", "."), "value": value, "7d_click": value}
        for name, value in values.items()
    ]


def test_one_purchase_action_is_taken_with_the_value_of_the_same_name() -> None:
    day = read(
        row(
            "2026-11-01",
            actions=actions(
                link_click="90",
                purchase="3",
                omni_purchase="3",
                offsite_conversion__fb_pixel_purchase="2",
            ),
            action_values=actions(purchase="100.5", omni_purchase="120.75"),
        )
    )
    assert day.action_type == "omni_purchase"
    assert (day.conversions, day.conversion_value) == (Decimal(3), Decimal("120.75"))


@pytest.mark.parametrize("position", [0, 1, 2])
def test_purchases_are_taken_by_priority(position: int) -> None:
    present = [{"action_type": name, "value": "2"} for name in reversed(PURCHASES[position:])]
    day = read(row("2026-11-01", actions=present))
    assert (day.action_type, day.conversions) == (PURCHASES[position], Decimal(2))
    assert day.conversion_value == 0


def test_a_day_without_purchases_has_none_and_no_name() -> None:
    day = read(row("2026-11-01", actions=actions(link_click="9")))
    assert (day.action_type, day.conversions, day.conversion_value) == (None, 0, 0)


@given(
    st.dictionaries(
        st.sampled_from([*PURCHASES, "add_to_cart", "onsite_web_purchase"]),
        st.integers(0, 10_000),
    )
)
def test_conversions_are_never_more_than_the_largest_single_action(counts: dict[str, int]) -> None:
    found = [{"action_type": name, "value": str(count)} for name, count in counts.items()]
    day = read(row("2026-11-01", actions=found))
    purchases = [count for name, count in counts.items() if name in PURCHASES]
    assert day.conversions in {*purchases, 0}


@pytest.mark.parametrize(
    "changes",
    [
        {"date_stop": "2026-11-02"},
        {"date_start": None},
        {"date_start": "yesterday", "date_stop": "yesterday"},
        {"spend": None},
        {"spend": "a lot"},
        {"spend": ["14.35"]},
        {"impressions": None},
        {"impressions": "12.5"},
        {"clicks": "many"},
        {"account_id": "999"},
        {"account_id": None},
        {"account_currency": "EUR"},
        {"actions": {}},
        {"actions": [{"value": "1"}]},
        {"actions": [{"action_type": "purchase", "value": "x"}]},
        {"actions": actions(purchase="1") + actions(purchase="1")},
        {"campaign_id": ""},
    ],
)
def test_a_row_that_cannot_be_right_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadDataError):
        read({**row("2026-11-01"), **changes})


def test_a_currency_must_be_known_from_somewhere() -> None:
    unknown = Account(NUMBER, "Aurora", None, None)
    assert read(row("2026-11-01"), unknown).currency == "USD"
    with pytest.raises(BadDataError, match="currency"):
        read(row("2026-11-01", account_currency=None), unknown)


def test_an_account_has_its_status_in_words() -> None:
    fields = {
        "account_id": NUMBER,
        "name": "",
        "currency": "USD",
        "timezone_name": "America/New_York",
        "account_status": 2,
    }
    account = ad_account(Document(fields, "row"))
    assert (account.external_id, account.name, account.status) == (NUMBER, NUMBER, "disabled")
    strange = ad_account(Document({**fields, "account_status": 77}, "row"))
    assert strange.status == "status_77"


def test_recorded_ad_accounts_are_read() -> None:
    content = json.loads(recorded("meta/cassette_adaccounts.json").read_bytes())
    rows = content[0]["body"]["data"]
    accounts = [
        ad_account(Document({**fields, "timezone_name": "Europe/Berlin"}, "row")) for fields in rows
    ]
    assert [account.external_id for account in accounts] == [
        fields["account_id"] for fields in rows
    ]
    assert {account.status for account in accounts} <= {"active", "disabled", "closed"}


def test_recorded_days_of_a_real_account_add_up() -> None:
    lines = recorded("meta/fivetran_basic_ad.jsonl").read_bytes().splitlines()
    rows = [parse_json(line) for line in lines]
    account = Account(rows[0]["account_id"], "recorded", "USD", None)
    days = [
        read(
            {
                **fields,
                "date_start": fields["date"],
                "date_stop": fields["date"],
                "campaign_id": fields["ad_id"],
            },
            account,
        )
        for fields in rows
    ]
    assert sum(day.ad_spend for day in days) == sum(Decimal(fields["spend"]) for fields in rows)
    assert sum(day.clicks for day in days) == sum(
        int(fields["inline_link_clicks"]) for fields in rows
    )


def test_every_field_asked_for_is_in_the_published_specification() -> None:
    specification = json.loads(recorded("contracts/meta_AdsInsights.json").read_bytes())
    known = {field["name"] for field in specification["fields"]}
    assert set(FIELDS["account"]) | set(FIELDS["campaign"]) <= known
    report = json.loads(recorded("contracts/meta_AdReportRun.json").read_bytes())
    assert set(RUN_FIELDS) <= {field["name"] for field in report["fields"]}


def test_the_windows_asked_for_are_published_and_not_retired() -> None:
    statistics = json.loads(recorded("contracts/meta_AdsActionStats.json").read_bytes())
    known = {field["name"] for field in statistics["fields"]}
    assert set(ATTRIBUTION) <= known - {"7d_view", "28d_view"}
