from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.accounts.addresses import normalise_email, normalise_name
from aura.errors import InputError


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("first.last+tag@sub.example.co.uk", "first.last+tag@sub.example.co.uk"),
        ("o'neil@example.ie", "o'neil@example.ie"),
        ("Zoe\u0308@example.com", "zo\u00eb@example.com"),
        ("owner@aura.localhost", "owner@aura.localhost"),
    ],
)
def test_an_address_is_stored_trimmed_and_in_lower_case(typed, stored):
    assert normalise_email(typed) == stored
    assert normalise_email(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@@example.com",
        "ann smith@example.com",
        "ann@exa mple.com",
        "ann@-example.com",
        "ann@example..com",
        "ann..b@example.com",
        ".ann@example.com",
        "ann\0@example.com",
        "ann@example.com\nbcc: bob@example.com",
        "<ann@example.com>",
        "a" * 65 + "@example.com",
        "ann@" + "a." * 130 + "com",
    ],
)
def test_what_cannot_be_an_address_is_refused_without_repeating_it(typed):
    with pytest.raises(InputError) as refused:
        normalise_email(typed)
    assert refused.value.message.startswith("This is not an e-mail address")


@given(st.text())
def test_any_text_is_an_address_or_a_clear_refusal(typed):
    try:
        address = normalise_email(typed)
    except InputError:
        return
    assert address == normalise_email(address)
    assert len(address) <= 254


def test_a_name_is_trimmed_and_bounded():
    assert normalise_name("  Ann   Example ") == "Ann Example"
    assert normalise_name(" ") is None
    assert normalise_name(None) is None
    for name in ("x" * 101, "a\0b"):
        with pytest.raises(InputError):
            normalise_name(name)
