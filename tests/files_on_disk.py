"""What lies below a folder, read whole: for tests that look for what must not be on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def files_below(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below with its bytes.

    What vanishes while this walks is left out: the tests share one server, and each drops its
    database at its end.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                path = Path(parent, name)
                yield path, path.read_bytes()
