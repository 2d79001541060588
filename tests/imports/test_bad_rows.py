"""Rows that cannot be read: refused with the choice to leave them out, and listed when they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError
from aura.imports.any_file import import_file
from aura.imports.report_result import ReportTerms
from aura.store.imports import list_imports
from imports.conftest import NOW
from imports.daily_reports import HEADER, spend

ADS = (
    'Campaign report\n"June 1, 2026 - June 4, 2026"\n'
    + HEADER
    + "2026-06-01,Brand,11,USD,10.10,100,10,1.33,20.50\n"
    "2026-06-02,Brand,11,USD,n/a,100,10,1.33,20.50\n"
    "someday,Brand,11,USD,3.00,100,10,1.33,20.50\n"
    "2026-06-04,Brand,11,USD,4.00,100,1.5,1.33,20.50\n"
    "2026-06-04,Shop,12,USD,5.00,100,10,1.33,20.50\n"
    "2026-06-04,,,USD,6.00,100,10,1.33,20.50\n"
    "2026-06-04,Late,13,USD,7.00,100,10,1.33,20.50\n"
    "2026-06-03,Late,13,dollars,8.00,100,10,1.33,20.50\n"
    "2026-06-04,More,14,USD,1.00,100,10,1.33,20.50\n"
    "2026-06-04,Most,15,USD,1.00,100,10,1.33,20.50\n"
)
SALES = (
    "Day,Orders,Net sales,Total sales\n2026-06-01,3,90,95.5\n2026-06-02,x,1,1\n2026-06-03,0,-5,-5\n"
)
ORDERS = (
    "Name,Email,Created at,Total,Currency,Financial Status,Id\n"
    "#1,a@b.example,2026-06-01 12:00:00 -0400,20.00,USD,paid,901\n"
    "#2,a@b.example,2026-06-01 12:00:00 -0400,twenty,USD,paid,902\n"
    "#3,a@b.example,2026-99-01 12:00:00 -0400,20.00,USD,paid,903\n"
    "#4,a@b.example,2026-06-02 12:00:00 -0400,30.00,U$,paid,904\n"
    "#5,a@b.example,2026-06-02 12:00:00 -0400,40.00,USD,paid,905\n"
    "#6,a@b.example,2026-06-02 12:00:00 -0400,,USD,paid,906\n"
    "#7,a@b.example,2026-06-02 12:00:00 -0400,50.00,USD,paid,907\n"
    "#8,a@b.example,2026-06-02 12:00:00 -0400,50.00,USD,paid,908\n"
)


@pytest.fixture
def bring(shop, write_file):
    async def bring(text: str, *, dry_run: bool = False, **terms):
        return await import_file(
            shop.database,
            shop.keyring,
            path=write_file(text, "file.csv"),
            brand_id=shop.brand,
            now=NOW,
            created_by=shop.person,
            terms=ReportTerms(**terms),
            complete_history=False,
            dry_run=dry_run,
        )

    return bring


FILES = {
    # text, lines that are bad, rows that are good
    "ads": (ADS, [5, 6, 7, 9, 11], 5),
    "sales": (SALES, [3], 2),
    "orders": (ORDERS, [3, 4, 5, 7], 4),
}


@pytest.mark.parametrize("name", FILES)
async def test_bad_rows_are_refused_all_named_and_the_choice_is_given(shop, bring, name):
    text, lines, good = FILES[name]
    with pytest.raises(FileRefusedError) as refused:
        await bring(text)
    found = refused.value
    assert (found.code, found.readable) == ("bad_rows", good)
    assert [row[0] for row in found.rows] == lines
    assert f"{len(lines)} of {len(lines) + good} rows" in found.message
    assert f"import the other {good} with --skip-bad-rows" in found.message
    assert not any((await shop.contents()).values())


@pytest.mark.parametrize("name", FILES)
async def test_the_others_are_imported_and_the_bad_ones_listed(shop, bring, name):
    text, lines, _ = FILES[name]
    tried = await bring(text, skip_bad_rows=True, dry_run=True)
    done = await bring(text, skip_bad_rows=True)
    assert [row.line for row in done.left_out] == lines == [row.line for row in tried.left_out]
    said = f"{len(lines)} rows that" if len(lines) > 1 else "1 row that"
    assert any(note.startswith(said) and str(lines[0]) in note for note in done.notes)
    # what was left out stands in the list of imports for as long as the import does
    async with shop.database.as_user(shop.person) as connection:
        [kept] = await list_imports(connection, shop.brand)
    assert any(note.startswith(said) for note in kept.notes)
    without = "".join(
        line for n, line in enumerate(text.splitlines(keepends=True), 1) if n not in lines
    )
    stored = await shop.metrics()
    if name != "ads":  # the days that the title covers are another matter, below
        assert (await bring(without)).rows_changed == 0
    assert await shop.metrics() == stored


async def test_a_day_whose_rows_were_left_out_is_unknown_and_not_zero(shop, bring):
    await bring(ADS, skip_bad_rows=True)
    assert await spend(shop) == {date(2026, 6, 1): Decimal("10.10"), date(2026, 6, 4): 14}


@pytest.mark.parametrize("good", [0, 2])
async def test_a_file_that_is_mostly_bad_is_no_file_with_some_bad_rows(shop, bring, good):
    rows = ["2026-06-01,A,1,USD,n/a,1,1,1,1"] * 3 + ["2026-06-01,A,1,USD,5,1,1,1,1"] * good
    with pytest.raises(FileRefusedError, match="too many to be left out") as refused:
        await bring(HEADER + "\n".join(rows) + "\n", skip_bad_rows=True)
    assert refused.value.readable == 0
    assert not any((await shop.contents()).values())


async def test_an_order_that_is_left_out_is_not_half_an_order(bring):
    text = ORDERS.replace("Id\n", "Id,Lineitem name\n").replace("\n", ",Candle\n")
    text = text.replace("Lineitem name,Candle", "Lineitem name")
    text += "#9,,2026-06-03 12:00:00 -0400,nine,USD,paid,909,Candle\n#9,,,,,,,Matches\n"
    result = await bring(text, skip_bad_rows=True)
    assert (result.orders, result.revenue) == (4, Decimal(160))
    assert [row.line for row in result.left_out] == [3, 4, 5, 7, 10]


@pytest.mark.parametrize(("name", "reason"), [("", "is empty"), ("#" * 101, "is too long")])
async def test_every_order_row_without_a_usable_name_is_listed(bring, name, reason):
    row = "{},a@b.example,2026-06-03 12:00:00 -0400,{}.00,USD,paid,{}\n"
    text = ORDERS.splitlines(keepends=True)[0]
    text += row.format("#1", 10, 901) + "".join(row.format(name, n, 910 + n) for n in (1, 2, 3))
    text += row.format("#2", 20, 902) + row.format("#3", 30, 903)
    result = await bring(text, skip_bad_rows=True)
    assert (result.orders, result.revenue) == (3, Decimal(60))
    assert result.left_out == tuple((line, "Name", reason) for line in (3, 4, 5))
