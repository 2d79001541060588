"""A store of SIZE account-level metric rows, made fast: indexes dropped, filled by day, made anew.

Values follow from the numbers of brand, day and figure alone, so that another engine can make the
same rows from the same formula. The heap lies as nightly syncs leave it: day after day, brand after
brand. Ids are uuid v7, foreign keys hold by construction.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import psycopg

from aura.accounts.people import sign_up
from aura.model import DayRange
from aura.store.database import Database
from aura.store.migrate import migrate

# of a shop three, of each ad platform four
TYPES = 11
DAYS = 3637
LAST = date(2026, 11, 21)
FIRST = LAST - timedelta(days=DAYS - 1)
CAMPAIGNS, MANY_CAMPAIGNS = 40, 200
CAMPAIGN_DAYS = 200
# brands of the person whose pages are asked for; everybody else has two
BRANDS_OF_ONE = 100
EMAIL, PASSWORD = "owner@scale.example", "a long enough password 1"


@dataclass(frozen=True)
class Store:
    """A filled database; brand n has the id brands[n - 1]."""

    url: str
    superuser_url: str
    person: UUID
    brands: tuple[UUID, ...]

    @property
    def own_brands(self) -> tuple[UUID, ...]:
        return self.brands[:BRANDS_OF_ONE]


# a made-up amount below 10007 from the numbers of brand, day and figure; DuckDB has the same
AMOUNT = "((b.n::bigint * 7919 + d.n::bigint * 104729 + {} * 1299721) % 10007)"
PEOPLE = """
create temporary table b as
select n, gen_random_uuid() as id,
    case when n <= %(of_one)s then %(person)s::uuid end as user_id
from generate_series(1, %(brands)s) as n;
insert into public.users (id, email, password_hash)
select gen_random_uuid(), 'person-' || n || '@scale.example', '!'
from generate_series(1, (select (count(*) + 1) / 2 from b where user_id is null)) as n;
update b set user_id = u.id
from public.users as u
where b.user_id is null
    and u.email = 'person-' || (b.n - %(of_one)s + 1) / 2 || '@scale.example';
insert into public.brands (id, user_id, name, currency, timezone)
select id, user_id, 'Brand ' || n, 'USD', 'UTC' from b;
insert into aura.brand_settings (brand_id, history_complete_from) select id, %(first)s from b;
insert into public.integrations
    (brand_id, platform, status, platform_account_id, last_sync_at, metadata)
select b.id, p, 'connected', 'account', now(), jsonb_build_object(
    'known_from', %(first)s::date, 'known_through', %(last)s::date)
from b cross join unnest(array['shopify', 'meta', 'google_ads']) as p;
insert into aura.accounts
    (brand_id, integration_id, external_id, name, currency, timezone, is_selected)
select brand_id, id, 'account', 'Account', 'USD', 'UTC', true from public.integrations;
insert into aura.entities (brand_id, integration_id, platform, level, external_id, name)
select brand_id, id, platform, 'account', 'account', 'Account' from public.integrations;
insert into aura.entities
    (brand_id, integration_id, platform, level, external_id, parent_id, name, status)
