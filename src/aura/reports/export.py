"""A brand's tables for other programs: CSV for spreadsheets, Parquet for the rest.

In: a brand of the person who asks, a table, days. Out: bytes in pieces, written while they are
read, so that any number of rows takes the same memory; a slow reader takes them from a temporary
file, not from the database. CSV is UTF-8 with a mark, ISO days, a point in decimals, no thousands,
a column with the currency. Parquet needs the extra `parquet` (pyarrow); numbers in it are decimals
with eight digits after the point.
"""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, Literal
from uuid import UUID

from aura.errors import ConfigurationError, InputError
from aura.reports.cohort_rows import HEADS, cohort_rows
from aura.reports.cohorts import MONTHS, cohorts
from aura.reports.delimited import BYTE_ORDER_MARK, delimited
from aura.reports.read_ahead import read_ahead
from aura.store import exports, reports
from aura.store.database import Database
from aura.store.exports import DATASETS, Dataset

Format = Literal["csv", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "parquet")
COHORTS = "cohorts"
TITLES: dict[str, str] = {name: one.title for name, one in DATASETS.items()} | {
    COHORTS: "Customers by the month of their first order"
}
_PLACES = Decimal("0.00000001")
_DIGITS = 38


@dataclass(frozen=True, slots=True)
class Export:
    """A table on its way: what it is called, and its bytes in pieces."""

    file_name: str
    media_type: str
    pieces: AsyncGenerator[bytes, None]


def has_parquet() -> bool:
    """Whether Parquet can be written here: the extra `parquet` is installed."""
    return find_spec("pyarrow") is not None


def known_dataset(name: str) -> str:
    """The name of a table; InputError for any other."""
    if name not in TITLES:
        raise InputError(f"There is no table {name}: choose {', '.join(TITLES)}.")
    return name


def known_format(name: str) -> Format:
    """A format; InputError for an unknown one, ConfigurationError where its extra is missing."""
    for one in FORMATS:
        if one == name:
            if one == "parquet" and not has_parquet():
                raise ConfigurationError(
                    "Parquet needs one more package: pip install 'project-aura[parquet]'."
                )
            return one
    raise InputError("A table is exported as csv or parquet.")


async def export(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    dataset: str,
    kind: str = "csv",
    first_day: date | None = None,
    last_day: date | None = None,
    now: datetime,
) -> Export:
    """A table of a brand of the person's. Raises NotFoundError, InputError, ConfigurationError.

    Nothing is read before the pieces are asked for, but whose brand it is.
    """
    name, form = known_dataset(dataset), known_format(kind)
    if first_day and last_day and last_day < first_day:
        raise InputError("The last day cannot be before the first.")
    async with database.as_user(user_id) as connection:
        brand = await reports.brand(connection, brand_id)
    slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in brand.name.lower())
    file_name = f"{slug.strip('-') or 'brand'}-{name}.{form}"
    if name == COHORTS:
        if form == "parquet":
            raise InputError("Cohorts are exported as csv.")
        pieces = _cohorts(database, user_id, brand_id, now)
    else:
        read = _csv if form == "csv" else _parquet
        made = read(database, user_id, brand_id, DATASETS[name], first_day, last_day)
        pieces = read_ahead(made)
    media = "text/csv; charset=utf-8" if form == "csv" else "application/vnd.apache.parquet"
    return Export(file_name, media, pieces)


async def _cohorts(
    database: Database, user_id: UUID, brand_id: UUID, now: datetime
) -> AsyncGenerator[bytes, None]:
    report = await cohorts(
        database, user_id=user_id, brand_id=brand_id, months=max(MONTHS), now=now
    )
    yield delimited(HEADS, cohort_rows(report)).encode()


async def _csv(
    database: Database,
    user_id: UUID,
    brand_id: UUID,
    dataset: Dataset,
    first_day: date | None,
    last_day: date | None,
) -> AsyncGenerator[bytes, None]:
    yield BYTE_ORDER_MARK.encode()
    async with database.as_user(user_id) as connection:
        async for piece in exports.copy_csv(
            connection, dataset, brand_id=brand_id, first_day=first_day, last_day=last_day
        ):
            yield piece


async def _parquet(
    database: Database,
    user_id: UUID,
    brand_id: UUID,
    dataset: Dataset,
    first_day: date | None,
    last_day: date | None,
) -> AsyncGenerator[bytes, None]:
    import pyarrow as pa  # noqa: PLC0415 - an extra that need not be installed
    from pyarrow import parquet  # noqa: PLC0415 - as above

    types = {
        "day": pa.date32(),
        "text": pa.string(),
        "number": pa.decimal128(_DIGITS, 8),
        "moment": pa.timestamp("us", tz="UTC"),
        "flag": pa.bool_(),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in dataset.columns])
    sink = _Sink()
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema) as writer:
        async with database.as_user(user_id) as connection:
            async for rows in exports.rows_of(
                connection, dataset, brand_id=brand_id, first_day=first_day, last_day=last_day
            ):
                columns = [
                    [_exact(value) for value in column] for column in zip(*rows, strict=True)
                ]
                arrays = [
                    pa.array(column, field.type)
                    for column, field in zip(columns, schema, strict=True)
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                yield sink.taken()
    yield sink.taken()


def _exact(value: Any) -> Any:
    return value.quantize(_PLACES) if isinstance(value, Decimal) else value


class _Sink(io.RawIOBase):
    """What a writer has written since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        """The bytes so far, once."""
        piece = b"".join(self._pieces)
        self._pieces.clear()
        return piece
