"""Every number stored against the sandbox's truth, through real OAuth, HTTP and the worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aura.connectors.registry import build_connectors
from aura.model import PLATFORMS
from aura.store.database import Database
from aura.store.secrets import Keyring
from claims.place import Claim, Place, made_brand
from sync.sandboxed import (
    Brand,
    World,
    differences,
    expected,
    rounded,
    running_world,
    selected_accounts,
    stored_metrics,
)

NIGHTS = 8
START = datetime(2026, 10, 28, 10, tzinfo=UTC)
# no platform restates a day that is older
FINAL_AFTER = timedelta(days=91)


@asynccontextmanager
async def opened_brand(database: Database, world: World, place: Place) -> AsyncIterator[Brand]:
    """A brand, and connectors that find the sandbox."""
    user_id, brand_id = await made_brand(database, currency="EUR", timezone="Europe/Berlin")
    connectors = build_connectors(world.settings(place.folder / "home"), clock=world)
    yield Brand(database, Keyring.generate(), world, connectors, user_id, brand_id)
    for connector in connectors.values():
        await connector.aclose()


async def connect(brand: Brand) -> None:
    """Press Allow on the consent pages of all three platforms."""
    for platform in PLATFORMS:
        await brand.connect(platform, currency="EUR")


async def compared(brand: Brand) -> tuple[int, int]:
    """How many values of final days are stored or true, and how many of them differ."""
    last = brand.world().date() - FINAL_AFTER
    accounts = await selected_accounts(brand)
    true_days = expected(
        brand.world.truth(last), first=brand.world.first_day, last=last, accounts=accounts
    )
    days = {key: day for key, day in (await brand.seen(brand.world())).items() if key[3] <= last}
    true_metrics = rounded(true_days, last=last)
    metrics = await stored_metrics(brand, last=last)
    places = metrics.keys() | true_metrics.keys()
    wrong = len(differences(days, true_days))
    wrong += sum(metrics.get(one) != true_metrics.get(one) for one in places)
    values = sum(
        len(days.get(key, {}).keys() | true_days.get(key, {}).keys())
        for key in days.keys() | true_days.keys()
    )
    return values + len(places), wrong


async def claim(place: Place) -> Claim:
    """A backfill, nights with restatements, a return after a quarter; then every final day."""
    with running_world("edges", now=START, seed=3) as world:
        async with place.database() as database, opened_brand(database, world, place) as brand:
            await connect(brand)
            await brand.sync()
            for _ in range(NIGHTS):
                await brand.night()
            # longer than any grant lasts: whoever comes back connects again
            world.set_clock(world() + FINAL_AFTER + timedelta(days=4))
            await connect(brand)
            await brand.sync()
            values, wrong = await compared(brand)
    return Claim(
        "every final day equals the platforms' truth, after restatements",
        f"wrong digits in {wrong} of {values:,} values compared",
        "make test ARGS=tests/sync/test_truth.py",
        wrong == 0 and values > 0,
        {"values": values, "wrong": wrong, "nights": NIGHTS},
    )
