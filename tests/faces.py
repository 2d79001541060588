"""The same metrics as each face of the product gives them: page, `/v1`, shell and exports.

In: a brand, a range of days and something to ask each face with. Out: by face and metric, the exact
value; None where the face says that it is unknown.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from aura.accounts.keys import create_key
from aura.metrics import CATALOGUE, STORED_METRICS
from aura.model import DayRange
from aura.reports.export import has_parquet
from aura.reports.overview import TILES
from aura.store.database import Database
from browserless import Browser

AURA = Path(sys.executable).parent / "aura"

Values = dict[str, Decimal | None]


async def values_by_face(
    database: Database,
    browser: Browser,
    *,
    url: str,
    home: Path,
    person: UUID,
    brand: UUID,
    days: DayRange,
    now: datetime,
) -> dict[str, Values]:
    """What each face says of the brand; `browser` is signed in as the person, and is not after."""
    span = f"from={days.first}&to={days.last}"
    page = (await browser.get(f"/b/{brand}?{span}")).html
    await browser.get(f"/b/{brand}/export/metrics.csv?{span}")
    found: dict[str, Values] = {
        "page": {key: _shown(page, key) for key in TILES},
        "export of the page": _summed(browser.answer.content),
        "shell": _told_by_the_shell(url, home, days),
    } | _exported_by_the_shell(url, home, days)
    for key, one in CATALOGUE.items():
        file = (await browser.get(f"/b/{brand}/series.csv?{span}&metric={key}")).html
        found.setdefault("chart as a file", {}).update(
            _charted(file, key) if one.is_additive else {}
        )
    browser.client.cookies.clear()
    key = await create_key(database, user_id=person, name="K", scopes=["read"], days=1, now=now)
    return found | await _in_the_api(browser, key.secret, f"/v1/brands/{brand}", span)


def compared(found: dict[str, Values], truth: Values) -> tuple[int, list[tuple[str, str]]]:
    """How many values the faces give, and where one is not the truth."""
    places = [(face, key) for face, values in found.items() for key in values]
    return len(places), [(face, key) for face, key in places if found[face][key] != truth[key]]


async def _in_the_api(browser: Browser, secret: str, root: str, span: str) -> dict[str, Values]:
    headers = {"authorization": f"Bearer {secret}"}

    async def ask(path: str) -> Any:
        answer = await browser.client.get(f"{root}/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    series: Values = {}
    sums: Values = {}
    for one in CATALOGUE.values():
        told = await ask(f"series?{span}&metric={one.key}&by=week")
        series |= _values([told["figure"]])
        parts = [bucket["value"] for bucket in told["series"]]
        if one.is_additive and None not in parts:
            sums[one.key] = sum(map(Decimal, parts), Decimal(0))
    exported = await browser.client.get(f"{root}/exports/metrics?{span}", headers=headers)
    return {
        "API: metrics": _values((await ask(f"metrics?{span}"))["figures"]),
        "API: overview": _values((await ask(f"overview?{span}"))["figures"]),
        "API: series": series,
        "API: weeks of a series": sums,
        "API: rows": {one: await _sum_of_rows(ask, span, one) for one in STORED_METRICS},
        "API: export": _summed(exported.content),
    }


def _values(figures: list[Any]) -> Values:
    return {one["key"]: one["value"] and Decimal(one["value"]) for one in figures}


def _shown(page: str, key: str) -> Decimal | None:
    """The exact value that a tile of the page holds."""
    tile = page.partition(f'id="tile-{key}"')[2].partition("</article>")[0]
    assert tile, key
    found = re.search(r'<data value="([^"]+)"', tile)
    return None if found is None else Decimal(found[1])


def _charted(file: str, key: str) -> Values:
    """The days of a chart's file together; nothing where a day is unknown."""
    rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
    known = [Decimal(row[key]) for row in rows if row[key]]
    return {key: sum(known, Decimal(0))} if len(known) == len(rows) else {}


def _in_the_shell(url: str, home: Path, days: DayRange, *words: str) -> bytes:
    """What a command about the days writes on its standard output."""
    environment = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    environment |= {"AURA_HOME": str(home), "AURA_DATABASE_URL": url}
    told = subprocess.run(
        [str(AURA), *words, f"--from={days.first}", f"--to={days.last}"],
        env=environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
    return told.stdout


def _told_by_the_shell(url: str, home: Path, days: DayRange) -> Values:
    told = json.loads(_in_the_shell(url, home, days, "report", "overview", "--json"))
    return {
        key: None if one["value"] is None else Decimal(one["value"])
        for key, one in told["figures"].items()
    }


def _exported_by_the_shell(url: str, home: Path, days: DayRange) -> dict[str, Values]:
    """The sums of the tables that `aura export` writes: CSV, and Parquet where it is installed."""
    found = {"shell: export": _summed(_in_the_shell(url, home, days, "export", "metrics"))}
    if has_parquet():
        from pyarrow import parquet  # noqa: PLC0415 - an extra

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "metrics.parquet"
            _in_the_shell(url, home, days, "export", "metrics", "--format=parquet", f"--out={file}")
            rows = parquet.read_table(file).to_pylist()
        found["shell: export as Parquet"] = _summed_rows(rows)
    return found


def _summed(exported: bytes) -> Values:
    """Each stored metric over all rows of a table; they are all in one currency."""
    return _summed_rows(list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig")))))


def _summed_rows(rows: list[dict[str, Any]]) -> Values:
    assert len({row["currency"] for row in rows}) == 1
    return {
        one: sum((Decimal(row[one]) for row in rows if row[one] not in {"", None}), Decimal(0))
        for one in STORED_METRICS
    }


async def _sum_of_rows(ask: Any, span: str, stored: str) -> Decimal:
    """A stored metric over all of its rows, read page by page."""
    rows: list[Any] = []
    cursor = ""
    while cursor is not None:
        found = await ask(f"metrics/rows?{span}&metric={stored}&limit=50&cursor={cursor}")
        rows += found["rows"]
        cursor = found["next_cursor"]
    assert len({row["id"] for row in rows}) == len(rows)
    return sum((Decimal(row["exact"]) for row in rows), Decimal(0))
