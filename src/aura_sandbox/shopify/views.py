"""Orders as the Admin API shows them at a moment: plain dictionaries, made when asked for.

Cheap fields stand in the dictionary; sums, agreements, refunds and visits are made by functions of
this module that the schema's resolvers call, from the order under `_order` and the moment under
`_at`.
"""

from __future__ import annotations

from typing import Any

from aura_sandbox.shopify.money import MoneyBag, money_bag
from aura_sandbox.world.days import iso
from aura_sandbox.world.orders import Agreement, Line, Order, Person, Refund, Sale, Visit

View = dict[str, Any]
_ID_BASE = 5_400_000_000_000
_SALE_TYPES = {
    "PRODUCT": "ProductSale",
    "SHIPPING": "ShippingLineSale",
    "GIFT_CARD": "GiftCardSale",
    "ADJUSTMENT": "AdjustmentSale",
    "DUTY": "DutySale",
}
_AGREEMENT_TYPES = {
    "ORDER": "OrderAgreement",
    "ORDER_EDIT": "OrderEditAgreement",
    "REFUND": "RefundAgreement",
    "RETURN": "ReturnAgreement",
}
# the attribution of visits is not ready in the first minutes of an order
JOURNEY_READY_AFTER = 900


def order_id(number: int) -> int:
    """The numeric id of an order; ids grow with the order number."""
    return _ID_BASE + number * 32_768


def number_of(legacy_id: int) -> int | None:
    """The order number of a numeric id."""
    number, rest = divmod(legacy_id - _ID_BASE, 32_768)
    return number if rest == 0 and number > 0 else None


def customer_id(person: Person) -> int:
    """The numeric id of a customer."""
    return 7_100_000_000_000 + person.number * 4_096


def updated_at(order: Order, at: int) -> int:
    """The newest change until a moment."""
    changes = order.changes
    for moment in reversed(changes):
        if moment <= at:
            return moment
    return changes[0]


def financial_status(order: Order, at: int) -> str:
    """`displayFinancialStatus` at a moment."""
    cancelled = order.cancelled_at is not None and order.cancelled_at <= at
    if cancelled and order.voided:
        return "VOIDED"
    if order.paid_at is None:
        return "AUTHORIZED"
    if order.paid_at > at:
        return "PENDING"
    refunded = sum(refund.amount for refund in order.refunds if refund.at <= at)
    if refunded == 0 and not cancelled:
        return "PAID"
    charged = sum(
        sale.total
        for agreement in order.agreements
        if agreement.at <= at and agreement.reason in {"ORDER", "ORDER_EDIT"}
        for sale in agreement.sales
    )
    return "REFUNDED" if refunded >= charged else "PARTIALLY_REFUNDED"


def order_view(order: Order, at: int, currency: str, *, taxes_included: bool) -> View:
    """The order at a moment."""
    legacy = order_id(order.number)
    cancelled = order.cancelled_at if order.cancelled_at and order.cancelled_at <= at else None
    fulfilled = order.fulfilled_at is not None and order.fulfilled_at <= at
    return {
        "__typename": "Order",
        "_order": order,
        "_at": at,
        "_currency": currency,
        "id": f"gid://shopify/Order/{legacy}",
        "legacyResourceId": str(legacy),
        "name": f"#{order.number}",
        "number": order.number,
        "createdAt": iso(order.created_at),
        "processedAt": iso(order.processed_at),
        "updatedAt": iso(updated_at(order, at)),
        "cancelledAt": iso(cancelled) if cancelled else None,
        "cancelReason": order.cancel_reason if cancelled else None,
        "closed": fulfilled,
        "closedAt": iso(order.fulfilled_at) if fulfilled and order.fulfilled_at else None,
        "confirmed": True,
        "test": order.test,
        "currencyCode": currency,
        "presentmentCurrencyCode": order.presentment.currency if order.presentment else currency,
        "displayFinancialStatus": financial_status(order, at),
        "displayFulfillmentStatus": "FULFILLED" if fulfilled else "UNFULFILLED",
        "email": order.email,
        "discountCode": order.discount_code,
        "discountCodes": [order.discount_code] if order.discount_code else [],
        "fullyPaid": order.paid_at is not None and order.paid_at <= at,
        "note": None,
        "sourceName": order.source_name,
        "tags": [],
        "taxesIncluded": taxes_included,
    }


def bag(view: View, minor: int) -> MoneyBag:
    """An amount of this order in both currencies."""
    return money_bag(minor, view["_currency"], view["_order"].presentment)


def sales_until(view: View, *reasons: str) -> list[Sale]:
    """Sales of the agreements made until the view's moment, of these reasons or of any."""
    return [
        sale
        for agreement in view["_order"].agreed(view["_at"])
        if not reasons or agreement.reason in reasons
        for sale in agreement.sales
    ]


def refunds_until(view: View) -> list[Refund]:
    """Refunds made until the view's moment."""
    return [refund for refund in view["_order"].refunds if refund.at <= view["_at"]]


def refund_view(view: View, refund: Refund) -> View:
    """A refund."""
    legacy = 880_000_000_000 + refund.number
    moment = iso(refund.at)
    return {
        "__typename": "Refund",
        "id": f"gid://shopify/Refund/{legacy}",
        "legacyResourceId": str(legacy),
        "createdAt": moment,
        "processedAt": moment,
        "updatedAt": moment,
        "note": refund.note,
        "order": view,
        "totalRefundedSet": bag(view, refund.amount),
    }


