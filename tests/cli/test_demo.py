"""The demo as a stranger starts it; one start serves all tests of this file."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

AURA = Path(sys.executable).parent / "aura"
pytestmark = pytest.mark.xdist_group("demo")


@dataclass
class Demo:
    process: subprocess.Popen[str]
    home: Path
    line: str

    @property
    def kept(self) -> dict[str, Any]:
        return json.loads((self.home / "demo.json").read_text())

    def command(self, *words: str) -> Any:
        done = subprocess.run(
            [str(AURA), *words, "--json"],
            env=surroundings(self.home),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def surroundings(home: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    return clean | {"AURA_HOME": str(home), "AURA_PORT": "0"}


def start(home: Path) -> Demo:
    with (home.parent / "demo.log").open("a") as log:
        process = subprocess.Popen(
            [str(AURA), "demo"],
            env=surroundings(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Aura is ready: "):
            return Demo(process, home, line)
    raise AssertionError((home.parent / "demo.log").read_text())


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def left_over(before: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(before, timeout=20)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def first_page(demo: Demo) -> str:
    """What a person sees after signing in."""
    with httpx.Client(base_url=demo.kept["url"], follow_redirects=True, timeout=30) as browser:
        form = re.search(r'name="csrf" value="([^"]+)"', browser.get("/sign-in").text)
        assert form is not None
        kept = {"email": demo.kept["email"], "password": demo.kept["password"]}
        answer = browser.post("/sign-in", data=kept | {"csrf": form[1]})
        assert answer.status_code == 200, answer.text
        return answer.text


def stop(demo: Demo, number: signal.Signals) -> None:
    demo.process.send_signal(number)
    demo.process.wait(timeout=30)
    assert demo.process.stdout is not None
    demo.process.stdout.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    started = start(folder / "aura")
    yield started
    if started.process.poll() is None:
        stop(started, signal.SIGINT)


@pytest.mark.timeout(600)
def test_the_ready_line_and_the_kept_file_let_a_person_in(demo: Demo) -> None:
    kept = demo.kept
    assert demo.line.split()[:4] == ["Aura", "is", "ready:", kept["url"]]
    assert kept["email"] in demo.line
    assert kept["password"] in demo.line
    assert stat.S_IMODE((demo.home / "demo.json").stat().st_mode) == 0o600
    assert "Aurora Outfitters" in first_page(demo)


@pytest.mark.timeout(600)
def test_shopify_analytics_says_the_same_of_every_day(demo: Demo) -> None:
    told = demo.command("reconcile")
    assert (told["state"], told["differing_days"]) == ("same", 0)
    assert "says the same for 35 of 35 days" in told["sentence"]


def test_all_three_platforms_were_read_for_400_days(demo: Demo) -> None:
    report = demo.command("report", "overview", "--days", "400")
    read = {source["platform"]: source for source in report["sources"]}
    assert set(read) == {"shopify", "meta", "google_ads"}
    assert all(day["revenue"] is not None for day in report["series"])
    assert all(day["ad_spend"] is not None for day in report["series"])


def test_final_days_equal_the_truth_of_the_sandbox(demo: Demo) -> None:
    report = demo.command("report", "overview", "--days", "400")
    first, last = report["from"], report["series"][-60]["date"]
    truth = httpx.get(
        f"{demo.kept['sandbox']}/__truth/daily",
        params={"as_of": "final", "from": first, "to": last},
    ).json()
    wanted = {day: float(values["revenue"]) for day, values in truth["shopify"].items()}
    found = {day["date"]: float(day["revenue"]) for day in report["series"] if day["date"] <= last}
    assert {day: found[day] for day in wanted} == wanted
    assert len(wanted) > 300


def test_the_true_rise_is_found_and_nothing_else(demo: Demo) -> None:
    events = httpx.get(f"{demo.kept['sandbox']}/__truth/events").json()["events"]
    insights = demo.command("insights", "list")
    risen = [event["campaign_id"] for event in events if event["kind"] == "conversion_rate"]
    found = [
        (insight["insight_type"], insight["related_data"]["scope"]["entity_id"])
        for insight in insights
    ]
    assert found == [("high_cpa", campaign) for campaign in risen]
    assert len(risen) == 1


def test_a_second_start_finds_everything_and_leaves_no_process(demo: Demo) -> None:
    before = family(demo.process)
    password = demo.kept["password"]
    stop(demo, signal.SIGINT)
    assert left_over(before) == []

    again = start(demo.home)
    assert again.kept["password"] == password
    assert "Aurora Outfitters" in first_page(again)
    killed = family(again.process)
    stop(again, signal.SIGKILL)
    assert left_over(killed) == []
