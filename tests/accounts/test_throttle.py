from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aura.accounts.throttle import FREE_TRIES, Throttle
from aura.errors import TooManyTriesError

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
KEY = "ann@example.com"


def use_up(throttle: Throttle, key: str = KEY) -> None:
    for _ in range(FREE_TRIES):
        throttle.enter(key, NOW)


def test_after_five_tries_one_must_wait_and_the_wait_doubles_up_to_15_minutes():
    throttle = Throttle()
    use_up(throttle)
    waits = []
    now = NOW
    for _ in range(8):
        with pytest.raises(TooManyTriesError) as refused:
            throttle.enter(KEY, now)
        waits.append(refused.value.retry_after)
        now += timedelta(seconds=refused.value.retry_after)
        throttle.enter(KEY, now)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_the_refusal_says_how_long_to_wait_and_names_nobody():
    throttle = Throttle()
    use_up(throttle)
    with pytest.raises(TooManyTriesError, match="Wait 30 seconds") as refused:
        throttle.enter(KEY, NOW)
    assert refused.value.http_status == 429
    assert KEY not in refused.value.message
    assert KEY not in repr(vars(throttle))


def test_a_refused_try_does_not_prolong_the_wait():
    throttle = Throttle()
    use_up(throttle)
    for second in range(29):
        with pytest.raises(TooManyTriesError):
            throttle.enter(KEY, NOW + timedelta(seconds=second))
    throttle.enter(KEY, NOW + timedelta(seconds=30))


def test_other_addresses_the_right_password_and_a_quiet_hour_are_free():
    throttle = Throttle()
    use_up(throttle)
    throttle.enter("bob@example.com", NOW)

    throttle.forgive(KEY)
    use_up(throttle)
    later = NOW + timedelta(hours=1, seconds=1)
    for _ in range(FREE_TRIES):
        throttle.enter(KEY, later)


def test_the_memory_is_bounded():
    throttle = Throttle(most_keys=100)
    for number in range(1000):
        throttle.enter(f"{number}@example.com", NOW)
    assert len(throttle) == 100
