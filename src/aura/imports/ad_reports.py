"""Daily reports of Meta Ads and Google Ads: a file in, each account's and campaign's days out.

Rows of one campaign and day are added up: ad sets, ads, devices, ages and boosted posts of one
name each have their own. An account's day is the sum of its rows. A column that the file does not
have gives None, a cell that states nothing gives zero, as both platforms write it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from aura.errors import FileRefusedError
from aura.imports import column_refusals, refusals
from aura.imports.ad_columns import SPLIT_ADVICE, SPLIT_NOTE, SPLIT_REPORT, Dialect
from aura.imports.ad_sums import AccountDays, AccountKey, CampaignKey
from aura.imports.bad_rows import BadRow
from aura.imports.daily_rows import NOTHING, DailyRows, DayRow, columns_of, stated_period
from aura.imports.recognise import (
    check_ad_report,
    currency_in,
    has_currency_sign,
    without_currency,
)
from aura.imports.report_result import Glance, ReportTerms
from aura.imports.source import Source, examine
from aura.imports.table import Layout, find_layout
from aura.model import DayRange, Platform

_ZERO = Decimal(0)
_CODE = re.compile(r"[A-Z]{3}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_LONGEST_NAME = 400
_SHOWN_ROWS = 5
_PURCHASE = re.compile(
    r"purchase|compra|k\u00e4uf|kauf|achat|acquist|aankop|aankoop|k\u00f6p", re.IGNORECASE
)
_NAMES = ("account_id", "account", "campaign_id", "campaign")
_NEVER_NEGATIVE = ("ad_spend", "impressions", "clicks", "all_clicks")
# what a campaign has once a day: a report that an action splits leaves it out or repeats it
_ONCE = frozenset({"ad_spend", "impressions", "clicks", "all_clicks", "roas"})
_TOTALS = ("ad_spend", "conversions", "conversion_value")


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
        total: what the rows come to; `total_of` says of what: the spend, or, where the report is
            split by conversion action, the conversions or their value.
        control: what the file itself says the total is, where it does.
        left_out: rows that could not be read.
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
    total: Decimal
    total_of: str
    control: tuple[Decimal, ...]
    left_out: tuple[BadRow, ...]
    glance: Glance
    notes: tuple[str, ...]

    @property
    def has_spend(self) -> bool:
        """Whether the report states what was spent: not where an action splits it."""
        return "ad_spend" in self.columns


def read_ad_report(path: Path, terms: ReportTerms | None = None) -> AdReport:
    """Read a file to its end. Raises FileRefusedError, InputError when there is no such file."""
    said = terms or ReportTerms()
    return ad_report_of(examine(path, said.titles), said)


def ad_report_of(source: Source, terms: ReportTerms) -> AdReport:
    """Read a source to its end. Raises FileRefusedError."""
    layout = find_layout(source)
    with column_refusals.naming_columns(layout.header):
        dialect = check_ad_report(layout.header)
        reader = _Reader(source, layout, dialect, terms)
    return reader.read()


class _Reader:
    """The reading of one report."""

    def __init__(
        self, source: Source, layout: Layout, dialect: Dialect, terms: ReportTerms
    ) -> None:
        self._source = source
        self._layout = layout
        self._dialect = dialect
        known = dict(dialect.columns)
        there = dialect.found(_plain(layout))
        self._is_by_period = "day" not in there
        if self._is_by_period:
            # a report without a Day column is daily when each of its rows is about one day
            if not {"starts", "ends"} <= there:
                raise refusals.not_daily(
                    dialect.report, dialect.advice, period=stated_period(source, layout)
                )
            known["day"] = dialect.columns["starts"]
        self._is_split = "split" in there
        amounts, counts = dialect.amounts, dialect.counts
        if self._is_split:
            amounts, counts = tuple(n for n in amounts if n not in _ONCE), ()
        self._columns = columns_of(
            layout, known, amounts=amounts, counts=counts, names=(*_NAMES, "split")
        )
        self._check_columns()
        self._rows = DailyRows(source, layout, self._columns, terms)
        self._currencies = self._titled_currencies()
        self._accounts: dict[AccountKey, AccountDays] = {}
        self._known: dict[tuple[str, ...], tuple[AccountDays, CampaignKey | None]] = {}
        self._names = [self._columns.positions.get(name) for name in (*_NAMES, "currency")]
        self._unsplit: list[tuple[AccountDays, CampaignKey | None, DayRow]] = []
        self._repeats = 0
        self._types: Counter[bool] = Counter()
        self._derived = {"results", "roas"} & {*self._columns.amounts}
        self._has_rounded_ids = False
        self._has_values = False
        self._shown: list[dict[str, str]] = []

    def _check_columns(self) -> None:
        """Refuse a report without the one thing that it is imported for."""
        there = self._columns.positions
        if self._is_split:
            if not {"conversions", "conversion_value", "results"} & set(there):
                raise refusals.wrong_report(SPLIT_REPORT, SPLIT_ADVICE)
        elif "ad_spend" not in there:
            raise refusals.no_metrics(self._dialect.report, self._dialect.columns["ad_spend"][0])

    def read(self) -> AdReport:
        days = set()
        for row in self._rows:
            if self._add(row):
                days.add(row.day)
        self._add_unsplit()
        if len(self._currencies) > 1:
            raise refusals.two_currencies(self._currencies)
        columns, notes = self._results()
        accounts = {key: account for key, account in self._accounts.items() if account.days}
        kept = sum(campaign is not None for one in accounts.values() for campaign, _ in one.days)
        days_of_file = DayRange(min(days), max(days))
        total_of = next(name for name in _TOTALS if name in columns)
        return AdReport(
            platform=self._dialect.platform,
            source=self._source,
            layout=self._layout,
            accounts=accounts,
            rows=self._rows.rows,
            totals_rows=self._rows.totals.rows,
            days=days_of_file,
            covered=self._covered(days_of_file.last),
            currency=next(iter(self._currencies), None),
            has_currency_signs=self._rows.has_currency_signs,
            columns=columns,
            repeated=self._rows.rows - kept if kept and not self._is_split else 0,
            total=_sum_of(accounts.values(), total_of),
            total_of=total_of,
            control=tuple(self._rows.totals.stated.get(total_of, ())),
            left_out=self._rows.left_out,
            glance=Glance.of(self._layout, self._used(), self._shown),
            notes=tuple(notes),
        )

    def _used(self) -> list[int]:
        """Positions of the columns whose cells count."""
        positions = self._columns.positions
        if not self._is_split:
            return list(positions.values())
        return [at for name, at in positions.items() if name not in _ONCE]

    def _covered(self, last: date) -> DayRange | None:
        """Covered days up to the last row: later ones may not have come yet."""
        covered = self._rows.covered
        if covered is None or covered.first > last or len(self._accounts) > 1:
            return None
        return DayRange(covered.first, min(last, covered.last))

    def _add(self, row: DayRow) -> bool:
        """Take in a row; whether it could be read."""
        line, day, cells, sums = row
        if self._is_by_period and self._rows.cell(row, "starts") != self._rows.cell(row, "ends"):
            raise self._not_daily(row)
        names = tuple(["" if at is None else cells[at] for at in self._names])
        place = self._known.get(names) or self._place(row, names)
        for column in _NEVER_NEGATIVE:
            if column in sums and sums[column] < 0:
                self._rows.problem(line, column, "is negative")
        if place is None or line in self._rows.bad.lines:
            return False
        account, campaign = place
        if len(self._shown) < _SHOWN_ROWS:
            self._show(row, campaign)
        if self._derived:
            self._derive(row, sums)
        if self._is_split and self._rows.cell(row, "split") in NOTHING:
            self._unsplit.append((account, campaign, row))
        else:
            account.add(campaign, day, sums)
        return True

    def _not_daily(self, row: DayRow) -> FileRefusedError:
        starts, ends = (self._rows.cell(row, name) for name in ("starts", "ends"))
        return refusals.not_daily(
            self._dialect.report, self._dialect.advice, period=f"{starts} - {ends}"
        )

    def _show(self, row: DayRow, campaign: CampaignKey | None) -> None:
        named = {"campaign": campaign.name or campaign.external_id} if campaign else {}
        numbers = {name: format(number, "f") for name, number in row.numbers.items()}
        self._shown.append({"day": row.day.isoformat(), **named, **numbers})

    def _add_unsplit(self) -> None:
        """Rows that no action is named in repeat those of a campaign's day that have one."""
        if not self._unsplit:
            return
        split = {(id(account), key) for account in self._accounts.values() for key in account.days}
        for account, campaign, row in self._unsplit:
            if (id(account), (campaign, row.day)) in split:
                self._repeats += 1
            else:
                account.add(campaign, row.day, row.numbers)

    def _derive(self, row: DayRow, sums: dict[str, Decimal]) -> None:
        """Results that are purchases, and the value that a stated return on spend implies."""
        there = self._columns.positions
        results, roas = sums.pop("results", None), sums.pop("roas", None)
        if results is not None and "conversions" not in there:
            self._types[bool(_PURCHASE.search(self._rows.cell(row, "result_type")))] += 1
            sums["conversions"] = results
        if roas is not None and "conversion_value" not in there:
            self._has_values = True
            sums["conversion_value"] = roas * sums.get("ad_spend", _ZERO)

    def _place(
        self, row: DayRow, names: tuple[str, ...]
    ) -> tuple[AccountDays, CampaignKey | None] | None:
        """The account and the campaign of a row; None when they cannot be read."""
        before = len(self._rows.bad.lines)
        is_bad = row.line in self._rows.bad.lines
        self._add_currency(row)
        campaign = self._campaign(row)
        if not is_bad and len(self._rows.bad.lines) > before:
            return None
        account = self._accounts.setdefault(self._account(row), AccountDays())
        if campaign is not None:
            campaign = account.known(campaign)
        if not is_bad:
            self._known[names] = account, campaign
        return account, campaign

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
            self._rows.problem(row.line, column, "is too long" if name else "is empty")
        return CampaignKey(external_id, name)

    def _add_currency(self, row: DayRow) -> None:
        code = self._rows.cell(row, "currency").upper()
        if _CODE.fullmatch(code):
            self._currencies.add(code)
        elif code.strip("-"):
            self._rows.problem(row.line, "currency", "is not a three-letter code")

    def _titled_currencies(self) -> set[str]:
        """Currencies in the titles of the columns of money that a report may have."""
        money = {
            *self._dialect.columns["ad_spend"],
            *self._dialect.columns["conversion_value"],
        }
        named = [name for name in self._layout.header if without_currency(name) in money]
        self._rows.has_currency_signs |= any(map(has_currency_sign, named))
        return {currency_in(name) for name in named} - {""}

    def _results(self) -> tuple[frozenset[str], list[str]]:
        """The columns that count as read, and what is to be said about them."""
        columns = set(self._columns.positions) - (_ONCE if self._is_split else frozenset())
        notes = [SPLIT_NOTE] if self._is_split else []
        if self._repeats:
            notes.append(
                f"{self._repeats:,} rows that name no action repeat what the others of their "
                "campaign and day come to: they were left out."
            )
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
        if self._dialect.platform == "meta" and "clicks" not in columns and not self._is_split:
            notes.append(self._without_link_clicks(columns))
        if self._has_rounded_ids:
            notes.append(
                "Some campaign ids cannot be read (a spreadsheet rounds them): those campaigns are "
                "known by their names."
            )
        if self._is_split and not {"conversions", "conversion_value"} & columns:
            raise refusals.wrong_report(SPLIT_REPORT, SPLIT_ADVICE)
        return frozenset(columns), notes

    def _without_link_clicks(self, columns: set[str]) -> str:
        if "all_clicks" not in columns:
            return "There is no column of link clicks: clicks are unknown."
        columns.add("clicks")
        for account in self._accounts.values():
            for sums in account.days.values():
                sums["clicks"] = sums.get("all_clicks", _ZERO)
        return "There is no column Link clicks: clicks are all clicks, which are more."


def _sum_of(accounts: Iterable[AccountDays], column: str) -> Decimal:
    return sum(
        (
            sums.get(column, _ZERO)
            for one in accounts
            for (campaign, _), sums in one.days.items()
            if campaign is None
        ),
        _ZERO,
    )


def _plain(layout: Layout) -> frozenset[str]:
    return frozenset(without_currency(name) for name in layout.header)
