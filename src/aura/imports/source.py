"""A file's bytes: what kind they are, in which encoding, and lines of text from them.

The kind is told from the bytes, never from the name. A file that is not valid UTF-8 and has no byte
order mark is taken for Windows-1252. `.gz` is unpacked on the way, a `.zip` with one table and an
.xlsx workbook are turned into text; nothing is written to disk.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from aura.errors import InputError
from aura.imports import refusals, workbook

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_BYTES = 500_000_000
MOST_ROWS = 500_000
_CHUNK = 1 << 20
# no cell and no line of a real export is longer
LONGEST_LINE = 8 << 20

_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0", refusals.old_xls),
    (b"%PDF", refusals.binary),
    (b"\x1f\x8b", refusals.binary),
)
_ARCHIVE = b"PK\x03\x04"
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")
# bytes that Windows-1252 does not use, and control characters that no text has
_NO_TEXT = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D, *range(9), 0x0B, *range(0x0E, 0x20), 0x7F])


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds text: how to read it, and by what to know it again.

    Attributes:
        encoding: as Python names it: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or cp1252.
        sha256: of the unpacked bytes, so that a file and its .gz are the same file.
        size: unpacked bytes.
        file_size: bytes on disk, which progress is measured in.
        content: the text of a workbook; None for a file that is text itself.
        is_cut: the last line has no end.
        titles: what a person said that columns are: their normal names to those of a report.
    """

    path: Path
    is_gzip: bool
    encoding: str
    sha256: bytes
    size: int
    file_size: int
    content: bytes | None = None
    is_cut: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)


class _Counted(io.RawIOBase):
    """Bytes on their way through, hashed."""

    def __init__(self, inner: IO[bytes]) -> None:
        super().__init__()
        self._inner = inner
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        chunk = self._inner.read(len(view))
        view[: len(chunk)] = chunk
        self.digest.update(chunk)
        return len(chunk)


class Reading:
    """One pass over a source: lines with their ends, and how far on disk they go."""

    def __init__(self, source: Source, raw: IO[bytes], counted: _Counted, text: IO[str]) -> None:
        self._source = source
        self._raw = raw
        self._counted = counted
        self._text = text

    @property
    def is_cut(self) -> bool:
        """Whether the file's last line has no end."""
        return self._source.is_cut

    @property
    def position(self) -> int:
        """Bytes read from disk so far."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[str]:
        if self._source.encoding.startswith("utf-16"):
            return self._checked()
        # `examine` has looked at every byte: no line is too long and none has a NUL
        return iter(self._text)

    def _checked(self) -> Iterator[str]:
        number = 0
        while line := self._text.readline(LONGEST_LINE):
            number += 1
            if "\0" in line or len(line) >= LONGEST_LINE:
                raise refusals.binary(line=number)
            yield line

    def check_unchanged(self) -> None:
        """After the last line: refuse a file that another program wrote to in the meantime."""
        if self._counted.digest.digest() != self._source.sha256:
            raise refusals.changed()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turns what can go wrong while reading into a refusal."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise refusals.damaged_archive() from None
    except UnicodeDecodeError:
        raise refusals.binary() from None
    except OSError as error:
        raise InputError(f"The file {path.name} cannot be read: {error.strerror}.") from error


@contextmanager
def _unpacked(
    path: Path, *, is_gzip: bool, content: bytes | None = None
) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file on disk and the bytes in it."""
    if content is not None:
        text = io.BytesIO(content)
        yield text, text
        return
    with path.open("rb") as raw:
        if is_gzip:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield raw, cast("IO[bytes]", unpacked)
        else:
            yield raw, raw


@contextmanager
def reading(source: Source) -> Iterator[Reading]:
    """Open one pass over the file. Raises FileRefusedError while it is read."""
    with (
        _readable(source.path),
        _unpacked(source.path, is_gzip=source.is_gzip, content=source.content) as (raw, unpacked),
    ):
        counted = _Counted(unpacked)
        buffered = io.BufferedReader(counted, _CHUNK)
        with io.TextIOWrapper(buffered, encoding=source.encoding, newline="") as text:
            yield Reading(source, raw, counted, text)


