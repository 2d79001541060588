"""Credentials of one's own: connected, read to the truth, renewed, sealed, and left alone."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from aura.errors import InputError, NotFoundError
from aura.model import PLATFORMS
from aura.reports.connection_notices import notices_of_brand
from aura.store.integrations import locked_grant
from aura.sync import connect
from aura.sync.own_credentials import FIELDS, connect_with_own, credentials_of
from sync.sandboxed import (
    REDIRECT,
    SESSION,
    differences,
    expected,
    make_connected,
    running_world,
    selected_accounts,
)

__all__ = ["make_connected"]

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
SIXTY_DAYS = ["read_customers", "read_orders"]


@pytest.fixture(scope="module")
def world():
    with running_world("plain", now=START, seed=11) as running:
        yield running


@pytest.fixture
async def brand(world, make_connected):
    world.set_clock(START)
    async with make_connected(world, platforms=[]) as made:
        yield made


def form_of(world, platform, **wish):
    """What the platform's pages show, under the names of our form."""
    made = world.sandbox.credentials(platform, **wish)
    if platform == "meta":
        made["app_secret"] = made["client_secret"]
    return {field.name: made.get(field.name, "") for field in FIELDS[platform]}


@pytest.fixture
def bring(brand):
    async def bring(platform, form, **changes):
        made = await connect_with_own(
            brand.database,
            brand.keyring,
            brand.connectors,
            user_id=changes.get("user_id", brand.person),
            brand_id=brand.brand_id,
            platform=platform,
            credentials=credentials_of(platform, form),
            now=brand.world(),
        )
        if made.needs_choice:
            await connect.choose_accounts(
                brand.database,
                user_id=brand.person,
                integration_id=made.integration_id,
                external_ids=[one.external_id for one in made.accounts if one.currency == "USD"],
                now=brand.world(),
            )
        brand.integrations[platform] = made.integration_id
        return made.integration_id

    return bring


async def metadata(brand, platform):
    (row,) = await brand.rows(
        "select metadata from public.integrations where id = %(id)s",
        id=brand.integrations[platform],
    )
    return row["metadata"]


async def everything_stored(brand):
    """Every public and own row that is not sealed, as text."""
    found = []
    for row in await brand.rows(
        "select format('%%I.%%I', schemaname, tablename) as name from pg_tables"
        " where schemaname in ('public', 'aura')"
    ):
        found += await brand.rows(f"select row_to_json(t)::text as line from {row['name']} as t")
    return "\n".join(row["line"] for row in found)


def sales_alone(days):
    """What orders brought on the day they were placed, where there were any."""
    return {
        (*key, name): figures[name]
        for key, figures in days.items()
        for name in ("orders", "gross_sales", "discounts")
        if figures.get("orders")
    }


async def test_all_three_are_read_to_the_truth_for_days_without_a_secret_in_sight(
    brand, bring, world, caplog
):
    caplog.set_level(logging.DEBUG)
    secrets = []
    for platform in PLATFORMS:
        form = form_of(world, platform)
        secrets += [form[field.name] for field in FIELDS[platform] if field.is_secret]
        await bring(platform, form)
    await brand.sync()
    # past the day of Shopify's token and the hour of Google's
    await brand.night(days=2)

    truth = world.truth(world().date(), as_of=world())
    wanted = expected(
        truth,
        first=world.first_day,
        last=world().date(),
        accounts=await selected_accounts(brand),
    )
    assert differences(await brand.seen(world()), wanted) == []

    kinds = [(await metadata(brand, platform))["grant_kind"] for platform in PLATFORMS]
    assert kinds == ["client_credentials", "system_user", "own_project"]
    visible = await everything_stored(brand) + caplog.text
    assert len([one for one in secrets if one]) == 5
    assert [one for one in secrets if one and one in visible] == []


