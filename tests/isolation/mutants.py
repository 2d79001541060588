"""Mistakes that somebody could make in a migration, as the statements that make them.

Most are made from the catalog, for every policy and table that is there; the rest are written out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from isolation.catalog import NO_TENANT

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake. `table` is where its effect is looked for first."""

    name: str
    statement: str
    table: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy for one command; `roles` are those that it lets through."""

    table: str
    name: str
    command: str
    roles: tuple[str, ...]
    has_using: bool
    has_check: bool

    def mutants(self, connection: Connection) -> Iterator[Mutant]:
        """The policy without its predicate, and gone."""
        at = f"{sql.Identifier(self.name).as_string(connection)} on {self.table}"
        what = f"{self.table}: {self.name} ({self.command})"
        if self.has_using:
            yield Mutant(f"{what} using true", f"alter policy {at} using (true)", self.table)
        if self.has_check:
            yield Mutant(
                f"{what} with check true", f"alter policy {at} with check (true)", self.table
            )
        yield Mutant(f"{what} dropped", f"drop policy {at}", self.table)


def read_policies(connection: Connection) -> list[Policy]:
    """Every policy but those of tables that belong to everybody."""
    rows = connection.execute(
        """
        select
            schemaname || '.' || tablename, policyname, lower(cmd), roles::text[],
            qual is not null, with_check is not null
        from pg_policies where schemaname in ('public', 'aura') order by 1, 2
        """
    )
    return [
        Policy(table, name, command, tuple(roles), has_using, has_check)
        for table, name, command, roles, has_using, has_check in rows
        if table not in NO_TENANT
    ]


def of_tables(tables: list[str]) -> Iterator[Mutant]:
    """Each table without its protection, and with a grant too much."""
    for table in tables:
        for name, statement in {
            "row level security disabled": f"alter table {table} disable row level security",
            "not forced": f"alter table {table} no force row level security",
            "a policy for all": f"create policy p on {table} to authenticated using (true)",
            "truncate": f"grant truncate on {table} to authenticated",
            "references": f"grant references on {table} to authenticated",
            "trigger": f"grant trigger on {table} to authenticated",
            "anon reads": f"grant select on {table} to anon",
            "everybody reads": f"grant select on {table} to public",
            "without primary key": f"alter table {table} drop constraint {_key(table)} cascade",
        }.items():
            yield Mutant(f"{table}: {name}", statement, table)


def _key(table: str) -> str:
    return f"{table.partition('.')[2]}_pkey"


def _function(name: str, body: str) -> str:
    return (
        f"create or replace function aura.{name}() returns uuid language sql stable"
        f" set search_path = '' as $$ {body} $$"
    )


def _guarded(table: str, columns: str) -> str:
    """A new table with row level security, but for what is wrong with it."""
    return (
        f"create table {table} ({columns}); alter table {table} enable row level security;"
        f"alter table {table} force row level security"
    )


def _checking_only_the_brand(policy: str, table: str) -> str:
    return (
        f'alter policy "aura: {policy}" on {table}'
        " with check (brand_id = (select aura.worker_brand_id()))"
    )


_BY_TABLE: dict[str, dict[str, str]] = {
    "public.users": {
        "a person sees themself when inactive": (
            'alter policy "aura: a person sees themself" on public.users'
            " using (id = (select aura.user_id()))"
        ),
        "accounts sees an inactive person": (
            'alter policy "aura: accounts sees the claimed person" on public.users'
            " using (id = (select aura.user_id()))"
        ),
        "a function for everybody": "grant execute on function aura.claim(text) to public",
        "a function in public": (
            "create function public.whoami() returns uuid language sql set search_path = ''"
            " return null::uuid"
        ),
        "a bare table": "create table aura.bare (id uuid)",
        "a table without a tenant": _guarded("aura.lost", "id uuid primary key"),
        "a table whose tenant has no index": _guarded(
            "aura.slow", "id uuid primary key, brand_id uuid"
        ),
        "eighteen tables in aura": (
            "do $$ begin for n in 1..18 loop execute format("
            "'create table aura.t%s (brand_id uuid primary key)', n); end loop; end $$"
        ),
        "a password hash is readable": "grant select on public.users to authenticated",
        "a person changes an address": "grant update (email) on public.users to authenticated",
        "anon uses aura": "grant usage on schema aura to anon",
        "anon is somebody": "grant authenticated to anon",
        "people create in public": "grant create on schema public to authenticated",
        "another role reads": "grant select on public.users to pg_monitor",
    },
    "public.brands": {
        "an inactive person counts": _function("active_user_id", "select aura.user_id()"),
        "no claim is somebody's": _function(
            "user_id",
            "select coalesce(aura.claim('sub')::uuid,"
            " (select b.user_id from public.brands as b limit 1))",
        ),
        "a function with an open search_path": (
            "alter function aura.active_user_id() reset search_path"
        ),
        "a function with its owner's rights": (
            "alter function aura.active_user_id() security definer"
        ),
        "the tenant's index is dropped": "drop index public.idx_brands_user_id",
        "a person chooses an id": "grant insert (id) on public.brands to authenticated",
        "a claim is read once a row": (
            'alter policy "aura: own brands" on public.brands'
            " using (user_id = aura.active_user_id())"
        ),
        "a setting is read once a row": (
            'alter policy "aura: worker sees its brand" on public.brands'
            " using (id = (current_setting('request.jwt.claims')::jsonb ->> 'brand')::uuid)"
        ),
    },
    "public.integrations": {
        "a token is readable": (
            "grant select (access_token) on public.integrations to authenticated"
        ),
        "a refresh token is writable": (
            "grant update (refresh_token) on public.integrations to authenticated"
        ),
    },
    "public.metrics": {
        "a view in public": "create view public.everything as select * from public.metrics",
        "a view with its owner's rights": (
            "create view aura.everything as select * from public.metrics"
        ),
        "a materialized view": (
            "create materialized view aura.everything as select * from public.metrics"
        ),
        "a person inserts": "grant insert on public.metrics to authenticated",
        "everybody's brands are own": (
            'alter policy "aura: see own brands\' rows" on public.metrics using (brand_id = any('
            "array(select b.id from public.brands as b where b.user_id is not null)))"
        ),
        "added to another's integration": _checking_only_the_brand(
            "worker adds to its brand", "public.metrics"
        ),
        "moved to another's integration": _checking_only_the_brand(
            "worker changes its brand", "public.metrics"
        ),
    },
    "aura.brand_settings": {
        "a customer key is readable": "grant select on aura.brand_settings to authenticated"
    },
    "aura.orders": {
        "added to another's integration": _checking_only_the_brand(
            "worker adds to its brand", "aura.orders"
        ),
    },
    "aura.sync_state": {
        "planned for another's integration": _checking_only_the_brand(
            "worker plans its brand", "aura.sync_state"
        ),
        "moved to another brand": "grant update (brand_id) on aura.sync_state to aura_worker",
    },
    "aura.findings": {
        "added to another's insight": _checking_only_the_brand(
            "worker adds to its brand", "aura.findings"
        ),
    },
    "aura.imports": {
        "by another person": _checking_only_the_brand("worker adds to its brand", "aura.imports"),
    },
    "aura.accounts": {
        "added to another's integration": (
            'alter policy "aura: connect own brands" on aura.accounts with check (brand_id = any('
            "array(select b.id from public.brands as b where b.user_id ="
            " (select aura.active_user_id()))))"
        ),
    },
    "aura.entities": {
        "under another's parent": (
            "alter table aura.entities drop constraint entities_brand_id_parent_id_fkey,"
            " add foreign key (parent_id) references aura.entities (id)"
        ),
    },
    "aura.sessions": {
        "given to another person": "grant update (user_id) on aura.sessions to aura_accounts"
    },
}
WRITTEN = tuple(
    Mutant(f"{table}: {name}", statement, table)
    for table, mistakes in _BY_TABLE.items()
    for name, statement in mistakes.items()
)
