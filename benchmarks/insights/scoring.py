"""How good alerts are, against worlds whose truth is known (docs/insight-benchmark.md).

Alerts of one scope and type closer than 7 days are one. A claim is true when an injected event of
its type was active in the last 6 days, or the latent KPI of the last 3 days really lies 15 % or
more from its median of the 28 days before. An event counts when it could be told from chance: z of
4 or more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cast import CURRENCIES
from truth import CLAIMS, Array, Event, World

MERGE = 7
GRACE = 5
FIRST_RUN = 90
MONTH = 30.44
# order values spread: variance of a sum of purchases over that of their count
_VALUE_SPREAD = 1.36
_DETECTABLE = 4.0
# an outage is asked for when this many conversions were to be expected in it
_TELLING = 10.0


@dataclass(frozen=True)
class Alert:
    """What a method said on the morning of element `run`; days are elements of the world."""

    run: int
    kind: str
    scope: tuple[str, str, str]
    first: int
    last: int
    confidence: float = float("nan")
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


@dataclass
class Tally:
    """Counts over many worlds; `rows` reads them."""

    months: float = 0.0
    unusual_months: float = 0.0
    alerts: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    outages: list[dict[str, bool]] = field(default_factory=list)
    lasting: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.months += other.months
        self.unusual_months += other.unusual_months
        self.alerts += other.alerts
        self.events += other.events
        self.outages += other.outages
        self.lasting.update(other.lasting)


def merged(alerts: Iterable[Alert]) -> list[Alert]:
    newest: dict[tuple[Any, ...], int] = {}
    kept = []
    for alert in sorted(alerts, key=lambda alert: alert.run):
        key = (alert.kind, alert.scope)
        if key not in newest or alert.run - newest[key] >= MERGE:
            kept.append(alert)
        newest[key] = alert.run
    return kept


def plain_scope(world: World, scope: tuple[str, str, str]) -> tuple[str, str, str]:
    """A platform that is all there is, is the brand; one with a single campaign is that one."""
    level, platform, _ = scope
    if level != "platform":
        return scope
    own = [one for one in world.campaigns if one.platform == platform]
    if len(own) == len(world.campaigns):
        return ("brand", "", "")
    return ("campaign", platform, own[0].entity_id) if len(own) == 1 else scope


def score(tally: Tally, world: World, alerts: Iterable[Alert]) -> None:
    """Add what a method said of a world."""
    found = merged(
        Alert(**{**alert.__dict__, "scope": plain_scope(world, alert.scope)}) for alert in alerts
    )
    runs = world.days - FIRST_RUN + 1
    tally.months += runs / MONTH
    tally.unusual_months += float(world.unusual[FIRST_RUN - 1 :].sum()) / MONTH
    kpi = [alert for alert in found if alert.kind in CLAIMS]
    for alert in kpi:
        tally.alerts.append(_judged(world, alert))
    for event in world.events:
        tally.events.extend(_events(world, event, kpi))
    for outage in world.outages:
        tally.outages.append(_outage(world, outage, found))


def _judged(world: World, alert: Alert) -> dict[str, Any]:
    metric = CLAIMS[alert.kind][0]
    strict = world.is_active(alert.scope, alert.kind, alert.run - 6, alert.run - 1)
    true_ratio = world.ratio(alert.scope, metric, alert.first, alert.last)
    return {
        "brand": world.brand,
        "tier": world.tier,
        "run": alert.run,
        "kind": alert.kind,
        "level": alert.scope[0],
        "scope": alert.scope,
        "true": strict or world.is_true(alert.scope, alert.kind, alert.run),
        "strict": strict,
        "unusual": bool(world.unusual[min(alert.run - 1, world.days - 1)]),
        "confidence": alert.confidence,
        "ratio": alert.ratio,
        "true_ratio": true_ratio,
        "covered": alert.low <= true_ratio <= alert.high if np.isfinite(alert.low) else None,
        "length": alert.last - alert.first + 1,
    }


def _events(world: World, event: Event, alerts: list[Alert]) -> Iterable[dict[str, Any]]:
    scope = plain_scope(world, event.scope(world))
    rows = world.rows(scope)
    days = slice(max(event.first, FIRST_RUN - 1), event.last + 1)
    if days.stop - days.start < 3:
        return
    bought = (world.spend / world.base_cpc * world.base_cvr)[rows, days].sum()
    per_spend = 1 / world.injected(scope, "cpa")[days]
    spend = float(world.spend[rows, days].sum()) / CURRENCIES[world.currency]
    for kind, (metric, direction, limit) in CLAIMS.items():
        part = world.injected(scope, metric)[days]
        size = float(np.median(part))
        if direction * (size - limit) < 0:
            continue
        spread = _VALUE_SPREAD if metric == "roas" else 1.0
        conversions = max(float(bought * np.median(per_spend)), 1e-9)
        z = abs(np.log(size)) / np.sqrt(spread / conversions + 0.01)
        runs = [
            alert.run
            for alert in alerts
            if alert.kind == kind
            and alert.scope == scope
            and event.first < alert.run <= event.last + 1 + GRACE
        ]
        yield {
            "brand": world.brand,
            "event": (world.brand, event.first, scope),
            "kind": kind,
            "level": scope[0],
            "tier": world.tier,
            "shape": event.shape,
            "z": float(z),
            "money": spend * abs(np.log(size)),
            "delay": min(runs) - event.first if runs else None,
            "first": event.first,
            "last": event.last,
            "size": size,
            "scope": scope,
        }


def _outage(world: World, outage: Any, alerts: list[Alert]) -> dict[str, bool]:
    rows = world.rows(("platform", outage.platform, ""))
    days = slice(outage.first, outage.last + 1)
    due = (world.spend / world.cpc * world.cvr)[rows, days].sum()
    near = [alert for alert in alerts if outage.first < alert.run <= outage.last + 1 + MERGE]
    touched = [
        alert
        for alert in near
        if alert.kind in CLAIMS
        and alert.kind != "high_performer"
        and alert.scope[1] in {"", outage.platform}
        and not world.is_true(alert.scope, alert.kind, alert.run)
    ]
    return {
        "telling": bool(due >= _TELLING),
        "wrong": bool(touched),
        "recognised": True,
    } | {
        "recognised": any(
            alert.kind == "tracking_outage" and _names(world, alert, outage.platform)
            for alert in near
        )
    }


def _names(world: World, alert: Alert, platform: str) -> bool:
    return bool(set(world.rows(alert.scope).tolist()) & set(world.rows(("platform", platform, ""))))


def rows(tally: Tally) -> dict[str, Any]:
    """The figures of the table."""
    alerts, count = tally.alerts, max(len(tally.alerts), 1)
    detectable = [one for one in tally.events if one["z"] >= _DETECTABLE]
    hit = [one for one in detectable if one["delay"] is not None]
    claim = sum(one["true"] for one in alerts) / count
    strict = sum(one["strict"] for one in alerts) / count
    recall = len(hit) / max(len(detectable), 1)
    false = [one for one in alerts if not one["true"]]
    by_event: dict[Any, bool] = {}
    for one in detectable:
        by_event[one["event"]] = by_event.get(one["event"], False) or one["delay"] is not None
    first_delay: dict[Any, int] = {}
    for one in hit:
        first_delay[one["event"]] = min(first_delay.get(one["event"], 999), one["delay"])
    delays = list(first_delay.values()) or [float("nan")]
    money = sum(one["money"] for one in tally.events)
    telling = [one for one in tally.outages if one["telling"]]
    return {
        "f1": _harmonic(claim, recall),
        "claim_precision": claim,
        "recall": recall,
        "event_recall": sum(by_event.values()) / max(len(by_event), 1),
        "strict_precision": strict,
        "strict_by_type": _by_type(alerts),
        "strict_precision_weakest_type": min(_by_type(alerts).values(), default=float("nan")),
        "recall_by_level": _share(detectable, "level"),
        "false_per_brand_month": len(false) / tally.months,
        "false_near_holidays": sum(one["unusual"] for one in false)
        / max(tally.unusual_months, 1e-9),
        "alerts_per_brand_month": len(alerts) / tally.months,
        "money_recall": sum(one["money"] for one in tally.events if one["delay"] is not None)
        / max(money, 1e-9),
        "delay_median": float(np.median(delays)),
        "delay_p90": float(np.percentile(delays, 90)),
        "calibration_error": calibration_error(alerts),
        "coverage": _mean([one["covered"] for one in alerts if one["covered"] is not None]),
        "outages": len(telling),
        "outage_wrong": _mean([one["wrong"] for one in telling]),
        "outage_recognised": _mean([one["recognised"] for one in telling]),
        "alerts": len(alerts),
        "detectable": len(detectable),
    }


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def _mean(values: list[Any]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _by_type(alerts: list[dict[str, Any]]) -> dict[str, float]:
    total = Counter(one["kind"] for one in alerts)
    good = Counter(one["kind"] for one in alerts if one["strict"])
    return {kind: round(good[kind] / total[kind], 3) for kind in total}


def _share(events: list[dict[str, Any]], key: str) -> dict[str, float]:
    total = Counter(one[key] for one in events)
    good = Counter(one[key] for one in events if one["delay"] is not None)
    return {name: round(good[name] / total[name], 3) for name in total}


def calibration_error(alerts: list[dict[str, Any]]) -> float:
    """Expected calibration error of the stated confidence in 10 bins."""
    stated: Array = np.array([one["confidence"] for one in alerts], dtype=float)
    true = np.array([one["true"] for one in alerts], dtype=float)
    known = np.isfinite(stated)
    if not known.any():
        return float("nan")
    stated, true = stated[known], true[known]
    place = np.minimum((stated * 10).astype(int), 9)
    return float(
        sum(
            abs(stated[place == n].mean() - true[place == n].mean()) * (place == n).mean()
            for n in range(10)
            if (place == n).any()
        )
    )
