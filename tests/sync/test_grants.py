"""Tokens in a sync: renewed before they end or once when refused, one renewal for many."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aura.errors import NeedsReconnectError, TryLaterError
from aura.sync.grants import Grants
from sync.paper import fail_once

SPEND = "select date, value from public.metrics where metric_type = 'ad_spend' order by 1"


async def test_a_token_that_ends_soon_is_refreshed_before_it_is_used(
    ads, begin, complete, sync, clock, read
):
    ads.token_life = timedelta(hours=1)
    made = await complete(state=await begin(), code="c")
    clock.advance(minutes=55)
    await sync(made.integration_id)

    assert ads.refreshed == 1
    assert await read("select token_expires_at from public.integrations") == [
        (clock() + timedelta(hours=1),)
    ]
    await sync(made.integration_id)
    assert ads.refreshed == 1


async def test_a_token_that_is_refused_is_refreshed_once_and_the_window_read_again(
    ads, meta, sync, days_ago, read
):
    ads.state(days_ago(1), "1")
    ads.before_page = fail_once(NeedsReconnectError("Refused."))
    result = await sync(meta)

    assert (result.outcome, ads.refreshed, len(ads.reads)) == ("succeeded", 1, 2)
    assert len(await read(SPEND)) == 1


async def test_a_token_refused_twice_is_not_tried_a_third_time(ads, meta, sync):
    def refuse():
        raise NeedsReconnectError("Refused.")

    ads.before_page = refuse
    result = await sync(meta)

    assert (result.outcome, ads.refreshed, len(ads.reads)) == ("needs_reconnect", 1, 2)


async def test_many_that_need_a_new_token_make_one_refresh(
    ads, meta, database, keyring, brand, clock
):
    grants = [
        Grants(database, keyring, ads, brand_id=brand, integration_id=meta) for _ in range(20)
    ]
    fresh = await asyncio.gather(*(one.current(clock(), rejected="access-1") for one in grants))

    assert ads.refreshed == 1
    assert {grant.access_token for grant in fresh} == {"access-2"}


async def test_a_refreshed_token_is_stored_even_when_the_sync_then_fails(
    ads, begin, complete, sync, clock
):
    ads.token_life = timedelta(hours=1)
    made = await complete(state=await begin(), code="c")
    clock.advance(hours=2)
    ads.before_page = fail_once(TryLaterError("Busy."))
    assert (await sync(made.integration_id)).outcome == "try_later"

    assert (await sync(made.integration_id)).outcome == "succeeded"
    assert ads.refreshed == 1
