"""What a bulk operation may ask: its rules, its pages, and its lines.

Source: shopify.dev, "Perform bulk operations with the GraphQL Admin API", operation restrictions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DefinitionNode,
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from aura_sandbox.shopify.connections import LARGEST_PAGE
from aura_sandbox.shopify.schema import sandbox_schema

MOST_CONNECTIONS = 5
DEEPEST = 2
_PAGES = frozenset({"first", "last", "after", "before"})
Node = dict[str, Any]


class InvalidBulkQueryError(Exception):
    """Why Shopify does not run it."""


def parse_bulk_query(text: str) -> DocumentNode:
    """A query that may run in bulk, with the first page of every connection asked for."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise InvalidBulkQueryError(f"Invalid bulk query: {error.message}") from None
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation.value != "query":
        raise InvalidBulkQueryError("Bulk queries must contain exactly one query operation.")
    if len(operations[0].selection_set.selections) != 1:
        raise InvalidBulkQueryError("Bulk queries must contain exactly one top-level field.")
    if errors := validate(sandbox_schema(), document):
        raise InvalidBulkQueryError(f"Invalid bulk query: {errors[0].message}")
    info = TypeInfo(sandbox_schema())
    reader = _Reader(info)
    paged: DocumentNode = visit(document, TypeInfoVisitor(info, reader))
    if reader.connections == 0:
        raise InvalidBulkQueryError("Bulk queries must contain at least one connection.")
    if reader.connections > MOST_CONNECTIONS:
        raise InvalidBulkQueryError("Bulk queries cannot contain more than 5 connections.")
    if reader.deepest > DEEPEST:
        raise InvalidBulkQueryError(
            "Bulk queries cannot contain connections with a nesting depth greater than 2."
        )
    return paged


class _Reader(Visitor):
    """Counts connections and has each of them ask for a page."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self._path: list[bool] = []
        self.connections = self.deepest = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        kind = self._info.get_type()
        is_connection = kind is not None and get_named_type(kind).name.endswith("Connection")
        self._path.append(is_connection)
        if is_connection:
            self.connections += 1
            self.deepest = max(self.deepest, sum(self._path) - 1)
            _check_connection(node)
        elif len(self._path) == 1:
            raise InvalidBulkQueryError("The top-level field of a bulk query is a connection here.")

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if not self._path.pop():
            return None
        return with_page(node, None)


def _check_connection(node: FieldNode) -> None:
    edges = _selected(node, "edges")
    inner = None if edges is None else _selected(edges, "node")
    if inner is None:
        raise InvalidBulkQueryError(
            f"The connection '{node.name.value}' must select its nodes as edges {{ node }}."
        )
    chosen = inner.selection_set.selections if inner.selection_set else ()
    nests = any(isinstance(one, FieldNode) and _selected(one, "edges") for one in chosen)
    own = _selected(inner, "id")
    if nests and (own is None or own.alias is not None):
        raise InvalidBulkQueryError(
            "The parent 'node' field for a nested connection must select the 'id' field without an "
            f"alias and must be of 'ID' return type. Connection fields without 'id': "
            f"{node.name.value}."
        )


def _selected(node: FieldNode, name: str) -> FieldNode | None:
    for one in node.selection_set.selections if node.selection_set else ():
        if isinstance(one, FieldNode) and one.name.value == name:
            return one
    return None


def with_page(node: FieldNode, after: str | None) -> FieldNode:
    """A connection that asks for the page after a cursor, and whether there are more."""
    arguments = [one for one in node.arguments or () if one.name.value not in _PAGES]
    arguments.append(_argument("first", IntValueNode(value=str(LARGEST_PAGE))))
    if after is not None:
        arguments.append(_argument("after", StringValueNode(value=after)))
    selections = list(node.selection_set.selections if node.selection_set else ())
    if _selected(node, "pageInfo") is None:
        inside = [FieldNode(name=NameNode(value=one)) for one in ("hasNextPage", "endCursor")]
        selections.append(
            FieldNode(
                name=NameNode(value="pageInfo"),
                selection_set=SelectionSetNode(selections=tuple(inside)),
            )
        )
    return FieldNode(
        name=node.name,
        alias=node.alias,
        directives=node.directives,
        arguments=tuple(arguments),
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )


def _argument(name: str, value: Any) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=value)


def page_after(document: DocumentNode, after: str | None) -> DocumentNode:
    """The document that asks for the page of its root that follows a cursor."""
    return DocumentNode(
        definitions=tuple(_definition_after(one, after) for one in document.definitions)
    )


def _definition_after(definition: DefinitionNode, after: str | None) -> DefinitionNode:
    if not isinstance(definition, OperationDefinitionNode):
        return definition
    roots = [
        with_page(root, after)
        for root in definition.selection_set.selections
        if isinstance(root, FieldNode)
    ]
    selection = SelectionSetNode(selections=tuple(roots))
    return OperationDefinitionNode(operation=definition.operation, selection_set=selection)


def lines_of(page: Node, *, grouped: bool) -> list[bytes]:
    """The lines of a page of roots: children right after their parents, or after all of these."""
    roots = [edge["node"] for edge in page["edges"]]
    if grouped:
        return [line for root in roots for line in _grouped(root, None)]
    found, level = [], [(root, None) for root in roots]
    while level:
        found += [_line(node, parent) for node, parent in level]
        level = [child for node, _ in level for child in _children(node)]
    return found


def _grouped(node: Node, parent: str | None) -> Iterator[bytes]:
    yield _line(node, parent)
    for child, own in _children(node):
        yield from _grouped(child, own)


def _children(node: Node) -> list[tuple[Node, Any]]:
    found = []
    for value in node.values():
        if isinstance(value, dict) and "edges" in value:
            if value["pageInfo"]["hasNextPage"]:
                raise InvalidBulkQueryError("A nested connection is longer than a page here.")
            found += [(edge["node"], node["id"]) for edge in value["edges"]]
    return found


def _line(node: Node, parent: str | None) -> bytes:
    fields = {
        name: value
        for name, value in node.items()
        if not (isinstance(value, dict) and "edges" in value)
    }
    if parent is not None:
        fields["__parentId"] = parent
    # Shopify escapes every slash
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")
    return text.encode() + b"\n"
