"""What cannot be seen as of an earlier day, and why: nothing is shown that nobody could know.

Days of accounts and campaigns are kept with all that was ever said of them, so any morning comes
back. What is told of single orders is kept as it is known now alone.
"""

from __future__ import annotations

from typing import Final

# by what is shown: why an earlier day of it cannot be told
NOW_ONLY: Final[dict[str, str]] = {
    "attribution": (
        "an order and its visits are kept as they are known now, with later returns and edits"
    ),
    "cohorts": (
        "an order is kept as it is known now, with later returns and edits, and so is who bought "
        "first"
    ),
    "reconciliation": "of the comparisons with the platforms' own reports the last one is kept",
    "metric rows": (
        "these rows hold what is known now; the days of an entity can be seen as of an earlier day"
    ),
    "exports": "`history` holds everything that was ever stated, with the day on which it was seen",
    "month": "its targets and its forecast are those of now",
}


def now_only(what: str) -> str:
    """The sentence for somebody who asks for an earlier day; `what` is a key of NOW_ONLY."""
    return f"This cannot be seen as of an earlier day: {NOW_ONLY[what]}."
