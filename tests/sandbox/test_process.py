"""The sandbox as a program: what it says, what it keeps, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import psutil

from aura_sandbox.fault_kinds import KINDS
from aura_sandbox.scenarios import SCENARIOS
from sandbox_calls import shopify
from sandbox_fixture import READY, RunningSandbox

MODULE = [sys.executable, "-m", "aura_sandbox"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MODULE, *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_tells_a_stranger_what_this_is() -> None:
    told = run("--help")
    assert told.returncode == 0
    for words in (
        "Shopify, Meta Ads and Google Ads",
        "/__truth/daily",
        "--anchor",
        "sandbox-secret",
    ):
        assert words in told.stdout


def test_a_port_that_is_taken_is_one_line_and_exit_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = run("--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "Choose another with --port" in refused.stderr


def test_it_listens_on_this_machine_only(sandbox: RunningSandbox) -> None:
    listening = [
        one.laddr.ip
        for one in psutil.Process(sandbox.process.pid).net_connections()
        if one.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


def test_health_and_home_say_which_world_this_is(sandbox: RunningSandbox) -> None:
    health = httpx.get(f"{sandbox.url}/__health").json()
    assert (health["status"], health["scenario"], health["anchor"]) == ("ok", "plain", "2026-11-20")
    assert "made-up brand" in httpx.get(sandbox.url, headers={"accept": "text/html"}).text


def test_the_index_names_every_address_account_and_fault(sandbox: RunningSandbox) -> None:
    index = httpx.get(sandbox.url).json()
    assert (index["scenario"], index["anchor"]) == ("plain", "2026-11-20")
    assert set(index["faults"]) == set(KINDS)
    assert set(index["scenarios"]) == set(SCENARIOS)
    shop, meta, google = (index["platforms"][name] for name in ("shopify", "meta", "google_ads"))
    assert shop["accounts"][0]["id"] == sandbox.shop
    assert shop["versions"][-1] == "2026-10"
    assert "POST /shopify/{shop}/admin/api/{version}/graphql.json" in shop["endpoints"]
    assert "GET, POST /meta/{version}/act_{account}/insights" in meta["endpoints"]
    assert (
        "POST /google/{version}/customers/{customer}/googleAds:searchStream" in google["endpoints"]
    )
    assert {"GET /__truth/daily", "GET, POST /__clock"} <= set(index["own"])
    for address in index["own"]:
        if address.startswith("GET"):
            path = address.split(" /")[1]
            assert httpx.get(f"{sandbox.url}/{path}").status_code == 200, address


def test_a_start_says_where_everything_is() -> None:
    with subprocess.Popen(
        [*MODULE, "--scenario", "tiny", "--port", "0", "--exit-with-parent"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix(READY).strip()
            told = "".join(process.stdout.readline() for _ in range(7))
        finally:
            process.terminate()
    for words in (f"{url}/shopify/", f"{url}/meta/v26.0/", "tiny, seed 1", f"{url}/__truth/daily"):
        assert words in told


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    refused = run("--scenario", "nowhere")
    assert refused.returncode == 2
    assert "invalid choice: 'nowhere'" in refused.stderr
    assert all(name in refused.stderr for name in SCENARIOS)


def test_it_runs_where_there_is_no_aura() -> None:
    alone = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.modules['aura'] = None; import aura_sandbox.__main__",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, alone.stderr


def test_the_clock_stands_moves_and_runs(sandbox: RunningSandbox) -> None:
    moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert sandbox.clock(moment) == moment
    assert sandbox.clock(advance=3600) == datetime(2026, 11, 3, 13, tzinfo=UTC)
    assert sandbox.clock() == datetime(2026, 11, 3, 13, tzinfo=UTC)
    assert abs(sandbox.clock("real").timestamp() - time.time()) < 5
    for wrong in (
        {"now": "2026-11-03T12:00:00"},
        {"now": "noon"},
        {},
        [],
        {"advance_seconds": "1"},
    ):
        assert httpx.post(f"{sandbox.url}/__clock", json=wrong).status_code == 400


def test_events_are_told_with_their_days(start_sandbox: Callable[..., RunningSandbox]) -> None:
    events = httpx.get(f"{start_sandbox('demo').url}/__truth/events").json()["events"]
    told = {one["kind"]: (one["first_day"], one["last_day"]) for one in events}
    assert told == {
        "late_conversions": ("2026-11-15", "2026-11-19"),
        "tracking_outage": ("2026-11-08", "2026-11-11"),
        "conversion_rate": ("2026-11-04", None),
        "refund_wave": ("2026-11-17", "2026-11-18"),
    }


def test_grants_and_the_clock_survive_a_restart(
    start_sandbox: Callable[..., RunningSandbox], tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    first = start_sandbox("plain", state=state, seed=5, now=moment)
    shop = shopify(first)
    truth = first.truth(date(2026, 11, 1), date(2026, 11, 2))
    first.process.terminate()
    first.process.wait(timeout=20)
    assert state.stat().st_mode & 0o777 == 0o600
    # the world and the clock are those of the file; nothing has to be said again
    second = start_sandbox(None, anchor=None, state=state)
    assert second.clock() == moment
    assert second.truth(date(2026, 11, 1), date(2026, 11, 2)) == truth
    again = type(shop)(second, shop.token)
    assert again.data("{ shop { name } }") == {"shop": {"name": "Plain Goods"}}


def test_a_state_file_of_another_world_is_refused(
    start_sandbox: Callable[..., RunningSandbox], tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    start_sandbox("plain", state=state)
    for words, reason in (
        (["--scenario", "demo"], "scenario plain, not demo"),
        (["--anchor", "2026-01-01"], "anchor 2026-11-20, not 2026-01-01"),
    ):
        refused = run("--port", "0", "--state", str(state), *words)
        assert (refused.returncode, reason in refused.stderr) == (2, True)
    state.write_text("{", encoding="utf-8")
    refused = run("--port", "0", "--state", str(state))
    assert refused.returncode == 2
    assert "no state file" in refused.stderr


def test_it_ends_when_told(start_sandbox: Callable[..., RunningSandbox]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        process = start_sandbox("plain").process
        process.send_signal(number)
        assert process.wait(timeout=20) in {0, -number}


def test_it_ends_with_its_parent() -> None:
    code = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m', 'aura_sandbox', "
        "'--scenario', 'plain', '--port', '0', '--exit-with-parent'], stdout=subprocess.PIPE, "
        "text=True); print(p.pid, p.stdout.readline(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, _, line = parent.stdout.readline().partition(" ")
        assert line.startswith(READY)
        child = psutil.Process(int(pid))
        parent.kill()
    child.wait(timeout=20)
    assert not child.is_running()
