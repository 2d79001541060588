"""Tables that Aura itself exported: one file in, a report in each platform's own words out.

`metrics` and `entities` of `aura export` hold several platforms. Each platform's rows become the
text of a report that is read like any other, so that what was exported and imported is the same
again. A column that is empty for a platform is one that it does not state.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from aura.imports import refusals
from aura.imports.source import Source, reading
from aura.imports.table import Layout, read_rows

Part = tuple[Literal["shop", "ads"], Source]

_NEEDED = frozenset({"day", "platform", "currency", "ad spend"})
_SALES = {
    "day": "Day",
    "orders": "Orders",
    "gross sales": "Gross sales",
    "discounts": "Discounts",
    "returns": "Returns",
    "shipping": "Shipping charges",
    "duties": "Duties",
    "taxes": "Taxes",
    "revenue": "Total sales",
}
_CUSTOMERS = {"day": "Day", "new customers": "New customers"}
_ADS = {
    "day": "Day",
    "account id": "Account ID",
    "campaign id": "Campaign ID",
    "currency": "Currency",
    "impressions": "Impressions",
}
_META = _ADS | {
    "account": "Account name",
    "campaign": "Campaign name",
    "ad spend": "Amount spent",
    "clicks": "Link clicks",
    "all clicks": "Clicks (all)",
    "conversions": "Purchases",
    "conversion value": "Purchases conversion value",
}
_GOOGLE = _ADS | {
    "account": "Account",
    "campaign": "Campaign",
    "ad spend": "Cost",
    "clicks": "Clicks",
    "conversions": "Conversions",
    "conversion value": "Conv. value",
    "conversions by conversion date": "Conversions (by conv. time)",
    "conversion value by conversion date": "Conv. value (by conv. time)",
}
# what Shopify writes as negative amounts
_TAKEN_OFF = frozenset({"discounts", "returns"})
# the apostrophe that keeps a spreadsheet from running a text
_GUARDED = re.compile(r"'(?=[-=+@\t\r])")


def is_own_table(header: Iterable[str]) -> bool:
    """Whether a header (normal names) is that of an exported table of days."""
    return frozenset(header) >= _NEEDED


def parts_of(source: Source, layout: Layout) -> list[Part]:
    """A report for each platform of the file, the shop's sales and its new customers apart."""
    rows: dict[str, list[dict[str, str]]] = {}
    with reading(source) as lines:
        for row in read_rows(lines, layout):
            cells = dict(zip(layout.header, row.cells, strict=True))
            rows.setdefault(cells["platform"].strip(), []).append(cells)
    found: list[Part] = []
    for platform, titles in (
        ("shopify", _in_currency(rows.get("shopify", []))),
        ("shopify", _CUSTOMERS),
        ("meta", _META),
        ("google_ads", _GOOGLE),
    ):
        text = _report(rows.get(platform, []), titles)
        if text:
            content = text.encode()
            kind: Literal["shop", "ads"] = "shop" if platform == "shopify" else "ads"
            found.append((kind, _source(source, content)))
    return found


def _in_currency(rows: list[dict[str, str]]) -> Mapping[str, str]:
    """The titles of sales with the currency of the rows, as Shopify writes it into them."""
    codes = {row["currency"].strip() for row in rows} - {""}
    if len(codes) > 1:
        raise refusals.two_currencies(codes)
    money = f" ({codes.pop()})" if codes else ""
    return {
        name: title + ("" if name in {"day", "orders"} else money) for name, title in _SALES.items()
    }


def _report(rows: list[dict[str, str]], titles: Mapping[str, str]) -> str:
    """The rows under a platform's own titles; empty where they state nothing but days."""
    stated = [name for name in titles if any(row.get(name, "").strip() for row in rows)]
    if not {"revenue", "new customers", "ad spend"} & set(stated):
        return ""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(titles[name] for name in stated)
    telling = [name for name in stated if name not in {"day", "currency"}]
    for row in rows:
        if any(row[name].strip() for name in telling):
            writer.writerow(_cell(name, row[name].strip()) for name in stated)
    return file.getvalue()


def _cell(name: str, cell: str) -> str:
    if name in _TAKEN_OFF and cell:
        return cell[1:] if cell.startswith("-") else f"-{cell}"
    return (
        _GUARDED.sub("", cell, count=1) if _GUARDED.match(cell) and not _is_number(cell) else cell
    )


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def _source(source: Source, content: bytes) -> Source:
    return replace(
        source,
        is_gzip=False,
        encoding="utf-8",
        sha256=hashlib.sha256(content).digest(),
        size=len(content),
        file_size=len(content),
        content=content,
    )
