"""What a query costs, and the bucket it is paid from.

Shopify publishes the shape of its cost, not the formula: one point an object, nothing for a scalar,
connections by their page size. Ours has that shape: value objects (money, visits, page info) are
free, a connection costs 2 plus its child times (1 + log2 of the page size). So a client has to read
`throttleStatus` and cannot hard-code anything.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MOST_PER_QUERY = 1_000
# points the bucket holds and gets back in a second; shopify.dev, "Shopify API limits"
PLANS = {
    "standard": (2_000.0, 100.0),
    "advanced": (4_000.0, 200.0),
    "plus": (20_000.0, 1_000.0),
    "enterprise": (40_000.0, 2_000.0),
    "unlimited": (1_000_000_000.0, 1_000_000_000.0),
}
_FREE = frozenset(
    {
        "pageInfo",
        "shopMoney",
        "presentmentMoney",
        "utmParameters",
        "firstVisit",
        "lastVisit",
        "defaultEmailAddress",
        "accessScopes",
        "plan",
        "primaryDomain",
        "userErrors",
    }
)


class CostCounter:
    """What one document costs with its variables: at most, and for what it found."""

    def __init__(self, document: DocumentNode, variables: dict[str, Any]) -> None:
        self._variables = variables
        self._found: dict[int, int] = {}
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> int:
        """Points of an operation; a mutation costs 10 more."""
        base = 10 if operation.operation.value == "mutation" else 0
        return base + math.ceil(self._selection(operation.selection_set))

    def actual(self, operation: OperationDefinitionNode, data: Mapping[str, Any]) -> int:
        """Points of an operation once its data is there: connections at the root by their nodes."""
        for node in operation.selection_set.selections:
            if isinstance(node, FieldNode):
                found = data.get(node.alias.value if node.alias else node.name.value)
                nodes = found.get("nodes") if isinstance(found, dict) else None
                if isinstance(nodes, list):
                    self._found[id(node)] = len(nodes)
        return self.of(operation)

    def _selection(self, selection_set: SelectionSetNode | None) -> float:
        if selection_set is None:
            return 0.0
        points = 0.0
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                points += self._field(node)
            elif isinstance(node, InlineFragmentNode):
                points += self._selection(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                points += self._selection(self._fragments[node.name.value].selection_set)
        return points

    def _field(self, node: FieldNode) -> float:
        if node.selection_set is None:
            return 0.0
        inside = self._selection(node.selection_set)
        size = self._page_size(node)
        if size is not None:
            size = min(size, self._found.get(id(node), size))
            return 2 + max(1.0, inside) * (1 + math.log2(max(1, size)))
        name = node.name.value
        free = (
            name in _FREE or name.endswith(("Set", "Amount", "Taxes")) or name in {"nodes", "edges"}
        )
        return inside if free else inside + 1

    def _page_size(self, node: FieldNode) -> int | None:
        for argument in node.arguments or ():
            if argument.name.value not in {"first", "last"}:
                continue
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                size = self._variables.get(argument.value.name.value)
                return size if isinstance(size, int) else None
        return None


class Bucket:
    """A leaky bucket that fills by the real clock: a virtual one may stand still.

    `spent` and `refused` count the points that were paid and the queries that could not be.
    """

    def __init__(
        self, size: float, restore_rate: float, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self.size, self.restore_rate = size, restore_rate
        self.spent, self.refused = 0.0, 0
        self._elapsed = elapsed
        self._left, self._seen = size, elapsed()

    @property
    def available(self) -> float:
        """Points that can be spent now."""
        now = self._elapsed()
        self._left = min(self.size, self._left + (now - self._seen) * self.restore_rate)
        self._seen = now
        return self._left

    def take(self, points: float) -> bool:
        """Spend points if they are there; negative points are given back."""
        if points > self.available:
            self.refused += 1
            return False
        self._left = min(self.size, self._left - points)
        self.spent += points
        return True

    def status(self) -> dict[str, float]:
        """`throttleStatus` of a reply."""
        return {
            "maximumAvailable": self.size,
            "currentlyAvailable": int(self.available),
            "restoreRate": self.restore_rate,
        }
