"""Shopify's Standard plan without bulk operations: the whole restore rate is used, nothing refused.

The sandbox's bucket and the connector's waiting are on one virtual clock, so that minutes take no
time and every run is the same. A request takes `LATENCY` seconds of it, and a page's orders take
`WORK` each until the next page is asked for. docs/measurements.md defines the figure.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from aura.connectors.contract import Application, Consent
from aura.connectors.shopify.client import ShopifyConnector
from aura.model import Account, DayRange, Grant
from aura.sync import plan
from aura_sandbox.application import create_application
from aura_sandbox.clock import Clock
from aura_sandbox.grants import Grants
from aura_sandbox.scenarios import plain
from aura_sandbox.shopify.cost import PLANS, Bucket
from aura_sandbox.state import State
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.world import World
from connectors.scripted import serving
from sandbox_fixture import RunningSandbox

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LATENCY, WORK = 0.3, 0.002
ORDERS_PER_DAY = 75.0

_log = logging.getLogger(__name__)


@dataclass
class VirtualTime:
    """Seconds that pass only when somebody lets them."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Distant(httpx.AsyncBaseTransport):
    """Real HTTP to a server that is `LATENCY` away."""

    def __init__(self, time: VirtualTime) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._time = time

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._time.sleep(LATENCY / 2)
        response = await self._inner.handle_async_request(request)
        await self._time.sleep(LATENCY / 2)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class Shop:
    """A busy shop on the Standard plan, and a connector that reads it."""

    def __init__(self, url: str, around: Surroundings, time: VirtualTime) -> None:
        self.around, self.time = around, time
        self.connector = ShopifyConnector(
            Application(
                "aura-sandbox-shopify",
                "sandbox-secret-shopify",
                f"{url}/shopify/{{shop}}",
                f"{url}/shopify/{{shop}}",
                f"{url}/shopify/{{shop}}",
            ),
            clock=lambda: NOW,
            transport=Distant(time),
            sleep=time.sleep,
            elapsed=time,
        )

    async def connect(self) -> tuple[Grant, Account]:
        domain = self.around.world.scenario.shop.domain
        consent = Consent("s" * 43, "http://127.0.0.1:1/callback", "v" * 64, domain)
        address = RunningSandbox.approve(self.connector.authorization_url(consent))
        callback = dict(parse_qsl(urlsplit(address).query))
        grant = await self.connector.exchange(consent, callback)
        (account,) = await self.connector.accounts(grant, shop=domain)
        return grant, account

    async def read(self, grant: Grant, account: Account, **which) -> int:
        """Read orders page by page, each of which takes its time; how many there were."""
        orders = 0
        async for page in self.connector.read_orders(grant, account, **which):
            orders += len(page)
            await self.time.sleep(len(page) * WORK)
        return orders


@pytest.fixture(scope="module")
def open_shop() -> Callable[[], Iterator[Shop]]:
    scenario = replace(
        plain.SCENARIO, shop=replace(plain.SCENARIO.shop, orders_per_day=ORDERS_PER_DAY)
    )
    world = World(11, scenario, NOW.date())

    @contextmanager
    def open_shop() -> Iterator[Shop]:
        time, state, clock = VirtualTime(), State(None), Clock(int(NOW.timestamp()))
        bucket = Bucket(*PLANS["standard"], elapsed=time)
        around = Surroundings(world, clock, Grants(state, clock), state, bucket)
        with serving(create_application(around)) as url:
            yield Shop(url, around, time)

    return open_shop


async def test_a_backfill_uses_the_whole_restore_rate_and_is_never_throttled(open_shop) -> None:
    with open_shop() as shop:
        grant, account = await shop.connect()
        bucket = shop.around.bucket
        begun, spent = shop.time(), bucket.spent
        backfill = plan.start_backfill(NOW.date(), days=110, span=plan.FIRST_SHOP_DAYS)
        total = 0
        while not backfill.is_done:
            window = backfill.window()
            orders = await shop.read(grant, account, in_days=window)
            backfill, total = backfill.after(window, orders), total + orders
        elapsed, points = shop.time() - begun, bucket.spent - spent
        use = points / (bucket.size + bucket.restore_rate * elapsed)
        await shop.connector.aclose()
    _log.info("%d orders, %.0f points, %.1f s of virtual time: %.3f", total, points, elapsed, use)
    assert bucket.refused == 0
    # far more than the full bucket that it began with
    assert points > 3 * bucket.size
    assert use >= 0.95


async def test_a_daily_sync_is_never_throttled(open_shop) -> None:
    with open_shop() as shop:
        grant, account = await shop.connect()
        first = DayRange(date(2026, 11, 16), NOW.date())
        await shop.read(grant, account, in_days=first)
        for hours in (20, 24, 3):
            orders = await shop.read(grant, account, updated_from=NOW - timedelta(hours=hours))
            assert orders > 10
        assert shop.around.bucket.refused == 0
        await shop.connector.aclose()
