"""Cohorts: who belongs together, what each cost and earned, and what is not known yet."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import InputError, NotFoundError
from aura.model import Order, OrderEvent, Sales
from aura.reports.cohort_table import COHORT_METRICS, cohorts_of, together, with_payback
from aura.reports.cohorts import cohort_metric_of, cohorts, months_of
from aura.store.brand_entries import Entry, add_entries
from aura.store.cohorts import CohortMonth, cohort_months
from aura.store.privacy import Person, redact
from measured_brand import NOW, measure, write_shop_orders

__all__ = ["measure"]

FIRST = datetime(2026, 10, 1, 16, tzinfo=UTC)
INCLUDING_ALL = {"basis": "margin", "includes": ["shipping", "fees"]}


def tangled(random: Random, count: int) -> list[Order]:
    """Orders whose customers and addresses overlap: accounts that share an address and others."""
    found = []
    for number in range(count):
        at = FIRST + timedelta(hours=random.randint(0, 50 * 24))
        returned = Sales(returns=Decimal(random.randint(1, 900)) / 100)
        back = OrderEvent("back", "refund", at + timedelta(days=random.randint(0, 20)), returned)
        found.append(
            Order(
                f"T{number:04}",
                at,
                "USD",
                Sales(gross_sales=Decimal(random.randint(1000, 9000)) / 100),
                is_counted=random.random() > 0.05,
                customer_id=random.choice([None, f"k{random.randint(1, 60)}"]),
                email=random.choice([None, f"a{random.randint(1, 60)}@example.com"]),
                updated_at=at,
                events=(back,) if random.random() < 0.2 else (),
            )
        )
    return found


def plain(orders: list[Order]) -> dict[tuple[date, date], list[Decimal]]:
    """By cohort and month: newcomers, second orders, customers, orders and revenue."""
    found: dict[tuple[date, date], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    first: dict[str, Order] = {}
    seen: dict[str, list[date]] = defaultdict(list)
    belongs: dict[str, str] = {}
    by_id = {one.order_id: one for one in orders}

    def month(moment: datetime) -> date:
        return (moment - timedelta(hours=4 if moment < CLOCK_CHANGE else 5)).date().replace(day=1)

    for order in sorted(orders, key=lambda one: (one.processed_at, one.order_id)):
        keys = [key for key in (order.customer_id, order.email) if key]
        if not order.is_counted or not keys:
            continue
        earlier = [first[key] for key in keys if key in first]
        for key in keys:
            first.setdefault(key, order)
        if earlier:
            pointed = min(earlier, key=lambda one: (one.processed_at, one.order_id))
            belongs[order.order_id] = belongs[pointed.order_id]
        else:
            belongs[order.order_id] = order.order_id
        root = by_id[belongs[order.order_id]]
        at, cohort = month(order.processed_at), month(root.processed_at)
        sums = found[cohort, at]
        past = seen[root.order_id]
        for place, add in enumerate((not past, len(past) == 1, at not in past, 1)):
            sums[place] += int(add)
        past.append(at)
        sums[4] += order.sales.total_sales
        for event in order.events:
            found[cohort, month(event.happened_at)][4] += event.sales.total_sales
    return dict(found)


CLOCK_CHANGE = datetime(2026, 11, 1, 6, tzinfo=UTC)


@pytest.fixture
async def written(database, keyring, measure):
    """A shop whose orders are tangled, all of them known; gives the brand and what was written."""
    made = await measure(platforms={"shopify": "USD", "meta": "USD"})
    async with database.as_owner() as connection:
        await connection.execute("delete from aura.orders where brand_id = %s", [made.brand])
    orders = tangled(Random(7), 500)
    async with database.as_worker(made.brand) as connection:
        await write_shop_orders(connection, keyring, made, orders, complete_history=True)
    return made, orders


async def test_tangled_customers_are_told_apart_as_a_plain_reading_tells_them(database, written):
    made, orders = written
    async with database.as_user(made.person) as connection:
        months, unplaced = await cohort_months(connection, made.brand)
    wanted = plain(orders)
    assert {
        (row.cohort, row.month): [
            row.newcomers,
            row.returned_first,
            row.customers,
            row.orders,
            row.revenue,
        ]
        for row in months
    } == wanted
    nobodys = [one for one in orders if one.is_counted and not (one.customer_id or one.email)]
    assert (unplaced.orders, unplaced.orders_of_redacted) == (len(nobodys), 0)


async def test_sizes_add_up_to_the_new_customers_of_every_month(database, written):
    made, _ = written
    async with database.as_user(made.person) as connection:
        months, _ = await cohort_months(connection, made.brand)
        cursor = await connection.execute(
            "select date_trunc('month', date)::date as month, sum(new_customers) as total"
            " from aura.brand_days where brand_id = %s and platform = 'shopify'"
            " and date >= '2026-10-01' group by 1",
            [made.brand],
        )
        counted = {row["month"]: row["total"] for row in await cursor.fetchall()}
    sizes = {row.month: row.newcomers for row in months if row.newcomers}
    assert sizes == {month: total for month, total in counted.items() if total}


async def test_redacting_customers_moves_no_size_and_loses_no_order(database, keyring, written):
    made, _ = written
    async with database.as_user(made.person) as connection:
        before, nobodys = await cohort_months(connection, made.brand)
    redacted = 0
    async with database.as_worker(made.brand) as connection:
        for number in range(1, 9):
            person = Person(f"k{number}", f"a{number}@example.com")
            redacted += await redact(connection, keyring, made.brand, person)
    async with database.as_user(made.person) as connection:
        after, unplaced = await cohort_months(connection, made.brand)

    def sizes(rows):
        return {row.month: row.newcomers for row in rows if row.newcomers}

    assert redacted > 40
    assert sizes(after) == sizes(before)
    assert unplaced.orders_of_redacted > 0
    assert unplaced.orders - unplaced.orders_of_redacted == nobodys.orders
    assert sum(row.orders for row in after) + unplaced.orders == (
        sum(row.orders for row in before) + nobodys.orders
    )


async def test_a_month_costs_its_ad_spend_and_an_open_one_says_that_it_is_open(database, measure):
    made = await measure()
    report = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    september, october, november = report.cohorts
    async with database.as_user(made.person) as connection:
        cursor = await connection.execute(
            "select sum(ad_spend) as spent, sum(new_customers) as customers from aura.brand_days"
            " where brand_id = %s and date between '2026-10-01' and '2026-10-31'",
            [made.brand],
        )
        row = await cursor.fetchone()
    assert october.size == row["customers"]
    assert october.cac == row["spent"] / row["customers"]
    assert october.payback is None
    assert october.payback_reason == "Costs are not stated for every month"
    # ads were read from the 27th of September on
    assert (september.cac, september.cac_reason) == (
        None,
        "Meta Ads was not read for the whole month",
    )
    assert (november.cac, november.cac_reason) == (None, "The month is not over")
    assert [cell.state for cell in october.cells] == ["over", "open"]
    assert november.is_open
    # the line for all holds what is over, and only that
    assert [cell.age for cell in report.together] == [0, 1]
    assert report.together[1].values["ltv"] == september.cells[1].values["ltv"]


async def test_ad_spend_in_another_currency_costs_what_it_was_worth_on_its_day(database, measure):
    same = await measure(platforms={"shopify": "USD", "meta": "USD"})
    made = await measure(platforms={"shopify": "USD", "meta": "EUR"})
    rate = Entry("rate", "EUR", date(2026, 1, 1), amount=Decimal("1.25"), currency="USD")
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=[rate])
    costs = []
    for one in (same, made):
        report = await cohorts(database, user_id=one.person, brand_id=one.brand, months=12, now=NOW)
        costs.append(report.cohorts[1].cac)
    assert costs[1] == costs[0] * Decimal("1.25")


async def test_money_without_a_rate_makes_no_cac(database, measure):
    made = await measure(platforms={"shopify": "USD", "meta": "XAU"})
    report = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    assert report.cohorts[1].cac_reason == "Ad spend is in XAU, the store in USD"


async def test_without_a_complete_history_there_are_no_cohorts_and_the_reason_is_told(
    database, measure
):
    made = await measure(complete_history=False)
    report = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    assert report.cohorts == ()
    assert "New customers are known from Mon 27 Sep 2027 on" in report.problem
    adless = await measure(platforms={"meta": "USD"})
    report = await cohorts(
        database, user_id=adless.person, brand_id=adless.brand, months=12, now=NOW
    )
    assert report.problem.startswith("No store is connected")


async def test_days_that_the_shop_hid_are_named(database, measure):
    made = await measure()
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = metadata"
            ' || \'{"hidden_days": "{[2026-10-05,2026-10-09)}"}\''
            " where platform = 'shopify' and brand_id = %s",
            [made.brand],
        )
    report = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    assert report.notes[0].startswith("Nothing is known of")
    assert "8 Oct 2026" in report.notes[0]


async def test_a_brand_of_somebody_else_is_not_there(database, measure):
    made, other = await measure(), await measure(name="Theirs")
    with pytest.raises(NotFoundError):
        await cohorts(database, user_id=made.person, brand_id=other.brand, months=12, now=NOW)


def test_an_address_that_makes_no_sense_is_explained() -> None:
    assert (months_of({}), cohort_metric_of({}).key) == (12, "ltv")
    with pytest.raises(InputError, match="6, 12, 24, 36"):
        months_of({"months": "13"})
    with pytest.raises(InputError, match="ltv, contribution"):
        cohort_metric_of({"metric": "roas"})


JANUARY = date(2026, 1, 1)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(1, 9),
        st.decimals(-500, 500, places=2),
    ),
    max_size=8,
    unique_by=lambda row: row[:2],
)


def month_at(number: int) -> date:
    return date(2026, 1 + number, 1)


@given(ROWS, st.integers(1, 200))
def test_cells_cumulate_and_all_together_is_a_ratio_of_sums(rows, days_read) -> None:
    made = [
        CohortMonth(month_at(c), month_at(c + age), n if age == 0 else 0, 0, n, n, revenue)
        for c, age, n, revenue in rows
    ]
    sized = {row.cohort for row in made if row.newcomers}
    made = [row for row in made if row.cohort in sized]
    through = JANUARY + timedelta(days=days_read)
    found = cohorts_of(made, first=JANUARY, through=through)
    for one in found:
        assert set(one.cells[0].values) == set(COHORT_METRICS)
        total = Decimal(0)
        for cell in one.cells:
            total += cell.values["revenue"]
            assert abs(cell.values["ltv"] - total) < Decimal("1e-20")
            assert cell.month <= through
            assert cell.values["contribution"] is None
    for cell in together(found):
        past = [one for one in found if len(one.cells) > cell.age and one.cells[cell.age].is_over]
        size = sum(one.size for one in past)
        value = sum(one.cells[cell.age].values["ltv"] * one.size for one in past) / size
        assert abs(cell.values["ltv"] - value) < Decimal("1e-18")


def test_a_customer_is_paid_back_in_the_first_month_that_earns_the_cost() -> None:
    rows = [
        CohortMonth(JANUARY, month_at(age), 10 if age == 0 else 0, 0, 5, 5, Decimal(400))
        for age in range(3)
    ]
    rates = {month_at(age): Decimal("0.5") for age in range(3)}
    (one,) = cohorts_of(rows, first=JANUARY, through=date(2026, 3, 31), rates=rates)
    assert [cell.values["contribution"] for cell in one.cells] == [20, 40, 60]
    assert with_payback(one, Decimal(40), None).payback == 1
    late = with_payback(one, Decimal("60.01"), None)
    assert (late.payback, late.payback_reason) == (None, "Not earned back yet")
    unknown = with_payback(one, None, "The month is not over")
    assert (unknown.payback, unknown.payback_reason) == (None, "The month is not over")
    (bare,) = cohorts_of(
        rows, first=JANUARY, through=date(2026, 3, 31), rates={JANUARY: Decimal(1)}
    )
    assert [cell.values["contribution"] for cell in bare.cells] == [40, None, None]


async def test_a_stated_margin_gives_contribution_and_payback(database, measure):
    made = await measure()
    stated = Entry(
        "cost",
        "goods",
        date(2026, 1, 1),
        amount=Decimal(60),
        details=INCLUDING_ALL,
    )
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=[stated])
    report = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    assert report.contribution_reason is None
    october = report.cohorts[1]
    async with database.as_user(made.person) as connection:
        cursor = await connection.execute(
            "select sum(gross_sales - discounts - returns) / sum(revenue) as share"
            " from aura.brand_days where brand_id = %s and platform = 'shopify'"
            " and date between '2026-10-01' and '2026-10-31'",
            [made.brand],
        )
        share = (await cursor.fetchone())["share"] * Decimal("0.6")
    first = october.cells[0]
    assert round(first.values["contribution"], 12) == round(first.values["ltv"] * share, 12)
    assert october.contribution_per_customer == october.cells[-1].values["contribution"]
    # 40 and more of ad spend for each of a few customers a day is not earned with one order
    earned = [cell.age for cell in october.cells if cell.values["contribution"] >= october.cac]
    assert october.payback == (earned[0] if earned else None)
    assert (october.payback_reason is None) == bool(earned)


async def test_revenue_is_what_the_brand_calls_so(database, measure):
    made = await measure()
    whole = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    async with database.as_owner() as connection:
        await connection.execute(
            "update aura.brand_settings set revenue_basis = 'net_sales' where brand_id = %s",
            [made.brand],
        )
    net = await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)
    for before, after in zip(whole.cohorts, net.cohorts, strict=True):
        # each order carries 4.90 of shipping and 2.05 of taxes
        assert before.revenue - after.revenue == before.orders * Decimal("6.95")


async def test_contribution_is_in_the_stores_currency_whatever_the_brands_is(database, measure):
    """A margin is a share: it leaves the same share of the revenue, whatever it is shown in."""
    stated = Entry("cost", "goods", date(2026, 1, 1), amount=Decimal(60), details=INCLUDING_ALL)
    rate = Entry("rate", "EUR", date(2026, 1, 1), amount=Decimal("1.25"), currency="USD")
    found = []
    for currency, entries in (("EUR", [stated]), ("USD", [stated, rate])):
        made = await measure(currency=currency, platforms={"shopify": "EUR", "meta": "EUR"})
        async with database.as_user(made.person) as connection:
            await add_entries(connection, brand_id=made.brand, entries=entries)
        report = await cohorts(
            database, user_id=made.person, brand_id=made.brand, months=12, now=NOW
        )
        found.append([cell.values["contribution"] for cell in report.cohorts[1].cells])
    assert [round(value, 9) for value in found[1]] == [round(value, 9) for value in found[0]]
