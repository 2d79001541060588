"""Columns that a person names: read as the report that the file is said to be, and remembered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError, InputError
from aura.imports.any_file import import_file
from aura.imports.named_columns import FIELDS, parse_columns, titles_of
from aura.imports.report_result import ReportTerms
from imports.conftest import NOW
from imports.test_workbooks import workbook

REPORT = (
    "Bericht vom Montag\nStichtag;Aktion;Ausgaben gesamt (USD);Sichtungen\n"
    "2026-06-01;A;1.234,50;10\n2026-06-02;A;2,00;3\n"
)
SAID = {
    "stichtag": "day",
    "aktion": "campaign",
    "ausgaben gesamt": "ad_spend",
    "sichtungen": "impressions",
}


@pytest.fixture
def bring(shop, write_file):
    async def bring(file, into=shop, **terms):
        return await import_file(
            into.database,
            into.keyring,
            path=write_file(file, "file.csv") if isinstance(file, str) else file,
            brand_id=into.brand,
            now=NOW,
            created_by=into.person,
            terms=ReportTerms(**terms),
            complete_history=False,
        )

    return bring


async def test_an_unknown_file_is_read_as_a_person_says(shop, bring):
    with pytest.raises(FileRefusedError) as refused:
        await bring(REPORT)
    assert refused.value.code == "unknown"
    result = await bring(REPORT, columns=SAID, is_a="meta")
    assert (result.platform, result.currency, result.campaigns) == ("meta", "USD", 1)
    assert (await shop.metrics())["ad_spend"] == {
        date(2026, 6, 1): Decimal("1234.50"),
        date(2026, 6, 2): 2,
    }
    assert result.glance.read == ("stichtag", "aktion", "ausgaben gesamt (usd)", "sichtungen")


async def test_what_was_said_is_known_the_next_time_for_such_a_file_only(make_shop, bring):
    await bring(REPORT, columns=SAID, is_a="google_ads")
    again = await bring(REPORT.replace("2026-06", "2026-07"))
    assert (again.platform, again.days.first) == ("google_ads", date(2026, 7, 1))
    assert any("as you said of an earlier file" in note for note in again.notes)
    with pytest.raises(FileRefusedError):
        await bring(REPORT.replace("Sichtungen", "Andere"))
    with pytest.raises(FileRefusedError):
        await bring(REPORT, into=await make_shop())


async def test_a_refused_file_teaches_nothing(shop, bring):
    with pytest.raises(FileRefusedError, match="could not be read"):
        await bring(REPORT.replace("1.234,50", "viel"), columns=SAID, is_a="meta")
    assert await shop.rows("select settings from aura.brand_settings") == []


async def test_orders_and_sales_may_have_other_names_too(shop, bring, tmp_path):
    orders = (
        "Bestellung,Zeit,Summe,Kunde,Zustand\n#1,2026-06-01 12:00:00 -0400,20.00,a@b.example,paid\n"
    )
    said = {"bestellung": "name", "zeit": "created_at", "summe": "total", "kunde": "email"}
    result = await bring(orders, columns=said | {"zustand": "financial_status"})
    assert (result.orders, result.revenue) == (1, 20)
    rows = [["Acme"], ["Wann", "Umsatz alles (USD)"], [date(2026, 7, 1), 95.5]]
    book = workbook(tmp_path / "a.xlsx", {"Notes": [["x"]], "Data": rows})
    result = await bring(book, columns={"wann": "day", "umsatz alles": "revenue"})
    assert (result.total_of, result.total) == ("revenue", Decimal("95.5"))


async def test_a_known_name_beside_the_said_one_is_not_read(bring):
    text = "Day,Campaign,Cost,Cost with fees (USD)\n2026-06-01,A,1.00,1.20\n"
    result = await bring(text, columns={"cost with fees": "ad_spend"})
    assert (result.platform, result.total) == ("google_ads", Decimal("1.20"))
    assert "cost" in result.glance.ignored


HEADER = ("day", "campaign", "money (eur)", "seen")


@pytest.mark.parametrize(
    ("columns", "kind", "words"),
    [
        ({"money": "wealth"}, None, "There is no field wealth. Fields: account"),
        ({"money": "ad_spend", "seen": "ad_spend"}, None, "Two columns are said to be ad_spend"),
        ({"money": "ad_spend", "day": "day"}, "facebook", "A file is one of meta, google_ads"),
        ({"money": "revenue", "seen": "impressions"}, None, "Say what the file is with --as"),
        ({"money": "revenue"}, "meta", "no field revenue. Its fields: day, campaign"),
    ],
)
def test_what_does_not_fit_together_is_said(columns, kind, words):
    with pytest.raises(InputError, match=words):
        titles_of(columns, HEADER, kind)


@pytest.mark.parametrize("text", ["Cost", "=ad_spend", "Cost=", " = "])
def test_a_column_is_said_in_one_way(text):
    with pytest.raises(InputError, match="Header=field"):
        parse_columns([text])


def test_every_field_of_every_kind_is_read_under_a_name_of_its_own():
    assert parse_columns(["A = b=Day", "\u00a0Été x=clicks"]) == {"a = b": "day", "été x": "clicks"}
    for kind, fields in FIELDS.items():
        header = tuple(f"column of {name}" for name in fields)
        said = dict(zip(header, fields, strict=True))
        assert titles_of(said, header, kind) == dict(zip(header, fields.values(), strict=True))
        assert len(set(fields.values())) == len(fields)


async def test_a_column_that_is_not_there_is_named(bring):
    with pytest.raises(FileRefusedError, match=r'no column "spent"\. Its columns are: stichtag'):
        await bring(REPORT, columns={"stichtag": "day", "spent": "ad_spend"}, is_a="meta")
