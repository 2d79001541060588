"""Rows right and wrong: what somebody stored, against what the platforms knew at that moment.

A row is a day of the shop (revenue, orders) or of a campaign (spend, impressions, clicks,
conversions, their value). It is right when every figure is the true one to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Key = tuple[str, str, str]
Rows = dict[Key, dict[str, Decimal]]
SHOP = ("revenue", "orders")
ADS = ("ad_spend", "impressions", "clicks", "conversions", "conversion_value")


@dataclass(frozen=True)
class Verdict:
    """How many rows are right, and how many are not."""

    right: int
    wrong: int

    def shown(self) -> dict[str, int]:
        """As part of a JSON document."""
        return {"right": self.right, "wrong": self.wrong}


def true_rows(truth: dict[str, Any], first: date, platforms: tuple[str, ...]) -> Rows:
    """The truth of a sandbox from a day on; days on which nothing happened are left out."""
    found: Rows = {}

    def put(platform: str, name: str, day: str, figures: dict[str, Any], names: Any) -> None:
        values = {one: Decimal(str(figures[one])) for one in names}
        if date.fromisoformat(day) >= first and any(values.values()):
            found[platform, name, day] = values

    for platform in platforms:
        if platform == "shopify":
            for day, figures in truth["shopify"].items():
                put("shopify", "shop", day, figures, SHOP)
            continue
        for name, campaign in truth[platform]["campaigns"].items():
            for day, figures in campaign["days"].items():
                put(platform, name, day, figures, ADS)
    return found


def judged(stored: Rows, true: Rows, first: date) -> Verdict:
    """Compare from a day on; a row that is missing or that should not be there is wrong."""
    stored = {
        key: values
        for key, values in stored.items()
        if date.fromisoformat(key[2]) >= first and any(values.values())
    }
    keys = stored.keys() | true.keys()
    right = sum(stored.get(key) == true.get(key) for key in keys)
    return Verdict(right, len(keys) - right)
