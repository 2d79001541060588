from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aura.store.soundness import examine
from aura.store.statements import statements
from store.filled_brand import fill_brand

AURA = Path(sys.executable).with_name("aura")


@pytest.fixture
async def filled(database, keyring, make_person, make_brand, make_integration):
    brand_id = await make_brand(await make_person())
    await fill_brand(database, keyring, make_integration, brand_id)
    return brand_id


async def complaints_after(database, statement):
    async with database.as_owner() as connection:
        await connection.execute(statement)
    async with database.as_owner() as connection:
        return await examine(connection)


async def test_a_database_that_aura_wrote_is_sound(database, filled):
    async with database.as_owner() as connection:
        found = await examine(connection)
        held = await connection.execute(statements("soundness")["strong_locks"])
        assert await held.fetchall() == []
    assert (found.complaints, found.brands) == ((), 1)


async def test_nothing_of_the_comparison_stays(database, filled):
    async with database.as_owner() as connection:
        await examine(connection)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select count(*) as left from pg_namespace where nspname like '%%_soundness'"
        )
        assert await cursor.fetchone() == {"left": 0}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            "alter table public.brands add column note text",
            "not of Aura: column public.brands.note",
        ),
        ("drop index public.idx_metrics_created", "missing: index idx_metrics_created"),
        ("alter table aura.orders no force row level security", "table aura.orders is"),
        ("alter table public.users alter column name type text", "column public.users.name is"),
        ("grant delete on public.metrics to authenticated", "rights of authenticated on public.m"),
        ("grant select (access_token) on public.integrations to authenticated", "access_token"),
        (
            'drop policy "aura: see own brands\' rows" on public.metrics',
            "missing: policy aura: see own brands' rows on public.metrics",
        ),
        ("drop trigger touch_updated_at on aura.accounts", "missing: trigger touch_updated_at on"),
        (
            "create or replace function aura.user_id() returns uuid return null::uuid",
            "function aura.user_id() is",
        ),
        ("create table aura.strangers (brand_id uuid)", "not of Aura: table aura.strangers"),
    ],
)
async def test_another_schema_than_the_migrations_is_told(database, change, complaint):
    found = await complaints_after(database, change)
    assert any(complaint in told for told in found.schema), found.schema


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            "update aura.brand_days set ad_spend = ad_spend + 0.001",
            "the rollup of 2026-11-01 (meta)",
        ),
        (
            "delete from aura.brand_days where date = '2026-11-02'",
            "the rollup of 2026-11-02 (meta)",
        ),
        (
            "update aura.brand_months set known[1] = known[1] + 1",
            "the month of 2026-11-01 (meta) is not",
        ),
        ("delete from aura.brand_months", "the month of 2026-11-01 (meta) is not"),
        ("update public.metrics set value = value + 1 where metric_type = 'orders'", "(shopify)"),
        ("update public.metrics set currency = 'EUR'", "the metrics of"),
        (
            "delete from public.metrics where date = '2026-11-03'",
            "the metrics of 2026-11-03 (meta)",
        ),
        ("update public.metrics set integration_id = null", "(no platform)"),
    ],
)
async def test_a_figure_that_its_facts_do_not_give_is_told(database, filled, change, complaint):
    found = await complaints_after(database, change)
    assert any(complaint in told for told in found.figures), found.figures
    assert found.schema == ()


async def test_rows_of_nothing_are_told(database, filled):
    found = await complaints_after(
        database, "update aura.revisions set entity_id = entity_id + 4711 where date = '2026-11-01'"
    )
    assert found.orphans == ("aura.revisions: 2 rows belong to nothing that is there",)


async def test_the_shell_tells_and_its_exit_code_too(owner_url, database, filled, tmp_path):
    def check():
        return subprocess.run(
            [AURA, "db", "check", "--json"],
            env=os.environ | {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url},
            capture_output=True,
            text=True,
            check=False,
        )

    sound = check()
    assert (sound.returncode, json.loads(sound.stdout)["schema"]) == (0, [])
    await complaints_after(database, "drop index public.idx_metrics_created")
    assert check().returncode == 3
