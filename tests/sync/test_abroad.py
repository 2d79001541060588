"""Three currencies and four time zones: every figure is the truth, converted independently.

The truth of the sandbox is converted here with the rates of the bank's file, read by this test's
own few lines, and compared with what the Overview states, day by day and added up.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from currency_converter import CURRENCY_FILE

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.overview import overview
from sync.sandboxed import make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 10, 20, 14, tzinfo=UTC)
NIGHTS = 9
MONEY = ("revenue", "gross_sales", "discounts", "returns", "ad_spend", "conversion_value")
COUNTS = ("orders", "clicks", "impressions", "conversions")
CENT_OF_A_CENT = Fraction(1, 10_000)


def euros_published():
    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    return {row["Date"]: row for row in csv.DictReader(io.StringIO(text))}


PUBLISHED = euros_published()


def per_euro(currency, day):
    """The rate of the day, or of the last day before it that has one."""
    if currency == "EUR":
        return Fraction(1)
    while day.isoformat() not in PUBLISHED:
        day -= timedelta(days=1)
    return Fraction(PUBLISHED[day.isoformat()][currency])


def true_days(truth, days, into):
    """Each day's figures, all sources together, in one currency."""
    found = {day: dict.fromkeys((*MONEY, *COUNTS), Fraction(0)) for day in days.days()}

    def add(figures, currency):
        for text, own in figures.items():
            day = date.fromisoformat(text)
            if day in found:
                rate = per_euro(into, day) / per_euro(currency, day)
                for name in found[day].keys() & own.keys():
                    found[day][name] += Fraction(str(own[name])) * (rate if name in MONEY else 1)

    add(truth["shopify"], truth["shop"]["currency"])
    for platform in ("meta", "google_ads"):
        for account in truth[platform]["accounts"].values():
            add(account["account"], account["currency"])
    return found


def differing(report, truth, *, only_settled=False):
    """Each figure of a day that is not the truth, named."""
    wrong = []
    for row in report.series:
        for name, true in truth[row.date].items():
            if only_settled and not row.is_settled(CATALOGUE[name]):
                continue
            value = row.sums[name]
            if value is None or abs(Fraction(value) - true) >= CENT_OF_A_CENT:
                wrong.append((row.date, name, value, float(true)))
    return wrong


async def test_every_final_day_is_the_truth_in_the_brands_currency_and_the_others_are_marked(
    make_connected,
):
    with running_world("abroad", now=START, seed=5) as world:
        async with make_connected(
            world, currency="GBP", timezone="Europe/Berlin", platforms=()
        ) as brand:
            await brand.connect("shopify")
            await brand.connect("meta", currency="USD")
            await brand.connect("google_ads", currency="GBP")
            await brand.sync()
            for _ in range(NIGHTS):
                await brand.night()
            last = (world() - timedelta(days=1)).date()
            days = DayRange(last - timedelta(days=90), last)
            report = await overview(
                brand.database,
                user_id=brand.person,
                brand_id=brand.brand_id,
                days=days,
                now=world(),
                metrics=[*MONEY, *COUNTS, "mer"],
            )
            known_now = true_days(world.truth(last, as_of=world()), days, "GBP")
            final = true_days(world.truth(last), days, "GBP")

    assert differing(report, known_now) == []
    assert differing(report, final, only_settled=True) == []
    # the last word differs from what is known today, or the test above would say nothing
    assert {name for _, name, _, _ in differing(report, final)} >= {"conversions"}
    settled = [row for row in report.series if row.is_settled(CATALOGUE["mer"])]
    assert 60 < len(settled) < len(report.series)

    for name in (*MONEY, *COUNTS):
        value = report.figure(name).value
        total = sum(day[name] for day in known_now.values())
        assert value is not None
        assert abs(Fraction(value) - total) < CENT_OF_A_CENT * len(report.series)
    assert sum(day["returns"] for day in known_now.values()) > 0
    mer = report.figure("mer")
    assert {one.currency for one in mer.converted} == {"EUR", "USD"}
    assert not mer.is_settled
    assert sorted(zone.sentence.partition(" (")[0] for zone in report.zones) == [
        "Google Ads' days begin 1 hour after the shop's",
        "Meta Ads' days begin 5 to 6 hours after the shop's",
        "Meta Ads' days begin 8 to 9 hours after the shop's",
    ]
