"""What a person should know about an import that went well: one sentence each, no personal data."""

from __future__ import annotations

from datetime import date, timedelta

from aura.imports.bad_rows import note_of
from aura.imports.order_pages import Share, Summary
from aura.imports.shopify_orders import OrdersFile

BASIS = (
    "Sales are booked on the order's day, and so are refunds: an orders export does not say when "
    "money was given back. Single days can differ from Shopify's reports, long periods agree."
)
# until a year of orders is known, a customer who seems new may have bought before
_UNKNOWN_DAYS = timedelta(days=365)


def notes_of(
    file: OrdersFile,
    summary: Summary,
    *,
    currency: str,
    timezone: str,
    left_out: int,
    new_customers_unknown_from: date | None,
) -> tuple[str, ...]:
    """The notes of an import.

    `left_out` orders lie on days that were read from the shop itself; `new_customers_unknown_from`
    is the first known day of a shop whose history is not complete.
    """
    found = [
        BASIS,
        note_of(summary.left_out),
        _voided(summary.voided),
        _share(summary.pending, currency, "are pending and included"),
        _share(
            summary.cancelled, currency, "were cancelled, neither voided nor refunded, included"
        ),
        _counted(summary.guests, "order", "without an e-mail address: counted, but nobody's first"),
        _counted(summary.repeated, "order", "stated twice in the file: counted once"),
        _counted(left_out, "order", "left out: the connected shop has been read for those days"),
        _counted(
            summary.without_offset, "order", f"without an offset from UTC: read as {timezone}"
        ),
        *_about_file(file, currency),
    ]
    if new_customers_unknown_from is not None:
        until = new_customers_unknown_from + _UNKNOWN_DAYS
        found.append(
            f"New customers are unknown before {until}: older orders may be missing. If the file "
            "starts with the store's first order, import it again with --complete-history."
        )
    return tuple(note for note in found if note)


def _about_file(file: OrdersFile, currency: str) -> list[str]:
    found = []
    if file.source.encoding == "cp1252":
        found.append("The file is not UTF-8 and was read as Windows-1252.")
    if file.currency is None:
        found.append(f"The file names no currency: amounts are taken as {currency}.")
    if not file.has_ids:
        found.append(
            "The file has no usable order ids: orders are known by their names and will not be "
            "matched with those of a connected shop."
        )
    if file.columns.refunded_amount is None:
        found.append('There is no column "Refunded Amount": refunds are not taken off.')
    absent = [
        name
        for name, position in (
            ("Shipping", file.columns.shipping),
            ("Taxes", file.columns.taxes),
            ("Discount Amount", file.columns.discount_amount),
        )
        if position is None
    ]
    if absent:
        found.append(f"Not in the file, so not told apart from gross sales: {', '.join(absent)}.")
    return found


def _share(share: Share, currency: str, what: str) -> str:
    if not share.orders:
        return ""
    noun = "order" if share.orders == 1 else "orders"
    return f"{share.orders:,} {noun} worth {share.amount:,.2f} {currency} {what}."


def _voided(count: int) -> str:
    return _counted(count, "order", "voided: kept out of all figures")


def _counted(count: int, noun: str, what: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'} {what}." if count else ""
