"""The GAQL queries, checked against the published field compatibility by a contract test.

Metrics are asked at account and at campaign level, never below: spend of removed ads is missing
from the ad level. `conversions` are the primary actions only, on the day of the click; the figures
by conversion date stand beside them for comparison with orders.
Source: developers.google.com/google-ads/api/fields/v26.
"""

from __future__ import annotations

from typing import Final

from aura.connectors.versions import GOOGLE_ADS_VERSION
from aura.model import DayRange, Level

API_VERSION: Final = GOOGLE_ADS_VERSION

METRICS: Final = (
    "metrics.cost_micros",
    "metrics.impressions",
    "metrics.clicks",
    "metrics.conversions",
    "metrics.conversions_value",
    "metrics.conversions_by_conversion_date",
    "metrics.conversions_value_by_conversion_date",
)
FIELDS: Final[dict[Level, tuple[str, ...]]] = {
    "account": (
        "customer.id",
        "customer.descriptive_name",
        "customer.currency_code",
        "segments.date",
        *METRICS,
    ),
    "campaign": (
        "customer.id",
        "customer.currency_code",
        "campaign.id",
        "campaign.name",
        "campaign.status",
        "segments.date",
        *METRICS,
    ),
}
RESOURCES: Final[dict[Level, str]] = {"account": "customer", "campaign": "campaign"}
CLIENT_FIELDS: Final = (
    "customer_client.id",
    "customer_client.descriptive_name",
    "customer_client.manager",
    "customer_client.currency_code",
    "customer_client.time_zone",
    "customer_client.level",
    "customer_client.status",
)
CLIENTS: Final = "SELECT {} FROM customer_client".format(", ".join(CLIENT_FIELDS))  # noqa: S608 - GAQL of our own names


def days(level: Level, window: DayRange) -> str:
    """The days of an account or of its campaigns, removed campaigns included."""
    fields, resource = ", ".join(FIELDS[level]), RESOURCES[level]
    between = f"segments.date BETWEEN '{window.first}' AND '{window.last}'"
    return f"SELECT {fields} FROM {resource} WHERE {between}"  # noqa: S608 - GAQL of our own names and dates
