"""Each state of a connection in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.errors import NotFoundError
from aura.model import Account, DayRange
from aura.reports.connections import _RESTATES, RUNS_SINCE, Backfill, connections
from aura.store.statements import statements
from aura.store.windows import write_ad_window
from measured_brand import KNOWN, NOW, READ_AT, YESTERDAY, ad_days, measure
from plan_rows import rows_read

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
                " finished_at, first_day, last_day, rows_read, rows_changed, requests, outcome,"
                " message) values (%s, %s, %s, 'daily', %s, %s, %s, %s, 412, 31, 7, %s, %s)",
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
    assert one.sentence == "Data through Sat 21 Nov. Checked 3 hours ago."
    assert one.last_success == "06:10"
    assert [account.name for account in one.chosen] == ["aurora.myshopify.com"]
    assert [(r.outcome, r.days, r.rows_read, r.rows_changed, r.requests) for r in one.runs] == [
        ("done", "25 Oct – 21 Nov", 412, 31, 7)  # noqa: RUF001 - an en dash joins the ends
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
    assert one.sentence.startswith(
        "Meta Ads has not been read since 06:10. Meta asks us to slow down. "
        "Trying again at 09:40; your other numbers are not affected."
    )
    assert one.next_run == "09:40"


async def test_failures_in_a_row_are_told_from_the_first_since_the_last_success(
    measure, shown, run
):
    made = await measure()
    for hours, outcome in ((9, "try_later"), (6, "succeeded"), (3, "try_later"), (1, "try_later")):
        await run(made, "meta", outcome, "Meta is busy.", at=NOW - timedelta(hours=hours))
    one = await shown(made, "meta")
    assert one.sentence.startswith("Meta Ads has not been read since 06:20. Meta is busy. Aura is")
    assert [cell.state for cell in one.strip][-1] == "late"


async def test_a_refused_answer_is_read_again_and_asks_nobody_to_reconnect(
    measure, shown, run, change
):
    made = await measure()
    await run(made, "meta", "bad_data", "Meta sent a day twice.")
    await change("update public.integrations set status = 'error' where platform = 'meta'")
    one = await shown(made, "meta")
    assert one.word == "delayed"
    assert one.sentence.startswith(
        "What Meta Ads sent at 06:10 was refused; none of it was stored. Meta sent a day twice."
    )
    assert "econnect" not in one.sentence


async def test_a_permission_that_was_not_given_limits_the_connection(measure, shown, change):
    made = await measure()
    await change(
        "update public.integrations set metadata = metadata || %s where platform = 'shopify'",
        Jsonb({"missing_scopes": ["read_all_orders"]}),
    )
    one = await shown(made, "shopify")
    assert one.word == "limited"
    assert any("only the orders of the last 60 days" in note.sentence for note in one.notices)


async def test_a_connection_for_which_nothing_is_planned_is_paused(measure, shown, change):
    made = await measure()
    await change(
        "insert into aura.sync_state (integration_id, kind, brand_id, due_at)"
        " values (%s, 'daily', %s, null)",
        *(made.integrations["meta"], made.brand),
    )
    one = await shown(made, "meta")
    assert (one.word, one.next_run) == ("paused", "")
    assert "press Sync now" in one.sentence


async def test_an_ended_permission_needs_a_person(measure, shown, change):
    made = await measure()
    await change(
        "update public.integrations set status = 'error', metadata = metadata ||"
        " '{\"problem\": \"Google ended the permission on 19 Nov\"}' where platform = 'google_ads'"
    )
    one = await shown(made, "google_ads")
    assert one.word == "needs you"
    assert one.sentence.startswith("Google ended the permission on 19 Nov. Reconnect to read on.")
    later = await shown(made, "google_ads", now=NOW + timedelta(days=2))
    assert "Reconnect to fill 2 missing days." in later.sentence


async def test_history_under_way_shows_how_far_it_is(measure, shown, change):
    made = await measure()
    await change(
        "insert into aura.sync_state (integration_id, kind, brand_id, due_at, leased_until,"
        " days_done, days_total) values (%s, 'backfill', %s, %s, %s, 63, 400)",
        *(made.integrations["meta"], made.brand, NOW, NOW + timedelta(minutes=1)),
    )
    one = await shown(made, "meta")
    assert one.word == "syncing"
    assert one.backfill == Backfill(63, 400, is_finished=False)
    assert one.sentence == "Fetching day 64 of 400. You can leave this page."
    assert one.spoken == "Meta Ads: syncing, 10 % of the history read"


async def test_history_that_was_read_needs_no_bar(measure, shown, change):
    made = await measure()
    await change(
        "insert into aura.sync_state (integration_id, kind, brand_id, due_at, days_done,"
        " days_total) values (%s, 'backfill', %s, null, 400, 400)",
        *(made.integrations["meta"], made.brand),
    )
    one = await shown(made, "meta")
    assert one.backfill == Backfill(400, 400, is_finished=True)
    assert not one.is_moving


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
    assert one.sentence.endswith("Connect again to read on; what was read stays.")


async def test_somebody_elses_brand_does_not_exist(measure, database, make_person):
    made = await measure()
    with pytest.raises(NotFoundError):
        await connections(database, user_id=await make_person(), brand_id=made.brand, now=NOW)


async def test_the_strip_tells_how_each_of_14_days_went(measure, shown, run):
    made = await measure()
    for ago, outcomes in ((3, ["try_later"]), (2, ["try_later", "succeeded"]), (1, ["succeeded"])):
        for hours, outcome in enumerate(outcomes):
            await run(made, "meta", outcome, at=READ_AT - timedelta(days=ago, hours=-hours))
    # what is older than the strip does not stand in it
    await run(made, "meta", "succeeded", at=READ_AT - timedelta(days=14))
    one = await shown(made, "meta")
    assert [cell.state for cell in one.strip] == ["none"] * 10 + ["failed", "late", "ok", "none"]
    assert one.strip[-2].text == "Sat 21 Nov: read"
    assert one.strip[0].day == date(2026, 11, 9)


async def test_what_the_last_sync_changed_of_past_days_is_counted_by_value(
    measure, shown, run, change, database
):
    made = await measure()
    await run(made, "meta", "succeeded")
    async with database.as_owner() as connection:
        cursor = await connection.execute("select id from aura.sync_runs")
        run_id = (await cursor.fetchone())["id"]
    days = [
        replace(day, ad_spend=day.ad_spend + 1, clicks=day.clicks + (n == 0))
        for n, day in enumerate(ad_days("meta", "meta-1", DayRange(YESTERDAY, YESTERDAY), "USD"))
    ]
    async with database.as_worker(made.brand) as connection:
        await write_ad_window(
            connection,
            brand_id=made.brand,
            integration_id=made.integrations["meta"],
            account=Account("meta-1", "Aurora Main", "USD", "America/New_York"),
            window=DayRange(YESTERDAY, YESTERDAY),
            days=days,
            observed_at=READ_AT + timedelta(minutes=1),
            run_id=run_id,
        )
    was = ad_days("meta", "meta-1", KNOWN, "USD")[-1]
    names = ("ad_spend", "impressions", "clicks", "conversions", "conversion_value")
    differing = sum(getattr(days[0], name) != getattr(was, name) for name in names)
    assert differing > 2
    one = await shown(made, "meta")
    assert one.restated == (
        "Meta still changes the last 28 days. "
        f"The sync of 06:10 changed {differing} values on 1 day."
    )


def test_the_days_that_are_said_to_change_are_those_that_a_sync_reads_again():
    connectors = build_connectors(Settings())
    for platform in ("meta", "google_ads"):
        assert f"the last {connectors[platform].restatement_days} days" in _RESTATES[platform]


async def test_years_of_runs_cost_the_page_no_more_than_a_few(measure, database):
    made = await measure(platforms={"meta": "USD"})
    async with database.as_owner() as connection:
        await connection.execute(
            "insert into aura.sync_runs (id, brand_id, integration_id, kind, started_at, outcome)"
            " select gen_random_uuid(), %s, %s, 'daily', %s::timestamptz - n * interval '1 hour',"
            " 'succeeded' from generate_series(1, 20000) as n",
            [made.brand, made.integrations["meta"], NOW],
        )
        await connection.execute("analyze aura.sync_runs")
        for name in ("runs", "run_days", "restated"):
            cursor = await connection.execute(
                f"explain (analyze, format json) {statements('connections')[name]}",
                {
                    "brand_id": made.brand,
                    "since": NOW - (RUNS_SINCE if name == "runs" else timedelta(days=14)),
                    "most": 6,
                    "timezone": "UTC",
                    "first_day": YESTERDAY,
                },
            )
            plan = (await cursor.fetchone())["QUERY PLAN"][0]["Plan"]
            assert rows_read(plan, "sync_runs") <= 14 * 24 + 1, name
