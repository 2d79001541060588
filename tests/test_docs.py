"""What the documentation says can be done, is there; what is there, is documented."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main

from aura.api.description import operations
from aura.api.problems import kinds
from aura.api.v1 import described_api
from aura.cli.main import application
from aura.config import Settings
from aura.metrics import CATALOGUE
from requirements import require
from sandbox_fixture import running_sandbox

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
AURA = Path(sys.executable).parent / "aura"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "src").rglob("README.md")])
WRITTEN = [page for page in PAGES if page.parent != DOCS / "reference"]
RULES = ROOT / "src" / "aura" / "insights" / "rules"
# read by tests and by the continuous integration, not by the program
OF_TESTS = {"AURA_TEST_POSTGRES", "AURA_REQUIRE_ALL"}
# these run until they are stopped
SERVERS = {"demo", "up", "web", "worker", "sandbox"}
# a brand that came from a file has no platform to sync; without credentials something is missing
OTHER_ENDS = {"sync": {5}, "doctor": {0, 1}}


@dataclass(frozen=True)
class Command:
    """One command line of a page, without what stands before and behind it."""

    page: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page.name}: {' '.join(self.words)}"


def commands(page: Path) -> Iterator[Command]:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|bash)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for line in lines + re.findall(r"`((?:aura|make) [^`\n]+)`", prose):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            del words[0]
        if words and words[0].removeprefix(".venv/bin/") in {"aura", "make"}:
            yield Command(page, (words[0].removeprefix(".venv/bin/"), *words[1:]))


COMMANDS = [command for page in WRITTEN for command in commands(page)]
OF_AURA = [command for command in COMMANDS if command.words[0] == "aura"]
OF_MAKE = [command for command in COMMANDS if command.words[0] == "make"]


def resolve(words: tuple[str, ...]) -> tuple[Any, list[str], list[str]]:
    """The command that the words name, its own name's words, and what is left."""
    command: Any = typer.main.get_command(application)
    named, left = [], list(words)
    while left and left[0] in getattr(command, "commands", {}):
        command = command.commands[left[0]]
        named.append(left.pop(0))
    return command, named, left


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """As a person calls it, also when `make test` runs this."""
    require("make", shutil.which("make") is not None)
    surroundings = {name: value for name, value in os.environ.items() if name[:4] != "MAKE"}
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )


def makefile_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+):.*## ", text, flags=re.MULTILINE))


def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_commands_are_found_in_the_pages() -> None:
    assert len(OF_AURA) >= 10
    assert {command.words[1] for command in OF_MAKE} >= {"demo", "test", "prove"}


@pytest.mark.parametrize("command", OF_AURA, ids=str)
def test_a_command_in_the_pages_exists_with_its_options(command: Command) -> None:
    found, named, left = resolve(command.words[1:])
    assert named or left[0] in {"--help", "--version"}
    assert not getattr(found, "commands", None) or not left or left == ["--help"]
    options = {name for parameter in found.params for name in parameter.opts} | {"--help"}
    written = {word.partition("=")[0] for word in left if word.startswith("-")}
    assert written <= options


@pytest.mark.parametrize("command", OF_MAKE, ids=str)
def test_a_make_target_in_the_pages_exists(command: Command) -> None:
    targets = [word for word in command.words[1:] if "=" not in word]
    assert set(targets) <= makefile_targets()
    dry = make("--dry-run", *targets)
    assert dry.returncode == 0, dry.stderr


def test_make_alone_lists_every_target() -> None:
    listed = make()
    assert {line.split()[1] for line in listed.stdout.splitlines()} == makefile_targets()


