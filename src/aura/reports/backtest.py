"""What Aura would have said of a history, how often, and what it would have been about in money.

In go a replay's changes, out come its findings lines (JSON, one per change) and a summary: by type
how many were opened, how many per brand and month, how long they stood, the money at stake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from aura.insights.finding import Finding, Impact
from aura.insights.replay import Change
from aura.model import DayRange

_MONTH = 365.25 / 12


def line_of(brand: str, currency: str, change: Change) -> dict[str, Any]:
    """One change in the replay format; money is per day."""
    finding = change.finding
    effect = finding.effect
    line: dict[str, Any] = {
        "run_on": change.run_day.isoformat(),
        "brand": brand,
        "insight_type": finding.finding_type,
        "scope": {
            "level": finding.scope.level,
            "platform": finding.scope.platform,
            "entity_id": finding.scope.entity_id,
        },
        "window": {
            "start": finding.window.first.isoformat(),
            "end": finding.window.last.isoformat(),
        },
        "confidence": round(finding.confidence, 4),
        "effect": {
            "ratio": round(effect.ratio, 4),
            "low": round(effect.low, 4),
            "high": round(effect.high, 4),
        },
        "impact": _impact(finding.impact, currency),
        "dedup_key": change.dedup_key,
        "event": change.event,
    }
    return line | _advice(finding)


def _impact(impact: Impact | None, currency: str) -> dict[str, Any]:
    """Money a day; null amounts for a finding about the data, which has no price."""
    if impact is None:
        return {"amount": None, "low": None, "high": None, "currency": currency}
    days = max(impact.days, 1)
    return {
        "amount": float(impact.per_day),
        "low": round(float(impact.low) / days, 2),
        "high": round(float(impact.high) / days, 2),
        "currency": impact.currency,
    }


def _advice(finding: Finding) -> dict[str, Any]:
    """The columns of a budget recommendation, none for other types."""
    advice = finding.details.get("budget")
    if advice is None:
        return {}
    return {
        "recommendation": [
            {
                "platform": row["platform"],
                "entity_id": row["entity_id"],
                "from_daily": float(row["from_daily"]),
                "to_daily": float(row["to_daily"]),
            }
            for row in advice["rows"]
        ],
        "predicted_uplift": advice["predicted_uplift"]["share"],
        "mode": advice["mode"],
    }


@dataclass(slots=True)
class TypeSummary:
    """What would have been said of one type.

    Attributes:
        opened, updated, resolved: how many changes of each kind.
        brands: how many brands it would have spoken to.
        stood: days that each one that ended had stood.
        money: by currency, the money at stake of each one as it was last told.
    """

    opened: int = 0
    updated: int = 0
    resolved: int = 0
    brands: set[str] = field(default_factory=set)
    stood: list[int] = field(default_factory=list)
    money: dict[str, Decimal] = field(default_factory=dict)

    @property
    def median_days(self) -> float | None:
        """How long half of those that ended had stood."""
        return median(self.stood) if self.stood else None


@dataclass(slots=True)
class Summary:
    """A whole backtest."""

    days: DayRange
    brands: int
    types: dict[str, TypeSummary] = field(default_factory=dict)

    def per_brand_month(self, finding_type: str) -> float:
        """How many of a type are opened per brand in a month."""
        months = self.brands * len(self.days) / _MONTH
        return self.types[finding_type].opened / months

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "from": self.days.first,
            "to": self.days.last,
            "brands": self.brands,
            "types": {
                name: {
                    "opened": one.opened,
                    "updated": one.updated,
                    "resolved": one.resolved,
                    "brands": len(one.brands),
                    "per_brand_month": round(self.per_brand_month(name), 4),
                    "median_days": one.median_days,
                    "money_at_stake": one.money,
                }
                for name, one in sorted(self.types.items())
            },
        }


def summarise(
    days: DayRange, replays: Iterable[tuple[str, Iterable[Change]]], tell: Callable[..., None]
) -> Summary:
    """Run the replays, hand every change to `tell(brand, change)` and count.

    `replays` are pairs of a brand and its changes.
    """
    summary = Summary(days, brands=0)
    for brand, changes in replays:
        summary.brands += 1
        last: dict[tuple[str, str, date], tuple[str, Impact]] = {}
        for change in changes:
            tell(brand, change)
            _count(summary, brand, change)
            impact = change.finding.impact
            if impact is not None:
                name = change.finding.finding_type
                last[name, change.dedup_key, change.opened_on] = (name, impact)
        for kind, impact in last.values():
            money = summary.types[kind].money
            money[impact.currency] = money.get(impact.currency, Decimal(0)) + impact.amount
    return summary


def _count(summary: Summary, brand: str, change: Change) -> None:
    one = summary.types.setdefault(change.finding.finding_type, TypeSummary())
    one.brands.add(brand)
    if change.event == "opened":
        one.opened += 1
    elif change.event == "updated":
        one.updated += 1
    else:
        one.resolved += 1
        one.stood.append((change.run_day - change.opened_on).days)
