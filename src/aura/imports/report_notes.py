"""What a person should know about an imported report, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from aura.imports.ad_reports import AdReport
from aura.imports.bad_rows import note_of

_TITLES = {
    "impressions": "impressions",
    "clicks": "clicks",
    "conversions": "conversions",
    "conversion_value": "the value of conversions",
}
_OF_CONVERSIONS = frozenset({"conversions", "the value of conversions"})


def notes_of(
    report: AdReport,
    *,
    currency: str | None,
    brand_currency: str | None,
    left_out: Sequence[date],
) -> tuple[str, ...]:
    """The notes of an import; `left_out` are days that the connected account was read for."""
    found = [
        *_about_money(report, currency, brand_currency),
        *report.notes,
        note_of(report.left_out),
    ]
    absent = [title for column, title in _TITLES.items() if column not in report.columns]
    if not report.has_spend:
        absent = [title for title in absent if title in _OF_CONVERSIONS]
    if absent and not (report.platform == "meta" and absent == ["clicks"]):
        found.append(f"Not in the file, so unknown: {', '.join(absent)}.")
    if report.repeated > 0:
        found.append(
            f"{report.repeated:,} rows are about a campaign and day that another row is about as "
            "well: they were added up."
        )
    if report.source.encoding == "cp1252":
        found.append("The file is not UTF-8 and was read as Windows-1252: accents may be wrong.")
    if left_out:
        found.append(
            f"{len(left_out):,} days ({left_out[0]} to {left_out[-1]}) were left out: the "
            "connected account has been read for them."
        )
    found.append(
        f"The last day, {report.days.last}, may be incomplete if the file was made on it: import a "
        "newer file to replace it."
    )
    return tuple(note for note in found if note)


def _about_money(report: AdReport, currency: str | None, brand_currency: str | None) -> list[str]:
    found = []
    if report.currency is None and currency is not None:
        found.append(f"The file names no currency: amounts are taken as {currency}.")
    if currency is not None and brand_currency is not None and currency != brand_currency:
        found.append(
            f"The amounts stay in {currency}; the brand's currency is {brand_currency}, so they "
            "are not added to its other figures."
        )
    if report.control:
        found.append(_compared(report, currency or ""))
    return found


def _compared(report: AdReport, currency: str) -> str:
    allowed = Decimal("0.01") * max(report.rows, 1)
    nearest = min(report.control, key=lambda total: abs(total - report.total))
    if not report.has_spend:
        currency = ""
    what = "spend" if report.has_spend else report.total_of.replace("_", " ")
    if abs(nearest - report.total) <= allowed:
        return f"The {what} equals the file's own total, {nearest:,} {currency}.".replace(" .", ".")
    return (
        f"The rows come to {report.total:,.2f} {currency} but the file's own total of {what} is "
        f"{nearest:,.2f}: the difference belongs to campaigns or days that the file leaves out."
    ).replace("  ", " ")
