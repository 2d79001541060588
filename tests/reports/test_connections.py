"""Each state of a connection in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from uuid_utils.compat import uuid7

from aura.errors import NotFoundError
from aura.reports.connections import connections
from measured_brand import NOW, READ_AT, measure

__all__ = ["measure"]


@pytest.fixture
def shown(database):
    async def shown(made, platform, now=NOW):
        found = await connections(database, user_id=made.person, brand_id=made.brand, now=now)
        return next(one for one in found if one.platform == platform)

    return shown


@pytest.fixture
def run(database):
    """Notes a sync that ended in some way."""

    async def run(made, platform, outcome, message=None, at=READ_AT):
        async with database.as_owner() as connection:
            await connection.execute(
                "insert into aura.sync_runs (id, brand_id, integration_id, kind, started_at,"
                " finished_at, first_day, last_day, rows_read, rows_changed, outcome, message)"
                " values (%s, %s, %s, 'daily', %s, %s, %s, %s, 412, 31, %s, %s)",
                [
                    *(uuid7(), made.brand, made.integrations[platform], at, at),
                    *(date(2026, 10, 25), date(2026, 11, 21), outcome, message),
                ],
            )

    return run


@pytest.fixture
def change(database):
    async def change(statement, *parameters):
        async with database.as_owner() as connection:
            await connection.execute(statement, parameters)

    return change


async def test_a_platform_that_was_never_connected_invites(measure, shown):
    made = await measure(platforms={"shopify": "USD"})
    one = await shown(made, "meta")
    assert one.word == "not connected"
    assert one.integration_id is None
    assert "what Meta charges" in one.sentence


async def test_a_read_connection_says_through_which_day_and_when(measure, shown, run):
    made = await measure()
    await run(made, "shopify", "succeeded")
    one = await shown(made, "shopify")
    assert one.word == "connected"
    assert one.sentence == "Data through Sat 21 Nov, read 06:10."
    assert [account.name for account in one.chosen] == ["aurora.myshopify.com"]
    assert [(r.outcome, r.days, r.rows_changed) for r in one.runs] == [
        ("done", "Sun 25 Oct to Sat 21 Nov", 31)
    ]


async def test_nothing_read_for_a_day_is_a_delay(measure, shown):
    made = await measure()
    one = await shown(made, "meta", now=NOW + timedelta(days=2))
    assert one.word == "delayed"
    assert "is the worker running?" in one.sentence


async def test_a_postponed_sync_says_when_it_tries_again(measure, shown, run, change):
    made = await measure()
    await run(made, "meta", "try_later", "Meta asks us to slow down")
    await change(
        "insert into aura.sync_state (integration_id, kind, brand_id, due_at)"
        " values (%s, 'daily', %s, %s)",
        made.integrations["meta"],
        made.brand,
        NOW + timedelta(minutes=20),
    )
    one = await shown(made, "meta")
    assert one.word == "delayed"
    assert one.sentence.startswith("Meta asks us to slow down. Trying again at 09:40;")


async def test_an_ended_permission_needs_a_person(measure, shown, change):
    made = await measure()
    await change(
        "update public.integrations set status = 'error', metadata = metadata ||"
        " '{\"problem\": \"Google ended the permission on 19 Nov\"}' where platform = 'google_ads'"
    )
    one = await shown(made, "google_ads")
    assert one.word == "needs you"
    assert one.sentence.startswith("Google ended the permission on 19 Nov. Reconnect")


async def test_history_under_way_shows_how_far_it_is(measure, shown, change):
    made = await measure()
    await change(
        "insert into aura.sync_state (integration_id, kind, brand_id, due_at, leased_until,"
        " days_done, days_total) values (%s, 'backfill', %s, %s, %s, 63, 400)",
        *(made.integrations["meta"], made.brand, NOW, NOW + timedelta(minutes=1)),
    )
    one = await shown(made, "meta")
    assert one.word == "syncing"
    assert one.backfill == (63, 400)
    assert one.sentence.startswith("Reading day 64 of 400.")


async def test_accounts_wait_to_be_chosen(measure, shown, change):
    made = await measure()
    await change("update aura.accounts set is_selected = false")
    one = await shown(made, "meta")
    assert one.needs_choice


async def test_a_disconnected_platform_keeps_what_was_read(measure, shown, change):
    made = await measure()
    await change("update public.integrations set status = 'disconnected'")
    one = await shown(made, "shopify")
    assert one.word == "disconnected"
    assert not one.is_connected
    assert "what was read so far stays" in one.sentence


async def test_somebody_elses_brand_does_not_exist(measure, database, make_person):
    made = await measure()
    with pytest.raises(NotFoundError):
        await connections(database, user_id=await make_person(), brand_id=made.brand, now=NOW)
