"""Take pictures of every page in both themes.

Those that the documentation shows go into docs/pictures, the others, to be looked at, into
build/pictures.

Starts a demo of its own in a temporary folder; `--home FOLDER` uses the one that runs in that
AURA_HOME instead. Needs a Chromium of the system. Every picture stays below 300 kB.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from aura.cli.installation import load_settings, sandbox_settings
from aura.connectors.contract import Consent
from aura.connectors.registry import build_connectors

PICTURES = Path(__file__).parent / "pictures"
LOOKED_AT = Path(__file__).parents[1] / "build" / "pictures"
MOST_BYTES = 300_000
DESKTOP = (1200, 860)
PHONE = (360, 740)


@dataclass(frozen=True)
class Picture:
    """A page, how large the window is, and which theme the system asks for."""

    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    theme: str = "light"
    signed_in: bool = True
    whole: bool = True
    shown: bool = True
    # pressed after the page was opened: a page whose address only another page knows
    first: str = ""


TAKEN = (
    Picture("overview", ""),
    Picture("overview-dark", "", theme="dark"),
    Picture("overview-phone", "", PHONE),
    Picture("overview-phone-dark", "", PHONE, "dark"),
    Picture("connections", "/connections"),
    Picture("connections-dark", "/connections", theme="dark"),
    Picture("connections-phone", "/connections", PHONE),
    Picture("insights", "/insights", whole=False),
    Picture("sign-in", "/sign-in", signed_in=False, whole=False),
)
PAGES = {
    "campaigns": "/campaigns",
    "attribution": "/attribution",
    "cohorts": "/cohorts",
    "insights-feed": "/insights",
    "reconciliation": "/reconciliation",
    "connections-page": "/connections",
    "imports": "/imports",
    "settings": "/settings",
}
# pages that are reached by a link of another: from where, which link
BEHIND = {
    "campaign": ("/campaigns", "main table a[href*='/campaigns/']"),
    "insight": ("/insights", "main a[href*='/insights/']"),
}
OTHERS = tuple(
    Picture(
        f"{name}-{theme}-{size[0]}",
        path,
        size,
        theme,
        whole=size == DESKTOP,
        shown=False,
        first=first,
    )
    for name, (path, first) in ({n: (p, "") for n, p in PAGES.items()} | BEHIND).items()
    for theme in ("light", "dark")
    for size in (DESKTOP, PHONE)
)


@contextlib.contextmanager
def running_demo(home: Path | None) -> Iterator[dict[str, str]]:
    """What demo.json says of a demo that runs; one of our own ends with the block."""
    if home is not None:
        yield json.loads((home / "demo.json").read_text(encoding="utf-8"))
        return
    with tempfile.TemporaryDirectory(prefix="aura-pictures-") as folder:
        # PostgreSQL does not run as root: its own user passes through
        Path(folder).chmod(0o711)
        made = Path(folder) / "aura"
        demo = subprocess.Popen(  # noqa: S603 - our own command
            [str(Path(sys.executable).parent / "aura"), "demo"],
            env={**os.environ, "AURA_HOME": str(made), "AURA_PORT": "0"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            if not any(line.startswith("Aura is ready") for line in demo.stdout or ()):
                raise SystemExit("the demo did not start")
            yield json.loads((made / "demo.json").read_text(encoding="utf-8"))
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=30)


def sign_in(page: Page, demo: dict[str, str]) -> str:
    """Sign in as the demo's owner; the address of the brand's overview."""
    page.goto(f"{demo['url']}/sign-in")
    page.get_by_label("E-mail").fill(demo["email"])
    page.get_by_label("Password").fill(demo["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/b/*")
    return page.url


def visit(page: Page, address: str) -> None:
    """Open a page; a page that is not as it should be is not photographed."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} does not answer as it should")


def consent_address(demo: dict[str, str]) -> str:
    """Where a person is sent who presses Connect at Meta."""
    connectors = build_connectors(load_settings(sandbox_settings(demo["sandbox"])))
    callback = f"{demo['url']}/oauth/meta/callback"
    consent = Consent(secrets.token_urlsafe(), callback, secrets.token_urlsafe(48))
    return connectors["meta"].authorization_url(consent)


def photograph(page: Page, name: str, *, whole: bool, shown: bool = True) -> None:
    """One picture, small enough for a repository when the documentation shows it."""
    path = (PICTURES if shown else LOOKED_AT) / f"{name}.png"
    if whole:
        # what sticks to the window's edge stays at the edge of the picture
        height = page.evaluate("document.documentElement.scrollHeight")
        width = page.evaluate("innerWidth")
        page.set_viewport_size({"width": width, "height": height})
    page.screenshot(path=path, animations="disabled")
    print(f"{name:24} {path.stat().st_size:>8,} bytes")
    if shown and path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name} is larger than {MOST_BYTES:,} bytes")


def take(browser: Browser, demo: dict[str, str], picture: Picture) -> None:
    """Open a window for one picture and take it."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-US",
    )
    page = context.new_page()
    base = sign_in(page, demo) if picture.signed_in else demo["url"]
    visit(page, base + picture.path)
    if picture.first:
        page.locator(picture.first).first.click()
        page.wait_for_load_state()
    photograph(page, picture.name, whole=picture.whole, shown=picture.shown)
    context.close()


def main() -> None:
    """Every picture, then the consent page of one platform."""
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("--home", type=Path, help="AURA_HOME of a demo that runs")
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("needs chromium (Debian: apt install chromium)")
    PICTURES.mkdir(exist_ok=True)
    LOOKED_AT.mkdir(parents=True, exist_ok=True)
    with running_demo(parser.parse_args().home) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        for picture in TAKEN + OTHERS:
            take(browser, demo, picture)
        page = browser.new_page(viewport={"width": 720, "height": 560})
        visit(page, consent_address(demo))
        photograph(page, "consent", whole=False)
        browser.close()


if __name__ == "__main__":
    main()
