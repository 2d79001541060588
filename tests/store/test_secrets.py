from __future__ import annotations

import asyncio
import base64
import logging
import shutil
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from aura.config import Settings
from aura.errors import ConfigurationError
from aura.store import embedded
from aura.store.database import Database, connect
from aura.store.migrate import migrate
from aura.store.roles import make_login_roles
from aura.store.secrets import Keyring, open_sealed, seal
from files_on_disk import files_below
from requirements import require

KEY_A = base64.b64encode(b"a" * 32).decode()
KEY_B = base64.b64encode(b"b" * 32).decode()
TOKEN = "shpat_0123456789abcdef-canary"


# ------------------------------------------------------------------------------------- sealing
@pytest.mark.parametrize("text", ["token", "", "a|b|c", "Schlüssel 鍵 🔑", "x" * 5000, "%s $1 '"])
async def test_what_was_sealed_for_a_row_opens_for_it(database, keyring, text):
    row = uuid4()
    async with database.as_accounts() as connection:
        sealed = await seal(connection, keyring, row, text)
        assert text not in sealed or text == ""
        assert await open_sealed(connection, keyring, row, sealed) == text


async def test_worker_and_accounts_may_open_and_a_person_may_not(database, keyring):
    row = uuid4()
    async with database.as_worker(None) as connection:
        sealed = await seal(connection, keyring, row, TOKEN)
    async with database.as_accounts() as connection:
        assert await open_sealed(connection, keyring, row, sealed) == TOKEN
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.as_user(uuid4()) as connection:
            await open_sealed(connection, keyring, row, sealed)


async def test_the_same_token_is_never_sealed_alike(database, keyring):
    async with database.as_worker(None) as connection:
        sealed = {await seal(connection, keyring, UUID(int=1), TOKEN) for _ in range(5)}
    assert len(sealed) == 5


async def test_the_sealed_form_is_the_documented_one(database):
    keyring = Keyring.parse(f"first:{KEY_A}")
    row = UUID("0190b8a0-0000-7000-8000-000000000001")
    async with database.as_worker(None) as connection:
        sealed = await seal(connection, keyring, row, TOKEN)
        version, key_id, encoded = sealed.split(":")
        cursor = await connection.execute(
            "select extensions.pgp_sym_decrypt(%s, %s) as opened",
            [base64.b64decode(encoded, validate=True), KEY_A],
        )
        found = await cursor.fetchone()
    assert (version, key_id) == ("v1", "first")
    assert found == {"opened": f"{row}|{TOKEN}"}


async def test_a_sealed_text_moved_to_another_row_stays_shut(database, keyring):
    async with database.as_worker(None) as connection:
        sealed = await seal(connection, keyring, uuid4(), TOKEN)
        with pytest.raises(ConfigurationError, match="belongs to another row"):
            await open_sealed(connection, keyring, uuid4(), sealed)


async def test_a_wrong_key_is_named_and_the_transaction_goes_on(database):
    row = uuid4()
    async with database.as_worker(None) as connection:
        sealed = await seal(connection, Keyring.parse(f"main:{KEY_A}"), row, TOKEN)
        with pytest.raises(ConfigurationError, match="token key main does not open") as refused:
            await open_sealed(connection, Keyring.parse(f"main:{KEY_B}"), row, sealed)
        assert KEY_B not in refused.value.message
        cursor = await connection.execute("select 1 as one")
        assert await cursor.fetchone() == {"one": 1}


async def test_a_missing_key_is_named(database):
    row = uuid4()
    async with database.as_worker(None) as connection:
        sealed = await seal(connection, Keyring.parse(f"old:{KEY_A}"), row, TOKEN)
        with pytest.raises(ConfigurationError, match="token key old is missing"):
            await open_sealed(connection, Keyring.parse(f"new:{KEY_B}"), row, sealed)


async def test_a_new_first_key_seals_and_the_old_one_still_opens(database):
    row = uuid4()
    old, both = Keyring.parse(f"old:{KEY_A}"), Keyring.parse(f"new:{KEY_B},old:{KEY_A}")
    async with database.as_worker(None) as connection:
        before = await seal(connection, old, row, TOKEN)
        assert await open_sealed(connection, both, row, before) == TOKEN
        assert (await seal(connection, both, row, TOKEN)).startswith("v1:new:")


