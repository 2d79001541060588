"""The worker: works off what is due, beside others, and stops when it is told to."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from aura.errors import TryLaterError
from aura.sync import connect
from aura.sync.schedule import Worker


@pytest.fixture
def make_worker(database, keyring, connectors, clock):
    def make_worker(**options):
        return Worker(database, keyring, connectors, clock, poll_seconds=0.02, **options)

    return make_worker


async def test_one_round_does_everything_that_is_due_and_comes_back(
    ads, shop, connected, make_worker, clock, read
):
    for ago in range(40):
        ads.state(clock().date() - timedelta(days=ago), "1")
        shop.sell(str(ago), clock() - timedelta(days=ago))
    await connected("meta")
    await connected("shopify")
    worker = make_worker()
    results = await worker.run_due_once()

    assert {result.outcome for result in results} == {"succeeded"}
    assert {(result.platform, result.kind) for result in results if result.is_finished} == {
        ("meta", "daily"),
        ("meta", "backfill"),
        ("shopify", "daily"),
        ("shopify", "backfill"),
    }
    assert await read(
        "select metric_type, count(*) from public.metrics"
        " where metric_type in ('ad_spend', 'orders') group by 1 order by 1"
    ) == [("ad_spend", 40), ("orders", 40)]
    assert await worker.run_due_once() == []
    assert clock() < await worker.next_due() <= clock() + timedelta(days=1)


async def test_what_fails_is_due_later_and_the_round_still_ends(ads, connected, make_worker, clock):
    await connected()

    def busy():
        raise TryLaterError("Busy.", retry_after=1)

    ads.before_page = busy
    worker = make_worker()
    first = await worker.run_due_once()
    assert [result.outcome for result in first] == ["try_later", "try_later"]
    assert await worker.next_due() == clock() + timedelta(minutes=1)

    clock.advance(minutes=1)
    await worker.run_due_once()
    assert await worker.next_due() == clock() + timedelta(minutes=2)
    clock.advance(minutes=2)
    ads.before_page = lambda: None
    assert {result.outcome for result in await worker.run_due_once()} == {"succeeded"}


async def test_trouble_in_aura_itself_does_not_stop_the_others_nor_repeat_at_once(
    ads, shop, connected, make_worker, clock, caplog
):
    await connected("meta")
    await connected("shopify")

    def broken():
        raise RuntimeError("a defect")

    ads.before_page = broken
    worker = make_worker()
    results = await worker.run_due_once()

    assert {result.platform for result in results} == {"shopify"}
    assert await worker.next_due() == clock() + timedelta(minutes=1)
    assert "went wrong" in caplog.text


async def test_two_workers_never_read_an_integration_at_the_same_time(
    ads, shop, connected, make_worker, clock
):
    inside: Counter = Counter()

    def watched(platform, read):
        async def reading(*account, **window):
            inside[platform] += 1
            assert inside[platform] == 1, "read by two at once"
            try:
                async for page in read(*account, **window):
                    # the other workers get their turn while this one is in the middle of a page
                    await asyncio.sleep(0.003)
                    yield page
            finally:
                inside[platform] -= 1

        return reading

    await connected("meta")
    await connected("shopify")
    ads.read_days = watched("meta", ads.read_days)
    shop.read_orders = watched("shopify", shop.read_orders)
    rounds = await asyncio.gather(*(make_worker().run_due_once() for _ in range(3)))

    done = Counter(
        (one.platform, one.kind) for results in rounds for one in results if one.is_finished
    )
    assert set(done.values()) == {1}
    assert len(done) == 4


async def test_a_worker_runs_until_it_is_stopped_and_finishes_its_window(
    ads, connected, make_worker, clock, read
):
    await connected()
    stop = asyncio.Event()
    ads.before_page = stop.set
    await asyncio.wait_for(make_worker().run(stop), timeout=10)

    # the daily sync was finished, the backfill was not begun
    assert await read("select kind, outcome from aura.sync_runs") == [("daily", "succeeded")]
    assert await read("select kind from aura.sync_state where due_at <= %s", clock()) == [
        ("backfill",)
    ]
    assert await read("select * from aura.sync_state where leased_by is not null") == []


async def test_a_waiting_worker_sees_new_work(ads, connected, make_worker, read):
    stop = asyncio.Event()
    running = asyncio.create_task(make_worker(progress=lambda _: stop.set()).run(stop))
    await connected()
    await asyncio.wait_for(running, timeout=10)

    assert len(await read("select * from aura.sync_runs")) >= 1


async def test_accounts_chosen_while_they_are_read_are_read_from_the_start(
    ads, connected, make_worker, database, person, clock, read
):
    ads.known.append(replace(ads.known[0], external_id="2", name="Second"))
    for account in ("1", "2"):
        for ago in range(40):
            ads.state(clock().date() - timedelta(days=ago), "1", account=account)
    made = await connected()

    async def choose(*external_ids):
        await connect.choose_accounts(
            database,
            user_id=person,
            integration_id=made.integration_id,
            external_ids=list(external_ids),
            now=clock(),
        )

    pages, reading, chosen = ads.read_days, asyncio.Event(), asyncio.Event()

    async def slow_pages(grant, account, window):
        async for page in pages(grant, account, window):
            # the daily sync and the backfill's first window have passed
            if len(ads.reads) >= 3:
                reading.set()
                await chosen.wait()
            yield page

    ads.read_days = slow_pages
    await choose("1")
    work = asyncio.create_task(make_worker().run_due_once())
    await reading.wait()
    await choose("1", "2")
    chosen.set()
    await work

    assert await read("select count(*), sum(ad_spend) from aura.brand_days") == [(40, 80)]
    assert await read("select * from aura.sync_runs where outcome = 'running'") == []


async def test_a_brand_deleted_while_it_is_read_does_not_stop_the_worker(
    shop, connected, make_worker, database, brand, clock, read
):
    shop.sell("1", clock())
    await connected("shopify")
    pages, reading, deleted = shop.read_orders, asyncio.Event(), asyncio.Event()

    async def slow_pages(*asked, **question):
        async for page in pages(*asked, **question):
            reading.set()
            await deleted.wait()
            yield page

    shop.read_orders = slow_pages
    work = asyncio.create_task(make_worker().run_due_once())
    await reading.wait()
    async with database.as_owner() as connection:
        await connection.execute("delete from public.brands where id = %s", (brand,))
    deleted.set()

    assert await work == []
    assert await read("select * from aura.entity_days") == []
