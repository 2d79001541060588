"""Why Meta refuses: the reason of an ended permission and of a failed report, told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from starlette.responses import JSONResponse

from aura.connectors.contract import Application
from aura.connectors.meta.client import MetaConnector
from aura.errors import BadDataError, NeedsReconnectError, TryLaterError
from aura.model import Account, AdDay, DayRange, Grant
from connectors.meta.rows import NUMBER, error
from connectors.scripted import Platform, Sleeper

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = Account(NUMBER, "Aurora", "USD", "America/New_York")
LONG = DayRange(date(2026, 1, 1), date(2026, 4, 10))


@pytest.fixture
async def connector(platform: Platform, sleeper: Sleeper) -> AsyncIterator[MetaConnector]:
    application = Application("an-id", "hush", platform.url, platform.url, platform.url)
    connector = MetaConnector(application, clock=lambda: NOW, sleep=sleeper)
    yield connector
    await connector.aclose()


async def read(connector: MetaConnector, window: DayRange) -> list[AdDay]:
    pages = connector.read_days(Grant("an-access-token"), ACCOUNT, window)
    return [day async for days in pages for day in days]


@pytest.mark.parametrize(
    ("code", "subcode", "family", "says"),
    [
        (190, 463, NeedsReconnectError, "sixty days"),
        (200, None, NeedsReconnectError, "ads_read"),
        (80000, None, TryLaterError, "limit"),
        (17, 2446079, TryLaterError, "limit"),
        (2635, None, BadDataError, "update Aura"),
    ],
)
async def test_a_report_that_failed_for_a_reason_is_not_asked_for_in_halves(
    connector: MetaConnector,
    platform: Platform,
    code: int,
    subcode: int | None,
    family: type[Exception],
    says: str,
) -> None:
    failed = {"async_status": "Job Failed", "async_percent_completion": 0}
    platform.will_answer(
        {"report_run_id": "77"}, {**failed, "error_code": code, "error_subcode": subcode}
    )
    with pytest.raises(family, match=says):
        await read(connector, LONG)
    assert len(platform.asked) == 2


@pytest.mark.parametrize(
    ("subcode", "says"),
    [(458, "removed the app"), (460, "password"), (463, "sixty days"), (999, "expired or was")],
)
async def test_an_ended_permission_says_why(
    connector: MetaConnector, platform: Platform, subcode: int, says: str
) -> None:
    platform.will_answer(JSONResponse(error(190, subcode), 400))
    with pytest.raises(NeedsReconnectError, match=says):
        await read(connector, DayRange(LONG.first, LONG.first))
    assert len(platform.asked) == 1


async def test_a_denied_permission_is_named(connector: MetaConnector, platform: Platform) -> None:
    platform.will_answer(JSONResponse(error(200), 403))
    with pytest.raises(NeedsReconnectError, match="ads_read"):
        await read(connector, DayRange(LONG.first, LONG.first))


async def test_a_single_day_that_is_too_much_is_for_later(
    connector: MetaConnector, platform: Platform
) -> None:
    day = DayRange(date(2026, 11, 1), date(2026, 11, 1))
    platform.will_answer(JSONResponse(error(100, 1504018), 400))
    with pytest.raises(TryLaterError, match="single day"):
        await read(connector, day)
