"""Consent, codes, tokens and their ends, as each platform has them."""

from __future__ import annotations

import httpx
import pytest

from aura_sandbox.google_ads.oauth import challenge_of
from aura_sandbox.shopify.oauth import signature
from sandbox_calls import (
    CALLBACK,
    Meta,
    Shopify,
    client,
    consent,
    consent_url,
    google,
    google_grant,
    google_token,
    meta,
    meta_token,
    query_of,
    shopify,
    shopify_tokens,
)
from sandbox_fixture import RunningSandbox

PLATFORMS = ("shopify", "meta", "google_ads")
SHOP = "{ shop { name } }"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_page_asks_plainly_and_says_that_it_is_a_sandbox(
    sandbox: RunningSandbox, platform: str
) -> None:
    page = httpx.get(consent_url(sandbox, platform))
    assert page.status_code == 200
    assert "Sandbox." in page.text
    assert "not the real platform" in page.text
    assert ">Allow</button>" in page.text
    assert ">Deny</button>" in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_page_shows_what_it_was_given_as_text(sandbox: RunningSandbox, platform: str) -> None:
    page = httpx.get(consent_url(sandbox, platform, scope="<script>x</script>", state='"><b>'))
    assert "<script>x" not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_denied_consent_comes_back_without_a_code(sandbox: RunningSandbox, platform: str) -> None:
    callback = query_of(sandbox.approve(consent_url(sandbox, platform), decision="deny"))
    assert callback["error"] == "access_denied"
    assert callback["state"] == "state-1"
    assert "code" not in callback


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "somebody-else"}, {"redirect_uri": "https://example.com/callback"}],
    ids=["client", "redirect"],
)
def test_a_request_that_cannot_be_trusted_is_never_redirected(
    sandbox: RunningSandbox, platform: str, wrong: dict[str, str]
) -> None:
    page = httpx.get(consent_url(sandbox, platform, **wrong))
    assert page.status_code in {400, 401}
    assert "Allow</button>" not in page.text


def test_the_callback_of_shopify_is_signed_at_the_sandboxes_time(sandbox: RunningSandbox) -> None:
    callback = query_of(sandbox.approve(consent_url(sandbox, "shopify")))
    assert callback["shop"] == sandbox.shop
    assert abs(int(callback["timestamp"]) - sandbox.clock().timestamp()) < 5
    assert callback["hmac"] == signature(callback, client("shopify")["client_secret"])


def test_a_code_works_once(sandbox: RunningSandbox) -> None:
    code = consent(sandbox, "shopify")
    assert shopify_tokens(sandbox, code=code, expiring="1").status_code == 200
    assert shopify_tokens(sandbox, code=code, expiring="1").json()["error"] == "invalid_request"
    code = consent(sandbox, "meta")
    assert meta_token(sandbox, code=code, redirect_uri=CALLBACK).status_code == 200
    again = meta_token(sandbox, code=code, redirect_uri=CALLBACK).json()["error"]
    assert (again["code"], again["error_subcode"]) == (100, 36009)
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    code = consent(sandbox, "google_ads")
    assert google_token(sandbox, code=code, **fields).status_code == 200
    assert google_token(sandbox, code=code, **fields).json()["error"] == "invalid_grant"


def test_wrong_secrets_and_addresses_give_the_platforms_own_errors(
    sandbox: RunningSandbox,
) -> None:
    wrong = {"client_secret": "wrong"}
    assert shopify_tokens(sandbox, code="x", **wrong).json()["error"] == "invalid_client"
    assert meta_token(sandbox, code="x", **wrong).json()["error"]["code"] == 1
    assert google_token(sandbox, code="x", **wrong).status_code == 401
    elsewhere = "http://127.0.0.1:9/elsewhere"
    answer = meta_token(sandbox, code=consent(sandbox, "meta"), redirect_uri=elsewhere).json()
    assert answer["error"]["error_subcode"] == 36008
    fields = {"grant_type": "authorization_code", "redirect_uri": elsewhere}
    answer = google_token(sandbox, code=consent(sandbox, "google_ads"), **fields).json()
    assert answer["error"] == "redirect_uri_mismatch"


