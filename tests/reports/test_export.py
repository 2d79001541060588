"""A brand's tables as files: every number exact, one's own only, and back again."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from aura.accounts.links import end_link, list_links, make_link, open_link
from aura.errors import DatabaseError, FileRefusedError, InputError, NotFoundError
from aura.imports.any_file import import_daily
from aura.imports.daily import import_report
from aura.imports.report_result import ReportTerms
from aura.imports.shop_import import import_shop_report
from aura.reports.export import TITLES, export
from aura.reports.read_ahead import IN_MEMORY, read_ahead
from aura.store.database import Database
from requirements import require

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 6, tzinfo=UTC)
ADS = (
    "Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n"
    "2026-06-01,=1+1,11,USD,10.123456,100,10,1.33,20.50\n"
    "2026-06-02,-Sale,12,USD,7.00,70,7,2.00,31.00\n"
)
SALES = (
    "Day,Orders,Gross sales,Returns,Total sales\n2026-06-01,3,100,-10,90\n2026-06-02,0,0,-5,-5\n"
)


@pytest.fixture
async def brand(database, make_person, make_brand, tmp_path):
    person = await make_person()
    brand_id = await make_brand(person, currency="USD", timezone="UTC", name="Ünter & Co")
    terms = {"brand_id": brand_id, "created_by": person, "terms": ReportTerms(may_shrink=True)}
    for now, bring, text in (
        (NOW, import_report, ADS.replace("7.00,70", "6.00,70")),
        (LATER, import_report, ADS),
        (NOW, import_shop_report, SALES),
    ):
        path = tmp_path / "file.csv"
        path.write_text(text)
        await bring(database, path=path, now=now, **terms)
    return person, brand_id


@pytest.fixture
def table(database, brand):
    async def table(name: str, **options) -> tuple[bytes, list[dict[str, str]]]:
        person, brand_id = brand
        made = await export(
            database, user_id=person, brand_id=brand_id, dataset=name, now=NOW, **options
        )
        content = b"".join([piece async for piece in made.pieces])
        text = content.decode("utf-8-sig") if made.file_name.endswith("csv") else ""
        return content, list(csv.DictReader(io.StringIO(text)))

    return table


async def test_metrics_are_the_stored_days_to_the_digit(table):
    content, rows = await table("metrics")
    assert content.startswith(b"\xef\xbb\xbf")
    assert [(row["day"], row["platform"], row["currency"]) for row in rows] == [
        ("2026-06-01", "google_ads", "USD"),
        ("2026-06-01", "shopify", "USD"),
        ("2026-06-02", "google_ads", "USD"),
        ("2026-06-02", "shopify", "USD"),
    ]
    assert rows[0]["ad_spend"] == "10.123456"
    assert rows[0]["revenue"] == ""
    assert (rows[3]["revenue"], rows[3]["returns"]) == ("-5", "5")
    _, later = await table("metrics", first_day=date(2026, 6, 2))
    assert later == rows[2:]


async def test_a_name_that_a_spreadsheet_would_run_is_text_and_a_negative_number_a_number(table):
    _, rows = await table("entities")
    assert [row["campaign"] for row in rows] == ["'=1+1", "'-Sale"]
    assert [row["campaign_id"] for row in rows] == ["11", "12"]
    _, metrics = await table("metrics")
    assert metrics[3]["revenue"] == "-5"


async def test_history_states_each_value_when_it_was_newly_seen(table):
    _, rows = await table("history")
    assert list(rows[0]) == [
        *("observed_on", "brand", "currency", "timezone", "platform", "level", "entity_id"),
        *("entity_name", "date", "metric_type", "value"),
    ]
    spend = [
        (row["observed_on"], row["level"], row["value"])
        for row in rows
        if (row["metric_type"], row["date"]) == ("ad_spend", "2026-06-02")
    ]
    assert spend == [
        ("2026-11-22", "account", "6.00"),
        ("2026-11-22", "campaign", "6.00"),
        ("2026-11-24", "account", "7.00"),
        ("2026-11-24", "campaign", "7.00"),
    ]
    impressions = [row for row in rows if row["metric_type"] == "impressions"]
    assert {row["observed_on"] for row in impressions} == {"2026-11-22"}


@pytest.mark.parametrize("name", TITLES)
async def test_nobody_exports_a_table_of_somebody_else(database, brand, make_person, name):
    stranger = await make_person()
    with pytest.raises(NotFoundError):
        await export(database, user_id=stranger, brand_id=brand[1], dataset=name, now=NOW)


async def test_what_cannot_be_exported_is_said(table):
    with pytest.raises(InputError, match="choose metrics, entities"):
        await table("orders")
    with pytest.raises(InputError, match="csv or parquet"):
        await table("metrics", kind="xls")
    with pytest.raises(InputError, match="before the first"):
        await table("metrics", first_day=date(2026, 2, 1), last_day=date(2026, 1, 1))


async def test_parquet_has_the_same_numbers(table):
    require("pyarrow: make parquet", _has_pyarrow())
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    content, _ = await table("entities", kind="parquet")
    rows = parquet.read_table(io.BytesIO(content)).to_pylist()
    assert [row["campaign"] for row in rows] == ["=1+1", "-Sale"]
    assert [row["ad_spend"] for row in rows] == [Decimal("10.123456"), Decimal(7)]
    assert rows[0]["day"] == date(2026, 6, 1)


def _has_pyarrow() -> bool:
    from aura.reports.export import has_parquet  # noqa: PLC0415 - what it is about

    return has_parquet()


async def test_a_link_gives_one_table_until_it_is_ended_or_has_run_out(database, brand):
    person, brand_id = brand
    made = await make_link(
        database,
        user_id=person,
        brand_id=brand_id,
        dataset="metrics",
        name=" Weekly  sheet ",
        days=30,
        now=NOW,
    )
    assert made.token not in repr(made)
    used = await open_link(database, made.token, now=LATER)
    assert (used.user_id, used.brand_id, used.dataset) == (person, brand_id, "metrics")
    [listed] = await list_links(database, user_id=person, brand_id=brand_id)
    assert (listed.name, listed.dataset, listed.last_used_at) == ("Weekly sheet", "metrics", LATER)
    assert made.token.startswith(listed.prefix)
    with pytest.raises(NotFoundError):
        await open_link(database, made.token, now=datetime(2026, 12, 23, tzinfo=UTC))
    await end_link(database, user_id=person, brand_id=brand_id, link_id=listed.id)
    for token in (made.token, made.token + "x", "auralink_", ""):
        with pytest.raises(NotFoundError):
            await open_link(database, token, now=LATER)


async def test_links_are_ones_own(database, brand, make_person):
    person, brand_id = brand
    stranger = await make_person()
    terms = {"dataset": "metrics", "name": "", "now": NOW}
    with pytest.raises(NotFoundError):
        await make_link(database, user_id=stranger, brand_id=brand_id, **terms)
    made = await make_link(database, user_id=person, brand_id=brand_id, **terms)
    assert await list_links(database, user_id=stranger, brand_id=brand_id) == []
    with pytest.raises(NotFoundError):
        await end_link(database, user_id=stranger, brand_id=brand_id, link_id=made.link.id)
    with pytest.raises(InputError):
        await make_link(database, user_id=person, brand_id=brand_id, days=0, **terms)


async def test_what_was_exported_and_imported_is_the_same_again(
    database, brand, table, make_person, make_brand, tmp_path
):
    for name in ("metrics", "entities"):
        content, _ = await table(name)
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
        person = await make_person()
        other = await make_brand(person, currency="USD", timezone="UTC")
        terms = {"brand_id": other, "created_by": person, "terms": ReportTerms(), "now": NOW}
        await import_daily(database, path=path, **terms)
        again = await export(database, user_id=person, brand_id=other, dataset=name, now=NOW)
        text = b"".join([piece async for piece in again.pieces]).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        [_, expected] = await table(name)
        for row in (*rows, *expected):
            row.pop("status", None)
        assert [{k: _plain(v) for k, v in row.items()} for row in rows] == [
            {k: _plain(v) for k, v in row.items()} for row in expected
        ]
        assert (await import_daily(database, path=path, **terms)).rows_changed == 0


def _plain(cell: str) -> str:
    """A number without trailing zeros."""
    try:
        return format(Decimal(cell).normalize(), "f")
    except ArithmeticError:
        return cell


async def test_amounts_that_were_exported_keep_their_currency(
    database, brand, table, make_person, make_brand, tmp_path
):
    content, _ = await table("metrics")
    path = tmp_path / "metrics.csv"
    person = await make_person()
    other = await make_brand(person, currency="EUR", timezone="UTC")
    terms = {"brand_id": other, "created_by": person, "terms": ReportTerms(), "now": NOW}
    sales = "\n".join(line for line in content.decode().splitlines() if "google" not in line)
    path.write_text(sales)
    with pytest.raises(FileRefusedError, match="in USD but the brand's currency is EUR"):
        await import_daily(database, path=path, **terms)
    path.write_text(sales.replace("USD", "CHF", 1))
    with pytest.raises(FileRefusedError, match="mixes currencies"):
        await import_daily(database, path=path, **terms)


@pytest.fixture
async def narrow(owner_url):
    """A database with one connection for all who ask."""
    opened = await Database.open(owner_url, pool_size=1)
    yield opened
    await opened.close()


@pytest.fixture
async def slow(database, brand, narrow):
    """A long table of which somebody has taken the first pieces only."""
    person, brand_id = brand
    async with database.as_owner() as connection:
        await connection.execute(
            "insert into aura.brand_days (brand_id, date, platform, currency, revenue)"
            " select %s, date '1980-01-01' + n, 'meta', 'USD',"
            " n + 0.1234567890123456789012345678901 from generate_series(0, 15999) as n",
            [brand_id],
        )
    made = await export(narrow, user_id=person, brand_id=brand_id, dataset="metrics", now=NOW)
    # the mark that comes first needs no database
    return person, made.pieces, await anext(made.pieces) + await anext(made.pieces)


async def _asks(database, person):
    async with asyncio.timeout(20), database.as_user(person) as connection:
        cursor = await connection.execute("select count(*) from aura.brand_days")
        return (await cursor.fetchone())["count"]


async def test_a_slow_reader_holds_no_connection_and_misses_nothing(narrow, slow):
    person, pieces, first = slow
    stored = await _asks(narrow, person)
    content = b"".join([first, *[piece async for piece in pieces]])
    assert len(content) > IN_MEMORY
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == stored
    assert rows[15999]["revenue"] == "15999.1234567890123456789012345678901"


async def test_what_is_read_ends_when_its_reader_goes_away():
    ended = asyncio.Event()

    async def endless():
        try:
            while True:
                yield b"row"
                await asyncio.sleep(0)
        finally:
            ended.set()

    pieces = read_ahead(endless())
    assert (await anext(pieces)).startswith(b"row")
    await pieces.aclose()
    assert ended.is_set()


async def test_what_was_taken_leaves_its_room(monkeypatch):
    """A reader that keeps up needs no more room than what waits, however long the table is."""
    sizes = []

    class Measured(tempfile.SpooledTemporaryFile):
        def write(self, piece):
            written = super().write(piece)
            sizes.append(self.tell())
            return written

    async def long():
        for _ in range(200):
            yield b"x" * 65_536
            # long enough to be taken
            for _ in range(10):
                await asyncio.sleep(0)

    monkeypatch.setattr("aura.reports.read_ahead.SpooledTemporaryFile", Measured)
    taken = 0
    async for piece in read_ahead(long()):
        taken += len(piece)
    assert taken == 200 * 65_536
    assert len(sizes) == 200
    assert max(sizes) <= 2 * 65_536


FILLED = """
import asyncio, resource, sys
from aura.errors import ConfigurationError
from aura.reports.read_ahead import read_ahead

async def rows():
    for _ in range(3_000):
        yield b"x" * 1_000

async def main():
    try:
        async for _ in read_ahead(rows()):
            pass
    except ConfigurationError as error:
        print(error.message)

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
asyncio.run(main())
"""


@pytest.mark.parametrize("room", [1_500_000, 1_500_900, 1_508_192])
def test_a_full_disk_is_said(room, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FILLED, str(room)],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("There is no room for temporary files: File too large.")


async def test_what_fails_while_it_is_read_reaches_the_reader_behind_what_came():
    async def broken():
        yield b"some"
        yield b" rows"
        raise DatabaseError("gone")

    taken = bytearray()
    with pytest.raises(DatabaseError, match="gone"):
        async for piece in read_ahead(broken()):
            taken += piece
    assert taken == b"some rows"
