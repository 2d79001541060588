"""Insights: a card says what, how sure, what it costs and what to do; silence is stated."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

DAYS = [f"2026-11-{day:02}" for day in range(1, 15)]
EVIDENCE = {
    "currency": "USD",
    "window": {"start": "2026-11-08", "end": "2026-11-14", "days": 7},
    "observed": {"cpa_settled": "43.10", "conversions": 38.5},
    "expected": {"cpa": "31.20", "conversions": 52.3},
    "effect": {"ratio": 1.38, "low": 1.19, "high": 1.58, "interval": 0.8},
    "money_at_stake": {"amount": "410.00", "low": "220.00", "high": "600.00", "currency": "USD"},
    "confidence": {"probability": 0.9981, "words": "almost certain", "claim": "it costs more"},
    "series": {
        "days": DAYS,
        "cpa": [31.0, 30.5, None, *[31.0] * 4, *[43.0] * 7],
        "cpa_expected": [31.2] * 14,
        "completeness": [1.0] * 11 + [0.9, 0.8, 0.6],
    },
}


@pytest.fixture
async def made(signed_in, measure):
    return await measure(person=await signed_in())


@pytest.fixture
def add(database, made):
    async def add(*, data=EVIDENCE, priority="high", title="Meta Ads: CPA up 38 %", actions=None):
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.insights (brand_id, insight_type, priority, title, description,"
                " action_items, related_data) values (%s, 'high_cpa', %s, %s, %s, %s, %s)"
                " returning id",
                [
                    made.brand,
                    priority,
                    title,
                    "A conversion of <b>Prospecting</b> costs $43.",
                    Jsonb(actions or [{"text": "Cut the budget", "expected_effect": "about $58"}]),
                    Jsonb(data),
                ],
            )
            row = await cursor.fetchone()
        assert row is not None
        return row["id"]

    return add


async def test_silence_is_stated_with_what_was_looked_at(browser, made):
    page = await browser.get(f"/b/{made.brand}/insights")
    assert "Nothing needs you" in page.text
    assert "Meta Ads (data through Sat 21 Nov, read 06:10)" in page.text


async def test_a_card_holds_claim_evidence_certainty_and_steps(browser, made, add):
    await add()
    page = await browser.get(f"/b/{made.brand}/insights")
    for words in (
        "High priority",
        "8 Nov – 14 Nov",  # noqa: RUF001 - as shown
        "Meta Ads: CPA up 38 %",
        "A conversion of <b>Prospecting</b> costs $43.",
        "$43.10 usually $31.20",
        "38.5 expected 52.3",
        "about $410.00 $220.00 to $600.00",
        "How sure: almost certain (99 %) that it costs more.",
        "Cut the budget",
        "about $58",
    ):
        assert words in page.text, words
    assert "Nothing needs you" not in page.text


async def test_a_cards_drawing_has_its_numbers_in_a_table(browser, made, add):
    await add()
    page = await browser.get(f"/b/{made.brand}/insights")
    chart = page.html.split("data-chart")[1].split("</details>")[0]
    assert 'class="marked"' in chart
    assert 'class="dashed observed"' in chart
    rows = [row for row in page.rows if row and row[0] == "Sat 14 Nov"]
    assert rows == [["Sat 14 Nov", "$43.00", "$31.20"]]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"window": "all", "confidence": 1, "series": []},
        {"series": {"days": ["x"], "cpa": []}, "observed": {"cpa_settled": "NaN"}},
        {
            "money_at_stake": {"amount": True},
            "window": {"start": "2026-11-09", "end": "2026-11-01"},
        },
    ],
)
async def test_a_row_of_another_program_is_shown_with_what_it_states(browser, made, add, data):
    await add(data=data)
    page = await browser.get(f"/b/{made.brand}/insights")
    assert browser.answer.status_code == 200
    assert "Meta Ads: CPA up 38 %" in page.text


async def test_what_was_read_moves_down_and_stays(browser, made, add):
    first = await add(title="First")
    await add(title="Second", priority="low")
    path = f"/b/{made.brand}/insights"
    page = await browser.get(path)
    assert page.text.index("First") < page.text.index("Second")
    await browser.submit(path, f"{path}/{first}/read")
    assert browser.location == f"{path}#insight-{first}"
    page = await browser.get(path)
    assert page.html.index(">Second<") < page.html.index(">First<")
    assert f"{path}/{first}/read" not in [action for action, _ in page.forms]


async def test_the_overview_names_the_three_costliest(browser, made, add):
    for number in range(4):
        await add(title=f"Number {number}", priority="high" if number else "low")
    page = await browser.get(f"/b/{made.brand}")
    found = [f"Number {number}" in page.text for number in range(4)]
    assert found == [False, True, True, True]


async def test_a_foreign_insight_cannot_be_marked(browser, made, add, open_browser, database):
    mine = await add()
    stranger = open_browser()
    await stranger.sign_up("eve@example.com")
    await stranger.submit("/brands/new", "/brands/new", name="E", currency="USD", timezone="UTC")
    own = stranger.location
    form = (await stranger.get("/brands/new")).form("/sign-out")
    for base in (own, f"/b/{made.brand}"):
        await stranger.post(f"{base}/insights/{mine}/read", form)
        assert stranger.answer.status_code == 404
    async with database.as_owner() as connection:
        cursor = await connection.execute("select bool_or(is_read) as is_read from public.insights")
        row = await cursor.fetchone()
    assert row == {"is_read": False}
