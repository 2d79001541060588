"""Our documents against the Admin schema that Shopify publishes in its npm package."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    parse,
    validate,
    visit,
)

from aura.connectors.shopify.consent import OPTIONAL_SCOPES, SCOPES
from aura.connectors.shopify.documents import API_VERSION, DOCUMENTS
from aura.connectors.versions import answered_versions
from contracts.published import introspected, published

VERSIONS = answered_versions("shopify", datetime.now(UTC).date())


def scopes_of(version: str) -> dict[str, list[str]]:
    """The scopes of a version's types and fields."""
    return {
        ".".join(filter(None, (item["typeName"], item.get("fieldName")))): item["offlineScopes"]
        for item in introspected(version)["offline_scopes"]["items"]
    }


def touched(schema: GraphQLSchema, document: str) -> Iterator[str]:
    """Names of the types and fields that a document reads."""
    info = TypeInfo(schema)
    names: set[str] = set()

    class Reader(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent, field = info.get_parent_type(), info.get_field_def()
            if parent is not None and field is not None:
                names.update((parent.name, f"{parent.name}.{node.name.value}"))
                names.add(get_named_type(field.type).name)

    visit(parse(document), TypeInfoVisitor(info, Reader()))
    yield from sorted(names)


def complaints(name: str, schema: GraphQLSchema) -> list[str]:
    """What a schema has against a document, with what to do about it."""
    return [
        f"{error.message} Please change the document {name!r} in connectors/shopify/documents.py."
        for error in validate(schema, parse(DOCUMENTS[name]))
    ]


def test_the_newest_version_is_the_one_we_ask_for() -> None:
    assert VERSIONS[-1] == API_VERSION


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.xdist_group("shopify-schema")
def test_a_document_is_valid(name: str, version: str) -> None:
    assert complaints(name, published(version)) == []


@pytest.mark.xdist_group("shopify-schema")
def test_a_field_that_disappears_is_named_with_the_document_to_change() -> None:
    schema = build_client_schema(introspected(API_VERSION)["data"], assume_valid=True)
    order = schema.type_map["Order"]
    assert isinstance(order, GraphQLObjectType)
    del order.fields["agreements"]
    found = {name: complaints(name, schema) for name in DOCUMENTS}
    assert "Cannot query field 'agreements' on type 'Order'" in found["orders"][0]
    assert "change the document 'orders' in connectors/shopify/documents.py" in found["orders"][0]
    assert found["shop"] == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.xdist_group("shopify-schema")
def test_a_document_needs_no_scope_that_is_not_asked_for(name: str, version: str) -> None:
    schema, scopes = published(version), scopes_of(version)
    denied = {
        what: needed
        for what in touched(schema, DOCUMENTS[name])
        if (needed := scopes.get(what, [])) and not set(needed) & {*SCOPES, *OPTIONAL_SCOPES}
    }
    assert denied == {}, "ask for the scope in connectors/shopify/consent.py, or do without it"


@pytest.mark.xdist_group("shopify-schema")
def test_every_scope_that_the_schema_knows_is_needed_by_a_document() -> None:
    schema, scopes = published(API_VERSION), scopes_of(API_VERSION)
    needed = {
        scope
        for document in DOCUMENTS.values()
        for what in touched(schema, document)
        for scope in scopes.get(what, [])
    }
    # read_all_orders belongs to no field: it decides how far back orders are shown
    assert {*SCOPES, *OPTIONAL_SCOPES} - {"read_all_orders"} <= needed


@pytest.mark.xdist_group("shopify-schema")
def test_every_line_type_of_the_schema_has_its_component() -> None:
    schema = published(API_VERSION)
    line_types = schema.type_map["SaleLineType"]
    assert set(line_types.values) == {
        "PRODUCT",
        "ADJUSTMENT",
        "SHIPPING",
        "DUTY",
        "FEE",
        "ADDITIONAL_FEE",
        "GIFT_CARD",
        "TIP",
        "UNKNOWN",
    }


def selected(document: str) -> set[str]:
    """Every field below an order, by its path; what belongs to paging is left out."""
    found: set[str] = set()
    path: list[str] = []

    class Reader(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            path.append(node.name.value)
            found.add(".".join(one for one in path if one not in {"edges", "node", "nodes"}))

        def leave_field(self, *_: Any) -> None:
            path.pop()

    visit(parse(document), Reader())
    return {one for one in found if "pageInfo" not in one}


def test_a_bulk_operation_reads_what_pages_read() -> None:
    assert selected(DOCUMENTS["bulk_orders"]) == selected(DOCUMENTS["orders"])


@pytest.mark.xdist_group("shopify-schema")
def test_a_bulk_operation_keeps_to_its_limits() -> None:
    """Five connections, two levels below the first, and an id for whatever has children."""
    info = TypeInfo(published(API_VERSION))
    depths: list[int] = []
    inside: list[FieldNode] = []

    class Reader(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            kind = info.get_type()
            if kind is not None and get_named_type(kind).name.endswith("Connection"):
                depths.append(len(inside))
                inside.append(node)
            elif node.name.value == "node":
                names = [one.name.value for one in node.selection_set.selections]  # type: ignore[union-attr]
                assert "id" in names

        def leave_field(self, node: FieldNode, *_: Any) -> None:
            if inside and inside[-1] is node:
                inside.pop()

    visit(parse(DOCUMENTS["bulk_orders"]), TypeInfoVisitor(info, Reader()))
    assert depths == [0, 1, 2]
