"""The catalogue of refusals: why a file was not imported, where, and the next step.

Each function makes one `FileRefusedError`. Nothing of a refused file has been stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from aura.errors import FileRefusedError
from aura.model import DayRange

SUPPORTED = (
    'the Shopify orders export (Orders > Export, "Plain CSV file"), Shopify\'s "Total sales over '
    'time" and "New or returning customers over time" by day, Meta Ads reports with a Day '
    "breakdown and Google Ads campaign reports with the Day column (each as .csv, .csv.gz or .xlsx)"
)


def empty() -> FileRefusedError:
    """No byte, no row, or a header alone."""
    return FileRefusedError(
        "empty",
        "The file is empty (0 rows). Download it again and check it opens in a spreadsheet.",
    )


def html() -> FileRefusedError:
    """A log-in page that was saved as the report."""
    return FileRefusedError(
        "html",
        "This is a web page, not a report: the download link had probably expired. Log in to the "
        "platform and export again.",
    )


def old_xls() -> FileRefusedError:
    """A workbook of Excel 97 to 2003."""
    return FileRefusedError(
        "old_xls", "This is an old .xls workbook. Export again as CSV, or save it as CSV (UTF-8)."
    )


def workbook() -> FileRefusedError:
    """A zip archive that is no .xlsx workbook, or a damaged or locked one."""
    return FileRefusedError(
        "workbook",
        "This .xlsx workbook or .zip archive is damaged or has a password. Save the sheet as CSV "
        "(UTF-8), or unpack the archive, and import that.",
    )


def archive(tables: int) -> FileRefusedError:
    """A zip archive that holds not one table but none, or several."""
    holds = f"{tables} tables" if tables else "no table"
    return FileRefusedError(
        "archive",
        f"This .zip archive holds {holds}. Unpack it and import its files (.csv, .tsv or .txt) one "
        "after another.",
    )


def too_large_workbook(most_bytes: int) -> FileRefusedError:
    """A workbook that would unpack to more than we take, or far more than its size says."""
    return FileRefusedError(
        "too_large",
        f"The workbook is too large: at most {most_bytes // 1_000_000:,} MB, unpacked. Export "
        "shorter periods, or as CSV, and import them one after another.",
    )


def binary(*, line: int | None = None) -> FileRefusedError:
    """Bytes that are no text."""
    place = f" from line {line} on" if line else ""
    return FileRefusedError(
        "binary",
        f"This file is not text{place}: it is damaged or of another kind. Export it again as CSV.",
        line=line,
    )


def damaged_archive() -> FileRefusedError:
    """A .gz that ends early or whose checksum is wrong."""
    return FileRefusedError(
        "truncated",
        "The compressed file is damaged or ends too early. Download or compress it again.",
    )


def ends_early(*, line: int) -> FileRefusedError:
    """A last row that stops in the middle."""
    return FileRefusedError(
        "truncated",
        f"The file ends in the middle of line {line}: the download was cut off. Export it again.",
        line=line,
    )


def changed() -> FileRefusedError:
    """Another program wrote to the file while it was being read."""
    return FileRefusedError(
        "changed",
        "The file changed while it was being imported; nothing was imported. Try again.",
    )


def too_large(most_bytes: int, most_rows: int) -> FileRefusedError:
    """More than we take at once."""
    return FileRefusedError(
        "too_large",
        f"The file is too large: at most {most_rows:,} rows and {most_bytes // 1_000_000:,} MB, "
        "unpacked. Export shorter periods and import them one after another.",
    )


def wrong_report(report: str, advice: str) -> FileRefusedError:
    """A report we know, but not the one that is wanted here."""
    return FileRefusedError("wrong_report", f"This is {report}. {advice}")


def not_daily(report: str, advice: str, *, period: str = "") -> FileRefusedError:
    """Sums of longer times than a day."""
    adds_up = f' It adds up the whole period "{period}".' if period else ""
    return FileRefusedError(
        "not_daily", f"This is {report} that has no day in each row.{adds_up} {advice}"
    )


def no_metrics(report: str, column: str, *, code: str = "no_metrics") -> FileRefusedError:
    """A report without the one column that it is imported for."""
    title = column.capitalize()
    return FileRefusedError(
        code,
        f'This looks like {report} without the column "{title}". Add that column to the report '
        "and export it again.",
        column=title,
    )


def missing_columns(names: Sequence[str]) -> FileRefusedError:
    """An orders export without a column that is needed."""
    return FileRefusedError(
        "no_revenue",
        f"This looks like a Shopify orders export without {_listed(names)}. Export the orders "
        "again from Shopify and keep all columns.",
        column=names[0],
    )


def two_columns(name: str, *, line: int) -> FileRefusedError:
    """Two columns of one name that we would have to choose between."""
    return FileRefusedError(
        "duplicate_column",
        f'The header has two columns named "{name}". The file was probably edited; export it '
        "again.",
        line=line,
        column=name,
    )


def two_currencies(codes: Iterable[str]) -> FileRefusedError:
    """Orders in more than one currency: no sum of them means anything."""
    return FileRefusedError(
        "two_currencies",
        f"The file mixes currencies ({', '.join(sorted(codes))}). Export one ad account, or "
        "the orders of one currency, at a time.",
        column="Currency",
    )


def other_currency(of_file: str, of_brand: str) -> FileRefusedError:
    """Orders in a currency that is not the brand's: amounts are never relabelled."""
    return FileRefusedError(
        "other_currency",
        f"The orders are in {of_file} but the brand's currency is {of_brand}. Import them into a "
        f"brand whose currency is {of_file}.",
        column="Currency",
    )


