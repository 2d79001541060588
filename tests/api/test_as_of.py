"""`?as_of=` in `/v1`: every address that shows numbers knows an earlier day, or says why not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from typer.testing import CliRunner

from aura.cli.main import application as shell
from aura.errors import InputError
from measured_campaigns import NIGHT, WEEK, measure_restated

THEN = "2026-11-22"


@pytest.fixture
def now():
    """Later than what was restated."""
    return lambda: NIGHT + timedelta(hours=2)


@pytest.fixture
async def restated(token, measure, database):
    """A brand whose campaign was restated on the night after it was read."""
    access = await token()
    person = UUID(jwt.decode(access, options={"verify_signature": False})["sub"])
    made, campaign = await measure_restated(database, measure, person)
    return access, f"/brands/{made.brand}", campaign


async def test_a_campaign_and_its_days_are_those_of_then(restated, call):
    access, brand, campaign = restated
    span = f"from={WEEK.first}&to={WEEK.last}"
    for address, spend in (
        (f"{brand}/entities/{campaign}/days?{span}", "60"),
        (f"{brand}/entities/{campaign}/days?{span}&as_of={THEN}", "30.10"),
    ):
        days = (await call(address, access)).json()["days"]
        assert [one["date"] for one in days] == [day.isoformat() for day in WEEK.days()]
        assert {one["values"]["ad_spend"] for one in days} == {spend}
    path = f"{brand}/campaigns/{campaign}?{span}"
    now, then = (
        (await call(path, access)).json(),
        (await call(f"{path}&as_of={THEN}", access)).json(),
    )
    assert (now["as_of"], now["changed_since"]) == (None, [])
    assert len(now["restated"]) > 0
    assert then["restated"] == []
    spent = next(one for one in then["changed_since"] if one["metric"] == "ad_spend")
    assert (spent["then"], spent["now"]) == ("210.70", "420")
    assert then["days"][0]["sums"]["ad_spend"] == "30.10"


async def test_metrics_are_those_of_then(restated, call):
    access, brand, _ = restated
    path = f"{brand}/metrics?metrics=ad_spend&from={WEEK.first}&to=2026-11-19"
    answer = await call(f"{path}&as_of=2026-11-20", access)
    assert answer.status_code == 200, answer.text
    then = answer.json()["figures"][0]
    assert then["value"] is None
    assert "not been read yet" in then["reason"]


async def test_all_brands_are_those_of_then_without_a_sum(restated, call):
    access, brand, _ = restated
    answer = (await call(f"/overview?days=7&as_of={THEN}", access)).json()
    assert answer["as_of"] == THEN
    own = (await call(f"{brand}/overview?days=7&as_of={THEN}", access)).json()
    figures = {one["key"]: one["value"] for one in own["figures"]}
    (line,) = answer["brands"]
    shared = figures.keys() & line["figures"].keys()
    assert {"revenue", "ad_spend", "orders"} <= shared
    assert {key: line["figures"][key]["value"] for key in shared} == {
        key: figures[key] for key in shared
    }
    refused = await call(f"/overview?as_of={THEN}&currency=EUR", access)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("cohorts", "who bought first"),
        ("attribution", "an order and its visits"),
        ("reconciliation", "the last one is kept"),
        ("metrics/rows", "the days of an entity can be seen"),
        ("exports/metrics", "`history` holds everything"),
    ],
)
async def test_what_knows_no_earlier_day_says_why(restated, call, path, why):
    access, brand, _ = restated
    answer = await call(f"{brand}/{path}?as_of={THEN}", access)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


@pytest.mark.parametrize(
    "words", [("report", "cohorts"), ("report", "attribution"), ("report", "month"), ("reconcile",)]
)
def test_a_command_that_knows_no_earlier_day_says_why(words):
    result = CliRunner().invoke(shell, [*words, "--as-of", THEN])
    assert isinstance(result.exception, InputError)
    assert "cannot be seen as of an earlier day" in result.exception.message
