"""`aura connect`: secrets from the environment or standard input, never in an argument list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from aura.cli.main import application
from aura.sync.own_credentials import FIELDS

AURA = Path(sys.executable).parent / "aura"


@pytest.fixture
async def shell(database, owner_url, sandbox, make_person, make_brand, tmp_path):
    """Runs a command against this test's database and sandbox; gives how it ended."""
    await make_brand(await make_person(), currency="USD", timezone="America/New_York")

    def shell(*words, stdin="", **environment):
        kept = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
        kept |= {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url, "NO_COLOR": "1"}
        return subprocess.run(
            [str(AURA), *words],
            env=kept | sandbox.settings() | environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return shell


async def test_lines_on_standard_input_connect_a_shop_and_show_no_secret(shell, sandbox, database):
    made = sandbox.credentials("shopify")
    done = shell(
        "connect",
        "shopify",
        stdin="".join(f"{name}={made[name]}\n" for name in ("shop", "client_id", "client_secret")),
    )
    assert done.returncode == 0, done.stderr
    assert "Shopify is connected." in done.stdout
    assert made["shop"] in done.stdout
    assert made["client_secret"] not in done.stdout + done.stderr
    async with database.as_owner() as connection:
        cursor = await connection.execute("select status from public.integrations")
        assert [row["status"] for row in await cursor.fetchall()] == ["connected"]


async def test_the_environment_is_enough_and_accounts_can_be_chosen(shell, sandbox):
    token = sandbox.credentials("meta")["token"]
    done = shell("connect", "meta", META_TOKEN=token)
    assert done.returncode == 0, done.stderr
    account = done.stdout.splitlines()[1].split()[1]
    done = shell("connect", "meta", "--account", account, META_TOKEN=token)
    assert done.returncode == 0, done.stderr


async def test_what_is_refused_or_missing_ends_with_4_and_one_line(shell, sandbox):
    wrong = sandbox.credentials("shopify") | {"client_secret": "canary-of-mine"}
    lines = "".join(f"{name}={wrong[name]}\n" for name in ("shop", "client_id", "client_secret"))
    for words, stdin, said in [
        (("connect", "shopify"), lines, "copy both again"),
        (("connect", "meta"), "", "System User token"),
        (("connect", "meta"), "secret=1\n", "app_secret, token"),
        (("connect", "tiktok"), "", "shopify, meta, google_ads"),
    ]:
        done = shell(*words, stdin=stdin)
        assert done.returncode == 4, done.stdout + done.stderr
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert "canary-of-mine" not in done.stderr + done.stdout


def test_no_secret_has_an_option():
    command = typer.main.get_command(application).commands["connect"]
    options = {parameter.name for parameter in command.params}
    secrets = {field.name for fields in FIELDS.values() for field in fields if field.is_secret}
    assert options & secrets == set()


async def test_the_doctor_asks_the_platform_and_ends_by_what_it_found(shell, sandbox):
    done = shell("doctor", "google_ads")
    assert done.returncode == 0, done.stdout
    assert "Google knows the client id" in done.stdout
    assert "docs/connect-google-ads.md" in done.stdout

    made = sandbox.credentials("shopify", scopes=["read_orders", "read_customers"])
    names = ("shop", "client_id", "client_secret")
    shell("connect", "shopify", stdin="".join(f"{name}={made[name]}\n" for name in names))
    done = shell("doctor", "shopify", "--brand", "Brand", "--json")
    checks = json.loads(done.stdout)
    (scope,) = [check for check in checks if check["name"] == "scope"]
    assert scope["needs_attention"]
    assert "60 days" in scope["detail"]
    assert made["client_secret"] not in done.stdout + done.stderr

    assert shell("doctor", "meta", AURA_META_CLIENT_SECRET="wrong").returncode == 2
    assert shell("doctor", "shopify", "--brand", "Nobody's").returncode == 5
