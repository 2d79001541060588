"""What was to be expected: conversions for the money spent, by leaf and by window.

In goes a panel and the days that may be used, out come observed and expected counts of every leaf
for each trailing window, with how uncertain the expectation itself is. A window's baseline is what
lies before that window, newer days weighing more (half-life 28 days), so that an event under way
never becomes its own yardstick. Conversions grow a little less than spend does, weekdays differ,
and a campaign with little history leans on its platform.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray

WINDOWS = (2, 3, 5, 7, 10, 14, 21, 28)
HALF_LIFE = 28.0
# days younger than this never serve as a baseline: what they lack is least certain
BASELINE_AGE = 7
# conversions of its platform that a campaign's own rate is mixed with
_BORROWED = 8.0
# conversions ~ spend ** (1 - _SATURATION)
_SATURATION = 0.1
_WEEKDAY_PRIOR = 80.0
_WEEKDAY_DAYS = 112
# spread of a rate from day to day beyond chance, before the brand's own days have spoken
_NOISE_PRIOR = 0.10**2
_NOISE_WEIGHT = 400.0
_NOISE_DAYS = 84
_NOISE_RANGE = (0.05**2, 0.60**2)
# slow drift of a rate that is no event: of a week against the four before it
_DRIFT_PRIOR = 0.09**2
_DRIFT_WEIGHT = 4000.0
_DRIFT_RANGE = (0.045**2, 0.25**2)
_DRIFT_DAYS = 140


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """By leaf and window, (K, W), in conversions.

    Attributes:
        observed: reported so far for the days of the window.
        expected: expected to be reported so far, had nothing changed.
        settled: expected once all have arrived.
        baseline_count: conversions behind the baseline, as an effective number.
        baseline_days: days with delivery behind it.
        variance: relative variance of the expectation from the baseline's own size.
        completeness_deviation: relative standard deviation that completeness adds.
        used_days: days of the window that were used and had delivery.
        holiday: share of the expectation that falls on days around a holiday or promotion.
        start, end: (P, W) first and (P,) last element of each window; end is -1 without any.
        noise: relative variance of a single day beyond chance; drift: of a week, beyond that.
        exposure: (K, T), and rate (K, W): conversions to expect are exposure · rate.
    """

    observed: FloatArray
    expected: FloatArray
    settled: FloatArray
    baseline_count: FloatArray
    baseline_days: FloatArray
    variance: FloatArray
    completeness_deviation: FloatArray
    used_days: FloatArray
    holiday: FloatArray
    rate: FloatArray
    start: np.ndarray[tuple[int, int], np.dtype[np.intp]]
    end: tuple[int, ...]
    noise: float
    drift: float
    exposure: FloatArray


def exposures(panel: Panel, normal: BoolArray) -> FloatArray:
    """Spend on the scale on which conversions are proportional to it: (K, T).

    `normal` is (P, T): the days that the weekday factors are learned from.
    """
    recent = panel.spend[:, -_WEEKDAY_DAYS:]
    active = np.maximum((recent > 0).sum(axis=1), 1)
    usual = np.maximum(recent.sum(axis=1) / active, 1e-12)[:, None]
    with np.errstate(divide="ignore"):
        relative = np.where(panel.spend > 0, panel.spend / usual, 1.0)
    flat = panel.spend * np.clip(relative, 0.05, 20.0) ** -_SATURATION
    weekday = _weekdays(panel, flat, normal)
    first = panel.history.first_day.weekday()
    positions = (np.arange(panel.days) + first) % 7
    return flat * weekday[panel.platform_of][:, positions]


def _weekdays(panel: Panel, flat: FloatArray, normal: BoolArray) -> FloatArray:
    """Factors by platform and weekday, (P, 7), around 1."""
    factors = np.ones((len(panel.platforms), 7))
    days = np.arange(panel.days)
    positions = (days + panel.history.first_day.weekday()) % 7
    recent = days >= panel.days - _WEEKDAY_DAYS
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        used = normal[number] & recent
        conversions = panel.conversions[rows] * used
        reach = flat[rows] * (panel.share[rows] * used)
        total = reach.sum(axis=1, keepdims=True)
        rate = conversions.sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
        found = np.bincount(positions, conversions.sum(axis=0), 7)
        expected = np.bincount(positions, (reach * rate).sum(axis=0), 7)
        factors[number] = (found + _WEEKDAY_PRIOR) / (expected + _WEEKDAY_PRIOR)
    return factors


def window_weights(days: int, end: int, youngest: int) -> tuple[FloatArray, FloatArray]:
    """For each window (columns): 1 on its days; and the weights of the days of its baseline.

    Both are (T, W). `end` is the last element of the windows, `youngest` the last of any baseline.
    """
    day = np.arange(days)[:, None]
    start = end - np.array(WINDOWS)[None, :] + 1
    inside = ((day >= start) & (day <= end)).astype(np.float64)
    last = np.minimum(start - 1, youngest)
    age = (last - day).astype(np.float64)
    return inside, np.where(age >= 0, 0.5 ** (np.maximum(age, 0.0) / HALF_LIFE), 0.0)


def compare(
    panel: Panel, exposure: FloatArray, usable: BoolArray, normal: BoolArray, unusual: BoolArray
) -> Comparison:
    """Observed against expected for every leaf and window.

    `exposure` is (K, T) from `exposures`; `usable` (P, T) are the days a window may rest on,
    `normal` (P, T) those a baseline may rest on, `unusual` (T,) those around holidays and
    promotions.
    """
    shape = (len(panel.leaves), len(WINDOWS))
    columns: dict[str, FloatArray] = {name: np.zeros(shape) for name in _COLUMNS}
    start = np.zeros((len(panel.platforms), len(WINDOWS)), dtype=np.intp)
    for number in range(len(panel.platforms)):
        end = panel.last[number]
        if end < 0:
            continue
        start[number] = end - np.array(WINDOWS) + 1
        rows = panel.rows(number)
        found = _compare_platform(
            panel, number, exposure[rows], usable[number], normal[number], unusual
        )
        for name, values in found.items():
            columns[name][rows] = values
    noise = _noise(panel, exposure, normal)
    return Comparison(
        **columns,
        start=start,
        end=panel.last,
        noise=noise,
        drift=_drift(panel, exposure, normal, noise),
        exposure=exposure,
    )


_COLUMNS = (
    "observed",
    "expected",
    "settled",
    "baseline_count",
    "baseline_days",
    "variance",
    "completeness_deviation",
    "used_days",
    "holiday",
    "rate",
)


def _compare_platform(
    panel: Panel,
    number: int,
    exposure: FloatArray,
    usable: BoolArray,
    normal: BoolArray,
    unusual: BoolArray,
) -> dict[str, FloatArray]:
    rows = panel.rows(number)
    conversions = panel.conversions[rows]
    has_delivery = (panel.spend[rows] > 0).astype(np.float64)
    reach = exposure * panel.share[rows]
    used = (usable & panel.judged[rows]).astype(np.float64)
    inside, weights = window_weights(
        panel.days, panel.last[number], youngest_baseline_day(panel, number)
    )
    base_conversions = conversions * normal
    count = base_conversions @ weights
    base_reach = (reach * normal) @ weights
    total = base_reach.sum(axis=0)
    platform_rate = count.sum(axis=0) / np.where(total > 0, total, 1.0)
    borrowed_reach = _BORROWED / np.where(platform_rate > 0, platform_rate, np.inf)
    denominator = base_reach + borrowed_reach
    rate = np.where(platform_rate > 0, (count + _BORROWED) / np.maximum(denominator, 1e-300), 0.0)
    effective = count**2 / np.maximum(base_conversions @ weights**2, 1e-12)
    window_reach = (reach * used) @ inside
    shaky = (reach * (used * panel.deviation[rows])) @ inside
    odd = (reach * (used * unusual)) @ inside
    safe = np.where(window_reach > 0, window_reach, 1.0)
    return {
        "observed": (conversions * used) @ inside,
        "expected": window_reach * rate,
        "settled": ((exposure * used) @ inside) * rate,
        "baseline_count": effective,
        "baseline_days": (has_delivery * normal) @ (weights > 0),
        "variance": 1.0 / (effective + _BORROWED),
        "completeness_deviation": shaky / safe,
        "used_days": (has_delivery * used) @ inside,
        "holiday": odd / safe,
        "rate": rate,
    }


def youngest_baseline_day(panel: Panel, number: int) -> int:
    """The newest element that may serve a platform as a baseline."""
    source = panel.history.source(panel.platforms[number])
    if source is None or source.observed_on is None:
        return -1
    return panel.history.index(source.observed_on) - BASELINE_AGE


def _noise(panel: Panel, exposure: FloatArray, normal: BoolArray) -> float:
    """Relative variance of a day's rate beyond chance, around a local mean of 15 days."""
    reach = exposure * panel.share * normal[panel.platform_of]
    conversions = panel.conversions * normal[panel.platform_of]
    local = centred_sum(conversions, 7) / np.maximum(centred_sum(reach, 7), 1e-300)
    mean = (local * reach)[:, -_NOISE_DAYS:]
    excess = (conversions[:, -_NOISE_DAYS:] - mean) ** 2 * (15 / 14)
    # one wild day must not teach that every day is wild
    excess = np.minimum(excess, 12.0 * (mean + _NOISE_PRIOR * mean**2))
    found = float((excess - mean).sum()) + _NOISE_WEIGHT * _NOISE_PRIOR
    return float(np.clip(found / (float((mean**2).sum()) + _NOISE_WEIGHT), *_NOISE_RANGE))


