"""How many requests a key or a person may make: a bucket that fills again at an even pace.

In: whose bucket and the time. Out: whether there is room, and the headers that say so, as in
draft-ietf-httpapi-ratelimit-headers-10. The decision: buckets live in the process that serves, so
an installation with several of them allows as many times as much; nobody waits for a database to
be counted.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# with more callers than this, the one that asked longest ago is forgotten: its bucket is full
MOST_CALLERS = 10_000
POLICY = "caller"


@dataclass(slots=True)
class _Bucket:
    left: float
    filled_at: float


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a caller's bucket after this request.

    Attributes:
        is_over: whether this request is one too many.
        remaining: requests that may follow at once.
        seconds: until there is room again, or until the bucket is full where there is some.
    """

    most: int
    window: int
    is_over: bool
    remaining: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The policy and where the caller stands in it."""
        return {
            "ratelimit-policy": f'"{POLICY}";q={self.most};w={self.window}',
            "ratelimit": f'"{POLICY}";r={self.remaining};t={self.seconds}',
        }


class Limits:
    """At most `most` requests in `window` seconds for each caller."""

    def __init__(
        self, most: int, window: int, *, seconds_now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window = window
        self._now = seconds_now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str) -> Room:
        """Take one request out of the caller's bucket, if there is one in it."""
        now, pace = self._now(), self._most / self._window
        bucket = self._buckets.pop(caller, None) or _Bucket(self._most, now)
        bucket.left = min(self._most, bucket.left + (now - bucket.filled_at) * pace)
        bucket.filled_at = now
        self._buckets[caller] = bucket
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        is_over = bucket.left < 1
        if not is_over:
            bucket.left -= 1
        lacking = 1 - bucket.left if is_over else self._most - bucket.left
        seconds = max(1, math.ceil(lacking / pace))
        return Room(self._most, self._window, is_over, int(bucket.left), seconds)
