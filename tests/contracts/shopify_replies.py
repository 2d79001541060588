"""Shopify's published schema as a judge of replies.

A document and the sandbox's reply to it go in. The document has to be valid, and the reply is
executed as if it were the shop's data: graphql-core completes every value by its published type,
non-null, list, enumeration and scalar alike, and what it writes must be what was replied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)

from contracts.published import published

SHAPES = {
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "Decimal": re.compile(r"-?\d+(\.\d+)?"),
    "UnsignedInt64": re.compile(r"\d+"),
    "URL": re.compile(r"https?://\S+"),
    "ID": re.compile(r"gid://shopify/\w+/[\w-]+(\?.*)?"),
}


class Judge:
    """The published schema of one version."""

    def __init__(self, version: str) -> None:
        self.schema = published(version)

    def faults(self, document: str, variables: dict[str, Any], reply: dict[str, Any]) -> list[str]:
        """What is wrong with a reply; nothing when Shopify could have given it."""
        parsed = parse(document)
        found = [error.message for error in validate(self.schema, parsed)]
        if reply.keys() - {"data", "errors", "extensions"}:
            found.append(f"unknown parts {sorted(reply)}")
        for error in reply.get("errors", []):
            found += _error_faults(error)
        if "data" not in reply:
            return found if reply.get("errors") else [*found, "neither data nor errors"]
        executed = execute_sync(
            self.schema,
            parsed,
            root_value=reply["data"],
            variable_values=variables,
            field_resolver=_replied,
            type_resolver=_type_of,
        )
        found += [str(error) for error in executed.errors or ()]
        if not found and _written(executed.data) != _written(reply["data"]):
            found.append("the reply holds more or other values than its document asks for")
        return found


def _replied(source: dict[str, Any], info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    value = source[info.path.key]
    name = get_named_type(info.return_type).name
    if name in SHAPES:
        for one in value if isinstance(value, list) else [value]:
            if one is not None and not (isinstance(one, str) and SHAPES[name].fullmatch(one)):
                raise TypeError(f"{one!r} is no {name}")
    return value


def _type_of(value: dict[str, Any], info: GraphQLResolveInfo, kind: GraphQLAbstractType) -> str:
    """The type a reply names, or any that has the fields which were asked of all of them."""
    return value.get("__typename") or info.schema.get_possible_types(kind)[0].name


def _written(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def _error_faults(error: Any) -> Iterator[str]:
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        yield "an error without a message"
    elif error.keys() - {"message", "locations", "path", "extensions"}:
        yield f"an error with {sorted(error)}"


def everything(schema: GraphQLSchema, kind: GraphQLObjectType, depth: int, first: int = 2) -> str:
    """A selection of all fields of a type that need no argument, down to a depth."""
    parts = [
        part
        for name, field in kind.fields.items()
        if field.deprecation_reason is None and name != "edges"
        for part in _selected(schema, name, field, depth, first)
    ]
    return " ".join(parts)


def _selected(
    schema: GraphQLSchema, name: str, field: GraphQLField, depth: int, first: int
) -> Iterator[str]:
    if any(is_required_argument(argument) for argument in field.args.values()):
        return
    page = f"(first: {first})" if "first" in field.args else ""
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        yield f"{name}{page}"
        return
    if depth == 0:
        return
    if isinstance(kind, GraphQLObjectType):
        inside = everything(schema, kind, depth - 1, first)
    else:
        members = [
            f"... on {one.name} {{ {chosen} }}"
            for one in schema.get_possible_types(kind)
            if (chosen := everything(schema, one, 0, first))
        ]
        inside = " ".join(["__typename", *members])
    if inside:
        yield f"{name}{page} {{ {inside} }}"
