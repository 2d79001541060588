"""The store's order ledger: orders come in page by page, the days they touch go out.

Nothing of a page is kept once it is copied, so any number of orders passes in constant memory;
comparing, merging and summing are set-based statements on temporary tables. An order that is not
counted (a test, a voided one) stays in the ledger and counts for nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from aura.errors import BadDataError
from aura.model import DayRange, Order, OrderEvent, Sales, Visit
from aura.store.copying import copy_rows
from aura.store.customers import CustomerHasher
from aura.store.database import Connection
from aura.store.entities import Place
from aura.store.filed_orders import ShrinkCheck, check_shrinkage
from aura.store.redaction import UNNAMED_RETURN, named, redacted_names, unlinked
from aura.store.statements import statements

BATCH = 2000


@dataclass(frozen=True, slots=True)
class History:
    """What is known about a shop's days.

    Attributes:
        first_day: day of the first counted order, None without one.
        known_from, known_through: days that were read, None when none were.
        hidden_days: those between that the platform did not show, as text of a multirange.
        new_customers_from: first day of which the new customers are known, None for no day.
    """

    first_day: date | None
    known_from: date | None
    known_through: date | None
    hidden_days: str
    new_customers_from: date | None

    @property
    def parameters(self) -> dict[str, object]:
        """Bind parameters of the statements that depend on the history."""
        return {
            "first_day": self.first_day,
            "known_from": self.known_from,
            "known_through": self.known_through,
            "hidden_days": self.hidden_days,
            "new_customers_from": self.new_customers_from,
        }


async def load_orders(
    connection: Connection,
    hasher: CustomerHasher,
    pages: AsyncIterable[list[Order]],
    *,
    brand_id: UUID,
    timezone: str,
) -> int:
    """Copy orders into the temporary tables; how many came in, repeated ones included.

    An order that was redacted comes in redacted, whatever the platform still says about it.
    """
    await nothing_loaded(connection)
    redacted = await redacted_names(connection, brand_id)
    zone = ZoneInfo(timezone)
    position = 0
    async for batch in _batches(pages):
        known = [unlinked(order, hasher, redacted) for order in batch] if redacted else batch
        numbered = list(enumerate(known, start=position))
        orders = (_order(n, o, zone, hasher) for n, o in numbered)
        await copy_rows(connection, statements("ledger")["copy_orders"], orders)
        events = (r for n, o in numbered for r in _events(n, o, zone))
        await copy_rows(connection, statements("ledger")["copy_refunds"], events)
        position += len(batch)
    return position


async def nothing_loaded(connection: Connection) -> None:
    """Make the temporary tables, empty."""
    named = statements("ledger")
    await connection.execute(named["make_incoming_orders"])
    await connection.execute(named["make_incoming_refunds"])
    await connection.execute(named["make_changed_orders"])
    await connection.execute(named["make_touched_days"])


async def drop_loaded(connection: Connection) -> None:
    """Drop the temporary tables, so that another write may follow in the same transaction."""
    named = statements("ledger")
    await connection.execute(named["drop_incoming_orders"])
    await connection.execute(named["drop_incoming_refunds"])
    await connection.execute(named["drop_changed_orders"])
    await connection.execute(named["drop_touched_days"])


async def merge_orders(
    connection: Connection,
    place: Place,
    *,
    source: str,
    import_id: UUID | None,
    window: DayRange | None,
    as_of: datetime | None = None,
    check: ShrinkCheck | None = None,
) -> int:
    """Bring the loaded orders into the ledger and note the days they touch; rows that changed.

    A file's orders replace those of earlier files on the days that it has orders of; `check` may
    refuse that. What they replace stands in `replaced_orders` afterwards.
    """
    named = statements("ledger")
    parameters = place.parameters | {"source": source, "import_id": import_id, "as_of": as_of}
    await connection.execute(named["drop_repeated_orders"])
    await connection.execute(named["drop_outranked_orders"], parameters)
    if as_of is not None:
        await connection.execute(named["drop_superseded_orders"], parameters)
    await connection.execute(named["drop_orphaned_refunds"])
    for name in ("index_orders", "index_refunds", "analyze_orders", "analyze_refunds"):
        await connection.execute(named[name])
    await _check_currency(connection, place)
    if check is not None:
        await check_shrinkage(connection, place, check)
    changed = (await connection.execute(named["find_changed_orders"], parameters)).rowcount
    gone = (await connection.execute(named["find_named_orders"], parameters)).rowcount
    if window is not None:
        days = {"first_day": window.first, "last_day": window.last}
        vanished = await connection.execute(named["find_vanished_orders"], parameters | days)
        gone += vanished.rowcount
    if source == "file":
        filed = statements("filed_orders")
        gone += (await connection.execute(filed["find_missing_orders"], parameters)).rowcount
        await connection.execute(filed["keep_replaced_orders"], parameters)
    await connection.execute(named["analyze_changed"])
    await connection.execute(named["touch_order_days"], parameters)
    refunds = await _one(connection, "find_changed_refunds", parameters)
    await connection.execute(named["merge_orders"], parameters)
    if gone:
        await connection.execute(named["delete_vanished_orders"], parameters)
    if refunds["gone"]:
        await connection.execute(named["delete_gone_refunds"], parameters)
    await connection.execute(named["merge_refunds"], parameters)
    return changed + gone + int(refunds["changed"])


async def complete_history(connection: Connection, place: Place) -> None:
    """Note that the ledger begins with the shop's first order ever."""
    await connection.execute(statements("ledger")["complete_history"], place.parameters)


