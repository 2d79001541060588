"""The store's order ledger: orders come in page by page, the days they touch go out.

Nothing of a page is kept once it is copied, so any number of orders passes in constant memory where
temporary tables are allowed; comparing, merging and summing are set-based statements on the tables
of `aura.store.staging`. An order that is not counted (a test, a voided one) stays in the ledger and
counts for nothing.
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
from aura.store.customers import CustomerHasher
from aura.store.database import Connection
from aura.store.entities import Place
from aura.store.filed_orders import ShrinkCheck, check_shrinkage, keep_replaced
from aura.store.redaction import UNNAMED_RETURN, named, unlinked
from aura.store.staging import Staging
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
    staged: Staging,
    hasher: CustomerHasher,
    pages: AsyncIterable[list[Order]],
    *,
    redacted: frozenset[str],
    timezone: str,
) -> int:
    """Bring orders into the staged tables; how many came in, repeated ones included.

    One whose name is among `redacted` comes in redacted, whatever the platform still says about it.
    """
    await nothing_loaded(staged)
    zone = ZoneInfo(timezone)
    position = 0
    async for batch in _batches(pages):
        known = [unlinked(order, hasher, redacted) for order in batch] if redacted else batch
        numbered = list(enumerate(known, start=position))
        orders = (_order(n, o, zone, hasher) for n, o in numbered)
        await staged.load(statements("ledger")["copy_orders"], orders)
        events = (r for n, o in numbered for r in _events(n, o, zone))
        await staged.load(statements("ledger")["copy_refunds"], events)
        position += len(batch)
    return position


async def nothing_loaded(staged: Staging) -> None:
    """Make the staged tables, empty."""
    for name in ("make_incoming_orders", "make_incoming_refunds", "make_changed_orders"):
        await staged.run(statements("ledger")[name])


async def drop_loaded(staged: Staging) -> None:
    """Drop the staged tables, so that another write may follow in the same transaction."""
    for name in ("drop_incoming_orders", "drop_incoming_refunds", "drop_changed_orders"):
        await staged.run(statements("ledger")[name])


async def merge_orders(
    staged: Staging,
    place: Place,
    *,
    source: str,
    import_id: UUID | None,
    window: DayRange | None,
    as_of: datetime | None = None,
    check: ShrinkCheck | None = None,
) -> tuple[int, set[date]]:
    """Bring the loaded orders into the ledger; rows that changed, and the days they touch.

    A file's orders replace those of earlier files on the days that it has orders of; `check` may
    refuse that. What they replace stands in `replaced_orders` afterwards.
    """
    named = statements("ledger")
    parameters = place.parameters | {"source": source, "import_id": import_id, "as_of": as_of}
    await _drop_superfluous(staged, parameters)
    for name in ("index_orders", "index_refunds", "analyze_orders", "analyze_refunds"):
        await staged.run(named[name])
    await _check_currency(staged, place)
    if check is not None:
        await check_shrinkage(staged, place, check)
    changed = await staged.run(named["find_changed_orders"], parameters)
    gone = await staged.run(named["find_named_orders"], parameters)
    if window is not None:
        days = {"first_day": window.first, "last_day": window.last}
        gone += await staged.run(named["find_vanished_orders"], parameters | days)
    if source == "file":
        gone += await keep_replaced(staged, parameters)
    await staged.run(named["analyze_changed"])
    touched = await _days(staged, "touch_order_days", parameters)
    [refunds] = await staged.rows(named["find_changed_refunds"], parameters)
    await staged.run(named["merge_orders"], parameters)
    if gone:
        await staged.run(named["delete_vanished_orders"], parameters)
    if refunds["gone"]:
        await staged.run(named["delete_gone_refunds"], parameters)
    await staged.run(named["merge_refunds"], parameters)
    return changed + gone + int(refunds["changed"]), touched.union(refunds["days"] or ())


async def complete_history(connection: Connection, place: Place) -> None:
    """Note that the ledger begins with the shop's first order ever."""
    await connection.execute(statements("ledger")["complete_history"], place.parameters)


async def history(connection: Connection, place: Place) -> History:
    """What is known about the shop's days at this moment of the transaction."""
    cursor = await connection.execute(statements("ledger")["history"], place.parameters)
    row = await cursor.fetchone()
    if row is None:
        raise BadDataError("The connection that is written to does not exist any more.")
    return History(**row)


async def days_to_sum(
    staged: Staging, known: History, about: dict[str, object], touched: set[date]
) -> list[date]:
    """The days to compute again, oldest first: touched by orders, by history or by being empty.

    `about` are the parameters of place and history, the shop's entity and the orders' source.
    """
    names = ["touch_days_of_other_history", "touch_hidden_days", "touch_filed_days"]
    if known.new_customers_from is not None:
        names.append("touch_later_days")
    if known.first_day is not None and known.known_from is not None:
        names.append("touch_empty_days")
    found = touched.union(*[await _days(staged, name, about) for name in names])
    rows = await staged.rows(statements("ledger")["days_to_sum"], about | {"days": sorted(found)})
    return [row["date"] for row in rows]


async def sum_days(staged: Staging, about: dict[str, object], days: list[date]) -> None:
    """Sum the days into `incoming_days`; `about` as for `days_to_sum`."""
    named = statements("ledger")
    found = await staged.rows(named["currency"], about)
    if found:
        summed = about | {"days": days, "currency": found[0]["currency"]}
        await staged.run(named["sum_days"], summed)


async def _drop_superfluous(staged: Staging, parameters: dict[str, object]) -> None:
    named = statements("ledger")
    [found] = await staged.rows(named["superfluous_orders"], parameters)
    if found["positions"] is not None:
        await staged.run(named["drop_orders"], found)
        await staged.run(named["drop_refunds"], found)


async def _days(staged: Staging, name: str, parameters: dict[str, object]) -> set[date]:
    return {row["date"] for row in await staged.rows(statements("ledger")[name], parameters)}


async def _batches(pages: AsyncIterable[list[Order]]) -> AsyncIterator[list[Order]]:
    batch: list[Order] = []
    async for page in pages:
        batch.extend(page)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _check_currency(staged: Staging, place: Place) -> None:
    rows = await staged.rows(statements("ledger")["currencies"], place.parameters)
    found = sorted(row["currency"] for row in rows)
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
