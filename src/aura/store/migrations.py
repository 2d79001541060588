"""The migration files: read, split into statements, compared.

The Supabase CLI remembers an applied migration by its statements, we by the checksum of its file. A
row that the CLI pushed is compared by its words: comments, spaces and semicolons aside, since the
CLI decides what it does with those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from aura.errors import DatabaseError

FILE_NAME = re.compile(r"(\d{14})_(\w+)\.sql")
# what starts first wins: a quote inside a comment opens nothing
TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]* )
  | (?P<block> /\* )
  | (?P<dollar> \$(?:[A-Za-z_]\w*)?\$ )
  | (?P<word> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | [\w$]+ )
  | (?P<end> ; )
  | (?P<space> \s+ )
  | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)
BLOCK_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `supabase/migrations`: its 14 digits, its topic and its text."""

    version: str
    name: str
    text: str

    @property
    def checksum(self) -> bytes:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def statements(self) -> list[str]:
        """The statements, without the semicolons that end them."""
        return split(self.text)


def migrations() -> list[Migration]:
    """Every migration of this version of Aura, oldest first."""
    found = []
    for file in _folder().iterdir():
        named = FILE_NAME.fullmatch(file.name)
        if named is not None:
            text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
            found.append(Migration(named[1], named[2], text))
    return sorted(found, key=lambda migration: migration.version)


def _folder() -> Traversable:
    """`aura/migrations` of an installed wheel; in a checkout the repository's own folder."""
    packaged = files("aura") / "migrations"
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).parents[3] / "supabase" / "migrations"
    if checkout.is_dir():
        return checkout
    raise DatabaseError("This installation of Aura has lost its migrations: install it again.")


def split(text: str) -> list[str]:
    """The statements of a script, comments kept, ending semicolons and spaces around them not."""
    found: list[str] = []
    current = ""
    has_words = False
    for kind, piece in _pieces(text):
        if kind != "end":
            current += piece
            has_words = has_words or kind in {"word", "mark"}
        if kind == "end":
            if has_words:
                found.append(current.strip())
            current, has_words = "", False
    return [*found, current.strip()] if has_words else found


def words(statements: list[str]) -> list[str]:
    """What the statements say, without comments, spaces and semicolons."""
    text = "\n;\n".join(statements)
    return [piece for kind, piece in _pieces(text) if kind in {"word", "mark"}]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None:  # the last alternative matches anything
            raise AssertionError(text[position:])
        kind, end = str(token.lastgroup), token.end()
        if kind == "block":
            kind, end = "comment", _end_of_block(text, end)
        elif kind == "dollar":
            closing = text.find(token[0], end)
            kind, end = ("mark", end) if closing < 0 else ("word", closing + len(token[0]))
        yield kind, text[position:end]
        position = end


def _end_of_block(text: str, position: int) -> int:
    """Where a block comment ends; they nest."""
    depth = 1
    for edge in BLOCK_EDGE.finditer(text, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)
