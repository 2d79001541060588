"""A brand connected to a running sandbox: what is stored of it, and what is true.

The clock of both is one: whoever asks `world()` for the time gets the sandbox's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.model import PLATFORMS
from aura.sync import connect
from aura.sync.schedule import Worker
from sandbox_fixture import RunningSandbox, running_sandbox

ANCHOR = date(2026, 11, 22)
SESSION = b"s" * 32
REDIRECT = "http://127.0.0.1:1/connections/callback"
MONEY = ("revenue", "gross_sales", "discounts", "returns", "shipping", "taxes", "duties")
ADS = (
    "ad_spend",
    "impressions",
    "clicks",
    "all_clicks",
    "conversions",
    "conversion_value",
    "conversions_by_conversion_date",
    "conversion_value_by_conversion_date",
)
CENT = Decimal("0.01")

DAYS = """
    select e.platform, e.level, e.external_id, d.*
    from (
        select brand_id, entity_id, date, observed_at, '9999-12-31'::timestamptz as replaced_at,
            revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders,
            new_customers, ad_spend, impressions, clicks, all_clicks, conversions,
            conversion_value, conversions_by_conversion_date, conversion_value_by_conversion_date
        from aura.entity_days
        union all
        select brand_id, entity_id, date, observed_at, replaced_at,
            revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders,
            new_customers, ad_spend, impressions, clicks, all_clicks, conversions,
            conversion_value, conversions_by_conversion_date, conversion_value_by_conversion_date
        from aura.revisions
    ) as d
    inner join aura.entities as e on e.id = d.entity_id
    where
        d.brand_id = %(brand_id)s and d.observed_at <= %(moment)s and %(moment)s < d.replaced_at
"""
METRICS = """
    select i.platform, m.date, m.metric_type, m.value
    from public.metrics as m inner join public.integrations as i on i.id = m.integration_id
    where m.brand_id = %(brand_id)s
"""


@dataclass
class World:
    """A running sandbox and the time that it is there."""

    sandbox: RunningSandbox
    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def set_clock(self, now: datetime) -> None:
        self.now = self.sandbox.clock(now)

    def truth(self, last: date, *, as_of: Any = "final") -> dict[str, Any]:
        return self.sandbox.truth(self.first_day, last, as_of=as_of)

    @property
    def first_day(self) -> date:
        return self.sandbox.first_day

    def allow(self, address: str, *, decline: Sequence[str] = ()) -> dict[str, str]:
        """What a person's browser brings back after pressing Allow, with some wishes left out."""
        back = self.sandbox.approve(address, decline=decline)
        return dict(parse_qsl(urlsplit(back).query))

    def settings(self, home: Path) -> Settings:
        made = self.sandbox.settings().items()
        return Settings(home=home, **{k.removeprefix("AURA_").lower(): v for k, v in made})


@contextlib.contextmanager
def running_world(scenario: str, *, now: datetime, seed: int, plan: str | None = None):
    """A sandbox whose clock stands at `now`; it ends with the block."""
    with running_sandbox(scenario, seed=seed, anchor=ANCHOR, now=now, plan=plan) as sandbox:
        yield World(sandbox, now)


class Brand:
    """A brand connected to the sandbox's three platforms, and what is stored of it."""

    def __init__(self, database, keyring, world, connectors, person, brand_id):
        self.database = database
        self.keyring = keyring
        self.world = world
        self.connectors = connectors
        self.person = person
        self.brand_id = brand_id
        self.worker = Worker(database, keyring, connectors, world, backfill_days=400)
        self.integrations = {}

    async def connect(self, platform, *, currency=None):
        shop = self.world.sandbox.shop if platform == "shopify" else None
        facts = {"user_id": self.person, "platform": platform, "redirect_uri": REDIRECT}
        facts |= {"session_hash": SESSION, "now": self.world()}
        address = await connect.begin(
            self.database, self.connectors, brand_id=self.brand_id, shop=shop, **facts
        )
        made = await connect.complete(
            self.database, self.keyring, self.connectors, query=self.world.allow(address), **facts
        )
        if made.needs_choice:
            await connect.choose_accounts(
                self.database,
                user_id=self.person,
                integration_id=made.integration_id,
                external_ids=[one.external_id for one in made.accounts if one.currency == currency],
                now=self.world(),
            )
        self.integrations[platform] = made.integration_id

    async def night(self, *, days=1):
        self.world.set_clock(self.world() + timedelta(days=days))
        return await self.sync()

    async def hurry(self):
        """Press `sync now` at every platform."""
        for integration_id in self.integrations.values():
            await connect.sync_now(
                self.database,
                user_id=self.person,
                integration_id=integration_id,
                now=self.world(),
            )

    async def sync(self):
        """Everything that is due, of all brands."""
        results = await self.worker.run_due_once()
        assert [one for one in results if one.outcome != "succeeded"] == []
        return results

    async def rows(self, query, **parameters):
        async with self.database.as_owner() as connection:
            return await (await connection.execute(query, parameters)).fetchall()

    async def seen(self, moment):
        """What was stored at a moment, by platform, level, entity and day that had any."""
        found = {}
        for row in await self.rows(DAYS, moment=moment, brand_id=self.brand_id):
            names = (*MONEY, "orders", "new_customers") if row["platform"] == "shopify" else ADS
            figures = {name: row[name] for name in names if row[name] is not None}
            if row["platform"] == "shopify" or any(figures.values()):
                key = row["platform"], row["level"], row["external_id"], row["date"]
                assert key not in found
                found[key] = figures
        return found


