"""Two tenants in one database, and what happens when one of them tries something.

Every attempt runs in a savepoint that is rolled back, as a role with claims, on one connection of
the owner: mutants of the schema can stand around it in the same transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from isolation.rows import Row, Table, Tenant, imagine, populate, read_tables

DENIED = "42501"
VALUES = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\x[0-9a-f]+|(attacker|victim|stranger)[-\w@.]*|\d+"
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A role with the claims of its request; None when the setting was never made."""

    role: str
    claims: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt learnt. Two answers are equal when their reader cannot tell them apart."""

    state: str | None
    message: str
    count: int
    rows: list[tuple[Any, ...]] = field(compare=False, default_factory=list)
    has_touched_victim: bool = False

    @property
    def is_refused(self) -> bool:
        return self.state is not None


def _refusal(error: psycopg.Error) -> Answer:
    told = error.diag
    parts = (told.message_primary, told.message_detail, told.message_hint, told.constraint_name)
    message = " | ".join(part for part in parts if part)
    return Answer(error.sqlstate, VALUES.sub("?", message), 0)


class Ground:
    """An attacker, a victim and a stranger who does not exist."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.tables = read_tables(connection)
        self.attacker = populate(connection, self.tables, "attacker")
        self.victim = populate(connection, self.tables, "victim")
        self.stranger = imagine(self.tables, "stranger")
        self._fingerprint = self._fingerprint_query()
        self.untouched = self._victims_rows()

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

    def actors(self) -> list[Actor]:
        """The attacker in each role that a request can have."""
        return [
            self.person(self.attacker),
            self.accounts(self.attacker),
            self.worker(self.attacker),
        ]

    @staticmethod
    def person(tenant: Tenant) -> Actor:
        claims = {"sub": str(tenant.user_id), "role": "authenticated"}
        return Actor("authenticated", json.dumps(claims))

    @staticmethod
    def accounts(tenant: Tenant) -> Actor:
        claims = {
            "sub": str(tenant.user_id),
            "email": tenant.email,
            "session": bytes(tenant.rows["aura.sessions"]["token_hash"]).hex(),
            "shop": tenant.rows["aura.accounts"]["external_id"],
            "role": "aura_accounts",
        }
        return Actor("aura_accounts", json.dumps(claims))

    @staticmethod
    def worker(tenant: Tenant) -> Actor:
        claims = {"brand": str(tenant.brand_id), "role": "aura_worker"}
        return Actor("aura_worker", json.dumps(claims))

    def granted(self, role: str, table: Table, command: str) -> tuple[str, ...]:
        """Columns that the role may select, insert or update, and the server lets it."""
        rows = self.connection.execute(
            "select attname from pg_attribute where attrelid = %(table)s::regclass and attnum > 0"
            " and has_column_privilege(%(role)s, attrelid, attnum, %(command)s)"
            " and (%(command)s = 'SELECT' or attidentity <> 'a') order by attnum",
            {"table": table.name, "role": role, "command": command},
        )
        return tuple(row[0] for row in rows)

    def may_delete(self, role: str, table: Table) -> bool:
        row = self.connection.execute(
            "select has_table_privilege(%s, %s, 'DELETE')", [role, table.name]
        ).fetchone()
        return bool(row and row[0])

    def attempt(
        self,
        actor: Actor,
        statement: sql.Composable,
        values: Sequence[Any] = (),
        *,
        after: sql.Composable | None = None,
        copied: bytes | None = None,
    ) -> Answer:
        """Run the statement as the actor and undo it; `after` is what the owner does first."""
        try:
            with self.connection.transaction(force_rollback=True):
                if after is not None:
                    self.connection.execute(after)
                before = self._victims_rows() if after is not None else self.untouched
                self._become(actor)
                count, rows = self._run(statement, values, copied)
                self.connection.execute("reset role")
                return Answer(None, "", count, rows, self._victims_rows() != before)
        except psycopg.Error as error:
            return _refusal(error)

    def _become(self, actor: Actor) -> None:
        self.connection.execute("select set_config('role', %s, true)", [actor.role])
        if actor.claims is not None:
            self.connection.execute(
                "select set_config('request.jwt.claims', %s, true)", [actor.claims]
            )

    def _run(
        self, statement: sql.Composable, values: Sequence[Any], copied: bytes | None
    ) -> tuple[int, list[tuple[Any, ...]]]:
        if statement.as_string(self.connection).startswith("copy"):
            with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
                if copied is not None:
                    copy.write(copied)
                    return 1, []
                lines = [bytes(block) for block in copy]
                return len(lines), [(line,) for line in lines]
        cursor = self.connection.execute(statement, values or None)
        rows = cursor.fetchall() if cursor.description else []
        return max(cursor.rowcount, 0), rows

    def _fingerprint_query(self) -> sql.Composed:
        # with xmin, so that a row written with its own values counts as touched
        parts = [
            sql.SQL(
                "select {}::text, string_agg(t.xmin::text || t::text, '|' order by t::text)"
                " from {} as t where {} = {}"
            ).format(
                sql.Literal(table.name),
                table.identifier,
                sql.Identifier(table.tenant_column),
                sql.Literal(self.victim.tenant_value(table)),
            )
            for table in self.tables
            if table.tenant_column is not None
        ]
        return sql.SQL(" union all ").join(parts)

    def _victims_rows(self) -> list[tuple[Any, ...]]:
        return self.connection.execute(self._fingerprint).fetchall()

    def clear(self, table: Table) -> sql.Composed:
        """What makes room for a fresh row of the attacker's: the old one goes."""
        if table.tenant_column is None:
            return sql.SQL("select").format()
        return sql.SQL("delete from {} where {} = {}").format(
            table.identifier,
            sql.Identifier(table.tenant_column),
            sql.Literal(self.attacker.tenant_value(table)),
        )


def insertion(table: Table, row: Row, columns: Sequence[str]) -> tuple[sql.Composed, list[Any]]:
    """`insert into … values (…)` of the columns that the role may write, and their values."""
    chosen = [name for name in columns if name in row]
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        table.identifier,
        sql.SQL(", ").join(map(sql.Identifier, chosen)),
        sql.SQL(", ").join(sql.Placeholder() * len(chosen)),
    )
    return statement, [row[name] for name in chosen]


def assignment(row: Row, columns: Sequence[str]) -> tuple[sql.Composed, list[Any]]:
    """`column = %s, …` and the values."""
    return (
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in columns
        ),
        [row[name] for name in columns],
    )
