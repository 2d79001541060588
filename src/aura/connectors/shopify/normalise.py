"""Shopify's JSON to `Order`: the sale on its day, every later agreement an event on its own day.

Goes in: an order of the documents in `documents.py`, its agreements and sales complete. Comes
out: a frozen `Order` whose components, summed by day, are Shopify's total sales by day. Why
agreements and not the `current…` totals: those rewrite the order's day when something is returned
weeks later.
Source: shopify.dev, SalesAgreement and Sale (2026-10); help.shopify.com, "Sales reports".
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from aura.connectors.fields import Document
from aura.errors import BadDataError
from aura.model import Account, Order, OrderEvent, RefundKind, Sales, Visit

_log = logging.getLogger(__name__)

# Gift cards and tips are money held for somebody else: Shopify's total sales leave them out.
_NOT_SALES: Final = frozenset({"GIFT_CARD", "TIP"})
_KINDS: Final[dict[str, RefundKind]] = {"REFUND": "refund", "RETURN": "return"}
# A cancellation and the agreement it causes carry moments of their own, taken one after the other.
_CANCELLATION_SPAN: Final = timedelta(minutes=1)
_NO_SALES: Final = Sales()


@dataclass(frozen=True, slots=True)
class _Agreement:
    agreement_id: str
    reason: str
    happened_at: datetime
    sales: Sales


def shop_account(body: Document) -> Account:
    """The shop as the account that a grant covers."""
    shop = body.document("shop")
    return Account(
        external_id=shop.text("myshopifyDomain"),
        name=shop.text("name"),
        currency=shop.text("currencyCode"),
        timezone=shop.text("ianaTimezone"),
    )


def order_of(fields: Any) -> Order:
    """One order.

    Raises BadDataError for a missing field, a currency that is not the shop's, and for agreements
    or sales that have a further page.
    """
    order = Document(fields, "Shopify order")
    order.where = f"Shopify order {tail_of(order, 'id')}"
    currency = order.text("currencyCode")
    agreements = sorted(
        (_agreement(row, currency) for row in complete_nodes(order, "agreements")),
        key=lambda agreement: (agreement.happened_at, agreement.agreement_id),
    )
    sale = _sale_of(order, agreements)
    cancelled_at = order.moment("cancelledAt") if "cancelledAt" in order else None
    journey = order.optional_document("customerJourneySummary")
    customer = order.optional_document("customer")
    return Order(
        order_id=tail_of(order, "id"),
        processed_at=order.moment("processedAt"),
        currency=currency,
        sales=sale.sales,
        is_counted=not order.flag("test"),
        customer_id=None if customer is None else tail_of(customer, "id"),
        email=order.optional_text("email"),
        updated_at=order.moment("updatedAt"),
        events=tuple(
            OrderEvent(
                event_id=agreement.agreement_id,
                kind=_kind(agreement, cancelled_at),
                happened_at=agreement.happened_at,
                sales=agreement.sales,
            )
            for agreement in agreements
            if agreement is not sale
        ),
        first_visit=_visit(journey, "firstVisit"),
        last_visit=_visit(journey, "lastVisit"),
        name=order.optional_text("name"),
    )


def complete_nodes(parent: Document, key: str) -> list[Document]:
    """The nodes of a connection that must be whole."""
    connection = parent.document(key)
    if connection.document("pageInfo").flag("hasNextPage"):
        raise BadDataError(f"{connection.where} has further pages that were not read.")
    return list(connection.documents("nodes"))


def tail_of(document: Document, key: str) -> str:
    """The last part of a global id: the number that Shopify's admin and files show."""
    tail = document.text(key).rpartition("/")[2].partition("?")[0]
    if not tail:
        raise BadDataError(f"{document.where}: `{key}` is no global id.")
    return tail


def _sale_of(order: Document, agreements: list[_Agreement]) -> _Agreement:
    for reason in ("ORDER", "UNKNOWN"):
        for agreement in agreements:
            if agreement.reason == reason:
                return agreement
    raise BadDataError(f"{order.where} has no agreement about its own sale.")


def _kind(agreement: _Agreement, cancelled_at: datetime | None) -> RefundKind:
    if cancelled_at is not None and abs(agreement.happened_at - cancelled_at) <= _CANCELLATION_SPAN:
        return "cancellation"
    return _KINDS.get(agreement.reason, "edit")


def _agreement(row: Document, currency: str) -> _Agreement:
    total = _NO_SALES
    for sale in complete_nodes(row, "sales"):
        total = _plus(total, _components(sale, currency))
    return _Agreement(
        agreement_id=row.text("id").removeprefix("gid://shopify/"),
        reason=row.text("reason"),
        happened_at=row.moment("happenedAt"),
        sales=total,
    )


def _components(sale: Document, currency: str) -> Sales:
    """One sale record as signed components.

    `totalAmount` is after taxes and discounts, `totalDiscountAmountBeforeTaxes` the discount
    without its tax: gross = total - tax + discount, whether or not prices include tax.
    """
    line = sale.text("lineType")
    action = sale.text("actionType")
    if line in _NOT_SALES:
        return _NO_SALES
    tax = _money(sale, "totalTaxAmount", currency)
    net = _money(sale, "totalAmount", currency) - tax
    if line == "PRODUCT" and action != "RETURN":
        discount = _money(sale, "totalDiscountAmountBeforeTaxes", currency)
        return Sales(gross_sales=net + discount, discounts=discount, taxes=tax)
    if line in {"PRODUCT", "ADJUSTMENT"}:
        return Sales(returns=-net, taxes=tax)
    if line == "SHIPPING":
        return Sales(shipping=net, taxes=tax)
    if line not in {"DUTY", "FEE", "ADDITIONAL_FEE"}:
        _log.warning("%s is a sale of an unknown line type; counted with the duties", sale.where)
    return Sales(duties=net, taxes=tax)


def _money(sale: Document, key: str, currency: str) -> Decimal:
    money = sale.document(key).document("shopMoney")
    if money.text("currencyCode") != currency:
        raise BadDataError(f"{money.where} is not in the order's shop currency.")
    return money.amount("amount")


def _plus(left: Sales, right: Sales) -> Sales:
    return Sales(
        gross_sales=left.gross_sales + right.gross_sales,
        discounts=left.discounts + right.discounts,
        returns=left.returns + right.returns,
        shipping=left.shipping + right.shipping,
        taxes=left.taxes + right.taxes,
        duties=left.duties + right.duties,
    )


def _visit(journey: Document | None, key: str) -> Visit | None:
    # Before `ready` Shopify is still attributing: null would be read as "came without a visit".
    if journey is None or not journey.flag("ready"):
        return None
    visit = journey.optional_document(key)
    if visit is None:
        return None
    tags = visit.optional_document("utmParameters")
    if tags is None:
        return Visit(source=visit.optional_text("source"))
    return Visit(
        source=tags.optional_text("source") or visit.optional_text("source"),
        medium=tags.optional_text("medium"),
        campaign=tags.optional_text("campaign"),
    )
