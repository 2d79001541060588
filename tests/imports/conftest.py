"""What the tests of imports share: a brand to import into, and a short way to do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from aura.imports.order_result import ImportResult
from aura.imports.orders import import_orders
from aura.imports.report_result import ReportTerms
from aura.store.database import Database
from aura.store.secrets import Keyring
from integrations import make_integration
from order_files import read_orders

__all__ = ["make_integration"]

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
TERMS = {"may_shrink", "skip_bad_rows", "titles", "currency"}


@dataclass(frozen=True)
class Shop:
    """A brand, and what importing into it does."""

    database: Database
    keyring: Keyring
    person: UUID
    brand: UUID

    async def bring(self, path: Path, **options: object) -> ImportResult:
        asked = {"complete_history": False, "created_by": self.person, "now": NOW} | options
        said = {name: asked.pop(name) for name in TERMS & set(asked)}
        return await import_orders(
            self.database,
            self.keyring,
            path=path,
            brand_id=self.brand,
            terms=ReportTerms(**said),
            **asked,
        )

    async def rows(self, statement: str) -> list[dict]:
        async with self.database.as_user(self.person) as connection:
            return await (await connection.execute(statement)).fetchall()

    async def metrics(self) -> dict[str, dict[date, Decimal]]:
        """public.metrics as {type: {day: value}}."""
        found: dict[str, dict[date, Decimal]] = {}
        for row in await self.rows("select * from public.metrics order by date"):
            found.setdefault(row["metric_type"], {})[row["date"]] = row["value"]
        return found

    async def contents(self) -> dict[str, list]:
        """Everything that an import may write, without when."""
        tables = ("integrations", "metrics")
        ours = ("orders", "refunds", "entity_days", "brand_days", "imports", "revisions")
        named = [f"public.{t}" for t in tables] + [f"aura.{t}" for t in ours]
        async with self.database.as_owner() as connection:
            return {
                t: await (
                    await connection.execute(
                        f"select t::text from {t} as t where brand_id = %s order by 1",
                        [self.brand],
                    )
                ).fetchall()
                for t in named
            }


@pytest.fixture
def make_shop(database, keyring, make_person, make_brand):
    async def make(*, currency: str = "USD", timezone: str = "America/New_York") -> Shop:
        person = await make_person()
        brand = await make_brand(person, currency=currency, timezone=timezone)
        return Shop(database, keyring, person, brand)

    return make


@pytest.fixture
async def shop(make_shop) -> Shop:
    return await make_shop()


@pytest.fixture
def read_file():
    return read_orders


@pytest.fixture
def write_file(tmp_path):
    def write(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
