"""A page for each insight type, from nothing but the engine's own row of public.insights."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb

from aura.web.cards import TYPES as NAMES
from insights.said import TYPES, said

OUTCOME = {"14": {"state": "persisted", "ratio": 0.71, "advice_followed": False}}
# the metric that each type is about, and how its chart names it
METRIC = {
    "high_cpa": ("cpa", "cost per conversion"),
    "low_roas": ("roas", "return on ad spend"),
    "conversion_drop": ("conversion_rate", "conversion rate"),
    "high_performer": ("roas", "return on ad spend"),
}


@pytest.fixture
def show(browser, signed_in, make_brand, database):
    """The page of a finding's row, in a brand of which nothing else is known."""

    async def show(finding, related):
        person = await signed_in()
        brand = await make_brand(person)
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.insights (brand_id, insight_type, priority, title, description,"
                " action_items, related_data) values (%s, %s, %s, %s, %s, %s, %s) returning id",
                [
                    brand,
                    finding.finding_type,
                    finding.priority,
                    finding.title,
                    finding.description,
                    Jsonb([step.as_json() for step in finding.action_items]),
                    Jsonb(related),
                ],
            )
            row = await cursor.fetchone()
        page = await browser.get(f"/b/{brand}/insights/{row['id']}")
        assert browser.answer.status_code == 200
        return page

    return show


@pytest.fixture(params=TYPES)
async def shown(request, show):
    finding = said(request.param)
    related = finding.details | {
        "as_of": datetime(2025, 11, 20, 6).astimezone().isoformat(),
        "outcomes": OUTCOME if request.param != "budget_recommendation" else {},
    }
    return finding, related, await show(finding, related)


def test_it_says_what_where_how_sure_and_what_to_do(shown) -> None:
    finding, _, page = shown
    assert finding.title in page.text
    assert finding.description in page.text
    assert NAMES[finding.finding_type] in page.text
    for step in finding.action_items:
        assert step.text in page.text
        assert step.expected_effect in page.text
    assert f"that {finding.details['confidence']['claim']}." in page.text
    for heading in ("What to do", "Why we say this", "Is it right?"):
        assert heading in page.text


def test_its_chart_is_of_its_own_metric_with_band_window_and_unsettled_days(shown) -> None:
    finding, related, page = shown
    if finding.finding_type == "budget_recommendation":
        assert "data-chart" not in page.html
        return
    metric, name = METRIC[finding.finding_type]
    chart = page.html.split("data-chart")[1].split("</details>")[0]
    for mark in ('class="between"', 'class="marked"', "observed", "expected"):
        assert mark in chart, mark
    assert f"The line is the {name} of each day" in page.text
    series = related["series"]
    days = [row for row in page.rows if len(row) == 5 and row[0][:3] in DAYS]
    assert len(days) == len(series["days"])
    settled = [share is None or share >= 0.97 for share in series["completeness"]]
    assert [row[4] == "" for row in days] == settled
    assert ("hatched ones still settle" in page.text) == (False in settled)
    for row, seen, due in zip(days, series[metric], series[f"{metric}_expected"], strict=True):
        for text, value in ((row[1], seen), (row[2], due)):
            assert (text == "–") == (value is None)  # noqa: RUF001 - a dash for unknown
            if value is not None:
                assert number(text, metric) == pytest.approx(value, rel=0.002, abs=0.006)
    first, last = (date.fromisoformat(related["window"][end]) for end in ("start", "end"))
    left, width = marked(chart)
    assert round(left * len(days) / 100) == series["days"].index(first.isoformat())
    assert round(width * len(days) / 100) == (last - first).days + 1


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def number(text: str, metric: str) -> float:
    plain = float(re.sub(r"[^0-9.]", "", text))
    return plain / 100 if metric == "conversion_rate" else plain


def marked(chart: str) -> tuple[float, float]:
    found = re.search(r'class="marked" x="([0-9.]+)%" width="([0-9.]+)%"', chart)
    assert found
    return float(found[1]), float(found[2])


def test_its_counts_drivers_siblings_and_maturity_are_the_rows(shown) -> None:
    finding, related, page = shown
    if finding.finding_type == "budget_recommendation":
        return
    assert f"Clicks {related['observed']['clicks']:,}" in page.text
    seen = Decimal(str(related["observed"]["conversions"])).normalize()
    assert f"Sample: {seen:,f} conversions" in page.text
    assert "What drove it" in page.text
    shares = [row[4] for row in page.rows if len(row) == 5 and row[4].endswith(" %")]
    assert len(shares) == len(related["drivers"])
    if shares:
        total = sum(int(share.replace("\u2212", "-").removesuffix(" %")) for share in shares)
        assert abs(total - 100) <= 1
    for one in related["siblings"]["list"]:
        assert one["name"] in page.text
    assert f"{100 * related['completeness']['share']:.0f} % of the conversions" in page.text
    assert related["formula_version"] in page.text
    assert f"{related['baseline']['start']} to {related['baseline']['end']}" in page.text


def test_a_budget_is_a_table_from_and_to_with_its_gain_and_interval(shown) -> None:
    finding, related, page = shown
    if finding.finding_type != "budget_recommendation":
        assert "Now a day" not in page.text
        return
    rows = [row for row in page.rows if len(row) == 5 and row[0].startswith(("Full", "Hungry"))]
    assert len(rows) == 2
    for row in related["budget"]["rows"]:
        assert f"${Decimal(row['from_daily']):,.2f} ${Decimal(row['to_daily']):,.2f}" in page.text
    gain = related["budget"]["predicted_uplift"]
    assert f"+{100 * gain['share']:.1f} %" in page.text
    assert f"+{100 * gain['low']:.1f} % to +{100 * gain['high']:.1f} %" in page.text


def test_its_outcome_and_the_way_to_compute_it_again_stand_there(shown) -> None:
    finding, _, page = shown
    assert "?verify=1" in page.html
    told = "After 14 days it persisted: results for the money \u221229 % against before"
    assert (told in page.text) == (finding.finding_type != "budget_recommendation")
