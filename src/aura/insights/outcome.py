"""What became of an insight: its metric two and four weeks later, beside its siblings'.

In go a history and what the insight stated, out comes an outcome ready for JSON. The yardstick is
the insight's own expectation, and what happened to the others meanwhile is taken out of it: a
season that lifts everything is no recovery.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from aura.insights.panel import Panel, build_panel, readable_platforms
from aura.insights.series import BoolArray, History

# days after the opening on which an insight is judged, and the days that are looked at
JUDGED_AFTER: Final = (14, 28)
# days beyond that: conversions of the last day looked at have mostly arrived by then
OUTCOME_WAIT: Final = 3
SPAN: Final = 7
_LEAST_EXPECTED: Final = 10.0
# part of the change (in logarithms) that must be gone to call it recovered
_GONE: Final = 0.5
_FOLLOWED: Final = 0.9
_HALF: Final = 0.5

Json = dict[str, Any]


def judge(
    history: History, insight_type: str, told: Mapping[str, Any], *, opened_on: date, after: int
) -> Json:
    """The outcome `after` days; state `recovered`, `persisted`, `kept`, `faded` or `unclear`.

    `kept` and `faded` are those of good news. `told` is the insight's related_data.
    """
    last = opened_on + timedelta(days=after)
    days = {"start": (last - timedelta(days=SPAN - 1)).isoformat(), "end": last.isoformat()}
    platforms, _ = readable_platforms(history, last + timedelta(days=1))
    panel = build_panel(history, platforms) if platforms else None
    if panel is None:
        return {"state": "unclear", "days": days, "reason": "the platform could not be read"}
    if insight_type == "budget_recommendation":
        return {"days": days} | _of_budget(panel, told, last)
    return {"days": days} | _of_metric(panel, insight_type, told, opened_on, last)


def _mask(panel: Panel, first: date, last: date) -> BoolArray:
    day = np.arange(panel.days)
    history = panel.history
    return np.asarray((day >= history.index(first)) & (day <= history.index(last)))


def _own_rows(panel: Panel, scope: Mapping[str, Any]) -> BoolArray:
    return np.array(
        [
            (not scope.get("platform") or leaf.platform == scope["platform"])
            and (not scope.get("entity_id") or leaf.entity_id == scope["entity_id"])
            for leaf in panel.leaves
        ],
        dtype=np.bool_,
    )


def _per_money(panel: Panel, rows: BoolArray, days: BoolArray, insight_type: str) -> float | None:
    """Conversions (or value, or conversions per click) for what was put in; None where too few."""
    share = np.where(panel.share > 0, panel.share, 1.0)
    conversions = (panel.conversions / share)[rows][:, days].sum()
    if conversions <= 0:
        return None
    if insight_type == "conversion_drop":
        given = panel.clicks[rows][:, days].sum()
    else:
        given = panel.spend[rows][:, days].sum()
    if insight_type == "low_roas":
        value = np.array([np.nan_to_num(leaf.value) for leaf in panel.leaves])
        conversions = (value / share)[rows][:, days].sum()
    return float(conversions / given) if given > 0 else None


def _of_metric(
    panel: Panel, insight_type: str, told: Mapping[str, Any], opened_on: date, last: date
) -> Json:
    rows = _own_rows(panel, told.get("scope", {}))
    window = told.get("window", {})
    first_of_window = date.fromisoformat(window["start"])
    before = _mask(panel, first_of_window - timedelta(days=28), first_of_window - timedelta(days=1))
    during = _mask(panel, first_of_window, date.fromisoformat(window["end"]))
    after = _mask(panel, last - timedelta(days=SPAN - 1), last)
    usual = _per_money(panel, rows, before, insight_type)
    then = _per_money(panel, rows, during, insight_type)
    now = _per_money(panel, rows, after, insight_type)
    spend = panel.spend[rows]
    due = 0.0 if usual is None else usual * float(spend[:, after].sum())
    if insight_type == "low_roas":
        due = float(panel.conversions[rows][:, after].sum()) + float(usual is not None)
    elif insight_type == "conversion_drop" and usual is not None:
        due = usual * float(panel.clicks[rows][:, after].sum())
    followed = _is_lowered(told, spend, during, after)
    if usual is None or now is None or due < _LEAST_EXPECTED:
        return {
            "state": "unclear",
            "reason": "too few conversions to tell",
            "advice_followed": followed,
        }
    others = _others_moved(panel, rows, before, after, insight_type)
    ratio = now / usual / others
    change_then = abs(math.log(then / usual)) if then else math.log(2.0)
    is_back = abs(math.log(ratio)) <= _GONE * change_then
    is_good = insight_type == "high_performer"
    words = ("faded", "kept") if is_good else ("recovered", "persisted")
    return {
        "state": words[0] if is_back else words[1],
        "ratio": round(ratio, 3),
        "then": None if then is None else round(then / usual, 3),
        "siblings": round(others, 3),
        "conversions": round(float(panel.conversions[rows][:, after].sum()), 2),
        "advice_followed": followed,
        "opened_on": opened_on.isoformat(),
    }


def _others_moved(
    panel: Panel, rows: BoolArray, before: BoolArray, after: BoolArray, insight_type: str
) -> float:
    """What happened to the other campaigns of the same platforms meanwhile; 1 without any."""
    platforms = np.unique(panel.platform_of[rows])
    others = ~rows & np.isin(panel.platform_of, platforms)
    if not others.any():
        return 1.0
    was = _per_money(panel, others, before, insight_type)
    now = _per_money(panel, others, after, insight_type)
    few = panel.conversions[others][:, after].sum() < _LEAST_EXPECTED
    return 1.0 if was is None or now is None or few else now / was


def _is_lowered(
    told: Mapping[str, Any], spend: np.ndarray[Any, Any], during: BoolArray, after: BoolArray
) -> bool | None:
    """Whether the daily budget was changed the way the insight advised; None where it was not."""
    if not during.any() or not after.any():
        return None
    was, now = float(spend[:, during].sum()) / during.sum(), float(spend[:, after].sum()) / SPAN
    if was <= 0:
        return None
    if told.get("effect", {}).get("metric") in {"cpa", "roas", "conversion_rate"}:
        return bool(now <= _FOLLOWED * was)
    return None


def _of_budget(panel: Panel, told: Mapping[str, Any], last: date) -> Json:
    """Whether money moved as advised, by the money that was to move."""
    after = _mask(panel, last - timedelta(days=SPAN - 1), last)
    wanted, moved = 0.0, 0.0
    for row in told.get("budget", {}).get("rows", []):
        own = _own_rows(panel, row)
        step = float(row["to_daily"]) - float(row["from_daily"])
        done = float(panel.spend[own][:, after].sum()) / SPAN - float(row["from_daily"])
        wanted += abs(step)
        moved += float(np.clip(done * np.sign(step), 0.0, abs(step)))
    part = moved / wanted if wanted > 0 else 0.0
    followed = part >= _HALF
    return {
        "state": "followed" if followed else "not followed",
        "moved": round(part, 3),
        "advice_followed": followed,
    }
