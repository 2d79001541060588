"""A metric that is added at run time is on every face that lists metrics, without another edit."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aura.accounts.statements import check_statement
from aura.cli.main import application as shell
from aura.metrics import CATALOGUE, derived_metric
from aura.model import DayRange
from aura.reports.overview import overview
from browserless import application, browser, connectors, now, open_browser, settings
from measured_brand import NOW, YESTERDAY, measure
from web.conftest import signed_in

__all__ = [
    "application",
    "browser",
    "connectors",
    "measure",
    "now",
    "open_browser",
    "settings",
    "signed_in",
]

GENERATOR = Path(__file__).parents[2] / "docs" / "generate.py"
WEEK = DayRange(YESTERDAY - timedelta(days=6), YESTERDAY)


@pytest.fixture
def added(monkeypatch):
    metric = derived_metric(
        "spend_a_thousand_clicks",
        "Spend for a thousand clicks",
        "money",
        "down",
        "Ad spend for a thousand clicks.",
        of=CATALOGUE,
        above=(("ad_spend", 1000),),
        below=(("clicks", 1),),
    )
    monkeypatch.setitem(CATALOGUE, metric.key, metric)
    return metric


async def test_reports_state_it_and_its_days(added, measure, database):
    made = await measure()
    shown = await overview(
        database,
        user_id=made.person,
        brand_id=made.brand,
        days=WEEK,
        now=NOW,
        metrics=tuple(CATALOGUE),
    )
    spend, clicks = (shown.figure(key).value for key in ("ad_spend", "clicks"))
    assert shown.figure(added.key).value == spend * 1000 / clicks
    assert all(row.value(added) is not None for row in shown.series)


def test_a_target_can_be_stated_of_it(added):
    entry = check_statement(
        "target", {"metric": added.key, "amount": "5"}, currency="EUR", today=date(2026, 11, 1)
    )
    assert (entry.name, entry.amount, entry.currency) == (added.key, Decimal(5), "EUR")


async def test_the_page_offers_it(added, make_brand, browser):
    await browser.sign_up()
    await browser.submit(
        "/brands/new", "/brands/new", name="Aurora", currency="EUR", timezone="UTC"
    )
    shown = await browser.get(f"{browser.location}/settings")
    assert {"value": added.key} in [attributes for tag, attributes in shown.tags]


async def test_the_overview_draws_it_and_its_file_holds_it(added, signed_in, measure, browser):
    made = await measure(person=await signed_in())
    page = await browser.get(f"/b/{made.brand}?days=7&metric={added.key}")
    assert browser.answer.status_code == 200
    chosen = [a for tag, a in page.tags if tag == "option" and "selected" in a]
    assert added.key in [attributes.get("value") for attributes in chosen]
    sentence = page.html.split('id="chart-sentence">')[1].split("</p>")[0]
    assert sentence.startswith(f"{added.label} $")
    assert f"?days=7&metric={added.key}&by=week" in page.links
    await browser.get(f"/b/{made.brand}/series.csv?days=7&metric={added.key}")
    assert f"from,to,{added.key}," in browser.answer.text


async def test_the_api_lists_it_and_answers_with_it(added, signed_in, measure, browser):
    made = await measure(person=await signed_in())
    form = (await browser.get("/brands/new")).form("/sign-out")
    answer = await browser.client.post("/v1/token", headers={"x-csrf-token": form["csrf"]})
    access = {"authorization": f"Bearer {answer.json()['access_token']}"}
    browser.client.cookies.clear()

    async def call(path):
        answer = await browser.client.get(f"/v1/{path}", headers=access)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert added.key in [one["key"] for one in (await call("metrics"))["metrics"]]
    [figure] = (await call(f"brands/{made.brand}/metrics?days=7&metrics={added.key}"))["figures"]
    assert added.key in str(figure)
    every = (await call(f"brands/{made.brand}/metrics?days=7"))["figures"]
    assert added.key in str(every)
    assert await call(f"brands/{made.brand}/series?days=7&metric={added.key}")
    schemas = (await call("openapi.json"))["components"]["schemas"]
    assert added.key in schemas["MetricKey"]["enum"]
    for answer in ("FigureAnswer", "MetricAnswer"):
        assert schemas[answer]["properties"]["key"] == {"$ref": "#/components/schemas/MetricKey"}


async def test_the_shell_reports_it(added, measure, owner_url, tmp_path):
    await measure()
    words = ["report", "series", added.key, "--json", f"--from={WEEK.first}", f"--to={WEEK.last}"]
    environment = {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url}
    told = await asyncio.to_thread(CliRunner().invoke, shell, words, env=environment)
    found = json.loads(told.output)
    assert found["metric"] == added.key
    assert len([one for one in found["series"] if Decimal(one["value"]) > 0]) == len(WEEK)


def test_the_shell_lists_it(added):
    lines = CliRunner().invoke(shell, ["metrics"]).output.splitlines()
    (line,) = [line for line in lines if line.startswith(added.key)]
    for said in (added.unit, added.formula, added.tooltip):
        assert said in line
    listed = json.loads(CliRunner().invoke(shell, ["metrics", "--json"]).output)
    assert [one["key"] for one in listed] == list(CATALOGUE)


def test_the_shell_knows_its_name(added, owner_url, tmp_path):
    environment = {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url}
    words = ["report", "series"]
    known = CliRunner().invoke(shell, [*words, added.key], env=environment)
    unknown = CliRunner().invoke(shell, [*words, "nonsense"], env=environment)
    assert "There is no brand yet" in str(known.exception)
    assert added.key in str(unknown.exception)


def test_the_reference_documents_it(added):
    found = importlib.util.spec_from_file_location("generate", GENERATOR)
    assert found is not None
    assert found.loader is not None
    generator = importlib.util.module_from_spec(found)
    found.loader.exec_module(generator)
    row = f"| `{added.key}` | {added.label} | 1,000 × ad_spend ÷ clicks |"  # noqa: RUF001
    assert row in generator.metric_page()
    assert json.dumps(added.tooltip)[1:-1] in generator.metric_page()
