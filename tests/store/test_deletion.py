from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aura.store import deletion
from aura.store.deletion import delete_brand, delete_person
from store.filled_brand import fill_brand
from store.row_counts import row_counts

AURA = Path(sys.executable).with_name("aura")


@pytest.fixture
def make_filled(database, keyring, make_person, make_brand, make_integration):
    async def make(email):
        brand_id = await make_brand(await make_person(email=email))
        await fill_brand(database, keyring, make_integration, brand_id)
        return brand_id

    return make


async def rows_of(database, brand_id):
    """How many rows of every table name the brand."""
    return await row_counts(
        database,
        "select table_schema || '.' || table_name as name from information_schema.columns"
        " where column_name = 'brand_id' and table_schema in ('public', 'aura')",
        lambda _: "brand_id = %(brand)s",
        {"brand": brand_id},
    )


async def test_a_brand_goes_with_every_row_and_the_other_keeps_all(
    database, make_filled, monkeypatch
):
    monkeypatch.setattr(deletion, "BATCH", 4)
    gone, kept = await make_filled("a@example.com"), await make_filled("b@example.com")
    before = await rows_of(database, kept)
    deleted = await delete_brand(database, gone)
    assert deleted.rows["public.metrics"] == before["public.metrics"] > 4
    assert deleted.rows["public.brands"] == 1
    assert set((await rows_of(database, gone)).values()) == {0}
    assert await rows_of(database, kept) == before
    assert (await delete_brand(database, gone)).total == 0


async def test_a_person_goes_with_all_brands(database, make_filled):
    gone = await make_filled("Owner@example.com")
    deleted = await delete_person(database, "owner@EXAMPLE.com")
    assert len(deleted) == 1
    assert set((await rows_of(database, gone)).values()) == {0}
    assert await delete_person(database, "owner@example.com") is None


async def test_the_shell_asks_before_it_deletes(owner_url, database, make_filled, tmp_path):
    brand_id = await make_filled("a@example.com")

    def aura(*arguments, answer="n\n"):
        return subprocess.run(
            [AURA, *arguments],
            env=os.environ | {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url},
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    assert aura("brands", "delete", str(brand_id)).returncode == 1
    assert sum((await rows_of(database, brand_id)).values()) > 0
    assert "none left" in aura("brands", "delete", str(brand_id), answer="y\n").stdout
    assert aura("users", "delete", "nobody@example.com", "--yes").returncode == 5
    assert "is gone" in aura("users", "delete", "a@example.com", "--yes").stdout
