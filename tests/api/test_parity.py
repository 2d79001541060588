"""Each metric is the same number on the page, in the API, in the shell and in exports."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aura.accounts.keys import create_key
from aura.metrics import CATALOGUE, STORED_METRICS
from aura.model import Account, DayRange, OrderEvent, Sales
from aura.reports.overview import TILES, overview
from aura.store.windows import write_ad_window, write_orders
from measured_brand import NAMES, NOW, READ_AT, YESTERDAY, ZONE, ad_days, orders_of

DAYS = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)
RANGE = f"from={DAYS.first}&to={DAYS.last}"
AURA = Path(sys.executable).parent / "aura"


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

        async def pages():
            orders = orders_of(last_week, "USD")
            yield [replace(order, events=(returned,)) for order in orders[:3]]

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
            await write_orders(
                connection,
                keyring,
                brand_id=made.brand,
                integration_id=made.integrations["shopify"],
                timezone=ZONE,
                orders=pages(),
                observed_at=READ_AT + timedelta(hours=1),
                run_id=None,
                complete_history=True,
            )
        return made

    return changed_brand


def shown(page: str, key: str) -> Decimal | None:
    """The exact value that a tile of the page holds."""
    tile = page.partition(f'id="tile-{key}"')[2].partition("</article>")[0]
    assert tile, key
    found = re.search(r'<data value="([^"]+)"', tile)
    return None if found is None else Decimal(found[1])


def told_by_the_shell(url: str, home: Path) -> dict[str, Decimal | None]:
    environment = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    environment |= {"AURA_HOME": str(home), "AURA_DATABASE_URL": url}
    told = subprocess.run(
        [str(AURA), "report", "overview", f"--from={DAYS.first}", f"--to={DAYS.last}", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    figures = json.loads(told.stdout)["figures"]
    return {
        key: None if one["value"] is None else Decimal(one["value"]) for key, one in figures.items()
    }


def summed(exported: bytes) -> dict[str, Decimal]:
    """Each stored metric over all rows of a table; they are all in one currency."""
    rows = list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig"))))
    assert {row["currency"] for row in rows} == {"USD"}
    return {
        one: sum((Decimal(row[one]) for row in rows if row[one]), Decimal(0))
        for one in STORED_METRICS
    }


async def sum_of_rows(ask, stored: str) -> Decimal:
    """A stored metric over all of its rows, read page by page."""
    rows, cursor = [], ""
    while cursor is not None:
        found = await ask(f"metrics/rows?{RANGE}&metric={stored}&limit=50&cursor={cursor}")
        rows += found["rows"]
        cursor = found["next_cursor"]
    assert len({row["id"] for row in rows}) == len(rows) >= 28
    return sum((Decimal(row["exact"]) for row in rows), Decimal(0))


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

    page = (await browser.get(f"/b/{made.brand}?{RANGE}")).html
    assert {key: shown(page, key) for key in TILES} == {key: truth[key] for key in TILES}

    await browser.get(f"/b/{made.brand}/export/metrics.csv?{RANGE}")
    downloaded = browser.answer.content

    shell = told_by_the_shell(owner_url, tmp_path)
    assert set(shell) == set(TILES)
    assert shell == {key: truth[key] for key in TILES}

    key = await create_key(
        database, user_id=made.person, name="K", scopes=["read"], days=1, now=NOW
    )
    browser.client.cookies.clear()

    async def ask(path):
        headers = {"authorization": f"Bearer {key.secret}"}
        answer = await browser.client.get(f"/v1/brands/{made.brand}/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def values(figures):
        return {one["key"]: one["value"] and Decimal(one["value"]) for one in figures}

    assert values((await ask(f"metrics?{RANGE}"))["figures"]) == truth
    assert values((await ask(f"overview?{RANGE}"))["figures"]) == {k: truth[k] for k in TILES}
    for one in CATALOGUE.values():
        series = await ask(f"series?{RANGE}&metric={one.key}&by=week")
        assert values([series["figure"]])[one.key] == truth[one.key], one.key
        parts = [bucket["value"] for bucket in series["series"]]
        if one.is_additive and None not in parts:
            assert sum(map(Decimal, parts)) == truth[one.key], one.key

    for stored in STORED_METRICS:
        assert await sum_of_rows(ask, stored) == truth[stored], stored

    headers = {"authorization": f"Bearer {key.secret}"}
    path = f"/v1/brands/{made.brand}/exports/metrics?{RANGE}"
    exported = (await browser.client.get(path, headers=headers)).content
    assert exported == downloaded
    assert summed(exported) == {one: truth[one] for one in STORED_METRICS}
