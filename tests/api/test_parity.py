"""Each metric is the same number on the page, in the API, in the shell and in exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from aura.metrics import CATALOGUE
from aura.model import Account, DayRange, OrderEvent, Sales
from aura.reports.overview import TILES, overview
from aura.store.windows import write_ad_window
from faces import compared, values_by_face
from measured_brand import (
    NAMES,
    NOW,
    READ_AT,
    YESTERDAY,
    ZONE,
    ad_days,
    orders_of,
    write_shop_orders,
)

DAYS = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)


@pytest.fixture
def changed_brand(measure, database, keyring, browser):
    """A brand whose orders were partly taken back and whose ad days were restated."""

    async def changed_brand():
        await browser.sign_up()
        async with database.as_owner() as connection:
            cursor = await connection.execute("select id from public.users")
            (row,) = await cursor.fetchall()
        made = await measure(person=row["id"])
        last_week = DayRange(YESTERDAY - timedelta(days=6), YESTERDAY)
        restated = [
            replace(day, conversions=day.conversions + 1, ad_spend=day.ad_spend + Decimal("0.005"))
            for day in ad_days("meta", "meta-1", last_week, "USD")
        ]
        noon = datetime.combine(YESTERDAY, time(12), ZoneInfo(ZONE))
        returned = OrderEvent("r", "return", noon, Sales(returns=Decimal("17.43")))
        orders = [replace(order, events=(returned,)) for order in orders_of(last_week, "USD")[:3]]
        async with database.as_worker(made.brand) as connection:
            await write_ad_window(
                connection,
                brand_id=made.brand,
                integration_id=made.integrations["meta"],
                account=Account("meta-1", NAMES["meta"], "USD", ZONE),
                window=last_week,
                days=restated,
                observed_at=READ_AT + timedelta(hours=1),
                run_id=None,
            )
            await write_shop_orders(
                connection,
                keyring,
                made,
                orders,
                observed_at=READ_AT + timedelta(hours=1),
                complete_history=True,
            )
        return made

    return changed_brand


async def test_every_metric_is_the_same_on_every_face(
    changed_brand, database, browser, owner_url, tmp_path
):
    made = await changed_brand()
    report = await overview(
        database,
        user_id=made.person,
        brand_id=made.brand,
        days=DAYS,
        now=NOW,
        metrics=list(CATALOGUE),
    )
    truth = {figure.metric.key: figure.value for figure in report.figures}
    assert sum(value is not None for value in truth.values()) > 15
    assert truth["returns"] == Decimal("52.29")

    found = await values_by_face(
        database,
        browser,
        url=owner_url,
        home=tmp_path,
        person=made.person,
        brand=made.brand,
        days=DAYS,
        now=NOW,
    )
    number, differing = compared(found, truth)
    assert differing == []
    assert set(found["page"]) == set(found["shell"]) == set(TILES)
    assert set(found["API: metrics"]) == set(found["API: series"]) == set(CATALOGUE)
    assert len(found["chart as a file"]) > 10
    assert number > 3 * len(CATALOGUE)
