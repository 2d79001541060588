"""Which report a header row belongs to: column names in, one entry of this catalogue out.

Reports are told apart by their columns alone, compared as a person reads them: without case, outer
and repeated spaces, whatever the file is called.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from aura.errors import FileRefusedError
from aura.imports import column_refusals, refusals, shop_columns
from aura.imports.ad_columns import AD_DIALECTS, LONGER_TIMES, UNFIT, Dialect

_SPACES = re.compile(r"\s+")
# "Clicks (all)" is no currency; a sign stands for several and is only taken off
_CURRENCY = re.compile(
    r" \((?:(?!all\))([a-z]{3})|[a-z]{0,2}[$\u00a3-\u00a5\u20a0-\u20cf]|kr|zł)\)$"
)
_BY_REPORT = "It is no orders export: import it with `aura import report`."
_TAKE_ORDERS = f"What is imported here is {refusals.SUPPORTED}."


def normal_name(cell: str) -> str:
    """A column's name as it is compared: NFKC, lower case, single spaces, no quotes or `_`."""
    text = unicodedata.normalize("NFKC", cell).strip().strip("\"'").replace("\ufeff", "")
    return _SPACES.sub(" ", text.replace("_", " ")).strip().casefold()


@dataclass(frozen=True, slots=True)
class Report:
    """A report that somebody might bring.

    Attributes:
        name: what it is, with its article.
        needed: columns that it always has, normal names.
        one_of: columns of which it has at least one; empty when `needed` suffices.
        advice: what to bring instead.
    """

    name: str
    needed: frozenset[str]
    one_of: frozenset[str] = frozenset()
    advice: str = _TAKE_ORDERS

    def matches(self, names: frozenset[str]) -> bool:
        """Whether a header is one of this report."""
        return self.needed <= names and (not self.one_of or not self.one_of.isdisjoint(names))


