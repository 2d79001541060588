"""Workbooks as spreadsheets and Ads Manager write them."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from aura.errors import FileRefusedError
from aura.imports.ad_reports import read_ad_report
from aura.imports.ad_sums import CampaignKey

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def letters(column: int) -> str:
    """A column's name: A for 0, Z for 25, AA for 26."""
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(65 + last)


def workbook(path: Path, sheets: dict[str, list[list[str | float | date]]]) -> Path:
    """A small .xlsx: texts in the shared table, days as numbers with a date format."""
    texts: list[str] = []

    def cell(row: int, column: int, value: str | float | date) -> str:
        place = f'r="{letters(column)}{row}"'
        if isinstance(value, date):
            return f'<c {place} s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        if not isinstance(value, str):
            return f"<c {place}><v>{value!r}</v></c>"
        texts.append(value)
        return f'<c {place} t="s"><v>{len(texts) - 1}</v></c>'

    def sheet(rows: list) -> str:
        lines = (
            f'<row r="{n}">'
            + "".join(cell(n, column, value) for column, value in enumerate(row) if value != "")
            + "</row>"
            for n, row in enumerate(rows, 1)
        )
        return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        named, related = "", ""
        for number, (name, rows) in enumerate(sheets.items(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet(rows))
            named += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
            related += f'<Relationship Id="r{number}" Target="worksheets/sheet{number}.xml"/>'
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{named}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f"<Relationships xmlns='x'>{related}</Relationships>"
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
        )
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{items}</sst>')
    return path


def test_a_workbook_is_read_from_the_sheet_that_holds_the_report(tmp_path):
    header = ["", "Day", "Campaign name", "Campaign ID", "Amount spent (EUR)", "Link clicks"]
    rows = [
        ["Acme"],
        [],
        header,
        ["", date(2026, 6, 1), "A", "120200000000000111", 11.520000000000001, 3],
        ["", "2026-06-02", "A", "120200000000000111", 0.1],
    ]
    path = workbook(tmp_path / "a.xlsx", {"Formatted Report": [["Day"]], "Raw Data Report": rows})
    report = read_ad_report(path)
    [account] = report.accounts.values()
    first = CampaignKey("120200000000000111"), date(2026, 6, 1)
    assert account.days[first] == {"ad_spend": Decimal("11.52"), "clicks": 3}
    assert report.total == Decimal("11.62")


def test_a_rounded_id_is_not_taken_for_a_real_one(tmp_path):
    rows = [["Day", "Campaign name", "Campaign ID", "Amount spent (EUR)"]]
    rows += [[date(2026, 6, 1), name, 1.2020000000000011e17, 1.5] for name in ("A", "B")]
    report = read_ad_report(workbook(tmp_path / "a.xlsx", {"Raw Data Report": rows}))
    [account] = report.accounts.values()
    assert {campaign and campaign.name for campaign, _ in account.days} == {None, "A", "B"}
    assert any("known by their names" in note for note in report.notes)


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 50_000_000)
    with pytest.raises(FileRefusedError) as refused:
        read_ad_report(path)
    assert refused.value.code == "too_large"


def sheet_of(path: Path, rows: str, texts: str = "") -> Path:
    """A workbook whose one sheet is written as given."""
    workbook(path, {"Report": [["Day"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    ).encode()
    if texts:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


WIDE = '<row r="1"><c r="ALK1"><v>1</v></c></row>'
REPEATED = '<c t="s"><v>0</v></c>' * 900


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        # a million rows, each as wide as the widest
        (WIDE + '<row r="1048576"><c><v>1</v></c></row>', ""),
        # one long text, named again and again
        ("".join(f"<row>{REPEATED}</row>" for _ in range(3)), f"<si><t>{'x' * 100_000}</t></si>"),
    ],
    ids=["wide", "repeated"],
)
def test_a_few_bytes_do_not_stand_for_gigabytes(tmp_path, rows, texts):
    with pytest.raises(FileRefusedError) as refused:
        read_ad_report(sheet_of(tmp_path / "a.xlsx", rows, texts))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    "cell",
    [
        "<c><v>NaN</v></c>",
        "<c><v>Infinity</v></c>",
        '<c t="s"><v>99</v></c>',
        '<c s="x"><v>1</v></c>',
    ],
)
def test_an_odd_cell_is_refused_and_not_a_crash(tmp_path, cell):
    with pytest.raises(FileRefusedError):
        read_ad_report(sheet_of(tmp_path / "a.xlsx", f"<row>{cell}</row>"))


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["report.csv", "xl/workbook.xml"])
def test_a_damaged_archive_is_refused_whether_deflated_or_lzma(tmp_path, name, packing):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr(name, "Day,Campaign,Cost\n" * 200)
    [entry] = zipfile.ZipFile(path).infolist()
    damaged = bytearray(path.read_bytes())
    # behind the local header and what LZMA says of itself
    begin = 30 + len(name) + 9
    for place in range(begin, 30 + len(name) + entry.compress_size):
        damaged[place] ^= 0x5A
    path.write_bytes(damaged)
    with pytest.raises(FileRefusedError) as refused:
        read_ad_report(path)
    assert refused.value.code == "workbook"
