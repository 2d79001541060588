"""Rows of public.brands, as the signed-in person sees them (`Database.as_user`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from aura.store.statements import statements

Connection = AsyncConnection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand; currency and time zone may be unknown where another program added it."""

    id: UUID
    name: str
    domain: str | None
    currency: str | None
    timezone: str | None


async def add_brand(
    connection: Connection,
    *,
    user_id: UUID,
    name: str,
    domain: str | None,
    currency: str,
    timezone: str,
) -> UUID | None:
    """Add a brand; its id, or None when the person has one of that name, in any case.

    The server makes the id: a person who could choose one would learn which ids are taken.
    """
    parameters = {
        "user_id": user_id,
        "name": name,
        "domain": domain,
        "currency": currency,
        "timezone": timezone,
    }
    await connection.execute(statements("brands")["lock_brand_names"], parameters)
    cursor = await connection.execute(statements("brands")["add_brand"], parameters)
    row = await cursor.fetchone()
    return None if row is None else row["id"]


async def brands_of_person(connection: Connection, user_id: UUID) -> list[Brand]:
    """The person's brands by name."""
    cursor = await connection.execute(
        statements("brands")["brands_of_person"], {"user_id": user_id}
    )
    return [Brand(**row) for row in await cursor.fetchall()]


async def brand_of_person(connection: Connection, *, user_id: UUID, brand_id: UUID) -> Brand | None:
    """The brand, if it is theirs."""
    cursor = await connection.execute(
        statements("brands")["brand_of_person"], {"user_id": user_id, "brand_id": brand_id}
    )
    row = await cursor.fetchone()
    return None if row is None else Brand(**row)


async def change_brand(
    connection: Connection, *, user_id: UUID, brand_id: UUID, currency: str, timezone: str
) -> bool:
    """Set the currency and the time zone of a person's brand; whether it is theirs."""
    cursor = await connection.execute(
        statements("brands")["change_brand"],
        {"user_id": user_id, "brand_id": brand_id, "currency": currency, "timezone": timezone},
    )
    return await cursor.fetchone() is not None


async def choose_revenue_basis(
    connection: Connection, *, brand_id: UUID, revenue_basis: str
) -> None:
    """Set what the brand calls revenue."""
    await connection.execute(
        statements("brands")["choose_revenue_basis"],
        {"brand_id": brand_id, "revenue_basis": revenue_basis},
    )


async def update_brand(connection: Connection, brand: Brand, *, user_id: UUID) -> bool | None:
    """Give the brand these words; None when it is not theirs, False when the name is taken."""
    parameters = {
        "user_id": user_id,
        "brand_id": brand.id,
        "name": brand.name,
        "domain": brand.domain,
        "currency": brand.currency,
        "timezone": brand.timezone,
    }
    await connection.execute(statements("brands")["lock_brand_names"], parameters)
    cursor = await connection.execute(statements("brands")["name_is_taken"], parameters)
    if await cursor.fetchone() is not None:
        return False
    cursor = await connection.execute(statements("brands")["update_brand"], parameters)
    return True if await cursor.fetchone() is not None else None


async def delete_brand(connection: Connection, *, user_id: UUID, brand_id: UUID) -> bool:
    """Delete the brand with everything that hangs on it; False when it is not theirs."""
    cursor = await connection.execute(
        statements("brands")["delete_brand"], {"user_id": user_id, "brand_id": brand_id}
    )
    return await cursor.fetchone() is not None
