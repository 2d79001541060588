"""What campaigns do: spend, impressions, clicks and single conversions of every day.

A conversion belongs to the day of its click, happens some time later and is reported later still.
Money and conversion credit are integers in millionths (of the account's currency, of one purchase).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal, NamedTuple

from aura_sandbox.scenario import AdAccount, Campaign, Lag, Scenario
from aura_sandbox.world import days
from aura_sandbox.world.chance import generator, moment_in_day, noisy, poisson, share_by
from aura_sandbox.world.demand import Demand

MICROS = 1_000_000
DAY, HOUR = 86_400, 3_600
Window = Literal["1d_click", "7d_click", "28d_click", "1d_view"]


class Conversion(NamedTuple):
    """One purchase a platform claims.

    It is part of the platform's figures from `reported_at` on, until `retracted_at` if that is set.
    A `28d_click` one lies outside the default attribution setting.
    """

    reported_at: int
    happened_at: int
    retracted_at: int | None
    credit: int
    value: int
    window: Window


class Delivery(NamedTuple):
    """What a campaign delivered on a day, as far as it is known at a moment."""

    spend: int
    impressions: int
    clicks: int
    all_clicks: int


@dataclass(frozen=True, slots=True)
class CampaignDay:
    """One campaign on one day. `refunded` of spend and clicks are taken back at `refunded_at`."""

    campaign: Campaign
    day: date
    start: int
    end: int
    settled_at: int
    full: Delivery
    refunded: Delivery
    refunded_at: int
    vanishes_at: int | None
    # spend is stated in steps of this many millionths
    step: int
    conversions: tuple[Conversion, ...]

    def delivered(self, at: int | None) -> Delivery | None:
        """Figures at a moment, None for `at` being the last word; None when there is nothing."""
        if at is None:
            if self.vanishes_at is not None:
                return None
            return Delivery(*(a - b for a, b in zip(self.full, self.refunded, strict=True)))
        if at < self.start or (self.vanishes_at is not None and at >= self.vanishes_at):
            return None
        if at >= self.refunded_at:
            return Delivery(*(a - b for a, b in zip(self.full, self.refunded, strict=True)))
        if at >= self.settled_at:
            return self.full
        if at >= self.end:
            share = 0.985 + 0.015 * (at - self.end) / (self.settled_at - self.end)
        else:
            share = 0.985 * share_by((at - self.start) / (self.end - self.start))
        spend, impressions, clicks, all_clicks = (int(figure * share) for figure in self.full)
        return Delivery(spend // self.step * self.step, impressions, clicks, all_clicks)

    def gone(self, at: int | None) -> bool:
        """Whether the day was taken back entirely."""
        return self.vanishes_at is not None and (at is None or at >= self.vanishes_at)


def counted(conversion: Conversion, at: int | None) -> bool:
    """Whether a conversion is part of the platform's figures at a moment (None: in the end)."""
    if at is None:
        return conversion.retracted_at is None
    return conversion.reported_at <= at and (
        conversion.retracted_at is None or conversion.retracted_at > at
    )


def _delay(random: Random, lag: Lag) -> float:
    """Seconds between a click and its purchase."""
    kind = random.random()
    if kind < lag.prompt:
        return random.expovariate(1 / (2.2 * HOUR))
    mean = lag.soon_days if kind < lag.prompt + lag.soon else lag.late_days
    return 6 * HOUR + random.expovariate(1 / (mean * DAY))


