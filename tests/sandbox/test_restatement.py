"""Numbers grow, settle, shrink and vanish as the clock moves on, each platform by its own curve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sandbox_fixture import ANCHOR, RunningSandbox

MIDNIGHT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
DAY = date(2026, 10, 1)
WEEK = [DAY + timedelta(days=n) for n in range(7)]


def conversions(sandbox: RunningSandbox, platform: str, as_of: datetime | str) -> Decimal:
    days = sandbox.truth(WEEK[0], WEEK[-1], as_of=as_of)[platform]["account"]
    return sum((Decimal(figures["conversions"]) for figures in days.values()), Decimal(0))


def spend(sandbox: RunningSandbox, platform: str, as_of: datetime | str) -> Decimal:
    days = sandbox.truth(DAY, DAY, as_of=as_of)[platform]["account"]
    return Decimal(days.get(DAY.isoformat(), {"ad_spend": "0"})["ad_spend"])


def test_conversions_arrive_for_weeks(start_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = start_sandbox("demo")
    for platform, complete_after in (("meta", 28), ("google_ads", 30)):
        final = conversions(sandbox, platform, "final")
        seen = [
            conversions(sandbox, platform, MIDNIGHT + timedelta(days=6 + age)) / final
            for age in (1, 3, 7, 14)
        ]
        assert Decimal("0.4") < seen[0] < Decimal("0.85"), platform
        assert seen == sorted(seen)
        assert seen[-1] > Decimal("0.93")
        last = MIDNIGHT + timedelta(days=6 + complete_after)
        assert conversions(sandbox, platform, last) == final


def test_platforms_have_curves_of_their_own(start_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = start_sandbox("demo")
    early = MIDNIGHT + timedelta(days=8)
    shares = [
        conversions(sandbox, platform, early) / conversions(sandbox, platform, "final")
        for platform in ("meta", "google_ads")
    ]
    assert abs(shares[0] - shares[1]) > Decimal("0.01")


def test_spend_grows_through_the_day_and_settles_within_a_day(sandbox: RunningSandbox) -> None:
    for platform in ("meta", "google_ads"):
        hours = [spend(sandbox, platform, MIDNIGHT + timedelta(hours=h)) for h in (0, 8, 16, 24)]
        assert hours == sorted(hours)
        assert hours[0] == 0
        next_morning = spend(sandbox, platform, MIDNIGHT + timedelta(hours=29))
        settled = spend(sandbox, platform, MIDNIGHT + timedelta(hours=45))
        assert Decimal("0.98") * settled < next_morning < settled
    final = spend(sandbox, "meta", "final")
    assert spend(sandbox, "meta", MIDNIGHT + timedelta(hours=45)) == final


def test_google_credits_invalid_clicks_days_later(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox("demo")
    first, last = WEEK[0], WEEK[-1]

    def clicks(as_of: datetime | str) -> list[int]:
        days = sandbox.truth(first, last, as_of=as_of)["google_ads"]["campaigns"]
        return [day["clicks"] for one in days.values() for day in one["days"].values()]

    settled = clicks(MIDNIGHT + timedelta(days=7, hours=20))
    final = clicks("final")
    assert sum(final) < sum(settled)
    assert sum(final) > 0.98 * sum(settled)


def test_vanished_days_were_there_and_are_gone(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox("edges")
    events = [("meta", "3300000000001", "120400000000030117", 20)]
    events += [("google_ads", "5500000003", "50000000003", 25)]
    for platform, account, campaign, ago in events:
        day = ANCHOR - timedelta(days=ago)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

        def days_of(as_of: datetime) -> dict:
            truth = sandbox.truth(day, day, as_of=as_of)[platform]["accounts"][account]  # noqa: B023
            return truth["campaigns"][campaign]["days"]  # noqa: B023

        assert day.isoformat() in days_of(noon + timedelta(days=2))
        figures = days_of(noon + timedelta(days=5)).get(day.isoformat(), {})
        assert figures.get("impressions", 0) == 0
        assert Decimal(figures.get("ad_spend", "0")) == 0


def test_an_outage_leaves_no_late_arrivals(start_sandbox: Callable[..., RunningSandbox]) -> None:
    sandbox = start_sandbox("demo")
    first, last = ANCHOR - timedelta(days=12), ANCHOR - timedelta(days=9)
    days = sandbox.truth(first, last)["google_ads"]["account"]
    assert sum(Decimal(day["conversions"]) for day in days.values()) < 8
    assert all(day["clicks"] > 200 for day in days.values())


def test_what_was_seen_once_can_be_asked_for_again(sandbox: RunningSandbox) -> None:
    seen = sandbox.truth(WEEK[0], WEEK[-1], as_of=MIDNIGHT + timedelta(days=9))
    sandbox.clock(advance=40 * 86_400)
    sandbox.truth(WEEK[0], ANCHOR + timedelta(days=60))
    assert sandbox.truth(WEEK[0], WEEK[-1], as_of=MIDNIGHT + timedelta(days=9)) == seen
