from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.connectors.fields import Document
from aura.connectors.oauth import (
    code_challenge,
    grant_of,
    meta_appsecret_proof,
    new_code_verifier,
    new_state,
    same,
    shopify_query_signature,
    shopify_webhook_signature,
)
from aura.errors import BadDataError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_shopify_query_is_signed_as_in_the_example_of_its_documentation() -> None:
    query = {
        "code": "a94a110d86d2452eb3e2af4cfb8a3828",
        "shop": "some-shop.myshopify.com",
        "timestamp": "1337178173",
    }
    signature = "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2"
    assert shopify_query_signature(query, "hush") == signature
    assert shopify_query_signature({**query, "hmac": signature, "signature": "x"}, "hush") == (
        signature
    )


def test_a_list_in_a_shopify_query_is_signed_as_json() -> None:
    query = {"ids[]": ["2", "1"], "shop": "some-shop.myshopify.com"}
    assert (
        shopify_query_signature(query, "hush")
        == "b93b9f82996f6f8bf9f1b7bbddec284c8fabacdc4e12dc80550b4705f3003b1e"
    )


def test_a_space_in_a_shopify_query_is_signed_as_percent_20() -> None:
    # echo -n 'a=b%20c' | openssl dgst -sha256 -hmac hush
    assert (
        shopify_query_signature({"a": "b c"}, "hush")
        == "7319f36192e203443f2dc3939cff720635b0de3682160240ceef49d0ee909468"
    )


def test_a_shopify_webhook_is_signed_over_its_raw_body() -> None:
    assert (
        shopify_webhook_signature(b'{"foo": "bar"}', "test_secret_key")
        == "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="
    )


def test_the_proof_for_meta_is_the_one_its_own_library_sends() -> None:
    assert (
        meta_appsecret_proof("TOKEN", "SECRET")
        == "9bcde7f1d5e226d86e4692a62e5ec88f99306fb302d74b2dc3bff8a03770b63d"
    )


def test_a_challenge_is_the_one_of_rfc_7636_appendix_b() -> None:
    assert (
        code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_verifiers_and_states_are_long_enough_unreserved_and_never_the_same() -> None:
    unreserved = set(string.ascii_letters + string.digits + "-._~")
    made = [new_code_verifier() for _ in range(50)] + [new_state() for _ in range(50)]
    assert len(set(made)) == 100
    assert all(43 <= len(text) <= 128 and set(text) <= unreserved for text in made)


@given(
    query=st.dictionaries(st.text(min_size=1), st.text(), min_size=1),
    name=st.text(min_size=1),
    value=st.text(),
)
def test_no_other_query_has_the_same_signature(
    query: dict[str, str], name: str, value: str
) -> None:
    changed = {**query, name: value}
    ignored = {"hmac", "signature"}
    signed = {key: text for key, text in query.items() if key not in ignored}
    signed_changed = {key: text for key, text in changed.items() if key not in ignored}
    equal = shopify_query_signature(query, "hush") == shopify_query_signature(changed, "hush")
    assert equal == (signed == signed_changed)


@given(left=st.text(), right=st.text())
def test_comparison_in_constant_time_is_comparison(left: str, right: str) -> None:
    assert same(left, right) == (left == right)
    assert same(left, left)


def test_a_grant_knows_when_it_and_its_refresh_end_and_shows_no_token() -> None:
    answer = Document(
        {
            "access_token": "very-secret",
            "refresh_token": "also-secret",
            "expires_in": 3600,
            "refresh_token_expires_in": 7_776_000,
        },
        "answer",
    )
    grant = grant_of(answer, now=NOW, scopes=("read_orders",), needed=("read_orders",))
    assert grant.expires_at == NOW + timedelta(hours=1)
    assert grant.refresh_expires_at == NOW + timedelta(days=90)
    assert "secret" not in repr(grant)


def test_a_refresh_token_stays_in_force_when_an_answer_brings_no_other() -> None:
    grant = grant_of(
        Document({"access_token": "a"}, "answer"),
        now=NOW,
        scopes=(),
        needed=(),
        refresh_token="before",
    )
    assert (grant.refresh_token, grant.expires_at) == ("before", None)


def test_an_answer_without_a_token_is_refused() -> None:
    with pytest.raises(BadDataError, match="access_token"):
        grant_of(Document({"access_token": ""}, "answer"), now=NOW, scopes=(), needed=())


def test_a_grant_knows_what_it_lacks_and_a_write_scope_counts_as_its_read_scope() -> None:
    answer = Document({"access_token": "a"}, "answer")
    needed = ("read_all_orders", "read_customers", "read_orders")
    grant = grant_of(answer, now=NOW, scopes=("write_orders", "read_customers"), needed=needed)
    assert grant.missing_scopes == ("read_all_orders",)
