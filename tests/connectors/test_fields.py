from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.connectors.fields import Document, documents
from aura.connectors.http import parse_json
from aura.errors import BadDataError


def read(value: Any) -> Document:
    return Document({"field": value}, "somewhere")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_an_amount_is_exact_as_text_and_as_a_number(number: Decimal) -> None:
    text = format(number, "f")
    assert read(text).amount("field") == number
    assert read(parse_json(text.encode())).amount("field") == number


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_a_whole_number_is_exact_as_text_and_as_a_number(number: int) -> None:
    assert read(number).whole("field") == read(str(number)).whole("field") == number


@pytest.mark.parametrize("value", ["144.", "0", "-3.50", "1e3", 7, Decimal("12.795535")])
def test_amounts_of_every_platform_are_read(value: Any) -> None:
    assert read(value).amount("field") == Decimal(value)


@pytest.mark.parametrize(
    "value", ["", " 1", "1_000", "1,5", "NaN", "Infinity", "٣", "--1", True, [], {}, None]
)
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(BadDataError):
        read(value).amount("field")


@pytest.mark.parametrize("value", ["1.0", Decimal("1.0"), "", "٣", True, None, "1 "])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(BadDataError):
        read(value).whole("field")


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.lists(st.integers())))
def test_any_value_is_read_or_refused_and_nothing_else(value: Any) -> None:
    readers = ("text", "flag", "whole", "amount", "day", "moment", "document", "value")
    for reader in readers:
        with suppress(BadDataError):
            getattr(read(value), reader)("field")


def test_a_refusal_names_place_and_kind_but_never_the_value() -> None:
    with pytest.raises(BadDataError) as refused:
        read("jane@example.com").whole("field")
    assert refused.value.message == ("somewhere: `field` is other text instead of a whole number.")


def test_null_is_missing() -> None:
    assert "field" not in read(None)
    assert read(None).optional_text("field") is None
    assert read(None).optional_document("field") is None
    with pytest.raises(BadDataError, match="no `field`"):
        read(None).text("field")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (rb'"sp\u0000ring"', "spring"),
        (rb'"\ud83dspring\ude00"', "spring"),
        (rb'"\ud83d\ude00"', "\N{GRINNING FACE}"),
        (rb'"\u0000"', None),
    ],
)
def test_a_text_holds_nothing_that_the_database_cannot_keep(said: bytes, kept: str | None) -> None:
    found = read(parse_json(said))
    assert found.optional_text("field") == kept
    if kept is None:
        with pytest.raises(BadDataError):
            found.text("field")


def test_moments_need_an_offset() -> None:
    assert read("2026-11-22T10:00:00Z").moment("field") == datetime(2026, 11, 22, 10, tzinfo=UTC)
    summer = timezone(timedelta(hours=-7))
    assert read("2017-04-25T16:54:27-0700").moment("field") == datetime(
        2017, 4, 25, 16, 54, 27, tzinfo=summer
    )
    with pytest.raises(BadDataError, match="offset"):
        read("2026-11-22T10:00:00").moment("field")


def test_days_are_calendar_days() -> None:
    assert read("2026-02-28").day("field") == date(2026, 2, 28)
    with pytest.raises(BadDataError):
        read("2026-02-30").day("field")


def test_a_list_of_objects_names_the_position_of_what_is_wrong() -> None:
    with pytest.raises(BadDataError, match=r"rows\[1\] is other text"):
        list(documents([{}, "x"], "rows"))
    with pytest.raises(BadDataError, match="rows is an object"):
        list(documents({}, "rows"))
