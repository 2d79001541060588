"""Thresholds that are tried before they are enabled: the engine, stricter or more talkative.

In go settings such as `high_cpa.confidence=0.97`, out comes a look at a morning with them. One that
names no type is meant for every insight; one that does goes first. Findings about the data are
never touched: they explain the others. Budgets are advised only where enough is known, so their
thresholds can be raised, not lowered.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, get_args

from aura.errors import InputError
from aura.insights.budget import LEAST_PROBABILITY
from aura.insights.calibration import calibrated
from aura.insights.claims import Rule
from aura.insights.engine import RULES, Examination, examine
from aura.insights.finding import HEALTH_TYPES, Finding, FindingType, Key
from aura.insights.series import History

# what can be set, in words, and between which values
KEYS: Final = {
    "confidence": "least probability that the claim is true",
    "effect": "least size of the effect as a ratio away from 1",
    "impact_per_day": "least money at stake a day, in the account's currency",
}
_RANGES: Final = {
    "confidence": (0.5, 0.999),
    "effect": (1.05, 20.0),
    "impact_per_day": (0.0, 1e9),
}
# below this a change explains the counts hardly better than chance does
_LEAST_SURPRISE: Final = 1.0
_USUAL_NOISE: Final = 0.06
_STEPS: Final = 40


@dataclass(frozen=True, slots=True)
class Trial:
    """Least values by type (empty: every insight) and key."""

    least: dict[tuple[str, str], float]

    @property
    def words(self) -> tuple[str, ...]:
        """What is tried, as it was given, and what is usual."""
        return tuple(
            f"{f'{kind}.' if kind else ''}{key} at least {value:g}{_usual(kind, key)}"
            for (kind, key), value in self.least.items()
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The engine's rules, more talkative where a threshold is lower than theirs."""
        return tuple(self._tried(rule) for rule in RULES)

    def look(
        self,
        history: History,
        run_day: date,
        *,
        standing: Collection[Key] = (),
        with_budget: bool = False,
    ) -> Examination:
        """A morning with these thresholds."""
        seen = examine(
            history, run_day, standing=standing, with_budget=with_budget, rules=self.rules
        )
        return replace(seen, findings=tuple(one for one in seen.findings if self._keeps(one)))

    def _least(self, finding_type: str, key: str) -> float | None:
        return self.least.get((finding_type, key), self.least.get(("", key)))

    def _tried(self, rule: Rule) -> Rule:
        claim = rule.claim
        effect = self._least(rule.finding_type, "effect")
        confidence = self._least(rule.finding_type, "confidence")
        if effect is not None and effect < _effect_of(rule):
            claim = replace(claim, limit=1.0 / effect if claim.direction == "fell" else effect)
        if confidence is not None and confidence < _confidence_of(rule):
            surprise = _surprise_of(confidence, claim.surprise)
            claim = replace(
                claim,
                speak=min(claim.speak, confidence),
                surprise=surprise,
                echo=min(claim.echo, surprise),
            )
        return replace(rule, claim=claim)

    def _keeps(self, finding: Finding) -> bool:
        if finding.is_health:
            return True
        return all(
            value is None or _measure(finding, key) >= value
            for key in KEYS
            for value in [self._least(finding.finding_type, key)]
            # how sure one must be is asked of what is said anew
            if not (key == "confidence" and finding.only_goes_on)
        )


def _effect_of(rule: Rule) -> float:
    """The size from which the engine speaks."""
    return max(rule.claim.limit, 1.0 / rule.claim.limit)


def _confidence_of(rule: Rule) -> float:
    """What the engine is sure of when it just speaks, in a brand of usual noise."""
    return calibrated(rule.claim.surprise, _USUAL_NOISE)


def _surprise_of(confidence: float, usual: float) -> float:
    """The evidence at which such claims are true that often; never below `_LEAST_SURPRISE`."""
    low, high = _LEAST_SURPRISE, usual
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if calibrated(middle, _USUAL_NOISE) >= confidence:
            high = middle
        else:
            low = middle
    return low


def _usual(kind: str, key: str) -> str:
    rule = next((one for one in RULES if one.finding_type == kind), None)
    if rule is None or key == "impact_per_day":
        return ""
    usual = _effect_of(rule) if key == "effect" else _confidence_of(rule)
    return f" (usually {usual:.2f})"


def _measure(finding: Finding, key: str) -> float:
    if key == "confidence":
        return finding.confidence
    if key == "effect":
        ratio = max(finding.effect.ratio, 1e-9)
        return max(ratio, 1.0 / ratio)
    return 0.0 if finding.impact is None else float(finding.impact.per_day)


def trial_of(settings: Sequence[str]) -> Trial:
    """Settings `key=value` or `type.key=value`.

    Raises InputError for one that is not known, was given twice, or makes no sense.
    """
    kinds = [kind for kind in get_args(FindingType) if kind not in HEALTH_TYPES]
    least: dict[tuple[str, str], float] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        kind, _, key = name.strip().rpartition(".")
        if kind in HEALTH_TYPES:
            raise InputError(
                f"--set {setting!r}: findings about the data explain the others and have no "
                "threshold to try."
            )
        if key not in KEYS or (kind and kind not in kinds):
            raise InputError(
                f"--set {setting!r} is not known. Keys: {', '.join(KEYS)}; before them, if you "
                f"like, a type and a dot: {', '.join(kinds)}."
            )
        if (kind, key) in least:
            raise InputError(f"--set {name.strip()} is given twice: try one value at a time.")
        least[kind, key] = _value(setting, kind, key, text)
    return Trial(least)


def _value(setting: str, kind: str, key: str, text: str) -> float:
    low, high = _RANGES[key]
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"--set {setting!r}: {text!r} is not a number.") from None
    if kind == "budget_recommendation" and key == "confidence" and value < LEAST_PROBABILITY:
        raise InputError(
            f"--set {setting!r}: budgets are advised only where enough is known, from "
            f"{LEAST_PROBABILITY:g} on; this threshold can be raised, not lowered."
        )
    if not math.isfinite(value) or not low <= value <= high:
        raise InputError(
            f"--set {setting!r} makes no sense: {key} is the {KEYS[key]}, {low:g} to {high:g}."
        )
    return value
