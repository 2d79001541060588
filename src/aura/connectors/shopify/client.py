"""The Shopify connector: what the sync calls, put together from the modules beside this one.

A consent, a grant or an account goes in; a grant, accounts or pages of orders come out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from aura.connectors.contract import Application, BulkState, Consent, OwnCredentials
from aura.connectors.examination import Check, Examination
from aura.connectors.http import HttpClient
from aura.connectors.shopify import analytics, examination, orders, own_app, webhooks
from aura.connectors.shopify import consent as oauth
from aura.connectors.shopify.bulk import BulkOperations
from aura.connectors.shopify.documents import APP_UNINSTALL, SCOPES_GRANTED, SHOP
from aura.connectors.shopify.graphql import AdminApi
from aura.connectors.shopify.normalise import shop_account
from aura.connectors.shopify.shop import shop_host
from aura.errors import BadDataError, NeedsReconnectError
from aura.model import Account, DayRange, Grant, Order, OwnClient, Platform, SalesDay

# what an app without `read_all_orders` sees
VISIBLE_FOR: Final = timedelta(days=60)

# Pages of orders cost a few points each: on a standard plan that is minutes for a thousand orders,
# in which a bulk operation of any size has long begun.
BULK_FROM: Final = 1_000


class ShopifyConnector:
    """Shopify Admin GraphQL API 2026-10. An account's `external_id` is NAME.myshopify.com."""

    platform: Platform = "shopify"
    needed_scopes: tuple[str, ...] = oauth.SCOPES
    report_scopes: tuple[str, ...] = oauth.OPTIONAL_SCOPES
    # Changes are found by `updated_at`, whatever their age; days need no second reading.
    restatement_days: int = 0
    weekly_restatement_days: int = 0
    # An order is never too old to be read; this is what the other platforms keep (37 months).
    history_days: int = 1126

    def __init__(
        self,
        application: Application,
        *,
        bulk_from: int | None = BULK_FROM,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        webhook_address: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application = application
        self._clock = clock
        self._webhook_address = webhook_address
        self.hears_of_changes = webhook_address is not None
        self._http = HttpClient("Shopify", transport=transport)
        self._api = AdminApi(self._http, application, sleep=sleep, elapsed=elapsed)
        self._bulk = BulkOperations(self._http, self._api, sleep=sleep)
        self.bulk_from = bulk_from

    def authorization_url(self, consent: Consent) -> str:
        """The page on which the merchant allows the app; InputError without a proper shop."""
        return oauth.authorization_url(self._application, consent)

    async def exchange(self, consent: Consent, callback: Mapping[str, str]) -> Grant:
        """The grant of a signed callback that is at most 90 seconds old."""
        now = self._clock()
        shop, code = oauth.check_callback(self._application, consent, callback, now)
        return await oauth.exchange(self._http, self._application, shop=shop, code=code, now=now)

    async def adopt(self, credentials: OwnCredentials) -> Grant:
        """A grant of a day for an app of the shop's own organisation."""
        grant = await self._by_credentials(credentials.client, credentials.shop)
        oauth.check_scopes(grant)
        return grant

    async def _by_credentials(self, client: OwnClient, shop: str | None) -> Grant:
        return await own_app.grant_by_credentials(
            self._http, self._application, shop=shop_host(shop), client=client, now=self._clock()
        )

    async def examine_application(self, shop: str | None) -> Check:
        """Whether Shopify knows the app; only a shop can be asked."""
        if shop is None:
            return Check("app", None, "give --shop your-shop.myshopify.com to have it checked")
        return await examination.examine_application(self._http, self._application, shop_host(shop))

    async def examine(self, grant: Grant, *, shop: str | None = None) -> Examination:
        """The token, its scopes, and whether orders and customers can be read."""
        return await examination.examine(self._api, shop_host(shop), grant)

    @property
    def clock_skew(self) -> timedelta | None:
        """How far this machine's clock was ahead of Shopify's at the last answer."""
        return self._http.skew

    async def refresh(self, grant: Grant, *, shop: str | None = None) -> Grant | None:
        """The next tokens; None for a grant that does not expire."""
        if grant.client is not None:
            return await self._by_credentials(grant.client, shop)
        if grant.refresh_token is None:
            return None
        return await oauth.refresh(
            self._http,
            self._application,
            shop=shop_host(shop),
            refresh_token=grant.refresh_token,
            now=self._clock(),
        )

    async def accounts(self, grant: Grant, *, shop: str | None = None) -> list[Account]:
        """The one shop of the grant, with its currency and time zone."""
        data, _ = await self._api.run(shop_host(shop), grant.access_token, SHOP)
        account = shop_account(data)
        # Tokens are sent to this host from now on.
        if shop_host(account.external_id) != account.external_id:
            raise BadDataError("Shopify gave the shop an address that is none of Shopify's.")
        return [account]

    async def scopes(self, grant: Grant, *, shop: str | None = None) -> tuple[str, ...]:
        """The scopes that the grant has now, sorted."""
        data, _ = await self._api.run(shop_host(shop), grant.access_token, SCOPES_GRANTED)
        granted = data.document("currentAppInstallation").documents("accessScopes")
        return tuple(sorted(scope.text("handle") for scope in granted))

    async def subscribe(self, grant: Grant, *, shop: str | None = None) -> int:
        """Make the shop tell of changes at once; how many subscriptions were missing."""
        if self._webhook_address is None:
            raise ValueError("there is no address to tell")
        return await webhooks.subscribe(
            self._api, shop_host(shop), grant.access_token, self._webhook_address
        )

    async def revoke(self, grant: Grant, *, shop: str | None = None) -> None:
        """Uninstall the app from the shop, which ends every token of it.

        The mutation is chosen over the older DELETE of `api_permissions`: it belongs to the
        versioned API and to the published schema. A person's own app stays installed: it may
        serve other tools, and its token ends within a day.
        """
        if grant.client is not None:
            return
        host = shop_host(shop)
        try:
            await self._uninstall(host, grant)
        except NeedsReconnectError:
            # The access token may have expired while the grant lives on.
            try:
                renewed = await self.refresh(grant, shop=host)
                if renewed is not None:
                    await self._uninstall(host, renewed)
            except NeedsReconnectError:
                return

    async def _uninstall(self, host: str, grant: Grant) -> None:
        data, _ = await self._api.run(host, grant.access_token, APP_UNINSTALL)
        errors = list(data.document("appUninstall").documents("userErrors"))
        gone = {"APP_NOT_INSTALLED", "APP_NOT_FOUND"}
        if errors and not any(error.optional_text("code") in gone for error in errors):
            raise BadDataError("Shopify did not uninstall the app.")

    def read_orders(
        self,
        grant: Grant,
        account: Account,
        *,
        updated_from: datetime | None = None,
        in_days: DayRange | None = None,
    ) -> AsyncIterator[list[Order]]:
        """Orders updated since a moment, of days of the shop's own time zone, or both."""
        if in_days is not None:
            self._check_visible(grant, in_days)
            search, sort_key = _within(in_days, account, updated_from)
        elif updated_from is not None:
            search, sort_key = orders.updated_since(updated_from)
        else:
            raise ValueError("give updated_from, in_days or both")
        return orders.pages(
            self._api,
            shop_host(account.external_id),
            grant.access_token,
            search=search,
            sort_key=sort_key,
        )

    def _check_visible(self, grant: Grant, days: DayRange) -> None:
        """Days that Shopify hides would look empty; BadDataError instead."""
        oldest = self._clock().date() - VISIBLE_FOR
        if "read_all_orders" in grant.missing_scopes and days.first < oldest:
            raise BadDataError(
                "Shopify shows this app only the orders of the last 60 days: read_all_orders is "
                "missing. Older days were left as they are."
            )

    async def start_bulk(
        self,
        grant: Grant,
        account: Account,
        days: DayRange,
        *,
        updated_from: datetime,
        since: datetime,
    ) -> str:
        """Have Shopify collect the orders of days and updates since; the operation's id."""
        self._check_visible(grant, days)
        search, _ = _within(days, account, updated_from)
        shop = shop_host(account.external_id)
        return await self._bulk.start(shop, grant.access_token, search=search, since=since)

    async def watch_bulk(self, grant: Grant, account: Account, job_id: str) -> BulkState:
        """Wait up to a minute for an operation."""
        return await self._bulk.watch(shop_host(account.external_id), grant.access_token, job_id)

    def read_bulk(self, grant: Grant, account: Account, job_id: str) -> AsyncIterator[list[Order]]:
        """The orders of an operation that is done; nothing of a file that is not whole."""
        return self._bulk.read(shop_host(account.external_id), grant.access_token, job_id)

    async def cancel_bulk(self, grant: Grant, account: Account, job_id: str) -> None:
        """Have Shopify give up an operation."""
        await self._bulk.cancel(shop_host(account.external_id), grant.access_token, job_id)

    async def read_sales_report(
        self, grant: Grant, account: Account, days: DayRange
    ) -> list[SalesDay]:
        """What Shopify Analytics says of days of the shop, oldest first."""
        shop = shop_host(account.external_id)
        return await analytics.sales_report(self._api, shop, grant.access_token, days)

    async def aclose(self) -> None:
        """Close the HTTP client."""
        await self._http.aclose()


def _within(days: DayRange, account: Account, updated_from: datetime | None) -> tuple[str, str]:
    if account.timezone is None:
        raise BadDataError("The shop's time zone is not known.")
    return orders.within_days(days, account.timezone, updated_from=updated_from)
