"""Totals against the platforms' own: equal, and a planted difference is found with its cause.

The sandbox answers ShopifyQL from its own world, and two of its ad accounts state more than their
campaigns do. The rest is planted: days of the store's rollup are moved away from the truth as the
causes would, or the report is asked before it has caught up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from aura.model import PLATFORMS
from aura.reports.reconciliation import ReconciliationReport, reconciliation
from aura.store import reconciliation as store
from aura.sync.reconcile import reconcile_shop
from claims.place import Claim, Place
from claims.truth import START, opened_brand
from sync.sandboxed import Brand, running_world

PLANT = (
    "update aura.brand_days set orders = orders + %(orders)s, revenue = revenue + %(sales)s,"
    " gross_sales = gross_sales + %(sales)s"
    " where brand_id = %(brand_id)s and platform = 'shopify' and date = %(day)s returning date"
)
PLANT_IN_CAMPAIGN = (
    "update aura.entity_days set ad_spend = ad_spend + %(spend)s where (entity_id, date) in ("
    "select d.entity_id, d.date from aura.entity_days as d"
    " inner join aura.entities as e on e.id = d.entity_id"
    " inner join aura.entities as a on a.id = e.parent_id and a.external_id = %(account)s"
    " where e.brand_id = %(brand_id)s and e.level = 'campaign' and d.date = %(day)s"
    " order by e.id limit 1) returning date"
)


async def claim(place: Place) -> Claim:
    """Everything equal first; then each difference that was planted, and its cause."""
    with running_world("edges", now=START, seed=11, plan="unlimited") as world:
        async with place.database() as database, opened_brand(database, world, place) as brand:
            for platform in PLATFORMS:
                await brand.connect(platform, currency="EUR")
            await brand.sync()
            before = await _report(brand)
            equal = sum(day.is_equal for day in before.days)
            wanted = await _plant(brand, before)
            await _ask(brand)
            found = _causes(await _report(brand))
            world.sandbox.faults(
                {"match": "/shopify", "kind": "late_report", "times": 1, "seconds": 3 * 86_400}
            )
            await _ask(brand)
            late = {key for key in _causes(await _report(brand)).values() if key == "report_late"}
    wrong = [
        place for place in wanted.keys() | found.keys() if wanted.get(place) != found.get(place)
    ]
    causes = {*wanted.values(), *late}
    return Claim(
        "totals are those of ShopifyQL and of ad accounts; planted differences are found",
        f"{equal} of {len(before.days)} days equal to the cent; {len(wanted) - len(wrong)} of "
        f"{len(wanted)} differences of {len(causes)} kinds found with their cause",
        "make test ARGS=tests/sync/test_reconcile.py",
        equal == len(before.days) > 0 and not wrong and bool(late),
        {"days": len(before.days), "equal": equal, "planted": len(wanted), "wrong": len(wrong)},
    )


async def _report(brand: Brand) -> ReconciliationReport:
    whose = {"user_id": brand.person, "brand_id": brand.brand_id}
    return await reconciliation(brand.database, **whose, now=brand.world())


async def _ask(brand: Brand) -> None:
    """Compare with ShopifyQL now."""
    await reconcile_shop(
        brand.database,
        brand.keyring,
        brand.connectors["shopify"],
        brand_id=brand.brand_id,
        now=brand.world(),
    )


def _causes(report: ReconciliationReport) -> dict[str, str]:
    """By day or ad account, the key of the cause that is given."""
    days = {day.date.isoformat(): day.cause.key for day in report.days if day.cause}
    accounts = {one.totals.external_id: one.cause.key for one in report.accounts if one.cause}
    return days | accounts


async def _plant(brand: Brand, before: ReconciliationReport) -> Mapping[str, str]:
    """Move days and an account away from the truth; what must be found, by day or account."""
    wanted = _causes(before)
    assert set(wanted.values()) <= {"removed_campaigns"}, wanted
    plain, edited = await _days(brand, before)
    moves: list[tuple[date, int, Decimal, str]] = [
        (edited[0], 0, edited[1], "order_edits"),
        (plain[0], -1, Decimal("-41.20"), "missing_orders"),
        (plain[1], 1, Decimal("36.70"), "deleted_orders"),
        (plain[2], 0, Decimal("0.02"), "rounding"),
        (plain[3], -2, Decimal("-75.10"), "time_zone"),
        (plain[3] + timedelta(days=1), 2, Decimal("75.10"), "time_zone"),
        (plain[4], 0, Decimal("-12.34"), "unexplained"),
    ]
    for day, orders, sales, cause in moves:
        rows = await brand.rows(PLANT, brand_id=brand.brand_id, day=day, orders=orders, sales=sales)
        assert len(rows) == 1, day
        wanted[day.isoformat()] = cause
    account = next(one.totals for one in before.accounts if one.cause is not None)
    beyond = next(one.amount for one in account.differences if one.metric.key == "ad_spend")
    changed = await brand.rows(
        PLANT_IN_CAMPAIGN,
        brand_id=brand.brand_id,
        account=account.external_id,
        day=account.days.last,
        spend=beyond + 1,
    )
    assert len(changed) == 1
    return wanted | {account.external_id: "corrected_account"}


async def _days(
    brand: Brand, before: ReconciliationReport
) -> tuple[list[date], tuple[date, Decimal]]:
    """Five days of which nothing is known that would explain a difference, each with a free one
    after it; and a day of an order edit with what the edit is worth."""
    days = [day.date for day in before.days]
    async with brand.database.as_worker(brand.brand_id) as connection:
        evidence = await store.day_evidence(connection, brand.brand_id, days)
    quiet = [
        day
        for day in sorted(days)[2:-5]
        if not (evidence[day].uncounted_orders or evidence[day].empty_orders)
    ]
    edited = next(
        (day, evidence[day].edits_here - evidence[day].edits_later)
        for day in quiet
        if evidence[day].edits_here != evidence[day].edits_later
    )
    plain: list[date] = []
    for day in quiet:
        far = all(abs((day - other).days) > 2 for other in (*plain, edited[0]))
        if far:
            plain.append(day)
    return plain[:5], edited
