"""Webhooks over HTTP to the real page: what is believed, what is noted, what follows."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import uvicorn

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.config import Settings
from aura.connectors.oauth import shopify_webhook_signature
from aura.errors import NeedsReconnectError, TryLaterError
from aura.store.integrations import keep_grant
from aura.sync.events import REMOVED
from aura.sync.schedule import Worker
from sync.conftest import SHOP

SECRET = "the-app's-secret"
EMAIL = "zwitscher@zwitscher-mail.example"
DUE = "select due_at from aura.sync_state where kind = 'daily'"
EVENTS = "select kind, answered_at is not null as answered, details from aura.events order by kind"


@dataclass
class Page:
    client: httpx.AsyncClient

    async def tell(self, topic, body=None, *, secret=SECRET, **changed):
        content = body if isinstance(body, bytes) else json.dumps(body or {"id": 1}).encode()
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": SHOP,
            "X-Shopify-Webhook-Id": str(uuid4()),
            "X-Shopify-Hmac-Sha256": shopify_webhook_signature(content, secret),
        }
        headers |= {f"X-Shopify-{name.replace('_', '-')}": text for name, text in changed.items()}
        answer = await self.client.post("/webhooks/shopify", content=content, headers=headers)
        return answer.status_code


@pytest.fixture
async def page(database, keyring, connectors, clock, tmp_path):
    settings = Settings(home=tmp_path, shopify_client_id="a", shopify_client_secret=SECRET)
    application = compose(
        database=database,
        keyring=keyring,
        connectors=connectors,
        signer=TokenSigner.load_or_make(settings),
        settings=settings,
        clock=clock,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        yield Page(client)
    server.should_exit = True
    await task
    listener.close()


@pytest.fixture
def worker(database, keyring, connectors, clock):
    return Worker(database, keyring, connectors, clock)


@pytest.fixture
def events(read):
    async def events():
        return {row[0]: row[1:] for row in await read(EVENTS)}

    return events


def remove(shop):
    """The merchant removes the app: no token is good any more."""
    shop.can_refresh = False
    shop.token += 1


def fail_with(error):
    def fail(_grant):
        raise error

    return fail


def about(person=None, **facts):
    return {"shop_id": 1, "shop_domain": SHOP, "customer": person or {}, **facts}


async def test_what_nobody_signed_is_refused_and_leaves_nothing(page, store, read):
    assert await page.tell("orders/create", secret="another") == 401
    assert await page.tell("orders/create", Hmac_Sha256="") == 401
    assert await page.tell("orders/create", Hmac_Sha256="AAAA") == 401
    signed_for_another_body = shopify_webhook_signature(b'{"id": 2}', SECRET)
    assert await page.tell("orders/create", Hmac_Sha256=signed_for_another_body) == 401
    assert await read("select kind from aura.events") == []


async def test_what_shopify_would_not_send_is_refused(page, store, read):
    assert await page.tell("orders/create", Shop_Domain="evil.example") == 400
    assert await page.tell("orders/create", Webhook_Id="x" * 300) == 400
    assert await page.tell("customers/redact", b"[]") == 400
    assert await page.tell("customers/redact", about() | {"shop_domain": "b.myshopify.com"}) == 400
    assert await page.tell("orders/create", b"x" * (1024 * 1024 + 1)) == 413
    assert await read("select kind from aura.events") == []


async def test_another_shop_and_a_topic_that_means_nothing_change_nothing(page, store, read):
    before = await read(DUE)
    assert await page.tell("orders/create", Shop_Domain="other.myshopify.com") == 200
    assert await page.tell("products/update") == 200
    assert (await read("select kind from aura.events"), await read(DUE)) == ([], before)


async def test_a_whole_order_may_come_and_none_of_it_is_kept(page, store, read, worker):
    order = {"id": 5, "email": EMAIL, "note": "x" * 100_000, "total_price": "99.00"}
    assert await page.tell("orders/create", order) == 200
    assert await read("select details, sealed_request from aura.events") == [({}, None)]


async def test_a_storm_of_a_thousand_deliveries_is_one_sync(page, shop, store, worker, clock, read):
    await worker.run_due_once()
    shop.sell("1", clock())
    before = len(shop.reads)
    for batch in range(20):
        answers = await asyncio.gather(*(page.tell("orders/updated") for _ in range(50)))
        assert set(answers) == {200}, batch
    assert await read("select count(*) from aura.events") == [(1000,)]
    assert await worker.run_due_once() == []

    clock.advance(minutes=10)
    assert len(await worker.run_due_once()) == 1
    clock.advance(minutes=10)
    assert await worker.run_due_once() == []
    assert len(shop.reads) == before + 1
    assert await read("select count(*) from aura.orders") == [(1,)]


async def test_a_delivery_that_comes_again_is_one(page, store, worker, clock, read):
    await worker.run_due_once()
    for _ in range(3):
        assert await page.tell("orders/create", Webhook_Id="same") == 200
    clock.advance(minutes=10)
    assert len(await worker.run_due_once()) == 1
    assert await page.tell("orders/create", Webhook_Id="same") == 200
    clock.advance(minutes=10)
    assert await worker.run_due_once() == []
    assert await read("select kind, event_id from aura.events") == [("orders/create", "same")]


async def test_what_is_told_during_a_sync_is_read_by_one_soon_after_it(
    page, shop, store, worker, clock, read
):
    await worker.run_due_once()
    clock.advance(days=1)

    read_orders = shop.read_orders

    async def told_while_it_reads(*arguments, **options):
        assert await page.tell("orders/create") == 200
        async for found in read_orders(*arguments, **options):
            yield found

    shop.read_orders = told_while_it_reads
    assert len(await worker.run_due_once()) == 1
    del shop.read_orders
    assert await read(DUE) == [(clock() + timedelta(minutes=10),)]
    clock.advance(minutes=10)
    assert len(await worker.run_due_once()) == 1
    assert (await read(DUE))[0][0] > clock() + timedelta(hours=1)


async def test_a_removed_app_ends_the_connection_at_once_and_keeps_the_numbers(
    page, shop, store, worker, clock, read, events
):
    shop.sell("1", clock())
    await worker.run_due_once()
    remove(shop)
    assert await page.tell("app/uninstalled") == 200
    await worker.run_due_once()

    columns = "status, access_token, refresh_token, metadata ->> 'problem' as problem"
    assert await read(f"select {columns} from public.integrations") == [
        ("error", None, None, REMOVED)
    ]
    assert await read(DUE) == [(None,)]
    assert await read("select count(*) from aura.orders") == [(1,)]
    assert (await events())["app/uninstalled"] == (True, {"outcome": "connection ended"})


async def test_a_copied_or_late_removal_of_an_app_that_is_there_changes_nothing(
    page, store, worker, read, events
):
    await worker.run_due_once()
    before = await read(DUE)
    assert await page.tell("app/uninstalled") == 200
    assert await page.tell("shop/redact", about()) == 200
    await worker.run_due_once()

    assert await read("select status from public.integrations") == [("connected",)]
    assert await read(DUE) == before
    assert (await events())["shop/redact"] == (True, {"outcome": "kept: the shop is connected"})


async def test_a_shop_that_cannot_be_asked_is_asked_again(
    page, shop, store, worker, clock, read, events
):
    await worker.run_due_once()
    shop.check = fail_with(TryLaterError("busy"))
    await page.tell("app/uninstalled")
    await worker.run_due_once()
    assert (await events())["app/uninstalled"][0] is False
    del shop.check
    remove(shop)
    clock.advance(minutes=6)
    await worker.run_due_once()
    assert (await events())["app/uninstalled"][0] is True


async def test_an_event_that_cannot_be_answered_does_not_end_the_worker(
    page, shop, store, worker, clock, read, events, caplog
):
    async def broken(_grant, *, shop=None):
        raise RuntimeError(EMAIL)

    await worker.run_due_once()
    shop.accounts = broken
    await page.tell("app/uninstalled")
    shop.sell("1", clock())
    clock.advance(days=1)
    await worker.run_due_once()
    assert await read("select count(*) from aura.orders") == [(1,)]
    assert (await events())["app/uninstalled"][0] is False
    assert "app/uninstalled could not be answered: RuntimeError" in caplog.text
    assert EMAIL not in caplog.text


async def test_a_shop_that_is_connected_while_it_is_asked_for_is_not_erased(
    page, shop, store, worker, clock, read, events, database, keyring
):
    shop.sell("1", clock())
    await worker.run_due_once()
    remove(shop)

    async def refused_while_a_person_connects(grant, *, shop=None):
        (found,) = await read("select brand_id, id from public.integrations")
        fresh = replace(grant, access_token=uuid4().hex)
        async with database.as_worker(found[0]) as connection:
            await keep_grant(connection, keyring, integration_id=found[1], grant=fresh)
        raise NeedsReconnectError

    shop.accounts = refused_while_a_person_connects
    await page.tell("shop/redact", about())
    await worker.run_due_once()
    assert await read("select count(*) from aura.orders") == [(1,)]
    assert (await events())["shop/redact"][0] is False


async def test_a_redacted_shop_leaves_nothing_but_the_record(
    page, shop, store, worker, clock, read, events
):
    shop.sell("1", clock(), customer_id="7", email=EMAIL)
    await worker.run_due_once()
    await page.tell("customers/data_request", about({"id": 7}, orders_requested=[]))
    await worker.run_due_once()
    remove(shop)
    await page.tell("app/uninstalled")
    await page.tell("shop/redact", about())
    await worker.run_due_once()

    tables = "orders refunds entity_days revisions brand_days accounts sync_state sync_runs imports"
    for table in [f"aura.{name}" for name in tables.split()] + [
        "public.metrics",
        "public.integrations",
        "aura.entities",
    ]:
        assert await read(f"select count(*) from {table}") == [(0,)], table
    found = await events()
    assert found["shop/redact"] == (True, {"orders": 1, "outcome": "deleted"})
    assert found["customers/data_request"] == (True, {"outcome": "the shop was deleted"})
    assert await read("select customer_hash_key from aura.brand_settings") == [(None,)]


async def test_a_request_about_nobody_we_know_is_answered_at_once(page, store, worker, events):
    await worker.run_due_once()
    person = {"id": 5, "email": EMAIL, "phone": "+1 555"}
    await page.tell("customers/data_request", about(person, orders_requested=[11]))
    await page.tell("customers/redact", about(person, orders_to_redact=[11]))
    await worker.run_due_once()
    assert await events() == {
        "customers/data_request": (True, {"orders": 0, "outcome": "nothing is stored"}),
        "customers/redact": (True, {"orders": 0, "outcome": "redacted"}),
    }


async def test_a_moved_shop_is_noticed_and_read_again(page, shop, store, worker, read, events):
    await worker.run_due_once()
    await page.tell("shop/update", {"id": 1, "myshopify_domain": SHOP})
    await worker.run_due_once()
    assert (await events())["shop/update"][1] == {"outcome": "as before"}

    (known,) = shop.known
    shop.known = [type(known)(known.external_id, known.name, "USD", "Europe/Berlin")]
    await page.tell("shop/update", {"id": 1, "myshopify_domain": SHOP})
    await worker.run_due_once()
    assert await read("select timezone from aura.accounts") == [("Europe/Berlin",)]
    assert len(shop.reads) > 2


async def test_fewer_scopes_are_noticed(page, shop, store, worker, read):
    await worker.run_due_once()
    shop.needed_scopes = ("read_orders", "read_customers")
    shop.granted = ("write_orders",)
    await page.tell("app/scopes_update")
    await worker.run_due_once()
    found = "select metadata -> 'scopes', metadata -> 'missing_scopes' from public.integrations"
    assert await read(f"select s.* from ({found}) as s (scopes, missing)") == [
        (["write_orders"], ["read_customers"])
    ]


async def test_old_deliveries_are_forgotten_and_privacy_requests_are_not(
    page, store, worker, clock, read
):
    await worker.run_due_once()
    await page.tell("orders/create")
    await page.tell("customers/redact", about({"id": 5}, orders_to_redact=[]))
    clock.advance(days=31)
    await worker.run_due_once()
    assert await read("select kind from aura.events") == [("customers/redact",)]
