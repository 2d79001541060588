"""Who looks at the pages of a journey, and how they come in."""

from __future__ import annotations

from playwright.async_api import Page

EMAIL = "maya@example.com"
PASSWORD = "correct horse battery"


async def sign_in(page: Page, url: str) -> None:
    """Fills the form and sends it; what has to be there next is for the journey to await."""
    await page.goto(f"{url}/sign-in")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
