"""What a number can be about: accounts and campaigns.

Names and states come in as the platform gives them, ids of `aura.entities` go out. An entity is
never deleted when it vanishes at the platform: its past days still belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from aura.errors import NotFoundError
from aura.model import PLATFORM_NAMES, Account, AdDay, Platform
from aura.store.database import Connection
from aura.store.statements import statements

# the account of a shop, or of ads, that files are about without naming it
FILE_ACCOUNT = "file"


@dataclass(frozen=True, slots=True)
class Place:
    """Where facts are written: one integration of one brand.

    Attributes:
        has_files: files ever were about it.
        may_be_temporary: the database lets this transaction make temporary tables.
    """

    brand_id: UUID
    integration_id: UUID
    platform: Platform
    account_id: str | None
    account_name: str | None
    has_files: bool
    may_be_temporary: bool

    @property
    def parameters(self) -> dict[str, object]:
        """Bind parameters that every statement about the integration takes."""
        return {
            "brand_id": self.brand_id,
            "integration_id": self.integration_id,
            "platform": self.platform,
        }


async def place_of(connection: Connection, *, brand_id: UUID, integration_id: UUID) -> Place:
    """The integration as a place to write to; NotFoundError when the brand has no such one."""
    cursor = await connection.execute(
        statements("entities")["platform_of"],
        {"brand_id": brand_id, "integration_id": integration_id},
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("This connection does not exist any more.")
    return Place(
        brand_id,
        integration_id,
        row["platform"],
        row["platform_account_id"],
        row["platform_account_name"],
        row["has_files"],
        row["may_be_temporary"],
    )


async def account_entity(connection: Connection, place: Place, account: Account) -> int:
    """The id of an account's entity, which has the account's name and status afterwards."""
    parameters = place.parameters | {
        "external_id": account.external_id,
        "name": account.name,
        "status": account.status,
    }
    cursor = await connection.execute(statements("entities")["account_entity"], parameters)
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("This account does not exist any more.")
    return int(row["id"])


async def shop_entity(connection: Connection, place: Place) -> int:
    """The id of a shop's one entity, whether it is known from the platform or from files only."""
    shop = Account(
        external_id=place.account_id or FILE_ACCOUNT,
        name=place.account_name or PLATFORM_NAMES[place.platform],
        currency=None,
        timezone=None,
    )
    if place.account_id:
        await connection.execute(
            statements("entities")["rename_shop"],
            place.parameters | {"external_id": place.account_id},
        )
    return await account_entity(connection, place, shop)


async def campaign_entities(
    connection: Connection, place: Place, account_id: int, days: Iterable[AdDay]
) -> dict[tuple[str, str], int]:
    """The ids of everything below the account that has a day, by level and platform's id.

    Each has the name and status of its latest day afterwards; an empty one keeps the old.
    """
    by_age = sorted(days, key=attrgetter("date"))
    latest = {(day.level, day.external_id): day for day in by_age if day.level != "account"}
    if not latest:
        return {}
    # in one order, so that two writers never wait for each other
    ordered = sorted(latest.items())
    cursor = await connection.execute(
        statements("entities")["upsert_campaigns"],
        place.parameters
        | {
            "account_id": account_id,
            "levels": [level for (level, _), _ in ordered],
            "external_ids": [external_id for (_, external_id), _ in ordered],
            "names": [day.name for _, day in ordered],
            "statuses": [day.status for _, day in ordered],
        },
    )
    return {(row["level"], row["external_id"]): row["id"] for row in await cursor.fetchall()}


async def entities_below(connection: Connection, place: Place, account_id: int) -> list[int]:
    """Ids of an account's entity and of its campaigns, and those of the account without a name."""
    cursor = await connection.execute(
        statements("entities")["account_and_campaigns"],
        place.parameters | {"account_id": account_id, "file_account": FILE_ACCOUNT},
    )
    return [int(row["id"]) for row in await cursor.fetchall()]
