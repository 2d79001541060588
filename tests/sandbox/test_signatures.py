"""The sandbox signs as the platforms do: vectors of their own libraries and documents."""

from __future__ import annotations

from aura_sandbox.google_ads.oauth import challenge_of
from aura_sandbox.meta.oauth import appsecret_proof
from aura_sandbox.shopify.money import amount_text
from aura_sandbox.shopify.oauth import signature


def test_a_shopify_callback() -> None:
    parameters = {
        "code": "a94a110d86d2452eb3e2af4cfb8a3828",
        "shop": "some-shop.myshopify.com",
        "timestamp": "1337178173",
        "hmac": "is not signed",
    }
    expected = "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2"
    assert signature(parameters, "hush") == expected


def test_a_shopify_callback_with_a_list() -> None:
    parameters = {"ids[]": ["2", "1"], "shop": "some-shop.myshopify.com"}
    expected = "b93b9f82996f6f8bf9f1b7bbddec284c8fabacdc4e12dc80550b4705f3003b1e"
    assert signature(parameters, "hush") == expected


def test_a_meta_proof() -> None:
    expected = "9bcde7f1d5e226d86e4692a62e5ec88f99306fb302d74b2dc3bff8a03770b63d"
    assert appsecret_proof("TOKEN", "SECRET") == expected


def test_a_code_challenge_as_in_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_amounts_are_written_as_the_live_api_writes_them() -> None:
    written = [amount_text(minor) for minor in (0, 5, 1230, 1200, -799, 123_456)]
    assert written == ["0.0", "0.05", "12.3", "12.0", "-7.99", "1234.56"]
    assert amount_text(1500, 0) == "1500.0"
    assert amount_text(1234, 3) == "1.234"