class CampaignBook:
    """The days of one campaign, made when they are first asked for."""

    def __init__(
        self,
        seed: int,
        scenario: Scenario,
        anchor: date,
        demand: Demand,
        account: AdAccount,
        campaign: Campaign,
    ) -> None:
        self._seed, self._anchor, self._demand = seed, anchor, demand
        self._account, self.campaign = account, campaign
        self._google = account.platform == "google_ads"
        self._days: dict[date, CampaignDay | None] = {}
        self._events = [
            event
            for event in scenario.events
            if event.platform == account.platform and event.campaign in {None, campaign.id}
        ]
        self._outages = [event for event in self._events if event.kind == "tracking_outage"]
        first = campaign.first if campaign.first is not None else -scenario.history_days
        self.first_day = anchor + timedelta(days=max(first, -scenario.history_days))
        self.last_day = None if campaign.last is None else anchor + timedelta(days=campaign.last)

    def day(self, day: date) -> CampaignDay | None:
        """The campaign on this day; None when it does not run."""
        if day < self.first_day or (self.last_day is not None and day > self.last_day):
            return None
        if day not in self._days:
            self._days[day] = self._make(day)
        return self._days[day]

    def _factor(self, day: date, kind: str) -> float:
        offset = (day - self._anchor).days
        factor = 1.0
        for event in self._events:
            if event.kind == kind and event.covers(offset):
                factor *= event.factor
        return factor

    def _make(self, day: date) -> CampaignDay:
        random = generator(self._seed, "ads", self.campaign.id, day)
        campaign, demand = self.campaign, self._demand.of(day)
        lift = self._demand.lift(day)
        raised = self._factor(day, "late_conversions")
        budget = campaign.daily_budget * raised * noisy(random, 0.06) * max(1.0, lift) ** 0.6
        price = campaign.cost_per_click * noisy(random, 0.05)
        clicks = poisson(random, budget / price)
        impressions = round(clicks / (campaign.click_through_rate * noisy(random, 0.05))) or 3
        step = self._account.cost_step
        spend = round(clicks * price * MICROS) // step * step
        full = Delivery(spend, impressions, clicks, round(clicks * (1.0 if self._google else 1.22)))
        start = days.midnight(day, self._account.timezone)
        end = days.midnight(day + days.DAY, self._account.timezone)
        rate = campaign.conversion_rate * (demand**0.35) * self._factor(day, "conversion_rate")
        rate *= noisy(random, 0.05)
        return CampaignDay(
            campaign=campaign,
            day=day,
            start=start,
            end=end,
            settled_at=end + (14 if self._google else 20) * HOUR,
            full=full,
            refunded=self._invalid(random, full),
            refunded_at=end + int(DAY * (1.5 + 1.5 * random.random())),
            vanishes_at=self._vanishes_at(day, end),
            step=step,
            conversions=self._conversions(random, day, clicks * rate, start, end),
        )

    def _invalid(self, random: Random, full: Delivery) -> Delivery:
        """Clicks that Google finds invalid and credits back days later."""
        clicks = poisson(random, full.clicks * 0.004) if self._google else 0
        if clicks == 0 or full.clicks == 0:
            return Delivery(0, 0, 0, 0)
        clicks = min(clicks, full.clicks)
        return Delivery(full.spend * clicks // full.clicks, 0, clicks, clicks)

    def _vanishes_at(self, day: date, end: int) -> int | None:
        offset = (day - self._anchor).days
        for event in self._events:
            if event.kind == "vanished_day" and event.covers(offset):
                return end + event.days_later * DAY
        return None

    def _conversions(
        self, random: Random, day: date, mean: float, start: int, end: int
    ) -> tuple[Conversion, ...]:
        # at Google a purchase is shared among its clicks: more conversions, each worth less
        average_credit = 0.86 if self._google else 1.0
        made = [
            self._conversion(random, start, end)
            for _ in range(poisson(random, mean / average_credit))
        ]
        kept = [one for one in made if not self._lost(random, day, one)]
        return tuple(sorted(kept))

    def _lost(self, random: Random, day: date, conversion: Conversion) -> bool:
        """Whether a tracking outage swallowed it: the click was not tagged, or the purchase not."""
        converted = days.day_of(conversion.happened_at, self._account.timezone)
        for outage in self._outages:
            for moment in (day, converted):
                if outage.covers((moment - self._anchor).days):
                    return random.random() >= outage.factor
        return False

    def _conversion(self, random: Random, start: int, end: int) -> Conversion:
        lag = self.campaign.lag
        clicked = start + int(moment_in_day(random) * (end - start))
        last = start + int(lag.longest_days * DAY)
        happened = clicked + int(_delay(random, lag))
        while happened > last - 2 * DAY:
            happened = clicked + int(_delay(random, lag))
        reported = happened + random.randint(10 * 60, 5 * HOUR)
        retracted = None
        if random.random() < lag.taken_back:
            retracted = min(reported + random.randint(DAY, lag.taken_back_days * DAY), last)
        credit = MICROS
        if self._google and random.random() < 0.28:
            credit = round(MICROS * (0.05 + 0.9 * random.random()))
        cents = round(100 * self.campaign.order_value * noisy(random, 0.45))
        return Conversion(
            reported,
            happened,
            retracted,
            credit,
            cents * 10_000 * credit // MICROS,
            self._window(random, (happened - clicked) / DAY),
        )

    @staticmethod
    def _window(random: Random, lag_days: float) -> Window:
        """The narrowest attribution window it falls into; long lags are mostly modelled."""
        if random.random() < 0.12 and lag_days <= 1:
            return "1d_view"
        if lag_days <= 1:
            return "1d_click"
        return "28d_click" if lag_days > 7 and random.random() < 0.15 else "7d_click"
