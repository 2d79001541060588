"""Orders that came from files: what a new file would lose, what it replaced, and taking it back.

All functions work in a worker's transaction about the brand (`Database.as_worker`), on the
temporary tables of `aura.store.ledger`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from aura.store.database import Connection
from aura.store.entities import Place
from aura.store.statements import statements

# what an import replaced is kept for so long
UNDO_DAYS = timedelta(days=30)
# a day that loses a larger share of its orders or their amount was probably filtered
KEPT_SHARE = Decimal("0.95")


@dataclass(frozen=True, slots=True)
class SmallerDay:
    """A day of which a file has clearly less than earlier files: orders, and what they come to."""

    date: date
    stored_orders: int
    stored_amount: Decimal
    orders: int
    amount: Decimal


# called with the days of which the file has less; raises to stop the import
ShrinkCheck = Callable[[list[SmallerDay]], None]


async def check_shrinkage(connection: Connection, place: Place, check: ShrinkCheck) -> None:
    """Let somebody judge the days of which the loaded orders are clearly fewer."""
    cursor = await connection.execute(
        statements("filed_orders")["smaller_days"], place.parameters | {"keep": KEPT_SHARE}
    )
    smaller = [SmallerDay(**row) for row in await cursor.fetchall()]
    if smaller:
        check(smaller)


async def note_replaced(
    connection: Connection, *, brand_id: UUID, import_id: UUID, now: datetime
) -> None:
    """Keep with an import the orders that it has just replaced; drop those of old imports."""
    named = statements("filed_orders")
    parameters = {"brand_id": brand_id, "id": import_id, "undoable_since": now - UNDO_DAYS}
    await connection.execute(named["note_replaced"], parameters)
    await connection.execute(named["drop_replaced_orders"])


async def take_back_orders(connection: Connection, place: Place, import_id: UUID) -> int:
    """Take an import's orders out of the ledger and give back those that it replaced.

    Needs the ledger's temporary tables, empty; the days that change are noted there.
    """
    named, ledger = statements("filed_orders"), statements("ledger")
    parameters = place.parameters | {"import_id": import_id}
    gone = (await connection.execute(named["find_imported_orders"], parameters)).rowcount
    await connection.execute(named["loosen_confirmed_orders"], parameters)
    await connection.execute(named["note_given_back"], parameters)
    await connection.execute(ledger["touch_order_days"], parameters)
    await connection.execute(ledger["delete_vanished_orders"], parameters)
    back = (await connection.execute(named["give_back_orders"], parameters)).rowcount
    await connection.execute(named["give_back_refunds"], parameters)
    await connection.execute(named["forget_history"], parameters)
    return gone + back
