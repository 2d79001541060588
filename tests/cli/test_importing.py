"""`aura import report`, `list` and `undo` on a real installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AURA = Path(sys.executable).parent / "aura"
META = (
    "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Link clicks\n"
    "2026-06-01,2026-06-01,A,10.00,3\n2026-06-02,2026-06-02,A,5.00,1\n"
)


@pytest.fixture
def aura(owner_url, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    environment |= {"AURA_HOME": str(tmp_path / "home"), "AURA_DATABASE_URL": owner_url}

    def aura(*words):
        return subprocess.run(
            [str(AURA), "import", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return aura


def test_a_report_is_tried_imported_listed_and_undone(aura, tmp_path):
    path = tmp_path / "meta.csv"
    path.write_text(META)
    brand = ("--brand", "Shell")
    tried = aura("report", str(path), *brand, "--dry-run")
    assert (tried.returncode, tried.stderr) == (0, "")
    assert "there is no brand of this name yet" in tried.stdout
    asked = aura("report", str(path), *brand)
    assert asked.returncode == 4
    assert "--timezone" in asked.stderr

    done = aura("report", str(path), *brand, "--timezone", "Europe/Berlin", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["platform"], result["total"], result["currency"]) == ("meta", "15.00", "EUR")
    assert "meta.csv" in aura("list", *brand).stdout
    undone = aura("undo", result["import_id"])
    assert "2 days are as they were" in undone.stdout
    [listed] = json.loads(aura("list", *brand, "--json").stdout)
    assert listed["undone_at"]
    assert aura("undo", result["import_id"]).returncode == 4


def test_a_refusal_is_one_sentence_and_a_status(aura, tmp_path):
    path = tmp_path / "meta.csv"
    path.write_text(META.replace("5.00", "five"))
    done = aura("report", str(path), "--brand", "Shell", "--timezone", "Europe/Berlin")
    assert done.returncode == 4
    assert "line 3" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_rows_are_left_out_and_printed_and_columns_are_named(aura, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("Wann,Was,Summe (EUR)\n2026-06-01,A,1.50\n2026-06-02,A,viel\n2026-06-03,A,2\n")
    brand = ("--brand", "Shell", "--timezone", "Europe/Berlin")
    refused = aura(str(path), *brand)
    assert refused.returncode == 4
    assert '--column "Name=field"' in refused.stderr
    said = ("--column", "Wann=day", "--column", "Was=campaign", "--column", "Summe=ad_spend")
    asked = aura(str(path), *brand, *said)
    assert "--as: meta, google_ads" in asked.stderr
    bad = aura(str(path), *brand, *said, "--as", "meta")
    assert "import the other 2 with --skip-bad-rows" in bad.stderr
    done = aura(str(path), *brand, *said, "--as", "meta", "--skip-bad-rows")
    assert done.returncode == 0, done.stderr
    assert 'line 3 was left out: "Summe (eur)" is not a number' in done.stdout
    again = aura(str(path), *brand, "--skip-bad-rows", "--json")
    result = json.loads(again.stdout)
    assert (result["rows"], result["rows_changed"], result["platform"]) == (2, 0, "meta")
    assert [row[0] for row in result["left_out"]] == [3]
