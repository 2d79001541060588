"""Sign up, sign in, sign out."""

from __future__ import annotations

import pytest

from browserless import PASSWORD


async def test_a_stranger_is_led_to_the_sign_in_and_back(browser, signed_in, measure):
    person = await signed_in()
    made = await measure(person=person)
    browser.client.cookies.clear()
    path = f"/b/{made.brand}?days=7"
    await browser.get(path)
    assert browser.answer.status_code == 303
    page = await browser.get(browser.location)
    fields = page.form("/sign-in")
    assert fields["next"] == path
    await browser.post("/sign-in", {**fields, "email": "maya@example.com", "password": PASSWORD})
    assert browser.location == path


async def test_signing_up_signs_in_and_asks_for_a_brand(browser):
    await browser.sign_up()
    assert browser.location == "/brands/new"
    cookie = browser.cookie("aura_session").lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = await browser.get("/brands/new")
    assert "Welcome to Aura" in page.text
    assert "Welcome to Aura" not in (await browser.get("/brands/new")).text


async def test_over_https_cookies_are_secure_and_bound_to_the_host(open_browser):
    browser = open_browser("https://aura.example")
    await browser.sign_up()
    assert "Secure" in browser.cookie("__Host-aura_session")


@pytest.mark.parametrize("email", ["maya@example.com", "nobody@example.com", "not an address"])
async def test_a_wrong_sign_in_says_the_same_to_everybody(browser, signed_in, email):
    await signed_in()
    browser.client.cookies.clear()
    page = await browser.submit("/sign-in", "/sign-in", email=email, password="wrong password")
    assert browser.answer.status_code == 401
    assert "The e-mail address or the password is wrong." in page.text


async def test_guessing_is_slowed_down(browser, signed_in):
    await signed_in()
    browser.client.cookies.clear()
    for _ in range(6):
        await browser.submit("/sign-in", "/sign-in", email="maya@example.com", password="no")
    assert browser.answer.status_code == 429
    assert int(browser.answer.headers["retry-after"]) > 0


async def test_a_taken_address_and_a_short_password_keep_the_form(browser, signed_in):
    await signed_in()
    browser.client.cookies.clear()
    page = await browser.submit("/sign-up", "/sign-up", email="Maya@Example.com", password=PASSWORD)
    assert browser.answer.status_code == 409
    assert "If it is yours, sign in instead" in page.text
    page = await browser.submit("/sign-up", "/sign-up", email="new@example.com", password="tiny%")
    assert browser.answer.status_code == 422
    assert page.form("/sign-up")["email"] == "new@example.com"
    assert "tiny%" not in browser.answer.text


async def test_signing_out_ends_the_session_for_good(browser, signed_in):
    await signed_in()
    kept = dict(browser.client.cookies)
    await browser.submit("/brands/new", "/sign-out")
    assert browser.location == "/sign-in"
    browser.client.cookies.update(kept)
    await browser.get("/brands/new")
    assert browser.location.startswith("/sign-in")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/%0d%0aset-cookie:x",
        "javascript:alert(1)",
        "/\tevil",
        "/a b",
        "",
    ],
)
async def test_a_sign_in_leads_nowhere_else(browser, signed_in, target):
    await signed_in()
    browser.client.cookies.clear()
    fields = (await browser.get("/sign-in")).form("/sign-in")
    await browser.post(
        "/sign-in",
        {**fields, "next": target, "email": "maya@example.com", "password": PASSWORD},
    )
    assert browser.answer.status_code == 303
    assert browser.location in {"/", "/%0d%0aset-cookie:x"}


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "ü"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/sign-out", "/brands/new"])
async def test_no_form_is_taken_without_its_token(browser, signed_in, path, csrf):
    await signed_in()
    fields = {"email": "x@example.com", "password": PASSWORD, "name": "Other"}
    if csrf is not None:
        fields["csrf"] = csrf
    await browser.post(path, fields)
    assert browser.answer.status_code == 403
    assert "This form is out of date" in browser.answer.text


async def test_a_form_of_another_browser_is_not_taken(open_browser):
    mine, other = open_browser(), open_browser()
    stolen = (await other.get("/sign-up")).form("/sign-up")
    await mine.get("/sign-up")
    await mine.post("/sign-up", {**stolen, "email": "a@example.com", "password": PASSWORD})
    assert mine.answer.status_code == 403
