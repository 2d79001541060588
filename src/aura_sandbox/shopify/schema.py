"""The executable schema: the SDL beside this file with resolvers over the views.

A field without a resolver of its own is read from the view's dictionary. Resolvers get a `Visit` as
context: who asks, when, and what the shop looks like then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NoReturn

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from aura_sandbox.faults import Fault
from aura_sandbox.scenario import Shop
from aura_sandbox.shopify import shopifyql, views, webhooks
from aura_sandbox.shopify.connections import (
    OrderIndex,
    bad_request,
    connection,
    edges,
    short_connection,
)
from aura_sandbox.shopify.views import View
from aura_sandbox.world.days import iso, midnight, zone
from aura_sandbox.world.orders import Order, total
from aura_sandbox.world.world import World

if TYPE_CHECKING:
    from aura_sandbox.shopify.bulk import BulkOperations

SIXTY_DAYS = 60 * 86_400
Resolver = Callable[..., Any]


@dataclass(slots=True)
class Visit:
    """One request: the world, the moment, the scopes of the token, and how to end the grant."""

    world: World
    index: OrderIndex
    at: int
    scopes: frozenset[str]
    client_id: str
    uninstall: Callable[[], None]
    drop_scopes: Callable[[list[str]], None]
    bulk: BulkOperations
    webhooks: webhooks.Webhooks
    site: str
    # the next fault of ShopifyQL, if one is set
    report_fault: Callable[[], Fault | None]

    @property
    def shop(self) -> Shop:
        """The scenario's shop."""
        return self.world.scenario.shop

    @property
    def oldest(self) -> int | None:
        """Without `read_all_orders` only the last 60 days are visible."""
        return None if "read_all_orders" in self.scopes else self.at - SIXTY_DAYS

    def view(self, order: Order) -> View:
        """An order as it is now."""
        return views.order_view(
            order, self.at, self.shop.currency, taxes_included=self.shop.taxes_included
        )

    def need(self, scope: str, field: str) -> None:
        """Refuse a field whose scope was not granted."""
        if scope not in self.scopes:
            self.deny(scope, field)

    @staticmethod
    def deny(scope: str, field: str) -> NoReturn:
        """Refuse a field as Shopify does, whether a scope or an approval is missing."""
        raise GraphQLError(
            f"Access denied for {field} field. Required access: `{scope}` access scope.",
            extensions={
                "code": "ACCESS_DENIED",
                "documentation": "https://shopify.dev/api/usage/access-scopes",
                "requiredAccess": f"`{scope}` access scope.",
            },
        )


def _orders(_root: Any, info: Any, **arguments: Any) -> Any:
    visit: Visit = info.context
    visit.need("read_orders", "orders")
    selection = visit.index.select(
        visit.at,
        arguments.get("query"),
        arguments["sortKey"],
        reverse=bool(arguments.get("reverse")),
        oldest=visit.oldest,
    )
    orders = selection.orders
    return connection(
        selection.places,
        lambda index: visit.view(orders[index]),
        arguments,
        down=selection.down,
    )


def _orders_count(_root: Any, info: Any, **arguments: Any) -> Any:
    visit: Visit = info.context
    visit.need("read_orders", "ordersCount")
    selection = visit.index.select(
        visit.at, arguments.get("query"), "ID", reverse=False, oldest=visit.oldest
    )
    count, limit = len(selection.orders), arguments.get("limit")
    if limit is not None and count > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": count, "precision": "EXACT"}


def _legacy_id(gid: str, kind: str) -> int | None:
    prefix = f"gid://shopify/{kind}/"
    rest = gid.removeprefix(prefix)
    return int(rest) if gid.startswith(prefix) and rest.isdecimal() else None


def _order(_root: Any, info: Any, **arguments: Any) -> Any:
    visit: Visit = info.context
    visit.need("read_orders", "order")
    legacy = _legacy_id(arguments["id"], "Order")
    if legacy is None:
        raise bad_request(f"Invalid id: {arguments['id']}")
    number = views.number_of(legacy)
    for order in visit.world.order_book.orders:
        if order.number == number and order.exists(visit.at):
            old = visit.oldest is not None and order.created_at < visit.oldest
            return None if old else visit.view(order)
    return None


def _customer(_root: Any, info: Any, **arguments: Any) -> Any:
    visit: Visit = info.context
    visit.need("read_customers", "customer")
    legacy = _legacy_id(arguments["id"], "Customer")
    for person in visit.world.order_book.people:
        if views.customer_id(person) == legacy and person.created_at <= visit.at:
            return _person_view(visit, person)
    return None