def test_shopify_tokens_expire_and_rotate(sandbox: RunningSandbox) -> None:
    first = shopify_tokens(sandbox, code=consent(sandbox, "shopify"), expiring="1").json()
    assert first["expires_in"] == 3600
    assert Shopify(sandbox, first["access_token"]).run(SHOP).status_code == 200
    sandbox.clock(advance=3601)
    dead = Shopify(sandbox, first["access_token"]).run(SHOP)
    assert dead.status_code == 401
    renew = {"grant_type": "refresh_token"}
    lost = shopify_tokens(sandbox, refresh_token=first["refresh_token"], **renew).json()
    # the answer was lost: the previous refresh token still works until a replacement is used
    second = shopify_tokens(sandbox, refresh_token=first["refresh_token"], **renew).json()
    assert second["refresh_token"] != lost["refresh_token"] != first["refresh_token"]
    assert Shopify(sandbox, second["access_token"]).run(SHOP).status_code == 200
    assert shopify_tokens(sandbox, refresh_token=second["refresh_token"], **renew).is_success
    late = shopify_tokens(sandbox, refresh_token=first["refresh_token"], **renew)
    assert late.json()["error"] == "invalid_grant"


def test_without_expiring_a_shopify_token_is_permanent(sandbox: RunningSandbox) -> None:
    answer = shopify_tokens(sandbox, code=consent(sandbox, "shopify")).json()
    assert answer.keys() == {"access_token", "scope"}
    sandbox.clock(advance=400 * 86_400)
    assert Shopify(sandbox, answer["access_token"]).run(SHOP).status_code == 200


def test_uninstalling_ends_every_token_of_the_shop(sandbox: RunningSandbox) -> None:
    one, other = shopify(sandbox), shopify(sandbox)
    one.data("mutation { appUninstall { userErrors { code message } } }")
    assert one.run(SHOP).status_code == 401
    assert other.run(SHOP).status_code == 401


def test_metas_long_lived_token_and_its_end(sandbox: RunningSandbox) -> None:
    short = meta(sandbox)
    fields = {"grant_type": "fb_exchange_token", "fb_exchange_token": short.token}
    answer = meta_token(sandbox, **fields).json()
    assert answer["expires_in"] == 5_183_944
    long = Meta(sandbox, answer["access_token"])
    sandbox.clock(advance=6_000)
    error = short.call("GET", "me").json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)
    assert long.call("GET", "me").json()["name"] == "Sandbox Person"
    assert long.call("DELETE", "me/permissions").json() == {"success": True}
    error = long.call("GET", "me").json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 458)


def test_meta_wants_the_right_proof(sandbox: RunningSandbox) -> None:
    mine = meta(sandbox)
    wrong = mine.call("GET", "me", appsecret_proof="0" * 64).json()["error"]
    assert (wrong["code"], wrong["message"]) == (
        100,
        "Invalid appsecret_proof provided in the API argument",
    )
    bare = httpx.get(f"{sandbox.url}/meta/v26.0/me", params={"access_token": mine.token})
    assert "require an appsecret_proof" in bare.json()["error"]["message"]


def test_debug_token_tells_when_a_token_ends(sandbox: RunningSandbox) -> None:
    mine = meta(sandbox)
    app = "aura-sandbox-meta|sandbox-secret-meta"
    answer = httpx.get(
        f"{sandbox.url}/meta/v26.0/debug_token",
        params={"input_token": mine.token, "access_token": app},
    ).json()["data"]
    assert answer["is_valid"] is True
    assert answer["expires_at"] - sandbox.clock().timestamp() > 5_000
    assert answer["scopes"] == ["public_profile", "ads_read"]


def test_google_verifies_the_code_verifier(sandbox: RunningSandbox) -> None:
    verifier = "w" * 64
    changes = {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}

    def exchange(**further: str) -> httpx.Response:
        code = consent(sandbox, "google_ads", **changes)
        return google_token(sandbox, code=code, **fields, **further)

    assert exchange(code_verifier=verifier).is_success
    assert exchange(code_verifier="x" * 64).json()["error_description"] == "Invalid code verifier."
    assert exchange().json()["error_description"] == "Missing code verifier."


def test_googles_tokens_refresh_until_revoked(sandbox: RunningSandbox) -> None:
    grant = google_grant(sandbox)
    renew = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"]}
    sandbox.clock(advance=3_600)
    fresh = google_token(sandbox, **renew).json()
    assert "refresh_token" not in fresh
    assert httpx.post(
        f"{sandbox.url}/google/revoke", data={"token": grant["refresh_token"]}
    ).is_success
    answer = google_token(sandbox, **renew)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "refresh_token" not in google_grant(sandbox, access_type="online")


def test_an_expired_google_token_is_named_as_such(sandbox: RunningSandbox) -> None:
    mine = google(sandbox)
    sandbox.clock(advance=3_600)
    answer = mine.ask("1234567890", "SELECT customer.id FROM customer")
    assert answer.status_code == 401
    failure = answer.json()[0]["error"]["details"][0]["errors"][0]
    assert failure["errorCode"] == {"authenticationError": "OAUTH_TOKEN_EXPIRED"}
