"""A person's brands: name, currency, time zone and domain in, checked before anything is stored.

The time zone decides on which day an order falls and the currency what an amount means, so both are
taken only when they are known ones (IANA, ISO 4217).
"""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from babel.numbers import list_currencies
from psycopg.errors import InsufficientPrivilege

from aura.errors import ConflictError, InputError, NotFoundError, SignInError
from aura.store import brands
from aura.store.brands import Brand
from aura.store.database import Database

__all__ = [
    "Brand",
    "change_brand",
    "check_currency",
    "check_timezone",
    "create_brand",
    "delete_brand",
    "find_brand",
    "get_brand",
    "list_brands",
]

# codes of ISO 4217 that are no money: the one for tests and the one for "no currency"
_NO_MONEY = {"XTS", "X" * 3}
# names that tzdata installs beside the real zones
_NO_ZONE = {"Factory", "localtime", "posixrules"}
_MOST_ZONE_CHARACTERS = 50
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@cache
def known_timezones() -> frozenset[str]:
    """IANA names that the database's column can hold."""
    return frozenset(
        name
        for name in zoneinfo.available_timezones()
        if name not in _NO_ZONE and len(name) <= _MOST_ZONE_CHARACTERS
    )


def check_timezone(timezone: str) -> str:
    """The IANA name of a time zone; raises InputError for another text."""
    name = timezone.strip()
    if name not in known_timezones():
        raise InputError(
            "This time zone is not known. Give its IANA name, such as America/New_York, "
            "Europe/Berlin or UTC."
        )
    return name


def check_currency(currency: str) -> str:
    """The ISO 4217 code in capital letters; raises InputError for another text."""
    code = currency.strip().upper()
    if code not in list_currencies() or code in _NO_MONEY:
        raise InputError(
            "This currency is not known. Give its three-letter code (ISO 4217), such as USD or EUR."
        )
    return code


def _check_name(name: str) -> str:
    trimmed = " ".join(name.split())
    if not trimmed:
        raise InputError("The brand needs a name.")
    if len(trimmed) > 100:
        raise InputError("The brand's name is too long: use at most 100 characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in trimmed):
        raise InputError("The brand's name holds characters that cannot be shown.")
    return trimmed


def _check_domain(domain: str | None) -> str | None:
    """The host name of a typed domain or web address; None when there is none."""
    text = (domain or "").strip().lower()
    if not text:
        return None
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text)
    host = re.split(r"[/?#]", host, maxsplit=1)[0].partition(":")[0].rstrip(".")
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_host = ""
    labels = ascii_host.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InputError("This is not a domain: it should look like shop.example.com.")
    if len(ascii_host) > 253:
        raise InputError("The domain is too long.")
    return ascii_host


async def create_brand(
    database: Database,
    *,
    user_id: UUID,
    name: str,
    currency: str,
    timezone: str,
    domain: str | None = None,
) -> UUID:
    """A new brand of this person; its id.

    Raises InputError for a name, currency, time zone or domain that cannot be used, ConflictError
    when the person has a brand of that name, SignInError when the person is inactive or gone.
    """
    name, domain = _check_name(name), _check_domain(domain)
    currency, timezone = check_currency(currency), check_timezone(timezone)
    try:
        async with database.as_user(user_id) as connection:
            brand_id = await brands.add_brand(
                connection,
                user_id=user_id,
                name=name,
                domain=domain,
                currency=currency,
                timezone=timezone,
            )
    except InsufficientPrivilege:
        # the policy on brands: nobody adds a brand for an inactive person
        raise SignInError from None
    if brand_id is None:
        raise ConflictError("You have a brand of this name already. Choose another name.")
    return brand_id


async def change_brand(
    database: Database, *, user_id: UUID, brand: Brand, changes: Mapping[str, str | None]
) -> Brand:
    """The brand with other words for `name`, `domain`, `currency` or `timezone`.

    Raises InputError for one that cannot be used, ConflictError when another brand of theirs has
    the name, NotFoundError when the brand is gone.
    """
    checks: dict[str, Callable[[str], str | None]] = {
        "name": _check_name,
        "domain": _check_domain,
        "currency": check_currency,
        "timezone": check_timezone,
    }
    checked: dict[str, Any] = {key: checks[key](text or "") for key, text in changes.items()}
    changed = replace(brand, **checked)
    async with database.as_user(user_id) as connection:
        was_changed = await brands.update_brand(connection, changed, user_id=user_id)
    if was_changed is None:
        raise NotFoundError("There is no such brand.")
    if not was_changed:
        raise ConflictError("You have a brand of this name already. Choose another name.")
    return changed


async def delete_brand(database: Database, *, user_id: UUID, brand_id: UUID) -> None:
    """Delete the brand and all of its numbers; NotFoundError when it is not theirs.

    Grants that platforms gave for it are ended before (`sync.connect.disconnect`).
    """
    async with database.as_user(user_id) as connection:
        if not await brands.delete_brand(connection, user_id=user_id, brand_id=brand_id):
            raise NotFoundError("There is no such brand.")


async def list_brands(database: Database, *, user_id: UUID) -> list[Brand]:
    """The person's brands by name."""
    async with database.as_user(user_id) as connection:
        return await brands.brands_of_person(connection, user_id)


async def get_brand(database: Database, *, user_id: UUID, brand_id: UUID) -> Brand:
    """One brand of the person; NotFoundError when there is none or it is somebody else's."""
    async with database.as_user(user_id) as connection:
        found = await brands.brand_of_person(connection, user_id=user_id, brand_id=brand_id)
    if found is None:
        raise NotFoundError("There is no such brand.")
    return found


async def find_brand(database: Database, *, user_id: UUID, name: str) -> Brand | None:
    """The person's brand of this name, compared without case; None when there is none."""
    wanted = " ".join(name.split()).casefold()
    for brand in await list_brands(database, user_id=user_id):
        if brand.name.casefold() == wanted:
            return brand
    return None
