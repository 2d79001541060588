from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import FileRefusedError
from aura.imports.moments import OrderEvidence, parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda n: timezone(timedelta(minutes=15 * n)))
MOMENTS = st.integers(40_000_000, 4_070_000_000).flatmap(
    lambda seconds: OFFSETS.map(lambda offset: datetime.fromtimestamp(seconds, offset))
)


def parse(cell, order="day first"):
    moment = parse_moment(cell, order=order, zone=BERLIN)
    return None if moment is None else (moment.at, moment.has_offset)


@given(MOMENTS)
def test_moments_as_shopify_writes_them_are_exact(at):
    assert parse(at.strftime("%Y-%m-%d %H:%M:%S %z")) == (at, True)


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-04-05 21:06:21 UTC", datetime(2026, 4, 5, 21, 6, 21, tzinfo=UTC)),
        ("2026-04-05T21:06:21Z", datetime(2026, 4, 5, 21, 6, 21, tzinfo=UTC)),
        ("2026-04-05T21:06:21.123+00:00", datetime(2026, 4, 5, 21, 6, 21, tzinfo=UTC)),
    ],
)
def test_an_offset_may_be_written_in_other_ways(cell, at):
    assert parse(cell) == (at, True)


@pytest.mark.parametrize(
    ("cell", "order", "local"),
    [
        ("06.04.2026 21:06", "day first", datetime(2026, 4, 6, 21, 6, tzinfo=BERLIN)),
        ("4/6/2026 9:06 PM", "month first", datetime(2026, 4, 6, 21, 6, tzinfo=BERLIN)),
        ("4/6/26 12:06 AM", "month first", datetime(2026, 4, 6, 0, 6, tzinfo=BERLIN)),
        ("06-04-2026 21:06:07", "day first", datetime(2026, 4, 6, 21, 6, 7, tzinfo=BERLIN)),
        ("2026/4/6 21:06", "day first", datetime(2026, 4, 6, 21, 6, tzinfo=BERLIN)),
        ("2026-04-06", "day first", datetime(2026, 4, 6, tzinfo=BERLIN)),
        ("45384.3478", "day first", datetime(2024, 4, 2, 8, 20, 50, tzinfo=BERLIN)),
        ("45384,3478", "month first", datetime(2024, 4, 2, 8, 20, 50, tzinfo=BERLIN)),
        ("45384", "day first", datetime(2024, 4, 2, tzinfo=BERLIN)),
    ],
)
def test_a_time_without_an_offset_is_local(cell, order, local):
    assert parse(cell, order) == (local, False)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "soon",
        "12345.6",
        "2026-02-30",
        "2026-13-01",
        "2026-04-05 25:00",
        "2026-04-05 13:00 PM",
        "2026-04-05 0:30 AM",
        "1969-12-31",
        "2101-01-01",
        "0000-01-01",
        "٢٠٢٦-04-05",
        "2026-04-05 21:06:21 +9900",
        "31/12",
    ],
)
def test_another_text_is_no_moment(cell):
    assert parse(cell) is None


@given(st.text(alphabet="0123456789-/.: +TZ", max_size=30))
def test_any_text_is_a_moment_or_none(cell):
    found = parse(cell)
    assert found is None or 1970 <= found[0].year <= 2100


def decide(*cells):
    evidence = OrderEvidence("Created at")
    for line, cell in enumerate(cells, 2):
        evidence.add(cell, line)
    return evidence.decide()


def test_one_date_past_the_twelfth_decides_for_the_file():
    assert decide("3/4/2026", "3/14/2026") == "month first"
    assert decide("3/4/2026", "14/3/2026") == "day first"
    assert decide("03.04.2026") == "day first"
    assert decide("2026-03-04", "5/5/2026", "") == "day first"


@pytest.mark.parametrize("cells", [["3/4/2026"], ["14/3/2026", "3/14/2026"]])
def test_dates_that_do_not_tell_are_refused(cells):
    with pytest.raises(FileRefusedError) as refused:
        decide(*cells)
    assert (refused.value.code, refused.value.line) == ("ambiguous_dates", len(cells) + 1)
