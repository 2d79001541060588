"""The shared words: what a connector gives and what the store keeps. Frozen, no behaviour.

Money and conversions are `Decimal` in the account's own currency, days are `date` in the account's
own time zone, moments are aware `datetime`. None means the platform has no such figure: not zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

Platform = Literal["shopify", "meta", "google_ads"]
PLATFORMS: tuple[Platform, ...] = ("shopify", "meta", "google_ads")
AD_PLATFORMS: tuple[Platform, ...] = ("meta", "google_ads")
PLATFORM_NAMES: dict[Platform, str] = {
    "shopify": "Shopify",
    "meta": "Meta Ads",
    "google_ads": "Google Ads",
}

Level = Literal["account", "campaign"]
GrantKind = Literal["consent", "client_credentials", "system_user", "own_project"]
RefundKind = Literal["refund", "return", "edit", "cancellation"]


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(
                f"a range of days cannot end ({self.last}) before it starts ({self.first})"
            )

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def days(self) -> list[date]:
        """Every day of the range, oldest first."""
        return [self.first + timedelta(days=n) for n in range(len(self))]

    def previous(self) -> DayRange:
        """The range of equal length that ends the day before this one starts."""
        return DayRange(self.first - timedelta(days=len(self)), self.first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class OwnClient:
    """The application of a person's own that their credentials belong to.

    Attributes:
        client_id: its id; Meta's tokens do not need it.
        client_secret: its secret; empty where a token works without it (Meta).
        manager: the Google Ads manager account to sign in as, ten digits.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a platform gave us after a consent or for own credentials. No token is in its repr.

    Attributes:
        expires_at: when the access token ends.
        refresh_expires_at: when the refresh token ends, None for never or unknown.
        data_expires_at: when the platform stops showing data to it, renewed or not (Meta).
        missing_scopes: scopes that Aura needs and `scopes` does not hold.
        kind: `consent`, or the kind of credentials that a person brought.
        client: the person's own application; None for this installation's.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    data_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    kind: GrantKind = "consent"
    client: OwnClient | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A shop or an ad account that a grant covers."""

    external_id: str
    name: str
    currency: str | None
    timezone: str | None
    status: str = "active"
    is_manager: bool = False
    login_external_id: str | None = None


@dataclass(frozen=True, slots=True)
class AdDay:
    """What one ad account or campaign did on one day, exactly as the platform states it.

    A platform's API states every figure; a file may lack one, which is None then.
    """

    level: Level
    external_id: str
    date: date
    currency: str
    name: str = ""
    status: str = ""
    ad_spend: Decimal | None = Decimal(0)
    impressions: int | None = 0
    clicks: int | None = 0
    all_clicks: int | None = None
    conversions: Decimal | None = Decimal(0)
    conversion_value: Decimal | None = Decimal(0)
    conversions_by_conversion_date: Decimal | None = None
    conversion_value_by_conversion_date: Decimal | None = None
    action_type: str | None = None


@dataclass(frozen=True, slots=True)
class Sales:
    """Signed components of total sales, in shop money.

    total_sales = gross_sales - discounts - returns + shipping + taxes + duties, as in Shopify's
    reports; discounts and returns are positive amounts that are taken off.
    """

    gross_sales: Decimal = Decimal(0)
    discounts: Decimal = Decimal(0)
    returns: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    taxes: Decimal = Decimal(0)
    duties: Decimal = Decimal(0)

    @property
    def total_sales(self) -> Decimal:
        """What Shopify calls total sales."""
        return (
            self.gross_sales
            - self.discounts
            - self.returns
            + self.shipping
            + self.taxes
            + self.duties
        )


@dataclass(frozen=True, slots=True)
class SalesDay:
    """A shop's day: total sales with its components, as signed as in `Sales`, and its orders."""

    date: date
    total_sales: Decimal
    gross_sales: Decimal
    discounts: Decimal
    returns: Decimal
    net_sales: Decimal
    shipping: Decimal
    taxes: Decimal
    orders: Decimal


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """Something that happened to an order after its sale, on the day it happened."""

    event_id: str
    kind: RefundKind
    happened_at: datetime
    sales: Sales


@dataclass(frozen=True, slots=True)
class Visit:
    """How a customer came: the store's own record of a visit, with UTM parameters where known."""

    source: str | None = None
    medium: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the store knows it. `customer_id` and `email` are hashed before storing.

    `name` is what the shop calls it (#1001): a file may know the order by nothing else.
    """

    order_id: str
    processed_at: datetime
    currency: str
    sales: Sales
    is_counted: bool = True
    customer_id: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    updated_at: datetime | None = None
    events: tuple[OrderEvent, ...] = ()
    first_visit: Visit | None = None
    last_visit: Visit | None = None
    name: str | None = None
