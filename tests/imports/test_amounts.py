from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import FileRefusedError
from aura.imports.amounts import SeparatorEvidence, parse_amount

AMOUNTS = st.decimals(min_value=0, max_value=10**11, places=2)
LOCALES = ["en_US", "en_GB", "de_DE", "fr_FR", "pt_PT", "es_ES", "nl_NL", "sv_SE", "de_CH"]


def decide(*cells: str) -> str:
    evidence = SeparatorEvidence()
    for line, cell in enumerate(cells, 2):
        evidence.add(cell, line, "Total")
    return evidence.decide()


@given(st.lists(AMOUNTS, min_size=1, max_size=20), st.sampled_from(LOCALES))
def test_a_column_of_amounts_is_read_alike_in_every_locale(amounts, locale):
    cells = [format_decimal(a, format="#,##0.00", locale=locale) for a in amounts]
    separator = decide(*cells)
    assert [parse_amount(cell, separator) for cell in cells] == amounts


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_amounts_as_shopify_writes_them_are_exact(amounts):
    cells = [str(amount) for amount in amounts]
    assert [parse_amount(cell, decide(*cells)) for cell in cells] == amounts


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["12", "1000"], "."),
        (["1.234", "12"], "."),
        (["1,234", "12.5"], "."),
        (["1.234", "12,5"], ","),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["0,125"], ","),
        (["1 234,50", "1\u202f537,85"], ","),
        (["n/a", "12.00"], "."),
    ],
)
def test_the_file_as_a_whole_tells_the_separator(cells, separator):
    assert decide(*cells) == separator


@pytest.mark.parametrize("cells", [["1,234"], ["12.5", "12,5"], ["1.234,5", "1,234.5"]])
def test_what_can_be_read_two_ways_is_refused(cells):
    with pytest.raises(FileRefusedError) as refused:
        decide(*cells)
    assert (refused.value.code, refused.value.line) == ("mixed_numbers", 2)


@given(st.text(), st.sampled_from([".", ","]))
def test_any_other_text_is_no_amount(cell, separator):
    amount = parse_amount(cell, separator)
    assert amount is None or amount.is_finite()
    if not any(character in "0123456789" for character in cell):
        assert amount is None


@pytest.mark.parametrize(
    "cell", ["", "NaN", "Infinity", "1e5", "1_000", "٣", "--1", "1.2.3", "$", "5 apples"]
)
def test_a_word_is_no_amount(cell):
    assert parse_amount(cell, ".") is None


def test_a_sign_and_the_largest_amount():
    assert parse_amount("-60.50", ".") == Decimal("-60.50")
    assert parse_amount("999999999999.99", ".") == Decimal("999999999999.99")
    assert parse_amount("1000000000000", ".") is None


MULTIPLIED = "1.2K 2.3M 1B 1.2MM 5E 3X 2MIO 2MRD 2MLN $1.2K 5KM"


@pytest.mark.parametrize("cell", MULTIPLIED.split())
@pytest.mark.parametrize("separator", [".", ","])
def test_letters_behind_a_number_that_may_multiply_it_are_not_dropped(cell, separator):
    assert parse_amount(cell, separator) is None


NAMED = "USD5 5USD R$5 5R$ US$5 5US$ S$5 5kr kr5 Rs.5 5zł 5TL 5Kč 5Ft 5lei £5 5€"


@pytest.mark.parametrize("cell", [*NAMED.split(), "5 CHF", "US$ 5"])
def test_an_amount_may_have_its_currency_before_or_behind(cell):
    assert parse_amount(cell, ".") == 5
