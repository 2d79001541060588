"""The same questions elsewhere: DuckDB on the same rows, and the specification's indexes alone."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
from loading import AMOUNT, DAYS, FIRST, MEASURES, Store, last_days

ROOT = Path(__file__).parents[2]
DUCKDB = ROOT / ".venv-peers/duckdb/bin/python"
REPEATS = 20
SUMS = ", ".join(f"sum({name})" for name in MEASURES)
COLUMNS = ", ".join(MEASURES)
SPAN = "date between '{0}' and '{1}'"
# columns of the rollup for every brand: what an analyst asks, and no page does
EVERYTHING = f"select platform, {SUMS} from {{table}} group by platform"


def _span(count: int) -> str:
    days, previous = last_days(count)
    first = max(previous.first, FIRST)
    return SPAN.format(first, days.last)


def questions(store: Store, table: str) -> dict[str, str]:
    """The reads as plain queries of one table, for engines without our statements."""
    one = f"brand_id = '{store.brands[0]}'"
    many = ", ".join(f"'{brand}'" for brand in store.own_brands)
    return {
        "daily_90d": f"select platform, date, {COLUMNS} from {table} where {one} and {_span(90)}",
        "totals_365d": f"select platform, {SUMS} from {table} where {one} and {_span(365)}"
        " group by platform",
        "all_time": f"select platform, {SUMS} from {table} where {one} group by platform",
        "brands_100": f"select brand_id, platform, {SUMS} from {table}"
        f" where brand_id in ({many}) and {_span(30)} group by 1, 2",
        "everything": EVERYTHING.format(table=table),
    }


def _filling(store: Store, path: Path) -> list[str]:
    """Statements that make the rollup's rows in DuckDB, from the formula that PostgreSQL had."""
    path.write_text(
        "n,id\n" + "".join(f"{n},{brand}\n" for n, brand in enumerate(store.brands, start=1))
    )
    values = ", ".join(
        f"case when platform {'=' if of_shop else '<>'} 'shopify'"
        f" then round({formula.format(AMOUNT.format(number))}, 2)::decimal(15, 2) end as {name}"
        for number, (name, (of_shop, formula)) in enumerate(MEASURES.items())
    )
    return [
        f"create table b as select n, id::uuid as id from read_csv('{path}')",
        (
            f"create table d as select n::integer as n, date '{FIRST}' + n::integer as date"
            f" from range({DAYS}) as r(n)"
        ),
        (
            "create table brand_days as select b.id as brand_id, date, platform, 'USD' as currency,"
            f" {values} from b cross join d"
            " cross join (select unnest(['shopify', 'meta', 'google_ads']) as platform) as p"
            " order by b.n, d.n, platform"
        ),
    ]


def duckdb(store: Store, folder: Path) -> dict[str, Any]:
    """Milliseconds of each question, seconds to load, bytes of the file, the sum of all revenue."""
    if not DUCKDB.exists():
        return {}
    order = {
        "file": str(folder / "rollup.duckdb"),
        "fill": _filling(store, folder / "brands.csv"),
        "questions": questions(store, "brand_days"),
        "check": "select sum(revenue)::varchar from brand_days",
        "repeats": REPEATS,
    }
    answer = subprocess.run(
        [str(DUCKDB), str(Path(__file__).parent / "duck.py")],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(answer.stdout))


def postgres(store: Store) -> dict[str, float]:
    """Milliseconds of the same plain questions of the rollup, without a role or a report."""
    with psycopg.connect(store.superuser_url, autocommit=True) as connection:
        return {
            name: _median(connection, query)
            for name, query in questions(store, "aura.brand_days").items()
        }


def revenue(store: Store) -> str:
    """The sum of all revenue of the rollup, to the cent."""
    with psycopg.connect(store.superuser_url) as connection:
        found = connection.execute("select sum(revenue)::numeric(30, 2)::text from aura.brand_days")
        [row] = found.fetchall()
    return str(row[0])


def specified_indexes(store: Store) -> dict[str, float]:
    """Milliseconds of days and of totals from `public.metrics` with the specification's indexes.

    Ours are gone for a transaction that is rolled back.
    """
    one = f"m.brand_id = '{store.brands[0]}'"
    source = (
        "from public.metrics as m inner join public.integrations as i on i.id = m.integration_id"
        f" where {one}"
    )
    asked = {
        "daily_90d": f"select i.platform, m.date, m.metric_type, sum(m.value) {source}"
        f" and m.{_span(90)} group by 1, 2, 3",
        "totals_365d": f"select i.platform, m.metric_type, sum(m.value) {source}"
        f" and m.{_span(365)} group by 1, 2",
        "all_time": f"select i.platform, m.metric_type, sum(m.value) {source} group by 1, 2",
    }
    with psycopg.connect(store.superuser_url) as connection:
        connection.execute("drop index public.metrics_natural_key")
        connection.execute("drop index public.idx_metrics_integration_id")
        found = {name: _median(connection, query) for name, query in asked.items()}
        connection.rollback()
    return found


def _median(connection: psycopg.Connection[Any], query: str) -> float:
    taken = []
    for _ in range(REPEATS if "where" in query else 3):
        began = time.perf_counter()
        connection.execute(query).fetchall()  # type: ignore[arg-type]
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
