"""How insights last: whether what stands is true, and whether what goes on is still said.

The figures of the table ask whether an insight was right when it opened. Here every morning on
which one stood is asked, and every morning after its opening on which its event went on. Where
another scope or type took the story over it counts as not said; what stands on into a later event
of the same scope counts as standing after the end of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scoring import Tally, plain_scope
from truth import CLAIMS, World


@dataclass(frozen=True)
class Span:
    """An insight that stood on the mornings `first` to before `end`, elements of the world."""

    kind: str
    scope: tuple[str, str, str]
    first: int
    end: int


def count(tally: Tally, world: World, spans: Iterable[Span]) -> None:
    """Add how a world's insights lasted; the events of `tally` are the world's own."""
    stood: set[tuple[str, tuple[str, str, str], int]] = set()
    found: Counter[str] = Counter()
    opened: list[tuple[str, tuple[str, str, str], int]] = []
    for span in spans:
        if span.kind not in CLAIMS:
            continue
        scope = plain_scope(world, span.scope)
        opened.append((span.kind, scope, span.first))
        for morning in range(span.first, span.end):
            stood.add((span.kind, scope, morning))
            found["mornings"] += 1
            found["true"] += world.is_true(scope, span.kind, min(morning, world.days))
    for event in tally.events:
        if event["delay"] is None:
            continue
        place = event["kind"], event["scope"]
        mornings = range(event["first"] + event["delay"], event["last"] + 2)
        found["told"] += 1
        found["going_on"] += len(mornings)
        found["said"] += sum((*place, morning) in stood for morning in mornings)
        openings = sum((*place, morning) in opened for morning in mornings)
        found["told_anew"] += max(openings - 1, 0)
        after = event["last"] + 2
        while (*place, after) in stood:
            after += 1
        found["days_after"] += after - event["last"] - 2
    tally.lasting.update(found)


def rows(tally: Tally) -> dict[str, float]:
    """Shares of mornings, and by event that was told: how often anew, how long after its end."""
    found, told = tally.lasting, max(tally.lasting["told"], 1)
    return {
        "standing_true": found["true"] / max(found["mornings"], 1),
        "going_on_said": found["said"] / max(found["going_on"], 1),
        "told_anew": found["told_anew"] / told,
        "days_after_the_end": found["days_after"] / told,
    }
