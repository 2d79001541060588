"""Orders as Shopify writes them, built for tests."""

from __future__ import annotations

from typing import Any

PAGE_END = {"hasNextPage": False, "endCursor": None}


def money(amount: str, currency: str = "USD") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def sale(
    total: str,
    *,
    tax: str = "0.0",
    discount: str = "0.0",
    line: str = "PRODUCT",
    action: str = "ORDER",
    currency: str = "USD",
) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Sale/1",
        "actionType": action,
        "lineType": line,
        "totalAmount": money(total, currency),
        "totalTaxAmount": money(tax, currency),
        "totalDiscountAmountBeforeTaxes": money(discount, currency),
    }


def agreement(
    number: int, happened_at: str, *sales: dict[str, Any], reason: str = "ORDER", **page: Any
) -> dict[str, Any]:
    kind = {"ORDER": "Order", "REFUND": "Refund", "RETURN": "Return"}.get(reason, "OrderEdit")
    return {
        "id": f"gid://shopify/{kind}Agreement/{number}",
        "happenedAt": happened_at,
        "reason": reason,
        "sales": {"nodes": list(sales), "pageInfo": {**PAGE_END, **page}},
    }


def order(number: int, *agreements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "processedAt": "2026-11-01T12:00:00Z",
        "updatedAt": "2026-11-09T12:00:00Z",
        "cancelledAt": None,
        "test": False,
        "currencyCode": "USD",
        "email": None,
        "customer": None,
        "customerJourneySummary": None,
        "agreements": {"nodes": list(agreements), "pageInfo": PAGE_END},
        **fields,
    }


def cost(
    requested: float = 50, *, available: float = 1900, maximum: float = 2000, rate: float = 100
) -> dict[str, Any]:
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": requested,
            "throttleStatus": {
                "maximumAvailable": maximum,
                "currentlyAvailable": available,
                "restoreRate": rate,
            },
        }
    }


def page(*orders: dict[str, Any], after: str | None = None, **figures: Any) -> dict[str, Any]:
    return {
        "data": {
            "orders": {
                "nodes": list(orders),
                "pageInfo": {"hasNextPage": after is not None, "endCursor": after},
            }
        },
        "extensions": cost(**figures),
    }


def errors(code: str, **extensions: Any) -> dict[str, Any]:
    return {"errors": [{"message": code, "extensions": {"code": code, **extensions}}]}
