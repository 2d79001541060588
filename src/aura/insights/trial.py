"""Thresholds that are tried before they are enabled: a filter on what the engine finds.

In go settings such as `high_cpa.confidence=0.97`, out comes a look at a morning that keeps only
the findings that meet them. A setting without a type is meant for every insight. Findings about the
data are never filtered: they explain the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, get_args

from aura.errors import InputError
from aura.insights.engine import Examination, examine
from aura.insights.finding import HEALTH_TYPES, Finding, FindingType
from aura.insights.series import History

# what can be set, in words
KEYS: Final = {
    "confidence": "least probability that the claim is true, 0 to 1",
    "effect": "least size of the effect as a ratio away from 1, such as 1.25",
    "impact_per_day": "least money at stake a day, in the account's currency",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """Least values by type (empty: every insight) and key."""

    least: dict[tuple[str, str], float]

    @property
    def words(self) -> tuple[str, ...]:
        """What is tried, as it was given."""
        return tuple(
            f"{f'{kind}.' if kind else ''}{key} at least {value:g}"
            for (kind, key), value in self.least.items()
        )

    def look(self, history: History, run_day: date, *, with_budget: bool = False) -> Examination:
        """A morning with these thresholds."""
        seen = examine(history, run_day, with_budget=with_budget)
        return replace(seen, findings=tuple(one for one in seen.findings if self._keeps(one)))

    def _keeps(self, finding: Finding) -> bool:
        if finding.is_health:
            return True
        return all(
            _measure(finding, key) >= value
            for (kind, key), value in self.least.items()
            if kind in ("", finding.finding_type)
        )


def _measure(finding: Finding, key: str) -> float:
    if key == "confidence":
        return finding.confidence
    if key == "effect":
        ratio = max(finding.effect.ratio, 1e-9)
        return max(ratio, 1.0 / ratio)
    return 0.0 if finding.impact is None else float(finding.impact.per_day)


def trial_of(settings: Sequence[str]) -> Trial:
    """Settings `key=value` or `type.key=value`; InputError for one that is not known."""
    kinds = [kind for kind in get_args(FindingType) if kind not in HEALTH_TYPES]
    least: dict[tuple[str, str], float] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        kind, _, key = name.strip().rpartition(".")
        if key not in KEYS or (kind and kind not in kinds):
            raise InputError(
                f"--set {setting!r} is not known. Keys: {', '.join(KEYS)}; before them, if you "
                f"like, a type and a dot: {', '.join(kinds)}."
            )
        try:
            least[kind, key] = float(text)
        except ValueError:
            raise InputError(f"--set {setting!r}: {text!r} is not a number.") from None
    return Trial(least)
