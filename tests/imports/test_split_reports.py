"""Reports split by conversion action: conversions and their value, and nothing twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError
from aura.imports.ad_reports import read_ad_report
from aura.imports.ad_sums import CampaignKey
from imports.daily_reports import LATER, TWO_DAYS, bring, undo

__all__ = ["bring"]

FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 2)
# cost and clicks stand in every row of a campaign's day: added up they would count several times
SPLIT = (
    "Day,Campaign,Campaign ID,Conversion action,Currency code,Cost,Impr.,Clicks,Conversions,"
    "Conv. value\n"
    "2026-06-01,Brand,11,Purchase,USD,10.10,100,10,2.50,40.00\n"
    "2026-06-01,Brand,11,Newsletter,USD,10.10,100,10,1.00,0.00\n"
    "2026-06-02,Brand,11,Purchase,USD, --, --, --,3.00,60.00\n"
)


async def sums(shop) -> dict:
    rows = await shop.rows(
        "select e.external_id, d.date, d.ad_spend, d.clicks, d.conversions, d.conversion_value"
        " from aura.entity_days d join aura.entities e on e.id = d.entity_id"
    )
    return {(r.pop("external_id"), r.pop("date")): tuple(r.values()) for r in rows}


async def test_conversions_are_added_up_and_what_is_stored_of_cost_stays(shop, bring):
    await bring(TWO_DAYS)
    before = await sums(shop)
    result = await bring(SPLIT, now=LATER)
    after = await sums(shop)
    assert {key: value[:2] for key, value in after.items()} == {
        key: value[:2] for key, value in before.items()
    }
    assert after["11", FIRST][2:] == (Decimal("3.50"), Decimal("40.00"))
    assert after["11", SECOND][2:] == (Decimal("3.00"), Decimal("60.00"))
    # a campaign without a row had no conversion, so that campaigns and account still add up
    assert after["12", FIRST][2:] == (0, 0)
    assert after["file", FIRST][2:] == (Decimal("3.50"), Decimal("40.00"))
    assert (result.total_of, result.total) == ("conversions", Decimal("6.50"))
    [said] = [note for note in result.notes if "split by conversion action" in note]
    assert "Cost, impressions and clicks stay as they are" in said
    assert not any("added up." in note for note in result.notes)

    again = await bring(SPLIT, now=LATER)
    assert again.rows_changed == 0
    await undo(shop, result, LATER)
    assert await sums(shop) == before


async def test_cost_that_nobody_stated_is_unknown_and_not_zero(shop, bring):
    await bring(SPLIT)
    metrics = await shop.metrics()
    assert metrics["conversions"] == {FIRST: Decimal("3.50"), SECOND: 3}
    assert not {"ad_spend", "impressions", "clicks"} & set(metrics)
    await bring(TWO_DAYS, now=LATER)
    assert (await shop.metrics())["ad_spend"] == {FIRST: Decimal("15.15"), SECOND: 7}


async def test_clearly_fewer_conversions_are_asked_about(shop, bring):
    await bring(SPLIT)
    fewer = "".join(line for line in SPLIT.splitlines(keepends=True) if "Newsletter" not in line)
    with pytest.raises(FileRefusedError, match=r"2\.50 of conversions .* are 3\.50") as refused:
        await bring(fewer, now=LATER)
    assert refused.value.code == "shrink"
    await bring(fewer, now=LATER, may_shrink=True)
    assert (await shop.metrics())["conversions"][FIRST] == Decimal("2.50")


def test_rows_without_an_action_that_repeat_the_others_are_left_out(write_file):
    text = SPLIT + "2026-06-01,Brand,11, --,USD,10.10,100,10,3.50,40.00\n"
    text += "2026-06-02,Shop,12, --,USD,5.00,50,5,1.00,9.00\n"
    report = read_ad_report(write_file(text))
    [account] = report.accounts.values()
    assert account.days[CampaignKey("11"), FIRST]["conversions"] == Decimal("3.50")
    assert account.days[CampaignKey("12"), SECOND] == {
        "conversions": Decimal("1.00"),
        "conversion_value": Decimal("9.00"),
    }
    assert any("1 rows that name no action" in note for note in report.notes)


# the segments of both platforms, in the words of their interfaces
SEGMENTS = {
    "google": ["Conversion action category", "Conversion source", "Conversion-Aktion"],
    "meta": ["Conversion device", "Action type"],
}
HEADERS = {
    "google": "Day,Campaign,{},Cost,Clicks,Conversions,Conv. value",
    "meta": "Day,Campaign name,{},Amount spent (EUR),Link clicks,Purchases,"
    "Purchases conversion value",
}


@pytest.mark.parametrize(
    ("platform", "segment"), [(p, name) for p, names in SEGMENTS.items() for name in names]
)
def test_every_such_segment_gives_conversions_alone(write_file, platform, segment):
    rows = "2026-06-01,A,x,5,1,2,30\n2026-06-01,A,y,5,1,1,10\n"
    report = read_ad_report(write_file(HEADERS[platform].format(segment) + "\n" + rows))
    assert (report.total_of, report.total) == ("conversions", 3)
    assert not {"ad_spend", "clicks", "impressions"} & report.columns
    assert not {"cost", "amount spent (eur)"} & set(report.glance.read)


def test_such_a_report_without_conversions_is_refused(write_file):
    path = write_file("Day,Campaign,Conversion action,Cost\n2026-06-01,A,x,5\n")
    with pytest.raises(FileRefusedError, match="Add the column Conversions") as refused:
        read_ad_report(path)
    assert refused.value.code == "wrong_report"
