"""Renewed and ended permissions at the sandbox: how often each platform is asked, and what is said.

Real databases, real HTTP: workers share nothing but the row of the integration.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import stamina

from aura.connectors.http import ATTEMPTS
from aura.connectors.registry import build_connectors
from aura.errors import NeedsReconnectError, TryLaterError
from aura.model import PLATFORMS
from aura.store.database import Database
from aura.sync import connect
from aura.sync.grants import Grants
from sync.sandboxed import make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 11, 10, 10, tzinfo=UTC)
WORKERS, MACHINES = 20, 4
TOKENS = {
    "shopify": "POST /shopify/edge-cases.myshopify.com/admin/oauth/access_token",
    "google_ads": "POST /google/token",
}
STATE = """
    select i.status, i.metadata ->> 'problem' as problem,
        (select count(due_at) from aura.sync_state as s where s.integration_id = i.id) as due
    from public.integrations as i where i.id = %(id)s
"""
# as the platforms do it: the app is uninstalled, the permission is taken back, or it ends
ENDINGS = (
    ("shopify", "revoke", "the app was removed"),
    ("meta", "revoke", "removed the app"),
    ("meta", "expire", "sixty days"),
    ("google_ads", "revoke", "withdrawn"),
)


@pytest.fixture(scope="module")
def world():
    with running_world("tiny", now=START, seed=4) as world:
        yield world


@pytest.fixture
async def workers(owner_url, world, tmp_path):
    """Gives grants of an integration, each as another machine has them."""
    async with AsyncExitStack() as stack:
        machines = []
        for _ in range(MACHINES):
            opened = await Database.open(owner_url, pool_size=WORKERS // MACHINES)
            stack.push_async_callback(opened.close)
            connectors = build_connectors(world.settings(tmp_path), clock=world)
            for connector in connectors.values():
                stack.push_async_callback(connector.aclose)
            machines.append((opened, connectors))

        def workers(brand, platform):
            return [
                Grants(
                    opened,
                    brand.keyring,
                    connectors[platform],
                    brand_id=brand.brand_id,
                    integration_id=brand.integrations[platform],
                )
                for opened, connectors in machines
                for _ in range(WORKERS // MACHINES)
            ]

        yield workers


@asynccontextmanager
async def brand_after_hours(world, make_connected):
    """A brand whose access tokens have run out since it was connected."""
    world.set_clock(START)
    world.sandbox.clear_faults()
    async with make_connected(
        world, currency="EUR", timezone="Europe/Berlin", platforms=list(TOKENS)
    ) as brand:
        world.set_clock(START + timedelta(hours=2))
        yield brand


async def test_twenty_workers_of_several_machines_make_one_refresh(world, make_connected, workers):
    async with brand_after_hours(world, make_connected) as brand:
        for platform, address in TOKENS.items():
            asked = world.sandbox.addresses()
            grants = await asyncio.gather(
                *(one.current(world()) for one in workers(brand, platform))
            )
            assert len({grant.access_token for grant in grants}) == 1
            assert world.sandbox.addresses() - asked == {address: 1}
            refused = grants[0].access_token
            grants = await asyncio.gather(
                *(one.current(world(), rejected=refused) for one in workers(brand, platform))
            )
            assert {grant.access_token for grant in grants} & {refused} == set()
            assert world.sandbox.addresses() - asked == {address: 2}


@pytest.mark.parametrize("lost", [1, ATTEMPTS])
async def test_a_refresh_whose_answer_is_lost_is_made_again(world, make_connected, workers, lost):
    # no waiting between tries
    with stamina.set_testing(True, attempts=ATTEMPTS):
        await lose_answers(lost, world, make_connected, workers)


async def lose_answers(lost, world, make_connected, workers):
    async with brand_after_hours(world, make_connected) as brand:
        address = TOKENS["shopify"]
        fault = {"match": address.removeprefix("POST "), "kind": "lost_response", "times": lost}
        world.sandbox.faults(fault)
        asked = world.sandbox.addresses()
        first, second, *_ = workers(brand, "shopify")
        if lost < ATTEMPTS:
            grant = await first.current(world())
        else:
            with pytest.raises(TryLaterError):
                await first.current(world())
            grant = await second.current(world())
        assert world.sandbox.addresses() - asked == {address: lost + 1}
        shop = brand.world.sandbox.shop
        assert await brand.connectors["shopify"].accounts(grant, shop=shop)
        assert await second.current(world(), rejected=grant.access_token) != grant


async def test_a_new_grant_is_stored_before_anybody_has_it(world, make_connected, workers):
    async with brand_after_hours(world, make_connected) as brand:
        first, second, *_ = workers(brand, "shopify")
        grant = await first.current(world())
        assert await second.current(world()) == grant


@pytest.mark.parametrize(("platform", "kind", "said"), ENDINGS)
async def test_an_ended_permission_is_noticed_in_two_calls_and_not_tried_again(
    world, make_connected, platform, kind, said
):
    world.set_clock(START)
    async with make_connected(
        world, currency="EUR", timezone="Europe/Berlin", platforms=[platform]
    ) as brand:
        await brand.sync()
        await brand.hurry()
        path = "/google" if platform == "google_ads" else f"/{platform}"
        world.sandbox.faults({"match": path, "kind": kind, "times": 1})
        asked = world.sandbox.addresses()
        (result,) = await brand.worker.run_due_once()

        assert result.outcome == "needs_reconnect"
        assert (world.sandbox.addresses() - asked).total() <= 2
        (state,) = await brand.rows(STATE, id=brand.integrations[platform])
        assert (state["status"], state["due"]) == ("error", 0)
        assert said in state["problem"]
        assert "again" in state["problem"]

        # nobody asks the platform again until a person has connected it
        asked = world.sandbox.addresses()
        for _ in range(3):
            assert await brand.night() == []
        assert world.sandbox.addresses() == asked
        await brand.connect(platform, currency="EUR")
        assert {one.outcome for one in await brand.sync()} == {"succeeded"}
        (state,) = await brand.rows(STATE, id=brand.integrations[platform])
        assert (state["status"], state["problem"]) == ("connected", None)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_disconnecting_ends_the_permission_at_the_platform(
    world, make_connected, workers, platform
):
    world.set_clock(START)
    async with make_connected(
        world, currency="EUR", timezone="Europe/Berlin", platforms=[platform]
    ) as brand:
        grant = await workers(brand, platform)[0].current(world())
        shop = world.sandbox.shop if platform == "shopify" else None
        connector = brand.connectors[platform]
        assert await connector.accounts(grant, shop=shop)
        await connect.disconnect(
            brand.database,
            brand.keyring,
            brand.connectors,
            user_id=brand.person,
            integration_id=brand.integrations[platform],
            now=world(),
        )
        with pytest.raises(NeedsReconnectError):
            await connector.accounts(grant, shop=shop)
        (kept,) = await brand.rows("select access_token, refresh_token from public.integrations")
        assert set(kept.values()) == {None}
