"""Daily reports of ads: every way of writing the same numbers reads the same."""

from __future__ import annotations

import csv
import io
import itertools
import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.errors import FileRefusedError
from aura.imports.ad_reports import AdReport, read_ad_report
from aura.imports.report_result import ReportTerms
from requirements import require

EXPORTS = Path(__file__).parents[2].parent / "shared" / "fixtures" / "exports"
HEADER = ("Day", "Campaign", "Campaign ID", "Currency code", "Cost", "Impr.", "Clicks")
HEADER += ("Conversions", "Conv. value")
FIRST = date(2026, 8, 25)


def facts(report: AdReport) -> dict:
    """Numbers by account, campaign and day, without empty ones."""
    return {
        (account.external_id, campaign and (campaign.external_id or campaign.name), day): {
            column: number for column, number in sums.items() if number
        }
        for account, days in report.accounts.items()
        for (campaign, day), sums in days.days.items()
    }


def rows_of(count: int = 40) -> list[tuple]:
    """(day, campaign, id, cost, impressions, clicks, conversions, value)."""
    chance = random.Random(7)
    return [
        (
            FIRST + timedelta(days=n // 4),
            ("Brand", "Total Rewards", "Gesamtpaket; Nord, neu", 'Sale "50%"')[n % 4],
            str(10**9 + n % 4),
            Decimal(chance.randrange(10, 500_000)) / 100,
            chance.randrange(1000, 2_000_000),
            chance.randrange(0, 9000),
            Decimal(chance.randrange(0, 900)) / 100,
            Decimal(chance.randrange(0, 9_000_000)) / 100,
        )
        for n in range(count)
    ]


def grouped(number: Decimal | int, group: str, point: str) -> str:
    text = f"{number:,.2f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.replace(",", "\0").replace(".", point).replace("\0", group)


def write(
    path: Path,
    rows: list[tuple],
    *,
    header: tuple[str, ...] = HEADER,
    delimiter: str = ",",
    end: str = "\n",
    encoding: str = "utf-8",
    above: tuple[str, ...] = (),
    below: tuple[tuple[str, ...], ...] = (),
    group: str = "",
    point: str = ".",
    day: str = "{:%Y-%m-%d}",
    columns: list[int] | None = None,
) -> Path:
    order = columns or list(range(len(header)))
    text = io.StringIO()
    for line in above:
        text.write(line + end)
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow([header[n] for n in order])
    for value, name, key, cost, *rest in rows:
        cells = [day.format(value), name, key, "EUR", grouped(cost, group, point)]
        cells += [grouped(number, group, point) for number in rest]
        cells += ["?"] * (len(header) - len(cells))
        writer.writerow([cells[n] for n in order])
    writer.writerows(below)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> dict:
    return facts(read_ad_report(write(tmp_path_factory.mktemp("plain") / "a.csv", rows_of())))


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [*itertools.product(ENCODINGS, (",", ";", "\t"), ("\n", "\r\n"))],
)
def test_encoding_delimiter_and_line_ends_change_nothing(plain, tmp_path, encoding, delimiter, end):
    path = write(tmp_path / "a.csv", rows_of(), encoding=encoding, delimiter=delimiter, end=end)
    assert facts(read_ad_report(path)) == plain


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chance=st.randoms(use_true_random=False),
    above=st.integers(0, 5),
    extra=st.integers(0, 4),
)
def test_order_titles_and_unknown_columns_change_nothing(plain, tmp_path, chance, above, extra):
    rows = rows_of()
    chance.shuffle(rows)
    header = HEADER + tuple(f"Search lost IS ({n})" for n in range(extra))
    columns = list(range(len(header)))
    chance.shuffle(columns)
    titles = ("Campaign report", "All time", "sep=,", '"Prepared, for us"', "")[:above]
    path = write(tmp_path / "a.csv", rows, header=header, columns=columns, above=titles)
    assert facts(read_ad_report(path)) == plain


