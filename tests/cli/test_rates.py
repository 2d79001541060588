"""`aura rates` against a real server: newer rates are kept, anything else changes nothing."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aura.reports.rates import MOST_BYTES, kept_file
from cli.test_commands import aura

NEWER = "Date,USD,JPY,GBP,\n2026-11-24,1.1,170,0.84,\n2026-11-23,1.12,171,0.83,\n"


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address that it is served at."""
    folder = tmp_path / "bank"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/rates.csv"
    server.shutdown()
    server.server_close()


def test_newer_rates_are_kept_and_used(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    (folder / "rates.csv").write_text(NEWER)
    done = aura("rates", "refresh", home=tmp_path, rates_url=address)
    assert done.returncode == 0, done.stderr
    shown = aura("rates", "show", "--json", home=tmp_path)
    assert '"last_day": "2026-11-24"' in shown.stdout
    assert '"GBP"' in shown.stdout
    assert [one.name for one in kept_file(tmp_path).parent.iterdir()] == ["eurofxref-hist.zip"]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("<html>", 4, "European Central Bank"),
        ("Date,USD,JPY,GBP,\n2001-01-02,1,2,3,\n", 4, "Nothing was changed"),
        ("Date,USD,JPY,GBP,\n2026-11-24,1.1,170,much,\n", 4, "rates of GBP cannot be read"),
        ("Date,USD,JPY,GBP,\n2026-11-24,0,170,0.8,\n", 4, "rates of USD cannot be read"),
        (None, 7, "The rates at hand stay"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line_and_changes_nothing(
    served: tuple[Path, str], tmp_path: Path, content: str | None, code: int, words: str
) -> None:
    folder, address = served
    if content is not None:
        (folder / "rates.csv").write_text(content)
    done = aura("rates", "refresh", home=tmp_path, rates_url=address)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not kept_file(tmp_path).exists()


def test_a_file_that_never_ends_is_left_and_one_that_unpacks_to_too_much_refused(
    served: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = served
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rates.csv", NEWER + "\n" * MOST_BYTES)
    for large in (content.getvalue(), b"\n" * (MOST_BYTES + 1)):
        (folder / "rates.csv").write_bytes(large)
        done = aura("rates", "refresh", home=tmp_path, rates_url=address)
        assert (done.returncode, "far too large" in done.stderr) == (4, True)
        assert not kept_file(tmp_path).exists()
