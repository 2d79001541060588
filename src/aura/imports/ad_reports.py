"""Daily reports of Meta Ads and Google Ads: a file in, each account's and campaign's days out.

Rows of one campaign and day are added up: ad sets, ads, devices, ages and boosted posts of one
name each have their own. An account's day is the sum of its rows. A column that the file does not
have gives None, a cell that states nothing gives zero, as both platforms write it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from aura.imports import refusals
from aura.imports.ad_columns import Dialect
from aura.imports.daily_rows import DailyRows, DayRow, columns_of, stated_period
from aura.imports.moments import Order
from aura.imports.recognise import check_ad_report, without_currency
from aura.imports.report_result import Glance
from aura.imports.source import Source, examine
from aura.imports.table import Layout, find_layout
from aura.model import AdDay, DayRange, Platform

_ZERO = Decimal(0)
_CODE = re.compile(r"[A-Z]{3}")
_TITLE_CODE = re.compile(r".* \(([a-z]{3})\)")
_DIGITS = re.compile(r"[0-9]{1,20}")
_LONGEST_NAME = 400
_SHOWN_ROWS = 5
_PURCHASE = re.compile(
    r"purchase|compra|k\u00e4uf|kauf|achat|acquist|aankop|aankoop|k\u00f6p", re.IGNORECASE
)
_NAMES = ("account_id", "account", "campaign_id", "campaign")
_SUMS = (
    *("ad_spend", "impressions", "clicks", "all_clicks", "conversions", "conversion_value"),
    *("conversions_by_conversion_date", "conversion_value_by_conversion_date"),
)


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What a file says of an account; empty where it does not."""

    external_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class CampaignKey:
    """What a file says of a campaign: its id, or only its name."""

    external_id: str = ""
    name: str = ""


