"""A sync against platforms on paper: what is stored and recorded, what failures leave behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from aura.errors import (
    BadDataError,
    ConflictError,
    InputError,
    TryLaterError,
)
from aura.model import Account, DayRange
from aura.sync import connect, plan
from sync.paper import fail_once

SPEND = "select date, value from public.metrics where metric_type = 'ad_spend' order by 1"
STATE = "select due_at, attempts, cursor from aura.sync_state where kind = 'daily'"
RUNS = "select kind, outcome, message, rows_read, rows_changed from aura.sync_runs order by id"

# share of the conversions of a day that has arrived at each age, as long as no lag is learned
PRIOR_SHARES = [
    *(0.0, 0.3, 0.45, 0.57, 0.67, 0.74, 0.8, 0.85, 0.885, 0.905, 0.92, 0.93, 0.94, 0.948, 0.955),
    *(0.961, 0.966, 0.971, 0.975, 0.979, 0.983, 0.986, 0.989, 0.992, 0.994, 0.996, 0.998, 0.999),
    1.0,
]


async def test_a_daily_sync_stores_the_days_that_are_restated_and_says_when_it_is_due_again(
    ads, meta, sync, read, clock, days_ago
):
    for ago in range(6):
        ads.state(days_ago(ago), str(ago + 1))
        ads.state(days_ago(ago), str(ago), campaign="c")
    result = await sync(meta)

    assert (result.outcome, result.rows_read, result.rows_changed) == ("succeeded", 8, 8)
    assert await read(SPEND) == [(days_ago(ago), ago + 1) for ago in (3, 2, 1, 0)]
    ((due_at, attempts, cursor),) = await read(STATE)
    assert clock() < due_at <= clock() + timedelta(days=1)
    assert (attempts, cursor) == (0, {"read_through": days_ago(0).isoformat()})
    assert await read("select status, last_sync_at, metadata from public.integrations") == [
        (
            "connected",
            clock(),
            {
                "grant_kind": "consent",
                "scopes": ["read"],
                "missing_scopes": [],
                "refresh_expires_at": None,
                "data_access_expires_at": None,
                "currency": "USD",
                "timezone": "America/New_York",
                "known_from": days_ago(3).isoformat(),
                "known_through": days_ago(0).isoformat(),
                # no lag has been learned yet: the cautious prior's
                "settles_in_days": 17,
                "arrived_shares": PRIOR_SHARES,
            },
        )
    ]
    assert await read(RUNS) == [("daily", "succeeded", None, 8, 8)]


async def test_syncing_again_changes_no_row_and_writes_no_revision(ads, meta, sync, read, days_ago):
    ads.state(days_ago(1), "1")
    await sync(meta)
    again = await sync(meta)

    assert (again.rows_read, again.rows_changed) == (1, 0)
    assert await read("select * from aura.revisions") == []


async def test_after_a_long_absence_every_day_that_was_not_final_is_read(
    ads, meta, sync, clock, days_ago
):
    await sync(meta)
    read_through = days_ago(0)
    clock.advance(days=200)
    ads.reads.clear()
    await sync(meta)

    assert ads.reads[0].first == read_through - timedelta(days=ads.restatement_days)
    assert ads.reads[-1].last == days_ago(0)
    assert sum(map(len, ads.reads)) == 204


async def test_a_backfill_reads_newest_first_and_reports_its_days(ads, meta, sync, read, days_ago):
    for ago in range(50):
        ads.state(days_ago(ago), "1")
    seen = []
    result = await sync(meta, "backfill", progress=seen.append)

    assert result.is_finished
    assert [(window.first, window.last) for window in ads.reads] == [
        (days_ago(29), days_ago(0)),
        (days_ago(39), days_ago(30)),
    ]
    assert [(one.platform, one.kind, one.days_done, one.days_total) for one in seen] == [
        ("meta", "backfill", 30, 40),
        ("meta", "backfill", 40, 40),
    ]
    assert len(await read(SPEND)) == ads.history_days
    assert await read("select due_at, days_done from aura.sync_state where kind = 'backfill'") == [
        (None, 40)
    ]


async def test_a_backfill_gives_way_and_resumes_where_it_was(ads, meta, sync, days_ago):
    first = await sync(meta, "backfill", windows=1)
    assert not first.is_finished
    second = await sync(meta, "backfill", windows=1)

    assert second.is_finished
    assert ads.reads[1] == DayRange(days_ago(39), days_ago(30))


async def test_a_backfill_that_is_told_to_stop_ends_after_the_window_it_reads(meta, sync, ads):
    result = await sync(meta, "backfill", should_stop=lambda: bool(ads.reads))

    assert (result.outcome, result.is_finished, len(ads.reads)) == ("succeeded", False, 1)


async def test_a_busy_platform_is_asked_again_later_and_nothing_of_the_window_is_kept(
    ads, meta, sync, read, clock, days_ago
):
    for ago in range(4):
        for campaign in ("a", "b"):
            ads.state(days_ago(ago), "1", campaign=campaign)
    pages = []

    def second_page_fails():
        pages.append(1)
        if len(pages) == 2:
            raise TryLaterError("Meta is busy.", retry_after=600)

    ads.before_page = second_page_fails
    result = await sync(meta)

    assert (result.outcome, result.message) == ("try_later", "Meta is busy.")
    assert await read(STATE) == [(clock() + timedelta(minutes=10), 0, {})]
    assert await read("select * from aura.entity_days") == []
    assert await read("select status, last_sync_at from public.integrations") == [
        ("connected", None)
    ]
    assert await read(RUNS) == [("daily", "try_later", "Meta is busy.", 0, 0)]


async def test_an_ended_grant_stops_everything_and_says_why(ads, meta, sync, read):
    ads.token += 1
    ads.can_refresh = False
    result = await sync(meta)

    assert result.outcome == "needs_reconnect"
    assert await read("select status, metadata ->> 'problem' from public.integrations") == [
        ("error", "The platform does not know this token.")
    ]
    assert await read("select * from aura.sync_state where due_at is not null") == []
    assert len(ads.reads) == 1


async def test_an_answer_that_cannot_be_true_moves_nothing_and_heals_with_the_next_good_one(
    ads, meta, sync, read, clock, days_ago
):
    ads.state(days_ago(1), "1")
    await sync(meta)
    synced_at = clock()
    before = await read(STATE)
    clock.advance(days=1)
    ads.before_page = fail_once(BadDataError("Meta sent a day twice."))
    result = await sync(meta)

    assert result.outcome == "bad_data"
    assert await read("select status, metadata ->> 'problem', last_sync_at from integrations") == [
        ("error", "Meta sent a day twice.", synced_at)
    ]
    ((due_at, _, cursor),) = await read(STATE)
    assert cursor == before[0][2]
    assert due_at > clock()
    await sync(meta)
    assert await read("select status, metadata ->> 'problem', last_sync_at from integrations") == [
        ("connected", None, clock())
    ]


async def test_a_crash_while_writing_leaves_the_window_unwritten_and_the_work_due(
    ads, meta, sync, read, clock, days_ago, monkeypatch
):
    ads.state(days_ago(1), "1")

    async def crash(*_args, **_facts):
        raise RuntimeError("the machine burns")

    # the last statement of the window's transaction
    monkeypatch.setattr("aura.sync.reading.sync_runs.add_window", crash)
    with pytest.raises(RuntimeError):
        await sync(meta)

    for table in ("aura.entity_days", "public.metrics", "aura.brand_days", "aura.entities"):
        assert await read(f"select * from {table}") == []
    assert await read("select cursor, leased_by from aura.sync_state where kind = 'daily'") == [
        ({}, None)
    ]
    assert await read("select last_sync_at from public.integrations") == [(None,)]
    assert (await read(STATE))[0][0] == clock() + timedelta(minutes=1)


async def test_a_sync_that_is_cancelled_in_the_middle_gives_the_integration_back(
    ads, meta, sync, read, days_ago
):
    ads.state(days_ago(1), "1")
    reading = asyncio.Event()
    task = asyncio.create_task(sync(meta))
    ads.before_page = reading.set
    await reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await read("select * from aura.entity_days") == []
    assert await read("select * from aura.sync_state where leased_by is not null") == []
    assert (await sync(meta)).outcome == "succeeded"
    assert [row[1] for row in await read(RUNS)] == ["try_later", "succeeded"]


async def test_a_sync_by_hand_does_not_run_beside_another(ads, meta, sync, days_ago):
    ads.state(days_ago(1), "1")
    results = await asyncio.gather(*(sync(meta) for _ in range(4)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["ConflictError"] * 3 + [
        "RunResult"
    ]
    assert any(isinstance(result, ConflictError) for result in results)


async def test_without_a_choice_of_accounts_there_is_nothing_to_sync(ads, connected, sync):
    ads.known.append(Account("2", "Second", "USD", "UTC"))
    made = await connected()
    with pytest.raises((InputError, ConflictError)):
        await sync(made.integration_id)


def test_the_overlap_of_updates_is_longer_than_clocks_differ():
    assert timedelta(minutes=10) < plan.UPDATE_OVERLAP


async def test_a_sync_asked_for_while_one_runs_follows_it_at_once(
    ads, meta, sync, read, person, database, clock
):
    asked = []

    async def ask():
        asked.append(
            await connect.sync_now(
                database, user_id=person, integration_id=meta, now=clock() + timedelta(minutes=1)
            )
        )

    ads.before_page = lambda: asked or loop.create_task(ask())
    loop = asyncio.get_running_loop()
    await sync(meta)
    assert asked == [True]
    assert [due_at for due_at, *_ in await read(STATE)] == [clock() + timedelta(minutes=1)]

    # the one that follows answers the wish, which is then gone
    ads.before_page = lambda: None
    clock.advance(minutes=1)
    await sync(meta)
    ((due_at, *_),) = await read(STATE)
    assert due_at > clock() + timedelta(hours=1)


async def test_a_wish_does_not_shorten_the_pause_that_a_platform_asked_for(
    ads, meta, sync, read, person, database, clock
):
    await connect.sync_now(database, user_id=person, integration_id=meta, now=clock())

    def busy():
        raise TryLaterError("Meta is busy.", retry_after=600)

    ads.before_page = busy
    await sync(meta)
    assert [due_at for due_at, *_ in await read(STATE)] == [clock() + timedelta(minutes=10)]


async def test_a_sync_asked_for_while_nothing_runs_says_so(meta, person, database, clock):
    args = {"user_id": person, "integration_id": meta, "now": clock()}
    assert await connect.sync_now(database, **args) is False


async def test_insights_look_at_platforms_that_began_later_and_ended_before(
    ads, meta, store, sync, read, clock, days_ago
):
    for ago in range(6):
        ads.state(days_ago(ago), str(ago + 1))
    clock.advance(microseconds=1)
    await sync(meta)
    # the shop's sync began a moment before and is the last of the round to end
    clock.advance(microseconds=-1)
    await sync(store)
    known = "select metadata ? 'arrived_shares' from public.integrations where platform = 'meta'"
    assert await read(known) == [(True,)]
