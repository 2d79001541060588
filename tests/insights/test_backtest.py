"""`aura insights backtest`: strictly causal, many brands in a folder, clear refusals."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aura.cli.main import application
from aura.errors import InputError
from aura.imports.observed_history import read_timelines
from aura.insights.trial import trial_of
from insights.replayed import HEADING, write_history
from insights.worlds import Event, shop

GOOD = "2026-03-02,b,USD,UTC,meta,campaign,1,One,2026-03-01,ad_spend,12.50"
FALL = Event("rate", 130, 169, 0.45, campaign="Prospecting")
OUTAGE = Event("outage", 150, 153, 0.0, platform="google_ads")


def backtest(folder: Path, out: Path, *options: str) -> list[dict]:
    result = CliRunner().invoke(
        application, ["insights", "backtest", str(folder), "--out", str(out), *options]
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("history") / "brands"
    worlds = {
        "quiet": shop(seed=4, days=180),
        "troubled": shop(seed=5, days=180, events=[FALL, OUTAGE]),
    }
    write_history(folder, worlds, seen_from=100, until=175)
    return folder


@pytest.fixture(scope="module")
def lines(history, tmp_path_factory) -> list[dict]:
    return backtest(history, tmp_path_factory.mktemp("out") / "findings.jsonl")


def test_tells_the_event_with_everything_the_format_asks_for(lines):
    told = [line for line in lines if line["insight_type"] == "high_cpa"]
    assert told[0]["event"] == "opened"
    assert told[0]["brand"] == "troubled"
    assert told[0]["scope"] == {"level": "campaign", "platform": "meta", "entity_id": "Prospecting"}
    assert "2025-07-11" <= told[0]["run_on"] <= "2025-07-25"
    for line in lines:
        assert set(line) >= {
            *("run_on", "brand", "insight_type", "scope", "window", "confidence", "effect"),
            *("impact", "dedup_key", "event"),
        }
        assert line["window"]["end"] < line["run_on"]
        assert line["effect"]["low"] <= line["effect"]["ratio"] <= line["effect"]["high"]
        assert line["event"] in {"opened", "updated", "resolved"}


def test_tells_an_outage_as_a_finding_about_the_data(lines):
    outages = [line for line in lines if line["insight_type"] == "tracking_outage"]
    assert {line["brand"] for line in outages} == {"troubled"}
    assert {line["scope"]["platform"] for line in outages} == {"google_ads"}
    assert {line["event"] for line in outages} >= {"opened", "resolved"}


def test_every_finding_opens_once_before_it_is_told_anew_or_ends(lines):
    standing: set[tuple[str, str]] = set()
    for line in lines:
        key = (line["brand"], line["dedup_key"])
        assert (line["event"] == "opened") == (key not in standing)
        if line["event"] == "resolved":
            standing.remove(key)
        else:
            standing.add(key)


def test_never_looks_ahead(history, lines, tmp_path):
    last = "2025-07-28"
    cut = tmp_path / "cut"
    cut.mkdir()
    with gzip.open(history / "all.csv.gz", "rt") as file, (cut / "all.csv").open("w") as kept:
        heading, *rows = file.read().splitlines()
        kept.write("\n".join([heading, *(row for row in rows if row[:10] <= last)]))
    shortened = backtest(cut, tmp_path / "cut.jsonl")
    assert shortened == sorted(
        (line for line in lines if line["run_on"] <= last), key=lambda line: line["brand"]
    )
    assert shortened


def test_the_order_of_rows_and_files_changes_nothing(history, lines, tmp_path):
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    with gzip.open(history / "all.csv.gz", "rt") as file:
        heading, *rows = file.read().splitlines()
    for part in range(3):
        own = sorted(rows[part::3], key=lambda row: hash(row) % 1009)
        (mixed / f"{part}.csv").write_text("\n".join([heading, *own]))
    assert backtest(mixed, tmp_path / "mixed.jsonl") == lines


def test_a_threshold_is_tried(history, lines, tmp_path):
    strict = backtest(history, tmp_path / "strict.jsonl", "--set", "high_cpa.effect=9")
    assert strict == [line for line in lines if line["insight_type"] != "high_cpa"]


def test_a_lower_threshold_speaks_earlier_and_more(history, lines, tmp_path):
    loose = backtest(
        history,
        tmp_path / "loose.jsonl",
        *("--set", "high_cpa.effect=1.06", "--set", "high_cpa.confidence=0.7"),
    )

    def opened(found: list[dict]) -> list[str]:
        return [
            line["run_on"]
            for line in found
            if (line["insight_type"], line["event"]) == ("high_cpa", "opened")
        ]

    # one that stands longer opens less often: earlier, and never fewer of them
    assert min(opened(loose)) < min(opened(lines))
    assert len(opened(loose)) >= len(opened(lines))
    others = [line for line in lines if line["insight_type"] == "tracking_outage"]
    assert [line for line in loose if line["insight_type"] == "tracking_outage"] == others


def test_a_type_goes_before_what_is_meant_for_every_insight(history, lines, tmp_path):
    mixed = backtest(
        history, tmp_path / "mixed.jsonl", "--set", "effect=9", "--set", "high_cpa.effect=1.2"
    )
    kinds = {line["insight_type"] for line in lines}
    assert {line["insight_type"] for line in mixed} == kinds & {"high_cpa", "tracking_outage"}


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("high_cpa.limit=1", "is not known. Keys: confidence, effect, impact_per_day"),
        ("high_cost.effect=2", "is not known"),
        ("effect", "'' is not a number"),
        ("effect=much", "'much' is not a number"),
        ("effect=nan", "makes no sense"),
        ("confidence=97", "0.5 to 0.999"),
        ("confidence=0.2", "0.5 to 0.999"),
        ("effect=0.8", "1.05 to 20"),
        ("impact_per_day=-5", "0 to 1e+09"),
        ("tracking_outage.effect=2", "findings about the data explain the others"),
        ("budget_recommendation.confidence=0.6", "can be raised, not lowered"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused_with_what_would(setting, says):
    with pytest.raises(InputError) as refused:
        trial_of([setting])
    assert says in refused.value.message


def test_a_threshold_is_given_once():
    with pytest.raises(InputError, match="given twice"):
        trial_of(["effect=2", "effect=3"])


def test_the_summary_says_what_how_often_and_at_what_cost(history, lines):
    asked = ["insights", "backtest", str(history)]
    shown = CliRunner().invoke(application, [*asked, "--json"])
    told = json.loads(shown.stdout)
    opened = [line for line in lines if line["event"] == "opened"]
    assert len(told["told"]) == len(opened)
    outages = [one for one in told["told"] if one["insight_type"] == "tracking_outage"]
    assert [one["notified"] for one in outages] == [False] * len(outages)
    notified = [one for one in told["told"] if one["notified"]]
    assert told["notified"] == len(notified) <= len(opened) - len(outages)
    assert not [one for one in notified if one["explained"]]
    months = 2 * ((date.fromisoformat(told["to"]) - date.fromisoformat(told["from"])).days + 1)
    assert told["notified_per_brand_month"] == pytest.approx(
        told["notified"] / (months / 30.4375), abs=1e-3
    )
    problems = [
        float(one["money_at_stake"])
        for one in told["told"]
        if one["money_at_stake"] is not None
        and not one["explained"]
        and one["insight_type"] not in {"high_performer", "budget_recommendation"}
    ]
    assert float(told["money_at_stake"]["USD"]) == pytest.approx(sum(problems))
    rise = next(one for one in told["told"] if one["insight_type"] == "high_cpa")
    text = CliRunner().invoke(application, asked).stdout
    assert f"People would have been told of {told['notified']} insights" in text
    assert f"{rise['opened_on']} " in text
    assert rise["title"] in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the heading lacks observed_on"),
        ("date,value\n1,2", "the heading lacks observed_on, brand"),
        (f"{HEADING}\n", "no row beside their headings"),
        (f"{HEADING}\n{GOOD}\n2026-03-02,b", "line 3: 2 fields"),
        (f"{HEADING}\n{GOOD.replace('2026-03-01', '1/3/26')}", "line 2: '1/3/26' is not a day"),
        (f"{HEADING}\n{GOOD.replace('12.50', '12,50')}", "line 2"),
        (f"{HEADING}\n{GOOD.replace('12.50', 'nan')}", "leave an unreported day out"),
        (f"{HEADING}\n{GOOD.replace('meta', 'tiktok')}", "platform 'tiktok' is unknown"),
        (f"{HEADING}\n{GOOD.replace('ad_spend', 'spend')}", "metric_type 'spend' is unknown"),
        (f"{HEADING}\n{GOOD.replace('campaign', 'ad')}", "level 'ad' is unknown"),
        (f"{HEADING}\n{GOOD.replace('USD', '$')}", "currency '$' is not a code"),
        (f"{HEADING}\n{GOOD}\n{GOOD.replace('USD', 'EUR')}", "an account has one currency"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, text, says):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InputError) as refused:
        read_timelines(tmp_path)
    assert says in refused.value.message


def test_a_folder_without_files_and_a_broken_archive_say_so(tmp_path):
    with pytest.raises(InputError, match="holds no"):
        read_timelines(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        read_timelines(tmp_path / "absent")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(GOOD.encode() * 400)[:60])
    with pytest.raises(InputError, match="cannot be read"):
        read_timelines(tmp_path)
