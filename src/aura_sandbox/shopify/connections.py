"""Connections: pages of lists with Shopify's argument rules, and the ordered list of orders."""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from aura_sandbox.shopify import views
from aura_sandbox.shopify.search import SearchSyntaxError, compile_search
from aura_sandbox.world.orders import Order
from aura_sandbox.world.shopping import OrderBook

LARGEST_PAGE = 250
Connection = dict[str, Any]
# the place of an order in a list: by a value, then by id
Place = tuple[int, int]


def bad_request(message: str) -> GraphQLError:
    """An error of the caller, as Shopify codes it."""
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})


def page_size(arguments: dict[str, Any]) -> tuple[int, bool]:
    """How many are asked for, and whether from the end."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise bad_request("you must provide one of first or last")
    if first is not None and last is not None:
        raise bad_request("providing both first and last is not supported")
    size = int(first if first is not None else last or 0)
    if size > LARGEST_PAGE:
        raise bad_request(f"The first or last argument cannot be more than {LARGEST_PAGE}")
    if size < 0:
        raise bad_request("The first or last argument cannot be negative")
    return size, first is None


def encode_cursor(place: Place) -> str:
    """An opaque cursor of a place."""
    value, number = place
    text = json.dumps({"last_id": views.order_id(number), "last_value": str(value)})
    return base64.b64encode(text.encode()).decode()


def decode_cursor(cursor: str) -> Place:
    """The place of a cursor; a cursor that is not one of ours is the caller's error."""
    try:
        parsed = json.loads(base64.b64decode(cursor, validate=True))
        number = views.number_of(int(parsed["last_id"]))
        value = int(parsed["last_value"])
    except (ValueError, KeyError, TypeError):
        raise bad_request("invalid cursor") from None
    if number is None:
        raise bad_request("invalid cursor")
    return value, number


def connection(
    places: Sequence[Place], make: Callable[[int], Any], arguments: dict[str, Any], *, down: bool
) -> Connection:
    """A page of a sorted list; `make` gives the node of an index, `down` is the order of places."""
    size, from_end = page_size(arguments)

    def rank(place: Place) -> Place:
        return (-place[0], -place[1]) if down else place

    start, end = 0, len(places)
    if arguments.get("after") is not None:
        start = bisect_right(places, rank(decode_cursor(arguments["after"])), key=rank)
    if arguments.get("before") is not None:
        end = bisect_left(places, rank(decode_cursor(arguments["before"])), key=rank)
    chosen = (
        range(max(start, end - size), end) if from_end else range(start, min(end, start + size))
    )
    return {
        "nodes": [make(index) for index in chosen],
        "pageInfo": {
            "hasNextPage": bool(chosen) and chosen[-1] + 1 < len(places),
            "hasPreviousPage": bool(chosen) and chosen[0] > 0,
            "startCursor": encode_cursor(places[chosen[0]]) if chosen else None,
            "endCursor": encode_cursor(places[chosen[-1]]) if chosen else None,
        },
        "_places": places,
        "_chosen": chosen,
    }


def edges(page: Connection) -> list[dict[str, Any]]:
    """The edges of a page, made only when they are asked for."""
    return [
        {"cursor": encode_cursor(page["_places"][index]), "node": node}
        for index, node in zip(page["_chosen"], page["nodes"], strict=True)
    ]


_PLACES: list[Place] = [(index, index + 1) for index in range(LARGEST_PAGE)]
_CURSORS = [encode_cursor(place) for place in _PLACES]


def short_connection(nodes: list[Any], arguments: dict[str, Any]) -> Connection:
    """A page of a short list inside an order; its cursors are places in that list."""
    if arguments.get("reverse"):
        nodes.reverse()
    size, _from_end = page_size(arguments)
    if size >= len(nodes) and arguments.get("after") is None and arguments.get("before") is None:
        places = _PLACES[: len(nodes)]
        return {
            "nodes": nodes,
            "pageInfo": {
                "hasNextPage": False,
                "hasPreviousPage": False,
                "startCursor": _CURSORS[0] if nodes else None,
                "endCursor": _CURSORS[len(nodes) - 1] if nodes else None,
            },
            "_places": places,
            "_chosen": range(len(nodes)),
        }
    return connection(_PLACES[: len(nodes)], nodes.__getitem__, arguments, down=False)


@dataclass(frozen=True, slots=True)
class Selection:
    """Orders in the order asked for, with their places."""

    orders: list[Order]
    places: list[Place]
    down: bool


class OrderIndex:
    """Finds orders; a selection is kept while nothing in the shop has changed."""

    def __init__(self, book: OrderBook, timezone: str) -> None:
        self._book, self._timezone = book, timezone
        self._kept: OrderedDict[tuple[Any, ...], Selection] = OrderedDict()

    def select(
        self, at: int, search: str | None, sort_key: str, *, reverse: bool, oldest: int | None
    ) -> Selection:
        """Orders that match at a moment; none created before `oldest`."""
        floor = None if oldest is None else oldest // 3_600
        relative = at if search and "now" in search else None
        key = (self._book.changes_until(at), search, sort_key, reverse, floor, relative)
        if key not in self._kept:
            self._kept[key] = self._find(at, search, sort_key, reverse=reverse, oldest=oldest)
            if len(self._kept) > 4:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _find(
        self, at: int, search: str | None, sort_key: str, *, reverse: bool, oldest: int | None
    ) -> Selection:
        try:
            matches = compile_search(search, self._timezone, at)
        except SearchSyntaxError as error:
            raise bad_request(str(error)) from None
        orders = [
            order
            for order in self._book.orders
            if order.created_at <= at
            and (oldest is None or order.created_at >= oldest)
            and (matches is None or matches(order, at))
        ]
        placed = sorted(((_value(order, sort_key, at), order.number), order) for order in orders)
        if reverse:
            placed.reverse()
        return Selection([order for _, order in placed], [place for place, _ in placed], reverse)


def _value(order: Order, sort_key: str, at: int) -> int:
    if sort_key == "PROCESSED_AT":
        return order.processed_at
    if sort_key == "CREATED_AT":
        return order.created_at
    if sort_key == "UPDATED_AT":
        return views.updated_at(order, at)
    if sort_key in {"TOTAL_PRICE", "CURRENT_TOTAL_PRICE"}:
        return sum(sale.total for sale in order.agreements[0].sales)
    return order.number
