"""The catalog of a migrated database holds to every rule of isolation."""

from __future__ import annotations

import pytest

from isolation import catalog
from isolation.ground import Ground


@pytest.mark.parametrize("name", sorted(catalog.RULES))
def test_the_schema_holds_to_the_rule(ground: Ground, name: str) -> None:
    assert catalog.RULES[name](ground.connection) == []


def test_every_named_exception_is_a_table_that_exists(ground: Ground) -> None:
    names = {table.name for table in ground.tables}
    assert names >= set(catalog.NO_TENANT) | set(catalog.TENANT_IS_THE_ROW)


@pytest.mark.parametrize(
    ("predicate", "calls"),
    [
        ("(user_id = ( SELECT aura.user_id() AS user_id))", []),
        ("(user_id = aura.user_id())", ["aura.user_id"]),
        ("(lower((email)::text) = ( SELECT aura.claim('email'::text) AS claim))", []),
        ("(a = ( SELECT decode(aura.claim('session'::text), 'hex'::text) AS decode))", []),
        ("(a = decode(( SELECT aura.claim('s'::text) AS claim), 'hex'::text))", ["decode"]),
        ("(b = ANY (ARRAY( SELECT x.id\n FROM x\n WHERE (x.u = aura.f()))))", ["aura.f"]),
        ("(b = ANY (ARRAY( SELECT x.id\n FROM x\n WHERE (x.u = ( SELECT aura.f() AS f)))))", []),
        ("(b = (current_setting('request.jwt.claims'::text, true))::uuid)", ["current_setting"]),
    ],
)
def test_a_call_outside_a_sub_select_is_found(predicate: str, calls: list[str]) -> None:
    assert catalog.unwrapped_calls(predicate) == calls
