"""What is copied, or sent as arrays, is what arrives, whatever stands in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from aura.store.copying import array_elements, copy_rows

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
ODD = st.sampled_from(["", "\\N", "\\", "\t", "a\nb", "a\r\n", "\\.", "\\t", "é\u2028", "'\""])
MOMENTS = st.integers(0, 4 * 10**9).map(
    lambda second: datetime.fromtimestamp(second, timezone(timedelta(minutes=second % 900)))
)
ROWS = st.tuples(
    st.one_of(st.none(), TEXTS, ODD),
    st.one_of(st.none(), st.integers(-(10**12), 10**12)),
    st.one_of(st.none(), st.decimals(-(10**12), 10**12, allow_nan=False, places=8)),
    st.one_of(st.none(), st.binary(max_size=40)),
    st.one_of(st.none(), st.dates(date(1970, 1, 1), date(2100, 1, 1))),
    st.one_of(st.none(), MOMENTS),
    st.one_of(st.none(), st.booleans()),
    st.one_of(st.none(), st.dictionaries(ODD, st.one_of(TEXTS, ODD, st.none()), max_size=3)),
)


@pytest.fixture
async def table(database):
    async with database.as_owner() as connection:
        await connection.execute(
            "create temporary table kept (n serial, a text, b bigint, c numeric, d bytea, e date,"
            " f timestamptz, g boolean, h jsonb)"
        )
        yield connection


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, max_size=8))
async def test_every_value_comes_back(table, rows):
    await table.execute("truncate kept restart identity")
    written = [(*row[:7], None if row[7] is None else Jsonb(row[7])) for row in rows]
    await copy_rows(table, "copy kept (a, b, c, d, e, f, g, h) from stdin", written)
    cursor = await table.execute("select a, b, c, d, e, f, g, h from kept order by n")
    assert [tuple(row.values()) for row in await cursor.fetchall()] == rows
    assert sum(count for count, _ in array_elements(written)) == len(rows)
    for count, elements in array_elements(written):
        assert count == len(rows)
        arrays = [f"{{{column}}}" for column in elements]
        cursor = await table.execute(
            "select * from unnest(%s::text[], %s::bigint[], %s::numeric[], %s::bytea[], %s::date[],"
            " %s::timestamptz[], %s::boolean[], %s::jsonb[]) as t (a, b, c, d, e, f, g, h)",
            arrays,
        )
        assert [tuple(row.values()) for row in await cursor.fetchall()] == rows


async def test_many_rows_are_all_copied(table):
    count = 2500
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    rows = (
        (f"#{n}", n, Decimal(n) / 100, b"\\", date(2026, 6, 1), moment, n % 2 == 0, None)
        for n in range(count)
    )
    await copy_rows(table, "copy kept (a, b, c, d, e, f, g, h) from stdin", rows)
    # as text: the oldest PostgreSQL knows no least of bytes
    cursor = await table.execute(
        "select count(*), sum(b), min(encode(d, 'hex')) as least, min(f) from kept"
    )
    assert tuple((await cursor.fetchone()).values()) == (count, 3123750, "5c", moment)
    await copy_rows(table, "copy kept (a) from stdin", [])
