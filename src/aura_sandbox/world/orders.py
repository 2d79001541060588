"""What an order is in the world: lines, agreements and the moments at which it changes.

Money is in minor units (cents) of the shop's currency, moments are seconds since 1970. A sale in an
agreement is signed: goods that come back have a negative quantity, total, discount and tax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Reason = Literal["ORDER", "ORDER_EDIT", "REFUND", "RETURN"]
LineType = Literal["PRODUCT", "SHIPPING", "GIFT_CARD", "ADJUSTMENT", "DUTY"]
Action = Literal["ORDER", "RETURN", "UPDATE"]


class Sale(NamedTuple):
    """One line of an agreement. `total` is after discount and tax; `discount` is before tax."""

    line_type: LineType
    action: Action
    quantity: int | None
    total: int
    discount: int
    tax: int
    line: int | None = None


class Line(NamedTuple):
    """A line of the basket."""

    title: str
    sku: str
    quantity: int
    unit_price: int
    gift_card: bool


class Agreement(NamedTuple):
    """What was agreed at a moment: the order itself, an edit, a refund, a return."""

    number: int
    reason: Reason
    at: int
    sales: tuple[Sale, ...]


class Refund(NamedTuple):
    """Money that went back."""

    number: int
    at: int
    amount: int
    note: str | None


class Visit(NamedTuple):
    """How somebody came to the shop; UTM parameters where the link had them."""

    at: int
    source: str
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None


class Presentment(NamedTuple):
    """The currency the customer paid in and how much of it one unit of the shop's currency is."""

    currency: str
    rate: float


@dataclass(slots=True)
class Person:
    """Somebody who buys. `account_orders` counts the orders placed with a customer account."""

    number: int
    first_name: str
    last_name: str
    email: str
    created_at: int
    account_orders: int = 0
    # has an order that is not a test
    known: bool = False


@dataclass(slots=True)
class Order:
    """One order with everything that will ever happen to it; who reads it decides until when."""

    number: int
    processed_at: int
    created_at: int
    person: Person | None
    guest: bool
    email: str | None
    test: bool
    lines: tuple[Line, ...]
    agreements: tuple[Agreement, ...]
    discount_code: str | None
    presentment: Presentment | None
    source_name: str
    first_visit: Visit | None
    last_visit: Visit | None
    position: int | None
    paid_at: int | None
    fulfilled_at: int | None
    cancelled_at: int | None
    cancel_reason: str | None
    voided: bool
    refunds: tuple[Refund, ...]
    # every moment at which `updatedAt` moves, in order; the first is `created_at`
    changes: tuple[int, ...] = ()

    def exists(self, at: int) -> bool:
        """Whether the shop knows it at this moment."""
        return self.created_at <= at

    def agreed(self, at: int) -> tuple[Agreement, ...]:
        """The agreements made until this moment."""
        return tuple(agreement for agreement in self.agreements if agreement.at <= at)


def total(sales: tuple[Sale, ...]) -> int:
    """The sum after discounts and taxes."""
    return sum(sale.total for sale in sales)