def expected(truth, *, first, last, accounts):
    """The truth in the same shape, for days of a range and the accounts that are read."""
    found = {}

    def put(platform, level, external_id, days):
        for day, figures in days.items():
            if first <= date.fromisoformat(day) <= last:
                values = {name: Decimal(str(value)) for name, value in figures.items()}
                if platform == "google_ads":
                    # Google knows one kind of click
                    values.pop("all_clicks", None)
                found[platform, level, external_id, date.fromisoformat(day)] = values

    put("shopify", "account", truth["shop"]["domain"], truth["shopify"])
    for platform in ("meta", "google_ads"):
        for account_id in accounts[platform]:
            account = truth[platform]["accounts"][account_id]
            put(platform, "account", account_id, account["account"])
            for campaign_id, campaign in account["campaigns"].items():
                put(platform, "campaign", campaign_id, campaign["days"])
    return found


def differences(seen, wanted):
    """Every figure that is not the same, named: key, figure, stored, true."""
    return [
        (*key, name, seen.get(key, {}).get(name), wanted.get(key, {}).get(name))
        for key in sorted(seen.keys() | wanted.keys())
        for name in sorted(seen.get(key, {}).keys() | wanted.get(key, {}).keys())
        if seen.get(key, {}).get(name) != wanted.get(key, {}).get(name)
    ]


@pytest.fixture
def make_connected(database, keyring, make_person, make_brand, tmp_path):
    @contextlib.asynccontextmanager
    async def make_connected(
        world, *, currency="USD", timezone="America/New_York", platforms=PLATFORMS
    ):
        connectors = build_connectors(world.settings(tmp_path), clock=world)
        person = await make_person()
        brand_id = await make_brand(person, currency=currency, timezone=timezone)
        brand = Brand(database, keyring, world, connectors, person, brand_id)
        try:
            for platform in platforms:
                await brand.connect(platform, currency=currency)
            yield brand
        finally:
            for connector in connectors.values():
                await connector.aclose()

    return make_connected


async def selected_accounts(brand):
    rows = await brand.rows(
        "select i.platform, a.external_id from aura.accounts as a"
        " inner join public.integrations as i on i.id = a.integration_id"
        " where a.is_selected and a.brand_id = %(brand_id)s",
        brand_id=brand.brand_id,
    )
    found = {"meta": [], "google_ads": []}
    for row in rows:
        found.setdefault(row["platform"], []).append(row["external_id"])
    return found


def rounded(truth, *, last):
    """What public.metrics must hold of the truth: accounts added up, then two digits, half up."""
    found = {}
    for key, figures in truth.items():
        platform, level, _, day = key
        names = ("revenue", "orders", "new_customers") if platform == "shopify" else ADS[:3]
        if level != "account" or day > last:
            continue
        for name in (*names, *(() if platform == "shopify" else ("conversions",))):
            if name not in figures:
                continue
            place = platform, day, name
            found[place] = found.get(place, Decimal(0)) + figures[name]
    return {key: value.quantize(CENT, ROUND_HALF_UP) for key, value in found.items()}


async def stored_metrics(brand, *, last):
    return {
        (row["platform"], row["date"], row["metric_type"]): row["value"]
        for row in await brand.rows(METRICS, brand_id=brand.brand_id)
        if row["date"] <= last
    }


async def assert_every_night(brand, moments):
    """Stored, now or superseded since: exactly what the platforms knew at each moment."""
    accounts = await selected_accounts(brand)
    first = brand.world.first_day
    for moment in moments:
        truth = brand.world.truth(moment.date(), as_of=moment)
        wanted = expected(truth, first=first, last=moment.date(), accounts=accounts)
        wanted = {key: days for key, days in wanted.items() if key[0] in brand.integrations}
        wrong = differences(await brand.seen(moment), wanted)
        assert wrong == [], f"{len(wrong)} figures of {moment} are wrong"
