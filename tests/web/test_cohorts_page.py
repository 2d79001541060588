"""Cohorts: the page says what the report says, also as CSV, through `/v1` and without history."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from aura.reports.cohorts import cohorts
from aura.reports.present import money_exact
from measured_brand import NOW


@pytest.fixture
async def made(signed_in, measure):
    return await measure(person=await signed_in())


@pytest.fixture
async def report(made, database):
    return await cohorts(database, user_id=made.person, brand_id=made.brand, months=12, now=NOW)


async def test_every_cohort_has_a_line_with_its_ages(browser, made, report):
    page = await browser.get(f"/b/{made.brand}/cohorts")
    assert browser.answer.status_code == 200
    heat = [row for row in page.rows if row and row[0].startswith(("Sep", "Oct", "Nov"))][:3]
    for row, cohort in zip(heat, report.cohorts, strict=True):
        assert row[1] == f"{cohort.size:,}"
        texts = [cell for cell in row[2:] if cell]
        assert len(texts) == len(cohort.cells)
        for text, cell in zip(texts, cohort.cells, strict=True):
            assert text == money_exact(cell.values["ltv"], "USD") + (
                "" if cell.is_over else "so far"
            )
    assert heat[2][3:] == ["", ""], "a month that has not begun is blank, not zero"
    assert "The month is not over" in page.text
    assert "cost of goods is not stated" in page.text


async def test_the_address_chooses_the_metric_and_the_number_of_months(browser, made, report):
    page = await browser.get(f"/b/{made.brand}/cohorts?metric=repeat&months=24")
    assert "Repeat rate by age" in page.text
    assert "?metric=repeat&months=6" in page.links
    assert "?metric=ltv&months=24" in page.links
    page = await browser.get(f"/b/{made.brand}/cohorts?metric=roas")
    assert browser.answer.status_code == 422
    assert "The metric is one of ltv" in page.text
    assert "Lifetime value by age" in page.text


async def test_the_csv_holds_every_metric_exactly(browser, made, report):
    page = await browser.get(f"/b/{made.brand}/cohorts")
    link = next(link for link in page.links if "cohorts.csv" in link)
    await browser.get(link)
    assert browser.answer.headers["content-disposition"].endswith('"aurora-cohorts.csv"')
    rows = list(csv.DictReader(io.StringIO(browser.answer.text.removeprefix("\ufeff"))))
    cells = [(one, cell) for one in report.cohorts for cell in one.cells]
    assert len(rows) == len(cells)
    for row, (one, cell) in zip(rows, cells, strict=True):
        assert (row["cohort"], row["age"]) == (one.month.isoformat(), str(cell.age))
        assert Decimal(row["ltv"]) == round(cell.values["ltv"], 6)
        assert row["contribution"] == ""
        assert row["month_is_over"] == ("yes" if cell.is_over else "no")


async def test_the_api_says_the_same(browser, made, report):
    form = (await browser.get("/brands/new")).form("/sign-out")
    answer = await browser.client.post("/v1/token", headers={"x-csrf-token": form["csrf"]})
    access = {"authorization": f"Bearer {answer.json()['access_token']}"}
    path = f"/v1/brands/{made.brand}/cohorts"
    answer = await browser.client.get(path, headers=access, params={"months": "24"})
    told = answer.json()
    assert [one["customers"] for one in told["cohorts"]] == [one.size for one in report.cohorts]
    for one, cohort in zip(told["cohorts"], report.cohorts, strict=True):
        assert [Decimal(cell["values"]["ltv"]) for cell in one["cells"]] == [
            cell.values["ltv"] for cell in cohort.cells
        ]
        assert one["cac_reason"] == cohort.cac_reason
    answer = await browser.client.get(path, headers=access, params={"months": "5"})
    assert answer.status_code == 422


async def test_without_a_complete_history_the_page_says_why_and_what_to_do(
    browser, signed_in, measure
):
    made = await measure(person=await signed_in("new@example.com"), complete_history=False)
    page = await browser.get(f"/b/{made.brand}/cohorts")
    assert "a year after the first known order" in page.text
    assert f"/b/{made.brand}/connections" in page.links


async def test_cohorts_of_somebody_else_are_not_there(browser, made, measure):
    other = await measure(name="Theirs")
    for path in ("cohorts", "cohorts.csv"):
        await browser.get(f"/b/{other.brand}/{path}")
        assert browser.answer.status_code == 404
