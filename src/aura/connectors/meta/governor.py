"""Meta's usage headers: how full the quota is, and when a blocked account opens again.

Goes in: the headers of any answer. Comes out: a percentage and seconds. We slow down before the
quota is full, because beyond it Meta blocks the whole ad account, other tools included.
Source: developers.facebook.com, "Rate limits" (Graph API v26.0) and "Insights API best practices".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_PERCENT: Final = frozenset(
    {"call_count", "total_cputime", "total_time", "app_id_util_pct", "acc_id_util_pct"}
)
_HEADERS: Final = (
    "x-business-use-case-usage",
    "x-fb-ads-insights-throttle",
    "x-app-usage",
    "x-ad-account-usage",
)
_CALM: Final = 75.0
_FULL: Final = 95.0
_LONGEST_PAUSE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Quota:
    """The fullest quota that an answer reports, and seconds until it opens when it is closed."""

    percent: float = 0.0
    opens_in: float = 0.0

    @property
    def pause(self) -> float:
        """Seconds to leave before the next call."""
        if self.percent < _CALM:
            return 0.0
        share = (self.percent - _CALM) / (_FULL - _CALM)
        return min(share, 1.0) * _LONGEST_PAUSE


def quota_of(headers: Mapping[str, str]) -> Quota:
    """What the usage headers of an answer say; headers that cannot be read say nothing."""
    percent = opens_in = 0.0
    for name in _HEADERS:
        for entry in _entries(headers.get(name)):
            percent = max([percent, *(_number(entry.get(key)) for key in _PERCENT)])
            minutes = _number(entry.get("estimated_time_to_regain_access"))
            opens_in = max(opens_in, minutes * 60)
            if _number(entry.get("acc_id_util_pct")) >= 100:
                opens_in = max(opens_in, _number(entry.get("reset_time_duration")))
    return Quota(percent, opens_in)


def tier_of(headers: Mapping[str, str]) -> str | None:
    """The access tier that an answer names: `development_access` or `standard_access`."""
    for name in _HEADERS:
        for entry in _entries(headers.get(name)):
            tier = entry.get("ads_api_access_tier")
            if isinstance(tier, str):
                return tier
    return None


def _entries(text: str | None) -> Iterator[Mapping[str, Any]]:
    try:
        value = json.loads(text or "null")
    except ValueError:
        return
    if not isinstance(value, Mapping):
        return
    yield value
    for part in value.values():
        if isinstance(part, list):
            yield from (entry for entry in part if isinstance(entry, Mapping))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
