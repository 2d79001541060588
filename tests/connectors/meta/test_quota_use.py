"""Meta's calls an hour: the connector slows down by the usage headers and closes no ad account.

The sandbox's quota and the connector's waiting are on one virtual clock, so that minutes take no
time. Another tool has used most of the calls before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from aura.connectors.contract import Application, Consent
from aura.connectors.meta.client import MetaConnector
from aura.errors import TryLaterError
from aura.model import Account, DayRange, Grant
from aura_sandbox.application import create_application
from aura_sandbox.clock import Clock
from aura_sandbox.grants import Grants
from aura_sandbox.meta.quota import Quota
from aura_sandbox.scenarios import plain
from aura_sandbox.shopify.cost import Bucket
from aura_sandbox.state import State
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.world import World
from connectors.scripted import serving
from sandbox_fixture import RunningSandbox

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ACCOUNT = Account("2093847561120", "Plain Goods", "USD", "America/New_York")
LIMIT = 600 + 2 * 400


class Elapsed:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class MetaAccount:
    """An ad account of an app that Meta has not reviewed, and a connector that reads it."""

    def __init__(self, url: str, quota: Quota, elapsed: Elapsed) -> None:
        self.quota, self.elapsed = quota, elapsed
        application = Application("aura-sandbox-meta", "sandbox-secret-meta", *[f"{url}/meta"] * 3)
        self.connector = MetaConnector(application, clock=lambda: NOW, sleep=elapsed.sleep)

    async def connect(self) -> Grant:
        consent = Consent("s" * 43, "http://127.0.0.1:1/callback", "v" * 64)
        address = RunningSandbox.approve(self.connector.authorization_url(consent))
        return await self.connector.exchange(consent, dict(parse_qsl(urlsplit(address).query)))

    async def read(self, grant: Grant, day: date) -> None:
        async for _ in self.connector.read_days(grant, ACCOUNT, DayRange(day, day)):
            pass


@pytest.fixture
def meta() -> Iterator[MetaAccount]:
    elapsed = Elapsed()
    quota = Quota("development_access", elapsed=elapsed)
    state, clock = State(None), Clock(int(NOW.timestamp()))
    world = World(11, plain.SCENARIO, NOW.date())
    around = Surroundings(world, clock, Grants(state, clock), state, Bucket(1e6, 1e6), quota)
    with serving(create_application(around)) as url:
        yield MetaAccount(url, quota, elapsed)


async def test_calls_are_paced_so_that_no_account_is_closed(meta: MetaAccount) -> None:
    grant = await meta.connect()
    meta.quota.take(ACCOUNT.external_id, LIMIT, calls=int(LIMIT * 0.93))
    for number in range(75):
        await meta.read(grant, NOW.date() - timedelta(days=number % 60))
    await meta.connector.aclose()
    # more than there was room for: without pauses the account would have been closed
    assert LIMIT * 0.07 < 75 * 2
    assert meta.quota.refused == 0
    assert meta.elapsed.seconds > 60
    assert meta.quota.share(ACCOUNT.external_id, LIMIT) < 96


async def test_calls_far_from_the_limit_are_not_held_up(meta: MetaAccount) -> None:
    grant = await meta.connect()
    for number in range(10):
        await meta.read(grant, NOW.date() - timedelta(days=number))
    await meta.connector.aclose()
    assert meta.elapsed.seconds == 0


async def test_a_closed_account_is_left_alone_until_it_opens(meta: MetaAccount) -> None:
    grant = await meta.connect()
    meta.quota.take(ACCOUNT.external_id, LIMIT, calls=LIMIT)
    with pytest.raises(TryLaterError) as refused:
        await meta.read(grant, NOW.date())
    assert refused.value.retry_after == 3 * 60
    assert meta.quota.refused == 1
    await meta.elapsed.sleep(refused.value.retry_after)
    await meta.read(grant, NOW.date())
    await meta.connector.aclose()
    assert meta.quota.refused == 1
