"""Orders of a made-up shop, told in few words: number, day, total, customer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from aura.model import Order, OrderEvent, Sales

FIRST = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WRITTEN = datetime(2026, 11, 4, 3, tzinfo=UTC)


def order(number: int, *, day: int = 0, total: str = "10", customer: str | None = "c", **facts):
    return Order(
        order_id=str(number),
        processed_at=NOON + timedelta(days=day, seconds=number),
        currency="USD",
        sales=Sales(gross_sales=Decimal(total)),
        customer_id=customer,
        **facts,
    )


def refund(total: str, *, day: int, event_id: str = "r1") -> OrderEvent:
    sales = Sales(returns=Decimal(total))
    return OrderEvent(event_id, "refund", NOON + timedelta(days=day), sales)


async def pages(orders, size=250):
    for start in range(0, len(orders), size):
        yield orders[start : start + size]
