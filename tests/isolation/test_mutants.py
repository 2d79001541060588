"""Mistakes in policies, grants and functions are caught: the tests of isolation bite.

Each mistake is made in a savepoint of a cloned database and undone. The rules of the catalog are
asked first, the two tenants only where those see nothing; open policies are also tried on the
tenants alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from isolation import catalog, nobody, probes
from isolation.ground import Actor, Ground
from isolation.mutants import WRITTEN, Mutant, Policy, of_tables, read_policies


def breaches(ground: Ground, mutant: Mutant) -> Iterator[str]:
    """What the catalog shows and what the tenants can do."""
    table = ground.table(mutant.table)
    yield from catalog.complaints(ground.connection)
    for actor in ground.actors():
        for probe in probes.PROBES:
            yield from probe(ground, actor, table)
        yield from nobody.nobody(ground, Actor(actor.role, "{}"), [table])
    yield from nobody.inactive(ground, "false", [table])
    yield from nobody.without_brand(ground)


def survivors(ground: Ground, mutants: Iterable[Mutant]) -> list[str]:
    """Names of the mistakes that nothing notices."""
    found = []
    for mutant in mutants:
        with ground.connection.transaction(force_rollback=True):
            ground.connection.execute(mutant.statement)
            if next(breaches(ground, mutant), None) is None:
                found.append(mutant.name)
    return found


@pytest.fixture(scope="module")
def policies(ground: Ground) -> list[Policy]:
    return read_policies(ground.connection)


def test_a_change_that_harms_nobody_is_no_breach(ground: Ground) -> None:
    harmless = Mutant("a comment", "comment on table public.brands is 'brands'", "public.brands")
    assert survivors(ground, [harmless]) == [harmless.name]


def test_every_policy_is_missed_when_it_goes_or_loses_its_predicate(
    ground: Ground, policies: list[Policy]
) -> None:
    mutants = [mutant for policy in policies for mutant in policy.mutants(ground.connection)]
    assert len(mutants) > 2 * len(policies) > 100
    assert survivors(ground, mutants) == []


def test_every_table_is_missed_when_it_opens(ground: Ground) -> None:
    mutants = list(of_tables([table.name for table in ground.tables]))
    assert survivors(ground, mutants) == []


@pytest.mark.parametrize("mutant", WRITTEN, ids=lambda mutant: mutant.name)
def test_the_mistake_is_caught(ground: Ground, mutant: Mutant) -> None:
    assert survivors(ground, [mutant]) == []


@pytest.mark.parametrize("command", ["select", "insert", "update", "delete"])
def test_the_tenants_alone_notice_an_open_policy(
    ground: Ground, policies: list[Policy], command: str
) -> None:
    """Without the catalog: one tenant reaches the other once a policy lets everything through."""
    probe = {
        "select": probes.select,
        "insert": probes.insert,
        "update": probes.update,
        "delete": probes.delete,
    }[command]
    unnoticed = []
    chosen = [policy for policy in policies if policy.command == command]
    for policy in chosen:
        opened = next(policy.mutants(ground.connection))
        with ground.connection.transaction(force_rollback=True):
            ground.connection.execute(opened.statement)
            noticed = [
                complaint
                for actor in ground.actors()
                if actor.role in policy.roles
                for complaint in probe(ground, actor, ground.table(policy.table))
            ]
        if not noticed:
            unnoticed.append(opened.name)
    assert chosen
    assert unnoticed == []