@pytest.mark.parametrize(
    "change", [lambda s: s[:-8] + "AAAAAAA=", lambda s: s[:40], lambda s: s + "="]
)
async def test_a_changed_text_stays_shut(database, keyring, change):
    row = uuid4()
    async with database.as_worker(None) as connection:
        sealed = await seal(connection, keyring, row, TOKEN)
        with pytest.raises(ConfigurationError):
            await open_sealed(connection, keyring, row, change(sealed))
        await connection.execute("select 1")


@pytest.mark.parametrize("stored", ["", TOKEN, "v1:", "v2:k:AAAA", "v1:k k:AAAA"])
async def test_what_is_not_sealed_is_refused_without_repeating_it(database, keyring, stored):
    async with database.as_worker(None) as connection:
        with pytest.raises(ConfigurationError, match="not in sealed form") as refused:
            await open_sealed(connection, keyring, uuid4(), stored)
    assert TOKEN not in refused.value.message


# -------------------------------------------------------------------------------------- keyring
def test_a_keyring_reads_what_it_writes():
    keyring = Keyring.parse(f" one:{KEY_A} , two:{KEY_B},")
    assert keyring.ids == ("one", "two")
    assert Keyring.parse(keyring.text()) == keyring
    assert Keyring.generate() != Keyring.generate()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no key"),
        (" , ,", "holds no key"),
        (KEY_A, "Token key 1 has no usable id"),
        (f"one:{KEY_A},:{KEY_B}", "Token key 2 has no usable id"),
        (f"one:{KEY_A},one:{KEY_B}", "Two token keys are called one"),
        (f"one:{KEY_A[:-4]}", "one is not the base64 of 32 bytes"),
        ("one:opensesame", "one is not the base64 of 32 bytes"),
        ("one:", "one is not the base64 of 32 bytes"),
    ],
)
def test_a_wrong_keyring_says_where_and_shows_no_key(text, message):
    with pytest.raises(ConfigurationError, match=message) as refused:
        Keyring.parse(text)
    for secret in (KEY_A, KEY_B, KEY_A[:-4], "opensesame"):
        assert secret not in refused.value.message


def test_a_repr_shows_ids_alone():
    assert repr(Keyring.parse(f"one:{KEY_A}")) == "Keyring(ids=('one',))"


def test_keys_are_made_once_in_a_private_file(tmp_path):
    settings = Settings(home=tmp_path / "new" / "home", token_keys=None)
    made = Keyring.load_or_make(settings)
    path = tmp_path / "new" / "home" / "keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.load_or_make(settings) == Keyring.load(settings) == made
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_make_keys_at_once_agree(tmp_path):
    settings = Settings(home=tmp_path, token_keys=None)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Keyring.load_or_make(settings), range(24)))
    assert len({keyring.text() for keyring in made}) == 1


def test_keys_from_the_environment_win_and_write_nothing(tmp_path):
    settings = Settings(home=tmp_path, token_keys=SecretStr(f"one:{KEY_A}"))
    assert Keyring.load_or_make(settings).ids == ("one",)
    assert list(tmp_path.iterdir()) == []


def test_no_keys_at_all_says_what_to_do(tmp_path):
    with pytest.raises(ConfigurationError, match="set AURA_TOKEN_KEYS"):
        Keyring.load(Settings(home=tmp_path, token_keys=None))


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    settings = Settings(home=tmp_path, token_keys=None)
    Keyring.load_or_make(settings)
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Keyring.load(settings)


def test_a_home_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="Set AURA_HOME"):
        Keyring.load_or_make(Settings(home=tmp_path / "file" / "home", token_keys=None))


# ----------------------------------------------------------------------------------------- leaks
# a server that logs every statement, and the parameters of failing ones unless we forbid it
TALKATIVE = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "debug5",
    "log_parameter_max_length_on_error": "-1",
    "log_error_verbosity": "verbose",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_utility": "on",
}


