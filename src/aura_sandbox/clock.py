"""The sandbox's clock: fixed at a moment, advanced by hand, or real time with an offset.

What a platform answers, and when a token is too old, depends on it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970; `fixed` None means that time runs."""

    def __init__(self, fixed: int | None = None, offset: int = 0) -> None:
        self._fixed, self._offset = fixed, offset

    def now(self) -> int:
        """This moment."""
        return self._fixed if self._fixed is not None else int(time.time()) + self._offset

    def fix(self, moment: int) -> None:
        """Stand still at a moment."""
        self._fixed = moment

    def run(self) -> None:
        """Real time."""
        self._fixed, self._offset = None, 0

    def advance(self, seconds: int) -> None:
        """Move on; a fixed clock stays fixed, a running one runs ahead."""
        if self._fixed is None:
            self._offset += seconds
        else:
            self._fixed += seconds

    def kept(self) -> dict[str, int | None]:
        """What a restart needs to go on from here."""
        return {"fixed": self._fixed, "offset": self._offset}

    def shown(self) -> dict[str, object]:
        """What GET /__clock says."""
        return {
            "now": datetime.fromtimestamp(self.now(), UTC).isoformat(),
            "mode": "real" if self._fixed is None else "fixed",
            "offset_seconds": self._offset,
        }


def parse_moment(text: str) -> int:
    """ISO 8601 with an offset. Raises ValueError otherwise."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError("a moment needs an offset, as in 2026-11-22T08:00:00Z")
    return int(parsed.timestamp())
