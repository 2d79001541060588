"""Orders by the visit that brought them, as the store recorded it.

In: a transaction as the signed-in person. Out: frozen rows, amounts in the store's currency, times
the rate of the day where one is given. The decision: grouped by what the store wrote, letter by
letter; what belongs together is for the reports to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from aura.model import DayRange
from aura.store.database import Connection
from aura.store.reports import NO_RATES, RateArrays, RevenueBasis, rate_parameters
from aura.store.statements import statements

Touch = Literal["first", "last"]
Lacking = Literal["file", "not_ready", "no_visit"]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """Orders whose first or last visit said the same.

    Attributes:
        lacking: why there is no visit; None when there is one.
        revenue: of the days, less what was returned in them, as the brand defines it.
    """

    touch: Touch
    source: str | None
    medium: str | None
    campaign: str | None
    lacking: Lacking | None
    orders: int
    revenue: Decimal


async def visits(
    connection: Connection,
    *,
    brand_id: UUID,
    days: DayRange,
    ready_before: datetime,
    basis: RevenueBasis = "total_sales",
    rates: RateArrays = NO_RATES,
) -> list[VisitRow]:
    """Orders and revenue of the days by visit, in no order.

    An order after `ready_before` without a visit may still get one.
    """
    cursor = await connection.execute(
        statements("attribution")["visits"],
        {
            "brand_id": brand_id,
            "first": days.first,
            "last": days.last,
            "ready_before": ready_before,
            "is_net": basis == "net_sales",
            **rate_parameters(rates),
        },
    )
    return [VisitRow(**row) for row in await cursor.fetchall()]
