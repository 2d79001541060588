from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from aura.cli.main import application
from aura_sandbox.scenarios import SCENARIOS

AURA = Path(sys.executable).parent / "aura"


def aura(*words: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    environment |= {"AURA_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        [str(AURA), *words],
        env=environment | {f"AURA_{name.upper()}": value for name, value in settings.items()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_sandboxs_help_names_every_scenario(tmp_path: Path) -> None:
    told = aura("sandbox", "--help", home=tmp_path).stdout
    assert [name for name in SCENARIOS if name not in told] == []
    assert "needs no account" in " ".join(told.split())


def every_command() -> Iterator[list[str]]:
    def walk(command: object, words: list[str]) -> Iterator[list[str]]:
        yield words
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, [*words, name])

    yield from walk(typer.main.get_command(application), [])


def is_one_readable_line(text: str) -> bool:
    return text.startswith("aura: ") and text.count("\n") == 1 and "Traceback" not in text


@pytest.mark.parametrize("words", list(every_command()), ids=" ".join)
def test_every_command_explains_itself(words: list[str]) -> None:
    shown = CliRunner().invoke(application, [*words, "--help"], prog_name="aura")
    assert shown.exit_code == 0, shown.output
    assert f"Usage: {' '.join(['aura', *words])}" in shown.output


def test_the_installed_command_explains_itself(tmp_path: Path) -> None:
    shown = aura("--help", home=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "Usage: aura" in shown.stdout


def test_importing_and_exporting_load_neither_the_server_nor_the_statistics() -> None:
    asked = (
        "import sys, typer.main; from aura.cli.main import application;"
        "shell = typer.main.get_command(application);"
        "[shell.commands[name] for name in ('import', 'export')];"
        "print({'fastapi', 'scipy', 'aura_sandbox'} & set(sys.modules))"
    )
    seen = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert seen.stdout == "set()\n"


def test_a_migrated_database_is_said_to_be_up_to_date(owner_url: str, tmp_path: Path) -> None:
    done = aura("db", "migrate", home=tmp_path, database_url=owner_url)
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        url = f"postgresql://someone:canary-password@127.0.0.1:{port}/nowhere"
        done = aura("db", "migrate", home=tmp_path, database_url=url)
    assert done.returncode == 3
    assert is_one_readable_line(done.stderr), done.stderr
    assert "canary-password" not in done.stderr + done.stdout
    assert str(port) in done.stderr


def test_a_database_address_that_is_none_is_refused(tmp_path: Path) -> None:
    done = aura("db", "migrate", home=tmp_path, database_url="not an address")
    assert done.returncode in {2, 3}
    assert is_one_readable_line(done.stderr), done.stderr


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = aura("doctor", home=tmp_path, port="eighty")
    assert done.returncode == 2
    assert is_one_readable_line(done.stderr)
    assert "AURA_PORT" in done.stderr


def test_a_wrong_token_key_is_refused_before_anything_starts(
    owner_url: str, tmp_path: Path
) -> None:
    done = aura(
        "web", home=tmp_path, database_url=owner_url, token_keys="k1:dG9vIHNob3J0", port="0"
    )
    assert done.returncode == 2
    assert is_one_readable_line(done.stderr), done.stderr
    assert "dG9vIHNob3J0" not in done.stderr


@pytest.mark.parametrize("command", ["demo", "up", "web"])
def test_a_taken_port_is_said_with_what_to_do(command: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = aura(command, home=tmp_path, port=port)
    assert done.returncode == 2
    assert is_one_readable_line(done.stderr), done.stderr
    assert "AURA_PORT" in done.stderr
    assert port in done.stderr


def test_the_doctor_names_what_is_missing(owner_url: str, tmp_path: Path) -> None:
    done = aura("doctor", "--json", home=tmp_path, database_url=owner_url, meta_client_id="x")
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["database"]["is_fine"] is True
    assert found["schema"]["is_fine"] is True
    assert found["Shopify"]["is_fine"] is None
    assert found["Meta Ads"]["is_fine"] is False
    assert "AURA_META_CLIENT_SECRET" in found["Meta Ads"]["detail"]


def test_a_report_without_a_brand_says_what_to_do(owner_url: str, tmp_path: Path) -> None:
    done = aura("report", "overview", home=tmp_path, database_url=owner_url)
    assert done.returncode == 5
    assert is_one_readable_line(done.stderr)
    assert "aura demo" in done.stderr


def test_a_home_that_holds_the_demo_is_refused_for_real_accounts(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text('{"sandbox": "http://127.0.0.1:9"}')
    done = aura("up", home=tmp_path, port="0")
    assert done.returncode == 2
    assert "AURA_HOME" in done.stderr


def test_two_logins_are_made_for_production(owner_url: str, tmp_path: Path) -> None:
    made = aura("db", "roles", "--json", home=tmp_path, database_url=owner_url)
    assert made.returncode == 0, made.stderr
    logins = json.loads(made.stdout)
    assert set(logins) == {"AURA_WEB_DATABASE_URL", "AURA_WORKER_DATABASE_URL"}
    assert len(set(logins.values())) == 2
