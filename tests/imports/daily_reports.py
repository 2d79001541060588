"""Daily reports in tests: a file that is brought, what the platform says, what is stored then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from aura.imports.daily import import_report
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.undo import undo_import
from aura.model import Account, AdDay, DayRange
from aura.store.windows import write_ad_window

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 6, tzinfo=UTC)
HEADER = "Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n"
TWO_DAYS = (
    HEADER + "2026-06-01,Brand,11,USD,10.10,100,10,1.33,20.50\n"
    "2026-06-01,Shop,12,USD,5.05,50,5,0.00,0.00\n"
    "2026-06-02,Brand,11,USD,7.00,70,7,2.00,31.00\n"
)


@pytest.fixture
def bring(shop, write_file):
    async def bring(text: str, *, now: datetime = NOW, **options: object) -> ReportResult:
        terms = ReportTerms(**{k: options.pop(k) for k in list(options) if k != "dry_run"})
        return await import_report(
            shop.database,
            path=write_file(text, "report.csv"),
            brand_id=shop.brand,
            now=now,
            created_by=shop.person,
            terms=terms,
            **options,
        )

    return bring


async def undo(shop, result, now: datetime):
    return await undo_import(
        shop.database, import_id=result.import_id, user_id=shop.person, now=now
    )


async def spend(shop) -> dict[date, Decimal]:
    return (await shop.metrics()).get("ad_spend", {})


def api_days(account: str, first: int, last: int, *, amount: str = "100") -> list[AdDay]:
    return [
        AdDay(level, key, date(2026, 6, n), "USD", name, ad_spend=Decimal(amount))
        for n in range(first, last + 1)
        for level, key, name in (("account", account, "Acme"), ("campaign", "11", "Brand"))
    ]


async def connect(shop, make_integration, platform: str, *ids: str, known: str = "{}") -> object:
    integration = await make_integration(shop.brand, platform, account_id=ids[0])
    async with shop.database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = %s where id = %s", [known, integration]
        )
        for key in ids:
            await connection.execute(
                "insert into aura.accounts (brand_id, integration_id, external_id, name, currency,"
                " is_selected) values (%s, %s, %s, %s, 'USD', true)",
                [shop.brand, integration, key, f"Account {key}"],
            )
    return integration


async def from_api(shop, integration, account: str, days: list[AdDay], window: DayRange) -> None:
    async with shop.database.as_worker(shop.brand) as connection:
        await write_ad_window(
            connection,
            brand_id=shop.brand,
            integration_id=integration,
            account=Account(account, "Acme", "USD", None),
            window=window,
            days=days,
            observed_at=LATER,
            run_id=None,
        )


async def days_of(shop) -> list[dict]:
    return await shop.rows(
        "select entity_id, date, ad_spend, clicks, conversions, source, import_id"
        " from aura.entity_days order by 1, 2"
    )
