"""Connecting: only our own callbacks count, once; nothing stored changes when they do not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from aura.errors import (
    ConflictError,
    ForbiddenError,
    InputError,
    NotFoundError,
    TryLaterError,
)
from aura.model import Account
from aura.sync import connect
from sync.conftest import SHOP

OTHER = Account("2", "Second", "USD", "UTC")
EURO = Account("3", "Third", "EUR", "UTC")
CONSENTS = "select event_id from aura.events where kind = 'consent'"


@pytest.fixture
def everything(read):
    """All that connecting writes, the consents aside."""

    async def everything():
        return [
            await read(f"select row_to_json(t)::text from {table} as t order by 1")
            for table in ("public.integrations", "aura.accounts", "aura.sync_state")
        ]

    return everything


async def test_one_usable_account_is_read_at_once(connected, read, clock):
    made = await connected()

    assert not made.needs_choice
    assert [account.external_id for account in made.accounts] == ["1"]
    assert await read(
        "select platform, status, platform_account_id, platform_account_name from integrations"
    ) == [("meta", "connected", "1", "Main")]
    assert await read("select kind, due_at from aura.sync_state order by 1") == [
        ("backfill", clock()),
        ("daily", clock()),
    ]


async def test_tokens_are_sealed_and_what_is_known_beside_them_is_kept(connected, read):
    await connected()
    ((access, refresh, metadata),) = await read(
        "select access_token, refresh_token, metadata from public.integrations"
    )

    assert access.startswith("v1:")
    assert refresh.startswith("v1:")
    assert metadata == {
        "grant_kind": "consent",
        "scopes": ["read"],
        "missing_scopes": [],
        "refresh_expires_at": None,
        "data_access_expires_at": None,
        "currency": "USD",
        "timezone": "America/New_York",
    }


async def test_only_a_hash_of_the_state_is_kept(begin, read):
    state = await begin()
    ((stored,),) = await read("select row_to_json(t)::text from aura.events as t")

    assert state not in stored
    assert len(state) >= 43


@pytest.mark.parametrize("wrong", ["", "x" * 43])
async def test_a_state_that_is_not_ours_is_refused(begin, complete, everything, wrong):
    await begin()
    before = await everything()
    with pytest.raises(ForbiddenError, match="Press Connect again"):
        await complete(state=wrong, code="c")

    assert await everything() == before


async def test_a_state_works_once(begin, complete, everything):
    state = await begin()
    await complete(state=state, code="c")
    before = await everything()
    with pytest.raises(ForbiddenError):
        await complete(state=state, code="c")

    assert await everything() == before


async def test_nothing_of_a_consent_stays_once_it_was_taken_or_has_expired(
    begin, complete, clock, read
):
    await complete(state=await begin(), code="c")
    assert await read(CONSENTS) == []
    await begin()
    clock.advance(minutes=10)
    await begin()
    assert len(await read(CONSENTS)) == 1


async def test_a_consent_is_seen_by_nobody_else_and_changed_by_nobody(
    begin, complete, database, person, brand
):
    state = await begin()
    counted = "select count(*) as seen from aura.events"
    for transaction in (database.as_user(person), database.as_worker(brand)):
        async with transaction as connection:
            assert await (await connection.execute(counted)).fetchone() == {"seen": 0}
    for transaction, statement in (
        (database.as_worker(brand), "delete from aura.events"),
        (database.as_worker(brand), "update aura.events set due_at = now()"),
        (database.as_accounts(user_id=person), "update aura.events set details = '{}'"),
    ):
        async with transaction as connection:
            assert (await connection.execute(statement)).rowcount == 0
    await complete(state=state, code="c")


async def test_who_connects_platforms_deletes_nothing_but_consents(database, person, brand, begin):
    await begin()
    async with database.as_owner() as connection:
        await connection.execute(
            "insert into aura.events (brand_id, event_id, kind, received_at)"
            " values (%s, 'one', 'orders/updated', now())",
            [brand],
        )
    async with database.as_accounts(user_id=uuid4()) as connection:
        assert (await connection.execute("delete from aura.events")).rowcount == 0
    async with database.as_accounts(user_id=person) as connection:
        deleted = await connection.execute("delete from aura.events returning kind")
        assert await deleted.fetchall() == [{"kind": "consent"}]


async def test_of_two_callbacks_at_the_same_moment_one_works(begin, complete):
    state = await begin()
    results = await asyncio.gather(
        *(complete(state=state, code="c") for _ in range(3)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == [
        "Connected",
        "ForbiddenError",
        "ForbiddenError",
    ]


async def test_a_state_is_good_for_ten_minutes(begin, complete, clock):
    early, late = await begin(), await begin()
    clock.advance(minutes=9, seconds=59)
    await complete(state=early, code="c")
    clock.advance(seconds=1)
    with pytest.raises(ForbiddenError):
        await complete(state=late, code="c")


async def test_a_callback_in_another_browser_is_refused_and_does_not_use_the_state(begin, complete):
    state = await begin()
    with pytest.raises(ForbiddenError):
        await complete(state=state, code="c", session=b"t" * 32)

    await complete(state=state, code="c")


async def test_a_callback_for_another_platform_is_refused(begin, complete):
    state = await begin("meta")
    with pytest.raises(ForbiddenError):
        await complete("shopify", state=state, code="c")


async def test_another_person_can_neither_begin_nor_complete(begin, complete, make_person):
    stranger = await make_person()
    with pytest.raises(NotFoundError):
        await begin(user=stranger)
    state = await begin()
    with pytest.raises(ForbiddenError):
        await complete(state=state, code="c", user=stranger)


async def test_a_denied_consent_changes_nothing_and_cannot_be_used_again(
    begin, complete, connected, everything
):
    await connected()
    before = await everything()
    state = await begin()
    with pytest.raises(InputError, match="denied"):
        await complete(state=state, error="access_denied")
    with pytest.raises(ForbiddenError):
        await complete(state=state, code="c")

    assert await everything() == before


async def test_a_shop_address_that_is_none_is_refused_before_anything_is_kept(begin, read):
    with pytest.raises(InputError):
        await begin("shopify", shop="evil.example.com")

    assert await read(CONSENTS) == []


async def test_a_grant_without_a_usable_account_is_not_stored(ads, begin, complete, everything):
    ads.known = [
        replace(OTHER, is_manager=True),
        replace(OTHER, external_id="9", status="disabled"),
    ]
    before = await everything()
    with pytest.raises(InputError, match="no active account"):
        await complete(state=await begin(), code="c")

    assert await everything() == before


async def test_of_several_accounts_a_person_picks(ads, connected, database, person, clock, read):
    ads.known += [OTHER, EURO]
    made = await connected()
    assert made.needs_choice
    assert await read("select * from aura.sync_state where due_at is not null") == []

    async def choose(*external_ids):
        await connect.choose_accounts(
            database,
            user_id=person,
            integration_id=made.integration_id,
            external_ids=list(external_ids),
            now=clock(),
        )

    for wrong in ([], ["nobody"], ["1", "nobody"], ["1", "3"]):
        with pytest.raises(InputError):
            await choose(*wrong)
    await choose("1", "2")

    assert await read(
        "select external_id from aura.accounts where is_selected order by external_id"
    ) == [("1",), ("2",)]
    assert await read("select platform_account_name from public.integrations") == [
        ("Main, Second",)
    ]
    assert len(await read("select * from aura.sync_state where due_at is not null")) == 2


async def test_connecting_again_fills_the_same_row_and_keeps_choice_and_progress(
    ads, connected, sync, read, database, keyring, connectors, person, clock
):
    first = await connected()
    ads.state(clock().date(), "5")
    await sync(first.integration_id)
    await sync(first.integration_id, "backfill", backfill_days=10)
    await connect.disconnect(
        database,
        keyring,
        connectors,
        user_id=person,
        integration_id=first.integration_id,
        now=clock(),
    )
    again = await connected()

    assert again.integration_id == first.integration_id
    assert not again.needs_choice
    assert await read("select status from public.integrations") == [("connected",)]
    assert len(await read("select * from public.metrics")) == 4
    # the backfill was finished: only the daily sync is due
    assert await read("select kind from aura.sync_state where due_at is not null") == [("daily",)]


async def test_an_account_that_the_new_grant_does_not_cover_is_read_no_more(ads, connected, read):
    await connected()
    ads.known = [OTHER]
    made = await connected()

    assert [account.external_id for account in made.accounts] == ["2"]
    assert await read("select external_id, status, is_selected from aura.accounts order by 1") == [
        ("1", "gone", False),
        ("2", "active", True),
    ]


async def test_another_shop_is_refused_for_a_brand_that_has_one(
    shop, begin, complete, connected, everything
):
    await connected("shopify")
    before = await everything()
    shop.known = [replace(shop.known[0], external_id="other.myshopify.com")]
    with pytest.raises(ConflictError, match="another brand"):
        await complete(
            "shopify", state=await begin("shopify", shop="other.myshopify.com"), code="c"
        )

    assert await everything() == before


async def test_disconnecting_takes_the_grant_back_and_keeps_every_number(
    ads, connected, sync, read, database, keyring, connectors, person, clock
):
    made = await connected()
    ads.state(clock().date(), "5")
    await sync(made.integration_id)
    numbers = await read("select * from public.metrics order by id")
    await connect.disconnect(
        database,
        keyring,
        connectors,
        user_id=person,
        integration_id=made.integration_id,
        now=clock(),
    )

    assert ads.revoked == 1
    assert await read(
        "select status, access_token, refresh_token, token_expires_at from public.integrations"
    ) == [("disconnected", None, None, None)]
    assert await read("select * from aura.sync_state where due_at is not null") == []
    assert await read("select * from public.metrics order by id") == numbers
    with pytest.raises(ConflictError, match="Press Connect"):
        await connect.sync_now(
            database, user_id=person, integration_id=made.integration_id, now=clock()
        )


async def test_a_platform_out_of_reach_keeps_nobody_connected(
    ads, connected, database, keyring, connectors, person, clock, read, monkeypatch
):
    made = await connected()

    async def unreachable(grant, *, shop=None):
        raise TryLaterError

    monkeypatch.setattr(ads, "revoke", unreachable)
    await connect.disconnect(
        database,
        keyring,
        connectors,
        user_id=person,
        integration_id=made.integration_id,
        now=clock(),
    )

    assert await read("select status, access_token from public.integrations") == [
        ("disconnected", None)
    ]


async def test_sync_now_makes_the_daily_sync_due(connected, sync, database, person, clock, read):
    made = await connected()
    await sync(made.integration_id)
    due = "select due_at from aura.sync_state where kind = 'daily'"
    assert (await read(due))[0][0] > clock()
    await connect.sync_now(
        database, user_id=person, integration_id=made.integration_id, now=clock()
    )

    assert await read(due) == [(clock(),)]


async def test_another_persons_connection_does_not_exist(
    connected, database, keyring, connectors, make_person, clock
):
    made = await connected()
    stranger = await make_person()
    facts = {"user_id": stranger, "integration_id": made.integration_id, "now": clock()}
    with pytest.raises(NotFoundError):
        await connect.sync_now(database, **facts)
    with pytest.raises(NotFoundError):
        await connect.choose_accounts(database, external_ids=["1"], **facts)
    with pytest.raises(NotFoundError):
        await connect.disconnect(database, keyring, connectors, **facts)


@pytest.mark.parametrize("is_read", [True, False])
async def test_an_app_that_another_brand_reads_by_is_not_removed_from_the_shop(
    shop, store, database, keyring, connectors, person, clock, make_person, make_brand, is_read
):
    brand = await make_brand(await make_person())
    async with database.as_owner() as connection:
        await connection.execute(
            "with made as (insert into public.integrations (brand_id, platform, status)"
            " values (%(brand)s, 'shopify', 'connected') returning id),"
            " account as (insert into aura.accounts (brand_id, integration_id, external_id, name)"
            " select %(brand)s, id, %(shop)s, 'S' from made)"
            " insert into aura.sync_state (integration_id, kind, brand_id, due_at)"
            " select id, 'daily', %(brand)s, %(due)s from made",
            {"brand": brand, "shop": SHOP, "due": clock() if is_read else None},
        )
    await connect.disconnect(
        database, keyring, connectors, user_id=person, integration_id=store, now=clock()
    )
    assert shop.revoked == (0 if is_read else 1)
