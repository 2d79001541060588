"""`googleAds:search` gives the rows of `searchStream` page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest

from aura_sandbox.application import create_application
from aura_sandbox.clock import Clock
from aura_sandbox.google_ads import endpoints
from aura_sandbox.google_ads.oauth import ADWORDS
from aura_sandbox.grants import Grants
from aura_sandbox.scenarios import SCENARIOS
from aura_sandbox.shopify.cost import Bucket
from aura_sandbox.state import State
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.world import World

CUSTOMER = "/google/v26/customers/1234567890/"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUERY = (
    "SELECT campaign.id, segments.date, metrics.clicks FROM campaign "
    "WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-19' ORDER BY segments.date"
)


@pytest.fixture
async def ads() -> AsyncIterator[httpx.AsyncClient]:
    state = State(None)
    clock = Clock(fixed=int(NOW.timestamp()))
    grants = Grants(state, clock)
    world = World(1, SCENARIOS["plain"], date(2026, 11, 20))
    around = Surroundings(world, clock, grants, state, Bucket(1000.0, 100.0))
    grant = grants.new_grant("google_ads", (ADWORDS,), "aura-sandbox-google_ads")
    token = grants.new_token(grant, "access", prefix="ya29.", life=3600)
    transport = httpx.ASGITransport(create_application(around))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://sandbox",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def test_every_row_once_and_the_last_page_has_no_token(ads, monkeypatch) -> None:
    (batch,) = (await ads.post(f"{CUSTOMER}googleAds:searchStream", json={"query": QUERY})).json()
    monkeypatch.setattr(endpoints, "PAGE", 10)
    found, token = [], None
    for _ in range(10):
        asked = {"query": QUERY, "searchSettings": {"returnTotalResultsCount": True}}
        page = (
            await ads.post(
                f"{CUSTOMER}googleAds:search", json=asked | ({"pageToken": token} if token else {})
            )
        ).json()
        assert page["totalResultsCount"] == str(len(batch["results"]))
        assert len(page["results"]) <= 10
        found += page["results"]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert found == batch["results"]
    assert len(found) > 30


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("pageSize", 100, "PAGE_SIZE_NOT_SUPPORTED"),
        ("pageToken", "elsewhere", "INVALID_PAGE_TOKEN"),
    ],
)
async def test_pages_that_cannot_be_had_are_refused(ads, field, value, code) -> None:
    answer = await ads.post(f"{CUSTOMER}googleAds:search", json={"query": QUERY, field: value})
    assert answer.status_code == 400
    (failure,) = answer.json()["error"]["details"][0]["errors"]
    assert failure["errorCode"] == {"requestError": code}
