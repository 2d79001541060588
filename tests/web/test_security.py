"""What every answer carries, what no request may do, and how much is sent."""

from __future__ import annotations

import gzip
import re

import pytest

from aura.web.assets import assets
from aura.web.site import local_path

MOST_SCRIPT_BYTES = 12_000
MOST_STYLE_BYTES = 15_000
MOST_PAGE_BYTES = 40_000


@pytest.fixture
async def paths(signed_in, measure):
    made = await measure(person=await signed_in())
    return [
        "/sign-in",
        "/brands/new",
        f"/b/{made.brand}",
        f"/b/{made.brand}/connections",
        f"/b/{made.brand}/insights",
        f"/b/{made.brand}/imports",
        f"/b/{made.brand}/connections/{made.integrations['meta']}/disconnect",
        f"/b/{made.brand}/connections/{made.integrations['meta']}/accounts",
        "/nowhere",
    ]


async def test_every_page_forbids_what_it_does_not_need(browser, paths):
    for path in paths:
        await browser.get(path)
        headers = browser.answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_no_page_needs_an_inline_style_a_script_or_another_host(browser, paths):
    for path in paths:
        page = await browser.get(path)
        assert not re.search(r"<style|\sstyle=|\son\w+=", page.html), path
        for tag, attributes in page.tags:
            for name in ("src", "href", "action"):
                value = attributes.get(name) or ""
                assert not value.startswith(("http:", "https:", "//", "data:")), (path, tag)
            if tag == "script":
                assert (attributes.get("src") or "").startswith("/static/")


async def test_only_the_page_that_leads_to_a_consent_allows_leaving(browser, paths):
    policies = {}
    for path in paths:
        await browser.get(path)
        policies[path] = browser.answer.headers["content-security-policy"].split("form-action ")[1]
    leaving = [path for path, policy in policies.items() if policy != "'self'"]
    assert leaving == [path for path in paths if path.endswith("/connections")]


async def test_script_style_and_page_stay_small(browser, paths):
    script, style = assets()["aura.js"], assets()["aura.css"]
    assert len(script.compressed) <= MOST_SCRIPT_BYTES
    assert len(style.compressed) <= MOST_STYLE_BYTES
    page = await browser.get(paths[2] + "?days=365")
    assert len(gzip.compress(page.html.encode(), 9)) <= MOST_PAGE_BYTES
    requests = {
        a.get("src") or a.get("href") for tag, a in page.tags if tag in {"script", "link", "img"}
    }
    assert len(requests) <= 10


async def test_files_have_their_contents_hash_in_their_name_and_are_kept(browser):
    page = await browser.get("/sign-in")
    style = next(a["href"] for tag, a in page.tags if a.get("rel") == "stylesheet")
    assert re.fullmatch(r"/static/aura\.[0-9a-f]{12}\.css", style or "")
    await browser.get(style or "")
    assert browser.answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert browser.answer.headers["content-encoding"] == "gzip"
    await browser.get(style or "", headers={"accept-encoding": "identity"})
    assert browser.answer.content == assets()["aura.css"].content
    await browser.get("/static/aura.000000000000.css")
    assert browser.answer.status_code == 404


async def test_pages_are_compressed(browser, paths):
    await browser.get(paths[2])
    assert browser.answer.headers["content-encoding"] == "gzip"


async def test_a_body_of_more_than_64_kib_is_refused(browser):
    fields = (await browser.get("/sign-in")).form("/sign-in")
    await browser.post("/sign-in", {**fields, "email": "x" * 70_000})
    assert browser.answer.status_code == 413

    async def endless():
        yield b"email="
        for _ in range(200):
            yield b"x" * 1024

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post("/sign-in", content=endless(), headers=kind)
    assert answer.status_code == 413


async def test_files_are_not_taken(browser):
    answer = await browser.client.post("/sign-in", files={"csrf": b"x"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/b/x/y/z", 404), ("/static/../aura.css", 404)]
)
async def test_what_is_not_there_is_a_page(browser, path, status):
    page = await browser.get(path)
    assert browser.answer.status_code == status
    assert "There is no such page" in page.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/b/1?days=7", "/b/1?days=7"), ("//x", None), ("x", None), (None, None), ("/\\x", None)],
)
def test_only_a_path_of_this_site_is_local(text, expected):
    assert local_path(text) == expected


async def test_a_failure_inside_is_a_page_without_a_traceback(browser, database, application):
    await database.close()
    page = await browser.get("/sign-in", headers={"cookie": "aura_session=" + "x" * 43})
    assert browser.answer.status_code in {500, 503}
    assert "Traceback" not in page.html
    assert "content-security-policy" in browser.answer.headers
