"""What Aura would have said of a history, how often, and what it would have been about in money.

In go a replay's changes, out come its findings lines (JSON, one per change) and a summary: by type
how many were opened, how many per brand and month, how long they stood, the money at stake; of how
many a person would have been told; and each one by its title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from aura.insights.finding import CALM_TYPES, Finding, Impact
from aura.insights.lifecycle import WEEKLY_NOTICES
from aura.insights.replay import Change
from aura.model import DayRange

_MONTH = 365.25 / 12
_WEEK = 7


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
class Told:
    """One finding of a replay, as it was last told.

    Attributes:
        ended_on: None where it still stood on the last morning.
        is_explained: whether another insight about the same scope tells the same story, so that a
            person would have seen that one alone.
        is_notified: whether a person would have been told of it within the weekly budget.
    """

    brand: str
    finding: Finding
    opened_on: date
    ended_on: date | None = None
    is_explained: bool = False
    is_notified: bool = False

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        impact = self.finding.impact
        return {
            "brand": self.brand,
            "insight_type": self.finding.finding_type,
            "title": self.finding.title,
            "opened_on": self.opened_on,
            "ended_on": self.ended_on,
            "explained": self.is_explained,
            "notified": self.is_notified,
            "money_at_stake": None if impact is None else impact.amount,
            "currency": None if impact is None else impact.currency,
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
    """A whole backtest; `told` in the order of their opening, brand after brand."""

    days: DayRange
    brands: int
    types: dict[str, TypeSummary] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    @property
    def months(self) -> float:
        """Months of all brands together."""
        return self.brands * len(self.days) / _MONTH

    @property
    def notified(self) -> int:
        """Of how many insights people would have been told, at most five a week and brand."""
        return sum(one.is_notified for one in self.told)

    @property
    def money(self) -> dict[str, Decimal]:
        """By currency, what the problems that people would have been told of were about."""
        found: dict[str, Decimal] = {}
        for one in self.told:
            impact = one.finding.impact
            if impact is None or one.is_explained or one.finding.finding_type in CALM_TYPES:
                continue
            found[impact.currency] = found.get(impact.currency, Decimal(0)) + impact.amount
        return found

    def per_brand_month(self, finding_type: str) -> float:
        """How many of a type are opened per brand in a month."""
        return self.types[finding_type].opened / self.months

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "from": self.days.first,
            "to": self.days.last,
            "brands": self.brands,
            "notified": self.notified,
            "notified_per_brand_month": round(self.notified / self.months, 4),
            "money_at_stake": self.money,
            "told": [one.as_json() for one in self.told],
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
        told: dict[tuple[str, str, date], Told] = {}
        notices: list[date] = []
        for change in changes:
            tell(brand, change)
            _count(summary, brand, change)
            finding = change.finding
            key = finding.finding_type, change.dedup_key, change.opened_on
            if change.event == "opened":
                told[key] = _opened(brand, change, notices)
            told[key].finding = finding
            if change.event == "resolved":
                told[key].ended_on = change.run_day
        summary.told.extend(told.values())
        _add_money(summary, told.values())
    return summary


def _opened(brand: str, change: Change, notices: list[date]) -> Told:
    """A new finding; a person is told of it unless the week's budget is used up."""
    finding = change.finding
    one = Told(brand, finding, change.run_day, is_explained=finding.is_explained)
    week = [day for day in notices if (change.run_day - day).days < _WEEK]
    if not finding.is_health and not one.is_explained and len(week) < WEEKLY_NOTICES:
        one.is_notified = True
        notices.append(change.run_day)
    return one


def _add_money(summary: Summary, told: Iterable[Told]) -> None:
    for one in told:
        impact = one.finding.impact
        if impact is not None:
            money = summary.types[one.finding.finding_type].money
            money[impact.currency] = money.get(impact.currency, Decimal(0)) + impact.amount


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