def line_view(view: View, index: int, line: Line, current: int) -> View:
    """A line of the order; `current` is what is left of it."""
    return {
        "__typename": "LineItem",
        "id": f"gid://shopify/LineItem/{view['_order'].number * 100 + index}",
        "title": line.title,
        "name": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "currentQuantity": current,
        "isGiftCard": line.gift_card,
        "originalUnitPriceSet": bag(view, line.unit_price),
    }


def line_views(view: View) -> list[View]:
    """The lines that are in the order by now."""
    left: dict[int, int] = {}
    for sale in sales_until(view):
        if sale.line is not None:
            left[sale.line] = left.get(sale.line, 0) + (sale.quantity or 0)
    lines = view["_order"].lines
    return [line_view(view, index, lines[index], left[index]) for index in sorted(left)]


def _sale_view(view: View, agreement: Agreement, index: int, sale: Sale) -> View:
    after = sale.discount
    if view["taxesIncluded"] and sale.discount:
        net = sale.total - sale.tax
        after = sale.discount + (round(sale.discount * sale.tax / net) if net else 0)
    return {
        "__typename": _SALE_TYPES[sale.line_type],
        "_view": view,
        "_sale": sale,
        "id": f"gid://shopify/{_SALE_TYPES[sale.line_type]}/{agreement.number * 100 + index}",
        "actionType": sale.action,
        "lineType": sale.line_type,
        "quantity": sale.quantity,
        "totalAmount": bag(view, sale.total),
        "totalDiscountAmountBeforeTaxes": bag(view, sale.discount),
        "totalDiscountAmountAfterTaxes": bag(view, after),
        "totalTaxAmount": bag(view, sale.tax),
    }


def line_of(sale_view: View) -> View:
    """The line that a sale is about."""
    view: View = sale_view["_view"]
    sale: Sale = sale_view["_sale"]
    index = sale.line or 0
    return line_view(view, index, view["_order"].lines[index], sale.quantity or 0)


def agreement_views(view: View) -> list[View]:
    """The agreements made until the view's moment, oldest first."""
    order: Order = view["_order"]
    made = []
    for agreement in order.agreed(view["_at"]):
        kind = _AGREEMENT_TYPES[agreement.reason]
        one: View = {
            "__typename": kind,
            "_view": view,
            "_agreement": agreement,
            "id": f"gid://shopify/{kind}/{agreement.number}",
            "happenedAt": iso(agreement.at),
            "reason": agreement.reason,
        }
        made.append(one)
    return made


def sale_views(agreement_view: View) -> list[View]:
    """The sales of an agreement."""
    agreement: Agreement = agreement_view["_agreement"]
    view: View = agreement_view["_view"]
    return [_sale_view(view, agreement, index, sale) for index, sale in enumerate(agreement.sales)]


def refund_of(agreement_view: View) -> View:
    """The refund that a refund agreement is about; of nothing, when no money had been taken."""
    agreement: Agreement = agreement_view["_agreement"]
    view: View = agreement_view["_view"]
    for refund in view["_order"].refunds:
        if refund.at == agreement.at:
            return refund_view(view, refund)
    return refund_view(view, Refund(agreement.number, agreement.at, 0, "Cancelled"))


def return_of(agreement_view: View) -> View:
    """The return that a return agreement is about."""
    agreement: Agreement = agreement_view["_agreement"]
    view: View = agreement_view["_view"]
    return {
        "__typename": "Return",
        "id": f"gid://shopify/Return/{agreement.number}",
        "name": f"{view['name']}-R1",
        "createdAt": iso(agreement.at),
        "order": view,
    }


def _visit_view(order: Order, visit: Visit | None) -> View | None:
    if visit is None:
        return None
    parameters = None
    landing = "https://aurora-outfitters.example/"
    if visit.utm_source is not None:
        parameters = {
            "source": visit.utm_source,
            "medium": visit.utm_medium,
            "campaign": visit.utm_campaign,
            "content": None,
            "term": None,
        }
        landing += f"?utm_source={visit.utm_source}&utm_medium={visit.utm_medium}"
    return {
        "__typename": "CustomerVisit",
        "id": f"gid://shopify/CustomerVisit/{order.number}{visit.at}",
        "occurredAt": iso(visit.at),
        "source": visit.source,
        "sourceDescription": None,
        "landingPage": landing,
        "referrerUrl": None,
        "utmParameters": parameters,
    }


def journey_view(view: View) -> View | None:
    """How the customer came; empty until the shop has made up its mind."""
    order: Order = view["_order"]
    if order.source_name != "web":
        return None
    if view["_at"] < order.created_at + JOURNEY_READY_AFTER:
        nothing = ("customerOrderIndex", "daysToConversion", "firstVisit", "lastVisit")
        return {"ready": False, **dict.fromkeys(nothing)}
    first = order.first_visit
    return {
        "ready": True,
        "customerOrderIndex": order.position,
        "daysToConversion": (order.processed_at - first.at) // 86_400 if first else None,
        "firstVisit": _visit_view(order, first),
        "lastVisit": _visit_view(order, order.last_visit),
    }


def customer_view(person: Person, orders: int, at: int) -> View:
    """A customer with an account; `orders` is how many they have placed by now."""
    legacy = customer_id(person)
    return {
        "__typename": "Customer",
        "id": f"gid://shopify/Customer/{legacy}",
        "legacyResourceId": str(legacy),
        "firstName": person.first_name,
        "lastName": person.last_name,
        "displayName": f"{person.first_name} {person.last_name}",
        "email": person.email,
        "defaultEmailAddress": {"emailAddress": person.email},
        "numberOfOrders": str(orders),
        "createdAt": iso(person.created_at),
        "updatedAt": iso(at),
    }
