from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from aura.imports.zones import ZoneEvidence


def evidence(*moments: datetime) -> ZoneEvidence:
    found = ZoneEvidence()
    for moment in moments:
        found.add(moment, has_offset=True)
    return found


def year_in(name: str) -> list[datetime]:
    first = datetime(2025, 1, 1, 17, tzinfo=UTC)
    return [(first + timedelta(days=n)).astimezone(ZoneInfo(name)) for n in range(0, 365, 5)]


def with_plain_offsets(moments: list[datetime]) -> list[datetime]:
    return [datetime.fromisoformat(moment.isoformat()) for moment in moments]


def test_a_year_of_offsets_names_the_zone() -> None:
    for name in ("America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "UTC"):
        assert evidence(*with_plain_offsets(year_in(name))).decide() == name


def test_an_offset_that_no_zone_ever_had_names_none() -> None:
    assert evidence(datetime.fromisoformat("2025-01-01T12:00:00+03:37")).decide() is None


def test_two_offsets_on_one_day_away_from_a_change_of_clocks_name_none() -> None:
    moments = ("2025-06-01T12:00:00+02:00", "2025-06-01T15:00:00-05:00")
    assert evidence(*map(datetime.fromisoformat, moments)).decide() is None


def test_one_time_without_an_offset_leaves_it_open() -> None:
    found = evidence(*with_plain_offsets(year_in("Europe/Berlin")))
    found.add(datetime(2025, 5, 1, 12, tzinfo=UTC), has_offset=False)
    assert found.decide() is None


@given(
    st.sampled_from(["America/St_Johns", "Asia/Kathmandu", "Europe/Lisbon", "Pacific/Chatham"]),
    st.lists(st.integers(0, 3000), min_size=1, max_size=20),
)
def test_the_named_zone_gives_every_row_its_own_day(name: str, hours: list[int]) -> None:
    first = datetime(2024, 11, 1, tzinfo=UTC)
    moments = with_plain_offsets(
        [(first + timedelta(hours=3 * n)).astimezone(ZoneInfo(name)) for n in hours]
    )
    named = evidence(*moments).decide()
    assert named is not None
    assert all(at.astimezone(ZoneInfo(named)).date() == at.date() for at in moments)
