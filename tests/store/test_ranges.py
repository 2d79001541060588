"""A question about some days of a brand reads those days, not the brand's whole history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from aura.model import DayRange
from aura.store.reports import NO_RATES, RateArrays, range_parameters, rate_parameters
from aura.store.statements import statements
from plan_rows import rows_read

BRANDS, HISTORY, DAYS = 400, 3000, 30
LAST = date(2026, 11, 21)
RANGE = DayRange(LAST - timedelta(days=DAYS - 1), LAST)
RATES = RateArrays(
    "EUR",
    [day for one in (RANGE.previous(), RANGE) for day in one.days()],
    ["USD"] * 2 * DAYS,
    [Decimal("0.9")] * 2 * DAYS,
)
EARLIER = datetime(2026, 11, 20, tzinfo=UTC)
FILL = """
insert into public.brands (user_id, name)
select %(person)s, 'Brand ' || n from generate_series(1, %(brands)s) as n;
insert into public.integrations (brand_id, platform, status)
select id, 'meta', 'connected' from public.brands;
insert into aura.entities (brand_id, integration_id, platform, level, external_id, name)
select brand_id, id, 'meta', 'account', 'a', 'Main' from public.integrations;
insert into aura.entities
    (brand_id, integration_id, platform, level, external_id, name, parent_id)
select brand_id, integration_id, 'meta', 'campaign', 'c', 'One', id from aura.entities;
create temporary table d on commit drop as
select b.id as brand_id, %(last)s::date - n as date
from public.brands as b
cross join generate_series(0, case when b.name = 'Brand 1' then %(history)s else 6 end - 1) as n;
insert into aura.brand_days (brand_id, date, platform, currency, ad_spend)
select d.brand_id, d.date, 'meta', 'USD', 1 from d;
insert into aura.entity_days (brand_id, entity_id, date, currency, observed_at, source, ad_spend)
select e.brand_id, e.id, d.date, 'USD', d.date, 'api', 1
from d inner join aura.entities as e on e.brand_id = d.brand_id and e.level = 'campaign'
"""


@pytest.fixture
async def years(make_person, superuser_url):
    """The person and the brand, of many, that has years of days: the planner expects few."""
    person = await make_person()
    parameters = {"person": person, "brands": BRANDS, "last": LAST, "history": HISTORY}
    with psycopg.connect(superuser_url) as connection:
        for statement in FILL.split(";"):
            connection.execute(statement, parameters)
        [brand] = connection.execute(
            "select id from public.brands where name = 'Brand 1'"
        ).fetchone()
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("vacuum (analyze) aura.brand_days, aura.entity_days, public.brands")
    return person, brand


@pytest.fixture
def plan(database, years):
    """How the server answered the brand's owner, about the days and those before."""
    person, brand = years

    async def plan(topic, name, *, rates=NO_RATES, as_of=None):
        parameters = range_parameters(brand, RANGE, RANGE.previous()) | rate_parameters(rates)
        async with database.as_user(person) as connection:
            cursor = await connection.execute(
                f"explain (analyze, format json) {statements(topic)[name]}",
                parameters | {"as_of": as_of},
            )
            return (await cursor.fetchone())["QUERY PLAN"][0]["Plan"]

    return plan


async def test_years_of_history_are_not_read_for_a_month_and_the_one_before(plan):
    for topic, name, options, relation in (
        ("reports", "totals_and_days", {}, "brand_days"),
        ("reports", "totals_and_days_anew", {"rates": RATES}, "brand_days"),
        ("reports", "totals_and_days_anew", {"as_of": EARLIER}, "entity_days"),
        ("campaigns", "totals", {}, "entity_days"),
        ("campaigns", "totals_anew", {"rates": RATES}, "entity_days"),
        ("campaigns", "totals_anew", {"as_of": EARLIER}, "entity_days"),
    ):
        read = rows_read(await plan(topic, name, **options), relation)
        assert 0 < read <= 2 * DAYS, (name, options)


async def test_the_rates_are_not_looked_through_for_every_row(plan):
    for topic, name in (("reports", "totals_and_days_anew"), ("campaigns", "totals_anew")):
        assert rows_read(await plan(topic, name, rates=RATES), "x") == 2 * DAYS, name
