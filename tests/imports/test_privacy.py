"""Nothing of a person is anywhere after an import: not in the database, on disk or in a log."""

from __future__ import annotations

import csv
import io
import logging
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from aura.accounts.tokens import TokenSigner
from aura.config import Settings
from aura.errors import FileRefusedError
from files_on_disk import files_below
from requirements import require

FILES = Path(__file__).parent / "files"
PERSONAL = {
    "Email": "zwitscher{n}@zwitscher-mail.example",
    "Phone": "+1 201 555 {n:04}",
    "Billing Phone": "+1 202 555 {n:04}",
    "Shipping Phone": "+1 203 555 {n:04}",
    "Billing Name": "Zwitscher Billing{n}",
    "Shipping Name": "Zwitscher Shipping{n}",
    "Billing Address1": "{n} Zwitscher Row",
    "Shipping Street": "{n} Zwitscher Lane",
    "Billing Company": "Zwitscher{n} Limited",
    "Notes": "leave it with Zwitscher-Neighbour{n}",
    "Note Attributes": "ip: 203.0.113.{n}\nphone: 20455500{n:02}",
    "Payment Reference": "zwitscher-payment-{n}",
    "Tags": "zwitscher-tag-{n}",
}
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


async def test_no_trace_of_a_customer_is_left_anywhere(
    talkative, shop, write_file, programs, postgres, superuser_url, caplog, tmp_path, monkeypatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    home = tmp_path / "home"
    TokenSigner.load_or_make(Settings(home=home))
    caplog.set_level(logging.DEBUG)
    text, planted = canary_file()
    result = await shop.bring(write_file(text), complete_history=True)
    bad = text.replace("2026-01-20", "2026-99-20")
    with pytest.raises(FileRefusedError) as refused:
        await shop.bring(write_file(bad, "bad.csv"))
    logging.getLogger("aura").error("%s %r", refused.value.message, refused.value)

    assert result.orders == ORDERS
    assert sum((await shop.metrics())["new_customers"].values()) == ORDERS
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("checkpoint")
        [data] = connection.execute("show data_directory").fetchone()
    places = {
        "dump": dump(programs, superuser_url, tmp_path).encode(),
        "log of the program": caplog.text.encode(),
        "log of the server": postgres.log.read_bytes(),
        "result": repr(result).encode(),
        **places_below(Path(data)),
        **places_below(home),
        **places_below(scratch),
    }
    assert b"copy incoming_orders" in places["log of the server"]
    assert b"8001" in places["dump"]
    assert len(planted) == ORDERS * (len(PERSONAL) + 1)
    hits = {
        (place, words)
        for place, content in places.items()
        for words in ("zwitscher", "Zwitscher", *planted)
        if words.encode() in content
    }
    assert hits == set()
    assert list(scratch.iterdir()) == []
