from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aura.errors import DatabaseError, InputError
from aura.store.backup import backup, list_beside, restore
from aura.store.database import Database
from aura.store.soundness import examine
from store.filled_brand import fill_brand

AURA = Path(sys.executable).with_name("aura")


@pytest.fixture
async def filled(database, keyring, make_person, make_brand, make_integration):
    brand_id = await make_brand(await make_person(email="Owner@example.com"))
    await fill_brand(database, keyring, make_integration, brand_id)
    return brand_id


async def test_what_comes_out_is_what_went_in(owner_url, empty_url, filled, tmp_path):
    file = tmp_path / "aura.backup"
    saved = await backup(owner_url, file, home=tmp_path)
    assert saved.tables["aura.revisions"][0] == 6
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = await restore(empty_url, file, home=tmp_path)
    assert saved.differences(restored) == []
    again = await Database.open(empty_url, pool_size=1)
    async with again.as_owner() as connection:
        assert (await examine(connection)).complaints == ()
        # rows that come after do not meet the ids of rows that were brought back
        await connection.execute(
            "insert into aura.entities (brand_id, integration_id, platform, level, external_id)"
            " select brand_id, integration_id, platform, 'campaign', 'later' from aura.entities"
            " where level = 'campaign' limit 1"
        )
    await again.close()


async def test_a_database_in_use_is_not_filled(owner_url, filled, tmp_path):
    await backup(owner_url, tmp_path / "b", home=tmp_path)
    with pytest.raises(InputError, match="restore into an empty one"):
        await restore(owner_url, tmp_path / "b", home=tmp_path)


async def test_a_list_that_does_not_fit_is_told_by_table(owner_url, empty_url, filled, tmp_path):
    file = tmp_path / "b"
    await backup(owner_url, file, home=tmp_path)
    document = json.loads(list_beside(file).read_text())
    document["tables"]["public.metrics"][0] += 1
    document["tables"]["aura.orders"][1] = "17"
    list_beside(file).write_text(json.dumps(document))
    with pytest.raises(DatabaseError, match=r"aura.orders: 2 .* other contents; public.metrics"):
        await restore(empty_url, file, home=tmp_path)


async def test_a_file_without_its_list_or_from_a_newer_aura_is_refused(
    owner_url, empty_url, filled, tmp_path
):
    file = tmp_path / "b"
    with pytest.raises(InputError, match="There is no backup"):
        await restore(empty_url, file, home=tmp_path)
    await backup(owner_url, file, home=tmp_path)
    text = list_beside(file).read_text()
    list_beside(file).write_text(text.replace('"migration": "2', '"migration": "9'))
    with pytest.raises(InputError, match="a newer Aura made it"):
        await restore(empty_url, file, home=tmp_path)
    list_beside(file).write_text("[]")
    with pytest.raises(InputError, match="is not the list"):
        await restore(empty_url, file, home=tmp_path)
    list_beside(file).unlink()
    with pytest.raises(InputError, match="Copy both files"):
        await restore(empty_url, file, home=tmp_path)


async def test_a_backup_that_cannot_be_written_leaves_the_old_one(owner_url, filled, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        await backup(owner_url, tmp_path / "nowhere" / "b", home=tmp_path)
    file = tmp_path / "b"
    await backup(owner_url, file, home=tmp_path)
    before = file.read_bytes()
    with pytest.raises(DatabaseError):
        await backup(owner_url + "_gone", file, home=tmp_path)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*b*")) == ["b", "b.rows.json"]


def test_the_shell_saves_and_brings_back(owner_url, empty_url, filled, tmp_path):
    def aura(url, *arguments):
        return subprocess.run(
            [AURA, "db", *arguments, str(tmp_path / "b")],
            env=os.environ | {"AURA_HOME": str(tmp_path / "home"), "AURA_DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "Keep the token keys" in aura(owner_url, "backup")
    assert "equal to what was saved" in aura(empty_url, "restore")
