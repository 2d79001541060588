from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.responses import JSONResponse

from aura.connectors.contract import Application, Consent, OwnCredentials
from aura.connectors.oauth import shopify_query_signature
from aura.connectors.shopify.client import ShopifyConnector
from aura.errors import BadDataError, ForbiddenError, InputError, NeedsReconnectError
from aura.model import Account, DayRange, Grant, OwnClient
from connectors.scripted import Platform
from connectors.shopify.orders import errors

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = "aurora-outfitters.myshopify.com"
SECRET = "hush"
CONSENT = Consent(
    state="a-state",
    redirect_uri="http://127.0.0.1:8321/connect/shopify/callback",
    code_verifier="unused",
    shop="aurora-outfitters",
)
TOKENS = {
    "access_token": "first-access",
    "scope": "read_customers,write_orders,read_all_orders",
    "expires_in": 3600,
    "refresh_token": "first-refresh",
    "refresh_token_expires_in": 7_776_000,
}
UNINSTALLED = {"data": {"appUninstall": {"userErrors": []}}}


def callback(**changes: str) -> dict[str, str]:
    query = {
        "code": "a-code",
        "host": "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvYXVyb3JhLW91dGZpdHRlcnM",
        "shop": SHOP,
        "state": "a-state",
        "timestamp": str(int(NOW.timestamp())),
        **changes,
    }
    return {**query, "hmac": shopify_query_signature(query, SECRET)}


@pytest.fixture
async def connector(platform: Platform) -> AsyncIterator[ShopifyConnector]:
    address = platform.url + "/shopify/{shop}"
    application = Application("an-id", SECRET, address, address, address)
    connector = ShopifyConnector(application, clock=lambda: NOW)
    yield connector
    await connector.aclose()


def test_the_consent_page_is_the_shops_own(connector: ShopifyConnector) -> None:
    url = urlsplit(connector.authorization_url(CONSENT))
    assert url.path == f"/shopify/{SHOP}/admin/oauth/authorize"
    assert parse_qs(url.query) == {
        "client_id": ["an-id"],
        "scope": ["read_all_orders,read_customers,read_orders,read_reports"],
        "redirect_uri": [CONSENT.redirect_uri],
        "state": ["a-state"],
    }


