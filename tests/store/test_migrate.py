from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from aura.errors import DatabaseError
from aura.store.database import Database, connect
from aura.store.migrate import _apply_next, migrate, pending
from aura.store.migrations import Migration, migrations, split, words

ROOT = Path(__file__).parents[2]
HISTORY = "select version, name, statements from supabase_migrations.schema_migrations order by 1"
CHECKSUMS = "select version, name, checksum from aura.migrations order by 1"
VERSIONS = [migration.version for migration in migrations()]


async def run(url: str, *scripts: str) -> None:
    async with await connect(url, autocommit=True) as connection:
        for script in scripts:
            await connection.execute(script)


async def rows(url: str, question: str):
    async with await connect(url) as connection:
        return await (await connection.execute(question)).fetchall()


async def relations(url: str):
    return await rows(
        url,
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2",
    )


def later(text: str) -> list[Migration]:
    return [*migrations(), Migration("29991231235959", "later", text)]


async def test_an_empty_database_gets_everything_and_a_second_run_nothing(empty_url):
    assert await pending(empty_url) == VERSIONS
    assert await migrate(empty_url) == VERSIONS
    before = await relations(empty_url)
    assert await pending(empty_url) == []
    assert await migrate(empty_url) == []
    assert await relations(empty_url) == before
    await (await Database.open(empty_url)).close()


async def test_asking_what_is_pending_changes_nothing(empty_url):
    await pending(empty_url)
    assert await relations(empty_url) == []


async def test_two_machines_at_once_apply_each_migration_once(empty_url):
    done = await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
    assert sorted(version for versions in done for version in versions) == VERSIONS
    assert [row["version"] for row in await rows(empty_url, HISTORY)] == VERSIONS


async def test_the_history_is_kept_as_the_supabase_cli_keeps_it(owner_url):
    history = await rows(owner_url, HISTORY)
    assert [row["version"] for row in history] == VERSIONS
    for row, migration in zip(history, migrations(), strict=True):
        assert row["name"] == migration.name
        assert words(row["statements"]) == words([migration.text])
    columns = await rows(
        owner_url,
        "select a.attname, format_type(a.atttypid, a.atttypmod) as type, i.indisprimary as key"
        " from pg_attribute a left join pg_index i"
        " on i.indrelid = a.attrelid and a.attnum = any(i.indkey)"
        " where a.attrelid = 'supabase_migrations.schema_migrations'::regclass and a.attnum > 0"
        " order by a.attnum",
    )
    assert [tuple(column.values()) for column in columns] == [
        ("version", "text", True),
        ("statements", "text[]", None),
        ("name", "text", None),
    ]


async def test_every_applied_migration_has_the_checksum_of_its_file(owner_url):
    found = {row["version"]: bytes(row["checksum"]) for row in await rows(owner_url, CHECKSUMS)}
    assert found == {
        migration.version: hashlib.sha256(migration.text.encode()).digest()
        for migration in migrations()
    }


async def test_a_migrations_settings_end_with_it(empty_url):
    async with await connect(empty_url, autocommit=True) as connection:
        settings = "select current_setting('lock_timeout') || current_setting('statement_timeout')"
        before = await (await connection.execute(settings)).fetchone()
        assert await _apply_next(connection, migrations()) == VERSIONS[0]
        assert await (await connection.execute(settings)).fetchone() == before


async def test_an_edited_migration_is_refused(owner_url):
    await run(
        owner_url, f"update aura.migrations set checksum = '' where version = '{VERSIONS[1]}'"
    )
    for action in (migrate, pending):
        with pytest.raises(DatabaseError, match=f"{VERSIONS[1]}_roles was edited after"):
            await action(owner_url)


async def test_what_the_supabase_cli_pushed_is_taken_over(owner_url):
    before = await rows(owner_url, CHECKSUMS)
    await run(owner_url, "truncate aura.migrations")
    assert await migrate(owner_url) == []
    assert await rows(owner_url, CHECKSUMS) == before


