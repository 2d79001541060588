"""How much of its hourly calls each ad account has used, as Meta's usage headers tell it.

An account may be asked so many times an hour: a base by the app's access tier and some for every
active campaign. Calls are forgotten evenly over an hour of the real clock, for a virtual one may
stand still. An account that is full is closed, for every app, until a part of it is free again.
Source: developers.facebook.com, "Rate limits" of the Marketing API, business use case Ads Insights.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import Literal

Tier = Literal["standard_access", "development_access"]
BASE: dict[Tier, int] = {"standard_access": 190_000, "development_access": 600}
FOR_EACH_CAMPAIGN = 400
HOUR = 3600.0
# a closed account opens again at this share of its calls
OPENS_AT = 0.95


class Quota:
    """The calls of every ad account; `refused` counts those that found an account closed."""

    def __init__(
        self, tier: Tier = "standard_access", elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self.tier: Tier = tier
        self.refused = 0
        self._elapsed = elapsed
        # calls that still count, and when that was
        self._used: dict[str, tuple[float, float]] = {}
        self._closed: set[str] = set()

    def limit(self, campaigns: int) -> int:
        """Calls an hour for an account with so many active campaigns."""
        return BASE[self.tier] + FOR_EACH_CAMPAIGN * campaigns

    def used(self, account_id: str, limit: int) -> float:
        """Calls of the account that still count."""
        now = self._elapsed()
        calls, since = self._used.get(account_id, (0.0, now))
        calls = max(0.0, calls - (now - since) * limit / HOUR)
        self._used[account_id] = (calls, now)
        return calls

    def take(self, account_id: str, limit: int, calls: int = 1) -> bool:
        """Count calls; False when the account is closed."""
        used = self.used(account_id, limit)
        if account_id in self._closed and used <= limit * OPENS_AT:
            self._closed.discard(account_id)
        if account_id not in self._closed and used + calls > limit:
            self._closed.add(account_id)
        if account_id in self._closed:
            self.refused += 1
            return False
        self._used[account_id] = (used + calls, self._elapsed())
        return True

    def share(self, account_id: str, limit: int) -> float:
        """How full the account is, in per cent; 100 while it is closed."""
        if account_id in self._closed:
            return 100.0
        return 100 * self.used(account_id, limit) / limit

    def headers(self, account_id: str, limit: int) -> dict[str, str]:
        """The usage headers of an answer about the account."""
        share = self.share(account_id, limit)
        minutes = 0
        if account_id in self._closed:
            over = self.used(account_id, limit) - limit * OPENS_AT
            minutes = max(1, math.ceil(over / limit * HOUR / 60))
        business = {
            "type": "ads_insights",
            "call_count": math.ceil(share),
            "total_cputime": math.ceil(share / 4),
            "total_time": math.ceil(share / 4),
            "estimated_time_to_regain_access": minutes,
            "ads_api_access_tier": self.tier,
        }
        throttle = {
            "app_id_util_pct": round(share / 2, 2),
            "acc_id_util_pct": round(share, 2),
            "ads_api_access_tier": self.tier,
        }
        app = {"call_count": math.ceil(share / 2), "total_cputime": 0, "total_time": 1}
        return {
            "x-business-use-case-usage": json.dumps({account_id: [business]}),
            "x-fb-ads-insights-throttle": json.dumps(throttle),
            "x-app-usage": json.dumps(app),
        }

    def shown(self) -> dict[str, object]:
        """What `GET /__usage` says."""
        calls = {account: round(calls, 1) for account, (calls, _) in self._used.items()}
        return {"tier": self.tier, "refused": self.refused, "calls": calls}
