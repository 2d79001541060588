"""Requests that speak for nobody: no claim, an empty one, garbage, somebody inactive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from psycopg import sql

from isolation.ground import DENIED, Actor, Answer, Ground, assignment, insertion
from isolation.rows import Table, make_row

NOBODY = (
    "",
    "{}",
    "[]",
    "null",
    '"text"',
    "17",
    '{"sub": null, "email": null, "session": null, "brand": null, "shop": null}',
    '{"sub": "", "email": "", "session": "", "brand": "", "shop": ""}',
    "garbage",
    '{"sub": "garbage", "email": "garbage", "session": "garbage", "brand": "garbage"}',
    '{"shop": "garbage"}',
    '{"sub": ["a"], "email": {"a": 1}, "session": [], "brand": {}}',
    '{"shop": ["a"]}',
    '{"sub": "00000000-0000-0000-0000-000000000000"}',
    '{"brand": "00000000-0000-0000-0000-000000000000"}',
)
INACTIVE = ("false", "null")
# a worker that looks for work sees what is due; every other table is closed to it
DUE_WORK = {
    "aura.sync_state": "leased_until = now(), leased_by = 'me'",
    "aura.events": "due_at = now()",
}
# whoever holds the cookie may sign out: the row says only whose it is and until when
OWN_SESSION = "aura.sessions"


def inactive(ground: Ground, activity: str, tables: Sequence[Table]) -> Iterator[str]:
    """What is left to the attacker once switched off, with a token and a cookie from before."""
    accounts = json.loads(ground.accounts(ground.attacker).claims or "")
    # no request of a person names a shop: a webhook does, whose signature was checked
    del accounts["email"], accounts["shop"]
    with ground.connection.transaction(force_rollback=True):
        ground.connection.execute(
            sql.SQL("update public.users set is_active = {} where id = %s").format(
                sql.Literal({"false": False, "null": None}[activity])
            ),
            [ground.attacker.user_id],
        )
        for actor in (
            ground.person(ground.attacker),
            Actor("aura_accounts", json.dumps(accounts)),
        ):
            yield from nobody(ground, actor, tables)


def without_brand(ground: Ground) -> Iterator[str]:
    """What a worker that looks for work can do beyond taking what is due."""
    actor = Actor("aura_worker", json.dumps({"role": "aura_worker"}))
    for name, taken in DUE_WORK.items():
        table = ground.table(name)
        for text in ("select 1 from {} for update skip locked", f"update {{}} set {taken}"):
            answer = ground.attempt(actor, sql.SQL(text).format(table.identifier))
            if answer.count != 2:
                yield f"cannot {text}: {answer}"
        for text in (
            "delete from {}",
            "truncate {}",
            *(
                f"update {{}} set {column} = {column}"
                for column in ("brand_id", *table.keys[0], "kind")
            ),
        ):
            answer = ground.attempt(actor, sql.SQL(text).format(table.identifier))
            if answer.state != DENIED and (text != "delete from {}" or answer.count):
                yield f"can {text}: {answer}"


def nobody(ground: Ground, actor: Actor, tables: Sequence[Table]) -> Iterator[str]:
    """Complaints about what a request for nobody can do."""
    claims = actor.claims or ""
    looks_for_work = actor.role == "aura_worker" and '"brand": "0' not in claims
    for table in tables:
        is_due_work = table.name in DUE_WORK and looks_for_work
        is_own_session = table.name == OWN_SESSION and str(ground.attacker.user_id) in claims
        if table.tenant_column is None or is_due_work or is_own_session:
            continue
        for what, answer in _attempts(ground, actor, table):
            if not _is_nothing(answer):
                yield f"{actor.role} {what} {table.name}: {answer}"


def _is_nothing(answer: Answer) -> bool:
    """No row; or refused; or an error of class 22 (bad claim) in which no data stand."""
    if answer.is_refused:
        is_about_claim = (answer.state or "").startswith("22") and "?" not in answer.message
        return answer.state == DENIED or is_about_claim
    return answer.count == 0 and not answer.has_touched_victim


def _attempts(ground: Ground, actor: Actor, table: Table) -> Iterator[tuple[str, Answer]]:
    columns = ground.granted(actor.role, table, "SELECT")
    if columns:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        reading = sql.SQL("select {} from {}").format(names, table.identifier)
        yield "select", ground.attempt(actor, reading)
    columns = ground.granted(actor.role, table, "UPDATE")
    if columns:
        changes, values = assignment(ground.attacker.rows[table.name], columns)
        writing = sql.SQL("update {} set {}").format(table.identifier, changes)
        yield "update", ground.attempt(actor, writing, values)
    if ground.may_delete(actor.role, table):
        deleting = sql.SQL("delete from {}").format(table.identifier)
        yield "delete", ground.attempt(actor, deleting)
    columns = ground.granted(actor.role, table, "INSERT")
    if columns:
        adding, values = insertion(table, make_row(table, ground.attacker), columns)
        answer = ground.attempt(actor, adding, values)
        yield "insert", answer