select e.brand_id, e.integration_id, e.platform, 'campaign', c::text, e.id, 'Campaign ' || c, 'on'
from b
inner join aura.entities as e on e.brand_id = b.id and e.platform <> 'shopify'
cross join generate_series(1, case when b.n = 1 then %(many)s else %(campaigns)s end / 2) as c;
create temporary table d as select n, %(first)s::date + n as date
from generate_series(0, %(days)s - 1) as n;
create temporary table p as
select b.n, b.id, i.platform, i.id as integration_id, e.id as entity_id
from b
inner join public.integrations as i on i.brand_id = b.id
inner join aura.entities as e on e.integration_id = i.id and e.level = 'account';
analyze b; analyze d; analyze p; analyze aura.entities;
"""
# a measure's column in the rollup, whether a shop states it, and how the amount becomes it
MEASURES = {
    "revenue": (True, "500 + {} / 100.0"),
    "gross_sales": (True, "560 + {} / 100.0"),
    "discounts": (True, "{} / 500.0"),
    "returns": (True, "{} / 900.0"),
    "shipping": (True, "{} / 700.0"),
    "taxes": (True, "{} / 800.0"),
    "duties": (True, "{} * 0"),
    "orders": (True, "{} % 300"),
    "new_customers": (True, "{} % 200"),
    "ad_spend": (False, "10 + {} / 100.0"),
    "impressions": (False, "{} * 10"),
    "clicks": (False, "{} % 900"),
    "all_clicks": (False, "{} % 950"),
    "conversions": (False, "{} % 90"),
    "conversion_value": (False, "{} / 50.0"),
}
METRIC_TYPES = {
    "revenue": "shopify",
    "orders": "shopify",
    "new_customers": "shopify",
    "ad_spend": "ads",
    "impressions": "ads",
    "clicks": "ads",
    "conversions": "ads",
}


def _value(measure: str) -> str:
    number = list(MEASURES).index(measure)
    return f"round({MEASURES[measure][1].format(AMOUNT.format(number))}, 2)"


def _columns(*, platform: str, shop: bool) -> str:
    return ", ".join(
        f"case when {platform} {'=' if of_shop else '<>'} 'shopify' then {_value(name)} end"
        for name, (of_shop, _) in MEASURES.items()
        if shop or not of_shop
    )


def _days(into: str, key: str, source: str) -> str:
    names = ", ".join(MEASURES)
    return f"insert into {into} ({key}, {names}) {source}"


_METRICS = " union all ".join(
    f"select b.id, b.integration_id, '{name}', {_value(name)},"
    + (
        "jsonb_build_object('gross_sales', {}, 'discounts', {}, 'returns', {}, 'net_sales', 1,"
        " 'shipping', {}, 'taxes', {}, 'duties', {})".format(
            *map(_value, ("gross_sales", "discounts", "returns", "shipping", "taxes", "duties"))
        )
        if name == "revenue"
        else f"jsonb_build_object('conversion_value', {_value('conversion_value')})"
        if name == "conversions"
        else "'{}'::jsonb"
    )
    + f" where b.platform {'=' if of == 'shopify' else '<>'} 'shopify'"
    for name, of in METRIC_TYPES.items()
)
FILL = {
    "public.metrics": f"""
        insert into public.metrics
            (id, brand_id, integration_id, date, metric_type, value, currency, metadata)
        select uuidv7(), m.brand_id, m.integration_id, d.date, m.metric_type, m.value, 'USD', m.data
        from d cross join p as b
        cross join lateral ({_METRICS}) as m (brand_id, integration_id, metric_type, value, data)
        """,
    "aura.brand_days": _days(
        "aura.brand_days",
        "brand_id, date, platform, currency",
        "select b.id, d.date, b.platform, 'USD', "
        + _columns(platform="b.platform", shop=True)
        + " from d cross join p as b",
    ),
    "aura.entity_days": _days(
        "aura.entity_days",
        "brand_id, entity_id, date, currency, observed_at",
        "select b.id, b.entity_id, d.date, 'USD', d.date + interval '1 day', "
        + _columns(platform="b.platform", shop=True)
        + " from d cross join (select * from p union all"
        " select b.n, e.brand_id, e.platform, e.integration_id, e.id from b"
        " inner join aura.entities as e on e.brand_id = b.id and e.level = 'campaign') as b"
        f" where d.n >= {DAYS - CAMPAIGN_DAYS} or b.entity_id in (select entity_id from p)",
    ),
}

# what the triggers of the rollup would have made, which are off while it is filled
MONTHS = """
select aura.add_up_months(array_agg(t.brand_id), array_agg(t.month), array_agg(t.platform))
from (
    select distinct brand_id, platform, date_trunc('month', date::timestamp)::date as month
    from aura.brand_days
) as t
"""

# how each index of a table is dropped and made anew; a key's goes and comes with its constraint
INDEXES = """
select
    format('alter table %%s drop constraint %%I', conrelid::regclass, conname),
    format('alter table %%s add constraint %%I %%s',
        conrelid::regclass, conname, pg_get_constraintdef(oid))
from pg_constraint
where conrelid = %(table)s::regclass and contype in ('p', 'u')
union all
select format('drop index %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
from pg_index
where indrelid = %(table)s::regclass and indexrelid not in (
    select conindid from pg_constraint
    where conrelid = %(table)s::regclass and contype in ('p', 'u'))
"""


def fill(superuser_url: str, person: UUID, brands: int) -> tuple[UUID, ...]:
    """Fill an empty, migrated database; the ids of the brands in the order of their numbers."""
    parameters = {
        "brands": brands,
        "of_one": BRANDS_OF_ONE,
        "person": person,
        "first": FIRST,
        "last": LAST,
        "days": DAYS,
        "campaigns": CAMPAIGNS,
        "many": MANY_CAMPAIGNS,
    }
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        # foreign keys hold by construction; checking twenty million rows would take minutes
        connection.execute("set session_replication_role = replica")
        connection.execute("set maintenance_work_mem = '1GB'")
        connection.execute("set work_mem = '256MB'")
        for statement in PEOPLE.split(";")[:-1]:
            connection.execute(statement, parameters)  # type: ignore[arg-type]
        for table, statement in FILL.items():
            _fill(connection, table, statement)
        connection.execute(MONTHS)
        for table in (
            *FILL,
            "aura.brand_months",
            "public.brands",
            "aura.entities",
            "aura.accounts",
        ):
            connection.execute(f"vacuum (analyze) {table}")  # type: ignore[arg-type]
        connection.execute("checkpoint")
        rows = connection.execute("select id from b order by n").fetchall()
    return tuple(row[0] for row in rows)


def _fill(connection: psycopg.Connection, table: str, statement: str) -> None:
    """In one transaction with the emptying of the table, which spares the write-ahead log."""
    with connection.transaction():
        connection.execute(f"truncate {table}")  # type: ignore[arg-type]
        indexes = connection.execute(INDEXES, {"table": table}).fetchall()
        for drop, _ in indexes:
            connection.execute(drop)
        connection.execute(statement)  # type: ignore[arg-type]
        for _, make in indexes:
            connection.execute(make)


def made_store(url: str, superuser_url: str, *, rows: int) -> Store:
    """Migrate the database and fill it with about that many rows of `public.metrics`."""
    person = asyncio.run(prepared(url))
    brands = fill(superuser_url, person, max(1, round(rows / (DAYS * TYPES))))
    return Store(url, superuser_url, person, brands)


async def prepared(url: str) -> UUID:
    """The schema, and the person whose brands are asked about."""
    await migrate(url)
    database = await Database.open(url, pool_size=1)
    try:
        person = await sign_up(database, email=EMAIL, password=PASSWORD, name="Owner")
    finally:
        await database.close()
    return person.id


def last_days(count: int) -> tuple[DayRange, DayRange]:
    """The last days of the store and as many before them."""
    first = LAST - timedelta(days=count - 1)
    return DayRange(first, LAST), DayRange(first - timedelta(days=count), first - timedelta(days=1))
