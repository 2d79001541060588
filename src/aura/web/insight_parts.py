"""What an insight's own page shows beside its card: drivers, siblings, budgets, maturity, method.

In: a row of `public.insights`. Out: plain texts for a template. Nothing is looked up elsewhere: the
page states what the row states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from aura.model import PLATFORM_NAMES
from aura.reports.present import money_exact, percent_change

_DRIVERS: Final = {
    "cpc": "Cost per click",
    "conversion_rate": "Conversion rate",
    "order_value": "Order value",
}


@dataclass(frozen=True, slots=True)
class Driver:
    """A factor of the change: before, now, and its share of it; width is for the bar, 0 to 100."""

    label: str
    before: str
    now: str
    change: str
    share: str
    width: int


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another campaign, and how it did meanwhile."""

    name: str
    platform: str
    conversions: str
    expected: str
    change: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A campaign's daily budget, from and to, and what it brings now."""

    name: str
    platform: str
    before: str
    after: str
    change: str
    brings: str


@dataclass(frozen=True, slots=True)
class InsightParts:
    """Everything that stands below the card; empty where the row does not state it.

    Attributes:
        sample: on how many conversions the claim rests.
        is_one_factor: whether the insight's own metric divides no further.
    """

    sample: str
    counts: tuple[tuple[str, str, str], ...]
    is_one_factor: bool
    drivers: tuple[Driver, ...]
    siblings_are_parts: bool
    siblings: tuple[Sibling, ...]
    budget: tuple[BudgetLine, ...]
    budget_gain: str
    is_test: bool
    maturity: tuple[str, ...]
    basis: tuple[tuple[str, str], ...]


def parts_of(data: Mapping[str, Any]) -> InsightParts:
    """The parts of a row's evidence."""
    currency = str(data.get("currency") or "USD")
    siblings = _part(data, "siblings")
    budget = _part(data, "budget")
    return InsightParts(
        sample=_sample(data),
        counts=tuple(_counts(data, currency)),
        is_one_factor=_part(data, "effect").get("metric") == "conversion_rate",
        drivers=tuple(_drivers(_part(data, "drivers"), currency)),
        siblings_are_parts=siblings.get("kind") == "parts",
        siblings=tuple(_siblings(siblings, currency)),
        budget=tuple(_budget(budget, currency)),
        budget_gain=_gain(_part(budget, "predicted_uplift")),
        is_test=budget.get("mode") == "test",
        maturity=tuple(_maturity(_part(data, "completeness"))),
        basis=tuple(_basis(data)),
    )


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    return part if isinstance(part, Mapping) else {}


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(number: Decimal) -> str:
    """`50`, `1,200`, `38.5`: no zeros that say nothing."""
    return f"{number.normalize():,f}"


def _counts(data: Mapping[str, Any], currency: str) -> list[tuple[str, str, str]]:
    """Raw counts: what was seen, and what was to be expected by now."""
    observed, expected = _part(data, "observed"), _part(data, "expected")
    found: list[tuple[str, str, str]] = []
    for key, label, is_money in (
        ("spend", "Spend", True),
        ("clicks", "Clicks", False),
        ("conversions", "Conversions reported", False),
        ("value", "Conversion value", True),
    ):
        seen, due = _number(observed.get(key)), _number(expected.get(key))
        if seen is None:
            continue
        texts = [
            "" if value is None else money_exact(value, currency) if is_money else _plain(value)
            for value in (seen, due)
        ]
        found.append((label, texts[0], texts[1]))
    store = _part(data, "store")
    if store.get("orders") is not None:
        orders, due = _number(store["orders"]), _number(store.get("expected"))
        texts = ["" if value is None else _plain(value) for value in (orders, due)]
        found.append(("Orders in the store", texts[0], texts[1]))
    return found


def _sample(data: Mapping[str, Any]) -> str:
    seen = _number(_part(data, "observed").get("conversions"))
    behind = _number(_part(data, "baseline").get("weighted_conversions"))
    if seen is None:
        return ""
    text = f"Sample: {_plain(seen)} conversions in these days"
    return text + ("." if behind is None else f", {_plain(behind)} behind what was expected.")


def _drivers(drivers: Mapping[str, Any], currency: str) -> list[Driver]:
    found: list[Driver] = []
    for key, label in _DRIVERS.items():
        part = _part(drivers, key)
        ratio, share = _number(part.get("ratio")), _number(part.get("log_share"))
        before, now = _number(part.get("before")), _number(part.get("now"))
        if ratio is None or share is None or before is None or now is None:
            continue
        shown = [
            f"{100 * value:.2f} %" if key == "conversion_rate" else money_exact(value, currency)
            for value in (before, now)
        ]
        found.append(
            Driver(
                label,
                shown[0],
                shown[1],
                percent_change(ratio - 1),
                f"{round(100 * share):d} %".replace("-", "\u2212"),
                max(0, min(100, int(100 * share))),
            )
        )
    return found


