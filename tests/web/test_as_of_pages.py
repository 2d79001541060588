"""Pages and `/v1` seen as of an earlier day: they say so, lead back, and carry the day along."""

from __future__ import annotations

import pytest

from measured_campaigns import write_three_campaigns


@pytest.mark.parametrize("path", ["", "/campaigns"])
async def test_a_page_of_an_earlier_day_says_so_and_leads_back(
    path, signed_in, measure, database, browser
):
    made = await measure(person=await signed_in())
    await write_three_campaigns(database, made)
    now = await browser.get(f"/b/{made.brand}{path}?days=7")
    assert "as_of=2026-11-21" in now.html
    page = await browser.get(f"/b/{made.brand}{path}?days=7&as_of=2026-11-20")
    assert browser.answer.status_code == 200
    assert "As of Fri 20 Nov 2026." in page.text
    assert 'href="?days=7">Back to now' in page.html
    # it was first read on the 22nd: nothing was known then
    assert ("Not read yet" if path else "Nothing had been read by then") in page.text


async def test_a_day_to_come_is_refused_with_words(signed_in, measure, browser):
    made = await measure(person=await signed_in())
    page = await browser.get(f"/b/{made.brand}?as_of=2027-01-01")
    assert browser.answer.status_code == 422
    assert "That morning has not come yet" in page.text
