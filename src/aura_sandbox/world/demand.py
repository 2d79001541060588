"""How much people want to buy on a day: weekday, growth, promotions, Black Friday and noise.

Shops and ads share it, so a good day for the store is a good day for its campaigns too.
"""

from __future__ import annotations

from datetime import date, timedelta

from aura_sandbox.scenario import Promotion, Scenario
from aura_sandbox.world.chance import generator, noisy

# Monday first
_WEEKDAYS = (1.06, 1.00, 0.98, 0.97, 0.94, 0.98, 1.07)
_HANGOVER = 0.88


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
    return thursday + timedelta(days=1)


_BLACK_WEEK = {-4: 1.15, -3: 1.15, -2: 1.2, -1: 1.4, 0: 2.9, 1: 1.9, 2: 1.7, 3: 2.5, 4: 1.1}


class Demand:
    """Factors around one for any day; the same for the same seed, whatever was asked before."""

    def __init__(self, seed: int, scenario: Scenario, anchor: date) -> None:
        self._seed, self._scenario, self._anchor = seed, scenario, anchor
        self._cache: dict[date, float] = {}

    def promotion(self, day: date) -> Promotion | None:
        """The sale that is on, Black Friday's included."""
        offset = (day - self._anchor).days
        for promotion in self._scenario.promotions:
            if promotion.first <= offset <= promotion.last:
                return promotion
        since = (day - black_friday(day.year)).days
        if self._scenario.black_friday and 0 <= since <= 3:
            return Promotion("Black Friday", offset - since, offset - since + 3, 1.0, 0.25)
        return None

    def lift(self, day: date) -> float:
        """The factor of promotions, of the days of fatigue after them, and of Black Friday."""
        offset = (day - self._anchor).days
        factor = 1.0
        for promotion in self._scenario.promotions:
            if promotion.first <= offset <= promotion.last:
                factor *= promotion.factor
            elif promotion.last < offset <= promotion.last + 4:
                factor *= _HANGOVER
        if self._scenario.black_friday:
            since = (day - black_friday(day.year)).days
            factor *= _BLACK_WEEK.get(since, _HANGOVER if 4 < since <= 9 else 1.0)
        return factor

    def of(self, day: date) -> float:
        """The factor of the day on orders."""
        if day not in self._cache:
            scenario = self._scenario
            years = (day - self._anchor).days / 365 + scenario.history_days / 365
            growth = (1 + scenario.shop.growth_per_year) ** years
            noise = noisy(generator(self._seed, "demand", day), scenario.day_noise)
            self._cache[day] = growth * _WEEKDAYS[day.weekday()] * self.lift(day) * noise
        return self._cache[day]
