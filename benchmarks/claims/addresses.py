"""What is left of customers after an import: in a dump, on the server's disk, in every log."""

from __future__ import annotations

import io
import logging
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from aura.errors import FileRefusedError
from aura.imports.orders import import_orders
from aura.store.database import Database
from aura.store.secrets import Keyring
from claims.place import Claim, Place, made_brand
from imports.test_privacy import MARKS, canary_file, dump, files_below


async def import_canaries(database: Database, folder: Path, text: str) -> None:
    """The file once as it is, once with a row in which it is refused."""
    user_id, brand_id = await made_brand(database)
    keyring = Keyring.generate()
    for name, content in (("good", text), ("bad", text.replace("2026-01-20", "2026-99-20"))):
        path = folder / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        try:
            await import_orders(
                database,
                keyring,
                path=path,
                brand_id=brand_id,
                now=datetime.now(UTC),
                complete_history=True,
                created_by=user_id,
            )
        except FileRefusedError as refusal:
            logging.getLogger("aura").error("%s %r", refusal.message, refusal)  # noqa: TRY400 - as a command logs it
        path.unlink()


async def claim(place: Place) -> Claim:
    """Made-up people in every column that is about people; then every place is searched."""
    text, planted = canary_file()
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    with place.database_url() as url, tempfile.TemporaryDirectory() as folder:
        name = url.rpartition("/")[2]
        place.postgres.run("alter database {} set log_statement = 'all'", name)
        database = await Database.open(url, pool_size=2)
        await import_canaries(database, Path(folder), text)
        await database.close()
        searched = places(place, name, log.getvalue(), Path(folder))
    logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    seen = sum(content.count(mark.encode()) for content in searched.values() for mark in MARKS)
    found = {word for word in planted for one in searched.values() if word.encode() in one}
    is_searched = b"8001" in searched["dump"] and b"incoming_orders" in searched["server's log"]
    megabytes = round(sum(map(len, searched.values())) / 1e6)
    return Claim(
        "no customer's address is kept",
        f"{seen + len(found)} found of {len(planted)} planted, in {megabytes} MB searched",
        "make test ARGS=tests/imports/test_privacy.py",
        seen == 0 and not found and is_searched,
        {"planted": len(planted), "found": seen + len(found), "megabytes": megabytes},
    )


def places(place: Place, database: str, log: str, folder: Path) -> dict[str, bytes]:
    """Everything that could hold a trace."""
    superuser = place.postgres.superuser_url.rpartition("/")[0] + f"/{database}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("checkpoint")
        row = connection.execute("show data_directory").fetchone()
    assert row is not None
    return {
        "dump": dump(place.programs, superuser, folder).encode(),
        "our log": log.encode(),
        "server's log": place.postgres.log.read_bytes(),
        **{
            str(path): content
            for root in (Path(row[0]), folder)
            for path, content in files_below(root)
        },
    }
