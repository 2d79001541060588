"""The sandbox's Shopify schema is a subset of the one Shopify publishes, down to every argument.

So a query that the sandbox accepts is one that Shopify accepts. Published schemas: npm package
@shopify/dev-mcp 1.16.0, fetched by shopify-schema.sh.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    is_enum_type,
    parse,
    validate,
)

from aura_sandbox.shopify.schema import sandbox_schema
from contracts.published import published


def differing_fields(
    name: str, ours: GraphQLField, theirs: GraphQLField | None
) -> Iterator[tuple[str, object, object]]:
    if theirs is None:
        yield name, "exists", "does not exist"
        return
    if str(ours.type) != str(theirs.type):
        yield name, str(ours.type), str(theirs.type)
    if (ours.deprecation_reason is None) != (theirs.deprecation_reason is None):
        yield name, "deprecation", theirs.deprecation_reason
    arguments = [
        {key: (str(one.type), one.default_value) for key, one in field.args.items()}
        for field in (ours, theirs)
    ]
    if arguments[0] != arguments[1]:
        yield name, arguments[0], arguments[1]


def differences(
    ours: GraphQLNamedType, theirs: GraphQLNamedType | None
) -> Iterator[tuple[str, object, object]]:
    if theirs is None or type(ours) is not type(theirs):
        yield ours.name, type(ours), type(theirs)
        return
    if (
        is_enum_type(ours)
        and is_enum_type(theirs)
        and not ours.values.keys() <= theirs.values.keys()
    ):
        yield ours.name, set(ours.values), set(theirs.values)
    if not isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
        return
    assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
    bases = [{base.name for base in kind.interfaces} for kind in (ours, theirs)]
    if not bases[0] <= bases[1]:
        yield ours.name, bases[0], bases[1]
    for name, field in ours.fields.items():
        yield from differing_fields(f"{ours.name}.{name}", field, theirs.fields.get(name))


@pytest.mark.xdist_group("shopify-schema")
@pytest.mark.parametrize("version", ["2026-07", "2026-10"])
def test_every_type_field_and_argument_is_shopifys(version: str) -> None:
    theirs = published(version)
    ours = sandbox_schema()
    found = [
        difference
        for name, kind in ours.type_map.items()
        if not name.startswith("__")
        for difference in differences(kind, theirs.type_map.get(name))
    ]
    assert found == []


def test_a_wrong_type_would_be_noticed() -> None:
    theirs = published("2026-10")
    text = files("aura_sandbox.shopify").joinpath("schema.graphql").read_text(encoding="utf-8")
    wrong = build_schema(text.replace("processedAt: DateTime!", "processedAt: DateTime", 1))
    order = wrong.type_map["Order"]
    assert [one[0] for one in differences(order, theirs.type_map["Order"])] == ["Order.processedAt"]


def test_a_query_of_the_sandbox_is_a_query_of_shopify() -> None:
    query = parse(
        '{ orders(first: 1, query: "test:false") { nodes { id agreements(first: 1) { nodes '
        "{ reason sales(first: 1) { nodes { lineType totalAmount { shopMoney { amount } } } } } } "
        "customerJourneySummary { ready lastVisit { utmParameters { source } } } } } }"
    )
    assert validate(sandbox_schema(), query) == []
    assert validate(published("2026-10"), query) == []
