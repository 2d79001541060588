"""What the engine says: a finding, with everything needed to recompute and to word it.

`details` is ready for JSON: days as ISO dates, money as decimal strings in the stated currency,
counts and ratios as numbers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from aura.model import DayRange, Platform

FindingType = Literal[
    "high_cpa",
    "low_roas",
    "conversion_drop",
    "high_performer",
    "budget_recommendation",
    "tracking_outage",
    "sync_issue",
]
# findings about the data itself: they silence others and are never a row of public.insights
HEALTH_TYPES: frozenset[str] = frozenset({"tracking_outage", "sync_issue"})
# findings that nothing has to be repaired for
CALM_TYPES: frozenset[str] = frozenset({"high_performer", "budget_recommendation"})
ScopeLevel = Literal["brand", "platform", "campaign"]
Priority = Literal["high", "medium", "low"]
Json = dict[str, Any]
# platform and entity of a scope, empty above their level
Place = tuple[str, str]
# type, platform and entity: of these one finding stands at a time
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a finding is about. `platform` and `entity_id` are empty above their level."""

    level: ScopeLevel
    name: str
    platform: Platform | Literal[""] = ""
    entity_id: str = ""

    @property
    def place(self) -> Place:
        """What names it among all scopes of a brand."""
        return self.platform, self.entity_id

    def as_json(self) -> Json:
        """For the evidence."""
        return {
            "level": self.level,
            "platform": self.platform,
            "entity_id": self.entity_id,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """Observed over expected of the finding's own metric, with its central 80 % interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Impact:
    """Money over the whole window, in `currency`, with its central 80 % interval."""

    amount: Decimal
    low: Decimal
    high: Decimal
    currency: str
    days: int

    @property
    def per_day(self) -> Decimal:
        """Money a day, to the cent."""
        return (self.amount / max(self.days, 1)).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One step a person can take."""

    code: str
    text: str
    entity: str
    expected_effect: str
    reversible: bool
    check_on: date

    def as_json(self) -> Json:
        """For the row of public.insights."""
        return {
            "code": self.code,
            "text": self.text,
            "entity": self.entity,
            "expected_effect": self.expected_effect,
            "reversible": self.reversible,
            "check_on": self.check_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        confidence: probability that the claim in `details["confidence"]["claim"]` is true.
        impact: None for a finding about the data itself.
    """

    finding_type: FindingType
    scope: Scope
    window: DayRange
    confidence: float
    effect: Effect
    impact: Impact | None
    priority: Priority
    title: str
    description: str
    dedup_key: str
    action_items: tuple[ActionItem, ...] = ()
    details: Json = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Type and scope."""
        return self.finding_type, *self.scope.place

    @property
    def only_goes_on(self) -> bool:
        """Whether it would not be said anew, but stood and has not ended."""
        return bool(self.details.get("method", {}).get("only_goes_on"))

    @property
    def is_explained(self) -> bool:
        """Whether another finding about the same scope tells the same story."""
        return "explained_by" in self.details

    @property
    def is_health(self) -> bool:
        """Whether it is about the data, not about the business."""
        return self.finding_type in HEALTH_TYPES


def dedup_key(brand: str, finding_type: str, scope: Scope, started: date) -> str:
    """The same for a finding of the same scope that began in the same week."""
    year, week, _ = started.isocalendar()
    parts = (brand, finding_type, scope.level, scope.platform, scope.entity_id, f"{year}-W{week}")
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
