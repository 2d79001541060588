"""A browser without a screen: cookies, forms with their hidden fields, redirects by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.config import Settings
from measured_brand import NOW

ADDRESS = "http://127.0.0.1:8321"
PASSWORD = "correct horse battery"


class Page(HTMLParser):
    """What a test asks of a page: its text, links, forms, headings, elements by id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.words: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "a":
            self.links.append(found.get("href") or "")
        elif tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag == "input" and self.forms and found.get("name"):
            self.forms[-1][1][found["name"] or ""] = found.get("value") or ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.rows.append([])

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = (self.rows[-1][-1] + data).strip()

    def form(self, action: str) -> dict[str, str]:
        """The fields of the form that leads there."""
        return dict(next(fields for found, fields in self.forms if found == action))


class Browser:
    """One visitor."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.answer: httpx.Response = httpx.Response(200, text="")

    async def get(self, path: str, **options) -> Page:
        self.answer = await self.client.get(path, **options)
        return Page(self.answer.text)

    async def post(self, path: str, fields: dict[str, str] | None = None, **options) -> Page:
        self.answer = await self.client.post(path, data=fields or {}, **options)
        return Page(self.answer.text)

    async def submit(self, page_path: str, action: str, **fields: str) -> Page:
        """Fill in a form of a page and send it."""
        found = (await self.get(page_path)).form(action)
        return await self.post(action or page_path, {**found, **fields})

    async def sign_up(self, email: str = "maya@example.com") -> None:
        await self.submit("/sign-up", "/sign-up", email=email, password=PASSWORD, name="Maya")
        assert self.answer.status_code == 303, self.answer.text

    def cookie(self, name: str) -> str:
        """The answer's line that sets that cookie."""
        lines = self.answer.headers.get_list("set-cookie")
        return next(line for line in lines if line.startswith(f"{name}="))

    @property
    def location(self) -> str:
        return self.answer.headers["location"]


OpenBrowser = Callable[..., Browser]


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path, shopify_client_id="s", meta_client_id="m")


@pytest.fixture
def now() -> Callable[[], datetime]:
    """The clock that the page is made with."""
    return lambda: NOW


@pytest.fixture
def connectors():
    """No platform answers, unless a test says otherwise."""
    return {}


@pytest.fixture
def application(database, keyring, connectors, settings, now) -> FastAPI:
    return compose(
        database=database,
        keyring=keyring,
        connectors=connectors,
        signer=TokenSigner.load_or_make(settings),
        settings=settings,
        clock=now,
    )


@pytest.fixture
async def open_browser(application) -> AsyncIterator[OpenBrowser]:
    """Opens browsers that know nothing of each other."""
    async with AsyncExitStack() as stack:
        opened: list[httpx.AsyncClient] = []

        def open_browser(address: str = ADDRESS) -> Browser:
            transport = httpx.ASGITransport(application, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=address)
            opened.append(client)
            stack.push_async_callback(client.aclose)
            return Browser(client)

        yield open_browser


@pytest.fixture
def browser(open_browser) -> Browser:
    return open_browser()