@pytest.fixture
def talkative(programs):
    extensions = {"share/extension", f"share/postgresql/{programs.major}/extension"}
    found = [
        folder / "pg_stat_statements.control"
        for extension in extensions
        for folder in (programs.folder.parent / extension, Path("/usr") / extension)
    ]
    require("PostgreSQL's extension pg_stat_statements", any(path.is_file() for path in found))
    home = Path(tempfile.mkdtemp(prefix="aura-home-"))
    home.chmod(0o711)
    server = embedded.start(home, binaries=programs, options=TALKATIVE)
    yield server
    server.release()
    shutil.rmtree(home)


async def use_every_secret(server: embedded.EmbeddedServer) -> set[str]:
    """Log in, make logins, seal, open, fail in many ways; the secrets that were used."""
    wrong, keyring = Keyring.generate(), Keyring.generate()
    stranger = Keyring(keyring.ids, dict(zip(keyring.ids, wrong.keys.values(), strict=True)))
    made = await make_login_roles(server.url)
    made = await make_login_roles(server.url)
    logins = [server.url, server.superuser_url, made.web_url, made.worker_url]
    database = await Database.open(made.worker_url, pool_size=2)
    try:
        async with database.as_worker(None) as connection:
            sealed = await seal(connection, keyring, UUID(int=7), TOKEN)
            assert await open_sealed(connection, keyring, UUID(int=7), sealed) == TOKEN
            for keys, row in ((stranger, UUID(int=7)), (keyring, UUID(int=8))):
                with pytest.raises(ConfigurationError):
                    await open_sealed(connection, keys, row, sealed)
        for failing in (
            "select 1 / 0 where %s::text is not null",
            "select %s::int",
            "update public.integrations set access_token = %s, brand_id = 'x'",
            "insert into public.integrations (access_token) values (%s)",
            "select extensions.pgp_sym_encrypt('x', %s, 'cipher-algo=none')",
        ):
            for secret in (TOKEN, keyring.keys[keyring.ids[0]]):
                with pytest.raises(psycopg.Error):
                    async with database.as_worker(None) as connection:
                        await connection.execute(failing, [secret])
    finally:
        await database.close()
    passwords = {str(conninfo_to_dict(url)["password"]) for url in logins}
    return {TOKEN, *keyring.keys.values(), *wrong.keys.values(), *passwords}


async def let_a_decoy_slip(url: str) -> str:
    """What happens on that server to a parameter that nobody protects."""
    decoy = "decoy-that-nobody-protects"
    async with await connect(url) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await connection.execute("select 1 / 0 where %s::text is not null", [decoy])
    return decoy


async def remembered(superuser_url: str) -> str:
    async with await connect(superuser_url, autocommit=True) as connection:
        await connection.execute("create extension pg_stat_statements")
        rows = await (await connection.execute("select query from pg_stat_statements")).fetchall()
    return "\n".join(row["query"] for row in rows)


def quoted_error_values(line: str) -> bool:
    """PostgreSQL itself repeats a value that it cannot convert; our statements convert none."""
    return "invalid input syntax for type integer" in line


async def test_no_secret_reaches_a_log_or_the_disk(talkative, caplog):
    caplog.set_level(logging.DEBUG)
    await migrate(talkative.url)
    secrets = await use_every_secret(talkative)
    decoy = await let_a_decoy_slip(talkative.url)
    statements = await remembered(talkative.superuser_url)
    assert "pgp_sym_encrypt" in statements
    log = (talkative.place / "server.log").read_text(encoding="utf-8")
    assert "Wrong key or corrupt data" in log
    assert decoy in log
    lines = [line for line in log.splitlines() if not quoted_error_values(line)]
    places = {"server log": "\n".join(lines), "statements": statements, "our log": caplog.text}
    found = {place for place, text in places.items() for secret in secrets if secret in text}
    assert found == set()
    files = await asyncio.to_thread(files_that_hold, talkative.place / "data", secrets)
    assert files == set()


def files_that_hold(folder: Path, secrets: set[str]) -> set[str]:
    encoded = [secret.encode() for secret in secrets]
    return {
        path.name
        for path, content in files_below(folder)
        if any(secret in content for secret in encoded)
    }
