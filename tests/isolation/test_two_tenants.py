"""Two tenants, every table, every verb, every role: neither reaches, changes or senses the other.

The rows and the statements are made from the catalog; a new table is covered as it is.
"""

from __future__ import annotations

import json
import uuid

import psycopg
import pytest
from psycopg import sql

from isolation.ground import DENIED, Actor, Ground
from isolation.nobody import INACTIVE, NOBODY, inactive, nobody, without_brand
from isolation.probes import PROBES, Probe

ROLES = ("authenticated", "aura_accounts", "aura_worker")


def actor_in(ground: Ground, role: str) -> Actor:
    return next(actor for actor in ground.actors() if actor.role == role)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
@pytest.mark.parametrize("role", ROLES)
def test_tenants_are_apart(ground: Ground, role: str, probe: Probe) -> None:
    actor = actor_in(ground, role)
    complaints = {table.name: list(probe(ground, actor, table)) for table in ground.tables}
    assert {name: found for name, found in complaints.items() if found} == {}


def test_both_tenants_have_a_row_in_every_table(ground: Ground) -> None:
    names = {table.name for table in ground.tables}
    assert set(ground.attacker.rows) == set(ground.victim.rows) == names
    assert len(names) >= 20


@pytest.mark.parametrize("claims", NOBODY, ids=repr)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_reaches_nothing(ground: Ground, role: str, claims: str) -> None:
    assert list(nobody(ground, Actor(role, claims), ground.tables)) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_request_without_the_setting_reaches_nothing(owner_url: str, role: str) -> None:
    # once set, a setting stays known to its connection: this one has never had it
    with psycopg.connect(owner_url, prepare_threshold=None) as connection:
        ground = Ground(connection)
        assert list(nobody(ground, Actor(role, None), ground.tables)) == []
        connection.rollback()


@pytest.mark.parametrize("activity", INACTIVE)
def test_an_inactive_person_has_no_row(ground: Ground, activity: str) -> None:
    assert list(inactive(ground, activity, ground.tables)) == []


def test_an_inactive_persons_address_stays_taken(ground: Ground) -> None:
    """Sign-up sees that the address is in use, and nothing else of the person."""
    attacker = ground.attacker
    actor = Actor("aura_accounts", json.dumps({"email": attacker.email}))
    with ground.connection.transaction(force_rollback=True):
        ground.connection.execute(
            "update public.users set is_active = false where id = %s", [attacker.user_id]
        )
        seen = ground.attempt(actor, sql.SQL("select id from public.users").format())
        assert seen.rows == [(attacker.user_id,)]
        for statement in ("update public.users set name = ''", "delete from public.users"):
            assert ground.attempt(actor, sql.SQL(statement).format()).count == 0


@pytest.mark.parametrize("claims", ["", "attacker"])
def test_anon_is_denied_everything(ground: Ground, claims: str) -> None:
    claims = ground.person(ground.attacker).claims or "" if claims else claims
    for table in ground.tables:
        for text in ("select 1 from {}", "delete from {}", "insert into {} default values"):
            answer = ground.attempt(Actor("anon", claims), sql.SQL(text).format(table.identifier))
            assert answer.state == DENIED, (table.name, text, answer)


def test_a_worker_without_a_brand_only_takes_due_work(ground: Ground) -> None:
    assert list(without_brand(ground)) == []


def test_claims_end_with_their_transaction(migrated_url: str) -> None:
    with psycopg.connect(migrated_url, prepare_threshold=None) as connection:
        with connection.transaction():
            connection.execute(
                "select set_config('role', 'authenticated', true),"
                " set_config('request.jwt.claims', %s, true)",
                [json.dumps({"sub": str(uuid.uuid4())})],
            )
        left = connection.execute(
            "select current_user <> 'authenticated', current_setting('request.jwt.claims')"
        ).fetchone()
        assert left == (True, "")
