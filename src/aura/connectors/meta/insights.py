"""Reading insights by day: the way of asking is chosen by the length of the window.

A window goes in, lists of `AdDay` come out, each list a whole stretch of days. Up to 90 days are
asked for directly; longer stretches as a report that Meta computes in its own time. A stretch that
is too much for Meta is read again as two halves, from nothing, so no row is there twice.
Source: developers.facebook.com, Marketing API v26.0, "Insights", "Asynchronous and batch requests".
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from aura.connectors.fields import Document
from aura.connectors.meta.graph import GraphApi, TooMuchDataError, failure_of_report
from aura.connectors.meta.normalise import ad_day
from aura.errors import BadDataError, TryLaterError
from aura.model import Account, AdDay, DayRange, Level

DIRECT_DAYS: Final = 90
REPORT_DAYS: Final = 366
ROWS_PER_PAGE: Final = 500
# What an ad account reports by default, asked for by name so that a change there changes nothing.
ATTRIBUTION: Final = ("7d_click", "1d_view")
_COMMON: Final = (
    "account_id",
    "account_name",
    "account_currency",
    "date_start",
    "date_stop",
    "spend",
    "impressions",
    "clicks",
    "inline_link_clicks",
    "actions",
    "action_values",
)
FIELDS: Final[dict[Level, tuple[str, ...]]] = {
    "account": _COMMON,
    "campaign": (*_COMMON, "campaign_id", "campaign_name"),
}
RUN_FIELDS: Final = (
    "async_status",
    "async_percent_completion",
    "error_code",
    "error_subcode",
)
# Insights of a level leave deleted and archived objects out unless they are asked for.
CAMPAIGN_STATES: Final = ("ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES")
_POLL_FIRST: Final = 0.25
_POLL_LONGEST: Final = 15.0
_POLL_TOTAL: Final = 900.0


async def days(
    api: GraphApi, token: str, account: Account, window: DayRange
) -> AsyncIterator[list[AdDay]]:
    """Account days, then campaign days, of a window."""
    levels: tuple[Level, ...] = ("account", "campaign")
    for level in levels:
        waiting = stretches(window, REPORT_DAYS)
        while waiting:
            stretch = waiting.pop(0)
            try:
                read = await _read(api, token, account, level, stretch)
            except TooMuchDataError:
                if len(stretch) == 1:
                    raise TryLaterError(
                        "Meta cannot give even a single day of this account.", retry_after=1800.0
                    ) from None
                waiting[:0] = stretches(stretch, (len(stretch) + 1) // 2)
            else:
                if read:
                    yield read


def stretches(window: DayRange, longest: int) -> list[DayRange]:
    """A window as consecutive ranges of at most `longest` days, oldest first."""
    pieces: list[DayRange] = []
    first = window.first
    while first <= window.last:
        last = min(first + timedelta(days=longest - 1), window.last)
        pieces.append(DayRange(first, last))
        first = last + timedelta(days=1)
    return pieces


async def _read(
    api: GraphApi, token: str, account: Account, level: Level, stretch: DayRange
) -> list[AdDay]:
    if len(stretch) <= DIRECT_DAYS:
        path = f"act_{account.external_id}/insights"
        params = {
            **_question(level, stretch),
            "fields": ",".join(FIELDS[level]),
            "limit": str(ROWS_PER_PAGE),
        }
    else:
        path = f"{await _report(api, token, account, level, stretch)}/insights"
        params = {"limit": str(ROWS_PER_PAGE)}
    read: dict[tuple[str, object], AdDay] = {}
    async for page in api.pages(token, path, params=params, account=account.external_id):
        for row in page.documents("data"):
            day = ad_day(row, level=level, account=account)
            if not stretch.first <= day.date <= stretch.last:
                raise BadDataError("Meta gave a day that was not asked for.")
            if (day.external_id, day.date) in read:
                raise BadDataError("Meta gave the same day twice.")
            read[day.external_id, day.date] = day
    return list(read.values())


def _question(level: Level, stretch: DayRange) -> dict[str, str]:
    question = {
        "level": level,
        "time_increment": "1",
        "time_range": json.dumps({"since": str(stretch.first), "until": str(stretch.last)}),
        "action_attribution_windows": json.dumps(ATTRIBUTION),
    }
    if level == "campaign":
        question["filtering"] = json.dumps(
            [
                {
                    "field": "campaign.effective_status",
                    "operator": "IN",
                    "value": CAMPAIGN_STATES,
                }
            ]
        )
    return question


async def _report(
    api: GraphApi, token: str, account: Account, level: Level, stretch: DayRange
) -> str:
    """Have a report computed; its id once it is complete."""
    asked = await api.call(
        token,
        f"act_{account.external_id}/insights",
        method="POST",
        form={**_question(level, stretch), "fields": json.dumps(FIELDS[level])},
        account=account.external_id,
    )
    run_id = asked.text("report_run_id")
    wait, waited = _POLL_FIRST, 0.0
    while waited < _POLL_TOTAL:
        await api.sleep(wait)
        waited += wait
        wait = min(wait * 2, _POLL_LONGEST)
        run = await api.call(
            token, run_id, params={"fields": ",".join(RUN_FIELDS)}, account=account.external_id
        )
        if _is_complete(run):
            return run_id
    raise TryLaterError("Meta has not finished a report in time.", retry_after=600.0)


def _is_complete(run: Document) -> bool:
    status = run.text("async_status")
    if status in {"Job Failed", "Job Skipped"}:
        if (failure := failure_of_report(run)) is not None:
            raise failure
        # Most reports fail without a reason; half the days may well pass.
        raise TooMuchDataError("Meta did not compute a report.")
    return status == "Job Completed" and run.whole("async_percent_completion") == 100
