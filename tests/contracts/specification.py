"""The specification as data: version 1.0 of the database schema, and its text read into the same.

Types and defaults are written as PostgreSQL shows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY = "gen_random_uuid()"
NOW = "now()"
TYPES = {"timestamptz": "timestamp with time zone", "varchar": "character varying"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `references` is the table and what happens here when its row is deleted."""

    name: str
    type: str
    is_required: bool = False
    default: str | None = None
    references: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns in their order; indexes and unique constraints by name."""

    columns: tuple[Column, ...]
    indexes: dict[str, str]
    unique: dict[str, str]


def _id() -> Column:
    return Column("id", "uuid", is_required=True, default=KEY)


def _brand_id() -> Column:
    return Column("brand_id", "uuid", references=("brands", "CASCADE"))


def _moment(name: str, default: str | None = None) -> Column:
    return Column(name, "timestamp with time zone", default=default)


def _text(
    name: str, length: int, *, is_required: bool = False, default: str | None = None
) -> Column:
    shown = None if default is None else f"'{default}'::character varying"
    return Column(name, f"character varying({length})", is_required, shown)


def _json(name: str, default: str) -> Column:
    return Column(name, "jsonb", default=f"'{default}'::jsonb")


SPECIFICATION: dict[str, Table] = {
    "users": Table(
        (
            _id(),
            _text("email", 255, is_required=True),
            _text("password_hash", 255, is_required=True),
            _text("name", 100),
            _moment("created_at", NOW),
            _moment("updated_at", NOW),
            Column("is_active", "boolean", default="true"),
        ),
        {"idx_users_email": "email"},
        # the specification names no constraint here: its index serves it
        {"idx_users_email": "email"},
    ),
    "brands": Table(
        (
            _id(),
            Column("user_id", "uuid", references=("users", "CASCADE")),
            _text("name", 100, is_required=True),
            _text("domain", 255),
            _text("currency", 3, default="USD"),
            _text("timezone", 50, default="UTC"),
            _moment("created_at", NOW),
            _moment("updated_at", NOW),
        ),
        {"idx_brands_user_id": "user_id"},
        {},
    ),
    "integrations": Table(
        (
            _id(),
            _brand_id(),
            _text("platform", 50, is_required=True),
            _text("status", 20, default="disconnected"),
            Column("access_token", "text"),
            Column("refresh_token", "text"),
            _moment("token_expires_at"),
            _text("platform_account_id", 255),
            _text("platform_account_name", 255),
            _moment("last_sync_at"),
            _json("metadata", "{}"),
            _moment("created_at", NOW),
            _moment("updated_at", NOW),
        ),
        {
            "idx_integrations_brand_id": "brand_id",
            "idx_integrations_platform": "platform",
            "idx_integrations_status": "status",
        },
        {"unique_brand_platform": "brand_id, platform"},
    ),
    "metrics": Table(
        (
            _id(),
            _brand_id(),
            Column("integration_id", "uuid", references=("integrations", "SET NULL")),
            Column("date", "date", is_required=True),
            _text("metric_type", 50, is_required=True),
            Column("value", "numeric(15,2)", is_required=True),
            _text("currency", 3, default="USD"),
            _json("metadata", "{}"),
            _moment("created_at", NOW),
        ),
        {
            "idx_metrics_brand_date": "brand_id, date DESC",
            "idx_metrics_type_date": "metric_type, date DESC",
            "idx_metrics_created": "created_at DESC",
        },
        {},
    ),
    "insights": Table(
        (
            _id(),
            _brand_id(),
            _text("insight_type", 50, is_required=True),
            _text("priority", 20, default="medium"),
            _text("title", 255, is_required=True),
            Column("description", "text", is_required=True),
            _json("action_items", "[]"),
            _json("related_data", "{}"),
            Column("is_read", "boolean", default="false"),
            _moment("created_at", NOW),
            _moment("expires_at"),
        ),
        {
            "idx_insights_brand_created": "brand_id, created_at DESC",
            "idx_insights_priority": "priority",
            "idx_insights_is_read": "is_read",
        },
        {},
    ),
}


def parse(markdown: str) -> dict[str, Table]:
    """The five tables that the specification's own text describes."""
    tables = markdown.partition("## Relationships")[0]
    sections = re.split(r"^### \d+\. (\w+)$", tables, flags=re.MULTILINE)
    return {name: _table(text) for name, text in zip(sections[1::2], sections[2::2], strict=True)}


def _table(section: str) -> Table:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| ")
    ]
    plain, _, constrained = section.partition("**Unique Constraint:**")
    unique = dict(_named(constrained))
    unique |= {
        name: columns
        for row in cells[1:]
        for name, columns in _named(plain)
        if "UNIQUE" in row[2] and columns == row[0]
    }
    return Table(tuple(_column(*row[:3]) for row in cells[1:]), dict(_named(plain)), unique)


def _named(section: str) -> list[tuple[str, str]]:
    found = re.findall(r"^- `(\w+)` on `\(?([^)`]+)\)?`$", section, flags=re.MULTILINE)
    return [(name, columns) for name, columns in found]


def _column(name: str, type_: str, constraints: str) -> Column:
    type_ = type_.lower()
    base = type_.partition("(")[0]
    type_ = type_.replace(base, TYPES.get(base, base))
    default = re.search(r"DEFAULT (.+)$", constraints)
    target = re.search(r"FOREIGN KEY → (\w+)\(id\) ON DELETE (CASCADE|SET NULL)", constraints)
    return Column(
        name,
        type_,
        is_required="NOT NULL" in constraints or "PRIMARY KEY" in constraints,
        default=_shown(default.group(1), type_) if default else None,
        references=(target.group(1), target.group(2)) if target else None,
    )


def _shown(default: str, type_: str) -> str:
    """A default as PostgreSQL shows it."""
    return f"{default}::{type_.partition('(')[0]}" if default.startswith("'") else default.lower()
