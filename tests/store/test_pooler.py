"""Everything works behind the real pgbouncer in transaction mode, where clients share servers."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from aura.reports.campaigns import campaigns, question_of
from aura.reports.overview import overview
from aura.store.database import Database
from aura.store.soundness import examine
from aura.store.windows import write_ad_window
from requirements import require
from store.filled_brand import ACCOUNT, MONDAY, WINDOW, fill_brand
from store.test_windows import account_day


@pytest.fixture
def pooled_url(owner_url, tmp_path):
    """The database behind a pooler that has two server connections for all its clients."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    require("pgbouncer", program is not None)
    login = conninfo_to_dict(owner_url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text(
        "[databases]\n"
        f"pooled = host={login['host']} port={login['port']} dbname={login['dbname']}"
        f" user={login['user']} password={login['password']}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 100\n"
        + ("user = nobody\n" if os.geteuid() == 0 else "")
    )
    settings.chmod(0o644)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    process = subprocess.Popen(
        [program, str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"postgresql://pooled@127.0.0.1:{port}/pooled"
    try:
        for _ in range(100):
            try:
                psycopg.connect(url).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
async def pooled(pooled_url):
    opened = await Database.open(pooled_url, pool_size=12)
    yield opened
    await opened.close()


async def test_clients_that_share_connections_see_their_own_rows(pooled, make_person, make_brand):
    people = [await make_person() for _ in range(6)]
    own = {person: await make_brand(person) for person in people}

    async def look(person):
        async with pooled.as_user(person) as connection:
            cursor = await connection.execute("select id from public.brands")
            rows = {row["id"] for row in await cursor.fetchall()}
            await asyncio.sleep(0)
            return rows == {own[person]}

    looks = await asyncio.gather(*(look(person) for _ in range(40) for person in people))
    assert all(looks)
    assert len(looks) == 240


async def test_nobody_inherits_who_somebody_was(pooled, pooled_url, make_person, make_brand):
    person = await make_person()
    await make_brand(person)
    for _ in range(10):
        async with pooled.as_user(person) as connection:
            await connection.execute("select id from public.brands")
        stranger = await psycopg.AsyncConnection.connect(pooled_url, prepare_threshold=None)
        async with stranger:
            cursor = await stranger.execute(
                "select current_user, nullif(current_setting('request.jwt.claims', true), '')"
            )
            role, claims = await cursor.fetchone()
        assert role != "authenticated"
        assert claims is None


@pytest.mark.parametrize("may_be_temporary", [True, False])
async def test_writers_share_connections_and_what_they_wrote_is_sound(
    pooled, keyring, make_person, make_brand, make_integration, database, may_be_temporary
):
    if not may_be_temporary:
        async with database.as_owner() as connection:
            await connection.execute(
                f'revoke temporary on database "{connection.info.dbname}" from public, aura_worker'
            )
    brands = [await make_brand(await make_person()) for _ in range(4)]
    await asyncio.gather(
        *(fill_brand(pooled, keyring, make_integration, brand_id) for brand_id in brands)
    )
    async with database.as_owner() as connection:
        found = await examine(connection)
        cursor = await connection.execute("select count(*) as rows from aura.revisions")
        revisions = (await cursor.fetchone())["rows"]
    assert found.complaints == ()
    assert revisions == 4 * 6


async def test_a_window_that_breaks_off_leaves_no_temporary_table_behind(
    pooled, make_person, make_brand, make_integration
):
    brand_id = await make_brand(await make_person())
    integration_id = await make_integration(brand_id, "meta")
    for attempt in range(6):

        async def write(attempt=attempt):
            async with pooled.as_worker(brand_id) as connection:
                await write_ad_window(
                    connection,
                    brand_id=brand_id,
                    integration_id=integration_id,
                    account=ACCOUNT,
                    window=WINDOW,
                    days=[account_day(WINDOW.first, str(attempt + 1))],
                    observed_at=MONDAY + timedelta(days=attempt),
                    run_id=None,
                )
                if attempt % 2:
                    raise RuntimeError("broken off")

        if attempt % 2:
            with pytest.raises(RuntimeError):
                await write()
        else:
            await write()
    async with pooled.as_owner() as connection:
        cursor = await connection.execute(
            "select value from public.metrics where metric_type = 'ad_spend'"
        )
        values = [row["value"] for row in await cursor.fetchall()]
    assert values == [5]


async def test_reports_that_are_read_in_one_round_trip_are_each_persons_own(
    pooled, keyring, make_person, make_brand, make_integration, database
):
    people = [await make_person() for _ in range(3)]
    own = {person: await make_brand(person) for person in people}
    for brand_id in own.values():
        await fill_brand(database, keyring, make_integration, brand_id)
    now = datetime.combine(WINDOW.last + timedelta(days=2), datetime.min.time(), UTC)

    async def read(opened, person):
        whose = {"user_id": person, "brand_id": own[person], "days": WINDOW, "now": now}
        seen = await overview(opened, **whose)
        listed = await campaigns(opened, **whose, question=question_of({}))
        return seen.brand.id, seen.sides, [line.campaign for line in listed.lines]

    direct = [await read(database, person) for person in people]
    assert [brand for brand, _, _ in direct] == list(own.values())
    assert all(sides[0].totals for _, sides, _ in direct)
    found = await asyncio.gather(*(read(pooled, person) for _ in range(10) for person in people))
    assert found == direct * 10
