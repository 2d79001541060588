"""Files that are not imported: each with its code, its place, and nothing stored."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from aura.errors import FileRefusedError, InputError
from aura.imports import source

FILES = Path(__file__).parent / "files"
GOOD = (FILES / "orders.csv").read_bytes()
HEADER = "Name,Email,Created at,Total,Currency,Financial Status"
ROW = "#{n},a@example.com,2026-01-0{n} 10:00:00 -0500,{n}.00,USD,paid"


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def rows(count: int = 3) -> list[str]:
    return [ROW.format(n=n) for n in range(1, count + 1)]


def broken(position: int, row: str) -> str:
    found = rows()
    found[position] = row
    return table(*found)


# name of the case: content, code, line, column, words of the message
CASES = {
    "no byte": (b"", "empty", None, None, "0 rows"),
    "only blanks": (b" \n\n \t\n", "empty", None, None, "0 rows"),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty", None, None, "0 rows"),
    "only a header": (HEADER + "\n", "empty", None, None, "0 rows"),
    "a web page": (b"\n <!DOCTYPE html><html>", "html", None, None, "web page"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "old_xls", None, None, ".xls"),
    "a workbook": (b"PK\x03\x04" + b"\0" * 99, "workbook", None, None, "Save|save"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary", 3, None, "not text"),
    "a PDF": (b"%PDF-1.7\n", "binary", None, None, "not text"),
    "random bytes": (bytes(range(1, 256)) * 9, "binary", None, None, "not text"),
    "a zero byte in the middle": (
        GOOD[:3000] + b"\0" + GOOD[3000:],
        "binary",
        GOOD[:3000].count(b"\n") + 1,
        None,
        "from line",
    ),
    "half of a .gz": (gzip.compress(GOOD)[:-200], "truncated", None, None, "too early"),
    "a damaged .gz": (
        gzip.compress(GOOD)[:-8] + b"\0" * 8,
        "truncated",
        None,
        None,
        "damaged",
    ),
    "a .gz in a .gz": (gzip.compress(gzip.compress(GOOD)), "binary", None, None, "not text"),
    "cut off in a row": (
        table(*rows())[:-30],
        "truncated",
        4,
        None,
        "ends in the middle of line 4",
    ),
    "cut off in a note": (GOOD[: GOOD.index(b"message:")], "truncated", 2, None, "line 2"),
    "another table": (
        "Colour,Size\nred,3\n",
        "unknown",
        None,
        None,
        "We saw these column names: colour, size",
    ),
    "a letter": ("Dear Sir,\nplease find\n", "unknown", None, None, "Supported"),
    "orders without a header": (
        "\n".join(rows()),
        "unknown",
        None,
        None,
        "could not recognise",
    ),
    "without Total": (
        table("#1,x", header="Name,Lineitem name"),
        "no_revenue",
        None,
        "Created at",
        '"Created at" and "Total"',
    ),
    "Matrixify": (
        table("1,NEW,#1,1", header="ID,Command,Name,Total"),
        "wrong_report",
        None,
        None,
        "Matrixify",
    ),
    "search terms": (
        table("a,b,1,2", header="Search term,Campaign,Cost,Impr."),
        "wrong_report",
        None,
        None,
        "search terms report",
    ),
    "products": (
        table("a,b,c", header="Handle,Title,Body (HTML)"),
        "wrong_report",
        None,
        None,
        "products export",
    ),
    "two columns Total": (
        table(*(f"{row},5" for row in rows()), header=HEADER + ",Total"),
        "duplicate_column",
        1,
        "Total",
        "two columns",
    ),
    "two currencies": (
        broken(1, ROW.format(n=2).replace("USD", "EUR")),
        "two_currencies",
        None,
        "Currency",
        "EUR, USD",
    ),
    "no currency": (
        broken(1, ROW.format(n=2).replace("USD", "$")),
        "bad_rows",
        3,
        "Currency",
        "three-letter",
    ),
    "a wide row": (broken(1, ROW.format(n=2) + ",x"), "ragged", 3, None, "7 cells .* has 6"),
    "a narrow row": (broken(1, "#2,a"), "ragged", 3, None, "2 cells .* has 6"),
    "an open quotation mark": (
        broken(1, '#2,"a@example.com,2026-01-02,2.00,USD,paid'),
        "truncated",
        3,
        None,
        "line 3",
    ),
    "a misplaced quotation mark": (
        broken(1, '#2,"a"b,2026-01-02 10:00:00 -0500,2.00,USD,paid'),
        "bad_rows",
        3,
        None,
        "quotation mark",
    ),
    "an amount that is none": (
        broken(1, ROW.format(n=2).replace("2.00", "n/a")),
        "bad_rows",
        3,
        "Total",
        r'1 of 3 rows .*line 3: "Total" is not an amount',
    ),
    "an amount that is not finite": (
        broken(1, ROW.format(n=2).replace("2.00", "NaN")),
        "bad_rows",
        3,
        "Total",
        "not an amount",
    ),
    "an amount beyond all sense": (
        broken(1, ROW.format(n=2).replace("2.00", "9" * 30)),
        "bad_rows",
        3,
        "Total",
        "not an amount",
    ),
    "an exponent": (
        broken(1, ROW.format(n=2).replace("2.00", "2E+5")),
        "bad_rows",
        3,
        "Total",
        "not an amount",
    ),
    "a negative total": (
        broken(1, ROW.format(n=2).replace("2.00", "-2.00")),
        "bad_rows",
        3,
        "Total",
        "is negative",
    ),
    "a date that is none": (
        broken(2, "#3,a@example.com,2026-02-30 10:00:00 -0500,3.00,USD,paid"),
        "bad_rows",
        4,
        "Created at",
        "not a date and time",
    ),
    "no date": (
        broken(0, "#1,a@example.com,,1.00,USD,paid"),
        "bad_rows",
        2,
        "Created at",
        "is empty",
    ),
    "no total": (
        broken(0, "#1,a@example.com,2026-01-01 10:00:00 -0500,,USD,paid"),
        "bad_rows",
        2,
        "Total",
        "is empty",
    ),
    "no name": (
        broken(1, ROW.format(n=2).replace("#2", "")),
        "bad_rows",
        3,
        "Name",
        "is empty",
    ),
    "an endless name": (
        broken(1, ROW.format(n=2).replace("#2", "#" * 101)),
        "bad_rows",
        3,
        "Name",
        "is too long",
    ),
    "an order stated twice, differently": (
        table(*rows(), "#1,a@example.com,2026-01-01 10:00:00 -0500,7.00,USD,paid"),
        "bad_rows",
        5,
        "Name",
        "came before, otherwise",
    ),
    "many bad rows": (
        table(*(row.replace(".00", " or so") for row in rows(9))),
        "bad_rows",
        2,
        "Total",
        "9 of 9 rows .*lines 2, 3, 4, 5, 6, …",
    ),
    "both decimal separators": (
        table(*rows()).replace("2.00", '"2,00"'),
        "mixed_numbers",
        2,
        "Total",
        "lines 2 and 3",
    ),
    "an amount with two readings": (
        table(ROW.format(n=1).replace("1.00", '"1,234"')),
        "mixed_numbers",
        2,
        "Total",
        "line 2 can be read both ways",
    ),
    "dates with two readings": (
        table("#1,,3/4/2026 10:00,1.00,USD,paid"),
        "ambiguous_dates",
        2,
        "Created at",
        "day from month",
    ),
    "dates in both orders": (
        table("#1,,3/14/2026 10:00,1.00,USD,paid", "#2,,14/3/2026 10:00,1.00,USD,paid"),
        "ambiguous_dates",
        3,
        "Created at",
        "day from month",
    ),
    "UTF-16 that breaks off": (
        table(*rows()).encode("utf-16-le")[:-1],
        "binary",
        None,
        None,
        "not text",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_imported_says_why_and_where(read_file, write_file, case):
    content, code, line, column, words = CASES[case]
    with pytest.raises(FileRefusedError, match=words) as refused:
        read_file(write_file(content))
    assert (refused.value.code, refused.value.line, refused.value.column) == (code, line, column)


async def test_nothing_of_a_refused_file_is_stored(shop, write_file):
    for case, (content, code, *_) in CASES.items():
        with pytest.raises(FileRefusedError) as refused:
            await shop.bring(write_file(content, f"{case}.csv"))
        assert refused.value.code == code
    assert not any((await shop.contents()).values())


async def test_a_bad_row_after_thousands_of_good_ones_stores_nothing(shop, write_file):
    good = [
        f"#{n},c{n}@example.com,2026-01-01 10:00:00 -0500,1.00,USD,paid" for n in range(1, 9001)
    ]
    good[6999] = good[6999].replace("1.00", "one")
    with pytest.raises(FileRefusedError, match="1 of 9,000 rows") as refused:
        await shop.bring(write_file(table(*good)))
    assert (refused.value.line, refused.value.column) == (7001, "Total")
    assert not any((await shop.contents()).values())


@pytest.mark.parametrize(
    "content",
    [
        table(*(row.replace("2.00", "ann.secret@example.com") for row in rows())),
        table(*(row.replace("USD", "ann.secret@example.com") for row in rows())),
        table(*(row.replace("2026-01", "ann.secret@example.com") for row in rows())),
        "ann.secret@example.com,+1 201 555 0101,ann secret lane 5\n" * 3,
    ],
    ids=["in an amount", "as a currency", "in a date", "instead of a header"],
)
def test_a_refusal_repeats_no_cell(read_file, write_file, content):
    with pytest.raises(FileRefusedError) as refused:
        read_file(write_file(content))
    assert "ann.secret" not in refused.value.message
    assert "555 0101" not in refused.value.message


def test_what_is_no_file_is_a_clear_answer(read_file, tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_file(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="is not a file"):
        read_file(tmp_path)


@pytest.mark.parametrize(("limit", "value"), [("MOST_BYTES", 2000), ("MOST_ROWS", 5)])
def test_a_file_beyond_the_limits_is_refused(read_file, monkeypatch, limit, value):
    monkeypatch.setattr(source, limit, value)
    monkeypatch.setattr("aura.imports.table." + limit, value)
    with pytest.raises(FileRefusedError) as refused:
        read_file(FILES / "orders.csv")
    assert refused.value.code == "too_large"


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(read_file, write_file, monkeypatch):
    monkeypatch.setattr(source, "MOST_BYTES", 10_000_000)
    with pytest.raises(FileRefusedError) as refused:
        read_file(write_file(gzip.compress(b"a\n" * 10_000_000)))
    assert refused.value.code == "too_large"


def test_a_note_longer_than_131072_characters_is_no_obstacle(read_file, write_file):
    path = write_file(
        table(*(f'{row},"{"n" * 200_000}"' for row in rows()), header=HEADER + ",Notes")
    )
    assert read_file(path)[1].orders == 3