@pytest.mark.timeout(300)
def test_the_commands_of_the_quickstart_run(owner_url: str, tmp_path: Path) -> None:
    export = ROOT / "tests" / "imports" / "files" / "orders.csv"
    shutil.copy(export, tmp_path / "orders_export.csv")
    surroundings = {name: value for name, value in os.environ.items() if name[:5] != "AURA_"}
    surroundings |= {"AURA_HOME": str(tmp_path / "home"), "AURA_DATABASE_URL": owner_url}
    lines = [command.words[1:] for command in commands(DOCS / "quickstart.md")]
    ran = set()
    for words in lines:
        _, named, _ = resolve(words)
        if not named or named[0] in SERVERS:
            continue
        done = subprocess.run(
            [str(AURA), *words],
            cwd=tmp_path,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode in OTHER_ENDS.get(named[0], {0}), (words, done.stdout, done.stderr)
        ran.add(" ".join(named))
    assert ran >= {"import orders", "db migrate", "db roles", "report overview", "insights list"}


async def test_the_generated_pages_are_current(owner_url: str) -> None:
    generate = generator()
    stale = generate.out_of_date(await generate.pages(owner_url))
    assert [path.name for path in stale] == [], "run `make docs`"


def test_the_calls_in_the_sandboxs_guide_run() -> None:
    require("curl", shutil.which("curl") is not None)
    text = (DOCS / "sandbox.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    calls = [block for block in blocks if "curl" in block]
    assert len(calls) >= 4
    with running_sandbox("plain") as sandbox:
        script = "".join(calls).replace("http://127.0.0.1:8322", sandbox.url)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace("curl -s", "curl -sS --noproxy '*'")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_operation_of_the_api_is_documented() -> None:
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    found = list(operations(described_api()))
    assert {p for p, m, _ in found if f"### `{m.upper()} /v1{p}`\n" not in page} == set()
    guide = (DOCS / "api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \d+ \| `([a-z-]+)` \|", guide, re.MULTILINE)) <= set(kinds())


def test_the_generated_pages_say_the_same_on_every_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    generate = generator()
    made = generate.command_page() + generate.settings_page()
    for name, value in {"COLUMNS": "40", "TERM": "dumb", "AURA_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert generate.command_page() + generate.settings_page() == made
    assert str(Path.home()) + "/" not in made


def test_every_setting_is_documented_and_no_other_is_spoken_of() -> None:
    settings = {f"AURA_{name.upper()}" for name in Settings.model_fields}
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert {name for name in settings if f"`{name}`" not in page} == set()
    spoken_of = {
        name
        for folder in (ROOT / "src" / "aura", DOCS, ROOT / "README.md")
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        if path.suffix in {".py", ".md", ".html"}
        for name in re.findall(r"\bAURA_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    # a message that names a platform's credentials puts the name together
    assert spoken_of - settings - OF_TESTS == set()


def test_every_metric_is_documented() -> None:
    page = (DOCS / "reference" / "metrics.md").read_text(encoding="utf-8")
    assert {key for key in CATALOGUE if f"| `{key}` |" not in page} == set()


def test_every_command_is_documented() -> None:
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")

    def paths(command: Any, words: list[str]) -> Iterator[str]:
        yield " ".join(words)
        for name, below in getattr(command, "commands", {}).items():
            yield from paths(below, [*words, name])

    every = set(paths(typer.main.get_command(application), ["aura"]))
    assert {path for path in every if f"## `{path}`\n" not in page} == set()
    assert len(every) > 15


def finding_types() -> set[str]:
    """Every word that a rule gives as the type of what it found."""
    return {
        keyword.value.value
        for path in RULES.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "finding_type" and isinstance(keyword.value, ast.Constant)
    }


def test_every_rule_has_its_page_and_every_page_its_rule() -> None:
    pages = {path.stem for path in (DOCS / "insights").glob("*.md")}
    rules = {path.stem for path in RULES.glob("*.py") if not path.stem.endswith(("_words", "__"))}
    assert rules == pages == finding_types()


def links(page: Path) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    broken = [
        target
        for target in links(page)
        if not (page.parent / target.partition("#")[0]).resolve().exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(
        r"`([a-z_]+/[\w./-]*[\w/](?:\.(?:py|sql|md|csv))?)`", page.read_text(encoding="utf-8")
    )
    places = (ROOT, ROOT / "src" / "aura", page.parent)
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_a_decision_is_one_page_at_most() -> None:
    decisions = list((DOCS / "decisions").glob("*.md"))
    assert decisions
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in decisions}
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in lengths)


def test_every_picture_is_small_and_of_the_pages_that_are_photographed() -> None:
    pictures = {path.stem: path for path in (DOCS / "pictures").glob("*.png")}
    assert {name for name, path in pictures.items() if path.stat().st_size > 300_000} == set()
    script = (DOCS / "screenshots.py").read_text(encoding="utf-8")
    assert {name for name in pictures if f'"{name}"' not in script} == set()
