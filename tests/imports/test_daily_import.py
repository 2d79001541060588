"""What importing a daily report does to what is stored: its days, exactly, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError, InputError, NotFoundError
from aura.imports.daily import import_report
from aura.imports.report_result import ReportTerms
from aura.model import AdDay, DayRange
from aura.store.imports import list_imports
from imports.daily_reports import (
    HEADER,
    LATER,
    NOW,
    TWO_DAYS,
    api_days,
    bring,
    connect,
    from_api,
    spend,
)

__all__ = ["bring"]


async def test_a_report_becomes_the_days_of_its_account_and_campaigns(shop, bring):
    result = await bring(TWO_DAYS)

    metrics = await shop.metrics()
    first, second = date(2026, 6, 1), date(2026, 6, 2)
    assert metrics["ad_spend"] == {first: Decimal("15.15"), second: Decimal(7)}
    assert metrics["impressions"] == {first: 150, second: 70}
    assert metrics["conversions"] == {first: Decimal("1.33"), second: 2}
    rows = await shop.rows(
        "select e.level, e.external_id, e.name, d.date, d.ad_spend, d.source, d.import_id"
        " from aura.entity_days d join aura.entities e on e.id = d.entity_id order by 1, 2, 4"
    )
    assert {(r["level"], r["external_id"], r["name"]) for r in rows} == {
        ("account", "file", ""),
        ("campaign", "11", "Brand"),
        ("campaign", "12", "Shop"),
    }
    assert {(r["source"], r["import_id"]) for r in rows} == {("file", result.import_id)}
    [integration] = await shop.rows("select platform, status from public.integrations")
    assert integration == {"platform": "google_ads", "status": "disconnected"}
    async with shop.database.as_user(shop.person) as connection:
        [listed] = await list_imports(connection, shop.brand)
    assert (listed.format, listed.rows_read) == ("google_ads.daily", 3)
    assert (listed.control_total, listed.currency) == (Decimal("22.15"), "USD")


async def test_the_same_file_again_changes_nothing(shop, bring):
    first = await bring(TWO_DAYS)
    before = await shop.contents()
    again = await bring(TWO_DAYS, now=LATER)
    assert (again.rows_changed, again.was_known) == (0, True)
    assert again.import_id == first.import_id
    assert await shop.contents() == before


async def test_a_dry_run_says_what_would_happen_and_keeps_nothing(shop, bring):
    before = await shop.contents()
    tried = await bring(TWO_DAYS, dry_run=True)
    assert await shop.contents() == before
    done = await bring(TWO_DAYS)
    assert (tried.import_id, tried.is_dry_run) == (None, True)
    made = {"import_id": None, "integration_id": None}
    assert replace(done, is_dry_run=True, **made) == replace(tried, **made)


async def test_a_file_replaces_exactly_its_own_days(shop, bring):
    await bring(TWO_DAYS)
    await bring(HEADER + "2026-06-02,Brand,11,USD,9.00,90,9,3.00,40.00\n", now=LATER)
    assert await spend(shop) == {date(2026, 6, 1): Decimal("15.15"), date(2026, 6, 2): 9}
    revisions = await shop.rows("select distinct date, ad_spend from aura.revisions")
    assert revisions == [{"date": date(2026, 6, 2), "ad_spend": Decimal("7.00")}]


async def test_a_file_with_clearly_less_of_a_day_is_asked_about(shop, bring):
    await bring(TWO_DAYS)
    before = await shop.contents()
    less = HEADER + "2026-06-01,Brand,11,USD,10.10,100,10,1.33,20.50\n"
    with pytest.raises(FileRefusedError, match=r"1 campaign rows .* are 2 and 15\.15") as refused:
        await bring(less, now=LATER)
    assert refused.value.code == "shrink"
    assert await shop.contents() == before

    await bring(less, now=LATER, may_shrink=True)
    assert (await spend(shop))[date(2026, 6, 1)] == Decimal("10.10")


async def test_covered_days_without_a_row_are_zero_and_later_ones_unknown(shop, bring):
    await bring('Campaign report\n"May 30, 2026 - June 9, 2026"\n' + TWO_DAYS)
    days = await spend(shop)
    assert days[date(2026, 5, 30)] == days[date(2026, 5, 31)] == 0
    assert max(days) == date(2026, 6, 2)


async def test_the_connected_accounts_own_days_win_before_and_after_the_file(
    shop, bring, make_integration
):
    known = '{"known_from": "2026-06-02", "known_through": "2026-06-30"}'
    integration = await connect(shop, make_integration, "google_ads", "77", known=known)
    window = DayRange(date(2026, 6, 2), date(2026, 6, 30))
    await from_api(shop, integration, "77", api_days("77", 2, 30), window)
    result = await bring(TWO_DAYS)
    days = await spend(shop)
    assert (days[date(2026, 6, 1)], days[date(2026, 6, 2)]) == (Decimal("15.15"), 100)
    assert (result.days_left_out, result.accounts) == (1, ("77",))
    with pytest.raises(FileRefusedError) as refused:
        await bring(HEADER + "2026-06-03,Brand,11,USD,9.00,90,9,3.00,40.00\n")
    assert refused.value.code == "overlap_api"

    whole = DayRange(date(2026, 6, 1), date(2026, 6, 30))
    await from_api(shop, integration, "77", api_days("77", 1, 30, amount="8"), whole)
    assert set((await spend(shop)).values()) == {8}


async def test_what_a_file_said_without_naming_the_account_gives_way_to_the_platform(shop, bring):
    result = await bring(TWO_DAYS)
    window = DayRange(date(2026, 6, 2), date(2026, 6, 3))
    await from_api(shop, result.integration_id, "77", api_days("77", 2, 3), window)
    assert await spend(shop) == {
        date(2026, 6, 1): Decimal("15.15"),
        date(2026, 6, 2): 100,
        date(2026, 6, 3): 100,
    }


async def test_file_and_platform_agree_to_the_digit(shop, bring):
    result = await bring(TWO_DAYS, account="77")
    before = await shop.metrics()
    rows = (("11", 1, "10.10", 100, 10, "1.33", "20.50"), ("12", 1, "5.05", 50, 5, "0", "0"))
    rows += (("11", 2, "7.00", 70, 7, "2", "31"),)
    numbers = ("ad_spend", "impressions", "clicks", "conversions", "conversion_value")
    days = [
        AdDay(
            *("campaign", key, date(2026, 6, day), "USD"),
            name={"11": "Brand", "12": "Shop"}[key],
            **{
                n: Decimal(v) if isinstance(v, str) else v
                for n, v in zip(numbers, values, strict=True)
            },
        )
        for key, day, *values in rows
    ]
    days += [
        AdDay(
            *("account", "77", date(2026, 6, n), "USD"),
            **{
                name: sum(getattr(day, name) for day in days if day.date.day == n)
                for name in numbers
            },
        )
        for n in (1, 2)
    ]
    window = DayRange(date(2026, 6, 1), date(2026, 6, 2))
    await from_api(shop, result.integration_id, "77", days, window)
    assert await shop.metrics() == before
    assert await shop.rows("select 1 from aura.revisions") == []


async def test_a_campaign_that_is_only_named_is_the_known_one_of_that_name(shop, bring):
    await bring(TWO_DAYS, account="77")
    await bring(
        "Day,Campaign,Currency code,Cost\n2026-06-05,Brand,USD,4.00\n2026-06-05,New,USD,1.00\n"
    )
    rows = await shop.rows(
        "select e.external_id, d.clicks from aura.entity_days d"
        " join aura.entities e on e.id = d.entity_id where d.date = '2026-06-05' order by 1"
    )
    assert [r["external_id"] for r in rows] == ["11", "77", "77:New"]
    assert {r["clicks"] for r in rows} == {None}
    assert date(2026, 6, 5) not in (await shop.metrics())["clicks"]


async def test_which_of_several_accounts_must_be_said(shop, bring, make_integration):
    await connect(shop, make_integration, "google_ads", "77", "78")
    with pytest.raises(InputError, match=r"Account 77 \(77\), Account 78 \(78\).*--account"):
        await bring(TWO_DAYS)
    result = await bring(TWO_DAYS, account="78")
    assert result.accounts == ("78",)
    with pytest.raises(InputError, match="only digits"):
        await bring(TWO_DAYS, account="Acme")


async def test_a_file_of_several_accounts_is_one_import(shop, bring):
    text = TWO_DAYS.replace("Day,", "Customer ID,Day,").replace("\n2026", "\n111-222-3333,2026")
    text += "222-333-4444,2026-06-02,Other,99,USD,1.00,1,1,0,0\n"
    result = await bring(text)
    assert result.accounts == ("1112223333", "2223334444")
    assert (await spend(shop))[date(2026, 6, 2)] == 8


async def test_another_currency_is_never_relabelled_or_mixed(shop, bring):
    await bring(TWO_DAYS)
    before = await shop.contents()
    with pytest.raises(FileRefusedError, match="in EUR but the days of Google Ads are in USD"):
        await bring(TWO_DAYS.replace("USD", "EUR").replace("2026-06", "2026-07"))
    with pytest.raises(InputError, match="Leave out --currency"):
        await bring(TWO_DAYS, currency="eur")
    for wrong in ("EURO", "€", "e u"):
        with pytest.raises(InputError, match="three letters"):
            await bring(TWO_DAYS.replace("USD", ""), currency=wrong)
    assert await shop.contents() == before

    unnamed = await bring(TWO_DAYS.replace("USD", "").replace("2026-06", "2026-08"))
    assert unnamed.currency == "USD"
    assert any("amounts are taken as USD" in note for note in unnamed.notes)


async def test_a_currency_sign_is_not_taken_for_the_brands_currency(shop, bring):
    text = "Day,Campaign,Cost\n2026-06-01,A,€1.50\n"
    with pytest.raises(InputError, match="currency sign"):
        await bring(text)
    assert (await bring(text, currency="USD")).total == Decimal("1.50")


async def test_a_bad_row_anywhere_stores_nothing(shop, bring):
    with pytest.raises(FileRefusedError, match="line 4"):
        await bring(TWO_DAYS.replace("7.00,70", "seven,70"))
    assert not any((await shop.contents()).values())


async def test_nobody_imports_a_report_into_another_persons_brand(shop, make_shop, write_file):
    other = await make_shop()
    with pytest.raises(NotFoundError):
        await import_report(
            shop.database,
            path=write_file(TWO_DAYS),
            brand_id=shop.brand,
            now=NOW,
            created_by=other.person,
            terms=ReportTerms(),
        )
    assert not any((await shop.contents()).values())
