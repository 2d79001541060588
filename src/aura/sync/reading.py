"""One window: read from the platform to its end, then written in one transaction.

Pages come in from a connector, stored facts and a moved cursor go out. Orders are kept in memory up
to a limit, so that the transaction is short; a window with more of them streams the rest into it.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from aura.connectors.contract import AdConnector, Connector, StoreConnector
from aura.connectors.http import Usage
from aura.model import Account, AdDay, DayRange, Grant, Order
from aura.store import integrations, sync_runs, sync_state
from aura.store.database import Connection, Database
from aura.store.integrations import Integration
from aura.store.secrets import Keyring
from aura.store.sync_state import Work
from aura.store.windows import WindowResult, refresh_all_days, write_ad_window, write_orders
from aura.sync.grants import Grants
from aura.sync.plan import Step

SPOOLED_ORDERS: Final = 20_000
# before any shop there was
LONG_AGO: Final = date(2000, 1, 1)

StepAfter = Callable[[int], Step]
# the same, for orders: also when the latest of them was updated, by the platform's clock
OrdersStepAfter = Callable[[int, datetime | None], Step]


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that reading and writing one integration's windows takes."""

    database: Database
    keyring: Keyring
    connector: Connector
    grants: Grants
    integration: Integration
    work: Work
    owner: str
    run_id: UUID
    usage: Usage
    now: datetime


@dataclass(frozen=True, slots=True)
class OrderQuestion:
    """Which orders to read: those updated since a moment, those of days, or both.

    Those of a job that the platform has done (`job_id`) are of `as_of` and may have changed since.
    """

    updated_from: datetime | None = None
    in_days: DayRange | None = None
    job_id: str | None = None
    as_of: datetime | None = None


async def sync_ad_window(
    job: Job,
    window: DayRange,
    *,
    known: DayRange,
    step_after: StepAfter,
    is_current: bool,
    starts_over: bool = False,
) -> WindowResult:
    """Read a window of every selected ad account and store them together.

    `known` is what may be said to be read afterwards, `is_current` whether that reaches today.
    """
    connector = cast("AdConnector", job.connector)

    async def read(grant: Grant) -> list[tuple[Account, list[AdDay]]]:
        found = []
        for account in job.integration.accounts:
            pages = connector.read_days(grant, account, window)
            found.append((account, [day async for page in pages for day in page]))
        return found

    found = await job.grants.use(read, job.now)
    rows = sum(len(days) for _, days in found)
    results = []
    async with _writing(job, known, step_after(rows), is_current=is_current) as connection:
        if starts_over:
            await refresh_all_days(
                connection, brand_id=job.work.brand_id, integration_id=job.work.integration_id
            )
        for account, days in found:
            results.append(
                await write_ad_window(
                    connection,
                    brand_id=job.work.brand_id,
                    integration_id=job.work.integration_id,
                    account=account,
                    window=window,
                    days=days,
                    observed_at=job.now,
                    run_id=job.run_id,
                )
            )
        result = _together(results)
        await _record(connection, job, window, result)
    return result


async def sync_orders(
    job: Job,
    question: OrderQuestion,
    *,
    known: DayRange,
    step_after: OrdersStepAfter,
    is_current: bool,
    complete_history: bool = False,
    hidden: DayRange | None = None,
) -> WindowResult:
    """Read the orders that are asked for and store them with every day they touch.

    `hidden` are days before the known ones of which the platform shows nothing any more.
    """
    connector = cast("StoreConnector", job.connector)
    (shop,) = job.integration.accounts

    async def read_and_write(grant: Grant) -> WindowResult:
        if question.job_id is None:
            pages = connector.read_orders(
                grant, shop, updated_from=question.updated_from, in_days=question.in_days
            )
        else:
            pages = connector.read_bulk(grant, shop, question.job_id)
        async with _spooled(pages) as (ahead, orders):
            updated = [one.updated_at for one in ahead if one.updated_at is not None]
            step = step_after(len(ahead), max(updated, default=None))
            async with _writing(
                job, known, step, is_current=is_current, hidden=hidden
            ) as connection:
                result = await write_orders(
                    connection,
                    job.keyring,
                    brand_id=job.work.brand_id,
                    integration_id=job.work.integration_id,
                    timezone=shop.timezone or "UTC",
                    orders=orders,
                    observed_at=job.now,
                    run_id=job.run_id,
                    window=question.in_days,
                    as_of=question.as_of,
                    complete_history=complete_history,
                )
                await _record(connection, job, known, result)
        return result

    return await job.grants.use(read_and_write, job.now)


async def has_orders_before(job: Job, day: date) -> bool:
    """Whether the shop has any order that was processed before a day."""
    connector = cast("StoreConnector", job.connector)
    (shop,) = job.integration.accounts

    async def ask(grant: Grant) -> bool:
        earlier = DayRange(LONG_AGO, day - timedelta(days=1))
        async with _closing(connector.read_orders(grant, shop, in_days=earlier)) as pages:
            async for page in pages:
                if page:
                    return True
        return False

    return await job.grants.use(ask, job.now)


@contextlib.asynccontextmanager
async def _writing(
    job: Job, known: DayRange, step: Step, *, is_current: bool, hidden: DayRange | None = None
) -> AsyncIterator[Connection]:
    """The transaction of one window: the cursor moves, the days are known, the body writes facts.

    The cursor comes first: what is known about a shop's history depends on it.
    """
    async with job.database.as_worker(job.work.brand_id) as connection:
        await integrations.lock_for_writing(connection, job.work.integration_id)
        await sync_state.advance(
            connection,
            job.work,
            owner=job.owner,
            cursor=step.cursor,
            days_done=step.days_done,
            days_total=step.days_total,
        )
        await integrations.note_read(
            connection,
            job.work.integration_id,
            known,
            last_sync_at=job.now if is_current else None,
            hidden=hidden,
        )
        yield connection


async def _record(connection: Connection, job: Job, days: DayRange, result: WindowResult) -> None:
    await sync_runs.add_window(
        connection,
        job.run_id,
        days=days,
        rows_read=result.rows_read,
        rows_changed=result.rows_changed,
        requests=job.usage.requests,
    )


def _together(results: list[WindowResult]) -> WindowResult:
    return WindowResult(
        sum(result.rows_read for result in results),
        sum(result.rows_changed for result in results),
        tuple(sorted({day for result in results for day in result.days_touched})),
    )


@contextlib.asynccontextmanager
async def _closing(pages: AsyncIterator[list[Order]]) -> AsyncIterator[AsyncIterator[list[Order]]]:
    try:
        yield pages
    finally:
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()


@contextlib.asynccontextmanager
async def _spooled(
    pages: AsyncIterator[list[Order]],
) -> AsyncIterator[tuple[list[Order], AsyncIterator[list[Order]]]]:
    """The orders that were read ahead, and all there are page by page."""
    async with _closing(pages):
        ahead: list[Order] = []
        async for page in pages:
            ahead.extend(page)
            if len(ahead) >= SPOOLED_ORDERS:
                break

        async def everything() -> AsyncIterator[list[Order]]:
            yield ahead
            async for page in pages:
                yield page

        yield ahead, everything()
