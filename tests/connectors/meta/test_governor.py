from __future__ import annotations

import json
from typing import Any

import pytest

from aura.connectors.meta.governor import Quota, quota_of


def header(name: str, value: Any) -> dict[str, str]:
    return {name: json.dumps(value)}


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        ({}, Quota()),
        (header("x-app-usage", {"call_count": 28, "total_time": 25}), Quota(28)),
        (
            header(
                "x-business-use-case-usage",
                {
                    "1": [{"type": "ads_management", "call_count": 3}],
                    "2": [
                        {
                            "type": "ads_insights",
                            "call_count": 1,
                            "total_cputime": 99,
                            "estimated_time_to_regain_access": 19,
                            "ads_api_access_tier": "development_access",
                        }
                    ],
                },
            ),
            Quota(99, 19 * 60),
        ),
        (
            header("x-fb-ads-insights-throttle", {"app_id_util_pct": 12.5, "acc_id_util_pct": 80}),
            Quota(80),
        ),
        (
            header("x-ad-account-usage", {"acc_id_util_pct": 100, "reset_time_duration": 240}),
            Quota(100, 240),
        ),
        (
            header("x-ad-account-usage", {"acc_id_util_pct": 40, "reset_time_duration": 240}),
            Quota(40),
        ),
        ({"x-app-usage": "not json"}, Quota()),
        ({"x-app-usage": "[1]"}, Quota()),
        (header("x-app-usage", {"call_count": "lots"}), Quota()),
    ],
)
def test_the_fullest_quota_is_what_counts(headers: dict[str, str], quota: Quota) -> None:
    assert quota_of(headers) == quota


def test_pauses_grow_from_three_quarters_to_full() -> None:
    assert [Quota(percent).pause for percent in (0, 74.9, 75, 85, 95, 200)] == [0, 0, 0, 15, 30, 30]
