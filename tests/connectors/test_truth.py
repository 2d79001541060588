"""What the connectors read from the sandbox, against what is true in its world: to the digit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import stamina

from aura.connectors.contract import Consent
from aura.connectors.http import ATTEMPTS, counting
from aura.errors import InputError, NeedsReconnectError
from aura.model import PLATFORMS, AdDay, DayRange, Grant, Platform
from connectors.worlds import Days, World, ad_days, by_day, connected, orders_of, world

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SCENARIOS = ["plain", "edges", "demo"]
AD_PREFIXES: dict[Platform, str] = {"meta": "/meta", "google_ads": "/google"}
pytestmark = pytest.mark.xdist_group("sandbox-truth")


@pytest.fixture(scope="module", params=SCENARIOS)
def running(request: pytest.FixtureRequest) -> Iterator[World]:
    with world(request.param, now=NOW) as started:
        yield started


@pytest.fixture
def plain() -> Iterator[World]:
    with world("plain", now=NOW) as started:
        yield started


def wrong_store_figures(found: Days, true: Days) -> list[tuple[str, str, Any, Any]]:
    """Figures that differ. New customers take the whole history, which the store counts."""
    wrong: list[tuple[str, str, Any, Any]] = []
    for day in sorted({*found, *true}):
        if day not in true:
            wrong.append((day, "day", found[day], None))
        for name, figure in true.get(day, {}).items():
            mine = found.get(day, {}).get(name, Decimal(0))
            if name != "new_customers" and mine != Decimal(str(figure)):
                wrong.append((day, name, mine, figure))
    return wrong


def wrong_ad_figures(
    found: dict[tuple[str, str, str], AdDay], number: str, true: Any
) -> list[tuple[Any, ...]]:
    """Days and figures that differ, of the account and of each campaign."""
    expected = {("account", number, day): figures for day, figures in true["account"].items()}
    for campaign, entry in true["campaigns"].items():
        expected |= {("campaign", campaign, day): one for day, one in entry["days"].items()}
    wrong: list[tuple[Any, ...]] = [(key, "day") for key in sorted({*expected} ^ {*found})]
    for key in sorted({*expected} & {*found}):
        for name, figure in expected[key].items():
            mine = getattr(found[key], name)
            if mine is None and name == "all_clicks":
                continue
            if mine != Decimal(str(figure)):
                wrong.append((key, name, mine, figure))
    return wrong


async def test_orders_by_day_are_the_truth(running: World) -> None:
    async with connected(running, "shopify") as (connector, grant, (shop,)):
        orders = await orders_of(connector, grant, shop, in_days=running.history())
    assert shop.timezone is not None
    true = running.truth()["shopify"]
    assert wrong_store_figures(by_day(orders, shop.timezone), true) == []
    assert sum(day["orders"] for day in true.values()) > 500


@pytest.mark.parametrize("platform", ["meta", "google_ads"])
async def test_ad_days_are_the_truth(running: World, platform: Platform) -> None:
    true = running.truth()[platform]["accounts"]
    async with connected(running, platform) as (connector, grant, accounts):
        assert {account.external_id for account in accounts} == set(true)
        for account in accounts:
            if account.is_manager or account.status != "active":
                continue
            found = await ad_days(connector, grant, account, running.history())
            number = account.external_id
            assert wrong_ad_figures(found, number, true[number]) == []


async def test_orders_updated_since_a_read_bring_it_up_to_the_truth(plain: World) -> None:
    async with connected(plain, "shopify") as (connector, first, (shop,)):
        assert shop.timezone is not None
        orders = await orders_of(connector, first, shop, in_days=plain.history())
        current: Grant | None = first
        for _ in range(3):
            before = plain.now
            plain.advance(timedelta(days=9))
            assert current is not None
            current = await connector.refresh(current, shop=shop.external_id)
            assert current is not None
            updated = await orders_of(connector, current, shop, updated_from=before)
            assert 0 < len(updated) < len(orders)
            orders |= updated
            found = by_day(orders, shop.timezone)
            assert wrong_store_figures(found, plain.truth()["shopify"]) == []


@pytest.mark.parametrize("platform", AD_PREFIXES)
async def test_a_restated_window_is_the_truth_again(plain: World, platform: Platform) -> None:
    window = DayRange(plain.now.date() - timedelta(days=60), plain.now.date())
    async with connected(plain, platform) as (connector, first, (account,)):
        early = await ad_days(connector, first, account, window)
        plain.advance(timedelta(days=31))
        current = await connector.refresh(first) or first
        late = await ad_days(connector, current, account, window)
    assert {key for key in early if late[key] != early[key]}
    true = plain.truth(window)[platform]["accounts"][account.external_id]
    assert wrong_ad_figures(late, account.external_id, true) == []


async def test_what_is_read_through_faults_is_the_truth(plain: World) -> None:
    def break_down(prefix: str) -> None:
        kinds = ("500", "truncate", "lost_response")
        plain.sandbox.faults(*({"match": prefix, "kind": kind, "times": 1} for kind in kinds))

    true = plain.truth()
    stamina.set_testing(True, attempts=ATTEMPTS)
    async with connected(plain, "shopify") as (connector, grant, (shop,)):
        break_down("/shopify")
        orders = await orders_of(connector, grant, shop, in_days=plain.history())
        assert wrong_store_figures(by_day(orders, shop.timezone or ""), true["shopify"]) == []
    for platform, prefix in AD_PREFIXES.items():
        async with connected(plain, platform) as (connector, grant, (account,)):
            break_down(prefix)
            found = await ad_days(connector, grant, account, plain.history())
            expected = true[platform]["accounts"][account.external_id]
            assert wrong_ad_figures(found, account.external_id, expected) == []


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_denied_consent_is_said_by_every_platform(plain: World, platform: Platform) -> None:
    connector = plain.connector(platform)
    shop = "plain-goods" if platform == "shopify" else None
    consent = Consent("s" * 43, "http://127.0.0.1:8321/callback", "v" * 64, shop)
    callback = plain.decide(connector.authorization_url(consent), "deny")
    with pytest.raises(InputError):
        await connector.exchange(consent, callback)
    await connector.aclose()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_revoked_grant_is_refused_at_once_and_may_be_revoked_again(
    plain: World, platform: Platform
) -> None:
    async with connected(plain, platform) as (connector, grant, (account,)):
        shop = account.external_id if platform == "shopify" else None
        await connector.revoke(grant, shop=shop)
        with counting() as usage, pytest.raises(NeedsReconnectError):
            await connector.accounts(grant, shop=shop)
        assert usage.requests == 1
        await connector.revoke(grant, shop=shop)


async def test_a_lost_refresh_can_be_repeated(plain: World) -> None:
    async with connected(plain, "shopify") as (connector, grant, (shop,)):
        plain.sandbox.faults({"match": "/shopify", "kind": "lost_response", "times": 1})
        fresh = await connector.refresh(grant, shop=shop.external_id)
        assert fresh is not None
        assert fresh.access_token != grant.access_token
        assert await connector.accounts(fresh, shop=shop.external_id) == [shop]


async def test_a_quiet_read_of_a_shop_is_never_throttled(plain: World) -> None:
    async with connected(plain, "shopify") as (connector, grant, (shop,)):
        with counting() as usage:
            orders = await orders_of(connector, grant, shop, in_days=plain.history())
    # every request brought a page: none was refused and asked for again
    assert usage.requests <= len(orders) // 50 + 10
