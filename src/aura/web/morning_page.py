"""The page of an earlier morning: sums then and now, and what was said, as its template takes it.

In: a Morning. Out: plain texts and cards.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from aura.insights.finding import Finding
from aura.model import PLATFORM_NAMES
from aura.reports.insights import InsightRow
from aura.reports.morning import REACH, Morning, ThenNow
from aura.reports.present import money_exact, percent_change
from aura.web.cards import card_of

_LABELS: Final = {
    "spend": "Ad spend",
    "clicks": "Clicks",
    "conversions": "Conversions",
    "value": "Conversion value",
    "orders": "Orders",
}
_UNCHANGED: Final = 0.0005


def morning_context(morning: Morning, *, today: date, now: datetime) -> dict[str, Any]:
    """Everything that the template shows."""
    first = max(today - timedelta(days=REACH), min(morning.day, today))
    first = min(first, today - timedelta(days=REACH))
    mornings = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return {
        "morning": morning,
        "today": today,
        "earlier": morning.day - timedelta(days=1),
        "later": morning.day + timedelta(days=1) if morning.day < today else None,
        "mornings": mornings[-REACH - 1 :],
        "sums": [_texts(one) for one in morning.sums],
        "health": [one for one in morning.findings if one.is_health],
        "found": [card_of(_row(one, now)) for one in morning.findings if not one.is_health],
    }


def _texts(one: ThenNow) -> tuple[str, str, str, str, str]:
    change = one.change
    if change is None:
        changed = ""
    elif abs(change) < _UNCHANGED:
        changed = "unchanged"
    else:
        changed = percent_change(Decimal(repr(change)))
    name, platform = _LABELS[one.measure], PLATFORM_NAMES[one.platform]
    return name, platform, _amount(one, one.then), _amount(one, one.now), changed


def _amount(one: ThenNow, value: float | None) -> str:
    if value is None:
        return "not known"
    if one.measure in {"spend", "value"}:
        return money_exact(Decimal(f"{value:.2f}"), one.currency)
    return f"{value:,.1f}".removesuffix(".0")


def _row(finding: Finding, now: datetime) -> InsightRow:
    return InsightRow(
        uuid5(NAMESPACE_URL, finding.dedup_key),
        finding.finding_type,
        finding.priority,
        finding.title,
        finding.description,
        [step.as_json() for step in finding.action_items],
        finding.details,
        is_read=True,
        created_at=now,
        expires_at=None,
    )
