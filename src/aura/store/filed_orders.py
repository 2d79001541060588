"""Orders that came from files: what a new file would lose, what it replaced, and taking it back.

All functions work in a worker's transaction about the brand (`Database.as_worker`), on the staged
tables of `aura.store.ledger`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from aura.store.entities import Place
from aura.store.staging import Parameters, Staging
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


async def check_shrinkage(staged: Staging, place: Place, check: ShrinkCheck) -> None:
    """Let somebody judge the days of which the loaded orders are clearly fewer."""
    rows = await staged.rows(
        statements("filed_orders")["smaller_days"], place.parameters | {"keep": KEPT_SHARE}
    )
    smaller = [SmallerDay(**row) for row in rows]
    if smaller:
        check(smaller)


async def keep_replaced(staged: Staging, parameters: Parameters) -> int:
    """Note the orders that a file's replace in `replaced_orders`; those that go, their number."""
    named = statements("filed_orders")
    gone = await staged.run(named["find_missing_orders"], parameters)
    await staged.run(named["make_replaced_orders"])
    await staged.run(named["keep_replaced_orders"], parameters)
    return gone


async def note_replaced(staged: Staging, *, brand_id: UUID, import_id: UUID, now: datetime) -> None:
    """Keep with an import the orders that it has just replaced; drop those of old imports."""
    named = statements("filed_orders")
    parameters = {"brand_id": brand_id, "id": import_id, "undoable_since": now - UNDO_DAYS}
    await staged.run(named["note_replaced"], parameters)
    await staged.run(named["drop_replaced_orders"])


async def take_back_orders(staged: Staging, place: Place, import_id: UUID) -> tuple[int, set[date]]:
    """Take an import's orders out of the ledger and give back those that it replaced.

    Needs the ledger's staged tables, empty. Returns the number of orders, and the days they touch.
    """
    named, ledger = statements("filed_orders"), statements("ledger")
    parameters = place.parameters | {"import_id": import_id}
    for name in ("make_replaced_orders", "find_replaced_orders", "find_imported_orders"):
        await staged.run(named[name], parameters)
    touched = await staged.rows(named["loosen_confirmed_orders"], parameters)
    touched += await staged.rows(ledger["touch_order_days"], parameters)
    gone = await staged.run(ledger["delete_vanished_orders"], parameters)
    back = await staged.run(named["give_back_orders"], parameters)
    touched += await staged.rows(named["give_back_refunds"], parameters)
    for name in ("drop_replaced_orders", "forget_history"):
        await staged.run(named[name], parameters)
    return gone + back, {row["date"] for row in touched}
