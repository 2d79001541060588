"""From the sandbox to the running page: subscriptions, deliveries and what customers ask."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
import uvicorn

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.connectors.registry import build_connectors
from aura.sync.grants import Grants
from aura.sync.schedule import Worker
from sync.sandboxed import assert_every_night, make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 11, 10, 10, tzinfo=UTC)
FIELD = "deletedWebhookSubscriptionId"
EVENTS = "select kind, answered_at is not null as answered, details from aura.events"


@pytest.fixture(scope="module")
def shared_world():
    with running_world("plain", now=START, seed=5) as world:
        yield world


def dumped(url):
    """Everything that is stored, as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname in ('aura', 'public')"
        ).fetchall()
        assert len(tables) > 20
        return "".join(
            str(connection.execute(f"select t::text from {table} as t").fetchall())
            for (table,) in tables
        )


class Told:
    """A connected brand whose page the shop can reach, and the sandbox's side of it."""

    def __init__(self, brand, address):
        self.brand = brand
        self.address = address

    async def sandbox(self, path="", body=None):
        url = f"{self.brand.world.sandbox.url}/__webhooks{path}"
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answer = await client.post(url, json=body if body is not None else {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(self, document):
        """Ask the shop as Aura would, with the brand's grant."""
        brand = self.brand
        grants = Grants(
            brand.database,
            brand.keyring,
            brand.connectors["shopify"],
            brand_id=brand.brand_id,
            integration_id=brand.integrations["shopify"],
        )
        grant = await grants.current(brand.world())
        sandbox = brand.world.sandbox
        url = f"{sandbox.url}/shopify/{sandbox.shop}/admin/api/2026-10/graphql.json"
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            headers = {"X-Shopify-Access-Token": grant.access_token}
            answer = await client.post(url, json={"query": document}, headers=headers)
        return answer.json()["data"]

    async def let_through(self):
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.delete(f"{self.brand.world.sandbox.url}/__webhooks")

    async def sent(self, topic):
        shown = await self.sandbox("/deliver")
        return [one["status"] for one in shown["delivered"] if one["topic"].startswith(topic)]


@pytest.fixture
async def told(shared_world, database, keyring, make_connected, tmp_path):
    world = shared_world
    world.set_clock(world() + timedelta(days=1))
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = world.settings(tmp_path).model_copy(update={"public_url": address})
    connectors = build_connectors(settings, clock=world)
    async with make_connected(world, platforms=["shopify"]) as brand:
        brand.connectors = connectors
        brand.worker = Worker(database, keyring, connectors, world, backfill_days=400)
        application = compose(
            database=database,
            keyring=keyring,
            connectors=connectors,
            signer=TokenSigner.load_or_make(settings),
            settings=settings,
            clock=world,
        )
        server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await brand.sync()
        yield Told(brand, f"{address}/webhooks/shopify")
        server.should_exit = True
        await task
        listener.close()
        for connector in connectors.values():
            with contextlib.suppress(RuntimeError):
                await connector.aclose()


async def test_a_shop_tells_of_its_orders_and_they_are_read_within_minutes(told):
    brand = told.brand
    state = await told.sandbox()
    ours = [one for one in state["subscriptions"] if one["uri"] == told.address]
    assert len(ours) == len({one["topic"] for one in ours}) == 10

    await told.sandbox(body={"faults": [{"kind": "duplicate", "topic": "orders/", "times": 5}]})
    await told.sandbox(body={"faults": [{"kind": "reordered", "times": 1}]})
    brand.world.set_clock(brand.world() + timedelta(hours=12))
    answers = await told.sent("orders/")
    assert len(answers) > 5
    assert set(answers) == {200}
    noted = await brand.rows(f"{EVENTS} where kind like 'orders/%%'", a=1)
    assert len(noted) == len(answers) - 5

    brand.world.set_clock(brand.world() + timedelta(minutes=10))
    (result,) = await brand.sync()
    assert (result.kind, result.outcome) == ("daily", "succeeded")
    await assert_every_night(brand, [brand.world()])


async def test_lost_and_late_webhooks_change_nothing_in_the_end(told):
    brand = told.brand
    await told.sandbox(body={"faults": [{"kind": "lost", "times": 10_000}]})
    await brand.night()
    assert (await told.sandbox("/deliver"))["waiting"] == 0
    await told.let_through()
    await assert_every_night(brand, [brand.world()])


async def test_a_deleted_subscription_is_asked_for_again(told):
    brand = told.brand
    address = told.address
    state = await told.sandbox()
    one = next(one for one in state["subscriptions"] if one["topic"] == "ORDERS_CREATE")
    assert one["includeFields"] == ["id", "updated_at"]
    await told.ask(f'mutation {{ webhookSubscriptionDelete(id: "{one["id"]}") {{ {FIELD} }} }}')
    await brand.night()
    state = await told.sandbox()
    topics = [one["topic"] for one in state["subscriptions"] if one["uri"] == address]
    assert topics.count("ORDERS_CREATE") == 1


async def test_what_a_customer_asks_is_answered_and_no_address_is_left(told, owner_url, caplog):
    caplog.set_level(logging.DEBUG)
    brand = told.brand
    days = "select date, revenue, orders, new_customers from aura.brand_days order by date"
    before = await brand.rows(days)
    assert before
    orders = await told.ask("{ orders(first: 50, reverse: true) { nodes { email } } }")
    email = next(one["email"] for one in orders["orders"]["nodes"] if one["email"])
    await told.sandbox(body={"compliance_uri": told.address})
    for topic in ("customers/data_request", "customers/redact"):
        sent = await told.sandbox("/ask", {"topic": topic, "email": email})
        assert sent["customer"]["email"] == email
        assert (await told.sent(topic))[-1] == 200
        await brand.sync()

    found = {one["kind"]: one for one in await brand.rows(EVENTS)}
    assert found["customers/data_request"]["answered"] is False
    assert found["customers/redact"]["answered"] is True
    assert found["customers/redact"]["details"]["orders"] > 0
    await brand.night()
    assert (await brand.rows(days))[: len(before) - 1] == before[:-1]
    assert email not in caplog.text
    assert email not in dumped(owner_url)
