"""23,570 real customers by first-order month, against a plain computation over the same file.

Fader and Hardie describe them as the cohort that bought for the first time at CDNOW in the first
quarter of 1997, with every purchase until June 1998 (69,659 of them).
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from aura.imports.orders import import_orders
from aura.reports.cohorts import cohorts
from requirements import require

ORDERS = Path(__file__).parents[2].parent / "shared" / "data" / "cdnow_orders.csv.gz"
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
MONTHS = [(1997 + n // 12, n % 12 + 1) for n in range(18)]


@pytest.fixture
def purchases():
    """By customer: the month and the amount of every purchase, oldest first."""
    require("the real orders (../shared/data)", ORDERS.exists())
    found = defaultdict(list)
    with gzip.open(ORDERS, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["Email"]].append((row["Created at"], Decimal(row["Total"])))
    return {
        email: [((int(at[:4]), int(at[5:7])), amount) for at, amount in sorted(rows)]
        for email, rows in found.items()
    }


def expected(purchases):
    """By cohort: size, and by age the sums of what is known up to it, or in it alone."""
    found = {}
    for cohort in MONTHS[:3]:
        customers = [rows for rows in purchases.values() if rows[0][0] == cohort]
        ages = []
        for month in MONTHS[MONTHS.index(cohort) :]:
            so_far = [[row for row in rows if row[0] <= month] for rows in customers]
            now = [[row for row in rows if row[0] == month] for rows in customers]
            ages.append(
                {
                    "ltv": sum(amount for rows in so_far for _, amount in rows),
                    "revenue": sum(amount for rows in now for _, amount in rows),
                    "orders": sum(len(rows) for rows in so_far),
                    "repeat": sum(len(rows) > 1 for rows in so_far),
                    "active": sum(bool(rows) for rows in now),
                }
            )
        found[date(*cohort, 1)] = (len(customers), ages)
    return found


async def test_real_cohorts_are_those_of_a_plain_computation_to_the_cent(
    database, keyring, make_person, make_brand, purchases
):
    person = await make_person()
    brand = await make_brand(person, currency="USD", timezone="America/New_York")
    await import_orders(
        database,
        keyring,
        path=ORDERS,
        brand_id=brand,
        now=NOW,
        complete_history=True,
        created_by=person,
    )
    report = await cohorts(database, user_id=person, brand_id=brand, months=36, now=NOW)

    wanted = expected(purchases)
    assert report.problem is None
    assert [one.month for one in report.cohorts] == list(wanted)
    assert report.size == 23_570
    assert sum(one.orders for one in report.cohorts) == 69_659
    assert sum(one.revenue for one in report.cohorts) == Decimal("2500315.63")
    for cohort in report.cohorts:
        size, ages = wanted[cohort.month]
        assert cohort.size == size
        assert len(cohort.cells) == len(ages)
        for cell, sums in zip(cohort.cells, ages, strict=True):
            for key, total in sums.items():
                assert cell.values[key] == Decimal(total) / size, (cohort.month, cell.age, key)
        assert cohort.revenue_per_customer == ages[-1]["ltv"] / size
        assert cohort.repeat_rate == Decimal(ages[-1]["repeat"]) / size
        assert cohort.cac_reason == "No ad account is connected"
    # all cohorts as one: the ratio of their sums, at each age that all of them have passed
    for cell in report.together[:15]:
        total = sum(ages[cell.age]["ltv"] for _, ages in wanted.values())
        assert cell.values["ltv"].quantize(Decimal("0.000001")) == (
            total / Decimal(23_570)
        ).quantize(Decimal("0.000001"))
