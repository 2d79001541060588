"""A brand's own history: exported, replayed, and the same is said as its evaluations said."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from aura.cli.main import application
from aura.reports.export import export
from aura.sync.evaluation import evaluate_brand
from insights.nights import LAST, NIGHTS, RISEN, Reader, morning_of


@pytest.fixture
async def brand(database, make_person, make_brand, make_integration):
    """Eighteen nights of a rise, read and looked at one by one."""
    person = await make_person()
    brand_id = await make_brand(person, name="Aurora & Co", timezone="UTC")
    reader = Reader(database, brand_id, await make_integration(brand_id, "meta"))
    await reader.read(RISEN, LAST - NIGHTS, days=LAST)
    for morning in range(LAST - NIGHTS + 1, LAST + 1):
        await reader.read(RISEN, morning)
        await evaluate_brand(database, brand_id=brand_id, now=morning_of(morning))
    return person, brand_id


async def test_a_replay_of_the_exported_history_says_what_was_said(
    database, brand, tmp_path
) -> None:
    person, brand_id = brand
    made = await export(
        database, user_id=person, brand_id=brand_id, dataset="history", now=morning_of(LAST)
    )
    (tmp_path / "history.csv").write_bytes(b"".join([piece async for piece in made.pieces]))
    out = tmp_path / "findings.jsonl"
    first, last = (RISEN.day(LAST - NIGHTS + 1), RISEN.day(LAST))
    asked = ["insights", "backtest", str(tmp_path), "--from", f"{first}", "--to", f"{last}"]
    result = CliRunner().invoke(application, [*asked, "--out", str(out)])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {line["brand"] for line in lines} == {"Aurora & Co"}

    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select f.*, i.related_data from aura.findings f join public.insights i"
            " on i.id = f.insight_id where f.finding_type <> 'budget_recommendation'"
        )
        stored = await cursor.fetchall()
    assert stored
    # one story is one row; a replay names every finding of it
    for row in stored:
        own = [
            line
            for line in lines
            if line["insight_type"] == row["finding_type"]
            and line["scope"]["entity_id"] == row["entity_external_id"]
        ]
        assert own[0]["event"] == "opened"
        assert own[0]["run_on"] == row["opened_on"].isoformat()
        assert own[-1]["window"] == {
            key: row["related_data"]["window"][key] for key in ("start", "end")
        }
        assert own[-1]["effect"]["ratio"] == row["related_data"]["effect"]["ratio"]
        assert own[-1]["confidence"] == row["related_data"]["confidence"]["probability"]
        assert own[-1]["impact"]["amount"] == float(
            row["related_data"]["money_at_stake"]["per_day"]
        )
