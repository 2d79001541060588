"""The Meta Ads connector: what the sync calls, put together from the modules beside this one.

A consent, a grant or an account goes in; a grant, accounts or lists of ad days come out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from aura.connectors.contract import Application, Consent, OwnCredentials
from aura.connectors.examination import Check, Examination
from aura.connectors.http import HttpClient
from aura.connectors.meta import consent as oauth
from aura.connectors.meta import examination, insights
from aura.connectors.meta.graph import SCOPES, GraphApi
from aura.connectors.meta.normalise import ad_account
from aura.errors import BadDataError, NeedsReconnectError
from aura.model import Account, AdDay, DayRange, Grant, Platform

ACCOUNT_FIELDS: Final = ("account_id", "name", "currency", "timezone_name", "account_status")


class MetaConnector:
    """Meta Marketing API, Graph v26.0. An account's `external_id` is its number without `act_`."""

    platform: Platform = "meta"
    needed_scopes: tuple[str, ...] = SCOPES
    # Conversions are attributed to the day of the ad for 28 days at most.
    restatement_days: int = 28
    weekly_restatement_days: int = 28
    # Insights are kept for 37 months, which are never fewer days than this.
    history_days: int = 1123

    def __init__(
        self,
        application: Application,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._application = application
        self._clock = clock
        self._http = HttpClient("Meta", transport=transport)
        self._api = GraphApi(self._http, application, sleep=sleep)

    def authorization_url(self, consent: Consent) -> str:
        """Meta's dialog, which asks for `ads_read`."""
        return oauth.authorization_url(self._application, consent)

    async def exchange(self, consent: Consent, callback: Mapping[str, str]) -> Grant:
        """A grant of about sixty days."""
        return await oauth.exchange(
            self._http,
            self._api,
            self._application,
            consent=consent,
            callback=callback,
            now=self._clock(),
        )

    async def adopt(self, credentials: OwnCredentials) -> Grant:
        """The grant that a System User token is; the app's secret is used when it is known."""
        client = credentials.client
        api = self._api.with_secret(client.client_secret)
        return await oauth.grant_of_system_user(api, token=credentials.token, client=client)

    def _api_for(self, grant: Grant) -> GraphApi:
        if grant.client is None:
            return self._api
        return self._api.with_secret(grant.client.client_secret)

    async def examine_application(self, shop: str | None) -> Check:  # noqa: ARG002 - the contract's shape
        """Whether Meta knows the app."""
        return await examination.examine_application(self._http, self._api, self._application)

    async def examine(self, grant: Grant, *, shop: str | None = None) -> Examination:
        """The token, its permissions, the accounts and the access tier."""
        try:
            accounts = await self.accounts(grant, shop=shop)
        except (NeedsReconnectError, BadDataError):
            # the token's own facts say why
            accounts = []
        return await examination.examine(self._api_for(grant), grant, accounts)

    @property
    def clock_skew(self) -> timedelta | None:
        """How far this machine's clock was ahead of Meta's at the last answer."""
        return self._http.skew

    async def refresh(self, grant: Grant, *, shop: str | None = None) -> Grant | None:  # noqa: ARG002 - the contract's shape
        """None: Meta has no refresh."""
        return None

    async def accounts(self, grant: Grant, *, shop: str | None = None) -> list[Account]:  # noqa: ARG002 - the contract's shape
        """Every ad account the person can see, disabled and closed ones included."""
        params = {"fields": ",".join(ACCOUNT_FIELDS), "limit": "100"}
        return [
            ad_account(row)
            async for page in self._api_for(grant).pages(
                grant.access_token, "me/adaccounts", params=params
            )
            for row in page.documents("data")
        ]

    async def revoke(self, grant: Grant, *, shop: str | None = None) -> None:  # noqa: ARG002 - the contract's shape
        """Take all permissions back from the app; a System User token may serve other tools."""
        if grant.client is not None:
            return
        try:
            await self._api.call(grant.access_token, "me/permissions", method="DELETE")
        except NeedsReconnectError:
            return

    def read_days(
        self, grant: Grant, account: Account, window: DayRange
    ) -> AsyncIterator[list[AdDay]]:
        """Account days, then campaign days, of a window in the ad account's time zone."""
        return insights.days(self._api_for(grant), grant.access_token, account, window)

    async def aclose(self) -> None:
        """Close the HTTP client."""
        await self._http.aclose()