@dataclass(slots=True)
class AccountDays:
    """One account's sums by campaign and day, in the file's currency."""

    days: dict[tuple[CampaignKey | None, date], dict[str, Decimal]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    campaigns: dict[CampaignKey, CampaignKey] = field(default_factory=dict)

    def add(self, campaign: CampaignKey | None, row: DayRow, sums: dict[str, Decimal]) -> None:
        """Take in one row."""
        if campaign is not None and campaign.external_id:
            self.names.setdefault(campaign.external_id, campaign.name)
            campaign = CampaignKey(campaign.external_id)
        if campaign is not None:
            # one object for all days of a campaign
            campaign = self.campaigns.setdefault(campaign, campaign)
        for key in {(campaign, row.day), (None, row.day)}:
            totals = self.days.setdefault(key, {})
            for column, number in sums.items():
                # a parsed number is shared by all rows that state it: no new object for a first one
                known = totals.get(column)
                totals[column] = number if known is None else known + number


@dataclass(frozen=True, slots=True)
class AdReport:
    """A report that was read to its last row.

    Attributes:
        rows: rows of days; `totals_rows` were left out and only compared.
        covered: days that the report says it covers, up to its last row: one without rows had no
            delivery.
        currency: of all rows; None when the file names none. A sign such as the dollar's
            (`has_currency_signs`) is no name.
        columns: our names of the columns that were read.
        repeated: rows that were added to another one of the same campaign and day.
        control: what the file itself says the spend comes to, where it does.
    """

    platform: Platform
    source: Source
    layout: Layout
    accounts: dict[AccountKey, AccountDays]
    rows: int
    totals_rows: int
    days: DayRange
    covered: DayRange | None
    currency: str | None
    has_currency_signs: bool
    columns: frozenset[str]
    repeated: int
    spend: Decimal
    control: tuple[Decimal, ...]
    glance: Glance
    notes: tuple[str, ...]


def read_ad_report(path: Path, *, order: Order | None = None) -> AdReport:
    """Read a file to its end. Raises FileRefusedError, InputError when there is no such file."""
    return ad_report_of(examine(path), order=order)


def ad_report_of(source: Source, *, order: Order | None = None) -> AdReport:
    """Read a source to its end. Raises FileRefusedError."""
    layout = find_layout(source)
    return _Reader(source, layout, check_ad_report(layout.header), order).read()


def ad_days(
    days: AccountDays, *, account_id: str, currency: str, ids: dict[str, str], report: AdReport
) -> list[AdDay]:
    """An account's days as the platform's API would state them.

    `ids` gives the ids of campaigns that the file only names. Covered days without a row are days
    of zeros.
    """
    found = [
        _ad_day(campaign, day, sums, days.names, account_id, currency, ids, report)
        for (campaign, day), sums in days.days.items()
    ]
    if report.covered is not None:
        stated = {day for _, day in days.days}
        empty = (day for day in report.covered.days() if day not in stated)
        found += [
            _ad_day(None, day, {}, days.names, account_id, currency, ids, report) for day in empty
        ]
    return found


def _ad_day(
    campaign: CampaignKey | None,
    day: date,
    sums: dict[str, Decimal],
    names: dict[str, str],
    account_id: str,
    currency: str,
    ids: dict[str, str],
    report: AdReport,
) -> AdDay:
    def stated(column: str) -> Decimal | None:
        return sums.get(column, _ZERO) if column in report.columns else None

    def whole(column: str) -> int | None:
        number = stated(column)
        return None if number is None else int(number)

    external_id, name = account_id, ""
    if campaign is not None:
        external_id = campaign.external_id or ids[campaign.name]
        name = campaign.name or names.get(campaign.external_id, "")
    return AdDay(
        level="account" if campaign is None else "campaign",
        external_id=external_id,
        date=day,
        currency=currency,
        name=name,
        ad_spend=sums.get("ad_spend", _ZERO),
        impressions=whole("impressions"),
        clicks=whole("clicks"),
        all_clicks=whole("all_clicks"),
        conversions=stated("conversions"),
        conversion_value=stated("conversion_value"),
        conversions_by_conversion_date=stated("conversions_by_conversion_date"),
        conversion_value_by_conversion_date=stated("conversion_value_by_conversion_date"),
    )


class _Reader:
    """The reading of one report."""

    def __init__(
        self, source: Source, layout: Layout, dialect: Dialect, order: Order | None
    ) -> None:
        self._source = source
        self._layout = layout
        self._dialect = dialect
        known = dict(dialect.columns)
        self._is_by_period = "day" not in dialect.found(_plain(layout))
        if self._is_by_period:
            # a report without a Day column is daily when each of its rows is about one day
            if not {"starts", "ends"} <= dialect.found(_plain(layout)):
                raise refusals.not_daily(
                    dialect.report, dialect.advice, period=stated_period(source, layout)
                )
            known["day"] = dialect.columns["starts"]
        self._columns = columns_of(
            layout, known, amounts=dialect.amounts, counts=dialect.counts, names=_NAMES
        )
        if "ad_spend" not in self._columns.positions:
            raise refusals.no_metrics(dialect.report, dialect.columns["ad_spend"][0])
        self._rows = DailyRows(source, layout, self._columns, order=order)
        self._currencies = self._titled_currencies()
        self._accounts: dict[AccountKey, AccountDays] = {}
        self._types: Counter[bool] = Counter()
        self._stated = 0
        self._has_rounded_ids = False
        self._has_values = False
        self._shown: list[dict[str, str]] = []

    def read(self) -> AdReport:
        first = last = None
        for row in self._rows:
            self._add(row)
            first = min(row.day, first or row.day)
            last = max(row.day, last or row.day)
        if first is None or last is None:
            raise refusals.empty()
        if len(self._currencies) > 1:
            raise refusals.two_currencies(self._currencies)
        columns, notes = self._results()
        accounts = {key: account for key, account in self._accounts.items() if account.days}
        kept = sum(len(one.days) - len({d for _, d in one.days}) for one in accounts.values())
        has_campaigns = kept > 0
        return AdReport(
            platform=self._dialect.platform,
            source=self._source,
            layout=self._layout,
            accounts=accounts,
            rows=self._rows.rows,
            totals_rows=self._rows.totals.rows,
            days=DayRange(first, last),
            covered=self._covered(last),
            currency=next(iter(self._currencies), None),
            has_currency_signs=self._rows.has_currency_signs,
            columns=columns,
            repeated=self._rows.rows - kept if has_campaigns else 0,
            spend=sum(
                (
                    sums.get("ad_spend", _ZERO)
                    for one in accounts.values()
                    for (campaign, _), sums in one.days.items()
                    if campaign is None
                ),
                _ZERO,
            ),
            control=tuple(self._rows.totals.stated.get("ad_spend", ())),
            glance=Glance.of(self._layout, self._columns.positions.values(), self._shown),
            notes=tuple(notes),
        )

    def _covered(self, last: date) -> DayRange | None:
        """Covered days up to the last row: later ones may not have come yet."""
        covered = self._rows.covered
        if covered is None or covered.first > last or len(self._accounts) > 1:
            return None
        return DayRange(covered.first, min(last, covered.last))

    def _add(self, row: DayRow) -> None:
        cell = self._rows.cell
        if self._is_by_period and cell(row, "starts") != cell(row, "ends"):
            raise refusals.not_daily(
                self._dialect.report,
                self._dialect.advice,
                period=f"{cell(row, 'starts')} - {cell(row, 'ends')}",
            )
        self._add_currency(row)
        sums = dict(row.numbers)
        for column in (*self._columns.counts, "ad_spend"):
            if sums.get(column, _ZERO) < 0:
                self._rows.problem(
                    row.line, self._columns.title(self._layout, column), "is negative"
                )
        self._derive(row, sums)
        account = self._accounts.setdefault(self._account(row), AccountDays())
        campaign = self._campaign(row)
        if len(self._shown) < _SHOWN_ROWS:
            named = {"campaign": (campaign.name or campaign.external_id)} if campaign else {}
            numbers = {name: format(number, "f") for name, number in row.numbers.items()}
            self._shown.append({"day": row.day.isoformat(), **named, **numbers})
        account.add(campaign, row, {c: n for c, n in sums.items() if c in _SUMS})

    def _derive(self, row: DayRow, sums: dict[str, Decimal]) -> None:
        """Results that are purchases, and the value that a stated return on spend implies."""
        positions = self._columns.positions
        if "results" in sums and "conversions" not in positions:
            self._types[bool(_PURCHASE.search(self._rows.cell(row, "result_type")))] += 1
            sums["conversions"] = sums["results"]
        if "roas" in sums and "conversion_value" not in positions:
            self._has_values = True
            sums["conversion_value"] = sums["roas"] * sums.get("ad_spend", _ZERO)

    def _account(self, row: DayRow) -> AccountKey:
        external_id = self._rows.cell(row, "account_id").removeprefix("act_").replace("-", "")
        if not _DIGITS.fullmatch(external_id):
            external_id = ""
        name = "" if external_id else self._rows.cell(row, "account")[:_LONGEST_NAME]
        return AccountKey(external_id, name)

    def _campaign(self, row: DayRow) -> CampaignKey | None:
        positions = self._columns.positions
        if "campaign" not in positions and "campaign_id" not in positions:
            return None
        external_id = self._rows.cell(row, "campaign_id")
        name = self._rows.cell(row, "campaign")
        if not _DIGITS.fullmatch(external_id):
            self._has_rounded_ids |= bool(external_id)
            external_id = ""
        if not external_id and (not name or len(name) > _LONGEST_NAME):
            column = "campaign" if "campaign" in positions else "campaign_id"
            reason = "is too long" if name else "is empty"
            self._rows.problem(row.line, self._columns.title(self._layout, column), reason)
        return CampaignKey(external_id, name)

    def _add_currency(self, row: DayRow) -> None:
        code = self._rows.cell(row, "currency").upper()
        if _CODE.fullmatch(code):
            self._currencies.add(code)
        elif code.strip("-"):
            self._rows.problem(
                row.line,
                self._columns.title(self._layout, "currency"),
                "is not a three-letter code",
            )

    def _titled_currencies(self) -> set[str]:
        """Currencies in the titles of the columns of money that a report may have."""
        money = {
            *self._dialect.columns["ad_spend"],
            *self._dialect.columns["conversion_value"],
        }
        return {
            found[1].upper()
            for name in self._layout.header
            if without_currency(name) in money and (found := _TITLE_CODE.fullmatch(name))
        }

    def _results(self) -> tuple[frozenset[str], list[str]]:
        """The columns that count as read, and what is to be said about them."""
        columns = set(self._columns.positions)
        notes = []
        if self._types:
            if self._types[False]:
                notes.append(
                    "Results are not all purchases: conversions are left unknown. Add the column "
                    "Purchases and export again to have them."
                )
            else:
                columns.add("conversions")
                notes.append("Conversions are the column Results: every row's type is a purchase.")
        if self._has_values:
            columns.add("conversion_value")
            notes.append("The value of purchases is derived: return on ad spend times amount.")
        if self._dialect.platform == "meta" and "clicks" not in columns:
            notes.append(self._without_link_clicks(columns))
        if self._has_rounded_ids:
            notes.append(
                "Some campaign ids cannot be read (a spreadsheet rounds them): those campaigns are "
                "known by their names."
            )
        return frozenset(columns), notes

    def _without_link_clicks(self, columns: set[str]) -> str:
        if "all_clicks" not in columns:
            return "There is no column of link clicks: clicks are unknown."
        columns.add("clicks")
        for account in self._accounts.values():
            for sums in account.days.values():
                sums["clicks"] = sums.get("all_clicks", _ZERO)
        return "There is no column Link clicks: clicks are all clicks, which are more."


def _plain(layout: Layout) -> frozenset[str]:
    return frozenset(without_currency(name) for name in layout.header)
