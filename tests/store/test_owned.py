"""What a person owns goes into one file: every row of theirs, nobody else's, no secret."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aura.errors import DatabaseError, InputError
from aura.store.owned import LIST, SECRETS, export_person
from store.filled_brand import fill_brand
from store.row_counts import row_counts

AURA = Path(sys.executable).with_name("aura")
# tables without a column that says whose a row is
BY = {"public.users": "id = %(user)s", "public.brands": "user_id = %(user)s"}
BY["aura.sessions"] = BY["public.brands"]
OF_BRANDS = "brand_id in (select id from public.brands where user_id = %(user)s)"
# a consent that is under way is nothing that a person owns
BY["aura.events"] = f"{OF_BRANDS} and kind <> 'consent'"


@pytest.fixture
async def people(database, keyring, make_person, make_brand, make_integration):
    """Two people, each with two filled brands and a session."""
    found = {}
    for name in ("anna", "ben"):
        person = await make_person(email=f"{name}@example.com")
        for _ in range(2):
            await fill_brand(database, keyring, make_integration, await make_brand(person))
        async with database.as_owner() as connection:
            await connection.execute(
                "insert into aura.sessions (token_hash, user_id, expires_at)"
                " values (%s, %s, now())",
                (name.encode(), person),
            )
            await connection.execute(
                "insert into aura.events (brand_id, event_id, kind, received_at)"
                " select id, kind, kind, now() from public.brands, unnest(%s::text[]) as kind"
                " where user_id = %s",
                (["orders/updated", "consent"], person),
            )
        found[name] = person
    return found


def read(file):
    with zipfile.ZipFile(file) as archive:
        contents = json.loads(archive.read(LIST))
        tables = {
            name: list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))
            for name in contents
        }
        assert set(archive.namelist()) == {LIST, *(f"{name}.csv" for name in contents)}
    return contents, tables


async def owned(database, user):
    """How many rows of every table there is are the person's."""
    return await row_counts(
        database,
        "select schemaname || '.' || tablename as name from pg_tables"
        " where schemaname in ('public', 'aura') and tablename <> 'migrations'",
        lambda name: BY.get(name, OF_BRANDS),
        {"user": user},
    )


async def test_every_row_of_every_table_is_in_it_and_nobody_elses(
    people, database, owner_url, tmp_path
):
    file = tmp_path / "anna.zip"
    exported = await export_person(owner_url, "Anna@EXAMPLE.com", file)
    contents, tables = read(file)
    mine = await owned(database, people["anna"])
    assert {name: len(rows) for name, rows in tables.items()} == mine == exported.rows
    assert {name: one["rows"] for name, one in contents.items()} == mine
    assert sum(1 for rows in mine.values() if rows) >= 12, "most tables had something to export"
    everything = file.read_bytes() + json.dumps(tables).encode()
    assert str(people["anna"]).encode() in everything
    assert str(people["ben"]).encode() not in everything
    brands = {row["id"] for row in tables["public.brands"]}
    for name, rows in tables.items():
        assert {row["brand_id"] for row in rows if "brand_id" in row} <= brands, name


async def test_the_numbers_are_those_of_the_table(people, database, owner_url, tmp_path):
    file = tmp_path / "anna.zip"
    await export_person(owner_url, "anna@example.com", file)
    _, tables = read(file)
    async with database.as_user(people["anna"]) as connection:
        cursor = await connection.execute(
            "select date::text, metric_type, value::text from public.metrics"
        )
        stored = sorted(tuple(row.values()) for row in await cursor.fetchall())
    assert stored == sorted(
        (row["date"], row["metric_type"], row["value"]) for row in tables["public.metrics"]
    )


async def test_secrets_are_named_and_left_out(people, database, owner_url, tmp_path):
    file = tmp_path / "anna.zip"
    await export_person(owner_url, "anna@example.com", file)
    contents, _ = read(file)
    with zipfile.ZipFile(file) as archive:
        for name, one in contents.items():
            header = archive.read(f"{name}.csv").decode().partition("\n")[0].split(",")
            assert not set(header) & set(SECRETS), name
            assert not set(header) & set(one["withheld"]), name
    assert contents["public.users"]["withheld"] == ["password_hash"]
    assert contents["public.integrations"]["withheld"] == ["access_token", "refresh_token"]
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select column_name from information_schema.columns where table_schema in"
            " ('public', 'aura') and (column_name ~ '(hash|token|secret|sealed|verifier|key)')"
            " and table_name <> 'migrations'"
        )
        secret = {row["column_name"] for row in await cursor.fetchall()}
    # names like a secret's: when a token ends, whose order it was, which findings are the same
    no_secrets = {"token_expires_at", "customer_key", "email_key", "dedup_key"}
    assert secret - set(SECRETS) == no_secrets


async def test_only_its_owner_may_read_the_file_and_none_is_replaced(people, owner_url, tmp_path):
    file = tmp_path / "anna.zip"
    await export_person(owner_url, "anna@example.com", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(InputError, match="is there already"):
        await export_person(owner_url, "anna@example.com", file)
    with pytest.raises(InputError, match="cannot be written: No such file"):
        await export_person(owner_url, "anna@example.com", tmp_path / "no" / "anna.zip")
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["anna.zip"]


async def test_nobody_has_nothing(owner_url, tmp_path):
    assert await export_person(owner_url, "nobody@example.com", tmp_path / "no.zip") is None
    assert list(tmp_path.iterdir()) == []


async def test_a_table_of_which_nobody_knows_whose_its_rows_are_stops_it(
    people, database, owner_url, tmp_path
):
    async with database.as_owner() as connection:
        await connection.execute("create table aura.songs (title text)")
    with pytest.raises(DatabaseError, match=r"aura\.songs does not say whose"):
        await export_person(owner_url, "anna@example.com", tmp_path / "anna.zip")
    assert list(tmp_path.iterdir()) == []


async def test_the_shell_exports_before_it_deletes(people, database, owner_url, tmp_path):
    def aura(*arguments):
        return subprocess.run(
            [AURA, "users", *arguments],
            env=os.environ | {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url},
            capture_output=True,
            text=True,
            check=False,
        )

    file, taken = tmp_path / "anna.zip", tmp_path / "taken.zip"
    taken.write_text("mine")
    mine = await owned(database, people["anna"])
    assert aura("export", "nobody@example.com", str(file)).returncode == 5
    refused = aura("delete", "anna@example.com", "--yes", "--export", str(taken))
    assert (refused.returncode, "is there already" in refused.stderr) == (4, True)
    assert await owned(database, people["anna"]) == mine
    done = aura("delete", "anna@example.com", "--yes", "--export", str(file))
    assert f"{sum(mine.values())} rows of anna@example.com are kept" in done.stdout
    assert "is gone" in done.stdout
    _, tables = read(file)
    assert {name: len(rows) for name, rows in tables.items()} == mine
    assert set((await owned(database, people["anna"])).values()) == {0}
