"""Stored rows as they are, a page at a time: metrics, accounts and campaigns, their days.

In: a transaction as the signed-in person, a brand of theirs, the place after which a page begins.
Out: rows as dictionaries, in an order that no new row changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from aura.errors import NotFoundError
from aura.model import DayRange
from aura.store.database import Connection
from aura.store.statements import statements

Row = Mapping[str, Any]
# ids are bigint: a larger one is none
LARGEST_ID: Final = 2**63 - 1
MEASURES: Final = (
    *("revenue", "gross_sales", "discounts", "returns", "shipping", "taxes", "duties", "orders"),
    *("new_customers", "ad_spend", "impressions", "clicks", "all_clicks", "conversions"),
    "conversion_value",
)


async def _rows(connection: Connection, name: str, **parameters: object) -> list[Row]:
    cursor = await connection.execute(statements("listing")[name], parameters)
    return list(await cursor.fetchall())


async def metric_rows(
    connection: Connection,
    *,
    brand_id: UUID,
    days: DayRange,
    metric: str | None,
    platform: str | None,
    after: tuple[date, UUID] | None,
    most: int,
) -> list[Row]:
    """Rows of public.metrics by day and id."""
    after_date, after_id = after or (None, None)
    return await _rows(
        connection,
        "metric_rows",
        brand_id=brand_id,
        first=days.first,
        last=days.last,
        metric=metric,
        platform=platform,
        after_date=after_date,
        after_id=after_id,
        most=most,
    )


async def entities(
    connection: Connection,
    *,
    brand_id: UUID,
    level: str | None,
    platform: str | None,
    after: int,
    most: int,
) -> list[Row]:
    """Accounts and campaigns by id, which grows."""
    return await _rows(
        connection,
        "entities",
        brand_id=brand_id,
        level=level,
        platform=platform,
        after=after,
        most=most,
    )


async def entity(connection: Connection, *, brand_id: UUID, entity_id: int) -> Row:
    """One account or campaign; NotFoundError when it is not the brand's."""
    found = await _rows(connection, "entity", brand_id=brand_id, entity_id=entity_id)
    if not found:
        raise NotFoundError
    return found[0]


async def entity_days(
    connection: Connection,
    *,
    brand_id: UUID,
    entity_id: int,
    days: DayRange,
    after: date | None,
    most: int,
    as_of: datetime | None = None,
) -> list[Row]:
    """Days as they are known now, or were at a moment, oldest first."""
    return await _rows(
        connection,
        "entity_days",
        brand_id=brand_id,
        entity_id=entity_id,
        first=days.first,
        last=days.last,
        after=after,
        most=most,
        as_of=as_of,
    )


async def entity_revisions(
    connection: Connection,
    *,
    brand_id: UUID,
    entity_id: int,
    days: DayRange,
    after: tuple[date, datetime] | None,
    most: int,
) -> list[Row]:
    """What was said of days before it was restated, oldest day first."""
    after_date, after_moment = after or (None, None)
    return await _rows(
        connection,
        "entity_revisions",
        brand_id=brand_id,
        entity_id=entity_id,
        first=days.first,
        last=days.last,
        after_date=after_date,
        after_moment=after_moment,
        most=most,
    )
