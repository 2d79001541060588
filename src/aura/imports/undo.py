"""Taking an import back: its id in, its days as they were before it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from aura.errors import ConflictError, NotFoundError
from aura.store import imports
from aura.store.database import Database
from aura.store.filed_orders import UNDO_DAYS
from aura.store.filed_windows import undo_import_days, undo_import_orders


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
    """Undo an import of the person's; what it said of days becomes a revision.

    Raises NotFoundError for an import that is not theirs, ConflictError for one that was undone
    before, that is older than 30 days or that a newer file has stated the days of.
    """
    async with database.as_user(user_id) as connection:
        brand_id = await imports.brand_of_import(connection, import_id)
    if brand_id is None:
        raise NotFoundError("There is no such import.")
    async with database.as_worker(brand_id) as connection:
        found = await imports.lock_import(connection, brand_id=brand_id, import_id=import_id)
        if found is None:
            raise NotFoundError("There is no such import.")
        _check(found, now)
        await imports.mark_undone(connection, brand_id=brand_id, import_id=import_id, now=now)
        take_back = undo_import_days if found.format.endswith(".daily") else undo_import_orders
        written = await take_back(
            connection,
            brand_id=brand_id,
            integration_id=found.integration_id,
            import_id=import_id,
            observed_at=now,
        )
    return UndoResult(import_id, found.file_name, written.rows_changed, written.days_touched)


def _check(found: imports.ImportToUndo, now: datetime) -> None:
    if found.undone_at is not None:
        raise ConflictError(f"{found.file_name} was undone before.")
    if now - found.created_at > UNDO_DAYS:
        raise ConflictError(
            f"{found.file_name} was imported more than {UNDO_DAYS.days} days ago, so what it "
            "replaced is no longer kept: import a corrected file, which replaces the same days."
        )
    if not found.format.endswith(".daily") and not found.has_replaced:
        raise ConflictError(
            f"The orders that {found.file_name} replaced are not kept: a customer has since asked "
            "to be deleted, or it was imported before Aura kept them. Import a corrected export, "
            "which replaces the same days."
        )
    if found.newer is not None:
        raise ConflictError(
            f"{found.newer} was imported later and states some of the same days: undo it first."
        )
