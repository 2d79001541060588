"""Cells of ad reports that look like something else: ratios like money, campaigns like totals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from aura.errors import FileRefusedError
from aura.imports.ad_reports import AdReport, read_ad_report

META = "Day,Campaign name,Amount spent (JPY),Purchase ROAS (return on ad spend)\n"
GOOGLE = "Day,Campaign,Currency code,Cost,Conversions\n"


def read(tmp_path: Path, text: str) -> AdReport:
    path = tmp_path / "report.csv"
    path.write_text(text)
    return read_ad_report(path)


def sums(report: AdReport) -> dict[str, Decimal]:
    [account] = report.accounts.values()
    [account_day] = [day for (campaign, _), day in account.days.items() if campaign is None]
    return account_day


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        (META + "2026-06-01,A,4000,2.125\n", "conversion_value", "8500"),
        (META + '2026-06-01,A,"4,000",2.125\n', "conversion_value", "8500"),
        (META + '2026-06-01,A,4.000,"2,125"\n', "conversion_value", "8500"),
        (GOOGLE + "2026-06-01,A,JPY,4000,1.250\n", "conversions", "1.250"),
        (GOOGLE + '2026-06-01,A,JPY,4.000,"1,250"\n', "conversions", "1.250"),
    ],
)
def test_three_decimals_of_a_ratio_are_no_thousands_of_yen(tmp_path, text, column, expected):
    found = sums(read(tmp_path, text))
    assert (found["ad_spend"], found[column]) == (4000, Decimal(expected))


def test_a_ratio_that_can_be_read_two_ways_is_refused_in_yen_too(tmp_path):
    with pytest.raises(FileRefusedError) as refused:
        read(tmp_path, META + '2026-06-01,A,4000,"2,125"\n')
    assert (refused.value.code, refused.value.line) == ("mixed_numbers", 2)


@pytest.mark.parametrize("name", ["Total Care", "Total: Care", "Summary sale"])
def test_a_campaign_that_is_called_like_a_total_is_none_where_it_has_a_day(tmp_path, name):
    text = f"Campaign,Day,Currency code,Cost\nA,2026-02-27,USD,1\n{name},2026-02-30,USD,100\n"
    with pytest.raises(FileRefusedError) as refused:
        read(tmp_path, text)
    assert refused.value.code == "bad_rows"
    assert [tuple(row) for row in refused.value.rows] == [(3, "Day", "is not a day")]


@pytest.mark.parametrize("total", ["Total,,USD,3", ",Total,USD,3", "Total: Account, --,USD,3"])
def test_a_row_of_totals_has_no_day_or_says_total_there(tmp_path, total):
    text = f"Campaign,Day,Currency code,Cost\nA,2026-02-27,USD,3\n{total}\n"
    report = read(tmp_path, text)
    assert (report.totals_rows, report.control, report.total) == (1, (3,), 3)
