"""A seeded sample of random edits over all importers: read, or refused in plain words.

`make fuzz-import` does the same for hours, and into a database.
"""

from __future__ import annotations

import asyncio
import io
import random
import zipfile
from pathlib import Path

import pytest

from aura.errors import FileRefusedError
from aura.imports.ad_reports import read_ad_report
from aura.imports.any_file import kind_of
from aura.imports.orders import inspect_orders
from aura.imports.shop_reports import read_shop_report

FILES = Path(__file__).parent / "files"
GOOD = {
    "orders": (FILES / "orders.csv").read_bytes(),
    "google": (
        b'Campaign report\n"June 1, 2026 - June 9, 2026"\nDay,Campaign,Campaign ID,Currency code,'
        b'Cost,Impr.,Clicks,Conversions\n2026-06-01,"Brand, wide",11,USD,"1,010.10","1,000",10,1.33'
        b"\n2026-06-02,Shop,12,USD,5.05,50,5, --\n"
    ),
    "meta": (
        b"Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Link clicks,Purchases\n"
        b"2026-06-01,2026-06-01,Kerzen,10.50,3,1\n2026-06-02,2026-06-02,Kerzen,4.00,1,\n"
    ),
    "sales": (
        b"Day,Orders,Gross sales,Returns,Net sales,Total sales\n2026-06-01,3,100,-10,90,95.5\n"
        b"2026-06-02,0,0,-5,-5,-5\n"
    ),
    **{path.name: path.read_bytes() for path in sorted(FILES.glob("*.xlsx"))},
    "customers": (
        b"Day,New or returning customer,Customers,Orders\n2026-06-01,New,3,3\n"
        b"2026-06-01,Returning,2,2\n"
    ),
}
PIECES = (b'"', b",", b";", b"\n", b"\r", b"\t", b"\0", b"\xff\xfe", b"-", b"e9", b"=", b"1/2/26")
EDITS = 60


def edited(chance: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        piece = chance.choice([chance.choice(PIECES), chance.randbytes(chance.randrange(4))])
        data[start : start + chance.choice([0, 1, 1, 2, 8, 200])] = piece
    return bytes(data)


def changed(chance: random.Random, content: bytes) -> bytes:
    """Edits of the bytes; of a workbook, of one of the parts that are packed in it."""
    if not content.startswith(b"PK"):
        return edited(chance, content)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        chosen = chance.choice(archive.namelist())
        for name in archive.namelist():
            part = archive.read(name)
            written.writestr(name, edited(chance, part) if name == chosen else part)
    return packed.getvalue()


def read(path: Path) -> None:
    kind = kind_of(path)
    if kind == "orders":
        asyncio.run(inspect_orders(path))
    elif kind == "shop":
        read_shop_report(path)
    else:
        read_ad_report(path)


@pytest.mark.parametrize("name", GOOD)
def test_an_edited_file_is_read_or_refused(tmp_path, name):
    chance = random.Random(f"20261126 {name}")
    path = tmp_path / "file.csv"
    path.write_bytes(GOOD[name])
    read(path)
    outcomes = set()
    for _ in range(EDITS):
        path.write_bytes(changed(chance, GOOD[name]))
        try:
            read(path)
        except FileRefusedError as refused:
            outcomes.add(refused.code)
        else:
            outcomes.add("read")
    assert {"read"} < outcomes
