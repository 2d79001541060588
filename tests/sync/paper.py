"""A platform on paper: keeps the connector's contract, in memory, and fails when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from aura.connectors.contract import BulkState
from aura.errors import InputError, NeedsReconnectError
from aura.model import Account, AdDay, DayRange, Grant, Order, Platform, Sales

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Paper:
    """What both kinds of platform have: consents, tokens that end, accounts, failures."""

    platform: Platform
    clock: Clock
    known: list[Account]
    restatement_days: int = 3
    weekly_restatement_days: int = 3
    history_days: int = 40
    token_life: timedelta | None = None
    can_refresh: bool = True
    needed_scopes: tuple[str, ...] = ("read",)
    token: int = 0
    refreshed: int = 0
    revoked: int = 0
    reads: list[object] = field(default_factory=list)
    # called before each page; raising is how a platform fails
    before_page: Callable[[], None] = lambda: None

    def authorization_url(self, consent) -> str:
        return f"https://{self.platform}.test/?state={consent.state}"

    async def exchange(self, consent, callback) -> Grant:
        if "error" in callback:
            raise InputError("The consent was denied. Nothing was connected.")
        assert callback["state"] == consent.state
        return self._grant()

    def _grant(self) -> Grant:
        self.token += 1
        return Grant(
            access_token=f"access-{self.token}",
            refresh_token=f"refresh-{self.token}" if self.can_refresh else None,
            expires_at=None if self.token_life is None else self.clock() + self.token_life,
            scopes=self.needed_scopes,
        )

    async def refresh(self, grant, *, shop=None) -> Grant | None:
        if not self.can_refresh:
            return None
        assert grant.refresh_token == f"refresh-{self.token}", "an old refresh token was used"
        self.refreshed += 1
        await asyncio.sleep(0.01)
        return self._grant()

    async def accounts(self, grant, *, shop=None) -> list[Account]:
        self.check(grant)
        return list(self.known)

    async def revoke(self, grant, *, shop=None) -> None:
        self.check(grant)
        self.revoked += 1
        self.token += 1

    async def aclose(self) -> None:
        """Nothing to close."""

    def check(self, grant) -> None:
        if grant.access_token != f"access-{self.token}":
            raise NeedsReconnectError("The platform does not know this token.")


@dataclass
class PaperAds(Paper):
    """An ad platform: days by account."""

    days: dict[str, list[AdDay]] = field(default_factory=dict)

    def state(self, day: date, spend: str, *, account: str = "1", campaign: str | None = None):
        """Say what was spent on a day, instead of what was said before."""
        level = "campaign" if campaign else "account"
        external_id = campaign or account
        kept = [
            one
            for one in self.days.get(account, [])
            if (one.level, one.external_id, one.date) != (level, external_id, day)
        ]
        said = AdDay(level, external_id, day, "USD", ad_spend=Decimal(spend))
        self.days[account] = [*kept, said]

    async def read_days(self, grant, account: Account, window: DayRange):
        self.reads.append(window)
        today = self.clock().astimezone(ZoneInfo(account.timezone or "UTC")).date()
        found = [
            day
            for day in self.days.get(account.external_id, [])
            if window.first <= day.date <= min(window.last, today)
        ]
        for start in range(0, len(found) + 1, 5):
            self.check(grant)
            self.before_page()
            await asyncio.sleep(0)
            yield found[start : start + 5]


@dataclass
class PaperShop(Paper):
    """A shop: orders by id."""

    hears_of_changes = False
    granted: tuple[str, ...] = ("read",)
    orders: dict[str, Order] = field(default_factory=dict)
    # exports: none unless a test says from how many orders on
    bulk_from: int | None = None
    jobs: list[tuple[DayRange, datetime, list[Order]]] = field(default_factory=list)
    looks: int = 0
    is_collecting: bool = False
    # called with what is about to happen: start, watch, read or cancel
    before_bulk: Callable[[str], None] = lambda _what: None

    async def scopes(self, grant, *, shop=None) -> tuple[str, ...]:
        self.check(grant)
        return self.granted

    def sell(self, order_id: str, processed_at: datetime, total: str = "10", **facts) -> None:
        self.orders[order_id] = Order(
            order_id,
            processed_at,
            "USD",
            Sales(gross_sales=Decimal(total)),
            **{"customer_id": order_id, "updated_at": self.clock(), **facts},
        )

    def change(self, order_id: str, **facts) -> None:
        self.orders[order_id] = replace(self.orders[order_id], updated_at=self.clock(), **facts)

    async def read_orders(self, grant, account, *, updated_from=None, in_days=None):
        self.reads.append(in_days or updated_from)
        zone = ZoneInfo(account.timezone or "UTC")
        found = [
            order
            for order in self.orders.values()
            if order.processed_at <= self.clock()
            and (
                (updated_from is not None and order.updated_at >= updated_from)
                or (in_days is not None and _is_of(order, in_days, zone))
            )
        ]
        for start in range(0, len(found) + 1, 5):
            self.check(grant)
            self.before_page()
            await asyncio.sleep(0)
            yield found[start : start + 5]

    async def start_bulk(self, grant, account, days, *, updated_from, since) -> str:
        self.check(grant)
        self.before_bulk("start")
        zone = ZoneInfo(account.timezone or "UTC")
        found = [
            order
            for order in self.orders.values()
            if _is_of(order, days, zone) or order.updated_at >= updated_from
        ]
        self.jobs.append((days, self.clock(), found))
        return f"job-{len(self.jobs)}"

    async def watch_bulk(self, grant, account, job_id) -> BulkState:
        self.check(grant)
        self.before_bulk("watch")
        self.looks += 1
        _, created_at, found = self._job(job_id)
        return BulkState(not self.is_collecting, len(found), created_at)

    async def read_bulk(self, grant, account, job_id):
        self.check(grant)
        self.before_bulk("read")
        _, _, found = self._job(job_id)
        yield found

    async def cancel_bulk(self, grant, account, job_id) -> None:
        self.before_bulk("cancel")

    def _job(self, job_id):
        return self.jobs[int(job_id.removeprefix("job-")) - 1]


def fail_once(error):
    """Fails when the first page is asked for, then never again."""
    errors = [error]

    def before_page():
        if errors:
            raise errors.pop()

    return before_page


def _is_of(order: Order, days: DayRange, zone: ZoneInfo) -> bool:
    """Whether the order was sold or last changed on one of the days."""
    moments = (order.processed_at, order.updated_at or order.processed_at)
    return any(days.first <= one.astimezone(zone).date() <= days.last for one in moments)
