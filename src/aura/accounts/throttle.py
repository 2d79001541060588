"""A brake on guessing passwords: tries counted by e-mail address, known or not.

Five tries are free. After that each further try costs a wait that doubles from 30 seconds to 15
minutes. A try is counted before its password is looked at, so that many at once gain nothing. The
memory is bounded: addresses are kept as hashes, the longest unused ones are forgotten first.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from aura.errors import TooManyTriesError

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
# after a quiet hour an address starts afresh
FORGET_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class _Tries:
    count: int
    last: datetime
    blocked_until: datetime


class Throttle:
    """Tries per key. One instance per process and database."""

    def __init__(self, *, most_keys: int = 10_000) -> None:
        self._most_keys = most_keys
        self._tries: OrderedDict[bytes, _Tries] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tries)

    def enter(self, key: str, now: datetime) -> None:
        """Count a try; raises TooManyTriesError, with the wait, while the key is blocked."""
        name = _name(key)
        tries = self._tries.get(name)
        if tries is None or now - tries.last > FORGET_AFTER:
            tries = _Tries(count=0, last=now, blocked_until=now)
        if tries.blocked_until > now:
            raise _too_many(tries.blocked_until - now)
        tries.count += 1
        tries.last = now
        if tries.count >= FREE_TRIES:
            doublings = min(tries.count - FREE_TRIES, 10)
            tries.blocked_until = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
        self._tries[name] = tries
        self._tries.move_to_end(name)
        while len(self._tries) > self._most_keys:
            self._tries.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Forget a key: the right password was given."""
        self._tries.pop(_name(key), None)


def _name(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _too_many(wait: timedelta) -> TooManyTriesError:
    seconds = max(1, math.ceil(wait.total_seconds()))
    words = f"{seconds} seconds" if seconds < 90 else f"{math.ceil(seconds / 60)} minutes"
    return TooManyTriesError(
        f"Too many tries with this e-mail address. Wait {words} and try again.",
        retry_after=seconds,
    )