def _drift(panel: Panel, exposure: FloatArray, normal: BoolArray, noise: float) -> float:
    """Relative variance of a week's rate against the four weeks before it, beyond day noise.

    Only days whose conversions have nearly all arrived are looked at.
    """
    used = normal[panel.platform_of] & (panel.share >= 0.9)
    reach = exposure * panel.share * used
    conversions = panel.conversions * used
    before, ways = trailing_sum(conversions, 28)[:, :-7:7], trailing_sum(reach, 28)[:, :-7:7]
    observed = trailing_sum(conversions, 7)[:, 7::7][:, : before.shape[1]]
    due = trailing_sum(reach, 7)[:, 7::7][:, : before.shape[1]]
    recent = slice(-_DRIFT_DAYS // 7, None)
    before, ways, observed, due = (part[:, recent] for part in (before, ways, observed, due))
    enough = (before >= 8.0) & (due > 0)
    expected = np.where(enough, before * due / np.where(ways > 0, ways, 1.0), 0.0)
    chance = (
        expected + expected**2 / np.maximum(before, 1.0) + expected**2 * noise * (1 / 7 + 1 / 28)
    )
    # an event of the past is no drift
    most = 6.0 * (chance + _DRIFT_PRIOR * expected**2)
    excess = np.where(enough, np.minimum((observed - expected) ** 2, most) - chance, 0.0)
    found = float(excess.sum()) + _DRIFT_WEIGHT * _DRIFT_PRIOR
    return float(np.clip(found / (float((expected**2).sum()) + _DRIFT_WEIGHT), *_DRIFT_RANGE))


def centred_sum(values: FloatArray, reach: int) -> FloatArray:
    """Sums over `reach` days to either side, the day itself included, along the last axis."""
    days = values.shape[-1]
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    day = np.arange(days)
    upper = np.minimum(day + reach + 1, days)
    return np.asarray(total[..., upper] - total[..., np.maximum(day - reach, 0)])


def trailing_sum(values: FloatArray, length: int) -> FloatArray:
    """Sums over the `length` days before each day, the day itself left out, along the last axis."""
    days = values.shape[-1]
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    day = np.arange(days)
    return np.asarray(total[..., day] - total[..., np.maximum(day - length, 0)])
