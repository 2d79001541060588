"""What one tenant tries against another: every verb, on any table, as any role.

A probe answers with complaints, nothing when the tenants are apart. Each also demands that the
attacker's own row is reached where the role has the right: a wall without a door proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psycopg import sql

from isolation.ground import DENIED, Actor, Answer, Ground, assignment, insertion
from isolation.rows import Row, Table, Tenant, make_row

Probe = Callable[[Ground, Actor, Table], Iterator[str]]

# commands whose policy asks for more than the tenant: of the rows that are here they reach none
NARROW = {
    ("delete", "aura_accounts", "aura.events"): "consents alone, which tests of connecting try",
}


def _sql(text: str, table: Table, **parts: sql.Composable) -> sql.Composed:
    tenant = sql.Identifier(table.tenant_column or table.columns[0].name)
    return sql.SQL(text).format(table=table.identifier, tenant=tenant, **parts)


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _only_own(answer: Answer, what: str, *, own: int = 1) -> Iterator[str]:
    if answer.is_refused:
        yield f"{what} is refused: {answer.state} {answer.message}"
    elif answer.count != own or answer.has_touched_victim:
        yield f"{what} reaches {answer.count} rows instead of {own}"


def _reached(command: str, actor: Actor, table: Table) -> int:
    return 0 if (command, actor.role, table.name) in NARROW else 1


def _denied(answer: Answer, what: str) -> Iterator[str]:
    if answer.state != DENIED or answer.has_touched_victim:
        yield f"{what} is answered with {answer.state or f'{answer.count} rows'}"


def _alike(
    theirs: Answer, nobodys: Answer, what: str, *, is_refused: bool = False
) -> Iterator[str]:
    if theirs != nobodys:
        yield f"{what} tells somebody's from nobody's: {theirs} is not {nobodys}"
    elif theirs.has_touched_victim:
        yield f"{what} touches the victim"
    elif is_refused and not theirs.is_refused:
        yield f"{what} is accepted"


def select(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    columns = ground.granted(actor.role, table, "SELECT")
    if not columns:
        yield from _denied(ground.attempt(actor, _sql("select 1 from {table}", table)), "select")
        return
    statement = _sql("select {columns} from {table}", table, columns=_names(columns))
    answer = ground.attempt(actor, statement)
    if table.tenant_column is None:
        return
    yield from _only_own(answer, "select")
    if table.tenant_column not in columns:
        yield "the tenant of a row cannot be read"
        return
    at = columns.index(table.tenant_column)
    if any(row[at] != ground.attacker.tenant_value(table) for row in answer.rows):
        yield "select shows another tenant's row"
    victim = [ground.victim.tenant_value(table)]
    asked = _sql("select count(*) from {table} where {tenant} = %s", table)
    if ground.attempt(actor, asked, victim).rows != [(0,)]:
        yield "select counts the victim's rows"
    # a predicate of the reader's must not be tried on rows that policies hide
    trap = _sql("select 1 from {table} where 1 / (({tenant} <> %s)::integer) = 1", table)
    yield from _only_own(ground.attempt(actor, trap, victim), "select with a failing predicate")


def lock(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    may = ground.granted(actor.role, table, "SELECT") and ground.granted(
        actor.role, table, "UPDATE"
    )
    for strength in ("update", "no key update", "share", "key share"):
        answer = ground.attempt(actor, _sql("select 1 from {table} for " + strength, table))
        what = f"select for {strength}"
        if may and table.tenant_column is not None:
            yield from _only_own(answer, what)
        elif not (answer.state == DENIED or (answer.state is None and answer.count <= 1)):
            yield f"{what} is answered with {answer}"


def copy(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    columns = ground.granted(actor.role, table, "SELECT")
    statement = _sql("copy {table} ({columns}) to stdout", table, columns=_names(columns))
    if not columns:
        whole = _sql("copy {table} to stdout", table)
        yield from _denied(ground.attempt(actor, whole), "copy to")
    elif table.tenant_column is not None:
        yield from _only_own(ground.attempt(actor, statement), "copy to")
    answer = ground.attempt(actor, _sql("copy {table} from stdin", table), copied=b"\n")
    if answer.state not in {DENIED, "0A000"}:
        yield f"copy from is answered with {answer}"


def insert(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    columns = ground.granted(actor.role, table, "INSERT")
    foreign = [
        ground.attempt(actor, *insertion(table, make_row(table, tenant), columns or table.writable))
        for tenant in (ground.victim, ground.stranger)
    ]
    yield from _denied(foreign[0], "insert for the victim")
    yield from _alike(*foreign, "insert for another")
    if columns:
        statement, values = insertion(table, _own_row(table, ground.attacker), columns)
        answer = ground.attempt(actor, statement, values, after=ground.clear(table))
        yield from _only_own(answer, "insert of an own row")
        if table.tenant_column in ground.granted(actor.role, table, "SELECT"):
            returning = statement + _sql(" returning {tenant}", table)
            answer = ground.attempt(actor, returning, values, after=ground.clear(table))
            yield from _only_own(answer, "insert returning an own row")


def _own_row(table: Table, tenant: Tenant) -> Row:
    """A fresh row in the place of the old one: without a parent there, with the claimed address."""
    row = make_row(table, tenant)
    if table.name == "public.users":
        row["email"] = tenant.email
    for key in table.foreign_keys:
        if key.target == table.name:
            row.update(dict.fromkeys(set(key.columns) - {table.tenant_column}))
    return row


def update(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    columns = ground.granted(actor.role, table, "UPDATE")
    tried = columns or table.writable
    changes, values = assignment(ground.attacker.rows[table.name], tried)
    everything = _sql("update {table} set {changes}", table, changes=changes)
    if not columns:
        yield from _denied(ground.attempt(actor, everything, values), "update")
        return
    yield from _only_own(ground.attempt(actor, everything, values), "update of everything")
    victim = [*values, ground.victim.tenant_value(table)]
    filtered = everything + _sql(" where {tenant} = %s", table)
    yield from _only_own(ground.attempt(actor, filtered, victim), "update of the victim", own=0)
    returning = everything + _sql(" returning {tenant}", table)
    answer = ground.attempt(actor, returning, values)
    yield from _only_own(answer, "update returning")
    if any(row[0] != ground.attacker.tenant_value(table) for row in answer.rows):
        yield "update returns another tenant's row"


def delete(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    everything = _sql("delete from {table}", table)
    if not ground.may_delete(actor.role, table):
        yield from _denied(ground.attempt(actor, everything), "delete")
        return
    own = _reached("delete", actor, table)
    yield from _only_own(ground.attempt(actor, everything), "delete of everything", own=own)
    filtered = everything + _sql(" where {tenant} = %s", table)
    victim = [ground.victim.tenant_value(table)]
    yield from _only_own(ground.attempt(actor, filtered, victim), "delete of the victim", own=0)
    returning = everything + _sql(" returning {tenant}", table)
    yield from _only_own(ground.attempt(actor, returning), "delete returning", own=own)


def move(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    """Giving an own row to another tenant, with and without reading it first."""
    if table.tenant_column is None:
        return
    for text in ("", " where {tenant} = " + "%s"):
        answers = []
        for tenant in (ground.victim, ground.stranger):
            values = [tenant.tenant_value(table)]
            values += [ground.attacker.tenant_value(table)] if text else []
            statement = _sql("update {table} set {tenant} = %s" + text, table)
            answers.append(ground.attempt(actor, statement, values))
        yield from _alike(*answers, "moving a row to another tenant", is_refused=True)


def _is_backends_own_id(actor: Actor, table: Table, key: Sequence[str]) -> bool:
    """A backend makes ids of 128 random bits and more itself, and shows their errors to nobody.

    Time-ordered ids from the writer load the largest table almost twice as fast; a person never
    chooses one (a rule of the catalog). Such a key may tell that it is taken, never by whom.
    """
    types = {column.name: column.type for column in table.columns}
    return actor.role != "authenticated" and len(key) == 1 and types[key[0]] in {"uuid", "bytea"}


def unique(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    """Own rows with the key of somebody's row, and with a key that nobody has."""
    columns = ground.granted(actor.role, table, "INSERT")
    for key in table.keys:
        probed = [name for name in key if name != table.tenant_column and name in columns]
        if not probed:
            continue
        for ending in _conflict_endings(ground, actor, table, key):
            fresh = _own_row(table, ground.attacker)
            answers = []
            for tenant in (ground.victim, ground.stranger):
                row = fresh | {name: tenant.rows[table.name][name] for name in probed}
                statement, values = insertion(table, row, columns)
                answers.append(
                    ground.attempt(actor, statement + ending, values, after=ground.clear(table))
                )
            what = f"insert with the key {', '.join(key)}{ending.as_string()}"
            if not _is_backends_own_id(actor, table, key):
                yield from _alike(*answers, what)
            elif answers[0].has_touched_victim or "?" in answers[0].message:
                yield f"{what} tells whose the key is: {answers[0]}"