async def test_disconnecting_forgets_them_here_and_leaves_them_alive_there(brand, bring, world):
    for platform in PLATFORMS:
        form = form_of(world, platform)
        integration_id = await bring(platform, form)
        await connect.disconnect(
            brand.database,
            brand.keyring,
            brand.connectors,
            user_id=brand.person,
            integration_id=integration_id,
            now=world(),
        )
        ((row),) = await brand.rows(
            "select access_token, refresh_token, token_expires_at, status, metadata"
            " from public.integrations where id = %(id)s",
            id=integration_id,
        )
        assert (row["access_token"], row["refresh_token"]) == (None, None)
        assert row["status"] == "disconnected"
        assert "grant_kind" not in row["metadata"]
        # the same credentials connect again: nothing was revoked
        await bring(platform, form)


async def test_what_the_platform_does_not_take_stores_nothing(brand, bring, world):
    for platform, wrong, said in [
        ("shopify", {"client_secret": "wrong"}, "copy both again"),
        ("meta", {"token": "EAAwrong"}, "Meta"),
        ("meta", {"app_secret": "wrong"}, "did not take"),
        ("google_ads", {"client_secret": "wrong"}, "copy both again"),
        ("google_ads", {"refresh_token": "1//wrong"}, "no longer accepts"),
        ("google_ads", {"manager": "999-999-9999"}, "has no access to"),
    ]:
        form = {**form_of(world, platform), **wrong}
        with pytest.raises(InputError, match=said) as refused:
            await bring(platform, form)
        assert "Nothing was stored" in refused.value.message
        assert all(value not in refused.value.message for value in wrong.values())
    assert await brand.rows("select id from public.integrations") == []


async def test_another_persons_brand_is_not_there(brand, bring, world, make_person):
    form = form_of(world, "meta")
    with pytest.raises(NotFoundError):
        await bring("meta", form, user_id=await make_person())


@pytest.mark.parametrize(
    ("platform", "given", "said"),
    [
        ("shopify", {"shop": "aurora"}, "Client id, Client secret"),
        ("meta", {}, "System User token"),
        ("google_ads", {"client_id": "i", "client_secret": "s"}, "Refresh token"),
        ("meta", {"token": "two words"}, "copy it again"),
        ("meta", {"token": "x" * 5000}, "copy it again"),
        (
            "google_ads",
            {"client_id": "i", "client_secret": "s", "refresh_token": "r", "manager": "12"},
            "ten digits",
        ),
        ("shopify", {"shop": "evil.com", "client_id": "i", "client_secret": "s"}, "myshopify"),
    ],
)
def test_what_is_missing_or_odd_is_named(platform, given, said):
    with pytest.raises(InputError, match=said) as refused:
        credentials_of(platform, given)
    assert "x" * 50 not in refused.value.message


async def test_with_sixty_days_in_sight_nothing_older_is_claimed_until_all_orders_are(
    brand, bring, world
):
    first_seen = world().date() - timedelta(days=58)
    await bring("shopify", form_of(world, "shopify", scopes=SIXTY_DAYS))
    await brand.sync()

    kept = await metadata(brand, "shopify")
    assert kept["missing_scopes"] == ["read_all_orders"]
    assert date.fromisoformat(kept["known_from"]) == first_seen
    (settings,) = await brand.rows(
        "select (select s.history_complete_from from aura.brand_settings as s"
        " where s.brand_id = %(id)s) as complete_from,"
        " (select min(d.date) from aura.brand_days as d where d.brand_id = %(id)s) as first_day,"
        " (select count(*) from aura.brand_days as d where d.brand_id = %(id)s"
        "  and d.new_customers is not null) as with_new_customers",
        id=brand.brand_id,
    )
    # a customer of before is no new one: without all orders nobody can tell
    assert settings["complete_from"] is None
    assert settings["first_day"] >= first_seen
    assert settings["with_new_customers"] == 0
    told = await notices_of_brand(
        brand.database,
        user_id=brand.person,
        brand_id=brand.brand_id,
        timezone="America/New_York",
        now=world(),
    )
    (notice,) = told["shopify"]
    assert "last 60 days" in notice.sentence
    seen = await brand.seen(world())
    truth = world.truth(world().date(), as_of=world())
    wanted = expected(
        truth, first=first_seen, last=world().date(), accounts={"meta": [], "google_ads": []}
    )
    # returns on orders out of sight are out of sight too, as the notice says
    assert sales_alone(seen) == sales_alone(wanted)

    # the scope is given later: what was hidden is read, and customers are known
    await bring("shopify", form_of(world, "shopify"))
    await brand.sync()
    assert (await metadata(brand, "shopify"))["missing_scopes"] == []
    wanted = expected(
        truth,
        first=world.first_day,
        last=world().date(),
        accounts={"meta": [], "google_ads": []},
    )
    assert differences(await brand.seen(world()), wanted) == []


