"""The same migrations by the Supabase CLI on a database that looks like a hosted project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from aura.store import embedded
from aura.store.binaries import Binaries
from aura.store.migrate import migrate, pending
from aura.store.migrations import migrations
from conftest import OPTIONS
from isolation import catalog
from requirements import require

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "supabase"
COMMAND = HERE / "node_modules/.bin/supabase"
SECONDS = 120
# one server and one push for all of these
pytestmark = pytest.mark.xdist_group("supabase")


@pytest.fixture(scope="module")
def hosted(programs: Binaries) -> Iterator[dict[str, str]]:
    """URLs of a project's owner and of the superuser behind it, on a server of their own."""
    place = Path(tempfile.mkdtemp(prefix="aura-hosted-"))
    place.chmod(0o711)
    server = embedded.start(place, binaries=programs, options=OPTIONS)
    try:
        with psycopg.connect(server.superuser_url, autocommit=True) as connection:
            connection.execute("create database project")
        superuser_url = server.superuser_url.rpartition("/")[0] + "/project"
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            connection.execute((HERE / "hosted.sql").read_text(encoding="utf-8"))
            connection.execute("alter database project owner to project_owner")
            port = connection.info.port
        owner_url = f"postgresql://project_owner:project-owner@127.0.0.1:{port}/project"
        yield {"owner": owner_url, "superuser": superuser_url}
    finally:
        server.release()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder for the CLI, which writes beside the configuration it reads."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "supabase").mkdir()
    shutil.copy(PROJECT / "config.toml", folder / "supabase")
    (folder / "supabase/migrations").symlink_to(PROJECT / "migrations")
    return folder


def supabase(workdir: Path, *arguments: str) -> str:
    """What the CLI prints; the test is skipped by name where npm has not brought it."""
    require("supabase CLI (make test installs it with npm)", COMMAND.exists())
    ran = subprocess.run(
        [COMMAND, *arguments, "--workdir", workdir],
        env={
            "HOME": str(workdir),
            "PATH": os.environ["PATH"],
            "DO_NOT_TRACK": "1",
            "SUPABASE_TELEMETRY_DISABLED": "1",
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def push(workdir: Path, url: str) -> str:
    return supabase(workdir, "db", "push", f"--remote={url}", "--yes")


def advice(workdir: Path, url: str) -> list[dict[str, Any]]:
    """Every finding of the advisors, of every level."""
    said = supabase(
        workdir, "db", "advisors", f"--remote={url}", "--level", "info", "--output-format", "json"
    )
    return json.loads(next(line for line in said.splitlines() if line.startswith("{")))["results"]


@pytest.fixture(scope="module")
def pushed(hosted: dict[str, str], workdir: Path) -> dict[str, str]:
    """The project with every migration pushed by the CLI."""
    said = push(workdir, hosted["owner"])
    for migration in migrations():
        assert f"{migration.version}_{migration.name}" in said
    return hosted


async def test_nothing_is_pending_after_a_push(pushed: dict[str, str], workdir: Path) -> None:
    assert await pending(pushed["owner"]) == []
    assert await migrate(pushed["owner"]) == []
    assert "up to date" in push(workdir, pushed["owner"])


def test_nothing_is_left_to_push_after_our_own_migration(owner_url: str, workdir: Path) -> None:
    assert "up to date" in push(workdir, owner_url)


def test_both_ways_record_the_same_statements(pushed: dict[str, str], owner_url: str) -> None:
    recorded = []
    for url in (pushed["owner"], owner_url):
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "select version, name, statements from supabase_migrations.schema_migrations"
                " order by version"
            )
            recorded.append(rows.fetchall())
    assert recorded[0] == recorded[1]


def test_the_advisors_have_nothing_to_say(pushed: dict[str, str], workdir: Path) -> None:
    # an index of an empty database has not been used yet
    findings = [f for f in advice(workdir, pushed["owner"]) if f["name"] != "unused_index"]
    assert [(f["level"], f["name"], f["detail"]) for f in findings] == []


def test_the_advisors_would_speak(pushed: dict[str, str], workdir: Path) -> None:
    with psycopg.connect(pushed["owner"], autocommit=True) as connection:
        connection.execute("create table public.loose (brand_id uuid)")
        try:
            found = {(f["level"], f["name"]) for f in advice(workdir, pushed["owner"])}
        finally:
            connection.execute("drop table public.loose")
    assert found >= {("ERROR", "rls_disabled_in_public"), ("INFO", "no_primary_key")}


def test_the_project_gives_new_tables_away(pushed: dict[str, str]) -> None:
    """What the migrations must take back is really given here."""
    with psycopg.connect(pushed["owner"]) as connection:
        connection.execute("create table public.loose (id integer)")
        for role in ("anon", "authenticated", "service_role"):
            held = connection.execute(
                "select has_table_privilege(%s, 'public.loose', 'truncate')", [role]
            )
            assert held.fetchone() == (True,)
        connection.rollback()


def test_the_rules_of_isolation_hold_here_too(pushed: dict[str, str]) -> None:
    with psycopg.connect(pushed["owner"]) as connection:
        assert list(catalog.complaints(connection)) == []


def test_the_owner_lowers_itself_to_every_role(pushed: dict[str, str]) -> None:
    with psycopg.connect(pushed["owner"]) as connection:
        for role in ("anon", "authenticated", "aura_accounts", "aura_worker"):
            connection.execute("select set_config('role', %s, true)", [role])
            assert connection.execute("select current_user").fetchone() == (role,)
            connection.rollback()


@pytest.mark.parametrize("table", ["public.users", "public.integrations", "aura.sessions"])
def test_the_service_key_reads_nothing(pushed: dict[str, str], table: str) -> None:
    with psycopg.connect(pushed["superuser"]) as connection:
        connection.execute("set local role service_role")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"select * from {table}")
