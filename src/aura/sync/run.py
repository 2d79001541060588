"""One sync of one integration: due work comes in, stored numbers and a recorded outcome go out.

The three families of connector errors decide what happens next. Busy: due again, later each time.
The grant is gone: nothing is due until a person connects again. An answer that cannot be true: the
integration says so and is read again when the next daily sync is due; the cursor has not moved.
Whatever happens, windows that were stored before stay stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from aura.connectors.contract import Connector
from aura.connectors.http import counting
from aura.errors import (
    BadDataError,
    ConnectorError,
    InputError,
    NeedsReconnectError,
    TryLaterError,
)
from aura.model import DayRange, Platform
from aura.store import integrations, sync_runs, sync_state
from aura.store.database import Database
from aura.store.integrations import Integration
from aura.store.secrets import Keyring
from aura.store.sync_runs import Outcome
from aura.store.sync_state import Kind, LeaseLostError, State, Work
from aura.store.windows import WindowResult
from aura.sync import plan
from aura.sync.endings import break_off, end_run, told_of
from aura.sync.evaluation import evaluate_round
from aura.sync.exports import NotYetError, after_first_daily, giving_up, next_export
from aura.sync.grants import Grants
from aura.sync.lease import clock_from, leased
from aura.sync.progress import Progress, ProgressCallback, RunResult
from aura.sync.reading import (
    Job,
    OrderQuestion,
    StepAfter,
    has_orders_before,
    sync_ad_window,
    sync_orders,
)
from aura.sync.reconcile import reconcile_after_sync
from aura.sync.watching import forget_old_events, watch_shop

_log = logging.getLogger(__name__)

# what the ad platforms keep: 37 months
BACKFILL_DAYS: Final = 1126


async def sync_integration(
    database: Database,
    keyring: Keyring,
    connectors: Mapping[Platform, Connector],
    *,
    integration_id: UUID,
    brand_id: UUID,
    kind: Kind,
    now: datetime,
    progress: ProgressCallback | None = None,
    backfill_days: int = BACKFILL_DAYS,
    owner: str | None = None,
    windows: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Do one kind of due work of one integration, or as many `windows` of it as are allowed.

    Errors of the platform do not raise: they are recorded and stand in the result. Raises
    ConflictError while another worker reads the integration, NotFoundError when it was never
    connected, InputError when no account was chosen yet. `should_stop` is asked between windows.
    """
    work = Work(brand_id, integration_id, kind)
    owner = owner or f"once-{uuid4()}"
    clock = clock_from(now)
    async with leased(database, work, owner=owner, now=now):
        async with database.as_worker(brand_id) as connection:
            integration = await integrations.load_integration(connection, integration_id)
            state = await sync_state.load_state(connection, integration_id, kind)
            if not integration.accounts and integration.status != "disconnected":
                raise InputError("Choose which accounts to read first, on the page Connections.")
            await sync_state.answer_request(connection, work)
            run_id = await sync_runs.start_run(connection, work, now=now)
        connector = connectors[integration.platform]
        grants = Grants(
            database, keyring, connector, brand_id=brand_id, integration_id=integration_id
        )
        with counting() as usage:
            job = Job(
                database, keyring, connector, grants, integration, work, owner, run_id, usage, now
            )
            run = _Run(job, state, progress, backfill_days, windows, should_stop)
            result = await run.finish()
    if result.is_finished or kind == "daily":
        # as of now: a platform that began after this one may have ended before it
        await evaluate_round(database, brand_id=brand_id, now=clock())
    return result


def _always(step: plan.Step) -> StepAfter:
    return lambda _rows: step