def _conflict_endings(
    ground: Ground, actor: Actor, table: Table, key: Sequence[str]
) -> list[sql.Composed]:
    changed = (ground.granted(actor.role, table, "UPDATE") or table.writable)[:1]
    return [
        sql.SQL("").format(),
        sql.SQL(" on conflict do nothing").format(),
        sql.SQL(" on conflict do nothing returning 1").format(),
        sql.SQL(" on conflict ({}) do update set {} = excluded.{}").format(
            _names(key), _names(changed), _names(changed)
        ),
    ]


def foreign_key(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    """Own rows that hang on somebody's row, and on one that does not exist."""
    insertable = ground.granted(actor.role, table, "INSERT")
    updatable = ground.granted(actor.role, table, "UPDATE")
    for key in table.foreign_keys:
        probed = [name for name in key.columns if name != table.tenant_column]
        others = [tenant.parent(key, table) for tenant in (ground.victim, ground.stranger)]
        if probed and set(probed) <= set(insertable):
            fresh = _own_row(table, ground.attacker)
            answers = []
            for other in others:
                row = fresh | {name: other[name] for name in probed}
                statement, values = insertion(table, row, insertable)
                answers.append(ground.attempt(actor, statement, values, after=ground.clear(table)))
            what = f"insert with another's {', '.join(probed)}"
            yield from _alike(*answers, what, is_refused=True)
        if probed and set(probed) <= set(updatable):
            answers = []
            for other in others:
                changes, values = assignment(other, probed)
                statement = _sql("update {table} set {changes}", table, changes=changes)
                answers.append(ground.attempt(actor, statement, values))
            what = f"update to another's {', '.join(probed)}"
            yield from _alike(*answers, what, is_refused=True)


def merge(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    updatable = ground.granted(actor.role, table, "UPDATE")
    insertable = ground.granted(actor.role, table, "INSERT")
    changes, values = assignment(ground.attacker.rows[table.name], updatable or table.writable[:1])
    for head, owner, own in (
        ("merge into {table} using (select 1) as s on {tenant} is not null", None, 1),
        (
            "merge into {table} using (select %s::uuid as wanted) as s on {tenant} = s.wanted",
            "victim",
            0,
        ),
    ):
        if table.tenant_column is None:
            break
        asked = [ground.victim.tenant_value(table)] if owner else []
        for may, does, given in (
            (bool(updatable), "update set {changes}", values),
            (ground.may_delete(actor.role, table), "delete", []),
        ):
            text = f"{head} when matched then {does}"
            answer = ground.attempt(actor, _sql(text, table, changes=changes), [*asked, *given])
            command = does.split()[0]
            what = f"merge into {owner or 'everything'} to {command}"
            # what a merge finds and may not change is an error to it
            works = may and _reached(command, actor, table) >= own
            yield from _only_own(answer, what, own=own) if works else _denied(answer, what)
    yield from _merge_inserts(ground, actor, table, insertable)


def _merge_inserts(
    ground: Ground, actor: Actor, table: Table, insertable: Sequence[str]
) -> Iterator[str]:
    answers = []
    for tenant in (ground.victim, ground.stranger):
        row: Row = make_row(table, tenant)
        columns = [name for name in insertable or table.writable if name in row]
        statement = _sql(
            "merge into {table} using (select 1) as s on false"
            " when not matched then insert ({columns}) values ({values})",
            table,
            columns=_names(columns),
            values=sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        )
        given: list[Any] = [row[name] for name in columns]
        answers.append(ground.attempt(actor, statement, given))
    yield from _denied(answers[0], "merge inserting for the victim")
    yield from _alike(*answers, "merge inserting for another")


def empty(ground: Ground, actor: Actor, table: Table) -> Iterator[str]:
    """What row level security does not filter."""
    for text in ("truncate {table} cascade", "alter table {table} disable row level security"):
        yield from _denied(ground.attempt(actor, _sql(text, table)), text.split()[0])


PROBES: tuple[Probe, ...] = (
    select,
    lock,
    copy,
    insert,
    update,
    delete,
    move,
    unique,
    foreign_key,
    merge,
    empty,
)
