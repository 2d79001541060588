"""An earlier morning as templates take it: the slider, sums then and now, and what was said.

In: a Morning, or the period of a page. Out: plain texts and cards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request

from aura.reports.as_of import Changed, changed_since
from aura.reports.insight_feed import outcome_words
from aura.reports.morning import REACH, Morning, Stood, Wording
from aura.reports.now_only import now_only
from aura.reports.periods import Period, today_in
from aura.store.reports import BrandRow
from aura.web.cards import Card, card_of_insight
from aura.web.site import Member, Site


@dataclass(frozen=True, slots=True)
class Mornings:
    """The slider: the day that is shown, its neighbours, and the days that can be slid to.

    Attributes:
        pairs: what else the page's address says.
    """

    day: date
    today: date
    days: tuple[date, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def earlier(self) -> date:
        """The day before."""
        return self.day - timedelta(days=1)

    @property
    def later(self) -> date | None:
        """The day after; None when that has not come."""
        return self.day + timedelta(days=1) if self.day < self.today else None

    def address(self, day: date) -> str:
        """The page as of another day."""
        return "?" + urlencode((*self.pairs, ("as_of", day.isoformat())))

    @property
    def now_address(self) -> str:
        """The page as of now."""
        return "?" + urlencode(self.pairs)


def unseen(request: Request, what: str) -> str | None:
    """The sentence for a page that is asked for an earlier day and cannot know one."""
    return now_only(what) if request.query_params.get("as_of") else None


def then_with(period: Period, brand: BrandRow, now: datetime, changes: Sequence[Changed]) -> Then:
    """The same for a page that knows what changed; its address says the period alone."""
    kept = (*period.range_pairs, *period.comparison.pairs)
    today = today_in(brand.timezone, now)
    return Then(mornings(period.today, today=today, pairs=kept), tuple(changes))


def mornings(day: date, *, today: date, pairs: Sequence[tuple[str, str]] = ()) -> Mornings:
    """The slider at a day: the last REACH days up to today, and that day where it is earlier."""
    first = min(day, today - timedelta(days=REACH))
    days = tuple(first + timedelta(days=n) for n in range((today - first).days + 1))
    others = tuple(pair for pair in pairs if pair[0] != "as_of")
    return Mornings(day, today, days[: REACH + 1] if day == first else days[-REACH - 1 :], others)


@dataclass(frozen=True, slots=True)
class Then:
    """What a page of figures says of the earlier day that it is seen as of."""

    slider: Mornings
    changes: tuple[Changed, ...]


async def then_of(
    site: Site, member: Member, brand: BrandRow, period: Period, pairs: Sequence[tuple[str, str]]
) -> Then | None:
    """That, for the period of an address; None when it is seen from now.

    `pairs` is what the address says beside the period and its comparison.
    """
    if period.as_of is None:
        return None
    now = site.clock()
    kept = (*period.range_pairs, *period.comparison.pairs, *pairs)
    return Then(
        mornings(period.today, today=today_in(brand.timezone, now), pairs=kept),
        await changed_since(
            site.database,
            user_id=member.person.id,
            brand_id=brand.id,
            days=period.days,
            as_of=period.as_of,
            now=now,
        ),
    )


# how an insight's words are called where they are not those of its row
_WORDINGS: Final[dict[Wording, str]] = {
    "stored": "",
    "computed": "in the words of that morning, computed again",
    "later": "in the words of a later morning: computed again, it is not found any more",
}


@dataclass(frozen=True, slots=True)
class StoodCard:
    """An insight as it stood, with what became of it and where its words come from."""

    card: Card
    since: str
    outcomes: tuple[str, ...]
    wording: str
    is_linked: bool


def morning_context(morning: Morning, *, today: date) -> dict[str, Any]:
    """Everything that the template shows."""
    return {
        "morning": morning,
        "slider": mornings(morning.day, today=today),
        "health": [_stood(one, morning) for one in morning.stood if one.is_health],
        "found": [_stood(one, morning) for one in morning.stood if not one.is_health],
    }


def _stood(one: Stood, morning: Morning) -> StoodCard:
    outcomes = sorted(one.insight.outcomes.items())
    return StoodCard(
        card_of_insight(one.insight),
        one.since,
        tuple(outcome_words(days, outcome) for days, outcome in outcomes),
        _WORDINGS[one.wording] if morning.is_from_ledger else "",
        one.is_linked,
    )
