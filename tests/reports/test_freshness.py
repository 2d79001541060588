"""What a source is trusted for: days between a file and the first day read are not zeros."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.figures import Side, figure
from aura.reports.freshness import source_of
from aura.store.reports import SourceRow

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)


def shop(*, file_last: date | None, known_from: date | None) -> SourceRow:
    return SourceRow(
        brand_id=UUID(int=2),
        integration_id=UUID(int=1),
        platform="shopify",
        status="connected",
        account_name="a.myshopify.com",
        last_sync_at=NOW,
        problem=None,
        settles_in_days=None,
        known_from=known_from,
        known_through=known_from and NOW.date(),
        file_first_day=file_last and date(2026, 1, 1),
        file_last_day=file_last,
        file_read_at=NOW,
        currencies=("USD",),
        timezones=("UTC",),
    )


def test_days_between_a_file_and_the_first_day_read_are_unknown():
    row = shop(file_last=date(2026, 6, 30), known_from=date(2026, 11, 16))
    source = source_of(row, now=NOW, timezone="UTC", history_from=date(2026, 1, 1))

    assert [source.was_read(date(2026, month, 30)) for month in (6, 7, 10)] == [True, False, False]
    assert source.covers(DayRange(date(2026, 7, 1), date(2026, 11, 15))) is None
    assert not source.has_days_in(DayRange(date(2026, 7, 1), date(2026, 7, 31)))
    assert source.covers(DayRange(date(2026, 6, 1), date(2026, 7, 31))) == DayRange(
        date(2026, 6, 1), date(2026, 6, 30)
    )
    assert source.covers(DayRange(date(2026, 6, 1), date(2026, 11, 20))) == DayRange(
        date(2026, 11, 16), date(2026, 11, 20)
    )
    days = DayRange(date(2026, 6, 1), date(2026, 11, 20))
    shown = figure(CATALOGUE["revenue"], Side(days, {}), Side(days.previous(), {}), [source], "USD")
    assert shown.value is None
    assert "Shopify has no data from 1 Jul" in str(shown.reason)


def test_a_file_that_meets_the_days_read_leaves_no_gap():
    for row in (
        shop(file_last=date(2026, 6, 30), known_from=date(2026, 7, 1)),
        shop(file_last=date(2026, 6, 30), known_from=date(2026, 2, 1)),
        shop(file_last=date(2026, 6, 30), known_from=None),
        shop(file_last=None, known_from=date(2026, 2, 1)),
    ):
        assert source_of(row, now=NOW, timezone="UTC").gaps == ()