class _Run:
    """The course of one sync."""

    def __init__(
        self,
        job: Job,
        state: State,
        progress: ProgressCallback | None,
        backfill_days: int,
        windows: int | None,
        should_stop: Callable[[], bool],
    ) -> None:
        self._job = job
        self._state = state
        self._progress = progress
        self._backfill_days = backfill_days
        self._windows = windows
        self._should_stop = should_stop
        self._clock = clock_from(job.now)
        self._rows_read = 0
        self._rows_changed = 0

    @property
    def _integration(self) -> Integration:
        return self._job.integration

    @property
    def _sees_part(self) -> bool:
        """Whether the shop hides its older orders from us: what is not seen is not zero."""
        return "read_all_orders" in self._integration.missing_scopes

    async def finish(self) -> RunResult:
        """Do the work, record how it ended and say when it is due again."""
        try:
            is_finished = await self._read()
            if is_finished and self._integration.platform == "shopify":
                await self._reconcile()
        except NotYetError as error:
            await end_run(self._job, "succeeded", None, error.due_at)
            return self._result("succeeded", None, is_finished=False)
        except TryLaterError as error:
            return await self._failed("try_later", error, retry_after=error.retry_after)
        except NeedsReconnectError as error:
            return await self._failed("needs_reconnect", error)
        except ConnectorError as error:
            return await self._failed("bad_data", error)
        except LeaseLostError:
            # whoever has the lease now records how it ends
            raise
        except asyncio.CancelledError:
            await break_off(self._job)
            raise
        except Exception as error:
            await end_run(self._job, "try_later", told_of(error), self._retry())
            raise
        due_at = self._next_daily() if self._job.work.kind == "daily" else None
        await end_run(self._job, "succeeded", None, due_at if is_finished else self._job.now)
        return self._result("succeeded", None, is_finished=is_finished)

    async def _reconcile(self) -> None:
        job = self._job
        await reconcile_after_sync(
            job.database, job.keyring, job.connector, brand_id=job.work.brand_id, now=job.now
        )

    async def _read(self) -> bool:
        if not self._integration.accounts:
            raise NeedsReconnectError("This account is not connected.")
        if self._job.work.kind == "backfill":
            return await self._backfill()
        if self._integration.platform == "shopify":
            await self._daily_orders()
            await self._read_what_was_hidden()
            await watch_shop(self._job)
        else:
            await self._daily_ads()
        await forget_old_events(self._job)
        return True

    async def _daily_ads(self) -> None:
        job, cursor = self._job, self._state.cursor
        today, latest = plan.local_days(self._integration.accounts, job.now)
        daily = plan.resume_daily(cursor)
        restatement = plan.Restatement(
            job.connector.restatement_days, job.connector.weekly_restatement_days
        )
        windows = daily.windows(latest, restatement)
        after = daily.after(today, was_weekly=daily.is_weekly(latest, restatement))
        total, done = sum(map(len, windows)), 0
        for window in windows:
            is_current = window is windows[-1]
            done += len(window)
            moved = after.cursor() if is_current else cursor
            step = plan.Step(moved, done, total)
            result = await sync_ad_window(
                job,
                window,
                known=DayRange(min(window.first, today), min(window.last, today)),
                step_after=_always(step),
                is_current=is_current,
                starts_over=not cursor,
            )
            self._count(result, step)

    async def _daily_orders(self) -> None:
        job, cursor, shop = self._job, self._state.cursor, self._integration
        today, _ = plan.local_days(shop.accounts, job.now)
        last_sync_at = shop.last_sync_at if self._sees_part else None
        hidden = plan.hidden_days(shop.accounts, last_sync_at, job.now)
        updated_from = cursor.get("updated_from")
        if updated_from is None:
            # the first days a person sees; the backfill brings the others
            known = DayRange(today - timedelta(days=plan.FIRST_SHOP_DAYS - 1), today)
            question = OrderQuestion(in_days=known)
        else:
            known = DayRange(today, today)
            question = OrderQuestion(updated_from=datetime.fromisoformat(updated_from))

        def step_after(_rows: int, latest: datetime | None) -> plan.Step:
            since = plan.next_updates(question.updated_from, latest=latest, now=job.now)
            return plan.Step({"updated_from": since.isoformat()}, len(known), len(known))

        result = await sync_orders(
            job, question, known=known, step_after=step_after, is_current=True, hidden=hidden
        )
        self._count(result, step_after(0, None))

    async def _read_what_was_hidden(self) -> None:
        """Once `read_all_orders` is there, the days before the last sixty are read after all."""
        wanted = self._new_backfill()
        if self._sees_part or wanted.days_total <= plan.VISIBLE_SHOP_DAYS:
            return
        async with self._job.database.as_worker(self._job.work.brand_id) as connection:
            await sync_state.widen_backfill(
                connection,
                self._integration.id,
                most_days=plan.VISIBLE_SHOP_DAYS,
                oldest=wanted.oldest,
                now=self._job.now,
            )

    async def _backfill(self) -> bool:
        backfill = plan.resume_backfill(self._state.cursor) or self._new_backfill()
        is_shop = self._integration.platform == "shopify"
        updated_from = await after_first_daily(self._job) if is_shop else None
        if self._sees_part:
            _, latest = plan.local_days(self._integration.accounts, self._job.now)
            backfill = plan.within_sight(backfill, latest)
        read = 0
        while not backfill.is_done:
            if await self._gives_way(read):
                return False
            read += 1
            if updated_from is not None:
                backfill = await self._backfill_orders(backfill, updated_from)
            else:
                backfill = await self._backfill_ads(backfill)
        return True

    async def _gives_way(self, read: int) -> bool:
        """Whether the backfill goes on later, having read so many windows, always one at least."""
        if self._should_stop():
            return True
        if self._windows is None or read == 0:
            return False
        if read >= self._windows:
            return True
        async with self._job.database.as_worker(None) as connection:
            return await sync_state.daily_waits(connection, now=self._clock())

    def _new_backfill(self) -> plan.Backfill:
        is_shop = self._integration.platform == "shopify"
        _, latest = plan.local_days(self._integration.accounts, self._job.now)
        return plan.start_backfill(
            latest,
            days=min(self._backfill_days, self._job.connector.history_days),
            span=plan.FIRST_SHOP_DAYS if is_shop else plan.FIRST_AD_DAYS,
        )

    async def _backfill_ads(self, backfill: plan.Backfill) -> plan.Backfill:
        window = backfill.window()
        result = await sync_ad_window(
            self._job,
            window,
            known=window,
            step_after=lambda rows: backfill.after(window, rows).step(),
            is_current=False,
        )
        after = backfill.after(window, result.rows_read)
        self._count(result, after.step())
        return after

    async def _backfill_orders(
        self, backfill: plan.Backfill, updated_from: datetime
    ) -> plan.Backfill:
        """Days with the orders that were changed on them or since the last daily sync.

        One that was sent back on them and has changed again since would be missing until the next.
        """
        planned, as_of = await next_export(self._job, backfill, updated_from=updated_from)
        window = planned.window()
        job_id = None if planned.export is None else planned.export.job_id
        async with giving_up(self._job, planned):
            result = await sync_orders(
                self._job,
                OrderQuestion(updated_from, window, job_id, as_of),
                known=window,
                step_after=lambda rows, _latest: planned.after(window, rows).step(),
                is_current=False,
                complete_history=await self._is_whole_history(planned, window),
            )
        after = planned.after(window, result.rows_read)
        self._count(result, after.step())
        return after

    async def _is_whole_history(self, backfill: plan.Backfill, window: DayRange) -> bool:
        is_last = window.first == backfill.oldest and not self._sees_part
        return is_last and not await has_orders_before(self._job, window.first)

    def _count(self, result: WindowResult, step: plan.Step) -> None:
        self._rows_read += result.rows_read
        self._rows_changed += result.rows_changed
        if self._progress is not None:
            work = self._job.work
            self._progress(
                Progress(
                    work.integration_id,
                    self._integration.platform,
                    work.kind,
                    step.days_done,
                    step.days_total,
                )
            )

    def _next_daily(self) -> datetime:
        return plan.next_daily(
            self._job.now,
            timezone=self._integration.accounts[0].timezone,
            integration_id=self._integration.id,
        )

    def _retry(self, retry_after: float = 0.0) -> datetime:
        return plan.retry_at(self._job.now, attempts=self._state.attempts, retry_after=retry_after)

    async def _failed(
        self, outcome: Outcome, error: ConnectorError, *, retry_after: float = 0.0
    ) -> RunResult:
        _log.warning(
            "%s %s of integration %s: %s",
            self._integration.platform,
            self._job.work.kind,
            self._integration.id,
            outcome,
        )
        due_at: datetime | None = self._retry(retry_after)
        if isinstance(error, NeedsReconnectError):
            due_at = None
        elif isinstance(error, BadDataError):
            due_at = self._next_daily()
        await end_run(self._job, outcome, error.message, due_at)
        return self._result(outcome, error.message, is_finished=False)

    def _result(self, outcome: Outcome, message: str | None, *, is_finished: bool) -> RunResult:
        return RunResult(
            self._job.run_id,
            self._job.work.brand_id,
            self._job.work.integration_id,
            self._integration.platform,
            self._job.work.kind,
            outcome,
            message,
            self._rows_read,
            self._rows_changed,
            self._job.usage.requests,
            is_finished,
        )
