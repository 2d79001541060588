"""Shopify's published Admin schemas, as shopify-schema.sh has fetched them."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_client_schema

from requirements import require

PUBLISHED = Path(__file__).parent / "node_modules/@shopify/dev-mcp/dist/data"


@cache
def introspected(version: str) -> dict[str, dict]:
    """What the package holds of a version: its introspection and the scopes beside it."""
    path = PUBLISHED / f"admin_{version}.json.gz"
    require(f"Shopify's published schema {version} (npm: @shopify/dev-mcp)", path.exists())
    return json.loads(gzip.decompress(path.read_bytes()))


@cache
def published(version: str) -> GraphQLSchema:
    """A version's schema."""
    return build_client_schema(introspected(version)["data"], assume_valid=True)
