"""A corpus of files as people have them, each with its verdict, and the same table in any dress.

The tables are made here by construction: one set of days written in every language, encoding,
delimiter, line end and order that the platforms and spreadsheets use.
"""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError
from aura.imports.ad_reports import read_ad_report
from aura.imports.any_file import kind_of
from aura.imports.shop_reports import read_shop_report

# each: day, campaign, spend, impressions, clicks, conversions, their value
DAYS = [
    ("2026-09-13", "Brand", "1234.56", 12345, 678, "12.5", "4321.09"),
    ("2026-09-13", "Total Rewards", "0.90", 90, 1, "0", "0"),
    ("2026-09-14", "Brand", "987.00", 8000, 432, "7", "2100.50"),
    ("2026-09-14", "Gesamtpaket", "3.05", 12, 0, "0", "0"),
]
META = {
    "en": "Day|Campaign name|Amount spent (EUR)|Impressions|Link clicks|Purchases|"
    "Purchases conversion value",
    "de": "Tag|Kampagnenname|Ausgegebener Betrag (EUR)|Impressionen|Link-Klicks|Käufe|"
    "Conversion-Wert für Käufe",
    "fr": "Jour|Nom de la campagne|Montant dépensé (EUR)|Impressions|Clics sur un lien|Achats|"
    "Valeur de conversion des achats",
    "es": "Día|Nombre de la campaña|Importe gastado (EUR)|Impresiones|Clics en el enlace|Compras|"
    "Valor de conversión de compras",
    "it": "Giorno|Nome della campagna|Importo speso (EUR)|Impression|Clic sul link|Acquisti|"
    "Valore di conversione degli acquisti",
    "pt": "Dia|Nome da campanha|Montante gasto (EUR)|Impressões|Cliques na ligação|Compras|"
    "Valor de conversão de compras",
    "nl": "Dag|Campagnenaam|Besteed bedrag (EUR)|Weergaven|Klikken op link|Aankopen|"
    "Conversiewaarde van aankopen",
    "sv": "Dag|Kampanjnamn|Spenderat belopp (EUR)|Exponeringar|Länkklick|Köp|"
    "Konverteringsvärde för köp",
}
GOOGLE = {
    "en": "Day|Campaign|Cost|Impr.|Clicks|Conversions|Conv. value|Currency code",
    "de": "Tag|Kampagne|Kosten|Impr.|Klicks|Conversions|Conv.-Wert|Währungscode",
    "fr": "Jour|Campagne|Coût|Impr.|Clics|Conversions|Valeur de conv.|Code de devise",
    "es": "Día|Campaña|Coste|Impr.|Clics|Conversiones|Valor de conv.|Código de moneda",
    "it": "Giorno|Campagna|Costo|Impr.|Clic|Conversioni|Valore conv.|Codice valuta",
    "pt": "Dia|Campanha|Custo|Impr.|Cliques|Conversões|Valor de conv.|Código da moeda",
    "nl": "Dag|Campagne|Kosten|Vert.|Klikken|Conversies|Conv.waarde|Valutacode",
    "sv": "Dag|Kampanj|Kostnad|Exp.|Klick|Konverteringar|Konv.värde|Valutakod",
}
# language of the titles, thousands, decimal mark, how a day is written, delimiter
LOCALES = {
    "en-US": ("en", ",", ".", "{m}/{d}/{y}", ","),
    "en-GB": ("en", ",", ".", "{d:02}/{m:02}/{y}", ","),
    "de": ("de", ".", ",", "{d:02}.{m:02}.{y}", ";"),
    "fr": ("fr", "\u202f", ",", "{d:02}/{m:02}/{y}", ";"),
    "pt-PT": ("pt", "\u00a0", ",", "{y}-{m:02}-{d:02}", ","),
    "es": ("es", ".", ",", "{d}/{m}/{y}", ";"),
    "nl": ("nl", ".", ",", "{d}-{m}-{y}", ";"),
    "sv": ("sv", "\u00a0", ",", "{y}-{m:02}-{d:02}", ";"),
    "it": ("it", ".", ",", "{d:02}/{m:02}/{y}", ";"),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


def number(text: str, thousands: str, mark: str) -> str:
    whole, _, part = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", thousands)
    return grouped + (mark + part if part else "")


def written(platform: str, locale: str) -> list[list[str]]:
    language, thousands, mark, pattern, _ = LOCALES[locale]
    titles = (META if platform == "meta" else GOOGLE)[language].split("|")
    rows = [titles]
    for day, name, spend, impressions, clicks, conversions, value in DAYS:
        y, m, d = map(int, day.split("-"))
        counts = [number(str(n), thousands, mark) for n in (impressions, clicks)]
        sums = [number(text, thousands, mark) for text in (spend, conversions, value)]
        row = [pattern.format(y=y, m=m, d=d), name, sums[0], *counts, *sums[1:]]
        rows.append(row + (["EUR"] if platform == "google" else []))
    return rows


def text_of(rows: list[list[str]], delimiter: str, end: str = "\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return file.getvalue()


def numbers_of(path) -> dict:
    report = read_ad_report(path)
    assert report.currency == "EUR"
    [account] = report.accounts.values()
    return {
        (campaign and campaign.name, day): {name: Decimal(value) for name, value in sums.items()}
        for (campaign, day), sums in account.days.items()
    }


@pytest.fixture
def expected(write_file):
    rows = written("meta", "en-US")
    return numbers_of(write_file(text_of(rows, ","), "plain.csv"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("platform", ["meta", "google"])
def test_a_table_means_the_same_in_every_language(write_file, expected, platform, locale):
    delimiter = LOCALES[locale][-1]
    path = write_file(text_of(written(platform, locale), delimiter), "report.csv")
    assert kind_of(path) == "ads"
    assert numbers_of(path) == expected


@pytest.mark.parametrize("seed", range(36))
def test_the_way_a_report_is_written_changes_no_number(write_file, expected, seed):
    chance = random.Random(seed)
    platform = chance.choice(["meta", "google"])
    header, *rows = written(platform, chance.choice(list(LOCALES)))
    order = list(range(len(header)))
    chance.shuffle(order)
    chance.shuffle(rows)
    extra = chance.randrange(3)
    table = [[row[n] for n in order] + ["x"] * extra for row in ([*header], *rows)]
    for n in range(extra):
        table[0][len(order) + n] = f"Extra {n}"
    above = [["Report"], ["All time"], [""], ["sep=;"], ["My title"]][: chance.randrange(6)]
    text = text_of([*above, *table], chance.choice([",", ";", "\t"]), chance.choice(["\n", "\r\n"]))
    encodings = list(ENCODINGS)
    if "\u202f" in text:
        encodings.remove("cp1252")
    path = write_file(text.encode(chance.choice(encodings)), "report.csv")
    assert numbers_of(path) == expected


REFUSED = {
    "empty": ("", "empty"),
    "blank": (" \n\n", "empty"),
    "html": ("<!DOCTYPE html><html></html>", "html"),
    "old workbook": (b"\xd0\xcf\x11\xe0rest", "old_xls"),
    "pdf": (b"%PDF-1.7", "binary"),
    "other table": ("First name,Last name\nA,B\n", "unknown"),
    "week": ("Week,Campaign,Cost,Clicks\n2026-01-05,A,1,2\n", "not_daily"),
    "month": ("Month,Campaign,Cost,Clicks\n2026-01-01,A,1,2\n", "not_daily"),
    "quarter": ("Quarter,Campaign,Cost,Clicks\n2026-01-01,A,1,2\n", "not_daily"),
    "whole period": ("Campaign status,Campaign,Cost,Clicks\nEnabled,A,1,2\n", "not_daily"),
    "meta period": (
        "Reporting starts,Reporting ends,Amount spent (EUR)\n2026-06-01,2026-06-30,1\n",
        "not_daily",
    ),
    "search terms": ("Search term,Campaign,Cost,Clicks\nx,A,1,2\n", "wrong_report"),
    "keywords": ("Day,Keyword,Campaign,Cost\n2026-06-01,x,A,1\n", "wrong_report"),
    "assets": ("Day,Asset,Asset type,Campaign,Cost\n2026-06-01,x,y,A,1\n", "wrong_report"),
    "ad groups": ("Day,Ad group,Campaign,Cost\n2026-06-01,x,A,1\n", "wrong_report"),
    "editor": ("Row Type,Action,Campaign\nCampaign,Edit,A\n", "wrong_report"),
    "editor counts": ("Type,Row count\nCampaign,12\n", "wrong_report"),
    "no cost": ("Day,Campaign,Clicks,Impr.\n2026-06-01,A,1,2\n", "no_metrics"),
    "two currencies": (
        "Day,Campaign,Currency code,Cost\n2026-06-01,A,EUR,1\n2026-06-01,B,USD,1\n",
        "two_currencies",
    ),
    "mixed numbers": (
        'Day,Campaign,Cost\n2026-06-01,A,"1.234,50"\n2026-06-02,A,"1,234.50"\n',
        "mixed_numbers",
    ),
    "ambiguous days": ("Day,Campaign,Cost\n03/04/2026,A,1\n04/04/2026,A,1\n", "ambiguous_dates"),
    "wide row": ("Day,Campaign,Cost\n2026-06-01,A,1,9\n2026-06-02,A,1\n", "ragged"),
    "cut off": ('Day,Campaign,Cost\n2026-06-01,"A', "truncated"),
    "text for a number": ("Day,Campaign,Cost\n2026-06-01,A,n/a\n", "bad_rows"),
    "no such day": ("Day,Campaign,Cost\n2026-06-31,A,1\n", "bad_rows"),
    "id with an exponent": ("Day,Campaign ID,Cost\n2026-06-01,1.2E+17,1\n", "bad_rows"),
    "sessions": ("Day,Sessions\n2026-06-01,5\n", "wrong_report"),
    "sales by month": ("Month,Orders,Net sales,Total sales\n2026-06-01,1,2,3\n", "not_daily"),
    "two columns of one name": ("Day,Campaign,Cost,Cost\n2026-06-01,A,1,2\n", "duplicate_column"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_imported_is_refused_by_its_code(write_file, name):
    content, code = REFUSED[name]
    path = write_file(content, "file.csv")
    with pytest.raises(FileRefusedError) as refused:
        read = read_shop_report if kind_of(path) == "shop" else read_ad_report
        read(path)
    assert refused.value.code == code
    assert len(refused.value.message) > 30


def test_rows_of_totals_are_not_added_and_the_sum_is_compared(write_file):
    path = write_file(
        'Campaign report\n"June 1, 2026 - June 2, 2026"\n'
        "Campaign,Day,Currency code,Cost,Clicks\n"
        'Total Rewards,2026-06-01,USD,10.50,"1,063"\nA,2026-06-02,USD,5.00, --\n'
        'Total: Campaigns, --,USD,15.50,"1,063"\nTotal: Account, --,USD,15.60,"1,063"\n'
        'Total: Search, --,USD,15.50,"1,063"\n',
        "report.csv",
    )
    report = read_ad_report(path)
    assert (report.rows, report.totals_rows, report.total) == (2, 3, Decimal("15.50"))
    assert report.control == (Decimal("15.50"), Decimal("15.60"), Decimal("15.50"))