def _columns(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _report(name: str, needed: str, one_of: str = "", advice: str = _TAKE_ORDERS) -> Report:
    return Report(name, _columns(needed), _columns(one_of), advice)


# the export's own columns (79 in 2026; those of 2012 are the first 47, only ever appended to)
ORDER_COLUMNS = _columns(
    "name, email, financial status, paid at, fulfillment status, fulfilled at, accepts marketing, "
    "currency, subtotal, shipping, taxes, total, discount code, discount amount, shipping method, "
    "created at, lineitem quantity, lineitem name, lineitem price, lineitem sku, cancelled at, "
    "payment method, payment reference, refunded amount, vendor, outstanding balance, id, tags, "
    "risk level, source, lineitem discount, receipt number, duties"
)
ORDERS = _report(
    "a Shopify orders export", "name, created at, total", "lineitem name, financial status"
)
_ALMOST_ORDERS = frozenset({"lineitem name", "financial status", "lineitem quantity"})

OTHERS = (
    _report(
        "a Matrixify (Excelify) orders sheet",
        "id, command",
        advice=f"Export the orders from Shopify itself. {_TAKE_ORDERS}",
    ),
    _report("a Shopify customers export", "first name, last name", "total spent, total orders"),
    _report("a Shopify products export", "handle, title", "body (html), variant sku, vendor"),
    _report("a Shopify payouts report", "transaction date, payout status"),
    _report("a Shopify draft orders export", "name, created at, draft order status"),
    _report(
        'the Shopify report "Sessions over time"',
        "sessions",
        "day, online store visitors, visitors, online store sessions",
        advice='It has no sales. Export "Total sales over time" by day instead.',
    ),
)
_SESSIONS = OTHERS[-1]
_SPEND = (
    "Its spend is brought as other spend: a CSV with the columns day, name and amount, by "
    "`aura spend import` or on the page Settings."
)
# advertising that has no connection, by columns that nobody else's reports have
_OTHER_ADS = (
    _report(
        "a TikTok Ads report",
        "cost",
        "clicks (destination), cpc (destination), ctr (destination), conversions (sko)",
        advice=_SPEND,
    ),
    _report(
        "a Microsoft Advertising report",
        "spend",
        "gregoriandate, timeperiod, gregorian date, currencycode",
        advice=_SPEND,
    ),
    _report(
        "a Pinterest Ads report",
        "",
        "spend in account currency, spend in micro dollar, pin promotion name, pin promotion id",
        advice=_SPEND,
    ),
    _report("a Snapchat Ads report", "", "swipe ups, swipe-ups, paid impressions", advice=_SPEND),
    _report(
        "a LinkedIn Ads report",
        "total spent",
        "campaign group name, campaign group id, start date (in utc)",
        advice=_SPEND,
    ),
    _report(
        "an Amazon Ads report",
        "spend",
        "14 day total sales, 7 day total sales, total advertising cost of sales (acos)",
        advice=_SPEND,
    ),
)

KNOWN_COLUMNS = ORDER_COLUMNS.union(
    *(r.needed | r.one_of for r in OTHERS),
    *(dialect.names for dialect in AD_DIALECTS),
    *(r.needed | r.one_of for r in _OTHER_ADS),
    *(unfit.columns for unfit in UNFIT),
    LONGER_TIMES,
    shop_columns.NAMES,
    shop_columns.PER_PRODUCT,
    # of the tables that Aura exports
    _columns("platform, ad spend, new customers, campaign id, account id, currency"),
)


def known(name: str) -> bool:
    """Whether a normal name is a column of any report in the catalogue."""
    return without_currency(name) in KNOWN_COLUMNS


def without_currency(name: str) -> str:
    """`amount spent (eur)` without its currency."""
    return _CURRENCY.sub("", name)


def currency_in(name: str) -> str:
    """The code in `amount spent (eur)`, in large letters; empty where none is named."""
    found = _CURRENCY.search(name)
    return (found[1] or "").upper() if found else ""


def has_currency_sign(name: str) -> bool:
    """Whether a title has a sign such as the dollar's in place of a currency's name."""
    found = _CURRENCY.search(name)
    return found is not None and found[1] is None


def check_orders(header: Iterable[str]) -> None:
    """Raise a refusal unless the header (normal names) is that of an orders export."""
    shown = list(header)
    names = frozenset(without_currency(name) for name in shown)
    if ORDERS.matches(names) and not OTHERS[0].matches(names):
        return
    raise _refusal(shown, names)


def is_shop_report(header: Iterable[str]) -> bool:
    """Whether a header (normal names) is one of Shopify's reports of sales or of customers."""
    names = frozenset(without_currency(name) for name in header)
    if ORDERS.matches(names) or any(report.matches(names) for report in OTHERS[:-1]):
        return False
    there = shop_columns.found(names)
    sales = {"revenue", "gross_sales", "net_sales"} & there
    customers = {"customer_kind", "new_customers"} & there
    return bool(sales or customers) and len(there) > 1


def check_shop_report(header: Iterable[str]) -> Literal["sales", "customers"]:
    """What a Shopify report states by day; raises a refusal for any other file."""
    shown = list(header)
    names = frozenset(without_currency(name) for name in shown)
    if not is_shop_report(shown):
        raise _refusal(shown, names)
    there = shop_columns.found(names)
    is_of_customers = bool({"customer_kind", "new_customers"} & there)
    if "day" not in there:
        raise refusals.not_daily("a Shopify report", shop_columns.ADVICE)
    if is_of_customers and ({"customers", "new_customers"} & there or "revenue" not in there):
        return "customers"
    return "sales"


def check_ad_report(header: Iterable[str]) -> Dialect:
    """Whose daily report a header (normal names) is; raises a refusal for any other one."""
    shown = list(header)
    names = frozenset(without_currency(name) for name in shown)
    if ORDERS.matches(names):
        raise refusals.wrong_report(ORDERS.name, "Import it with `aura import orders`.")
    if _SESSIONS.matches(names):
        raise refusals.wrong_report(_SESSIONS.name, _SESSIONS.advice)
    for other in _OTHER_ADS:
        if other.matches(names):
            raise refusals.wrong_report(other.name, other.advice)
    unfit = unfit_report(names)
    if unfit is not None:
        raise unfit
    dialect = ad_dialect(names)
    if dialect is None:
        raise _refusal(shown, names)
    return dialect


def unfit_report(names: frozenset[str]) -> FileRefusedError | None:
    """The refusal of an ad report whose rows do not add up to a campaign's day."""
    for unfit in UNFIT:
        if not names.isdisjoint(unfit.columns) and (unfit.is_certain or ad_dialect(names)):
            return refusals.wrong_report(unfit.report, unfit.advice)
    return None


def ad_dialect(names: frozenset[str]) -> Dialect | None:
    """The platform whose report has most of these names, two at least and one that tells."""
    found = [(dialect.found(names), dialect) for dialect in AD_DIALECTS]
    fitting = [
        (len(columns), dialect)
        for columns, dialect in found
        if len(columns) > 1 and not columns.isdisjoint(dialect.telling)
    ]
    return max(fitting, key=itemgetter(0))[1] if fitting else None


def _refusal(shown: list[str], names: frozenset[str]) -> FileRefusedError:
    for report in OTHERS:
        if report.matches(names):
            return refusals.wrong_report(report.name, report.advice)
    unfit = unfit_report(names)
    if unfit is not None:
        return unfit
    dialect = ad_dialect(names)
    if dialect is not None:
        return refusals.wrong_report(dialect.report, _BY_REPORT)
    if is_shop_report(shown):
        return refusals.wrong_report("a Shopify report by day", _BY_REPORT)
    if not names.isdisjoint(_ALMOST_ORDERS):
        missing = [
            column.capitalize() for column in ("name", "created at", "total") if column not in names
        ]
        if missing:
            return refusals.missing_columns(missing)
    return column_refusals.unknown(shown)
