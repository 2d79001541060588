"""What a person types: read exactly or refused with what to write, and kept once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.accounts.brand_settings import change_settings
from aura.accounts.statements import (
    WHATS,
    check_statement,
    read_amount,
    state,
    withdraw,
    withdraw_files,
)
from aura.errors import FieldsError, InputError, NotFoundError
from aura.store.brand_entries import BEGINNING, Entry, add_entries, entries, promotion_days
from aura.store.reports import brand as brand_row

TODAY = date(2026, 11, 22)
KINDS = ("cost", "spend", "target", "promotion", "rate")


def check(what, **fields):
    named = {name.replace("first", "from"): text for name, text in fields.items()}
    return check_statement(what, named, currency="EUR", today=TODAY)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("1234", "1234"),
        ("1234.5", "1234.5"),
        ("12,50", "12.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1 234.50", "1234.50"),
        ("60 %", "60"),
    ],
)
def test_amounts_as_people_write_them(text, amount):
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "1,234", "-5", "abc", "1.2.3", "€5", "1e9", "٣", "9" * 20])
def test_an_amount_that_could_be_two_or_none_is_refused(text):
    with pytest.raises(InputError):
        read_amount(text)


@given(st.decimals(0, 10**9, places=2))
def test_an_amount_that_was_written_plainly_is_read_as_it_is(amount):
    assert read_amount(f"{amount:f}") == amount


def test_each_form_makes_its_statement():
    assert check("goods", amount="60", includes_fees="yes") == Entry(
        "cost",
        "goods",
        BEGINNING,
        amount=Decimal(60),
        details={"basis": "margin", "includes": ["fees"]},
    )
    assert check("goods", basis="order", amount="9", first="2026-03-01") == Entry(
        "cost", "goods", date(2026, 3, 1), None, "once", Decimal(9), "EUR"
    )
    assert check("shipping", amount="4.50").currency == "EUR"
    assert check("fees", percent="2.9", amount="0.25").details == {"percent": "2.9"}
    rent = check("other", name="Rent", amount="3100", every="monthly", first="2026-01-01")
    assert (rent.kind, rent.name, rent.cadence) == ("cost", "Rent", "monthly")
    fair = check("spend", name=" Trade  fair ", amount="500", every="once", first="2026-05-01")
    assert (fair.name, fair.last_day) == ("Trade fair", date(2026, 5, 1))
    sale = check("promotion", name="Black Friday", first="2026-11-27", to="2026-11-30")
    assert (sale.first_day, sale.last_day) == (date(2026, 11, 27), date(2026, 11, 30))


def test_a_target_is_for_one_month_or_for_every_month_from_this_one():
    every = check("target", metric="revenue", amount="90000")
    assert (every.first_day, every.last_day, every.currency) == (date(2026, 11, 1), None, "EUR")
    february = check("target", metric="mer", amount="3.5", month="2028-02")
    assert (february.first_day, february.last_day) == (date(2028, 2, 1), date(2028, 2, 29))
    assert february.currency is None
    assert check("target", metric="ad_cost_share", amount="25").amount == Decimal("0.25")


@pytest.mark.parametrize(
    ("what", "fields", "wrong"),
    [
        ("goods", {"amount": "140"}, {"amount"}),
        ("goods", {}, {"amount"}),
        ("fees", {"percent": "x", "amount": "-1"}, {"percent", "amount"}),
        ("spend", {"amount": "5", "every": "yearly"}, {"name", "every"}),
        ("spend", {"name": "a" * 81, "amount": "5"}, {"name"}),
        ("spend", {"name": "a", "amount": "5", "currency": "EURO"}, {"currency"}),
        ("other", {"name": "Shipping", "amount": "5"}, {"name"}),
        ("shipping", {"amount": "5", "first": "1.3.2026"}, {"from"}),
        ("shipping", {"amount": "5", "first": "0001-01-01"}, {"from"}),
        ("shipping", {"amount": "5", "first": "2026-03-02", "to": "2026-03-01"}, {"to"}),
        ("target", {"metric": "nonsense", "amount": "5", "month": "2026-13"}, {"metric", "month"}),
        ("promotion", {"name": "Sale"}, {"from"}),
        ("rate", {"name": "dollars", "amount": "0"}, {"name", "amount"}),
        ("rate", {"name": "eur", "amount": "1"}, {"name"}),
        ("rate", {"name": "XXX", "amount": "0,8534"}, {"name", "amount"}),
    ],
)
def test_every_wrong_field_is_named_at_once(what, fields, wrong):
    with pytest.raises(FieldsError) as refused:
        check(what, **fields)
    assert set(refused.value.problems) == wrong


@given(
    st.sampled_from(WHATS),
    st.dictionaries(
        st.sampled_from(
            ["name", "amount", "percent", "every", "from", "to", "month", "metric", "currency"]
        ),
        st.text(max_size=20),
    ),
)
def test_any_text_makes_a_statement_or_a_refusal(what, fields):
    try:
        made = check_statement(what, fields, currency="EUR", today=TODAY)
    except InputError:
        return
    assert made.last_day is None or made.first_day <= made.last_day


@pytest.fixture
async def own(make_person, make_brand):
    person = await make_person()
    return {"user_id": person, "brand_id": await make_brand(person)}


@pytest.fixture
def kept(database, own):
    async def kept():
        async with database.as_user(own["user_id"]) as connection:
            return await entries(connection, brand_id=own["brand_id"], kinds=KINDS)

    return kept


async def test_stating_it_again_corrects_it_and_a_later_day_adds_to_it(database, own, kept):
    first = await state(database, check("goods", amount="60"), **own)
    assert await state(database, check("goods", amount="55"), **own) == first
    await state(database, check("goods", amount="70", first="2026-03-01"), **own)
    assert [entry.amount for entry in await kept()] == [55, 70]


async def test_a_rate_is_corrected_from_its_own_day_and_later_ones_stand_beside_it(
    database, own, kept
):
    first = await state(database, check("rate", name="usd", amount="0.91"), **own)
    assert await state(database, check("rate", name="USD", amount="0.92"), **own) == first
    await state(database, check("rate", name="USD", amount="0.0095", first="2026-03-01"), **own)
    found = [(one.name, one.amount, one.currency, one.first_day) for one in await kept()]
    assert found == [
        ("USD", Decimal("0.92"), "EUR", BEGINNING),
        ("USD", Decimal("0.0095"), "EUR", date(2026, 3, 1)),
    ]


async def test_two_payments_on_one_day_are_two(database, own, kept):
    paid = check("spend", name="Maya", amount="100", every="once", first="2026-03-01")
    await state(database, paid, **own)
    await state(database, paid, **own)
    assert len(await kept()) == 2


async def test_a_months_target_stands_beside_that_of_every_month(database, own, kept):
    await state(database, check("target", metric="revenue", amount="9"), **own)
    await state(database, check("target", metric="revenue", amount="8", month="2026-11"), **own)
    await state(database, check("target", metric="revenue", amount="7", month="2026-11"), **own)
    assert [entry.amount for entry in await kept()] == [9, 7]


async def test_a_statement_is_withdrawn_once_and_by_its_owner_alone(
    database, own, kept, make_person
):
    entry_id = await state(database, check("goods", amount="60"), **own)
    stranger = {"user_id": await make_person(), "brand_id": own["brand_id"]}
    with pytest.raises(NotFoundError):
        await withdraw(database, entry_id, **stranger)
    await withdraw(database, entry_id, **own)
    with pytest.raises(NotFoundError):
        await withdraw(database, entry_id, **own)
    assert await kept() == []


async def test_what_files_state_goes_together(database, own, kept):
    filed = [
        Entry("spend", "TikTok", day, day, "once", Decimal(5), "EUR", source="file")
        for day in (date(2026, 3, 1), date(2026, 3, 2))
    ]
    async with database.as_user(own["user_id"]) as connection:
        await add_entries(connection, brand_id=own["brand_id"], entries=filed)
    await state(database, check("spend", name="TikTok", amount="9"), **own)
    assert await withdraw_files(database, kind="spend", name="tiktok", **own) == 2
    assert [entry.source for entry in await kept()] == ["typed"]


async def test_promotion_days_by_their_names(database, own):
    for name, first, to in (("Spring", "2026-03-01", "2026-03-03"), ("VIP", "2026-03-03", "")):
        await state(database, check("promotion", name=name, first=first, to=to), **own)
    async with database.as_worker(own["brand_id"]) as connection:
        found = await promotion_days(
            connection,
            brand_id=own["brand_id"],
            first=date(2026, 3, 2),
            last=date(2026, 3, 31),
        )
    assert found == {date(2026, 3, 2): ("Spring",), date(2026, 3, 3): ("Spring", "VIP")}


async def test_settings_are_set_together_or_not_at_all(database, own, make_person):
    chosen = {"currency": "eur", "timezone": "Europe/Berlin", "revenue_basis": "net_sales"}
    await change_settings(database, **own, **chosen)
    async with database.as_user(own["user_id"]) as connection:
        known = await brand_row(connection, own["brand_id"])
    assert (known.currency, known.timezone, known.revenue_basis) == (
        "EUR",
        "Europe/Berlin",
        "net_sales",
    )
    with pytest.raises(FieldsError) as refused:
        await change_settings(
            database, **own, currency="XTS", timezone="Mars", revenue_basis="profit"
        )
    assert set(refused.value.problems) == {"currency", "timezone", "revenue_basis"}
    with pytest.raises(NotFoundError):
        await change_settings(database, **(own | {"user_id": await make_person()}), **chosen)
