"""Why a stored day and the store's own report differ: rules over what is known, no guesses.

In: the differences of the compared days and the evidence of the ledger. Out: a Cause for each day.
The decision: the first rule whose amounts agree to the cent names the cause, and a day that no
rule explains says so; nothing is called likely that the data do not show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from aura.reports.present import count, money_exact
from aura.reports.reconcile import Difference, Reconciliation
from aura.store.reconciliation import DayEvidence

_HALF_A_CENT: Final = Decimal("0.005")
# how many of the newest days a report that is behind may lack
_LATE_DAYS: Final = 4
# the sum of roundings in another place, at most a cent for each of a few orders
_ROUNDING: Final = Decimal("0.05")
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause: its key for programs and a sentence with the amounts that show it."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Day:
    """One differing day: what the report says beyond what is stored, by figure."""

    date: date
    gaps: Mapping[str, Decimal]
    evidence: DayEvidence
    currency: str

    def gap(self, figure: str) -> Decimal:
        """By how much the report says more; zero where both agree."""
        return self.gaps.get(figure, _ZERO)

    def money(self, amount: Decimal) -> str:
        """The size of an amount in the shop's currency."""
        return money_exact(abs(amount), self.currency)


def causes_of(
    found: Reconciliation,
    evidence: Mapping[date, DayEvidence],
    stored_now: Mapping[date, Decimal],
    currency: str,
) -> dict[date, Cause]:
    """The cause of every day that differs in any figure and is kept in full."""
    gaps = gaps_by_day(found.differences)
    late = _late_from(found)
    totals = {one.date: one for one in found.totals}
    causes: dict[date, Cause] = {}
    for at, known in gaps.items():
        compared = totals.get(at)
        if compared is not None and stored_now.get(at, _ZERO) != compared.stored:
            causes[at] = _CHANGED
        elif late is not None and at >= late:
            causes[at] = _LATE
        else:
            day = _Day(at, known, evidence[at], currency)
            causes[at] = _shifted(day, gaps) or _explained(day)
    return causes


def gaps_by_day(differences: Sequence[Difference]) -> dict[date, dict[str, Decimal]]:
    """By day and figure, what the report says beyond what is stored."""
    gaps: dict[date, dict[str, Decimal]] = {}
    for one in differences:
        gaps.setdefault(one.date, {})[one.figure] = one.reported - one.stored
    return gaps


_CHANGED: Final = Cause(
    "changed_since",
    "The day was read anew after the comparison; the next sync compares it again.",
)
_LATE: Final = Cause(
    "report_late",
    "Shopify Analytics had not caught up: it knew nothing of the newest day when it was asked.",
)


def _late_from(found: Reconciliation) -> date | None:
    """The first day that a report which is behind may lack; None when it is not behind."""
    if not found.totals:
        return None
    newest = found.totals[-1]
    if newest.stored == 0 or newest.reported != 0:
        return None
    return newest.date - timedelta(days=_LATE_DAYS - 1)


def _shifted(day: _Day, gaps: Mapping[date, Mapping[str, Decimal]]) -> Cause | None:
    """Orders that stand on the day beside: the days of both begin at another hour."""
    total, orders = day.gap("total_sales"), day.gap("orders")
    if not total or not orders:
        return None
    for step in (-1, 1):
        beside = gaps.get(day.date + timedelta(days=step), {})
        if beside.get("orders") == -orders and _same(beside.get("total_sales", _ZERO), -total):
            return Cause(
                "time_zone",
                f"{count(abs(orders))} orders worth {day.money(total)} stand on one day here and "
                "on the day beside it in the report: the days of the two begin at another hour, "
                "as after a time zone was changed.",
            )
    return None


def _explained(day: _Day) -> Cause:
    """The first rule that fits."""
    for rule in (_from_file, _edited, _returned, _edited_and_returned, _uncounted, _gift_cards):
        cause = rule(day)
        if cause is not None:
            return cause
    return _counted_otherwise(day)


def _from_file(day: _Day) -> Cause | None:
    number = day.evidence.file_orders
    if not number:
        return None
    return Cause(
        "file_days",
        f"{count(Decimal(number))} orders of the day came from a file, which books every return on "
        "the day of the order.",
    )


def _edited(day: _Day) -> Cause | None:
    shift = day.evidence.edits_later - day.evidence.edits_here
    if not shift or not _same(day.gap("total_sales"), shift):
        return None
    return Cause(
        "order_edits",
        f"The difference is the {day.money(shift)} of order edits: here they count on the day of "
        "the edit, the report counts them on the day of the order.",
    )


def _returned(day: _Day) -> Cause | None:
    shift = day.evidence.returns_later - day.evidence.returns_here
    if not shift or not _same(day.gap("total_sales"), shift):
        return None
    return Cause(
        "return_days",
        f"The difference is the {day.money(shift)} of returns: here they count on the day of the "
        "return, the report counts them on the day of the order.",
    )


def _edited_and_returned(day: _Day) -> Cause | None:
    seen = day.evidence
    shift = seen.edits_later + seen.returns_later - seen.edits_here - seen.returns_here
    if not shift or not _same(day.gap("total_sales"), shift):
        return None
    return Cause(
        "order_edits_and_return_days",
        f"The difference is the {day.money(shift)} of edits and returns: here they count on the "
        "day they happened, the report counts them on the day of the order.",
    )


def _uncounted(day: _Day) -> Cause | None:
    seen = day.evidence
    if not seen.uncounted_orders or day.gap("orders") != seen.uncounted_orders:
        return None
    return Cause(
        "uncounted_orders",
        f"The report counts the {count(Decimal(seen.uncounted_orders))} test or voided orders of "
        f"the day ({day.money(seen.uncounted_sales)}), which are left out here.",
    )


def _gift_cards(day: _Day) -> Cause | None:
    seen = day.evidence
    if not seen.empty_orders or day.gap("orders") or day.gap("gross_sales") <= 0:
        return None
    return Cause(
        "gift_cards",
        f"{count(Decimal(seen.empty_orders))} orders of the day hold no sales, as orders of gift "
        f"cards do; the report counts {day.money(day.gap('gross_sales'))} more gross sales.",
    )


def _counted_otherwise(day: _Day) -> Cause:
    orders = day.gap("orders")
    if orders > 0:
        return Cause(
            "missing_orders",
            f"Shopify counts {count(orders)} orders that were not read, such as ones that an app "
            "may not see or that were imported into the past.",
        )
    if orders < 0:
        return Cause(
            "deleted_orders",
            f"{count(-orders)} orders are stored that Shopify no longer counts, as when orders are "
            "deleted there.",
        )
    if max(abs(gap) for gap in day.gaps.values()) <= _ROUNDING:
        return Cause("rounding", "A few cents: both round amounts of single lines.")
    return Cause("unexplained", "No rule explains it. The figures that differ stand beside it.")


def _same(left: Decimal, right: Decimal) -> bool:
    return abs(left - right) < _HALF_A_CENT