async def test_a_signed_callback_becomes_an_expiring_grant(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(TOKENS)
    grant = await connector.exchange(CONSENT, callback())
    (asked,) = platform.asked
    assert asked.path == f"/shopify/{SHOP}/admin/oauth/access_token"
    assert asked.document == {
        "client_id": "an-id",
        "client_secret": SECRET,
        "code": "a-code",
        "expiring": "1",
    }
    assert grant.expires_at == NOW + timedelta(hours=1)
    assert grant.refresh_expires_at == NOW + timedelta(days=90)
    assert grant.scopes == ("read_all_orders", "read_customers", "write_orders")


@pytest.mark.parametrize(
    "changed",
    [
        {**callback(), "code": "another-code"},
        {**callback(), "hmac": ""},
        {**callback(), "extra": "parameter"},
        {name: value for name, value in callback().items() if name != "hmac"},
        callback(timestamp=str(int(NOW.timestamp()) - 91)),
        callback(timestamp=str(int(NOW.timestamp()) + 91)),
        callback(timestamp="soon"),
        callback(shop="another.myshopify.com"),
        callback(shop="evil.com"),
    ],
)
async def test_a_callback_that_shopify_did_not_send_for_this_shop_now_is_forbidden(
    connector: ShopifyConnector, platform: Platform, changed: dict[str, str]
) -> None:
    with pytest.raises(ForbiddenError):
        await connector.exchange(CONSENT, changed)
    assert platform.asked == []


async def test_a_denied_consent_is_said(connector: ShopifyConnector) -> None:
    with pytest.raises(InputError, match="did not allow"):
        await connector.exchange(CONSENT, {"error": "access_denied", "state": "a-state"})


async def test_a_missing_scope_is_named(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer({**TOKENS, "scope": "read_orders,read_all_orders"})
    with pytest.raises(InputError, match="read_customers"):
        await connector.exchange(CONSENT, callback())


async def test_sixty_days_of_orders_are_better_than_none(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer({**TOKENS, "scope": "read_orders,read_customers"})
    grant = await connector.exchange(CONSENT, callback())
    assert grant.missing_scopes == ("read_all_orders",)


async def test_days_out_of_sight_are_never_taken_for_empty(
    connector: ShopifyConnector, platform: Platform
) -> None:
    grant = Grant("token", missing_scopes=("read_all_orders",))
    account = Account(SHOP, "Aurora", "USD", "America/New_York")
    hidden = DayRange(date(2026, 9, 1), date(2026, 9, 30))
    with pytest.raises(BadDataError, match="60 days"):
        connector.read_orders(grant, account, in_days=hidden)
    assert platform.asked == []


OWN = OwnCredentials(OwnClient("own-id", "own-secret"), shop="aurora-outfitters")


async def test_an_own_app_gets_a_token_of_a_day_and_asks_again(
    connector: ShopifyConnector, platform: Platform
) -> None:
    answer = {"access_token": "day", "scope": "read_orders,read_customers", "expires_in": 86_399}
    platform.will_answer(answer, {**answer, "access_token": "next-day"})
    grant = await connector.adopt(OWN)
    assert grant.kind == "client_credentials"
    assert grant.expires_at == NOW + timedelta(seconds=86_399)
    fresh = await connector.refresh(grant, shop=SHOP)
    assert fresh is not None
    assert (fresh.access_token, fresh.client) == ("next-day", grant.client)
    for asked in platform.asked:
        assert asked.document == {
            "client_id": "own-id",
            "client_secret": "own-secret",
            "grant_type": "client_credentials",
        }


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("app_not_installed", "Install app"),
        ("shop_not_permitted", "organisation"),
        ("invalid_client", "copy both again"),
        ("application_cannot_be_found", "copy both again"),
    ],
)
async def test_an_own_app_that_is_refused_is_told_why(
    connector: ShopifyConnector, platform: Platform, code: str, said: str
) -> None:
    platform.will_answer(JSONResponse({"error": code}, 400))
    with pytest.raises(NeedsReconnectError, match=said):
        await connector.adopt(OWN)


async def test_an_own_app_stays_installed(connector: ShopifyConnector, platform: Platform) -> None:
    await connector.revoke(Grant("day", client=OWN.client), shop=SHOP)
    assert platform.asked == []


async def test_a_callback_used_before_is_said(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({"error": "invalid_request"}, 400))
    with pytest.raises(InputError, match="used before"):
        await connector.exchange(CONSENT, callback())


async def test_an_unknown_app_is_said_as_a_setting(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({"error": "invalid_client"}, 401))
    with pytest.raises(BadDataError, match="AURA_SHOPIFY_CLIENT_ID"):
        await connector.exchange(CONSENT, callback())


async def test_a_refresh_brings_a_new_pair(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer({**TOKENS, "access_token": "second", "refresh_token": "second-refresh"})
    grant = await connector.refresh(Grant("first-access", "first-refresh"), shop=SHOP)
    assert grant is not None
    assert (grant.access_token, grant.refresh_token) == ("second", "second-refresh")
    assert platform.asked[0].document["grant_type"] == "refresh_token"
    assert platform.asked[0].document["refresh_token"] == "first-refresh"


async def test_a_grant_that_does_not_expire_has_no_refresh(connector: ShopifyConnector) -> None:
    assert await connector.refresh(Grant("permanent"), shop=SHOP) is None


async def test_a_spent_refresh_token_needs_a_person(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({"error": "invalid_grant"}, 400))
    with pytest.raises(NeedsReconnectError):
        await connector.refresh(Grant("first-access", "spent"), shop=SHOP)
    assert len(platform.asked) == 1


async def test_a_refusal_without_a_code_is_a_refusal_too(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({"error": {"message": "no code of OAuth"}}, 400))
    with pytest.raises(NeedsReconnectError):
        await connector.refresh(Grant("first-access", "first-refresh"), shop=SHOP)


async def test_revoking_uninstalls_the_app(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer(UNINSTALLED)
    await connector.revoke(Grant("first-access"), shop=SHOP)
    assert "appUninstall" in platform.asked[0].document["query"]


async def test_revoking_renews_an_expired_token_first(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({}, 401), {**TOKENS, "access_token": "renewed"}, UNINSTALLED)
    await connector.revoke(Grant("expired", "first-refresh"), shop=SHOP)
    assert platform.asked[2].headers["x-shopify-access-token"] == "renewed"


@pytest.mark.parametrize("grant", [Grant("gone"), Grant("gone", "gone-too")])
async def test_revoking_what_is_gone_is_no_error(
    connector: ShopifyConnector, platform: Platform, grant: Grant
) -> None:
    platform.will_answer(JSONResponse({}, 401), JSONResponse({"error": "invalid_grant"}, 400))
    await connector.revoke(grant, shop=SHOP)


async def test_a_refused_uninstall_is_said(connector: ShopifyConnector, platform: Platform) -> None:
    refused = {"data": {"appUninstall": {"userErrors": [{"code": "OTHER", "message": "no"}]}}}
    platform.will_answer(refused)
    with pytest.raises(BadDataError):
        await connector.revoke(Grant("first-access"), shop=SHOP)


async def test_the_shop_is_the_one_account(connector: ShopifyConnector, platform: Platform) -> None:
    shop = {
        "name": "Aurora Outfitters",
        "myshopifyDomain": SHOP,
        "ianaTimezone": "America/New_York",
        "currencyCode": "USD",
    }
    platform.will_answer({"data": {"shop": shop}})
    (account,) = await connector.accounts(Grant("first-access"), shop=SHOP)
    assert (account.external_id, account.name) == (SHOP, "Aurora Outfitters")
    platform.will_answer({"data": {"shop": {**shop, "myshopifyDomain": "evil.com"}}})
    with pytest.raises((BadDataError, InputError)):
        await connector.accounts(Grant("first-access"), shop=SHOP)


async def test_a_missing_scope_is_named_by_a_denied_query(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(errors("ACCESS_DENIED", requiredAccess="`read_customers` access scope."))
    with pytest.raises(NeedsReconnectError, match="read_customers"):
        await connector.accounts(Grant("first-access"), shop=SHOP)
