"""What survives a restart: the world's name, the clock, codes, grants and tokens.

One JSON file, written whole to a neighbour and moved into place, so it is never half there. Without
a file everything is forgotten at the end.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class StateError(Exception):
    """The file cannot be used; the message says why and what to do."""


class State:
    """A dictionary that saves itself."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.fields: dict[str, Any] = {
            "world": {},
            "clock": {},
            "codes": {},
            "grants": {},
            "tokens": {},
        }
        if path is not None and path.exists():
            try:
                read = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                read = None
            if not isinstance(read, dict) or self.fields.keys() - read.keys():
                raise StateError(
                    f"{path} is no state file of the sandbox: delete it or name another"
                )
            self.fields = read

    def save(self) -> None:
        """Write the file."""
        if self._path is None:
            return
        unfinished = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self.fields, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
