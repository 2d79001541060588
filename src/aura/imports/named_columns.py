"""Columns that a person names: "this header is that field" in, headers as a report has them out.

A file whose columns nobody knows is read as the report that it is said to be: each named header is
taken for the platform's own name of that field, and everything else works as with any file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aura.errors import InputError
from aura.imports.ad_columns import GOOGLE_ADS, META
from aura.imports.recognise import ad_dialect, is_shop_report, normal_name, without_currency
from aura.imports.shop_columns import COLUMNS as SHOP_COLUMNS

_OF_ADS = (
    *("day", "campaign", "campaign_id", "ad_spend", "impressions", "clicks", "all_clicks"),
    *("conversions", "conversion_value", "currency", "account", "account_id"),
)
_OF_ORDERS = (
    *("name", "created_at", "total", "email", "financial_status", "currency", "shipping", "taxes"),
    *("duties", "discount_amount", "refunded_amount", "cancelled_at", "id"),
)
# what a file may be said to be, and the platform's own name of each of its fields
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "meta": {name: META.columns[name][0] for name in _OF_ADS},
    "google_ads": {name: GOOGLE_ADS.columns[name][0] for name in _OF_ADS if name != "all_clicks"},
    "shopify_report": {name: titles[0] for name, titles in SHOP_COLUMNS.items()},
    "shopify_orders": {name: name.replace("_", " ") for name in _OF_ORDERS},
}
KINDS: Final[Mapping[str, str]] = {
    "meta": "a report of Meta Ads by day",
    "google_ads": "a report of Google Ads by day",
    "shopify_report": "a Shopify report by day",
    "shopify_orders": "a Shopify orders export",
}
# an orders export is known by more than its day and sum
_ALSO_NEEDED = {"shopify_orders": "financial status"}


def parse_columns(said: Sequence[str]) -> dict[str, str]:
    """`Header=field` texts to normal names and fields. Raises InputError for anything else."""
    found: dict[str, str] = {}
    for text in said:
        header, separator, name = text.rpartition("=")
        if not separator or not header.strip() or not name.strip():
            raise InputError(f'Write --column "Header=field", not "{text[:80]}".')
        found[normal_name(header)] = name.strip().lower()
    return found


def titles_of(
    columns: Mapping[str, str], header: Sequence[str], kind: str | None = None
) -> dict[str, str]:
    """The names that the columns of a header (normal names) are read under.

    `columns` gives fields to normal names of columns, with or without their currency; `kind` is one
    of KINDS, None where the fields and the other columns tell. Raises InputError that says what to
    write instead.
    """
    if not columns:
        return {}
    _check_fields(columns)
    names = {_column(name, header): field for name, field in columns.items()}
    fields = FIELDS[_kind(frozenset(columns.values()), header, kind)]
    unfit = sorted(set(names.values()) - set(fields))
    if unfit:
        raise InputError(f"Such a file has no field {unfit[0]}. Its fields: {', '.join(fields)}.")
    return {name: fields[field] + _currency(name) for name, field in names.items()}


def _check_fields(columns: Mapping[str, str]) -> None:
    known = {field for fields in FIELDS.values() for field in fields}
    seen: set[str] = set()
    for field in columns.values():
        if field not in known:
            raise InputError(f"There is no field {field[:40]}. Fields: {', '.join(sorted(known))}.")
        if field in seen:
            raise InputError(f"Two columns are said to be {field}. Name one of them.")
        seen.add(field)


def _kind(fields: frozenset[str], header: Sequence[str], said: str | None) -> str:
    """What the file is: as said, else the only thing that has all of these fields."""
    if said is not None:
        if said not in FIELDS:
            raise InputError(f"A file is one of {', '.join(FIELDS)}, not {said[:40]}.")
        return said
    fitting = [kind for kind, known in FIELDS.items() if fields <= set(known)]
    if len(fitting) > 1:
        told = _told(header)
        fitting = [told] if told in fitting else fitting
    if len(fitting) != 1:
        raise InputError(
            f"Say what the file is with --as: {', '.join(fitting or FIELDS)}. The columns that are "
            "named do not tell it."
        )
    return fitting[0]


def _told(header: Sequence[str]) -> str | None:
    """What the other columns of a file say that it is."""
    dialect = ad_dialect(frozenset(without_currency(name) for name in header))
    if dialect is not None:
        return dialect.platform
    return "shopify_report" if is_shop_report(header) else None


def _column(name: str, header: Sequence[str]) -> str:
    """A column of the file by its name, or by its name without the currency behind it."""
    if name in header:
        return name
    fitting = [one for one in header if without_currency(one) == name]
    return fitting[0] if len(fitting) == 1 else name


def _currency(name: str) -> str:
    return name[len(without_currency(name)) :]
