"""Files of other spend and of promotions: read exactly, refused by line, kept once."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import pytest

from aura.errors import FileRefusedError
from aura.imports import stated_files
from aura.imports.stated_files import Kept, keep, read_stated
from aura.store.brand_entries import entries

EVENT = "BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n"


@pytest.fixture
def read(tmp_path):
    def read(text, kind="spend", name="file.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding, newline="")
        return read_stated(path, kind, currency="EUR", timezone="Europe/Berlin")

    return read


def calendar(*events):
    body = "".join(EVENT.format("\r\n".join(lines)) for lines in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n"


def days(file):
    return [(entry.name, entry.first_day, entry.last_day) for entry in file.entries]


def test_a_file_of_spend_in_the_brands_currency_or_its_own(read):
    file = read("day,name,amount,currency\n2026-03-01,TikTok,10.50,\n2026-03-02,Maya,200,usd\n")
    assert [(e.name, e.amount, e.currency) for e in file.entries] == [
        ("TikTok", Decimal("10.50"), "EUR"),
        ("Maya", Decimal(200), "USD"),
    ]
    assert file.totals == {"EUR": Decimal("10.50"), "USD": Decimal(200)}
    assert (file.first, file.last) == (date(2026, 3, 1), date(2026, 3, 2))


def test_a_german_spreadsheet(read):
    file = read("Day;Channel;Spend\r\n13.03.2026;TikTok;1.234,50\r\n", encoding="utf-8-sig")
    assert (file.entries[0].amount, file.entries[0].first_day) == (
        Decimal("1234.50"),
        date(2026, 3, 13),
    )


def test_rows_of_the_same_day_and_name_add_up(read):
    file = read("day,name,amount\n2026-03-01,TikTok,10\n2026-03-01,tiktok,5\n")
    assert [entry.amount for entry in file.entries] == [15]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("day,amount\n2026-03-01,5\n", 1, "name"),
        ("day,name,amount\n2026-03-01,TikTok,5\n2026-03-02,TikTok,much\n", 3, "amount"),
        ("day,name,amount\n2026-03-01,TikTok,-5\n", 2, "amount"),
        ("day,name,amount\nsoon,TikTok,5\n", 2, "day"),
        ("day,name,amount\n2026-03-01,,5\n", 2, "name"),
        ("day,name,amount,currency\n2026-03-01,TikTok,5,EURO\n", 2, "currency"),
        ("day,name,amount\n3/4/2026,TikTok,5\n", 2, "day"),
        ("day,name,amount\n2026-03-01,TikTok,5,6\n", 2, None),
    ],
)
def test_a_row_that_cannot_be_read_refuses_the_file_and_is_named(read, text, line, column):
    with pytest.raises(FileRefusedError) as refused:
        read(text)
    assert (refused.value.line, refused.value.column) == (line, column)


@pytest.mark.parametrize("kind", ["spend", "promotion"])
@pytest.mark.parametrize("text", ["", "day,name,amount\n", "\0\0\0\0"])
def test_a_file_with_nothing_in_it_is_refused(read, text, kind):
    with pytest.raises(FileRefusedError):
        read(text, kind)


def test_promotions_from_a_table(read):
    file = read("name,from,to\nSpring,2026-04-01,2026-04-03\nVIP,2026-05-01,\n", "promotion")
    assert days(file) == [
        ("Spring", date(2026, 4, 1), date(2026, 4, 3)),
        ("VIP", date(2026, 5, 1), date(2026, 5, 1)),
    ]
    with pytest.raises(FileRefusedError, match="comes before the first day"):
        read("name,from,to\nSpring,2026-04-03,2026-04-01\n", "promotion")


def test_promotions_from_a_calendar_fall_on_the_brands_own_days(read):
    file = read(
        calendar(
            ("SUMMARY:Spring sale", "DTSTART;VALUE=DATE:20260401", "DTEND;VALUE=DATE:20260404"),
            ("SUMMARY:One day", "DTSTART;VALUE=DATE:20260501"),
            ("SUMMARY:Three days", "DTSTART;VALUE=DATE:20260601", "DURATION:P3D"),
            # ends at midnight in Berlin: the 10th is its last day
            ("SUMMARY:By the hour", "DTSTART:20260708T220000Z", "DTEND:20260710T220000Z"),
            ("SUMMARY:Weekly", "DTSTART;VALUE=DATE:20260801", "RRULE:FREQ=WEEKLY"),
            ("DTSTART;VALUE=DATE:20260901",),
        ),
        "promotion",
        "sales.ics",
    )
    assert days(file) == [
        ("Spring sale", date(2026, 4, 1), date(2026, 4, 3)),
        ("One day", date(2026, 5, 1), date(2026, 5, 1)),
        ("Three days", date(2026, 6, 1), date(2026, 6, 3)),
        ("By the hour", date(2026, 7, 9), date(2026, 7, 10)),
        ("Weekly", date(2026, 8, 1), date(2026, 8, 1)),
    ]
    assert len(file.notes) == 2
    assert "only its first time" in file.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n",
        calendar(("SUMMARY:x", "DTSTART:nonsense")),
        calendar(),
    ],
)
def test_a_broken_calendar_is_refused(read, text):
    with pytest.raises(FileRefusedError):
        read(text, "promotion", "sales.ics")


async def test_keeping_a_file_twice_changes_nothing_and_a_newer_one_replaces_its_days(
    read, database, make_person, make_brand
):
    person = await make_person()
    own = {"user_id": person, "brand_id": await make_brand(person)}
    first = read("day,name,amount\n2026-03-01,TikTok,10\n2026-03-02,TikTok,5\n")
    assert await keep(database, first, **own) == Kept(2, 0, 0)
    assert await keep(database, first, **own) == Kept(0, 0, 2)
    newer = read("day,name,amount\n2026-03-02,tiktok,7\n2026-03-03,TikTok,1\n")
    assert await keep(database, newer, **own) == Kept(1, 1, 0)
    async with database.as_user(person) as connection:
        kept = await entries(connection, brand_id=own["brand_id"], kinds=("spend",))
    assert sorted((entry.first_day.day, entry.amount) for entry in kept) == [
        (1, 10),
        (2, 7),
        (3, 1),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("SUMMARY:x", "DTSTART;VALUE=DATE:20260401", "DURATION:P99999999D"),
        ("SUMMARY:x", "DTSTART:99991231T235959Z", "DTEND:99991231T235959Z"),
    ],
)
def test_an_event_outside_of_all_time_is_left_out_and_said(read, lines):
    good = ("SUMMARY:Spring", "DTSTART;VALUE=DATE:20260401")
    file = read(calendar(good, lines), "promotion", "sales.ics")
    assert [entry.name for entry in file.entries] == ["Spring"]
    assert file.notes == ("Left out, without days that can be read: x.",)


def test_a_calendar_has_as_few_entries_as_a_table(read, monkeypatch):
    monkeypatch.setattr(stated_files, "MOST_STATED_ROWS", 2)
    events = [(f"SUMMARY:{n}", "DTSTART;VALUE=DATE:20260401") for n in range(3)]
    with pytest.raises(FileRefusedError, match="at most 2"):
        read(calendar(*events), "promotion", "sales.ics")
    with pytest.raises(FileRefusedError, match="at most 2"):
        read("name,from\n" + "x,2026-04-01\n" * 3, "promotion")


def test_a_file_that_unpacks_to_far_too_much_is_not_read_into_memory(tmp_path):
    path = tmp_path / "large.ics.gz"
    with gzip.open(path, "wb") as file:
        file.write(
            b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260401\r\nSUMMARY:x\r\n"
        )
        for _ in range(21):
            file.write((b" " + b"x" * 999 + b"\r\n") * 1000)
        file.write(b"END:VEVENT\r\nEND:VCALENDAR\r\n")
    with pytest.raises(FileRefusedError, match="too large"):
        read_stated(path, "promotion", currency="EUR", timezone="UTC")
