"""The Google Ads connector: what the sync calls, put together from the modules beside this one.

A consent, a grant or an account goes in; a grant, accounts or lists of ad days come out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta

import httpx

from aura.connectors.contract import Application, Consent, OwnCredentials
from aura.connectors.examination import Check, Examination
from aura.connectors.google_ads import consent as oauth
from aura.connectors.google_ads import examination, queries
from aura.connectors.google_ads.normalise import account_of, ad_day, disabled_account
from aura.connectors.google_ads.rest import AdsApi, CustomerDisabledError
from aura.connectors.http import HttpClient
from aura.errors import BadDataError, NeedsReconnectError
from aura.model import Account, AdDay, DayRange, Grant, Level, Platform


class GoogleAdsConnector:
    """Google Ads API v26 over REST. An account's `external_id` is the customer's ten digits."""

    platform: Platform = "google_ads"
    needed_scopes: tuple[str, ...] = (oauth.SCOPE,)
    # Conversions count on the day of the click. Their window is 30 days long unless somebody sets
    # another one, and never longer than 90.
    restatement_days: int = 30
    weekly_restatement_days: int = 90
    # Daily figures are kept for 37 months, which are never fewer days than this.
    history_days: int = 1123

    def __init__(
        self,
        application: Application,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._application = application
        self._clock = clock
        self._http = HttpClient("Google Ads", transport=transport)
        self._api = AdsApi(self._http, application)

    def authorization_url(self, consent: Consent) -> str:
        """Google's consent page, with PKCE, for a lasting permission."""
        return oauth.authorization_url(self._application, consent)

    async def exchange(self, consent: Consent, callback: Mapping[str, str]) -> Grant:
        """An access token of an hour and a refresh token."""
        return await oauth.exchange(
            self._http, self._application, consent=consent, callback=callback, now=self._clock()
        )

    async def adopt(self, credentials: OwnCredentials) -> Grant:
        """The grant behind a refresh token of a person's own Cloud project."""
        return await oauth.grant_of_own_project(
            self._http,
            self._application,
            token=credentials.token,
            client=credentials.client,
            now=self._clock(),
        )

    async def examine_application(self, shop: str | None) -> Check:  # noqa: ARG002 - the contract's shape
        """Whether Google knows the client."""
        return await examination.examine_application(
            self._http, self._application, now=self._clock()
        )

    async def examine(self, grant: Grant, *, shop: str | None = None) -> Examination:
        """The scope, the accounts and the project's access level."""
        try:
            accounts = await self.accounts(grant, shop=shop)
        except (NeedsReconnectError, BadDataError) as error:
            return examination.refused(error)
        return examination.examine(grant, accounts)

    @property
    def clock_skew(self) -> timedelta | None:
        """How far this machine's clock was ahead of Google's at the last answer."""
        return self._http.skew

    async def refresh(self, grant: Grant, *, shop: str | None = None) -> Grant | None:  # noqa: ARG002 - the contract's shape
        """A new access token; NeedsReconnectError when the permission was withdrawn."""
        return await oauth.refresh(self._http, self._application, grant=grant, now=self._clock())

    async def accounts(self, grant: Grant, *, shop: str | None = None) -> list[Account]:  # noqa: ARG002 - the contract's shape
        """Every customer in reach, directly or through managers; direct access is preferred.

        Own credentials may name a manager: then those below it.
        """
        found: dict[str, Account] = {}
        manager = grant.client.manager if grant.client else None
        roots = [manager] if manager else await self._api.accessible_customers(grant.access_token)
        for root in roots:
            for account in await self._below(grant, root):
                known = found.get(account.external_id)
                is_direct = account.login_external_id is None and account.currency is not None
                if known is None or is_direct:
                    found[account.external_id] = account
        return sorted(found.values(), key=lambda account: account.external_id)

    async def _below(self, grant: Grant, root: str) -> list[Account]:
        try:
            rows = await self._api.search(grant.access_token, root, queries.CLIENTS, login=root)
        except CustomerDisabledError:
            return [disabled_account(root)]
        return [account_of(row, root=root) for row in rows]

    async def revoke(self, grant: Grant, *, shop: str | None = None) -> None:  # noqa: ARG002 - the contract's shape
        """End the permission, which ends every token of it; own ones may serve other tools."""
        if grant.client is not None:
            return
        token = grant.refresh_token or grant.access_token
        await oauth.revoke(self._http, self._application, token=token)

    async def read_days(
        self, grant: Grant, account: Account, window: DayRange
    ) -> AsyncIterator[list[AdDay]]:
        """Account days, then campaign days, of a window in the account's time zone."""
        levels: tuple[Level, ...] = ("account", "campaign")
        for level in levels:
            rows = await self._api.search(
                grant.access_token,
                account.external_id,
                queries.days(level, window),
                login=account.login_external_id,
            )
            days = [ad_day(row, level=level, account=account) for row in rows]
            _check(days, window)
            if days:
                yield days

    async def aclose(self) -> None:
        """Close the HTTP client."""
        await self._http.aclose()


def _check(days: list[AdDay], window: DayRange) -> None:
    if any(not window.first <= day.date <= window.last for day in days):
        raise BadDataError("Google gave a day that was not asked for.")
    if len({(day.external_id, day.date) for day in days}) != len(days):
        raise BadDataError("Google gave the same day twice.")