async def test_comments_and_spaces_of_what_the_cli_recorded_do_not_matter(owner_url):
    await run(
        owner_url,
        "truncate aura.migrations",
        "update supabase_migrations.schema_migrations"
        " set statements = array['-- a comment; and', E'\\n\\n'] || statements || array['']",
    )
    assert await migrate(owner_url) == []


async def test_what_the_cli_pushed_from_edited_files_is_refused(owner_url):
    await run(
        owner_url,
        "truncate aura.migrations",
        "update supabase_migrations.schema_migrations"
        f" set statements = statements || array['select 1'] where version = '{VERSIONS[2]}'",
    )
    with pytest.raises(DatabaseError, match=f"{VERSIONS[2]}_time_series was edited after"):
        await migrate(owner_url)
    assert await rows(owner_url, CHECKSUMS) == []


@pytest.mark.parametrize(
    "record",
    [
        "insert into supabase_migrations.schema_migrations (version) values ('29990101000000')",
        "insert into aura.migrations (version, name, checksum) values ('29990101000000', 'x', '')",
    ],
)
async def test_a_newer_auras_database_is_refused(owner_url, record):
    await run(owner_url, record)
    with pytest.raises(DatabaseError, match=r"29990101000000, which .* Upgrade Aura"):
        await migrate(owner_url)


async def test_a_gap_in_the_past_is_refused(owner_url):
    await run(
        owner_url,
        f"delete from aura.migrations where version = '{VERSIONS[1]}'",
        f"delete from supabase_migrations.schema_migrations where version = '{VERSIONS[1]}'",
    )
    with pytest.raises(DatabaseError, match=f"{VERSIONS[1]}_roles is missing"):
        await migrate(owner_url)


@pytest.mark.parametrize(
    ("in_the_way", "difference"),
    [
        ("create table public.users (id bigint primary key)", "its column id is bigint, not uuid"),
        ("create table public.brands (id uuid)", "it has no column user_id"),
        ("create view public.metrics as select 1 as id", "it is a view"),
        ("create sequence public.metrics", "it is a sequence"),
        ("create type public.users as (id uuid)", "it is a type"),
    ],
)
async def test_a_foreign_table_in_the_way_is_named_and_left_alone(
    empty_url, in_the_way, difference
):
    await run(empty_url, in_the_way)
    before = await relations(empty_url)
    with pytest.raises(DatabaseError, match=difference):
        await migrate(empty_url)
    assert await relations(empty_url) == before


async def test_a_table_with_a_column_more_is_foreign(empty_url):
    await run(empty_url, migrations()[0].text, "alter table public.users add column phone text")
    with pytest.raises(DatabaseError, match="it has a column phone of its own"):
        await migrate(empty_url)


async def test_another_tables_index_is_not_taken_for_ours(empty_url):
    await run(
        empty_url,
        "create table public.songs (id int primary key)",
        "create index idx_metrics_brand_date on public.songs (id)",
    )
    with pytest.raises(DatabaseError, match=r"idx_metrics_brand_date exists .* an index of songs"):
        await migrate(empty_url)


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        ("create table aura.songs (id int primary key)", "songs"),
        ("create function aura.sing() returns int language sql as 'select 1'", "sing"),
        ("create type aura.mood as enum ('glad')", "mood"),
    ],
)
async def test_a_foreign_schema_named_aura_is_refused(empty_url, thing, name):
    await run(empty_url, "create schema aura", thing)
    with pytest.raises(DatabaseError, match=f"schema aura holds something else already .{name}"):
        await migrate(empty_url)


async def test_foreign_tables_of_other_names_are_left_alone(empty_url):
    await run(
        empty_url,
        "create table public.songs (id int primary key)",
        "create schema auth",
        "create table auth.users (id uuid primary key)",
    )
    assert await migrate(empty_url) == VERSIONS
    assert await rows(empty_url, "select * from public.songs, auth.users") == []


async def test_a_project_with_migrations_of_its_own_is_refused(empty_url):
    await run(
        empty_url,
        "create schema supabase_migrations",
        "create table supabase_migrations.schema_migrations (version text primary key)",
        "insert into supabase_migrations.schema_migrations values ('20240101000000')",
    )
    for action in (migrate, pending):
        with pytest.raises(DatabaseError, match=r"not Aura's .20240101000000.* of its own"):
            await action(empty_url)


