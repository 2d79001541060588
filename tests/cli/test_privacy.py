"""`aura privacy` on a real installation: asked for on standard input, answered, recorded."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

AURA = Path(sys.executable).parent / "aura"
NAMES = (Path(__file__).parents[1] / "imports/files/orders.csv").read_text().partition("\n")[0]
EMAIL = "zwitscher@zwitscher-mail.example"


@pytest.fixture
def aura(owner_url, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    environment |= {
        "AURA_HOME": str(tmp_path / "home"),
        "AURA_DATABASE_URL": owner_url,
        "COLUMNS": "100",
    }

    def aura(*words, given=""):
        return subprocess.run(
            [str(AURA), *words],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return aura


@pytest.fixture
def imported(aura, tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, NAMES.split(","))
        writer.writeheader()
        for number, address in enumerate((EMAIL, EMAIL, "other@example.com"), start=1):
            writer.writerow(
                {
                    "Name": f"#{number}",
                    "Email": address,
                    "Created at": f"2026-01-0{number} 12:00:00 -0500",
                    "Total": "10.00",
                    "Currency": "USD",
                    "Financial Status": "paid",
                    "Lineitem name": "Candle",
                    "Id": str(8000 + number),
                }
            )
    done = aura("import", "orders", str(path), "--brand", "Zwitscher")
    assert done.returncode == 0, done.stderr


def test_a_person_is_handed_over_and_redacted_without_ever_being_an_argument(
    aura, imported, tmp_path, owner_url
):
    kept = tmp_path / "answer.json"
    done = aura("privacy", "export", "--output", str(kept), given=f"{EMAIL}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    found = json.loads(kept.read_text())
    assert [one["order_id"] for one in found["orders"]] == ["8001", "8002"]
    assert EMAIL not in kept.read_text()

    again = aura("privacy", "export", "--output", str(kept), given=f"{EMAIL}\n")
    assert again.returncode == 4
    assert "cannot be written" in again.stderr

    done = aura("privacy", "redact", "--json", given=f"{EMAIL}\n")
    assert json.loads(done.stdout)["orders"] == 2, done.stderr
    assert json.loads(aura("privacy", "export", given=f"{EMAIL}\n").stdout)["orders"] == []

    listed = json.loads(aura("privacy", "list", "--json").stdout)
    assert [(one["asks"], one["outcome"], one["orders"]) for one in listed] == [
        ("customers/data_request", "exported", 0),
        ("customers/redact", "redacted", 2),
        ("customers/data_request", "exported", 2),
    ]
    assert {one["answer_by"] for one in listed} == {None}
    with psycopg.connect(owner_url) as connection:
        (row,) = connection.execute(
            "select array_agg(sealed_request), sum(total_sales) from aura.events, aura.orders"
        )
    assert (set(row[0]), row[1] / 3) == ({None}, 30)


def test_what_names_nobody_is_refused_and_not_repeated(aura, imported):
    done = aura("privacy", "redact", given="zwitscher\n")
    assert (done.returncode, done.stdout) == (4, "")
    assert "zwitscher" not in done.stderr
    assert aura("privacy", "export", "unknown").returncode == 5
    assert aura("privacy", "list").stdout == "Nobody has asked for anything.\n"
