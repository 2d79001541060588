"""How much must be seen of a scope before it is spoken of, and how little for it to stand on.

What is said already is asked for less than what is new (two thresholds, as a Schmitt trigger has
them), so that an insight does not end and open anew while its cause goes on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from aura.insights.claim import Claim
from aura.insights.evidence import Evidence
from aura.insights.finding import Place
from aura.insights.measure import MeasureName
from aura.insights.series import BoolArray, FloatArray

# what a window around a holiday or promotion must show beyond that
_HOLIDAY_SURPRISE = 1.5
# what is asked beyond that where all that strays is the chance of counts, or of days
_COUNT_SURPRISE = 3.0
# (W,); noise that lasts makes long windows stray further than their days tell
_DAY_SURPRISE = np.array((2.6, 2.6, 2.6, 3.2, 3.8, 4.4))
# and how much less on the first mornings: the first look sees at once all that is the matter, each
# later one only what broke since, so of what looks like it more is true
_FIRST_LOOKS = 1.0
# what is asked where the price of a click shows it: probability, surprise
_SPEAK_BY_PRICE = 0.93
_PRICE_SURPRISE = 4.9
# what is asked of what stands: surprise, part of what is asked beyond it, and how much less sure
# it need be
_STANDING_SURPRISE = 1.0
_STANDING_PART = 0.5
_STANDING_DOUBT = 0.26

# probability and surprise, (…, W)
Seen = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of scopes apart from the numbers that a claim is about.

    Attributes:
        moved: the leaves of each scope that has moved in another measure.
        stands: of which scopes the same is said already.
    """

    moved: Collection[frozenset[int]] = ()
    stands: Collection[Place] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Burden:
    """What is asked of a scope, (), or of many, (K, 1).

    Attributes:
        surprise: what a calm window of many purchases must show of what is new.
        speak: the least probability of that.
        stands: where the same is said already; None: nowhere, as on most mornings.
    """

    surprise: FloatArray
    speak: float
    stands: BoolArray | None = None

    @property
    def least(self) -> FloatArray:
        """No window with less is enough."""
        if self.stands is None:
            return self.surprise
        standing = np.minimum(self.surprise, _STANDING_SURPRISE)
        return np.asarray(np.where(self.stands, standing, self.surprise))

    @property
    def anew(self) -> Burden:
        """The same if nothing stood."""
        return replace(self, stands=None)

    @property
    def by_price(self) -> Burden:
        """The same where the price of a click shows it."""
        surprise = np.minimum(self.surprise, _PRICE_SURPRISE)
        return replace(self, surprise=surprise, speak=_SPEAK_BY_PRICE)

    def asked(self, evidence: Evidence, holiday: FloatArray) -> FloatArray:
        """The surprise: more around holidays, more of few purchases and of restless days, (…, W).

        What strays slowly has few chances a year to look like an event, chance has one every few
        days.
        """
        counts, days = evidence.chances
        by_chance = _COUNT_SURPRISE * counts + _DAY_SURPRISE * days
        if self.stands is not None:
            by_chance = np.where(self.stands, _STANDING_PART * by_chance, by_chance)
        return np.asarray(self.least + by_chance + _HOLIDAY_SURPRISE * holiday)

    def is_likely(self, probability: FloatArray) -> BoolArray:
        """Where a claim is sure enough."""
        if self.stands is None:
            return np.asarray(probability > self.speak)
        standing = max(self.speak - _STANDING_DOUBT, 0.5)
        return np.asarray(probability > np.where(self.stands, standing, self.speak))


def burden(
    claim: Claim, *, moved: BoolArray | bool, is_new: BoolArray | bool, stands: BoolArray | None
) -> Burden:
    """What a claim asks of scopes that moved in another measure, are new, or stand already."""
    surprise = np.where(moved, claim.echo, claim.surprise) - _FIRST_LOOKS * np.asarray(is_new)
    return Burden(surprise, claim.speak, stands)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What a measure says of scopes, (…, W): where it is `likely` enough, and what is `asked`.

    `is_news`: enough for it to be said if it did not stand; `stands`: (…, 1), it does, if any does.
    """

    measure: MeasureName
    probability: FloatArray
    surprise: FloatArray
    asked: FloatArray
    likely: BoolArray
    is_news: BoolArray
    stands: BoolArray | None

    @property
    def is_standing(self) -> bool:
        """Whether it stands, of one scope."""
        return self.stands is not None and bool(self.stands.any())

    def of(self, row: int) -> Weighed:
        """What it says of one of many, (W,)."""
        return Weighed(
            self.measure,
            self.probability[row],
            self.surprise[row],
            self.asked[row],
            self.likely[row],
            self.is_news[row],
            None if self.stands is None else self.stands[row],
        )


def weigh(
    measure: MeasureName, seen: Seen, asks: Burden, evidence: Evidence, holiday: FloatArray
) -> Weighed:
    """What was seen (probability and surprise) against what is asked of such evidence."""
    probability, surprise = seen
    asked, likely = asks.asked(evidence, holiday), asks.is_likely(probability)
    is_news = likely & (surprise > asked)
    if asks.stands is not None:
        anew = asks.anew
        is_news = anew.is_likely(probability) & (surprise > anew.asked(evidence, holiday))
    return Weighed(measure, probability, surprise, asked, likely, is_news, asks.stands)
