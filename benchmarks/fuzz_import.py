"""Random edits of good files, imported: each is stored whole or refused in plain words.

RUNS edits (10,000) from SEED (1) of orders exports, reports of Meta Ads, of Google Ads and of the
shop, as text and as workbooks, whose parts are edited inside the archive as often as its bytes. A
fiftieth as many are also imported into a real database and must change nothing when refused. Last
line: JSON. Exit 1 at the first exception that is no refusal, with the edit's number.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import random
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from aura.accounts.brands import create_brand
from aura.accounts.owner import ensure_local_owner
from aura.cli.installation import Installation, opened
from aura.config import Settings
from aura.errors import FileRefusedError, InputError
from aura.imports.ad_reports import read_ad_report
from aura.imports.any_file import import_file, kind_of
from aura.imports.orders import inspect_orders
from aura.imports.report_result import ReportTerms
from aura.imports.shop_reports import read_shop_report

FILES = Path(__file__).parents[1] / "tests" / "imports" / "files"
ADS = (
    'Campaign report\n"June 1, 2026 - June 9, 2026"\nDay,Campaign,Campaign ID,Currency code,Cost,'
    'Impr.,Clicks,Conversions,Conv. value\n2026-06-01,"Brand, wide",11,USD,"1,010.10","1,000",10,'
    '1.33,20.50\n2026-06-02,Shop,12,USD,5.05,50,5, --,0.00\nTotal: Campaigns, --,,USD,"1,015.15",'
    '"1,050",15,1.33,20.50\n'
)
META = (
    "Reporting starts,Reporting ends,Campaign name,Campaign ID,Amount spent (USD),Impressions,Link "
    "clicks,Purchases,Purchases conversion value\n2026-06-01,2026-06-01,Candles,120200000000000111,"
    "10.50,900,3,1,40.00\n2026-06-02,2026-06-02,Results from 1 campaign,,4.00,80,1,,\n"
)
SPLIT = (
    "Day,Campaign,Conversion action,Cost,Conversions,Conv. value\n2026-06-01,Brand,Purchase,10.10,"
    "2.50,40.00\n2026-06-01,Brand,Newsletter,10.10,1.00, --\n"
)
PIECES = (
    b'"',
    b",",
    b";",
    b"\n",
    b"\r",
    b"\t",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"-",
    b"e9",
    b"=",
)
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
STORED_EVERY = 50


def edited(chance: random.Random, content: bytes) -> bytes:
    """The content after one to four random edits."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        length = chance.choice([0, 1, 1, 2, 8, 200])
        piece = chance.choice([chance.choice(PIECES), chance.randbytes(chance.randrange(4))])
        data[start : start + length] = piece * chance.choice([1, 1, 1, 30])
    return bytes(data)


def edited_file(chance: random.Random, content: bytes) -> bytes:
    """The content after edits; of an archive, half the time those of one of its parts."""
    if not content.startswith(b"PK") or chance.random() < 0.5:
        return edited(chance, content)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        names = archive.namelist()
        chosen = chance.choice(names)
        for name in names:
            part = archive.read(name)
            changed.writestr(name, edited(chance, part) if name == chosen else part)
    return packed.getvalue()


def read(path: Path, terms: ReportTerms) -> None:
    """Read a file as what it is, without a database."""
    kind = kind_of(path)
    if kind == "orders":
        asyncio.run(inspect_orders(path, terms))
    elif kind == "shop":
        read_shop_report(path, terms)
    else:
        read_ad_report(path, terms)


class Stored:
    """Imports into a brand of a real database: whole or not at all."""

    def __init__(self, installation: Installation, person: object, brand: object) -> None:
        self.installation, self.person, self.brand = installation, person, brand
        self.before: list[object] = []

    async def contents(self) -> list[object]:
        found: list[object] = []
        async with self.installation.database.as_owner() as connection:
            for table in ("aura.orders", "aura.entity_days", "public.metrics", "aura.imports"):
                statement = (
                    f"select t::text as row from {table} as t where brand_id = %s order by 1"  # noqa: S608 - our own names
                )
                cursor = await connection.execute(statement, [self.brand])  # type: ignore[arg-type]
                found.append([row["row"] for row in await cursor.fetchall()])
        return found

    async def bring(self, path: Path) -> str:
        before = self.before or await self.contents()
        try:
            await import_file(
                self.installation.database,
                self.installation.keyring,
                path=path,
                brand_id=self.brand,  # type: ignore[arg-type]
                now=NOW,
                created_by=self.person,  # type: ignore[arg-type]
                terms=ReportTerms(),
                complete_history=False,
            )
        except InputError:
            self.before = await self.contents()
            if self.before != before:
                raise SystemExit("a refused file left something behind") from None
            return "refused before the database or by it"
        self.before = await self.contents()
        return "stored"


async def storing(
    folder: Path, files: list[bytes], chance: random.Random, count: int
) -> Counter[str]:
    settings = Settings(home=folder / "aura")
    outcomes: Counter[str] = Counter()
    async with opened(settings) as installation:
        owner = await ensure_local_owner(installation.database)
        brand = await create_brand(
            installation.database,
            user_id=owner.person.id,
            name="Fuzz",
            currency="USD",
            timezone="America/New_York",
        )
        stored = Stored(installation, owner.person.id, brand)
        for _ in range(count):
            path = folder / "file.csv"
            path.write_bytes(edited_file(chance, chance.choice(files)))
            outcomes[await stored.bring(path)] += 1
    return outcomes


def main() -> None:
    runs, seed = int(os.environ.get("RUNS", "10000")), int(os.environ.get("SEED", "1"))
    files = [path.read_bytes() for path in sorted([*FILES.glob("*.csv"), *FILES.glob("*.xlsx")])]
    files += [text.encode() for text in (ADS, META, SPLIT)]
    files += [
        ADS.encode("utf-16"),
        ADS.replace(",", "\t").encode("cp1252"),
        gzip.compress(META.encode()),
    ]
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="aura-fuzz-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "file.csv"
        for number in range(runs):
            chance = random.Random(f"{seed}/{number}")
            path.write_bytes(edited_file(chance, chance.choice(files)))
            try:
                read(path, ReportTerms(skip_bad_rows=number % 2 == 1))
            except FileRefusedError as refused:
                outcomes[refused.code] += 1
            except InputError:
                outcomes["asked"] += 1
            except Exception:  # noqa: BLE001 - what must not happen, whatever it is
                traceback.print_exc()
                print(f"edit {number} of SEED={seed} is no refusal", file=sys.stderr)
                raise SystemExit(1) from None
            else:
                outcomes["read"] += 1
        stored = asyncio.run(storing(folder, files, random.Random(seed), runs // STORED_EVERY))
    figures = {"edits": runs, "seed": seed, "unhandled": 0, "partial_writes": 0}
    for key, value in (outcomes + stored).most_common():
        print(f"{key:40} {value}")
    print(json.dumps(figures | dict(outcomes) | dict(stored)))


if __name__ == "__main__":
    main()