# titles of the columns, sign that groups thousands, decimal sign, how a day is written
LOCALES = {
    "en": ("|".join(HEADER), ",", ".", "{:%b %-d, %Y}"),
    "en-GB": ("|".join(HEADER), ",", ".", "{:%-d %B %Y}"),
    "de": (
        "Tag|Kampagne|Kampagnen-ID|Währungscode|Kosten|Impr.|Klicks|Conversions|Conv.-Wert",
        *(".", ",", "{:%d.%m.%Y}"),
    ),
    "fr": (
        "Jour|Campagne|ID de campagne|Code de devise|Coût|Impr.|Clics|Conversions|Valeur de conv.",
        *("\u202f", ",", "{:%d/%m/%Y}"),
    ),
    "pt-PT": (
        "Dia|Campanha|ID da campanha|Código da moeda|Custo|Impr.|Cliques|Conversões|Valor de conv.",
        *("\u00a0", ",", "{:%Y-%m-%d}"),
    ),
    "es": (
        "Día|Campaña|ID de campaña|Código de moneda|Coste|Impr.|Clics|Conversiones|Valor conv.",
        *(".", ",", "{:%d/%m/%Y}"),
    ),
    "nl": (
        "Dag|Campagne|Campagne-ID|Valutacode|Kosten|Vert.|Klikken|Conversies|Conv.waarde",
        *(".", ",", "{:%d-%m-%Y}"),
    ),
    "sv": (
        "Dag|Kampanj|Kampanj-id|Valutakod|Kostnad|Visn.|Klick|Konverteringar|Konv.värde",
        *(" ", ",", "{:%Y-%m-%d}"),
    ),
}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_report_reads_the_same_in_every_language(plain, tmp_path, locale):
    header, group, point, day = LOCALES[locale]
    header = tuple(header.split("|"))
    path = write(tmp_path / "a.csv", rows_of(), header=header, group=group, point=point, day=day)
    assert facts(read_ad_report(path)) == plain


def test_months_are_read_in_words(tmp_path):
    header = "Title\n9 de abril de 2025 - 21 de abril de 2025\nDia,Campanha,Custo\n"
    days = ("1. Sept. 2026", "Wed, Jan 1, 2025", "6 févr. 2026", "12 de dezembro de 2025")
    path = tmp_path / "a.csv"
    path.write_text(header + "".join(f'"{day}",A,1.50\n' for day in days))
    report = read_ad_report(path)
    assert {day for _, _, day in facts(report)} == {
        date(2026, 9, 1),
        date(2025, 1, 1),
        date(2026, 2, 6),
        date(2025, 12, 12),
    }


def google(tmp_path: Path, text: str) -> AdReport:
    path = tmp_path / "a.csv"
    path.write_text(text)
    return read_ad_report(path)


def test_rows_of_totals_are_compared_and_not_added(tmp_path):
    text = (
        "Campaign report\nAll time\nCampaign status,Campaign,Day,Cost,Impr.\n"
        "Enabled,Total Rewards,2026-06-01,3.00,10\n"
        "Enabled,Gesamtpaket: Nord,2026-06-01,4.00,10\n"
        "Total: Campaigns, --, --,7.00,20\nTotal: Account, --, --,9.00,30\n"
        "Total: Search, --, --,7.00,20\n"
    )
    report = google(tmp_path, text)
    assert (report.rows, report.totals_rows, report.total) == (2, 3, Decimal(7))
    assert report.control == (7, 9, 7)


def test_the_days_of_the_title_tell_day_from_month(tmp_path):
    text = "R\n{}\nDay,Campaign,Cost\n03/04/2026,A,1.00\n04/04/2026,A,2.00\n"
    assert google(tmp_path, text.format("1 April 2026 - 30 April 2026")).days.last == date(
        2026, 4, 4
    )
    march = google(tmp_path, text.replace("04/04", "03/05").format("1 March 2026 - 9 March 2026"))
    assert march.days.first == date(2026, 3, 4)
    with pytest.raises(FileRefusedError) as refused:
        google(tmp_path, text.format("All time"))
    assert refused.value.code == "ambiguous_dates"
    path = tmp_path / "a.csv"
    report = read_ad_report(path, ReportTerms(order="month first"))
    assert report.days.first == date(2026, 3, 4)


def test_fractions_of_conversions_are_exact(tmp_path):
    report = google(
        tmp_path,
        'Day,Campaign,Cost,Conversions\n2026-06-01,A,1.00,0.33\n2026-06-01,B,1.00,"1,063.34"\n',
    )
    assert facts(report)["", None, date(2026, 6, 1)]["conversions"] == Decimal("1063.67")


def test_a_missing_column_is_unknown_and_an_empty_cell_is_zero(tmp_path):
    report = google(
        tmp_path, "Day,Campaign,Cost,Interactions,Conversions\n2026-06-01,A,1.00,9, --\n"
    )
    assert {"clicks", "impressions"}.isdisjoint(report.columns)
    assert "conversions" in report.columns


META = (
    "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions,{}\n"
    "2026-06-01,2026-06-01,A,10.00,100,{}\n2026-06-02,2026-06-02,A,5.00,100,{}\n"
)


def test_meta_without_a_day_column_is_daily_when_each_row_is_about_one_day(tmp_path):
    report = google(tmp_path, META.format("Link clicks", "1", "2"))
    assert (len(report.days), report.currency, report.platform) == (2, "EUR", "meta")


def test_results_are_conversions_only_if_every_row_counts_purchases(tmp_path):
    titles = "Results,Result indicator"
    purchase = "actions:offsite_conversion.fb_pixel_purchase"
    both = google(tmp_path, META.format(titles, f"2,{purchase}", "1,Website purchases"))
    assert "conversions" in both.columns
    mixed = google(tmp_path, META.format(titles, f"2,{purchase}", "1,actions:lead"))
    assert "conversions" not in mixed.columns
    assert any("not all purchases" in note for note in mixed.notes)


