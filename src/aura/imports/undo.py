"""Taking an import back: its id in, its days as they were before it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from aura.errors import ConflictError, NotFoundError
from aura.store import imports
from aura.store.database import Database
from aura.store.windows import undo_import_days


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What undoing an import did: rows of facts given back or removed, and on which days."""

    import_id: UUID
    file_name: str
    rows_changed: int
    days: tuple[date, ...]


async def undo_import(
    database: Database, *, import_id: UUID, user_id: UUID, now: datetime
) -> UndoResult:
    """Undo an import of a daily report of the person's; what it said becomes a revision.

    Raises NotFoundError for an import that is not theirs, ConflictError for one that was undone
    before, that a newer file has stated the days of, or that brought orders.
    """
    async with database.as_user(user_id) as connection:
        brand_id = await imports.brand_of_import(connection, import_id)
    if brand_id is None:
        raise NotFoundError("There is no such import.")
    async with database.as_worker(brand_id) as connection:
        found = await imports.lock_import(connection, brand_id=brand_id, import_id=import_id)
        if found is None:
            raise NotFoundError("There is no such import.")
        _check(found)
        written = await undo_import_days(
            connection,
            brand_id=brand_id,
            integration_id=found.integration_id,
            import_id=import_id,
            observed_at=now,
        )
        await imports.mark_undone(connection, brand_id=brand_id, import_id=import_id, now=now)
    return UndoResult(import_id, found.file_name, written.rows_changed, written.days_touched)


def _check(found: imports.ImportToUndo) -> None:
    if found.undone_at is not None:
        raise ConflictError(f"{found.file_name} was undone before.")
    if not found.format.endswith(".daily"):
        raise ConflictError(
            f"{found.file_name} brought orders, which cannot be taken back one file at a time: "
            "import a corrected export, which replaces the same orders."
        )
    if found.newer is not None:
        raise ConflictError(
            f"{found.newer} was imported later and states some of the same days: undo it first."
        )
