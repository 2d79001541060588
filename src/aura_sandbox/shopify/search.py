"""Shopify's search syntax for orders: `updated_at:>='2026-11-01T00:00:00Z' test:false status:any`.

Terms side by side must all hold; AND, OR, NOT, a leading minus and parentheses work as documented
at shopify.dev/docs/api/usage/search-syntax. An unknown field matches everything, as at Shopify,
which only warns.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime

from aura_sandbox.shopify import views
from aura_sandbox.world.days import zone
from aura_sandbox.world.orders import Order

Predicate = Callable[[Order, int], bool]
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<paren>[()])
      | (?P<term>-?(?:[A-Za-z_.]+\s*:\s*(?:>=|<=|>|<|=)?\s*)?(?:'[^']*'|"[^"]*"|[^\s()'"]+))
    )""",
    re.VERBOSE,
)
_TERM = re.compile(r"""(-?)(?:([A-Za-z_.]+)\s*:\s*(>=|<=|>|<|=)?\s*)?(.*)""", re.DOTALL)
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "": operator.eq,
    "=": operator.eq,
}
_MOMENTS: dict[str, Callable[[Order, int], int]] = {
    "created_at": lambda order, _: order.created_at,
    "processed_at": lambda order, _: order.processed_at,
    "updated_at": views.updated_at,
}


class SearchSyntaxError(Exception):
    """The query cannot be read."""


def _moment(text: str, timezone: str, now: int) -> int:
    """A moment; without an offset it is in the shop's time zone, `now` is the moment of asking."""
    if text == "now":
        return now
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise SearchSyntaxError(f"Invalid timestamp for query: {text}") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=zone(timezone))
    return int(parsed.timestamp())


def _status(text: str) -> Predicate:
    wanted = text.lower()

    def cancelled(order: Order, at: int) -> bool:
        return order.cancelled_at is not None and order.cancelled_at <= at

    def closed(order: Order, at: int) -> bool:
        return order.fulfilled_at is not None and order.fulfilled_at <= at

    if wanted == "cancelled":
        return cancelled
    if wanted == "closed":
        return closed
    if wanted == "open":
        return lambda order, at: not cancelled(order, at) and not closed(order, at)
    return lambda _order, _at: True


def _texts(field: str, value: str) -> Predicate:
    """A filter on text; a field that is not known matches everything."""
    wanted = value.lower()
    choices = wanted.split(",")
    known: dict[str, Predicate] = {
        "email": lambda order, _: (order.email or "").lower() == wanted,
        "financial_status": lambda order, at: views.financial_status(order, at).lower() in choices,
        "name": lambda order, _: wanted.lstrip("#") == str(order.number),
        "source_name": lambda order, _: order.source_name in choices,
        "status": _status(value),
        "test": lambda order, _: order.test == (wanted == "true"),
        "customer_id": lambda order, _: (
            order.person is not None
            and not order.guest
            and str(views.customer_id(order.person)) == value
        ),
    }
    return known.get(field, lambda _order, _at: True)


def _numbers(comparator: str | None, limit: int, read: Callable[[Order, int], int]) -> Predicate:
    compare = _COMPARE[comparator or ""]
    return lambda order, at: compare(read(order, at), limit)


def _term(text: str, timezone: str, now: int) -> Predicate:
    match = _TERM.fullmatch(text)
    if match is None:
        raise SearchSyntaxError(f"Invalid search term: {text}")
    minus, field, comparator, value = match.groups()
    value = value.strip("'\"")
    if field in _MOMENTS:
        predicate = _numbers(comparator, _moment(value, timezone, now), _MOMENTS[field])
    elif field == "id":
        if not value.isdecimal():
            raise SearchSyntaxError(f"Invalid id for query: {value}")
        predicate = _numbers(comparator, int(value), lambda order, _: views.order_id(order.number))
    elif field:
        predicate = _texts(field, value)
    else:
        predicate = _anywhere(value.lower().lstrip("#"))
    return _negated(predicate) if minus else predicate


def _anywhere(wanted: str) -> Predicate:
    return lambda order, _: wanted == str(order.number) or wanted in (order.email or "").lower()


def _negated(predicate: Predicate) -> Predicate:
    return lambda order, at: not predicate(order, at)


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SearchSyntaxError(f"Invalid search field for query at: {text[position:]}")
        tokens.append((match["paren"] or match["term"]).strip())
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str], timezone: str, now: int) -> None:
        self._tokens, self._timezone, self._now = tokens, timezone, now

    def either(self) -> Predicate:
        """Alternatives joined by OR."""
        parts = [self._every()]
        while self._tokens and self._tokens[0] == "OR":
            self._tokens.pop(0)
            parts.append(self._every())
        if len(parts) == 1:
            return parts[0]
        return lambda order, at: any(part(order, at) for part in parts)

    def _every(self) -> Predicate:
        parts: list[Predicate] = []
        while self._tokens and self._tokens[0] not in {"OR", ")"}:
            if self._tokens[0] == "AND":
                self._tokens.pop(0)
                continue
            parts.append(self._one())
        if len(parts) == 1:
            return parts[0]
        return lambda order, at: all(part(order, at) for part in parts)

    def _one(self) -> Predicate:
        word = self._tokens.pop(0)
        if word == "NOT":
            return _negated(self._one())
        if word != "(":
            return _term(word, self._timezone, self._now)
        inside = self.either()
        if not self._tokens or self._tokens.pop(0) != ")":
            raise SearchSyntaxError("Unbalanced parentheses")
        return inside


def compile_search(text: str | None, timezone: str, now: int) -> Predicate | None:
    """A test of an order at a moment, None when everything matches."""
    if text is None or not text.strip():
        return None
    parser = _Parser(_tokens(text), timezone, now)
    predicate = parser.either()
    if parser._tokens:  # noqa: SLF001 - the parser is of this module
        raise SearchSyntaxError("Unbalanced parentheses")
    return predicate
