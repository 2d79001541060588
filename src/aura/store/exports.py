"""Whole tables out of the database, under the person's own row level security, in constant memory.

CSV is written by the server itself (`copy … to stdout`) and passed on as it comes; rows for other
formats come through a cursor on the server. In text cells that a spreadsheet would run as a formula
an apostrophe stands in front; numbers stay numbers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import sql
from psycopg.abc import PQGen
from psycopg.generators import copy_from
from psycopg.pq.abc import PGconn
from psycopg.rows import tuple_row

from aura.store.database import Connection
from aura.store.statements import statements

Kind = Literal["day", "text", "number", "moment", "flag"]
ROWS_PER_STEP = 5000
_PIECE = 1 << 16
# what people wrote: the other texts are words of platforms, and numbers
_FREE_TEXT = frozenset(
    {"account", "campaign", "account_id", "campaign_id", "brand", "entity_id", "entity_name"}
    | {"status", "title", "description"}
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table that can be exported: its columns in order, by kind."""

    name: str
    title: str
    columns: tuple[tuple[str, Kind], ...]


def _columns(**kinds: str) -> tuple[tuple[str, Any], ...]:
    return tuple((name, kind) for kind, names in kinds.items() for name in names.split())


_AD_SUMS = "ad_spend impressions clicks all_clicks conversions conversion_value"
DATASETS: dict[str, Dataset] = {
    one.name: one
    for one in (
        Dataset(
            "metrics",
            "Every day of each platform",
            _columns(
                day="day",
                text="platform currency",
                number="revenue gross_sales discounts returns shipping taxes duties orders "
                f"new_customers {_AD_SUMS}",
            ),
        ),
        Dataset(
            "entities",
            "Every day of each campaign",
            (
                *_columns(
                    day="day",
                    text="platform account_id account campaign_id campaign status currency",
                    number=f"{_AD_SUMS} conversions_by_conversion_date "
                    "conversion_value_by_conversion_date",
                ),
                ("source", "text"),
            ),
        ),
        Dataset(
            "insights",
            "Every insight",
            (
                ("created_at", "moment"),
                *_columns(text="insight_type priority title description"),
                ("is_read", "flag"),
                ("expires_at", "moment"),
                ("insight_id", "text"),
            ),
        ),
        Dataset(
            "history",
            "Each value whenever it was newly stated, for aura insights backtest",
            (
                ("observed_on", "day"),
                *_columns(
                    text="brand currency timezone platform level entity_id entity_name",
                ),
                ("date", "day"),
                ("metric_type", "text"),
                ("value", "number"),
            ),
        ),
    )
}


def _parameters(brand_id: UUID, first_day: date | None, last_day: date | None) -> dict[str, Any]:
    return {"brand_id": brand_id, "first_day": first_day, "last_day": last_day}


async def copy_csv(
    connection: Connection,
    dataset: Dataset,
    *,
    brand_id: UUID,
    first_day: date | None = None,
    last_day: date | None = None,
) -> AsyncIterator[bytes]:
    """The table as CSV with a header, in pieces, of a brand of the signed-in person."""
    guarded = sql.SQL(
        "case when left({0}, 1) in ('=', '+', '-', '@', e'\\t', e'\\r')"
        " then chr(39) || {0} else {0} end as {0}"
    )
    cells = [
        guarded.format(sql.Identifier(name)) if name in _FREE_TEXT else sql.Identifier(name)
        for name, _ in dataset.columns
    ]
    query = sql.SQL("copy (select {} from ({}) as t) to stdout (format csv, header)").format(
        sql.SQL(", ").join(cells), sql.SQL(statements("exports")[dataset.name])
    )
    parameters = _parameters(brand_id, first_day, last_day)
    async with connection.cursor() as cursor, cursor.copy(query, parameters):
        is_complete = False
        while not is_complete:
            piece, is_complete = await connection.wait(_piece(connection.pgconn))
            if piece:
                yield piece


def _piece(server: PGconn) -> PQGen[tuple[bytes, bool]]:
    """The next rows of a running `copy … to stdout`, and whether they were the last.

    The server sends a row at a time. `AsyncCopy.read` goes through the event loop for each, which
    costs more than the query; this asks it only when nothing has arrived.
    """
    rows = bytearray()
    while len(rows) < _PIECE:
        row = yield from copy_from(server)
        if not isinstance(row, memoryview):
            return bytes(rows), True
        rows += row
    return bytes(rows), False


async def rows_of(
    connection: Connection,
    dataset: Dataset,
    *,
    brand_id: UUID,
    first_day: date | None = None,
    last_day: date | None = None,
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """The table's rows, some thousands at a time, of a brand of the signed-in person."""
    async with connection.cursor("export", row_factory=tuple_row) as cursor:
        await cursor.execute(
            statements("exports")[dataset.name], _parameters(brand_id, first_day, last_day)
        )
        while rows := await cursor.fetchmany(ROWS_PER_STEP):
            yield rows