def _node(root: Any, info: Any, **arguments: Any) -> Any:
    kind = arguments["id"].removeprefix("gid://shopify/").partition("/")[0]
    if kind == "Order":
        return _order(root, info, **arguments)
    if kind == "Customer":
        return _customer(root, info, **arguments)
    return None


def _shop(_root: Any, info: Any) -> Any:
    visit: Visit = info.context
    shop = visit.shop
    day = visit.world.order_book.first_day
    offset = datetime.fromtimestamp(visit.at, zone(shop.timezone)).utcoffset()
    return {
        "__typename": "Shop",
        "id": "gid://shopify/Shop/61234567890",
        "name": shop.name,
        "myshopifyDomain": shop.domain,
        "email": "owner@example.com",
        "url": f"https://{shop.domain}",
        "primaryDomain": {
            "__typename": "Domain",
            "id": "gid://shopify/Domain/91234567890",
            "host": shop.domain,
            "url": f"https://{shop.domain}",
        },
        "currencyCode": shop.currency,
        "enabledPresentmentCurrencies": [shop.currency, *(code for code, _ in shop.presentment)],
        "ianaTimezone": shop.timezone,
        "timezoneOffsetMinutes": int(offset.total_seconds() // 60) if offset else 0,
        "taxesIncluded": shop.taxes_included,
        "createdAt": iso(midnight(day, shop.timezone)),
        "plan": {"publicDisplayName": "Sandbox", "partnerDevelopment": False, "shopifyPlus": True},
    }


def _scope_view(handle: str) -> View:
    return {"handle": handle, "description": handle.replace("_", " ").capitalize()}


def _app_view(visit: Visit) -> View:
    return {
        "__typename": "App",
        "id": "gid://shopify/App/4242424242",
        "title": "Sandbox application",
        "handle": visit.client_id,
        "apiKey": visit.client_id,
    }


def _installation(_root: Any, info: Any) -> Any:
    visit: Visit = info.context
    return {
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/535353535353",
        "app": _app_view(visit),
        "accessScopes": [_scope_view(scope) for scope in sorted(visit.scopes)],
    }


def _uninstall(_root: Any, info: Any) -> Any:
    visit: Visit = info.context
    visit.uninstall()
    return {"app": _app_view(visit), "userErrors": []}


def _revoke_scopes(_root: Any, info: Any, scopes: list[str]) -> Any:
    visit: Visit = info.context
    unknown = [scope for scope in scopes if scope not in visit.scopes]
    if unknown:
        message = (
            f"The requested list of scopes to revoke includes scopes not granted: {unknown[0]}"
        )
        return {"revoked": None, "userErrors": [{"field": ["scopes"], "message": message}]}
    visit.drop_scopes(scopes)
    return {"revoked": [_scope_view(scope) for scope in scopes], "userErrors": []}


def _bulk_run(_root: Any, info: Any, **arguments: Any) -> Any:
    visit: Visit = info.context
    return visit.bulk.run(visit, arguments["query"], grouped=arguments["groupObjects"])


def _bulk_list(_root: Any, info: Any, **arguments: Any) -> Any:
    visit: Visit = info.context
    return short_connection(visit.bulk.listed(visit, arguments.get("query")), arguments)


def _person_view(visit: Visit, person: Any) -> View:
    placed = sum(
        1
        for order in visit.world.order_book.orders_of(person)
        if not order.guest and not order.test and order.exists(visit.at)
    )
    return views.customer_view(person, placed, visit.at)


def _order_customer(view: View, info: Any) -> Any:
    order: Order = view["_order"]
    if order.person is None or order.guest:
        return None
    visit: Visit = info.context
    visit.need("read_customers", "customer")
    return _person_view(visit, order.person)


def _sum(*line_types: str, reasons: tuple[str, ...] = (), part: str = "total") -> Resolver:
    """A resolver of an order-level amount: a sum over its sales."""

    def resolve(view: View, _info: Any) -> Any:
        sales = views.sales_until(view, *reasons)
        chosen = [sale for sale in sales if not line_types or sale.line_type in line_types]
        return views.bag(view, sum(getattr(sale, part) for sale in chosen))

    return resolve


_SOLD = ("ORDER", "ORDER_EDIT")
_GOODS = ("PRODUCT", "GIFT_CARD")


def _received(view: View, _info: Any) -> Any:
    paid = view["_order"].paid_at
    charged = sum(sale.total for sale in views.sales_until(view, *_SOLD))
    return views.bag(view, charged if paid is not None and paid <= view["_at"] else 0)


def _refunded_amount(view: View) -> int:
    return sum(refund.amount for refund in views.refunds_until(view))


def _net_payment(view: View, _info: Any) -> Any:
    paid = view["_order"].paid_at
    charged = sum(sale.total for sale in views.sales_until(view, *_SOLD))
    received = charged if paid is not None and paid <= view["_at"] else 0
    return views.bag(view, received - _refunded_amount(view))


def _refunds(view: View, _info: Any, first: int | None = None) -> Any:
    return [views.refund_view(view, refund) for refund in views.refunds_until(view)][:first]


_RESOLVERS: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "bulkOperation": lambda _, info, **asked: info.context.bulk.one(info.context, asked["id"]),
        "bulkOperations": _bulk_list,
        "currentBulkOperation": lambda _, info, **_asked: info.context.bulk.current(info.context),
        "currentAppInstallation": _installation,
        "customer": _customer,
        "node": _node,
        "order": _order,
        "orders": _orders,
        "ordersCount": _orders_count,
        "shop": _shop,
        "shopifyqlQuery": shopifyql.resolve,
        **webhooks.QUERIES,
    },
    "Mutation": {
        "appRevokeAccessScopes": _revoke_scopes,
        "appUninstall": _uninstall,
        "bulkOperationCancel": lambda _, info, id: info.context.bulk.cancel(info.context, id),  # noqa: A006 - Shopify's name
        "bulkOperationRunQuery": _bulk_run,
        **webhooks.MUTATIONS,
    },
    "Order": {
        "agreements": lambda view, _info, **arguments: short_connection(
            views.agreement_views(view), arguments
        ),
        "currentSubtotalPriceSet": _sum(*_GOODS),
        "currentTotalDiscountsSet": _sum(part="discount"),
        "currentTotalPriceSet": _sum(),
        "currentTotalTaxSet": _sum(part="tax"),
        "customer": _order_customer,
        "customerJourneySummary": lambda view, _info: views.journey_view(view),
        "edited": lambda view, _info: any(
            agreement.reason == "ORDER_EDIT" for agreement in view["_order"].agreed(view["_at"])
        ),
        "lineItems": lambda view, _info, **arguments: short_connection(
            views.line_views(view), arguments
        ),
        "netPaymentSet": _net_payment,
        "originalTotalPriceSet": lambda view, _info: views.bag(
            view, total(view["_order"].agreements[0].sales)
        ),
        "refunds": _refunds,
        "subtotalPriceSet": _sum(*_GOODS, reasons=_SOLD),
        "totalDiscountsSet": _sum(reasons=_SOLD, part="discount"),
        "totalPriceSet": _sum(reasons=_SOLD),
        "totalReceivedSet": _received,
        "totalRefundedSet": lambda view, _info: views.bag(view, _refunded_amount(view)),
        "totalShippingPriceSet": _sum("SHIPPING", reasons=_SOLD),
        "totalTaxSet": _sum(reasons=_SOLD, part="tax"),
    },
    "GiftCardSale": {"lineItem": lambda view, _info: views.line_of(view)},
    "ProductSale": {"lineItem": lambda view, _info: views.line_of(view)},
    "OrderAgreement": {"order": lambda view, _info: view["_view"]},
    "RefundAgreement": {"refund": lambda view, _info: views.refund_of(view)},
    "ReturnAgreement": {"return": lambda view, _info: views.return_of(view)},
}


def _sales(view: View, _info: Any, **arguments: Any) -> Any:
    return short_connection(views.sale_views(view), arguments)


def _edges(page: View, _info: Any) -> Any:
    return edges(page)


def _reader(name: str) -> Resolver:
    def read(source: View, _info: Any) -> Any:
        return source[name]

    return read


def _kind(value: View, _info: Any, _abstract: Any) -> str:
    kind: str = value["__typename"]
    return kind


@cache
def sandbox_schema() -> GraphQLSchema:
    """The schema, built once."""
    text = files("aura_sandbox.shopify").joinpath("schema.graphql").read_text(encoding="utf-8")
    schema = build_schema(text)
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = _kind
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            resolver = _RESOLVERS.get(name, {}).get(field_name)
            if resolver is None and name.endswith("Agreement") and field_name == "sales":
                resolver = _sales
            if name.endswith("Connection") and field_name == "edges":
                resolver = _edges
            field.resolve = resolver or _reader(field_name)
            field.extensions = {"plain": resolver is None}
    return schema
