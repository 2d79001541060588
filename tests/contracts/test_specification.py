"""The five public tables are the specification, to the letter, and nothing stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from contracts.specification import SPECIFICATION, Column, Table, parse
from requirements import require

DOCUMENT = Path(__file__).parents[2].parent / "shared/spec/project-aura-database-schema.md"
ACTIONS = {"c": "CASCADE", "n": "SET NULL"}
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def connection(owner_url: str) -> Iterator[Connection]:
    with psycopg.connect(owner_url, autocommit=True) as opened:
        # names are shown with their schema, whoever asks
        opened.execute("set search_path = ''")
        yield opened


def test_the_data_here_are_the_documents_own_words() -> None:
    require("the specification beside the checkout", DOCUMENT.is_file())
    assert parse(DOCUMENT.read_text(encoding="utf-8")) == SPECIFICATION


@pytest.mark.parametrize("name", SPECIFICATION)
def test_columns_types_defaults_and_references(connection: Connection, name: str) -> None:
    rows = connection.execute(
        """
        select
            a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid),
            (
                select array[c.confrelid::regclass::text, c.confdeltype::text]
                from pg_constraint as c
                where c.conrelid = a.attrelid and c.contype = 'f' and c.conkey = array[a.attnum]
            )
        from pg_attribute as a
        left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = %s::regclass and a.attnum > 0
        order by a.attnum
        """,
        [f"public.{name}"],
    )
    found = tuple(
        Column(
            column,
            shown,
            is_required,
            default,
            (target[0].removeprefix("public."), ACTIONS[target[1]]) if target else None,
        )
        for column, shown, is_required, default, target in rows
    )
    assert found == SPECIFICATION[name].columns


@pytest.mark.parametrize("name", SPECIFICATION)
def test_every_constraint(connection: Connection, name: str) -> None:
    table = SPECIFICATION[name]
    rows = connection.execute(
        """
        select contype::text, conname, pg_get_constraintdef(oid), convalidated, condeferrable
        from pg_constraint where conrelid = %s::regclass and contype <> 'n'
        """,
        [f"public.{name}"],
    ).fetchall()
    assert all(is_valid and not can_wait for *_, is_valid, can_wait in rows)
    found = {(kind, definition) for kind, _, definition, *_ in rows}
    assert found == {("p", "PRIMARY KEY (id)")} | {
        ("u", f"UNIQUE ({columns})") for columns in table.unique.values()
    } | {("f", reference) for reference in references(table)}
    assert {label for kind, label, *_ in rows if kind == "u"} == set(table.unique)


def references(table: Table) -> list[str]:
    return [
        f"FOREIGN KEY ({column.name}) REFERENCES public.{target}(id) ON DELETE {action}"
        for column in table.columns
        if column.references
        for target, action in [column.references]
    ]


@pytest.mark.parametrize("name", SPECIFICATION)
def test_every_named_index(connection: Connection, name: str) -> None:
    table = SPECIFICATION[name]
    found = dict(
        connection.execute(
            "select indexname, indexdef from pg_indexes"
            " where schemaname = 'public' and tablename = %s",
            [name],
        ).fetchall()
    )
    for index, columns in (table.indexes | table.unique).items():
        kind = "UNIQUE INDEX" if index in table.unique else "INDEX"
        assert found[index] == f"CREATE {kind} {index} ON public.{name} USING btree ({columns})"


def test_only_one_index_more_is_unique(connection: Connection) -> None:
    rows = connection.execute(
        """
        select i.indrelid::regclass || ': ' || pg_get_indexdef(i.indexrelid)
        from pg_index as i inner join pg_class as c on c.oid = i.indrelid
        where
            c.relnamespace = 'public'::regnamespace and i.indisunique
            and not exists (select from pg_constraint as k where k.conindid = i.indexrelid)
        """
    ).fetchall()
    natural_key = (
        "public.metrics: CREATE UNIQUE INDEX metrics_natural_key ON public.metrics USING btree"
        " (brand_id, date, metric_type, integration_id) INCLUDE (value)"
    )
    assert rows == [(natural_key,)]


def test_nothing_else_stands_in_public(connection: Connection) -> None:
    relations = connection.execute(
        """
        select c.relname, c.relkind::text, c.relpersistence::text, c.relispartition, c.relhasrules
        from pg_class as c
        where c.relnamespace = 'public'::regnamespace and c.relkind not in ('i', 'I')
        """
    ).fetchall()
    assert set(relations) == {(name, "r", "p", False, False) for name in SPECIFICATION}
    others = connection.execute(
        """
        select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace
        union all
        select oid::regtype::text from pg_type
        where typnamespace = 'public'::regnamespace and typrelid = 0 and typelem = 0
        union all
        select oprname from pg_operator where oprnamespace = 'public'::regnamespace
        union all
        select extname from pg_extension where extnamespace = 'public'::regnamespace
        union all
        select collname from pg_collation where collnamespace = 'public'::regnamespace
        """
    ).fetchall()
    assert others == []


def test_no_trigger_but_the_one_that_keeps_updated_at(connection: Connection) -> None:
    rows = connection.execute(
        """
        select t.tgrelid::regclass::text, pg_get_triggerdef(t.oid) from pg_trigger as t
        inner join pg_class as c on c.oid = t.tgrelid
        where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
        """
    )
    assert dict(rows.fetchall()) == {
        f"public.{name}": f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.{name}"
        " FOR EACH ROW EXECUTE FUNCTION aura.touch_updated_at()"
        for name in ("users", "brands", "integrations")
    }


def insert(connection: Connection, name: str, row: dict[str, Any]) -> dict[str, Any]:
    statement = sql.SQL("insert into {} ({}) values ({}) returning to_jsonb({}.*)").format(
        sql.Identifier("public", name),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
        sql.Identifier(name),
    )
    made = connection.execute(statement, list(row.values())).fetchone()
    assert made is not None
    return made[0]


LEAST: dict[str, dict[str, Any]] = {
    "users": {"email": "", "password_hash": ""},
    "brands": {"name": ""},
    "integrations": {"platform": ""},
    "metrics": {"date": "0044-03-15 BC", "metric_type": "", "value": "-9999999999999.99"},
    "insights": {"insight_type": "", "title": "", "description": ""},
}


@pytest.mark.parametrize("name", SPECIFICATION)
def test_the_least_row_is_kept_with_its_defaults(connection: Connection, name: str) -> None:
    made = insert(connection, name, LEAST[name])
    shown = {"true": True, "false": False, "'{}'::jsonb": {}, "'[]'::jsonb": []}
    for column in SPECIFICATION[name].columns:
        if column.name in LEAST[name]:
            continue
        if column.default in {"gen_random_uuid()", "now()"}:
            assert made[column.name] is not None
        elif column.default is None:
            assert made[column.name] is None
        else:
            text = column.default.partition("::")[0].strip("'")
            assert made[column.name] == shown.get(column.default, text)


@pytest.mark.parametrize("name", SPECIFICATION)
def test_null_is_kept_wherever_the_specification_allows_it(
    connection: Connection, name: str
) -> None:
    nulls = {c.name: None for c in SPECIFICATION[name].columns if not c.is_required}
    for number in range(2):
        # a null equals nothing, so no uniqueness stands in the way of a second such row
        row = LEAST[name] | nulls
        if name == "users":
            row |= {"email": f"{number}@example.test"}
        made = insert(connection, name, row)
        assert [made[column] for column in nulls] == [None] * len(nulls)


@pytest.mark.parametrize("name", SPECIFICATION)
def test_any_word_of_any_length_up_to_the_limit_is_kept(connection: Connection, name: str) -> None:
    words = {
        column.name: "Ä" * int(column.type.partition("(")[2].rstrip(")"))
        for column in SPECIFICATION[name].columns
        if column.type.startswith("character varying")
    }
    made = insert(connection, name, LEAST[name] | words)
    assert {column: made[column] for column in words} == words
    for column, word in words.items():
        with pytest.raises(errors.StringDataRightTruncation):
            insert(connection, name, LEAST[name] | {column: word + "Ä"})


@pytest.mark.parametrize("name", SPECIFICATION)
def test_required_columns_are_required(connection: Connection, name: str) -> None:
    for column in SPECIFICATION[name].columns:
        if column.is_required:
            with pytest.raises(errors.NotNullViolation):
                insert(connection, name, LEAST[name] | {column.name: None})


def test_rows_that_may_repeat_do(connection: Connection) -> None:
    user = insert(connection, "users", LEAST["users"] | {"email": "a@example.test"})
    insert(connection, "users", LEAST["users"] | {"email": "A@example.test"})
    for _ in range(2):
        brand = insert(connection, "brands", {"name": "same", "user_id": user["id"]})
        insert(connection, "insights", LEAST["insights"] | {"brand_id": brand["id"]})
        insert(connection, "insights", LEAST["insights"] | {"brand_id": brand["id"]})
    for _ in range(2):
        # without an integration the natural key does not hold
        insert(connection, "metrics", LEAST["metrics"] | {"brand_id": brand["id"]})


def test_rows_that_may_not_repeat_do_not(connection: Connection) -> None:
    brand = insert(connection, "brands", {"name": "one"})["id"]
    shop = insert(connection, "integrations", {"brand_id": brand, "platform": "shopify"})["id"]
    insert(connection, "users", LEAST["users"])
    metric = LEAST["metrics"] | {"brand_id": brand, "integration_id": shop}
    insert(connection, "metrics", metric)
    for name, row in (
        ("users", LEAST["users"]),
        ("integrations", {"brand_id": brand, "platform": "shopify"}),
        ("metrics", metric | {"value": 7}),
    ):
        with pytest.raises(errors.UniqueViolation):
            insert(connection, name, row)


def test_what_happens_to_children(connection: Connection) -> None:
    user = insert(connection, "users", LEAST["users"])["id"]
    brand = insert(connection, "brands", {"name": "one", "user_id": user})["id"]
    shop = insert(connection, "integrations", {"brand_id": brand, "platform": "shopify"})["id"]
    insert(connection, "insights", LEAST["insights"] | {"brand_id": brand})
    parents = {"brand_id": brand, "integration_id": shop}
    insert(connection, "metrics", LEAST["metrics"] | parents)
    connection.execute("delete from public.integrations")
    kept = connection.execute("select brand_id::text, integration_id from public.metrics")
    assert kept.fetchall() == [(brand, None)]
    connection.execute("delete from public.users")
    for name in SPECIFICATION:
        statement = sql.SQL("select from {}").format(sql.Identifier("public", name))
        assert connection.execute(statement).rowcount == 0
