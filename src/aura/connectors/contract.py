"""What a connector offers to the sync: consent, accounts, facts.

Errors come in exactly three families (`aura.errors`): TryLaterError, NeedsReconnectError and
BadDataError. A reader yields pages; a caller may store what it got only when the reader has ended
by itself: an exception means that the window was not read to its end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from aura.connectors.examination import Check, Examination
from aura.errors import TryLaterError
from aura.model import Account, AdDay, DayRange, Grant, Order, OwnClient, Platform, SalesDay


@dataclass(frozen=True, slots=True)
class Application:
    """The OAuth application of this installation at one platform, and where the platform answers.

    `api_url` and `login_url` are the platform's hosts in production, else the sandbox or a proxy.
    For Shopify both may contain `{shop}`, which is replaced by the shop's host name.
    """

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str
    login_url: str
    token_url: str


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that is about to be asked for: everything needed to recognise its callback."""

    state: str = field(repr=False)
    redirect_uri: str
    code_verifier: str = field(repr=False)
    shop: str | None = None


@dataclass(frozen=True, slots=True)
class OwnCredentials:
    """What a person brings instead of a consent.

    Attributes:
        client: their own application; its parts are empty where the platform needs none.
        token: Meta's System User token or Google's refresh token.
        shop: the shop's address, for Shopify.
    """

    client: OwnClient
    token: str = field(default="", repr=False)
    shop: str | None = None


class BulkFailedError(TryLaterError):
    """An export that the platform was asked for is lost; nothing of it was stored.

    Attributes:
        is_final: whether another one would be refused as well.
    """

    def __init__(self, message: str | None = None, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class BulkState:
    """How far a bulk job has come.

    Attributes:
        is_done: whether its orders can be read.
        objects: what it has collected so far; grows while it is alive.
        created_at: from when on it collects, by the platform's clock.
    """

    is_done: bool
    objects: int
    created_at: datetime


class Connector(Protocol):
    """One platform. An instance holds one HTTP client and is safe to share in one event loop."""

    platform: Platform
    needed_scopes: tuple[str, ...]
    # how many past days a daily sync reads again, because the platform restates them
    restatement_days: int
    # how many it reads again once a week, for what comes late; not fewer
    weekly_restatement_days: int
    # how far back a backfill can go, in days
    history_days: int

    def authorization_url(self, consent: Consent) -> str:
        """The platform's consent page to send the browser to."""
        ...

    async def exchange(self, consent: Consent, callback: Mapping[str, str]) -> Grant:
        """Turn a callback's query into a grant.

        The caller has compared `state`; the connector verifies what the platform signed.
        Raises InputError for a denied consent, ForbiddenError for a bad signature.
        """
        ...

    async def adopt(self, credentials: OwnCredentials) -> Grant:
        """A grant for credentials that a person brought, checked with the platform.

        Raises InputError for what cannot be right, NeedsReconnectError and BadDataError with the
        platform's reason not to take them.
        """
        ...

    async def examine_application(self, shop: str | None) -> Check:
        """Whether the platform knows this installation's application; changes nothing."""
        ...

    async def examine(self, grant: Grant, *, shop: str | None = None) -> Examination:
        """What the platform says of a grant; changes nothing. Raises TryLaterError."""
        ...

    @property
    def clock_skew(self) -> timedelta | None:
        """How far this machine's clock was ahead of the platform's at its last answer."""
        ...

    async def refresh(self, grant: Grant, *, shop: str | None = None) -> Grant | None:
        """A new grant, or None where the platform has no refresh. Store it before using it."""
        ...

    async def accounts(self, grant: Grant, *, shop: str | None = None) -> list[Account]:
        """The shops or ad accounts that the grant covers, managers and disabled ones included."""
        ...

    async def revoke(self, grant: Grant, *, shop: str | None = None) -> None:
        """End the grant at the platform. A grant that is gone already is no error.

        Own credentials are left alone there: they may serve other tools.
        """
        ...

    async def aclose(self) -> None:
        """Close the HTTP client."""
        ...


class AdConnector(Connector, Protocol):
    """An ad platform: days of the account and of its campaigns."""

    def read_days(
        self, grant: Grant, account: Account, window: DayRange
    ) -> AsyncIterator[list[AdDay]]:
        """Pages of account-level and campaign-level days. A day without delivery is absent."""
        ...


class StoreConnector(Connector, Protocol):
    """A store: its orders with everything that happened to them since."""

    # whether this installation has an address that a store can tell of changes
    hears_of_changes: bool

    async def subscribe(self, grant: Grant, *, shop: str | None = None) -> int:
        """Make the store tell of changes at once; how many subscriptions were missing."""
        ...

    async def scopes(self, grant: Grant, *, shop: str | None = None) -> tuple[str, ...]:
        """The scopes that the grant has now, sorted."""
        ...

    def read_orders(
        self,
        grant: Grant,
        account: Account,
        *,
        updated_from: datetime | None = None,
        in_days: DayRange | None = None,
    ) -> AsyncIterator[list[Order]]:
        """Pages of orders: those updated since a moment, those of days, or both.

        Days are the shop's own (`account.timezone`). Of days are the orders that were processed
        then, and those that were last changed then, however old: whoever reads days newest first
        has everything that happened on them.
        """
        ...

    # from how many orders on a job that the platform does in its own time is quicker than pages;
    # None for never
    bulk_from: int | None

    async def start_bulk(
        self,
        grant: Grant,
        account: Account,
        days: DayRange,
        *,
        updated_from: datetime,
        since: datetime,
    ) -> str:
        """Have the orders of days and those updated since a moment collected; the job's id.

        A job that was started at `since` or later, whose answer was lost, is found again. Raises
        BulkFailedError when the platform refuses.
        """
        ...

    async def watch_bulk(self, grant: Grant, account: Account, job_id: str) -> BulkState:
        """Wait up to a minute for a job. Raises BulkFailedError when it is lost."""
        ...

    def read_bulk(self, grant: Grant, account: Account, job_id: str) -> AsyncIterator[list[Order]]:
        """Pages of the orders of a job that is done, as they were when it collected them.

        Raises BulkFailedError, before the first page, when they are not all there.
        """
        ...

    async def cancel_bulk(self, grant: Grant, account: Account, job_id: str) -> None:
        """Have the platform give up a job."""
        ...


@runtime_checkable
class SalesReporter(Protocol):
    """A store that has reports of its own, to check ours against. Never a source of numbers."""

    # optional scopes without which the reports are not shown
    report_scopes: tuple[str, ...]

    async def read_sales_report(
        self, grant: Grant, account: Account, days: DayRange
    ) -> list[SalesDay]:
        """What the store's own reports say of each of these days, oldest first.

        Raises BadDataError where it does not say it: no access, another answer than was asked for.
        """
        ...
