"""A stream whose reader may be slow: pieces come in as fast as they are made, and wait outside.

Whoever makes them holds a connection to the database until the last one; a reader over a bad line
would keep it for hours. What the reader has not taken yet lies in memory, beyond a megabyte in a
temporary file that goes with the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from tempfile import SpooledTemporaryFile
from typing import IO

from aura.errors import ConfigurationError

IN_MEMORY = 1 << 20
_PIECE = 1 << 16


async def read_ahead(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same bytes, in pieces of other sizes. Raises what the pieces raise, in its place.

    ConfigurationError when there is no room for what waits.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY) as waiting:
        more = asyncio.Event()
        reading = asyncio.create_task(_read(pieces, waiting, more))
        taken = 0
        try:
            while not reading.done() or taken < _end(waiting):
                more.clear()
                if taken == _end(waiting):
                    await more.wait()
                waiting.seek(taken)
                piece = waiting.read(_PIECE)
                taken += len(piece)
                if piece:
                    yield piece
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await reading


def _end(file: IO[bytes]) -> int:
    return file.seek(0, 2)


async def _read(pieces: AsyncGenerator[bytes, None], into: IO[bytes], more: asyncio.Event) -> None:
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                _append(into, piece)
                more.set()
    finally:
        more.set()


def _append(file: IO[bytes], piece: bytes) -> None:
    try:
        _end(file)
        file.write(piece)
    except OSError as error:
        raise ConfigurationError(
            f"There is no room for temporary files: {error.strerror}. Free space and try again."
        ) from error
