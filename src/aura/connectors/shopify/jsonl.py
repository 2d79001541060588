"""The file of a bulk operation: lines in any order go in, whole orders come out.

Every line is an order, an agreement or a sale; the last two name their parent. Shopify promises
little about the order of lines, so nothing is taken from it: orders are put together once the last
line is there. Lines are kept as they came, a fraction of what they are once parsed. What does not
fit together makes the whole file worthless: BulkFailedError.
Source: shopify.dev, "Perform bulk operations with the GraphQL Admin API" (2026-10).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from aura.connectors.contract import BulkFailedError
from aura.connectors.http import parse_json

PARENT: Final = "__parentId"
_END: Final = {"hasNextPage": False}


class OrderFile:
    """The lines of one file.

    Attributes:
        size: bytes that came.
    """

    def __init__(self) -> None:
        self.size = 0
        self._ids: set[str] = set()
        self._orders: dict[str, bytes] = {}
        # by their parent: the id and the line of each child
        self._children: dict[str, list[tuple[str, bytes]]] = {}

    @classmethod
    async def read(cls, pieces: AsyncIterator[bytes]) -> OrderFile:
        """Take in a file to its end."""
        file = cls()
        rest = b""
        async for piece in pieces:
            file.size += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                file.add(line)
        # the last line needs no end; cut off in its middle, it is no JSON
        file.add(rest)
        return file

    def add(self, line: bytes) -> None:
        """Take in a line; an empty one is none."""
        if not line.strip():
            return
        try:
            fields = parse_json(line)
        except ValueError:
            raise BulkFailedError("Shopify's file of orders has a line that is cut off.") from None
        own = fields.get("id") if isinstance(fields, dict) else None
        if not isinstance(own, str) or own in self._ids:
            raise BulkFailedError("Shopify's file of orders has a line without an id of its own.")
        self._ids.add(own)
        parent = fields.get(PARENT)
        if parent is None:
            self._orders[own] = line
        else:
            self._children.setdefault(str(parent), []).append((own, line))

    def check(self, *, objects: int, roots: int, size: int | None) -> None:
        """Compare with what the operation says it wrote, down to the last line and byte."""
        if size is not None and size != self.size:
            raise BulkFailedError(f"Shopify's file of orders has {self.size} bytes, not {size}.")
        found = (len(self._ids), len(self._orders))
        if found != (objects, roots):
            raise BulkFailedError(
                f"Shopify's file of orders has {found[0]} lines and {found[1]} orders, "
                f"not {objects} and {roots}."
            )
        agreements = [own for order in self._orders for own, _ in self._children.get(order, ())]
        sales = sum(len(self._children.get(own, ())) for own in agreements)
        if len(self._orders) + len(agreements) + sales != len(self._ids):
            raise BulkFailedError("Shopify's file of orders has lines that belong to no order.")

    def orders(self) -> Iterator[dict[str, Any]]:
        """Every order as the API shows it with all of its agreements and sales."""
        for own, line in self._orders.items():
            yield {**parse_json(line), "agreements": self._whole(own, self._agreement)}

    def _agreement(self, own: str, line: bytes) -> dict[str, Any]:
        return {**parse_json(line), "sales": self._whole(own, lambda _, sale: parse_json(sale))}

    def _whole(self, parent: str, make: Any) -> dict[str, Any]:
        children = self._children.get(parent, ())
        return {"nodes": [make(own, line) for own, line in children], "pageInfo": _END}
