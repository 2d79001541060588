"""A stream whose reader may be slow: pieces come in as fast as they are made, and wait outside.

Whoever makes them holds a connection to the database until the last one; a reader over a bad line
would keep it for hours. What the reader has not taken yet lies in memory, beyond a megabyte in a
temporary file that goes with the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO

from aura.errors import ConfigurationError

IN_MEMORY = 1 << 20
_PIECE = 1 << 16


async def read_ahead(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same bytes, in pieces of other sizes. Raises what the pieces raise, in its place.

    ConfigurationError when there is no room for what waits.
    """
    waiting = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closing may fail, see below
    more = asyncio.Event()
    reading = asyncio.create_task(_read(pieces, waiting, more))
    taken = 0
    try:
        while True:
            more.clear()
            with _room():
                waiting.seek(taken)
                piece = waiting.read(_PIECE)
            taken += len(piece)
            if piece:
                yield piece
            elif reading.done():
                break
            else:
                # nothing waits: its room is given back
                with _room():
                    waiting.truncate(0)
                taken = 0
                await more.wait()
        await reading
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading
        # closing tries once more to write what did not fit
        with suppress(OSError):
            waiting.close()


async def _read(pieces: AsyncGenerator[bytes, None], into: IO[bytes], more: asyncio.Event) -> None:
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                with _room():
                    into.seek(0, SEEK_END)
                    into.write(piece)
                    into.flush()
                more.set()
    finally:
        more.set()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"There is no room for temporary files: {error.strerror}. Free space and try again."
        ) from error
