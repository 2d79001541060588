"""What `aura doctor` says of addresses, clocks and accounts: the platforms' rules, case by case."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from aura.connectors.contract import Application
from aura.connectors.examination import account_checks, clock_check, redirect_check
from aura.connectors.google_ads.client import GoogleAdsConnector
from aura.connectors.meta.client import MetaConnector
from aura.connectors.shopify.client import ShopifyConnector
from aura.model import PLATFORMS, Account, Grant
from connectors.scripted import Platform

SHOP = "aurora-outfitters.myshopify.com"


@pytest.mark.parametrize(
    ("platform", "base", "said"),
    [
        ("shopify", "https://aura.example.org", None),
        ("google_ads", "https://aura.example.org:8443", None),
        ("google_ads", "http://127.0.0.1:8321", None),
        ("meta", "http://localhost:8321", None),
        ("meta", "http://127.0.0.1:8321", "localhost"),
        ("shopify", "http://aura.example.org", "plain http"),
        ("meta", "https://aura.example.org/?a=b", "refuse addresses with"),
        ("shopify", "https://user@aura.example.org", "refuse addresses with"),
        ("shopify", "aura.example.org", "no web address"),
        ("google_ads", "https://192.0.2.7", "public name"),
        ("google_ads", "https://aura.local", "public name"),
        ("google_ads", "https://aura", "public name"),
        ("shopify", "https://192.0.2.7", None),
        ("shopify", "http://0.0.0.0:8321", "plain http"),
        ("meta", "http://127.0.0.1:port", "no web address"),
        ("meta", "https://[::1", "no web address"),
    ],
)
def test_an_address_is_judged_by_the_platforms_rules(platform, base, said):
    check = redirect_check(platform, base)
    assert check.is_fine is (said is None)
    assert f"/oauth/{platform}/callback" in check.detail
    if said is not None:
        assert said in check.detail
        assert "AURA_PUBLIC_URL" in check.action
        assert check.exit_code == 2


@given(st.text(max_size=60), st.sampled_from(PLATFORMS))
def test_no_address_breaks_the_check(base, platform):
    assert redirect_check(platform, base).is_fine in {True, False}


@pytest.mark.parametrize(
    ("seconds", "is_fine", "said"),
    [(60, True, "agrees"), (-60, True, "agrees"), (95, False, "ahead"), (-4000, False, "4,000")],
)
def test_a_clock_that_is_off_is_named_with_its_side(seconds, is_fine, said):
    check = clock_check(timedelta(seconds=seconds))
    assert (check.is_fine, said in check.detail) == (is_fine, True)


def test_managers_and_disabled_accounts_are_named():
    accounts = [
        Account("1", "Main", "USD", "UTC"),
        Account("2", "Old", "USD", "UTC", status="disabled"),
        Account("3", "Agency", None, None, is_manager=True),
    ]
    text = " ".join(check.detail for check in account_checks("meta", accounts))
    assert "1 can be read: Main (1)" in text
    assert "Old (2) is disabled" in text
    assert "Agency (3) is a manager" in text
    (first, *_) = account_checks("meta", accounts[1:])
    assert (first.is_fine, first.exit_code) == (False, 7)


@pytest.fixture
def application(platform: Platform) -> Application:
    address = platform.url + "/{shop}"
    return Application("an-id", "hush", address, address, address)


@pytest.fixture
def direct(platform: Platform) -> Application:
    return Application("an-id", "hush", platform.url, platform.url, platform.url)


async def test_a_clock_far_from_the_platforms_is_noticed(direct):
    def of_years_ago(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"access_token": "app"}, headers={"date": "Mon, 23 Nov 2020 10:00:00 GMT"}
        )

    connector = MetaConnector(direct, transport=httpx.MockTransport(of_years_ago))
    await connector.examine_application(None)
    check = clock_check(connector.clock_skew)
    await connector.aclose()
    assert check.is_fine is False
    assert "ahead of" in check.detail


async def test_shopify_that_denies_orders_despite_the_scopes_means_protected_data(
    application, platform
):
    scopes = [{"handle": one} for one in ("read_orders", "read_customers")]
    shop = {
        "name": "Aurora",
        "myshopifyDomain": SHOP,
        "ianaTimezone": "UTC",
        "currencyCode": "USD",
    }
    denied = {"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]}
    platform.will_answer(
        {"data": {"currentAppInstallation": {"accessScopes": scopes}}},
        {"data": {"shop": shop}},
        {"data": {"orders": {"nodes": []}}},
        denied,
    )
    connector = ShopifyConnector(application)
    found = await connector.examine(Grant("token"), shop=SHOP)
    await connector.aclose()
    assert found.missing_scopes == ("read_all_orders",)
    by_name = {check.name: check for check in found.checks}
    assert by_name["orders"].is_fine
    assert by_name["customers of orders"].is_fine is False
    assert "protected customer data" in by_name["customers of orders"].action


async def test_google_says_that_a_project_has_test_access_only(direct, platform):
    failure = {
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors": [
            {"errorCode": {"authorizationError": "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION"}}
        ],
    }
    refused = {"code": 403, "status": "PERMISSION_DENIED", "message": "no", "details": [failure]}
    platform.will_answer(
        {"resourceNames": ["customers/1234567890"]}, JSONResponse([{"error": refused}], 403)
    )
    connector = GoogleAdsConnector(direct)
    found = await connector.examine(Grant("token"))
    await connector.aclose()
    (check,) = found.checks
    assert (check.name, check.is_fine, check.exit_code) == ("access level", False, 7)
    assert "Explorer" in check.action


async def test_metas_limited_tier_is_named(direct, platform):
    account = {
        "account_id": "1",
        "name": "Main",
        "currency": "USD",
        "timezone_name": "UTC",
        "account_status": 1,
    }
    facts = {"is_valid": True, "type": "USER", "scopes": ["ads_read"], "expires_at": 0}
    usage = '{"1":[{"type":"ads_insights","ads_api_access_tier":"development_access"}]}'
    headers = {"x-business-use-case-usage": usage}
    platform.will_answer(
        {"data": [account]}, {"data": facts}, JSONResponse({"data": []}, headers=headers)
    )
    connector = MetaConnector(direct)
    found = await connector.examine(Grant("token"))
    await connector.aclose()
    tier = found.checks[-1]
    assert (tier.name, tier.is_fine, tier.needs_attention) == ("access tier", True, True)
    assert "limited" in tier.detail