def other_account_currency(of_file: str, known: str, platform: str) -> FileRefusedError:
    """Ad days in another currency than the platform's days have so far."""
    return FileRefusedError(
        "other_currency",
        f"The file is in {of_file} but the days of {platform} are in {known}, and amounts are not "
        f"converted. Export an account that bills in {known}, or import it into another brand.",
        column="Currency",
    )


def overlap_api(days: DayRange, platform: str) -> FileRefusedError:
    """Nothing in the file that the connected account was not read for."""
    return FileRefusedError(
        "overlap_api",
        f"{days.first} to {days.last} already comes from the live {platform} connection, so there "
        "is nothing to import.",
    )


def overlap_shop(days: DayRange, *, is_connected: bool) -> FileRefusedError:
    """A shop's report of days that better sources state already."""
    source = "the live Shopify connection" if is_connected else "an orders export"
    return FileRefusedError(
        "overlap_api" if is_connected else "overlap_orders",
        f"{days.first} to {days.last} already comes from {source}, so there is nothing to import: "
        "two sources of one day are never added up.",
    )


def shrink(
    *,
    days: Sequence[date],
    rows: tuple[int, int] | None,
    amount: tuple[Decimal, Decimal],
    currency: str,
    of: str = "campaign rows",
    what: str = "spend",
) -> FileRefusedError:
    """A file that says clearly less of some days than an earlier one; pairs are (new, stored)."""
    span = f"on {days[0]}" if len(days) == 1 else f"on {len(days):,} days, {days[0]} to {days[-1]}"
    said = f"{amount[0]:,.2f} {currency}".strip() + f" of {what}"
    stored = f"{amount[1]:,.2f}"
    if rows is not None:
        said, stored = f"{rows[0]:,} {of} and {said}", f"{rows[1]:,} and {stored}"
    return FileRefusedError(
        "shrink",
        f"This file has {said} {span}; already imported are {stored}. If it was filtered, "
        "importing it would lose the rest. Export it without filters, or import it with --replace.",
    )


def mixed_numbers(first_line: int, second_line: int, column: str) -> FileRefusedError:
    """Decimal points and decimal commas, or amounts that could be either."""
    place = (
        f"lines {first_line} and {second_line} write them differently"
        if first_line != second_line
        else f"line {first_line} can be read both ways"
    )
    return FileRefusedError(
        "mixed_numbers",
        f'We cannot tell the decimal separator of the amounts: {place} (column "{column}"). The '
        "file was probably saved by a spreadsheet; export it again from the platform.",
        line=first_line,
        column=column,
    )


def ambiguous_dates(line: int, column: str) -> FileRefusedError:
    """Dates such as 3/4/2026 throughout, or in both orders."""
    return FileRefusedError(
        "ambiguous_dates",
        f'We cannot tell day from month in the column "{column}" (line {line}). Export it again '
        "with days written as 2026-04-03, or say which comes first: a report is imported with "
        "--day-first or --month-first.",
        line=line,
        column=column,
    )


def ragged(line: int, cells: int, header: int) -> FileRefusedError:
    """A row with more or fewer cells than the header."""
    return FileRefusedError(
        "ragged",
        f"Line {line} has {cells} cells but the header has {header}. The file was probably edited "
        "or cut off; export it again.",
        line=line,
    )


def broken_quotes(line: int) -> FileRefusedError:
    """Quotation marks that do not pair, or a cell longer than any real one."""
    return FileRefusedError(
        "bad_rows",
        f"Line {line} cannot be split into cells: a quotation mark is missing or misplaced. "
        "Nothing was imported. Export the file again.",
        line=line,
    )


def bad_rows(
    found: Sequence[tuple[int, str, str]],
    bad: int,
    rows: int,
    *,
    can_be_left_out: bool = False,
    was_asked: bool = False,
) -> FileRefusedError:
    """Rows that cannot be read: (line, column, what is wrong), all of them or the first 1,000."""
    line, column, reason = found[0]
    same = [p for p in found if p[1:] == (column, reason)][:5]
    others = "" if len(same) == bad else ", …"
    numbers = ", ".join(str(p[0]) for p in same)
    places = f"line{'s' if bad > 1 else ''} {numbers}{others}"
    count = f"{bad:,} of {rows:,} rows" if bad > 1 else f"1 of {rows:,} rows"
    step = "Correct or remove them, or export the file again."
    if was_asked:
        step = f"They are too many to be left out. {step}"
    elif can_be_left_out:
        step = (
            "Correct or remove them, export the file again, or import the other "
            f"{rows - bad:,} with --skip-bad-rows."
        )
    return FileRefusedError(
        "bad_rows",
        f'{count} could not be read ({places}: "{column}" {reason}). Nothing was imported. {step}',
        line=line,
        column=column,
        rows=tuple(found),
        readable=rows - bad if can_be_left_out else 0,
    )


def other_ids(*, has_ids: bool) -> FileRefusedError:
    """Orders of these days are known by the other of the two keys and would count twice."""
    why = (
        "The orders of these days were imported from a file without Shopify's order ids, so they "
        "cannot be matched with those of this file."
        if has_ids
        else "This file has no usable order ids (a spreadsheet may have rounded them), so its "
        "orders cannot be matched with those that are known already."
    )
    return FileRefusedError(
        "other_ids",
        f"{why} Importing it would count orders twice. Export the orders again from Shopify with "
        "all columns, and import them into a new brand if this one began with a reduced file.",
        column="Id",
    )


def not_the_first_order(first: str, known: str) -> FileRefusedError:
    """--complete-history for a file that starts after orders we have."""
    return FileRefusedError(
        "not_complete",
        f"The file starts on {first}, but orders from {known} on are known already, so it does "
        "not start with the store's first order. Import it without --complete-history.",
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    if len(quoted) == 1:
        return f"the column {quoted[0]}"
    return f"the columns {', '.join(quoted[:-1])} and {quoted[-1]}"