def test_boosted_posts_of_one_name_are_added_up(tmp_path):
    text = META.format("Link clicks", "1", "2") + "2026-06-02,2026-06-02,A,7.00,50,1\n"
    report = google(tmp_path, text)
    assert facts(report)["", "A", date(2026, 6, 2)]["ad_spend"] == 12
    assert (report.total, report.repeated) == (22, 1)


def test_all_clicks_stand_in_for_link_clicks_and_it_is_said(tmp_path):
    report = google(tmp_path, META.format("Clicks (all)", "8", "9"))
    assert facts(report)["", "A", date(2026, 6, 1)]["clicks"] == 8
    assert any("all clicks" in note for note in report.notes)


REFUSED = {
    "Week,Campaign,Cost\n2026-06-01,A,1.00\n": ("not_daily", "Segment > Time > Day"),
    'Campaign report\n"June 1, 2026 - June 9, 2026"\nCampaign,Cost,Clicks\nA,1.00,2\n': (
        "not_daily",
        'It adds up the whole period "June 1, 2026 - June 9, 2026".',
    ),
    META.format("Link clicks", 1, 2).replace(",2026-06-02,A", ",2026-06-09,A"): (
        "not_daily",
        "2026-06-02 - 2026-06-09",
    ),
    "Day,Campaign,Impr.,Clicks\n2026-06-01,A,1,1\n": ("no_metrics", '"Cost"'),
    "Day,Campaign,Conversion action,Cost\n2026-06-01,A,Buy,1.00\n": ("wrong_report", "split by"),
    "Day,Campaign,Ad group,Cost\n2026-06-01,A,B,1.00\n": ("wrong_report", "Performance Max"),
    "Search term,Day,Campaign,Cost\na,2026-06-01,A,1.00\n": ("wrong_report", "search terms"),
    "Day,Campaign,Currency code,Cost\n2026-06-01,A,EUR,1.00\n2026-06-01,B,USD,1.00\n": (
        "two_currencies",
        "EUR, USD",
    ),
    "Day,Campaign,Cost\n2026-06-01,A,1.50\n2026-06-02,A,n/a\n": ("bad_rows", "line 3"),
    "Day,Campaign,Cost,Clicks\n2026-06-01,A,1.50,1.5\n": ("bad_rows", "not a whole number"),
    "Day,Campaign,Cost\n2026-06-01,A,1.50\n,B,2.00\n2026-06-03,A,1.00\n": ("bad_rows", "is empty"),
    "Day,Campaign,Cost\n2026-06-01,A,-1.50\n": ("bad_rows", "is negative"),
    'Day,Campaign,Cost\n2026-06-01,A,1.50\n2026-06-02,A,"1,50"\n': ("mixed_numbers", "differently"),
    "Day,Campaign,Cost\n2026-06-01,A,1.50,9\n": ("ragged", "4 cells"),
    "Day,Campaign,Cost\n": ("empty", "0 rows"),
    "Name,Created at,Total,Financial Status\n#1,2026-01-01,1,paid\n": (
        "wrong_report",
        "aura import orders",
    ),
}


@pytest.mark.parametrize("text", [*REFUSED])
def test_what_cannot_be_known_is_refused(tmp_path, text):
    code, words = REFUSED[text]
    with pytest.raises(FileRefusedError) as refused:
        google(tmp_path, text)
    assert refused.value.code == code
    assert words in refused.value.message


def test_random_damage_is_refused_or_read_and_never_crashes(tmp_path):
    chance = random.Random(3)
    good = write(tmp_path / "a.csv", rows_of(12), above=("R", "All time")).read_bytes()
    path = tmp_path / "b.csv"
    for _ in range(300):
        damaged = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(bytes(damaged))
        with suppress(FileRefusedError):
            assert read_ad_report(path).rows


SHARED = {
    "synthetic_google_day_device_segment.csv": Decimal("1018.15"),
    "synthetic_meta_es_day_summary_row.csv": Decimal("26.62"),
    "synthetic_meta_raw_data_report.xlsx": Decimal("1500.5"),
    "synthetic_google_ambiguous_dates_no_currency.csv": "ambiguous_dates",
    "synthetic_meta_campaign_period_not_daily.csv": "not_daily",
    "synthetic_html_login_page.csv": "html",
    "shopify_orders_minimal_synthetic.csv": "wrong_report",
}


@pytest.mark.parametrize("name", SHARED)
def test_files_of_the_corpus(name):
    require("the export files (../shared/fixtures)", EXPORTS.exists())
    expected = SHARED[name]
    if isinstance(expected, Decimal):
        assert read_ad_report(EXPORTS / name).total == expected
        return
    with pytest.raises(FileRefusedError) as refused:
        read_ad_report(EXPORTS / name)
    assert refused.value.code == expected
