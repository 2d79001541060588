"""One number everywhere: every metric on the page, in the API, in the shell and in exports."""

from __future__ import annotations

from datetime import timedelta

import httpx

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.metrics import CATALOGUE
from aura.model import PLATFORMS, DayRange
from aura.reports.overview import overview
from aura.store.database import Database
from browserless import ADDRESS, Browser
from claims.place import EMAIL, PASSWORD, Claim, Place
from claims.truth import START, opened_brand
from faces import compared, values_by_face
from sync.sandboxed import Brand, running_world

NIGHTS = 2
DAYS = 28


async def claim(place: Place) -> Claim:
    """A brand in euros with refunds, edits and restatements, asked about on every face."""
    with running_world("edges", now=START, seed=5) as world, place.database_url() as url:
        database = await Database.open(url, pool_size=4)
        try:
            async with opened_brand(database, world, place) as brand:
                for platform in PLATFORMS:
                    await brand.connect(platform, currency="EUR")
                await brand.sync()
                for _ in range(NIGHTS):
                    await brand.night()
                values, differing = await _compared(place, url, brand)
        finally:
            await database.close()
    return Claim(
        "page, API, shell and exports give the same number",
        f"{len(differing)} of {values:,} values differ",
        "make test ARGS=tests/api/test_parity.py",
        not differing and values > 3 * len(CATALOGUE),
        {"values": values, "differing": len(differing)},
    )


async def _compared(place: Place, url: str, brand: Brand) -> tuple[int, list[tuple[str, str]]]:
    now = brand.world()
    last = now.date() - timedelta(days=1)
    days = DayRange(last - timedelta(days=DAYS - 1), last)
    whose = {"brand_id": brand.brand_id, "user_id": brand.person}
    report = await overview(brand.database, **whose, days=days, now=now, metrics=list(CATALOGUE))
    settings = brand.world.settings(place.folder / "home")
    application = compose(
        database=brand.database,
        keyring=brand.keyring,
        connectors=brand.connectors,
        signer=TokenSigner.load_or_make(settings),
        settings=settings,
        clock=brand.world,
    )
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        browser = Browser(client)
        await browser.submit("/sign-in", "/sign-in", email=EMAIL, password=PASSWORD)
        found = await values_by_face(
            brand.database,
            browser,
            url=url,
            home=settings.home,
            person=brand.person,
            brand=brand.brand_id,
            days=days,
            now=now,
        )
    return compared(found, {figure.metric.key: figure.value for figure in report.figures})
