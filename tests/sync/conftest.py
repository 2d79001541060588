"""A person with a brand, platforms on paper, and the steps of connecting them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from aura.model import Account
from aura.sync import connect
from aura.sync.run import sync_integration
from integrations import make_integration
from sync.paper import Clock, PaperAds, PaperShop

__all__ = ["make_integration"]

SESSION = b"s" * 32
REDIRECT = "http://127.0.0.1/connections/callback"
SHOP = "paper.myshopify.com"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ads(clock) -> PaperAds:
    return PaperAds("meta", clock, [Account("1", "Main", "USD", "America/New_York")])


@pytest.fixture
def shop(clock) -> PaperShop:
    account = Account(SHOP, "Paper", "USD", "America/New_York")
    return PaperShop("shopify", clock, [account], restatement_days=0)


@pytest.fixture
def connectors(ads, shop):
    return {"meta": ads, "shopify": shop}


@pytest.fixture
async def person(make_person):
    return await make_person()


@pytest.fixture
async def brand(person, make_brand):
    return await make_brand(person)


@pytest.fixture
def begin(database, connectors, person, brand, clock):
    """Begins a consent; gives its state."""

    async def begin(platform="meta", *, session=SESSION, user=None, shop=SHOP):
        address = await connect.begin(
            database,
            connectors,
            user_id=user or person,
            brand_id=brand,
            platform=platform,
            shop=shop if platform == "shopify" else None,
            session_hash=session,
            redirect_uri=REDIRECT,
            now=clock(),
        )
        return parse_qs(urlsplit(address).query)["state"][0]

    return begin


@pytest.fixture
def complete(database, keyring, connectors, person, clock):
    async def complete(platform="meta", *, session=SESSION, user=None, **query):
        return await connect.complete(
            database,
            keyring,
            connectors,
            user_id=user or person,
            platform=platform,
            query=query,
            session_hash=session,
            redirect_uri=REDIRECT,
            now=clock(),
        )

    return complete


@pytest.fixture
def connected(begin, complete):
    async def connected(platform="meta"):
        return await complete(platform, state=await begin(platform), code="c")

    return connected


@pytest.fixture
def sync(database, keyring, connectors, brand, clock):
    async def sync(integration_id, kind="daily", **options):
        return await sync_integration(
            database,
            keyring,
            connectors,
            integration_id=integration_id,
            brand_id=brand,
            kind=kind,
            now=clock(),
            **options,
        )

    return sync


@pytest.fixture
def read(database):
    async def read(query, *parameters):
        async with database.as_owner() as connection:
            cursor = await connection.execute(query, parameters)
            return [tuple(row.values()) for row in await cursor.fetchall()]

    return read


@pytest.fixture
async def meta(connected):
    return (await connected("meta")).integration_id


@pytest.fixture
async def store(connected):
    return (await connected("shopify")).integration_id


@pytest.fixture
def days_ago(clock):
    return lambda number: clock().date() - timedelta(days=number)
