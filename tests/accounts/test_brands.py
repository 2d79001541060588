from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from aura.accounts.brands import create_brand, find_brand, get_brand, list_brands
from aura.errors import ConflictError, InputError, NotFoundError, SignInError

TERMS = {"currency": "USD", "timezone": "America/New_York"}


@pytest.fixture
async def ann(make_person):
    return await make_person()


async def test_a_brand_is_added_and_listed_by_name(database, ann):
    second = await create_brand(
        database,
        user_id=ann,
        name="  Willow  &  Co ",
        currency=" eur",
        timezone="Europe/Berlin ",
        domain="https://Shop.Example.com/products?x=1",
    )
    first = await create_brand(database, user_id=ann, name="aurora", **TERMS)

    listed = await list_brands(database, user_id=ann)
    assert [(b.id, b.name) for b in listed] == [(first, "aurora"), (second, "Willow & Co")]
    willow = listed[1]
    assert (willow.currency, willow.timezone, willow.domain) == (
        "EUR",
        "Europe/Berlin",
        "shop.example.com",
    )
    assert await get_brand(database, user_id=ann, brand_id=second) == willow
    assert await find_brand(database, user_id=ann, name="WILLOW & co") == willow
    assert await find_brand(database, user_id=ann, name="other") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 101}, "at most 100"),
        ({"name": "a\0b"}, "cannot be shown"),
        ({"currency": "DOLLAR"}, "ISO 4217"),
        ({"currency": "X" * 3}, "ISO 4217"),
        ({"currency": "ZZZ"}, "ISO 4217"),
        ({"timezone": "New York"}, "IANA name"),
        ({"timezone": "-05:00"}, "IANA name"),
        ({"timezone": "../etc/passwd"}, "IANA name"),
        ({"timezone": ""}, "IANA name"),
        ({"domain": "not a domain"}, "not a domain"),
        ({"domain": "http://"}, "not a domain"),
        ({"domain": "example"}, "not a domain"),
        ({"domain": "a." * 200 + "com"}, "domain"),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_what_cannot_be_used_is_refused_and_nothing_is_added(database, ann, change, reason):
    with pytest.raises(InputError, match=reason):
        await create_brand(database, **({"user_id": ann, "name": "Aurora"} | TERMS | change))
    assert await list_brands(database, user_id=ann) == []


async def test_a_domain_of_other_letters_is_stored_as_browsers_send_it(database, ann):
    brand = await create_brand(database, user_id=ann, name="A", domain="münchen.example", **TERMS)
    assert (await get_brand(database, user_id=ann, brand_id=brand)).domain == (
        "xn--mnchen-3ya.example"
    )


async def test_a_person_has_a_brand_name_once_but_two_people_may_share_it(
    database, ann, make_person
):
    outcomes = await asyncio.gather(
        *(
            create_brand(database, user_id=ann, name=name, **TERMS)
            for name in ("Aurora", "AURORA", "aurora")
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, ConflictError) for outcome in outcomes) == 2
    await create_brand(database, user_id=await make_person(), name="Aurora", **TERMS)
    assert len(await list_brands(database, user_id=ann)) == 1


async def test_another_persons_brand_is_no_brand(database, ann, make_person):
    bob = await make_person()
    brand = await create_brand(database, user_id=bob, name="Aurora", **TERMS)

    assert await list_brands(database, user_id=ann) == []
    answers = []
    for wanted in (brand, uuid4()):
        with pytest.raises(NotFoundError) as refused:
            await get_brand(database, user_id=ann, brand_id=wanted)
        answers.append(refused.value.message)
    assert answers[0] == answers[1]


async def test_nobody_adds_a_brand_for_an_inactive_or_absent_person(database, make_person):
    for person in (await make_person(is_active=False), uuid4()):
        with pytest.raises(SignInError):
            await create_brand(database, user_id=person, name="Aurora", **TERMS)
        assert await list_brands(database, user_id=person) == []
