"""What a scenario is made of: a shop, ad accounts, promotions and the events injected into them.

Days in a scenario are offsets from the anchor day A (A-16 is -16), so that the same story can be
told around any date. Money is in the major unit of the shop's or account's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

AdPlatform = Literal["meta", "google_ads"]
EventKind = Literal[
    "late_conversions", "tracking_outage", "conversion_rate", "refund_wave", "vanished_day"
]


@dataclass(frozen=True, slots=True)
class Lag:
    """How long a purchase takes to be reported after the click, as a mixture.

    Attributes:
        prompt: share that is reported within hours.
        soon, soon_days: share and mean delay of those who come back after a few days.
        late_days: mean delay of the rest.
        longest_days: nothing arrives later than this many days after the start of the click's day.
        taken_back: share that is taken back again, at most `taken_back_days` after its report.
    """

    prompt: float
    soon: float
    soon_days: float
    late_days: float
    longest_days: float
    taken_back: float = 0.012
    taken_back_days: int = 6


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; `first` and `last` are the days it runs, None without an end.

    One that is not `listed` was deleted, or stands outside campaigns: its days count in the
    account's own total and no list or report of campaigns holds it.
    """

    id: str
    name: str
    daily_budget: float
    cost_per_click: float
    click_through_rate: float
    conversion_rate: float
    order_value: float
    lag: Lag
    first: int | None = None
    last: int | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class AdAccount:
    """An ad account or a manager of ad accounts (`manager`, then without campaigns)."""

    platform: AdPlatform
    id: str
    name: str
    currency: str
    timezone: str
    campaigns: tuple[Campaign, ...] = ()
    enabled: bool = True
    manager: bool = False
    # the manager account through which the person reaches this one; None: directly
    parent: str | None = None
    # spend is charged in steps of this many millionths: whole cents, or less at Google
    cost_step: int = 10_000


@dataclass(frozen=True, slots=True)
class Shop:
    """The store. `foreign_share` of its orders are paid in a currency of `presentment`."""

    domain: str
    name: str
    currency: str
    timezone: str
    orders_per_day: float
    growth_per_year: float
    repeat_share: float
    taxes_included: bool = False
    foreign_share: float = 0.0
    presentment: tuple[tuple[str, float], ...] = ()
    duties: bool = False
    imported_orders: bool = False
    # points the GraphQL bucket holds, and gets back in a second
    bucket: tuple[float, float] = (20_000.0, 1_000.0)


@dataclass(frozen=True, slots=True)
class Promotion:
    """Days on which more people buy, at a discount."""

    name: str
    first: int
    last: int
    factor: float
    discount: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something injected whose effect is known. What `factor` multiplies depends on `kind`.

    late_conversions: the budget of a slow campaign; conversion_rate: the rate; tracking_outage:
    the share of conversions that is still recorded; refund_wave: the share of the orders of
    `orders` that is refunded on the days of the event; vanished_day: nothing, the day disappears
    `days_later`.
    """

    kind: EventKind
    description: str
    first: int
    last: int | None
    platform: Literal["shopify", "meta", "google_ads"]
    campaign: str | None = None
    factor: float = 1.0
    orders: tuple[int, int] | None = None
    days_later: int = 3

    def covers(self, offset: int) -> bool:
        """Whether the event is on at this many days from the anchor."""
        return self.first <= offset and (self.last is None or offset <= self.last)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to be made; `history_days` before the anchor the shop took its first order."""

    name: str
    summary: str
    history_days: int
    shop: Shop
    ad_accounts: tuple[AdAccount, ...]
    promotions: tuple[Promotion, ...] = ()
    events: tuple[Event, ...] = field(default=())
    black_friday: bool = True
    day_noise: float = 0.06

    def accounts_of(self, platform: AdPlatform) -> list[AdAccount]:
        """The accounts of one ad platform, in the order of the scenario: the main one first."""
        return [account for account in self.ad_accounts if account.platform == platform]
