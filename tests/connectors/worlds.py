"""A sandbox process for a test: started, consented to, read through the real connectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest

from aura.config import Settings
from aura.connectors.contract import AdConnector, Connector, Consent, StoreConnector
from aura.connectors.oauth import new_code_verifier, new_state
from aura.connectors.registry import build_connectors
from aura.model import Account, AdDay, DayRange, Grant, Order, Platform
from sandbox_fixture import RunningSandbox, running_sandbox

Days = dict[str, dict[str, Any]]
COMPONENTS = ("gross_sales", "discounts", "returns", "shipping", "taxes", "duties")


@dataclass
class World:
    """A running sandbox with a fixed clock."""

    sandbox: RunningSandbox
    now: datetime

    def connector(self, platform: Platform) -> Connector:
        """The real connector, pointed at the sandbox."""
        with pytest.MonkeyPatch.context() as environment:
            for name, value in self.sandbox.settings().items():
                environment.setenv(name, value)
            return build_connectors(Settings(), clock=lambda: self.now)[platform]

    def advance(self, span: timedelta) -> None:
        """Move the clock on."""
        self.now = self.sandbox.clock(self.now + span)

    def decide(self, address: str, decision: str) -> dict[str, str]:
        """What a person does on the consent page: the query of the callback."""
        callback = self.sandbox.approve(address, decision=decision)
        return dict(parse_qsl(urlsplit(callback).query))

    def history(self) -> DayRange:
        """From the world's first day to today."""
        health = httpx.get(f"{self.sandbox.url}/__health").json()
        return DayRange(date.fromisoformat(health["first_day"]), self.now.date())

    def truth(self, days: DayRange | None = None) -> Any:
        """What is true now, of some days or of the whole history."""
        days = days or self.history()
        return self.sandbox.truth(days.first, days.last, as_of=self.now)


@contextmanager
def world(scenario: str, *, now: datetime) -> Iterator[World]:
    """Start a sandbox whose clock stands still at a moment."""
    with running_sandbox(scenario, seed=7, anchor=now.date(), now=now) as sandbox:
        yield World(sandbox, now)


@asynccontextmanager
async def connected(
    world: World, platform: Platform
) -> AsyncIterator[tuple[Connector, Grant, list[Account]]]:
    """A connector with the grant of a consent, and the accounts it covers."""
    connector = world.connector(platform)
    shop = world.sandbox.shop if platform == "shopify" else None
    consent = Consent(new_state(), "http://127.0.0.1:8321/callback", new_code_verifier(), shop)
    callback = world.decide(connector.authorization_url(consent), "allow")
    assert callback["state"] == consent.state
    grant = await connector.exchange(consent, callback)
    try:
        yield connector, grant, await connector.accounts(grant, shop=shop)
    finally:
        await connector.aclose()


async def orders_of(
    connector: Connector, grant: Grant, shop: Account, **which: Any
) -> dict[str, Order]:
    """Orders by their id; an order that comes twice in one read is an error."""
    found: dict[str, Order] = {}
    async for page in cast("StoreConnector", connector).read_orders(grant, shop, **which):
        for order in page:
            assert order.order_id not in found
            found[order.order_id] = order
    return found


def by_day(orders: dict[str, Order], timezone: str) -> Days:
    """Counted orders as the figures of their days."""
    zone = ZoneInfo(timezone)
    days: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order in orders.values():
        if not order.is_counted:
            continue
        booked = [(order.processed_at, order.sales)]
        booked += [(event.happened_at, event.sales) for event in order.events]
        days[str(order.processed_at.astimezone(zone).date())]["orders"] += 1
        for moment, sales in booked:
            day = days[str(moment.astimezone(zone).date())]
            day["revenue"] += sales.total_sales
            for name in COMPONENTS:
                day[name] += getattr(sales, name)
    return {day: dict(figures) for day, figures in days.items()}


async def ad_days(
    connector: Connector, grant: Grant, account: Account, window: DayRange
) -> dict[tuple[str, str, str], AdDay]:
    """Days of an account and its campaigns by level, entity and date."""
    found: dict[tuple[str, str, str], AdDay] = {}
    async for days in cast("AdConnector", connector).read_days(grant, account, window):
        for day in days:
            key = (day.level, day.external_id, str(day.date))
            assert key not in found
            found[key] = day
    return found
