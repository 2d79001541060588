"""Insights: a card says what, how sure, what it costs and what to do; silence is stated."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from measured_campaigns import write_three_campaigns

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
    assert rows == [["Sat 14 Nov", "$43.00", "$31.20", "", "still settling"]]


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


@pytest.fixture
def keep_state(database, made):
    """Gives an insight the state that Aura keeps beside it."""

    async def keep_state(insight, *, status="open", outcomes=None):
        async with database.as_owner() as connection:
            await connection.execute(
                "insert into aura.findings (id, brand_id, insight_id, finding_type, scope_level,"
                " platform, dedup_key, status, opened_on, updated_on, title, outcomes)"
                " values (gen_random_uuid(), %s, %s, 'high_cpa', 'platform', 'meta', 'key', %s,"
                " '2026-11-15', '2026-11-15', 'CPA up', %s)",
                [made.brand, insight, status, Jsonb(outcomes or {})],
            )

    return keep_state


WHOLE = EVIDENCE | {
    "run_day": "2026-11-15",
    "formula_version": "high_cpa/11",
    "scope": {"level": "platform", "platform": "meta", "entity_id": "", "name": "Meta Ads"},
    "observed": EVIDENCE["observed"] | {"spend": "1640.00", "clicks": 2310},
    "drivers": {
        "cpc": {"before": "0.61", "now": "0.71", "ratio": 1.16, "log_share": 0.46},
        "conversion_rate": {"before": 0.0196, "now": 0.0165, "ratio": 0.84, "log_share": 0.54},
    },
    "siblings": {
        "kind": "siblings",
        "list": [
            {
                "platform": "meta",
                "entity_id": "2",
                "name": "Lookalike",
                "conversions": 41.0,
                "expected": 40.2,
                "cpa_ratio": 0.981,
            }
        ],
    },
    "completeness": {
        "share": 0.91,
        "still_to_come": 3.8,
        "platforms": {"meta": {"is_learned": True, "read_on": "2026-11-15"}},
    },
    "baseline": {"start": "2026-09-01", "end": "2026-11-07", "left_out": ["2026-10-31"]},
    "method": {"shown_by": "cpc", "day_noise": 0.1},
}


async def test_its_own_page_states_everything_that_its_row_states(browser, made, add, keep_state):
    insight = await add(data=WHOLE)
    await keep_state(insight, outcomes={"14": {"state": "recovered", "ratio": 1.02}})
    page = await browser.get(f"/b/{made.brand}/insights/{insight}")
    for words in (
        "Cost per click $0.61 $0.71 +16.0 % 46 %",
        "Conversion rate 1.96 % 1.65 %",
        "Clicks 2,310",
        "Lookalike Meta Ads 41 40.2",
        "91 % of the conversions of these days have arrived.",
        "About 3.8 are still to come",
        "high_cpa/11",
        "2026-09-01 to 2026-11-07",
        "What shows it first the price of a click; the conversions agree",
        "After 14 days it recovered",
        "does not say of which moment",
    ):
        assert words in page.text, words


async def test_a_budget_stands_as_a_table_from_and_to(browser, made, add):
    budget = {
        "mode": "shift",
        "rows": [
            {"platform": "meta", "name": "Full", "from_daily": "100.00", "to_daily": "80.00"},
            {
                "platform": "google_ads",
                "name": "Hungry",
                "from_daily": "50.00",
                "to_daily": "70.00",
            },
        ],
        "predicted_uplift": {"share": 0.05, "low": 0.02, "high": 0.08},
    }
    insight = await add(data={"currency": "USD", "budget": budget}, title="Divide it otherwise")
    page = await browser.get(f"/b/{made.brand}/insights/{insight}")
    assert "From and to" in page.text
    assert "Full Meta Ads $100.00 $80.00" in page.text
    assert "+5.0 % (+2.0 % to +8.0 %)" in page.text


async def test_an_answer_is_kept_and_moves_the_insight(browser, made, add, keep_state):
    insight = await add(data=WHOLE)
    await keep_state(insight)
    address = f"/b/{made.brand}/insights/{insight}"
    await browser.submit(address, f"{address}/answer", answer="useful")
    assert "You found it useful" in (await browser.get(address)).text
    await browser.submit(address, f"{address}/answer", answer="dismiss", reason="planned")
    page = await browser.get(address)
    assert "dismissed: It was planned" in page.text
    assert "Nothing needs you" in (await browser.get(f"/b/{made.brand}/insights")).text
    listed = await browser.get(f"/b/{made.brand}/insights?state=dismissed")
    assert "Meta Ads: CPA up 38 %" in listed.text
    await browser.submit(address, f"{address}/answer", answer="reopen")
    await browser.submit(address, f"{address}/answer", answer="snooze")
    assert "put off, 7 more days" in (await browser.get(address)).text


async def test_an_answer_without_its_reason_or_to_a_foreign_insight_is_refused(
    browser, made, add, keep_state
):
    insight = await add(data=WHOLE)
    await keep_state(insight)
    address = f"/b/{made.brand}/insights/{insight}"
    await browser.submit(address, f"{address}/answer", answer="dismiss", reason="")
    assert browser.answer.status_code == 422
    await browser.get(f"/b/{made.brand}/insights/00000000-0000-7000-8000-000000000000")
    assert browser.answer.status_code == 404


async def test_what_explains_another_stands_above_it(browser, made, add):
    await add(data=WHOLE, title="Meta Ads: the cause")
    narrow = WHOLE | {
        "scope": {"level": "campaign", "platform": "meta", "entity_id": "7", "name": "P"}
    }
    await add(data=narrow, title="A campaign of it")
    page = await browser.get(f"/b/{made.brand}/insights")
    assert "Explained by this: A campaign of it" in page.text


async def test_the_page_states_the_record_what_is_enough_and_who_was_told(
    browser, made, add, keep_state
):
    over = await add(data=WHOLE, title="It was so")
    await keep_state(over, outcomes={"14": {"state": "recovered", "then": 0.7, "ratio": 1.0}})
    page = await browser.get(f"/b/{made.brand}/insights")
    record = "Of 1 insight judged two weeks later, 1 held once every conversion had arrived"
    assert record in page.text
    assert "you were told of 0 insights, of 5 at most" in page.text
    own = await browser.get(f"/b/{made.brand}/insights/{over}")
    assert record in own.text
    # the second look is still to come: 28 days after the 15th, and three more
    assert "It is looked at again on Wed 16 Dec" in own.text


async def test_one_that_is_young_says_when_it_is_judged(browser, made, add, keep_state):
    young = await add(data=WHOLE)
    await keep_state(young)
    page = await browser.get(f"/b/{made.brand}/insights/{young}")
    assert "It is judged on Wed 2 Dec" in page.text
    assert "none is two weeks old, so none is judged yet" in page.text


async def test_silence_says_when_and_how_many_were_checked(browser, made, database):
    await write_three_campaigns(database, made)
    page = await browser.get(f"/b/{made.brand}/insights")
    assert "Checked 3 campaigns at 06:10, nothing needs you." in page.text
    assert "Days that still settle are left out." in page.text
