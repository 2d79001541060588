"""tracking_outage: a platform's conversions were not counted while the store's orders held.

A finding about the data, never a row of public.insights: it explains numbers that look like bad
business, and its days silence every rule that would believe them.
"""

from __future__ import annotations

from datetime import date, timedelta

from aura.insights.finding import ActionItem, Effect, Finding, Json, Scope, dedup_key
from aura.insights.health import RECENT_DAYS, Outage
from aura.insights.panel import Panel
from aura.insights.wording import counted, day_words, days_words, per_cent, platform_words
from aura.model import DayRange

VERSION = "tracking_outage/4"


def find(panel: Panel, outages: tuple[Outage, ...], run_day: date) -> list[Finding]:
    """A finding for the newest outage of each platform, as long as its days are in sight."""
    newest: dict[int, Outage] = {}
    for outage in outages:
        if (
            outage.is_sure
            and (run_day - panel.history.day(outage.affected_last)).days <= RECENT_DAYS
        ):
            newest[outage.platform] = outage
    return [_finding(panel, outage, run_day) for outage in newest.values()]


def _finding(panel: Panel, outage: Outage, run_day: date) -> Finding:
    history = panel.history
    platform = panel.platforms[outage.platform]
    name = platform_words(platform)
    window = DayRange(history.day(outage.first), history.day(outage.last))
    scope = Scope("platform", name, platform)
    ratio = outage.observed / max(outage.expected, 1e-9)
    when = f"since {day_words(window.first)}" if outage.is_ongoing else f"on {days_words(window)}"
    return Finding(
        finding_type="tracking_outage",
        scope=scope,
        window=window,
        confidence=min(outage.certainty, 0.999),
        effect=Effect(ratio, ratio, ratio),
        impact=None,
        priority="high" if outage.is_ongoing else "medium",
        title=(
            f"{name}: conversions not tracked {when} "
            f"({outage.observed:.0f} of about {outage.expected:.0f})"
        ),
        description=_describe(panel, outage, name, window),
        dedup_key=dedup_key(history.brand, "tracking_outage", scope, window.first),
        action_items=_steps(name, run_day),
        details=_details(panel, outage, window, run_day),
    )


def _describe(panel: Panel, outage: Outage, name: str, window: DayRange) -> str:
    store = ""
    if outage.store_observed is not None and outage.store_expected:
        held = outage.store_observed / outage.store_expected
        store = (
            f" The store took {counted(outage.store_observed, 'order', 'orders')} on those days, "
            f"{per_cent(held)} of the usual, so people did buy."
        )
    state = "It has not come back yet." if outage.is_ongoing else "It has come back since."
    affected = DayRange(
        panel.history.day(outage.affected_first), panel.history.day(outage.affected_last)
    )
    return (
        f"{name} reported {counted(outage.observed, 'conversion', 'conversions')} for "
        f"{days_words(window)} where about {outage.expected:.0f} were to be expected, over all its "
        f"campaigns at once, while spend and clicks went on.{store} {state} "
        f"Cost per conversion and return of {name} mean nothing for {days_words(affected)}; Aura "
        "raises no insight from these days."
    )


def _steps(name: str, run_day: date) -> tuple[ActionItem, ...]:
    return (
        ActionItem(
            "check_tracking",
            f"Check the {name} pixel or tag, the consent banner and the server-side connection: "
            "what changed on the store just before?",
            name,
            "New conversions are counted again; lost ones mostly stay lost.",
            reversible=True,
            check_on=run_day + timedelta(days=1),
        ),
        ActionItem(
            "leave_budgets",
            f"Leave {name} budgets as they are: automatic bidding and reports see too few "
            "conversions.",
            name,
            "No campaign is cut for a fault of the measurement.",
            reversible=True,
            check_on=run_day + timedelta(days=3),
        ),
    )


def _details(panel: Panel, outage: Outage, window: DayRange, run_day: date) -> Json:
    history = panel.history
    return {
        "formula_version": VERSION,
        "run_day": run_day.isoformat(),
        "as_of": history.as_of.isoformat() if history.as_of else None,
        "window": {"start": window.first.isoformat(), "end": window.last.isoformat()},
        "affected": {
            "start": history.day(outage.affected_first).isoformat(),
            "end": history.day(outage.affected_last).isoformat(),
        },
        "is_ongoing": outage.is_ongoing,
        "observed": {"conversions": round(outage.observed, 4)},
        "expected": {"conversions": round(outage.expected, 2)},
        "missing_conversions": round(outage.missing, 1),
        "campaigns": outage.campaigns,
        "store": None
        if outage.store_observed is None or outage.store_expected is None
        else {
            "orders": round(outage.store_observed, 4),
            "expected": round(outage.store_expected, 1),
        },
    }