async def test_the_history_of_an_old_supabase_cli_gets_its_missing_columns(empty_url):
    await run(
        empty_url,
        "create schema supabase_migrations",
        "create table supabase_migrations.schema_migrations (version text primary key)",
    )
    assert await pending(empty_url) == VERSIONS
    assert await migrate(empty_url) == VERSIONS
    assert [row["version"] for row in await rows(empty_url, HISTORY)] == VERSIONS


async def test_pgcrypto_in_another_schema_is_for_a_superuser_to_move(empty_url, postgres):
    await run(empty_url, "create extension pgcrypto schema public")
    with pytest.raises(DatabaseError, match=r"pgcrypto is in the schema public.* superuser: `"):
        await migrate(empty_url)
    name = conninfo_to_dict(empty_url)["dbname"]
    await run(
        postgres.superuser_url.rpartition("/")[0] + f"/{name}",
        "create schema if not exists extensions authorization aura",
        "alter extension pgcrypto set schema extensions",
    )
    assert await migrate(empty_url) == VERSIONS


async def test_tables_made_from_the_specification_by_hand_are_taken_over(empty_url):
    await run(
        empty_url,
        migrations()[0].text,
        "insert into public.users (email, password_hash) values ('anna@example.com', '!')",
    )
    assert await migrate(empty_url) == VERSIONS
    assert len(await rows(empty_url, "select 1 from public.users")) == 1


async def test_a_failing_migration_leaves_no_trace(owner_url):
    before = await relations(owner_url), await rows(owner_url, HISTORY)
    async with await connect(owner_url, autocommit=True) as connection:
        with pytest.raises(
            DatabaseError, match="_later failed and left no trace: division by zero"
        ):
            await _apply_next(
                connection, later("create table aura.half (id int primary key); select 1 / 0;")
            )
    assert (await relations(owner_url), await rows(owner_url, HISTORY)) == before


async def test_a_table_in_use_is_said_to_be_in_use(owner_url):
    script = "set lock_timeout = '10ms'; alter table public.users add constraint c check (true);"
    async with (
        await connect(owner_url) as reader,
        await connect(owner_url, autocommit=True) as connection,
    ):
        await reader.execute("select 1 from public.users")
        with pytest.raises(DatabaseError, match="in use by somebody else"):
            await _apply_next(connection, later(script))


async def test_a_login_without_bypassrls_is_refused(empty_url, superuser_url):
    await run(superuser_url, "create role test_plain login password 'plain'")
    try:
        with pytest.raises(DatabaseError, match="test_plain lacks BYPASSRLS"):
            await migrate(make_conninfo(empty_url, user="test_plain", password="plain"))
    finally:
        await run(superuser_url, "drop role test_plain")


def test_a_wheel_carries_migrations_statements_and_the_keeper(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    assert {f"aura/migrations/{m.version}_{m.name}.sql" for m in migrations()} <= names
    assert {"aura/store/keeper.py", "aura/store/queries/migrate.sql"} <= names


PIECES = st.sampled_from(
    [
        "select 1",
        "select ';'",
        "select 'it''s; fine'",
        r"select E'\';'",
        'select ";" from "a""b;"',
        "do $$ begin; perform 1; end $$",
        "create function f() returns int language sql as $body$ select 1; $$;$$ $body$",
        "-- a comment; ' with a quote\nselect 2",
        "/* nested /* ; */ ' */ select 3",
        "select $1, a$b",
    ]
)


@given(st.lists(PIECES, min_size=1))
def test_a_script_splits_into_the_statements_it_was_made_of(statements):
    assert split(";\n".join(statements) + ";") == statements


@given(st.lists(PIECES), st.sampled_from([";", ";\n\n", " ; -- end\n", ";/* ; */"]))
def test_words_do_not_depend_on_how_statements_are_joined(statements, joint):
    assert words([joint.join(statements)]) == words(statements)


@given(st.text(alphabet="a'\"$;-/*\n e1"))
def test_splitting_any_text_loses_no_word(text):
    script = split(text)
    assert words([text]) == [word for statement in script for word in words([statement])]
