"""Nothing of a person is anywhere after an import: not in the database, on disk or in a log."""

from __future__ import annotations

import csv
import io
import logging
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from aura.accounts.tokens import TokenSigner
from aura.config import Settings
from aura.errors import FileRefusedError
from aura.imports.any_file import import_daily
from aura.imports.report_result import ReportTerms
from files_on_disk import files_below
from imports.test_workbooks import workbook
from requirements import require

FILES = Path(__file__).parent / "files"
PERSONAL = {
    "Email": "tschilp{n}@tschilp-mail.example",
    "Phone": "+1 201 555 {n:04}",
    "Billing Phone": "+1 202 555 {n:04}",
    "Shipping Phone": "+1 203 555 {n:04}",
    "Billing Name": "Tschilp Billing{n}",
    "Shipping Name": "Tschilp Shipping{n}",
    "Billing Address1": "{n} Tschilp Row",
    "Shipping Street": "{n} Tschilp Lane",
    "Billing Company": "Tschilp{n} Limited",
    "Notes": "leave it with Tschilp-Neighbour{n}",
    "Note Attributes": "ip: 203.0.113.{n}\nphone: 20455500{n:02}",
    "Payment Reference": "tschilp-payment-{n}",
    "Tags": "tschilp-tag-{n}",
}
# one of these is in every text about a person, and nowhere else
MARKS = (
    "tschilp",
    "Tschilp",
    "+1 201 555 ",
    "+1 202 555 ",
    "+1 203 555 ",
    "203.0.113.",
    "phone: 20455500",
)
ORDERS = 20


def canary_file() -> tuple[str, list[str]]:
    """An export of orders by people who do not exist, and every text about them."""
    names = (FILES / "orders.csv").read_text().partition("\n")[0].split(",")
    planted = []
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    for n in range(1, ORDERS + 1):
        about = {column: words.format(n=n) for column, words in PERSONAL.items()}
        planted += [line for words in about.values() for line in words.splitlines()]
        facts = {
            "Name": f"#{n}",
            "Created at": f"2026-01-{n:02} 12:00:00 -0500",
            "Total": "10.00",
            "Currency": "USD",
            "Financial Status": "paid",
            "Lineitem name": "Candle",
            "Id": str(8000 + n),
        }
        writer.writerow(facts | about)
    return text.getvalue(), planted


def dump(programs, url: str, folder: Path) -> str:
    """The whole database as pg_dump of the same release writes it."""
    program = Path(programs.program("pg_dump"))
    require("pg_dump beside the server", program.exists())
    done = subprocess.run(
        [str(program), "--dbname", url, "--schema", "*"],
        env=programs.environment() | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def places_below(folder: Path) -> dict[str, bytes]:
    return {str(path): content for path, content in files_below(folder)}


@pytest.fixture
def talkative(postgres, superuser_url):
    """This test's database, whose server logs every statement."""
    name = urlsplit(superuser_url).path.removeprefix("/")
    postgres.run("alter database {} set log_statement = 'all'", name)


def canary_orders(text: str) -> list[tuple[str, str | bytes]]:
    """The orders as text, and as a workbook."""
    rows = list(csv.reader(io.StringIO(text)))
    return [("orders.csv", text), ("orders.xlsx", book_of(rows))]


def book_of(rows: list[list[str]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        cells = [[cell.replace("&", "&amp;") for cell in row] for row in rows]
        return workbook(Path(folder) / "a.xlsx", {"Orders": cells}).read_bytes()


def shop_reports() -> tuple[list[tuple[str, str | bytes]], list[str]]:
    """Reports of the shop with columns about people, as text and as workbooks."""
    planted = [f"tschilp-{n}@tschilp-mail.example" for n in range(3)]
    planted += [f"Tschilp Person{n}" for n in range(3)]
    sales = [["Day", "Customer email", "Customer name", "Orders", "Total sales"]]
    kinds = [["Day", "New or returning customer", "Customer name", "Customers"]]
    for n in range(3):
        sales.append([f"2026-03-0{n + 1}", planted[n], planted[n + 3], "1", "5.00"])
        kinds.append([f"2026-03-0{n + 1}", "New", planted[n + 3], "1"])
    files: list[tuple[str, str | bytes]] = []
    for name, rows in (("sales", sales), ("customers", kinds)):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        files += [(f"{name}.csv", text.getvalue()), (f"{name}.xlsx", book_of(rows))]
    return files, planted


async def test_no_trace_of_a_person_is_left_by_orders(traces, make_shop, write_file):
    text, planted = canary_file()
    for name, content in canary_orders(text):
        shop = await make_shop()
        result = await shop.bring(write_file(content, name), complete_history=True)
        assert result.orders == ORDERS
        assert sum((await shop.metrics())["new_customers"].values()) == ORDERS
        bad = text.replace("2026-01-20", "2026-99-20")
        with pytest.raises(FileRefusedError) as refused:
            await shop.bring(write_file(bad, "bad.csv"))
        logging.getLogger("aura").error("%s %r", refused.value.message, refused.value)
        without = await shop.bring(write_file(bad, "bad.csv"), skip_bad_rows=True, may_shrink=True)
        assert [row.line for row in without.left_out]
        places = traces(result, without, refused.value.message)
        assert b"copy incoming_orders" in places["log of the server"]
        assert b"8001" in places["dump"]
        assert len(planted) == ORDERS * (len(PERSONAL) + 1)
        assert hits(places, planted) == set()


async def test_no_trace_of_a_person_is_left_by_reports_of_the_shop(traces, make_shop, write_file):
    files, planted = shop_reports()
    for name, content in files:
        shop = await make_shop()
        asked = {
            "brand_id": shop.brand,
            "now": datetime(2026, 11, 22, tzinfo=UTC),
            "created_by": shop.person,
        }
        path = write_file(content, name)
        terms = ReportTerms()
        result = await import_daily(shop.database, path=path, terms=terms, **asked)
        assert result.total in {15, 3}
        text = "Day,Customer name,Orders,Total sales\n" + f"Tschilp,{planted[3]},x,{planted[0]}\n"
        with pytest.raises(FileRefusedError) as refused:
            await import_daily(shop.database, path=write_file(text), terms=terms, **asked)
        logging.getLogger("aura").error("%s %r", refused.value.message, refused.value)
        places = traces(result, refused.value.message, refused.value.rows)
        assert hits(places, planted) == set()


@pytest.fixture
def traces(talkative, programs, postgres, superuser_url, caplog, tmp_path, monkeypatch):
    """Everything that an import may have left: the database, disks, logs and what it answered."""
    scratch, home = tmp_path / "scratch", tmp_path / "home"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    TokenSigner.load_or_make(Settings(home=home))
    caplog.set_level(logging.DEBUG)

    def traces(*answers: object) -> dict[str, bytes]:
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            connection.execute("checkpoint")
            [data] = connection.execute("show data_directory").fetchone()
        assert list(scratch.iterdir()) == []
        return {
            "dump": dump(programs, superuser_url, tmp_path).encode(),
            "log of the program": caplog.text.encode(),
            "log of the server": postgres.log.read_bytes(),
            "answers": repr(answers).encode(),
            **places_below(Path(data)),
            **places_below(home),
            **places_below(scratch),
        }

    return traces


def hits(places: dict[str, bytes], planted: list[str]) -> set[tuple[str, str]]:
    assert [words for words in planted if not any(mark in words for mark in MARKS)] == []
    return {
        (place, mark)
        for place, content in places.items()
        for mark in MARKS
        if mark.encode() in content
    }
