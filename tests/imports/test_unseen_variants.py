"""Files as platforms, spreadsheets and other programs write them: each is right, or refused.

The names of columns are those of public exports and of the platforms' interfaces; every file is
written here.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import zipfile
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError
from aura.imports.ad_reports import read_ad_report
from aura.imports.any_file import inspect_daily, kind_of
from aura.imports.orders import inspect_orders
from aura.imports.report_result import ReportTerms
from imports.test_workbooks import workbook
from imports.unseen_files import DAY, GOOGLE, ORDER, ORDERS, RIGHT


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return content.getvalue()


def total_of(path) -> tuple[str, Decimal, str | None]:
    """What a file is taken for: platform, total, currency."""
    if kind_of(path) == "orders":
        orders = asyncio.run(inspect_orders(path))
        return "orders", orders.revenue, orders.currency
    report = asyncio.run(inspect_daily(path, ReportTerms()))
    assert report.days.first.isoformat() == DAY
    return report.platform, report.total, report.currency


@pytest.mark.parametrize("name", RIGHT)
def test_a_file_is_taken_for_what_it_is(write_file, name):
    text, platform, total, currency = RIGHT[name]
    assert total_of(write_file(text, "file.csv")) == (platform, Decimal(total), currency)


PLAIN = f"{GOOGLE}{DAY},A,USD,1.50,9,1\n"
WRAPPED = {
    "zip": (zipped(report_csv=PLAIN), "report.zip"),
    "zip of a Mac": (zipped(report_csv=PLAIN, **{"__MACOSX/._report_csv": "x"}), "report.zip"),
    "gzip": (gzip.compress(PLAIN.encode()), "report.csv.gz"),
    "UTF-16 with tabs": (PLAIN.replace(",", "\t").encode("utf-16"), "report.csv"),
    "UTF-16 without a mark": (PLAIN.replace(",", "\t").encode("utf-16-le"), "report.csv"),
    "mark and semicolons": (PLAIN.replace(",", ";").encode("utf-8-sig"), "report.csv"),
    "sep line": (("sep=;\n" + PLAIN.replace(",", ";")).encode("cp1252"), "report.csv"),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_the_wrapping_changes_nothing(write_file, name):
    content, file_name = WRAPPED[name]
    expected = ("google_ads", Decimal("1.50"), "USD")
    assert total_of(write_file(content, file_name)) == expected


def test_accents_of_windows_are_read(write_file):
    text = "Tag;Kampagne;Kosten;Klicks\n01.06.2026;Größe;1.500,25 €;3\n"
    report = read_ad_report(write_file(text.encode("cp1252"), "report.csv"))
    [account] = report.accounts.values()
    assert {campaign.name for campaign, _ in account.days if campaign} == {"Größe"}
    assert (report.total, report.has_currency_signs) == (Decimal("1500.25"), True)


def test_a_workbook_may_have_a_title_and_numbers_for_days(tmp_path):
    rows = [["Campaign report"], [], ["Day", "Campaign", "Cost"], [46174, "A", 1.5]]
    book = workbook(tmp_path / "a.xlsx", {"Charts": [["Cost"]], "Data": rows})
    assert total_of(book) == ("google_ads", Decimal("1.5"), None)


def test_purchases_of_the_newer_interface_are_read(write_file):
    for names in (
        "Meta purchases,Meta purchase conversion value",
        "Purchases (Meta),Purchases conversion value (Meta)",
        "Website purchases,Website purchases conversion value",
    ):
        report = read_ad_report(write_file(f"Day,Amount spent (USD),{names}\n{DAY},1,2,3\n"))
        assert {"conversions", "conversion_value"} <= report.columns


REFUSED = {
    "zip of two": (zipped(a_csv=PLAIN, b_csv=PLAIN), "archive", "2 tables"),
    "zip of none": (zipped(a_png="x"), "archive", "no table"),
    "negative cost": (f"Day,Campaign,Cost\n{DAY},A,(1.50)\n", "bad_rows", "is negative"),
    "exponent": (f"Day,Campaign,Cost\n{DAY},A,1.5E+03\n", "bad_rows", "is not a number"),
    "cut": (f"Day,Campaign,Cost\n{DAY},A,1.50\n2026-06-02,A", "truncated", "middle of line 3"),
    "header alone": ("Day,Campaign,Cost\n", "empty", "0 rows"),
    "same header twice": (f"Day,Clicks,Clicks,Cost\n{DAY},1,1,1\n", "duplicate_column", "Clicks"),
    "real cell too many": (f"Day,Campaign,Cost\n{DAY},A,1.50,x\n", "ragged", "Line 2 has 4"),
    "two currencies in rows": (
        f"Day,Campaign name,Currency,Amount spent\n{DAY},A,USD,1\n{DAY},B,EUR,2\n",
        "two_currencies",
        "EUR, USD",
    ),
    "two currencies in titles": (
        f"Day,Amount spent (USD),Amount spent (EUR)\n{DAY},1,2\n",
        "two_currencies",
        "EUR, USD",
    ),
    "two currencies in orders": (
        ORDERS + ORDER + ORDER.replace("#1", "#2").replace("USD", "EUR"),
        "two_currencies",
        "EUR, USD",
    ),
    "hours of sales": ("Hour,Orders,Total sales\n2026-06-01 00:00,3,99\n", "not_daily", "Day"),
    "unnamed campaign": (f"Day,Campaign,Cost\n{DAY},,1.50\n", "bad_rows", "is empty"),
    "TikTok": (
        f"Campaign name,Date,Cost,Impressions,Clicks (destination),Currency\nA,{DAY},1.5,9,1,USD\n",
        "wrong_report",
        "TikTok",
    ),
    "Microsoft": (
        f"GregorianDate,CampaignName,Spend,Clicks,CurrencyCode\n{DAY},A,1,1,USD\n",
        "wrong_report",
        "Microsoft Advertising",
    ),
    "LinkedIn": (
        f"Start Date (in UTC),Campaign Group Name,Total Spent,Clicks\n{DAY},A,1,1\n",
        "wrong_report",
        "LinkedIn",
    ),
    "yen of both kinds": (
        f'Day,Campaign,Currency code,Cost\n{DAY},A,JPY,"1,500"\n{DAY},B,JPY,1.500\n',
        "mixed_numbers",
        "line 2",
    ),
    "NUL behind a mark": (f"\ufeff{GOOGLE}{DAY},A\0,USD,1,1,1\n", "binary", "line 2"),
    "JSON": ('[{"day": 1}]', "unknown", "could not recognise"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_right_is_refused_by_its_code(write_file, name):
    content, code, words = REFUSED[name]
    with pytest.raises(FileRefusedError, match=words) as refused:
        total_of(write_file(content, "file.csv"))
    assert refused.value.code == code