async def history(connection: Connection, place: Place) -> History:
    """What is known about the shop's days at this moment of the transaction."""
    row = await _one(connection, "history", place.parameters)
    return History(**row)


async def touched_days(
    connection: Connection, place: Place, entity_id: int, *, source: str
) -> list[date]:
    """The days to compute again, oldest first: touched by orders, by history or by being empty."""
    named = statements("ledger")
    known = await history(connection, place)
    parameters = place.parameters | known.parameters | {"entity_id": entity_id, "source": source}
    if known.new_customers_from is not None:
        await connection.execute(named["touch_later_days"], parameters)
    await connection.execute(named["touch_days_of_other_history"], parameters)
    if known.first_day is not None and known.known_from is not None:
        await connection.execute(named["touch_empty_days"], parameters)
    await connection.execute(named["touch_hidden_days"], parameters)
    await connection.execute(named["touch_filed_days"], parameters)
    await connection.execute(named["leave_filed_days"], parameters)
    cursor = await connection.execute(named["touched_days"])
    return [row["date"] for row in await cursor.fetchall()]


async def sum_days(connection: Connection, place: Place, entity_id: int) -> None:
    """Sum the touched days into `incoming_days`."""
    named = statements("ledger")
    known = await history(connection, place)
    cursor = await connection.execute(named["currency"], place.parameters)
    row = await cursor.fetchone()
    if row is None:
        return
    await connection.execute(named["analyze_touched"])
    await connection.execute(
        named["sum_days"],
        place.parameters | known.parameters | {"entity_id": entity_id, "currency": row["currency"]},
    )


async def _batches(pages: AsyncIterable[list[Order]]) -> AsyncIterator[list[Order]]:
    batch: list[Order] = []
    async for page in pages:
        batch.extend(page)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _one(connection: Connection, name: str, parameters: dict[str, object]) -> dict[str, Any]:
    row = await (await connection.execute(statements("ledger")[name], parameters)).fetchone()
    if row is None:
        raise BadDataError("The connection that is written to does not exist any more.")
    return row


async def _check_currency(connection: Connection, place: Place) -> None:
    cursor = await connection.execute(statements("ledger")["currencies"], place.parameters)
    found = sorted(row["currency"] for row in await cursor.fetchall())
    if len(found) > 1:
        raise BadDataError(
            f"The shop's orders are in {' and '.join(found)}: they cannot be added up. Undo the "
            "file that is in the other currency (page Imports), or connect the shop to a brand of "
            "its own. Nothing was changed."
        )


def _order(position: int, order: Order, zone: ZoneInfo, hasher: CustomerHasher) -> tuple[Any, ...]:
    sales = order.sales
    return (
        position,
        order.order_id,
        order.processed_at,
        order.processed_at.astimezone(zone).date(),
        hasher.customer(order.customer_id),
        hasher.email(order.email),
        order.currency,
        sales.gross_sales,
        sales.discounts,
        sales.shipping,
        sales.taxes,
        sales.duties,
        # returns of the order itself are an event of its own, see _events
        sales.total_sales + sales.returns,
        order.is_counted,
        _visit(order.first_visit),
        _visit(order.last_visit),
        order.updated_at,
        # how a file without ids calls this order
        named(order),
    )


def _events(position: int, order: Order, zone: ZoneInfo) -> Iterable[tuple[Any, ...]]:
    events = order.events
    if order.sales.returns:
        # a source that knows no day of the return (a file) books it on the order's day
        returned = Sales(returns=order.sales.returns)
        events += (OrderEvent(UNNAMED_RETURN, "return", order.processed_at, returned),)
    if len({event.event_id for event in events}) < len(events):
        raise BadDataError("An order has two events of the same id.")
    for event in events:
        sales = event.sales
        yield (
            position,
            order.order_id,
            event.event_id,
            event.kind,
            event.happened_at,
            event.happened_at.astimezone(zone).date(),
            sales.gross_sales,
            sales.discounts,
            sales.returns,
            sales.shipping,
            sales.taxes,
            sales.duties,
            sales.total_sales,
        )


def _visit(visit: Visit | None) -> Jsonb | None:
    if visit is None:
        return None
    return Jsonb({"source": visit.source, "medium": visit.medium, "campaign": visit.campaign})
