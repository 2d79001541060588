"""Pages and `/v1` seen as of an earlier day: they say so, lead back, and carry the day along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from measured_brand import YESTERDAY
from measured_campaigns import NIGHT, measure_restated, write_three_campaigns


@pytest.mark.parametrize("path", ["", "/campaigns"])
async def test_a_page_of_an_earlier_day_says_so_and_leads_back(
    path, signed_in, measure, database, browser
):
    made = await measure(person=await signed_in())
    await write_three_campaigns(database, made)
    now = await browser.get(f"/b/{made.brand}{path}?days=7")
    assert "as_of=2026-11-22" in now.html
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


@pytest.fixture
async def restated(signed_in, measure, database):
    """A brand whose Meta campaigns were restated on the night after they were read."""
    return await measure_restated(database, measure, await signed_in())


@pytest.fixture
def now():
    """A later day than that of the other tests: an earlier one can be looked at."""
    return lambda: NIGHT + timedelta(hours=2)


async def test_a_campaigns_own_page_shows_what_was_reported_then_and_what_changed(
    restated, browser
):
    made, campaign = restated
    path = f"/b/{made.brand}/campaigns/{campaign}"
    page = await browser.get(f"{path}?days=7&as_of={YESTERDAY + timedelta(days=1)}")
    assert browser.answer.status_code == 200
    assert "As of Sun 22 Nov 2026." in page.text
    assert 'href="?days=7">Back to now' in page.html
    spend = next(row for row in page.rows if row and row[0].startswith("Ad spendMeta"))
    assert spend[1:] == ["$210.70", "$420.00", "\u25b2 +99.3\u00a0%"]
    assert "Nothing in these days was changed" in page.text
    # visits are told of now alone, and the page says so
    assert "This cannot be seen as of an earlier day: an order and its visits" in page.text
    assert "It neither ran nor brought an order" not in page.text
    now = await browser.get(f"{path}?days=7")
    assert "As of" not in now.text
    assert "$60.00" in now.text


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("cohorts", "who bought first"),
        ("reconciliation", "the last one is kept"),
        ("attribution", "an order and its visits"),
    ],
)
async def test_a_page_that_knows_no_earlier_day_says_why(restated, browser, path, why):
    made, _ = restated
    page = await browser.get(f"/b/{made.brand}/{path}?as_of=2026-11-20")
    assert browser.answer.status_code == 200
    assert "This cannot be seen as of an earlier day" in page.text
    assert why in page.text
    assert "cannot be seen" not in (await browser.get(f"/b/{made.brand}/{path}")).text


async def test_all_brands_stand_as_each_was_reported_then(restated, browser):
    made, _ = restated
    now = await browser.get("/brands?days=7")
    assert "as_of=2026-11-22" in now.html
    page = await browser.get("/brands?days=7&as_of=2026-11-22")
    assert browser.answer.status_code == 200
    assert "As of Sun 22 Nov 2026." in page.text
    assert f"/b/{made.brand}?days=7&as_of=2026-11-22" in page.links
    own = await browser.get(f"/b/{made.brand}?days=7&as_of=2026-11-22")
    told = {row[0]: row for row in page.rows if row}
    (line,) = [row for name, row in told.items() if name.startswith("Aurora")]
    assert line[1].split("▲")[0].split("▼")[0].strip() in own.text
    empty = await browser.get("/brands?days=7&as_of=2026-11-20")
    assert "not been read yet" in empty.text
    refused = await browser.get("/brands?as_of=2026-11-20&currency=EUR")
    assert browser.answer.status_code == 422
    assert "leave out currency or as_of" in refused.text
