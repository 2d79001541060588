"""Due work as rows: taken once, under a lease that runs out, daily before backfill."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from aura.errors import ConflictError
from aura.store import sync_state
from aura.store.sync_state import LeaseLostError, Work

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LEASE = timedelta(minutes=5)


@pytest.fixture
def make_due(database, make_person, make_brand, make_integration):
    async def make_due(platform="meta", *, now=NOW, brand_id=None) -> Work:
        brand_id = brand_id or await make_brand(await make_person())
        integration_id = await make_integration(brand_id, platform)
        async with database.as_worker(brand_id) as connection:
            await sync_state.plan(
                connection,
                brand_id=brand_id,
                integration_id=integration_id,
                now=now,
                starts_over=True,
            )
        return Work(brand_id, integration_id, "daily")

    return make_due


@pytest.fixture
def take(database):
    async def take(owner="one", *, now=NOW):
        async with database.as_worker(None) as connection:
            return await sync_state.take(connection, owner=owner, now=now, leased_until=now + LEASE)

    return take


@pytest.fixture
def give_back(database):
    async def give_back(work, owner="one", *, due_at=None):
        async with database.as_worker(work.brand_id) as connection:
            await sync_state.reschedule(connection, work, due_at=due_at, failed=False)
            await sync_state.release(connection, work.integration_id, owner=owner)

    return give_back


async def test_daily_work_of_all_comes_before_any_backfill(make_due, take, give_back):
    first = await make_due(now=NOW - timedelta(hours=2))
    second = await make_due(now=NOW - timedelta(hours=1))
    taken = []
    while (work := await take()) is not None:
        taken.append((work.integration_id, work.kind))
        await give_back(work)

    assert taken == [
        (first.integration_id, "daily"),
        (second.integration_id, "daily"),
        (first.integration_id, "backfill"),
        (second.integration_id, "backfill"),
    ]


async def test_nothing_is_taken_before_it_is_due(make_due, take):
    await make_due(now=NOW + timedelta(seconds=1))

    assert await take() is None


async def test_an_integration_that_is_read_is_not_taken_for_its_other_work(make_due, take):
    await make_due()
    assert (await take("one")).kind == "daily"

    assert await take("two") is None


async def test_a_dead_workers_lease_runs_out_and_the_dead_one_can_write_no_more(
    make_due, take, database
):
    work = await make_due()
    await take("dead")
    taken = await take("alive", now=NOW + LEASE)
    assert taken == work

    async with database.as_worker(work.brand_id) as connection:
        step = {"cursor": {"read": 1}, "days_done": 1, "days_total": 2}
        with pytest.raises(LeaseLostError):
            await sync_state.advance(connection, work, owner="dead", **step)
        with pytest.raises(LeaseLostError):
            await sync_state.renew(
                connection, work.integration_id, owner="dead", leased_until=NOW + 2 * LEASE
            )
        await sync_state.advance(connection, work, owner="alive", **step)
        state = await sync_state.load_state(connection, work.integration_id, "daily")
    assert (state.cursor, state.days_done, state.attempts) == ({"read": 1}, 1, 2)


async def test_a_renewed_lease_is_not_taken(make_due, take, database):
    work = await make_due()
    await take("one")
    async with database.as_worker(work.brand_id) as connection:
        await sync_state.renew(
            connection, work.integration_id, owner="one", leased_until=NOW + 2 * LEASE
        )

    assert await take("two", now=NOW + LEASE) is None


async def test_work_asked_for_by_name_respects_the_lease(make_due, take, database):
    work = await make_due()
    await take("one")

    async def lease(owner):
        async with database.as_worker(work.brand_id) as connection:
            await sync_state.lease(
                connection, work.integration_id, owner=owner, now=NOW, leased_until=NOW + LEASE
            )

    await lease("one")
    with pytest.raises(ConflictError, match="already"):
        await lease("two")


async def test_many_workers_take_each_integration_once_at_a_time(make_due, database, give_back):
    works = [await make_due() for _ in range(6)]
    held: Counter = Counter()
    done: Counter = Counter()

    async def worker(name):
        while True:
            async with database.as_worker(None) as connection:
                work = await sync_state.take(
                    connection, owner=name, now=NOW, leased_until=NOW + LEASE
                )
            if work is None:
                if sum(done.values()) == 2 * len(works):
                    return
                await asyncio.sleep(0.001)
                continue
            held[work.integration_id] += 1
            assert held[work.integration_id] == 1
            await asyncio.sleep(0.002)
            held[work.integration_id] -= 1
            done[work] += 1
            await give_back(work, name)

    await asyncio.gather(*(worker(str(n)) for n in range(4)))

    assert set(done.values()) == {1}
    assert len(done) == 2 * len(works)


async def test_what_a_person_disconnected_while_it_was_read_is_not_due_again(
    make_due, take, give_back, database
):
    work = await make_due()
    await take()
    async with database.as_worker(work.brand_id) as connection:
        await sync_state.stop(connection, work.integration_id)
    await give_back(work, due_at=NOW + timedelta(days=1))

    assert await take(now=NOW + timedelta(days=2)) is None


async def test_connecting_again_resumes_an_unfinished_backfill_where_it_was(
    make_due, take, database
):
    work = await make_due()
    await take()
    backfill = Work(work.brand_id, work.integration_id, "backfill")
    async with database.as_worker(work.brand_id) as connection:
        await sync_state.advance(
            connection, backfill, owner="one", cursor={"done": False}, days_done=3, days_total=9
        )
        await sync_state.stop(connection, work.integration_id)
        await sync_state.plan(
            connection,
            brand_id=work.brand_id,
            integration_id=work.integration_id,
            now=NOW,
            starts_over=False,
        )
        state = await sync_state.load_state(connection, work.integration_id, "backfill")

    assert (state.due_at, state.days_done) == (NOW, 3)


async def test_who_has_lost_the_lease_does_not_say_when_work_is_due(make_due, take, database):
    work = await make_due()
    await take("one")
    async with database.as_worker(work.brand_id) as connection:
        await sync_state.plan(
            connection,
            brand_id=work.brand_id,
            integration_id=work.integration_id,
            now=NOW,
            starts_over=True,
        )
        await sync_state.reschedule(connection, work, due_at=None, failed=False, owner="one")
        state = await sync_state.load_state(connection, work.integration_id, work.kind)

    assert state.due_at == NOW
