"""What every import of a daily report does around its own work: whose brand, one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, TypeVar, Unpack
from uuid import UUID

from aura.errors import NotFoundError
from aura.imports.report_result import ReportResult, ReportTerms
from aura.store import brands
from aura.store.brands import Brand
from aura.store.database import Connection, Database

Report = TypeVar("Report")


class Asked(TypedDict):
    """What a person asks for; with `dry_run` everything is tried and nothing is kept."""

    brand_id: UUID
    now: datetime
    created_by: UUID
    terms: ReportTerms
    dry_run: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class Job:
    """An import inside its transaction: role aura_worker, about one brand."""

    connection: Connection
    brand: Brand
    terms: ReportTerms
    now: datetime
    created_by: UUID
    dry_run: bool


async def import_into_brand(
    database: Database,
    read: Callable[[], Report],
    write: Callable[[Job, Report], Awaitable[ReportResult]],
    **asked: Unpack[Asked],
) -> ReportResult:
    """Read a report to its last row, then write it into a brand of `created_by`.

    Raises NotFoundError for a brand that is not theirs, and what reading and writing raise; nothing
    is stored then.
    """
    brand_id, created_by = asked["brand_id"], asked["created_by"]
    dry_run = asked.get("dry_run", False)
    async with database.as_user(created_by) as connection:
        brand = await brands.brand_of_person(connection, user_id=created_by, brand_id=brand_id)
    if brand is None:
        raise NotFoundError("There is no such brand.")
    report = await asyncio.to_thread(read)
    async with (
        database.as_worker(brand_id) as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        job = Job(connection, brand, asked["terms"], asked["now"], created_by, dry_run)
        return await write(job, report)