def _siblings(siblings: Mapping[str, Any], currency: str) -> list[Sibling]:
    """In conversions, or in money where the insight is about what the money returns."""
    listed = siblings.get("list")
    found: list[Sibling] = []
    for one in listed if isinstance(listed, list) else []:
        # one that neither brought nor was to bring anything tells nothing
        if not isinstance(one, Mapping) or not (
            _number(one.get("conversions")) or _number(one.get("expected"))
        ):
            continue
        key = next((key for key in one if key.endswith("_ratio")), "")
        ratio = _number(one.get(key))
        found.append(
            Sibling(
                str(one.get("name") or one.get("entity_id") or ""),
                _platform(one),
                _came(one.get("conversions"), key, currency),
                _came(one.get("expected"), key, currency),
                "" if ratio is None else percent_change(ratio - 1),
            )
        )
    return found


def _came(value: Any, key: str, currency: str) -> str:
    number = _number(value)
    if number is None:
        return ""
    return money_exact(number, currency) if key == "roas_ratio" else _plain(number)


def _platform(one: Mapping[str, Any]) -> str:
    platform = one.get("platform")
    return next((name for key, name in PLATFORM_NAMES.items() if key == platform), "")


def _budget(budget: Mapping[str, Any], currency: str) -> list[BudgetLine]:
    rows = budget.get("rows")
    found: list[BudgetLine] = []
    for row in rows if isinstance(rows, list) else []:
        before, after = _number(row.get("from_daily")), _number(row.get("to_daily"))
        if before is None or after is None:
            continue
        moved = "unchanged" if before == after else percent_change(after / before - 1)
        found.append(
            BudgetLine(
                str(row.get("name") or row.get("entity_id")),
                _platform(row),
                money_exact(before, currency),
                money_exact(after, currency),
                moved,
                _brings(row, currency),
            )
        )
    return found


def _brings(row: Mapping[str, Any], currency: str) -> str:
    """`2.4 conversions, $203.10 a day`; empty where the row does not state it."""
    conversions, value = _number(row.get("daily_conversions")), _number(row.get("daily_value"))
    if conversions is None or value is None:
        return ""
    return f"{_plain(conversions)} conversions, {money_exact(value, currency)}"


def _gain(uplift: Mapping[str, Any]) -> str:
    middle, low, high = (_number(uplift.get(key)) for key in ("share", "low", "high"))
    if middle is None or low is None or high is None:
        return ""
    return f"{percent_change(middle)} ({percent_change(low)} to {percent_change(high)})"


def _maturity(completeness: Mapping[str, Any]) -> list[str]:
    share = _number(completeness.get("share"))
    if share is None:
        return []
    found = [f"{100 * share:.0f} % of the conversions of these days have arrived."]
    to_come = _number(completeness.get("still_to_come"))
    if to_come:
        found.append(f"About {to_come:f} are still to come; they are counted in.")
    for key, platform in _part(completeness, "platforms").items():
        name = next((name for known, name in PLATFORM_NAMES.items() if known == key), key)
        how = (
            "learned from your own account"
            if platform.get("is_learned")
            else (
                f"not learned yet, so only days from {platform.get('judged_from_age')} days of age "
                "are judged"
            )
        )
        found.append(
            f"{name}: read on {platform.get('read_on')}; how late conversions come is {how}."
        )
    return found


def _basis(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why we say this: the rule, its version, what it compared, how noisy the brand is."""
    baseline, method = _part(data, "baseline"), _part(data, "method")
    found: list[tuple[str, str]] = []
    if data.get("formula_version"):
        found.append(("Rule", str(data["formula_version"])))
    if baseline.get("start"):
        found.append(("Compared with", f"{baseline['start']} to {baseline['end']}"))
        left_out = baseline.get("left_out") or []
        found.append(("Days left out", f"{len(left_out)} (holidays, promotions, outages)"))
        found.append(("Conversions behind it", str(baseline.get("weighted_conversions", ""))))
    if method.get("shown_by") == "cpc":
        found.append(("What shows it first", "the price of a click; the conversions agree"))
    if method.get("day_noise") is not None:
        noise = f"{100 * float(method['day_noise']):.0f} % from day to day, beyond chance"
        found.append(("The brand's own noise", noise))
    if method.get("known") is not None:
        known, least = (100 * float(method.get(key) or 0) for key in ("known", "least_known"))
        text = f"{known:.0f} % of the doubt is settled; a firm shift needs {least:.0f} %"
        found.append(("How budgets answer", text))
    for key, label in (("run_day", "Looked at on"), ("as_of", "With what was read by")):
        if data.get(key):
            # a moment is shown to the minute, in UTC as it is stored
            found.append((label, str(data[key])[:16].replace("T", " ")))
    if data.get("inputs_hash"):
        found.append(("Fingerprint of the inputs", str(data["inputs_hash"])[:16]))
    return found
