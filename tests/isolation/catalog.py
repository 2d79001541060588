"""What the catalog alone must show: each rule is a query whose rows are complaints.

A rule reads every table of `public` and `aura`, so a new table is held to it without an edit here.
The queries stand in rules.sql; the exceptions stand here, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]
Rule = Callable[[Connection], list[str]]

# tables without brand_id or user_id
TENANT_IS_THE_ROW = {"public.users": "a row is the person: the tenant is its id"}
NO_TENANT = {"aura.migrations": "the schema's version, the same for everybody"}
# functions of the row's own column: they cannot be computed once for all rows
OF_A_COLUMN = {"lower": "e-mail addresses are compared without case, from an index"}

# what a claim names a tenant by; a shop is that of a webhook whose signature was checked
TENANTS = "brand_id|user_id|id|email|token_hash|external_id"
CLAIMS = r"aura\.(user_id|active_user_id|worker_brand_id|claim)\("
LISTS: dict[str, object] = {
    "without_tenant": list(NO_TENANT),
    "row_is_tenant": list(TENANT_IS_THE_ROW),
    "roles": ["anon", "authenticated", "aura_accounts", "aura_worker"],
    "holders": ["authenticated", "aura_accounts", "aura_worker"],
    "secrets": [
        "password_hash",
        "access_token",
        "refresh_token",
        "customer_hash_key",
        "sealed_request",
    ],
    "most_aura_tables": 17,
}


def _queries() -> dict[str, LiteralString]:
    text = Path(__file__).with_name("rules.sql").read_text(encoding="utf-8")
    blocks = (block.partition("\n") for block in text.split("-- name: ")[1:])
    named = {name: statement.strip() for name, _, statement in blocks}
    tables = named.pop("tables")
    return {
        name: cast("LiteralString", f"with tables as (\n{tables}\n)\n{statement}")
        for name, statement in named.items()
    }


def _ask(query: LiteralString, connection: Connection) -> list[str]:
    newer = connection.info.server_version >= 170000
    unfiltered = "TRUNCATE, TRIGGER" + (", MAINTAIN" if newer else "")
    return [row[0] for row in connection.execute(query, LISTS | {"unfiltered": unfiltered})]


def _policies(connection: Connection) -> list[tuple[Any, ...]]:
    """Table, policy and deparsed text of every predicate."""
    with connection.transaction(force_rollback=True):
        # names are deparsed as this connection would have to write them: with their schemas
        connection.execute("set local search_path = ''")
        return connection.execute(
            """
            select format('%I.%I', schemaname, tablename), policyname, predicate
            from pg_policies cross join lateral (values (qual), (with_check)) as either (predicate)
            where schemaname in ('public', 'aura') and predicate is not null
            """
        ).fetchall()


def every_predicate_compares_the_tenant_with_a_claim(connection: Connection) -> list[str]:
    return [
        f'{table}: policy "{policy}" does not compare the tenant with a claim: {predicate}'
        for table, policy, predicate in _policies(connection)
        if table not in NO_TENANT
        and not re.search(rf"\b({TENANTS})\b.* = .*{CLAIMS}", predicate, re.DOTALL)
    ]


def every_call_in_a_policy_stands_in_a_sub_select(connection: Connection) -> list[str]:
    return [
        f'{table}: policy "{policy}" calls {call} once a row'
        for table, policy, predicate in _policies(connection)
        for call in unwrapped_calls(predicate)
    ]


def unwrapped_calls(predicate: str) -> list[str]:
    """Functions of a deparsed predicate that do not stand in a sub-select of their own.

    Keywords are deparsed in upper case, so a lower-case word before a parenthesis is a call.
    """
    openings: list[int] = []
    found: list[str] = []
    for at, letter in enumerate(predicate):
        if letter == "(":
            call = re.search(r"([a-z_][a-z0-9_.]*)$", predicate[:at])
            if call and call.group(1) not in OF_A_COLUMN and not _is_wrapped(predicate, openings):
                found.append(call.group(1))
            openings.append(at)
        elif letter == ")":
            openings.pop()
    return found


def _is_wrapped(predicate: str, openings: list[int]) -> bool:
    for opening in reversed(openings):
        inside = _group(predicate, opening)
        if inside.lstrip().startswith("SELECT "):
            return " FROM " not in _without_groups(inside)
    return False


def _group(text: str, opening: int) -> str:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[opening + 1 : at]
    raise ValueError(f"unbalanced: {text}")


def _without_groups(text: str) -> str:
    depth, kept = 0, []
    for letter in text.replace("\n", " "):
        depth -= letter == ")"
        if depth == 0:
            kept.append(letter)
        depth += letter == "("
    return "".join(kept)


RULES: dict[str, Rule] = {name: partial(_ask, query) for name, query in _queries().items()} | {
    rule.__name__: rule
    for rule in (
        every_predicate_compares_the_tenant_with_a_claim,
        every_call_in_a_policy_stands_in_a_sub_select,
    )
}


def complaints(connection: Connection) -> Iterator[str]:
    """What every rule has to say about the database: nothing when it is as it should be."""
    for rule in RULES.values():
        yield from rule(connection)
