"""`aura doctor PLATFORM` against the sandbox: what is fine is fine, what is not is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aura.cli.installation import find_brand
from aura.connectors.registry import build_connectors
from aura.model import PLATFORMS
from aura.sync.examination import examine_connection, examine_installation
from aura.sync.own_credentials import connect_with_own, credentials_of
from sync.sandboxed import make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    """Time stands still in the sandbox; its HTTP server's clock is this machine's."""
    with running_world("edges", now=START, seed=5) as running:
        yield running


@pytest.fixture
async def brand(world, make_connected):
    async with make_connected(world, currency="EUR", platforms=[]) as made:
        yield made


@pytest.fixture
def look(brand, world):
    async def look(platform):
        return await examine_connection(
            brand.database,
            brand.keyring,
            brand.connectors[platform],
            brand=await find_brand(brand.database, None, None),
            now=world(),
        )

    return look


def problems(checks):
    return [(check.name, check.detail) for check in checks if check.is_fine is False]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_installation_is_fine_before_anything_is_connected(world, tmp_path, platform):
    settings = world.settings(tmp_path)
    connectors = build_connectors(settings, clock=world)
    checks = await examine_installation(
        settings, connectors[platform], platform, shop=world.sandbox.shop
    )
    for connector in connectors.values():
        await connector.aclose()
    assert problems(checks) == []
    assert [check.name for check in checks][1:] == ["redirect address", "clock"]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_wrong_secret_of_the_installation_is_a_setting(world, tmp_path, platform):
    wrong = {f"{platform}_client_secret": "canary-of-mine"}
    settings = world.settings(tmp_path).model_copy(
        update={
            name: type(world.settings(tmp_path).meta_client_secret)(value)
            for name, value in wrong.items()
        }
    )
    connectors = build_connectors(settings, clock=world)
    checks = await examine_installation(
        settings, connectors[platform], platform, shop=world.sandbox.shop
    )
    for connector in connectors.values():
        await connector.aclose()
    assert checks[0].is_fine is False
    assert checks[0].exit_code == 2
    assert "CLIENT_SECRET" in checks[0].detail
    assert "canary-of-mine" not in str(checks)


async def test_half_an_app_is_named_and_none_is_no_problem(world, tmp_path):
    settings = world.settings(tmp_path)
    connectors = build_connectors(settings, clock=world)
    half = settings.model_copy(update={"meta_client_id": ""})
    (check,) = await examine_installation(half, connectors["meta"], "meta", shop=None)
    assert (check.is_fine, check.exit_code) == (False, 2)
    assert "AURA_META_CLIENT_ID" in check.detail
    none = type(settings)(home=tmp_path)
    (check,) = await examine_installation(none, connectors["meta"], "meta", shop=None)
    assert check.is_fine is None
    assert "aura connect" in check.action


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_not_connected_is_said(brand, look, platform):
    (check,) = (await look(platform)).checks
    assert check.is_fine is None
    assert "not connected" in check.detail


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_connection_that_works_has_no_problem_and_names_its_accounts(brand, look, platform):
    await brand.connect(platform, currency="EUR")
    found = await look(platform)
    assert problems(found.checks) == []
    assert found.missing_scopes == ()
    (accounts,) = [check for check in found.checks if check.name == "accounts"]
    assert "can be read" in accounts.detail
    if platform != "shopify":
        others = " ".join(check.detail for check in found.checks if check.name == "account")
        assert "is disabled" in others or "is a manager" in others


async def test_a_permission_that_was_taken_back_is_a_problem_with_what_to_do(brand, look, world):
    await brand.connect("meta", currency="EUR")
    world.sandbox.faults({"match": "/meta", "kind": "revoke", "times": 1})
    found = await look("meta")
    assert [check.exit_code for check in found.checks if check.is_fine is False] == [7]
    (bad,) = [check for check in found.checks if check.is_fine is False]
    assert bad.detail.endswith(".")


async def test_a_missing_scope_is_found_by_asking(brand, look, world):
    made = world.sandbox.credentials("shopify", scopes=["read_orders", "read_customers"])
    await connect_with_own(
        brand.database,
        brand.keyring,
        brand.connectors,
        user_id=brand.person,
        brand_id=brand.brand_id,
        platform="shopify",
        credentials=credentials_of("shopify", made),
        now=world(),
    )
    found = await look("shopify")
    assert found.missing_scopes == ("read_all_orders",)
    assert problems(found.checks) == []
