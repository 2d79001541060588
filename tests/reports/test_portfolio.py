"""All brands side by side: each as on its own overview, none of anybody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from aura.errors import InputError
from aura.model import DayRange
from aura.reports.overview import overview
from aura.reports.periods import preset_of
from aura.reports.portfolio import COLUMNS, brands_question, portfolio
from measured_brand import NOW, YESTERDAY, measure

__all__ = ["measure"]

WEEK = DayRange(YESTERDAY - timedelta(days=6), YESTERDAY)


@pytest.fixture
def ask(database):
    async def ask(person, now=NOW, days=7, **query):
        return await portfolio(
            database, user_id=person, days=days, question=brands_question(query), now=now
        )

    return ask


@pytest.fixture
async def two(measure):
    first = await measure(name="Aurora")
    second = await measure(
        person=first.person, name="Boreal", currency="EUR", through={"meta": date(2026, 11, 12)}
    )
    return first, second


async def test_each_brand_stands_as_on_its_own_overview(two, ask, database):
    report = await ask(two[0].person)
    assert [line.brand.name for line in report.lines] == ["Aurora", "Boreal"]
    for line in report.lines:
        own = await overview(
            database, user_id=two[0].person, brand_id=line.brand.id, days=WEEK, now=NOW
        )
        assert line.figures == tuple(own.figure(key) for key in COLUMNS)
        assert line.figures[0].currency == line.brand.currency


async def test_a_late_source_is_named_and_blanks_what_depends_on_it(two, ask):
    late, good = (await ask(two[0].person, sort="name", order="desc")).lines
    assert (late.data, good.data) == ("late", "up to date")
    assert late.data_sentence.startswith("Meta Ads: Data through")
    assert late.value("mer") is None
    assert late.value("revenue") is not None


async def test_unknown_stands_last_in_either_order(two, ask):
    for order in ("asc", "desc"):
        report = await ask(two[0].person, sort="mer", order=order)
        assert [line.brand.name for line in report.lines] == ["Aurora", "Boreal"]


async def test_a_search_and_a_stranger_find_what_is_theirs(two, ask, measure):
    other = await measure(name="Aurora of others")
    assert [line.brand.name for line in (await ask(two[0].person, search="AUR")).lines] == [
        "Aurora"
    ]
    assert [line.brand.name for line in (await ask(other.person)).lines] == ["Aurora of others"]


async def test_a_brand_without_a_source_says_so_and_holds_no_zero(ask, make_person, make_brand):
    person = await make_person()
    await make_brand(person, name="New")
    (line,) = (await ask(person)).lines
    assert line.data == "nothing connected"
    assert all(figure.value is None for figure in line.figures)


async def test_yesterday_is_each_brands_own(ask, make_person, make_brand, database):
    """When it is Monday in Auckland and Sunday in Honolulu, the last 7 days differ."""
    person = await make_person()
    zones = ("Pacific/Auckland", "Pacific/Honolulu")
    for zone in zones:
        brand = await make_brand(person, name=zone, timezone=zone)
        async with database.as_owner() as connection:
            await connection.execute(
                "insert into public.integrations (brand_id, platform, status, metadata)"
                " values (%s, 'shopify', 'connected',"
                ' \'{"known_from": "2026-10-01", "known_through": "2026-11-30"}\')',
                [brand],
            )
            await connection.execute(
                "insert into aura.brand_days (brand_id, date, platform, currency, revenue)"
                " select %s, day, 'shopify', 'USD', extract(doy from day)"
                " from generate_series(date '2026-10-01', '2026-11-30', '1 day') as day",
                [brand],
            )
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    report = await ask(person, now=now, sort="name")
    sums = [line.value("revenue") for line in report.lines]
    # Auckland: 16 to 22 November; Honolulu: 15 to 21
    assert sums == [sum(range(320, 327)), sum(range(319, 326))]


@pytest.mark.parametrize("query", [{"days": "30"}, {"days": "x"}, {"days": "0"}])
def test_other_ranges_are_refused_in_words(query):
    with pytest.raises(InputError, match="7, 28, 91, 365 days"):
        preset_of(query)
