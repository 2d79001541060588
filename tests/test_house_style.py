"""The bars of style that a linter does not know: sizes, docstrings, what must not be here."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = {
    ".py",
    ".toml",
    ".txt",
    ".json",
    ".md",
    ".yml",
    ".yaml",
    ".sql",
    ".sh",
    ".html",
    ".css",
    ".js",
    "",
}
LOCAL_FOLDERS = "work|root|home|farm|Users"
LOCAL_PATH = re.compile(rf"(?<![\w.])/(?:{LOCAL_FOLDERS})/[\w./-]+")
INDEX_ADDRESS = re.compile(r"https?://[^\s\"']+/simple\b|\"resolved\": \"http")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in python_files()
        if (count := path.read_text(encoding="utf-8").count("\n")) > 400
    }
    assert long == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": length(node)
        for path in python_files()
        for node in functions(path)
        if length(node) > 60
    }
    assert long == {}


def test_nine_in_ten_functions_of_the_product_have_30_lines_at_most() -> None:
    sizes = [
        length(node)
        for path in python_files()
        if path.is_relative_to(ROOT / "src")
        for node in functions(path)
    ]
    assert sum(size <= 30 for size in sizes) / len(sizes) >= 0.9


@pytest.mark.parametrize(
    "pattern", [LOCAL_PATH, INDEX_ADDRESS], ids=["local path", "package index"]
)
def test_the_tree_names_no_machine(pattern: re.Pattern[str]) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix in TEXT and path.stat().st_size < 1_000_000 and path != Path(__file__)
        for match in [pattern.search(path.read_text(encoding="utf-8", errors="replace"))]
        if match
    }
    assert found == set()


def test_nothing_in_the_product_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|for now|placeholder)\b")
    unfinished = {
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.is_relative_to(ROOT / "src") and words.search(path.read_text(encoding="utf-8"))
    }
    assert unfinished == set()


def test_every_module_of_the_product_says_what_it_is() -> None:
    silent = {
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.is_relative_to(ROOT / "src")
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    }
    assert silent == set()


@pytest.mark.xdist_group("grouped")
def test_the_group_of_a_test_is_known_to_what_hands_tests_out(request):
    """Else what a group shares is started by every worker."""
    is_handed_out = bool(request.config.getoption("loadgroup", default=False))
    assert request.node.nodeid.endswith("@grouped") == is_handed_out
