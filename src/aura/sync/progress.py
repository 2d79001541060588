"""How far a sync has come, for a progress bar, and how it ended.

A callback is called after every window that was stored, by the task that syncs; it must not block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from aura.model import Platform
from aura.store.sync_runs import Outcome
from aura.store.sync_state import Kind


@dataclass(frozen=True, slots=True)
class Progress:
    """Days that are stored, of those that this work is about."""

    integration_id: UUID
    platform: Platform
    kind: Kind
    days_done: int
    days_total: int


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a sync ended.

    Attributes:
        outcome: succeeded, or the family of error that ended it; what was stored before stays.
        message: what to tell a person when it did not succeed.
        rows_read, rows_changed: facts that came in, and those that were not known already.
        requests: how often the platform was asked, tries that failed among them.
        is_finished: False when a backfill has more windows to read.
    """

    run_id: UUID
    brand_id: UUID
    integration_id: UUID
    platform: Platform
    kind: Kind
    outcome: Outcome
    message: str | None
    rows_read: int
    rows_changed: int
    requests: int
    is_finished: bool
