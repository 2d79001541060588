from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aura.config import Settings
from aura.errors import ConfigurationError
from aura.store import key_rotation
from aura.store.customers import customer_hasher
from aura.store.key_rotation import rotate, sealed_by_key
from aura.store.secrets import Keyring, open_sealed, seal

KEY_A = base64.b64encode(b"a" * 32).decode()
KEY_B = base64.b64encode(b"b" * 32).decode()
OLD = Keyring.parse(f"old:{KEY_A}")
BOTH = Keyring.parse(f"new:{KEY_B},old:{KEY_A}")
NEW = Keyring.parse(f"new:{KEY_B}")


@pytest.fixture
def sealed_rows(database, make_person, make_brand, make_integration):
    """Makes connected integrations whose tokens the old key has sealed; their ids."""

    async def make(number):
        brand_id = await make_brand(await make_person())
        ids = []
        async with database.as_worker(brand_id) as connection:
            await customer_hasher(connection, OLD, brand_id=brand_id)
        for count in range(number):
            if count:
                brand_id = await make_brand(await make_person())
            ids.append(await make_integration(brand_id, "meta"))
        async with database.as_owner() as connection:
            for row_id in ids:
                await connection.execute(
                    "update public.integrations set access_token = %s, refresh_token = %s"
                    " where id = %s",
                    (
                        await seal(connection, OLD, row_id, f"access {row_id}"),
                        await seal(connection, OLD, row_id, f"refresh {row_id}"),
                        row_id,
                    ),
                )
        return ids

    return make


async def tokens(database, keyring, row_id):
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select access_token, refresh_token from public.integrations where id = %s", (row_id,)
        )
        row = await cursor.fetchone()
        return [await open_sealed(connection, keyring, row_id, text) for text in row.values()]


async def test_every_secret_opens_with_the_new_key_alone(database, sealed_rows, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    ids = await sealed_rows(5)
    done = await rotate(database, BOTH)
    assert (done.resealed, done.left) == (11, ())
    assert done.by_key == await sealed_by_key(database) == {"new": 11}
    for row_id in ids:
        assert await tokens(database, NEW, row_id) == [f"access {row_id}", f"refresh {row_id}"]
    again = await rotate(database, BOTH)
    assert again.resealed == 0


async def test_a_ciphertext_of_another_row_is_named_and_stays(database, sealed_rows):
    first, second = await sealed_rows(2)
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set access_token ="
            " (select access_token from public.integrations where id = %s) where id = %s",
            (first, second),
        )
    done = await rotate(database, BOTH)
    assert done.resealed == 4
    assert [unopened.place for unopened in done.left] == [f"access token of integration {second}"]
    assert "belongs to another row" in done.left[0].reason
    assert done.by_key == {"new": 4, "old": 1}
    with pytest.raises(ConfigurationError):
        await tokens(database, BOTH, second)


async def test_what_no_key_opens_is_left_and_the_rest_is_done(database, sealed_rows):
    await sealed_rows(1)
    wrong = Keyring.parse(f"new:{KEY_B}")
    done = await rotate(database, wrong)
    assert done.resealed == 0
    assert len(done.left) == 3
    assert all("token key old is missing" in unopened.reason for unopened in done.left)
    assert (await rotate(database, BOTH)).resealed == 3


async def test_a_token_that_was_renewed_meanwhile_is_not_put_back(database, sealed_rows):
    (row_id,) = await sealed_rows(1)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            key_rotation.statements("key_rotation")["due_access_tokens"],
            {"key_id": "new", "after": "", "limit": 9},
        )
        read = await cursor.fetchone()
        renewed = await seal(connection, OLD, row_id, "renewed")
        await connection.execute(
            "update public.integrations set access_token = %s where id = %s", (renewed, row_id)
        )
        late = await connection.execute(
            key_rotation.statements("key_rotation")["reseal_access_tokens"],
            read | {"resealed": await seal(connection, BOTH, row_id, "stale")},
        )
        assert late.rowcount == 0
    await rotate(database, BOTH)
    assert (await tokens(database, NEW, row_id))[0] == "renewed"


# ------------------------------------------------------------------------------- the key file
async def test_a_running_process_seals_with_a_key_that_was_added(database, tmp_path):
    running = Keyring.load_or_make(Settings(home=tmp_path, token_keys=None))
    added = running.with_new_key()
    assert added.ids[1:] == running.ids
    row_id = next(iter(await _some_ids(database)))
    async with database.as_owner() as connection:
        sealed = await seal(connection, running, row_id, "text")
        assert sealed.split(":")[1] == added.ids[0]
        assert await open_sealed(connection, running, row_id, sealed) == "text"


async def _some_ids(database):
    async with database.as_owner() as connection:
        cursor = await connection.execute("select gen_random_uuid() as id")
        return [row["id"] for row in await cursor.fetchall()]


def test_keys_that_are_added_at_once_are_all_kept(tmp_path):
    keyring = Keyring.load_or_make(Settings(home=tmp_path, token_keys=None))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: keyring.with_new_key(), range(6)))
    assert len(keyring.current().ids) == 7


def test_a_key_of_the_environment_is_added_by_its_owner():
    with pytest.raises(ConfigurationError, match="AURA_TOKEN_KEYS"):
        OLD.with_new_key()


def test_a_key_file_that_was_lost_changes_nothing_for_who_runs(tmp_path):
    keyring = Keyring.load_or_make(Settings(home=tmp_path, token_keys=None))
    (tmp_path / "keys").unlink()
    assert keyring.current() == keyring


# ----------------------------------------------------------------------------------- the shell
async def test_the_shell_rotates_and_shows_no_key(owner_url, database, sealed_rows, tmp_path):
    await sealed_rows(2)
    keys = tmp_path / "keys"
    keys.write_text(OLD.text())
    keys.chmod(0o600)

    def aura(*arguments):
        return subprocess.run(
            [str(Path(sys.executable).with_name("aura")), *arguments],
            env=os.environ | {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "old: seals and opens, 5 secrets" in aura("keys", "list")
    told = aura("keys", "rotate", "--new-key")
    assert "5 secrets sealed anew" in told
    listed = aura("keys", "list", "--json")
    first, second = json.loads(listed)["keys"]
    assert json.loads(listed)["sealed"] == {first: 5}
    assert second == "old"
    for text in (told, listed):
        assert not any(key in text for key in (KEY_A, keys.read_text().split(",")[0].split(":")[1]))
