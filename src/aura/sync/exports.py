"""Windows of a backfill that the platform exports: asked for once, waited for, given up in the end.

A backfill that is about to read many orders goes in, the same with an export that can be read comes
out. Everything that is known of the export stands in the backfill's cursor before the next step is
taken: that it is asked for, what the platform calls it, how far it has come. So a worker that takes
over goes on with it instead of starting a second one. An export that takes longer than a minute is
left alone and looked at again later: neither the lease nor the worker waits for it. A lost one
is asked for again; after three in a row the backfill goes on by pages.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from aura.connectors.contract import BulkFailedError, StoreConnector
from aura.errors import BadDataError, ConnectorError, NeedsReconnectError
from aura.store import sync_state
from aura.sync import plan
from aura.sync.plan import Backfill, Export
from aura.sync.reading import Job

_log = logging.getLogger(__name__)


class NotYetError(Exception):
    """What the backfill needs is not there yet; look again at `due_at`."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__("not yet")
        self.due_at = due_at


async def after_first_daily(job: Job) -> datetime:
    """Let a shop's backfill wait for its first daily sync; NotYetError until there was one.

    From that one on every change of an order is followed up, whatever its age. What happened to an
    order after its backfill and before it would be lost. Returns since when changes have not been
    followed up yet.
    """
    async with job.database.as_worker(job.work.brand_id) as connection:
        daily = await sync_state.load_state(connection, job.work.integration_id, "daily")
    if "updated_from" not in daily.cursor:
        soon = job.now + timedelta(minutes=1)
        raise NotYetError(max(daily.due_at or soon, soon))
    return datetime.fromisoformat(daily.cursor["updated_from"])


async def next_export(
    job: Job, backfill: Backfill, *, updated_from: datetime
) -> tuple[Backfill, datetime | None]:
    """The backfill whose next window can be read now, and as of when its export is.

    Orders updated since `updated_from` are exported with it. Without a moment the window is read by
    pages. Raises NotYetError while it is collected.
    """
    connector = cast("StoreConnector", job.connector)
    planned = backfill.exporting(job.now, bulk_from=connector.bulk_from)
    if planned.export is None:
        return planned, None
    if planned is not backfill:
        await _keep(job, planned)
    try:
        async with giving_up(job, planned):
            planned = await _started(job, planned, updated_from)
            return planned, await _collected(job, planned)
    except BulkFailedError as error:
        if not error.is_final:
            raise
        _log.warning("%s The backfill goes on by pages.", error.message)
        return planned.without_export(lost=plan.MOST_LOST), None


@contextlib.asynccontextmanager
async def giving_up(job: Job, backfill: Backfill) -> AsyncIterator[None]:
    """What goes wrong with an export itself makes it forgotten, so that another one can begin.

    What is only out of reach just now stays where it is.
    """
    if backfill.export is None:
        yield
        return
    try:
        yield
    except BulkFailedError as error:
        lost = plan.MOST_LOST if error.is_final else 1
        await _keep(job, backfill.without_export(lost=lost))
        raise
    except BadDataError:
        await _keep(job, backfill.without_export(lost=1))
        raise
    except NeedsReconnectError:
        await _keep(job, backfill.without_export())
        raise


async def _started(job: Job, backfill: Backfill, updated_from: datetime) -> Backfill:
    export = _of(backfill)
    if export.job_id is not None:
        return backfill
    connector = cast("StoreConnector", job.connector)
    (shop,) = job.integration.accounts
    if export.is_stuck(job.now):
        raise BulkFailedError("The platform has had no place for an export for hours.")
    job_id = await job.grants.use(
        lambda grant: connector.start_bulk(
            grant, shop, backfill.window(), updated_from=updated_from, since=export.asked_at
        ),
        job.now,
    )
    started = replace(backfill, export=replace(export, job_id=job_id))
    await _keep(job, started)
    return started


async def _collected(job: Job, backfill: Backfill) -> datetime:
    """Wait a little for an export; as of when it is."""
    connector = cast("StoreConnector", job.connector)
    (shop,) = job.integration.accounts
    export = _of(backfill)
    job_id = export.job_id or ""
    state = await job.grants.use(lambda grant: connector.watch_bulk(grant, shop, job_id), job.now)
    if state.is_done:
        return state.created_at
    seen = export.seen(state.objects, job.now)
    if seen.is_stuck(job.now):
        with contextlib.suppress(ConnectorError):
            await job.grants.use(lambda grant: connector.cancel_bulk(grant, shop, job_id), job.now)
        raise BulkFailedError("The platform's export stood still for hours.")
    await _keep(job, replace(backfill, export=seen))
    raise NotYetError(seen.look_again_at(job.now))


def _of(backfill: Backfill) -> Export:
    if backfill.export is None:
        raise ValueError("nothing is exported")
    return backfill.export


async def _keep(job: Job, backfill: Backfill) -> None:
    step = backfill.step()
    async with job.database.as_worker(job.work.brand_id) as connection:
        await sync_state.advance(
            connection,
            job.work,
            owner=job.owner,
            cursor=step.cursor,
            days_done=step.days_done,
            days_total=step.days_total,
        )
