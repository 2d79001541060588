from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.connectors.shopify.shop import at_shop, shop_host
from aura.errors import InputError


@pytest.mark.parametrize(
    "typed",
    [
        "aurora-outfitters",
        "Aurora-Outfitters.myshopify.com",
        " https://aurora-outfitters.myshopify.com/admin ",
        "https://admin.shopify.com/store/aurora-outfitters/orders?x=1",
    ],
)
def test_what_people_type_becomes_the_shops_host(typed: str) -> None:
    assert shop_host(typed) == "aurora-outfitters.myshopify.com"


@pytest.mark.parametrize(
    "typed",
    [
        None,
        "",
        "www.aurora-outfitters.com",
        "evil.com/aurora.myshopify.com",
        "aurora.myshopify.com.evil.com",
        "aurora.myshopify.com@evil.com",
        "evil.com#.myshopify.com",
        "evil.com?.myshopify.com",
        "a.b.myshopify.com",
        "-aurora.myshopify.com",
        "aurora.myshopify.com:8080",
        "aurora.myshopify.com\nevil.com",
        "auröra",
        "aurora.myshopify.io",
    ],
)
def test_no_other_host_is_let_through(typed: str | None) -> None:
    with pytest.raises(InputError, match="myshopify"):
        shop_host(typed)


@given(st.text())
def test_a_host_is_always_directly_below_myshopify(typed: str) -> None:
    try:
        host = shop_host(typed)
    except InputError:
        return
    name, _, domain = host.partition(".")
    assert domain == "myshopify.com"
    assert name.replace("-", "a").isalnum()
    assert name.isascii()


def test_an_address_may_name_the_shop_anywhere() -> None:
    assert at_shop("https://{shop}", "a.myshopify.com") == "https://a.myshopify.com"
    assert at_shop("http://127.0.0.1:1/shopify/{shop}/", "a.myshopify.com") == (
        "http://127.0.0.1:1/shopify/a.myshopify.com"
    )
