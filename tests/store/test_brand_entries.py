"""What a brand states about itself, on a real PostgreSQL: kept, restated, nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from aura.errors import NotFoundError
from aura.store.brand_entries import (
    Entry,
    add_entries,
    change_entry,
    delete_entries,
    entries,
    entry,
    lock_entries,
)

TIKTOK = Entry(
    "spend", "TikTok", date(2026, 3, 1), date(2026, 3, 31), "monthly", Decimal("900.10"), "EUR"
)
SPRING = Entry("promotion", "Spring sale", date(2026, 4, 1), date(2026, 4, 3), source="file")
MARGIN = Entry("cost", "goods", date(2026, 3, 1), amount=Decimal(40), details={"basis": "percent"})


@pytest.fixture
async def two_brands(database, make_person, make_brand):
    people = [await make_person(), await make_person()]
    return [(person, await make_brand(person)) for person in people]


async def test_statements_come_back_as_they_were_made(database, two_brands):
    (person, brand), _ = two_brands
    async with database.as_user(person) as connection:
        await lock_entries(connection, brand_id=brand)
        ids = await add_entries(connection, brand_id=brand, entries=[TIKTOK, SPRING, MARGIN])
        kept = [await entry(connection, brand_id=brand, entry_id=each) for each in ids]
    fields = ("kind", "name", "first_day", "last_day", "cadence", "amount", "currency", "source")
    for made, stored in zip((TIKTOK, SPRING, MARGIN), kept, strict=True):
        assert [getattr(stored, name) for name in fields] == [
            getattr(made, name) for name in fields
        ]
        assert stored.details == made.details


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), []),
        (date(2026, 2, 1), date(2026, 3, 1), ["goods", "TikTok"]),
        (date(2026, 4, 1), date(2026, 4, 1), ["goods", "Spring sale"]),
        (date(2027, 1, 1), None, ["goods"]),
        (None, None, ["goods", "Spring sale", "TikTok"]),
    ],
)
async def test_a_range_finds_the_statements_that_hold_on_one_of_its_days(
    database, two_brands, first, last, found
):
    (person, brand), _ = two_brands
    async with database.as_user(person) as connection:
        await add_entries(connection, brand_id=brand, entries=[TIKTOK, SPRING, MARGIN])
        kept = await entries(
            connection,
            brand_id=brand,
            kinds=["cost", "promotion", "spend"],
            first=first,
            last=last,
        )
    assert [each.name for each in kept] == found


async def test_a_statement_is_restated_and_withdrawn(database, two_brands):
    (person, brand), _ = two_brands
    async with database.as_user(person) as connection:
        [entry_id] = await add_entries(connection, brand_id=brand, entries=[TIKTOK])
        ended = replace(TIKTOK, last_day=date(2026, 3, 15))
        await change_entry(connection, ended, brand_id=brand, entry_id=entry_id)
        kept = await entry(connection, brand_id=brand, entry_id=entry_id)
        assert kept.last_day == date(2026, 3, 15)
        assert await delete_entries(connection, brand_id=brand, entry_ids=[entry_id]) == 1
        assert await entries(connection, brand_id=brand, kinds=["spend"]) == []


async def test_another_persons_statements_are_as_if_they_did_not_exist(database, two_brands):
    (person, brand), (stranger, _) = two_brands
    async with database.as_user(person) as connection:
        [entry_id] = await add_entries(connection, brand_id=brand, entries=[TIKTOK])
    async with database.as_user(stranger) as connection:
        assert await entries(connection, brand_id=brand, kinds=["spend"]) == []
        with pytest.raises(NotFoundError):
            await entry(connection, brand_id=brand, entry_id=entry_id)
        with pytest.raises(NotFoundError):
            await change_entry(connection, SPRING, brand_id=brand, entry_id=entry_id)
        assert await delete_entries(connection, brand_id=brand, entry_ids=[entry_id]) == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.as_user(stranger) as connection:
            await add_entries(connection, brand_id=brand, entries=[SPRING])


async def test_a_worker_reads_the_statements_of_the_brand_it_has_claimed(database, two_brands):
    (person, brand), (_, other) = two_brands
    async with database.as_user(person) as connection:
        await add_entries(connection, brand_id=brand, entries=[SPRING])
    async with database.as_worker(brand) as connection:
        [kept] = await entries(connection, brand_id=brand, kinds=["promotion"])
        assert kept.name == "Spring sale"
    async with database.as_worker(other) as connection:
        assert await entries(connection, brand_id=brand, kinds=["promotion"]) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.as_worker(brand) as connection:
            await add_entries(connection, brand_id=brand, entries=[SPRING])


async def test_a_statement_that_ends_before_it_begins_is_refused(database, two_brands):
    (person, brand), _ = two_brands
    backwards = replace(TIKTOK, last_day=date(2026, 2, 1))
    with pytest.raises(psycopg.errors.CheckViolation):
        async with database.as_user(person) as connection:
            await add_entries(connection, brand_id=brand, entries=[backwards])