async def test_a_scope_that_comes_later_brings_the_hidden_days_without_a_reconnection(
    brand, bring, world
):
    await bring("shopify", form_of(world, "shopify", scopes=SIXTY_DAYS))
    await brand.sync()
    # the app gets the scope at Shopify; the next token has it
    form_of(world, "shopify")
    await brand.night(days=2)
    await brand.night()
    truth = world.truth(world().date(), as_of=world())
    none = {"meta": [], "google_ads": []}
    wanted = expected(truth, first=world.first_day, last=world().date(), accounts=none)
    assert differences(await brand.seen(world()), wanted) == []
    # what was read once is not read again each night
    assert [one.kind for one in await brand.night()] == ["daily"]


async def test_a_scope_that_is_lost_later_is_noticed_at_the_next_renewal(brand, bring, world):
    await bring("shopify", form_of(world, "shopify"))
    await brand.sync()
    form_of(world, "shopify", scopes=SIXTY_DAYS)
    await brand.night(days=2)
    assert (await metadata(brand, "shopify"))["missing_scopes"] == ["read_all_orders"]


async def test_a_consent_that_leaves_a_scope_out_is_connected_and_said(brand, world):
    facts = {"user_id": brand.person, "platform": "shopify", "redirect_uri": REDIRECT}
    facts |= {"session_hash": SESSION, "now": world()}
    address = await connect.begin(
        brand.database,
        brand.connectors,
        brand_id=brand.brand_id,
        shop=world.sandbox.shop,
        **facts,
    )
    query = world.allow(address, decline=["read_all_orders"])
    made = await connect.complete(
        brand.database, brand.keyring, brand.connectors, query=query, **facts
    )
    brand.integrations["shopify"] = made.integration_id
    assert (await metadata(brand, "shopify"))["missing_scopes"] == ["read_all_orders"]


async def test_the_ends_of_permissions_are_kept(brand, bring, world):
    world.sandbox.google_testing(True)
    try:
        await brand.connect("google_ads", currency="USD")
    finally:
        world.sandbox.google_testing(False)
    await brand.connect("meta", currency="USD")
    await brand.connect("shopify")
    google, meta = await metadata(brand, "google_ads"), await metadata(brand, "meta")
    shopify = await metadata(brand, "shopify")

    def left(text):
        return datetime.fromisoformat(text) - world()

    assert timedelta(days=6, hours=23) < left(google["refresh_expires_at"]) < timedelta(days=7)
    assert left(meta["data_access_expires_at"]) == timedelta(days=90)
    assert left(shopify["refresh_expires_at"]) == timedelta(days=90)

    await bring("meta", form_of(world, "meta", expires_in=60 * 86_400))
    told = await notices_of_brand(
        brand.database,
        user_id=brand.person,
        brand_id=brand.brand_id,
        timezone="UTC",
        now=world() + timedelta(days=54),
    )
    (ending,) = told["meta"]
    assert ending.severity == "warning"
    assert "System users" in ending.action
    (testing,) = told["google_ads"]
    assert "testing" in testing.sentence


async def test_the_secrets_of_an_own_app_open_with_the_key_alone(brand, bring, world):
    form = form_of(world, "shopify")
    integration_id = await bring("shopify", form)
    async with brand.database.as_owner() as connection:
        grant, shop = await locked_grant(connection, brand.keyring, integration_id)
    assert grant.client is not None
    assert (grant.client.client_secret, shop) == (form["client_secret"], form["shop"])
    ((row),) = await brand.rows("select refresh_token from public.integrations")
    assert row["refresh_token"].startswith("v1:")