def examine(path: Path, titles: Mapping[str, str] | None = None) -> Source:
    """Read the whole file once and say what it is; `titles` says what its columns are.

    Raises InputError when there is no such file, FileRefusedError when it cannot be text.
    """
    with _readable(path):
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path.name} is not a file: it is read more than once, so no pipe.")
        with path.open("rb") as raw:
            start = raw.read(4)
            if start == _ARCHIVE:
                raw.seek(0)
                content = workbook.packed_text(raw)
                if content is not None:
                    return _text_in_archive(path, content, titles or {})
                return _workbook(path, raw, titles or {})
            is_gzip = start[:2] == b"\x1f\x8b"
        with _unpacked(path, is_gzip=is_gzip) as (_, unpacked):
            chunk = unpacked.read(_CHUNK)
            state = _Seen(_kind(chunk))
            while chunk:
                state.add(chunk)
                chunk = unpacked.read(_CHUNK)
    return Source(
        path=path,
        is_gzip=is_gzip,
        encoding=state.encoding(),
        sha256=state.digest.digest(),
        size=state.size,
        file_size=status.st_size,
        is_cut=state.is_cut,
        titles=titles or {},
    )


def _text_in_archive(path: Path, content: bytes, titles: Mapping[str, str]) -> Source:
    """The one table in a .zip archive, as any file with this text."""
    state = _Seen(_kind(content))
    state.add(content)
    return Source(
        path=path,
        is_gzip=False,
        encoding=state.encoding(),
        sha256=state.digest.digest(),
        size=len(content),
        file_size=len(content),
        content=content,
        is_cut=state.is_cut,
        titles=titles,
    )


def _workbook(path: Path, raw: IO[bytes], titles: Mapping[str, str]) -> Source:
    """A workbook, read as the text of its one sheet with a report."""
    content = workbook.text_of(raw, frozenset(titles))
    return Source(
        path=path,
        is_gzip=False,
        encoding="utf-8",
        sha256=hashlib.sha256(content).digest(),
        size=len(content),
        file_size=len(content),
        content=content,
        titles=titles,
    )


def _kind(first: bytes) -> str | None:
    """The encoding that the first bytes prove, or None; refuses files of other kinds."""
    if not first.strip():
        raise refusals.empty()
    for magic, refusal in _OTHER_KINDS:
        if first.startswith(magic):
            raise refusal()
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = first.removeprefix(codecs.BOM_UTF8).lstrip()[:16].lower()
    if start.startswith(_MARKUP):
        raise refusals.html()
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return _unmarked_utf16(first[:4096])


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: in text of Latin letters every other byte is zero."""
    half = max(1, len(head) // 2)
    if head[1::2].count(0) / half > 0.6:
        return "utf-16-le"
    if head[0::2].count(0) / half > 0.6:
        return "utf-16-be"
    return None


class _Seen:
    """What the bytes so far allow."""

    def __init__(self, by_mark: str | None) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.last = b""
        self._by_mark = by_mark
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._lines = 0
        self._since_line_end = 0
        self._no_text_at: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the last line has no end."""
        return not self.last.rstrip(b"\0").endswith((b"\n", b"\r"))

    def add(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        self.last = chunk[-2:]
        if self.size > MOST_BYTES:
            raise refusals.too_large(MOST_BYTES, MOST_ROWS)
        if self._by_mark is not None and self._by_mark.startswith("utf-16"):
            return
        self._check_lines(chunk)
        if self._by_mark is not None:
            return
        if self._utf8 is not None:
            try:
                self._utf8.decode(chunk)
            except UnicodeDecodeError:
                self._utf8 = None
        if self._no_text_at is None and len(chunk.translate(None, _NO_TEXT)) != len(chunk):
            self._no_text_at = self._lines

    def _check_lines(self, chunk: bytes) -> None:
        if b"\0" in chunk:
            raise refusals.binary(line=self._lines + chunk[: chunk.index(0)].count(b"\n") + 1)
        self._lines += chunk.count(b"\n")
        last_end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        # a chunk is shorter than the longest line: only lines that go on in the next one matter
        self._since_line_end = (
            len(chunk) - last_end - 1 if last_end >= 0 else self._since_line_end + len(chunk)
        )
        if self._since_line_end >= LONGEST_LINE:
            raise refusals.binary(line=self._lines + 1)

    def encoding(self) -> str:
        """The encoding of the whole; refuses bytes that are neither UTF-8 nor Windows-1252."""
        if self._by_mark is not None:
            return self._by_mark
        if self._utf8 is not None:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                self._utf8 = None
        if self._utf8 is not None:
            return "utf-8"
        if self._no_text_at is not None:
            raise refusals.binary()
        return "cp1252"
