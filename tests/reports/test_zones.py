"""Days that begin at different moments: said with their size, clock changes included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from aura.model import DayRange
from aura.reports.freshness import Source
from aura.reports.zones import mismatches

NOVEMBER = DayRange(date(2026, 11, 8), date(2026, 11, 21))
# Europe leaves summer time on 25 October 2026, the United States on 1 November
AROUND = DayRange(date(2026, 10, 20), date(2026, 11, 10))


def source(platform, *zones):
    made = Source(
        UUID(int=1),
        platform,
        "connected",
        None,
        None,
        ("USD",),
        None,
        None,
        None,
        None,
        None,
        from_file=False,
        knows_beginning=False,
    )
    return replace(made, zones=zones)


def said(shop, zone, days=NOVEMBER, brand=None):
    found = mismatches([source("shopify", shop), source("meta", zone)], brand or shop, days)
    return [one.sentence.partition(" (")[0] for one in found]


@pytest.mark.parametrize(
    ("shop", "zone", "days", "words"),
    [
        ("UTC", "America/Los_Angeles", NOVEMBER, "begin 8 hours after the shop's"),
        ("America/Los_Angeles", "UTC", NOVEMBER, "begin 8 hours before the shop's"),
        ("Europe/Berlin", "Europe/London", NOVEMBER, "begin 1 hour after the shop's"),
        ("UTC", "Asia/Kolkata", NOVEMBER, "begin 5 hours 30 minutes before the shop's"),
        ("UTC", "Asia/Kathmandu", NOVEMBER, "begin 5 hours 45 minutes before the shop's"),
        ("Pacific/Auckland", "Pacific/Honolulu", NOVEMBER, "begin 23 hours after the shop's"),
        ("Europe/Berlin", "America/New_York", AROUND, "begin 5 to 6 hours after the shop's"),
        ("Europe/London", "UTC", AROUND, "begin up to 1 hour after the shop's"),
        ("Australia/Sydney", "Asia/Tokyo", NOVEMBER, "begin 2 hours after the shop's"),
    ],
)
def test_a_mismatch_is_said_with_its_size(shop, zone, days, words):
    assert said(shop, zone, days) == [f"Meta Ads' days {words}"]


def test_the_same_moments_are_no_mismatch_whatever_the_zone_is_called():
    assert said("Europe/Berlin", "Europe/Berlin") == []
    assert said("Europe/Berlin", "Europe/Paris", AROUND) == []


def test_a_shop_in_another_zone_than_the_brands_is_said_too():
    assert said("Europe/Berlin", "Europe/Berlin", brand="America/New_York") == [
        "Shopify's days begin 6 hours before the brand's"
    ]


def test_a_zone_that_changed_its_rule_is_measured_day_by_day():
    # Samoa skipped 30 December 2011 to move from one side of the date line to the other
    days = DayRange(date(2011, 12, 28), date(2011, 12, 31))
    (one,) = mismatches([source("shopify", "UTC"), source("meta", "Pacific/Apia")], "UTC", days)
    assert one.least.total_seconds() / 3600 == -14
    assert one.most.total_seconds() / 3600 == 10


def test_without_a_shop_the_brands_own_zone_is_the_measure():
    (one,) = mismatches([source("google_ads", "America/New_York")], "UTC", NOVEMBER)
    assert one.sentence.startswith("Google Ads' days begin 5 hours after the brand's")
