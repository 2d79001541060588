"""The four moments of the demo: what a dashboard showed, what Aura said, what turned out true.

docs/moments.md tells them. Every figure here is either a report as of that morning, an insight that
stood on it, or the sandbox's own truth, which Aura never sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from aura.model import DayRange
from aura.reports.campaigns import campaigns, question_of
from aura.reports.morning import morning_of
from aura.reports.overview import overview
from aura.reports.periods import end_of
from insights.demo_nights import ANCHOR, OPENING, connected, replay

__all__ = ["connected", "replay"]

ZONE = "America/New_York"
USUAL = DayRange(ANCHOR - timedelta(days=46), ANCHOR - timedelta(days=19))


def on(offset: int) -> date:
    return ANCHOR + timedelta(days=offset)


def days(first: int, last: int) -> DayRange:
    return DayRange(on(first), on(last))


@dataclass
class Told:
    """The brand's reports and insights of any morning, and the truth."""

    brand: object
    truth: dict
    events: dict

    async def line(self, platform: str, entity: str | None, span: DayRange, as_of: date) -> dict:
        """Sums of a campaign, or of a platform's campaigns, as a dashboard showed them."""
        report = await campaigns(
            self.brand.database,
            user_id=self.brand.person,
            brand_id=self.brand.brand,
            days=span,
            question=question_of({"platform": platform}),
            now=OPENING,
            as_of=end_of(as_of, timezone=ZONE, now=OPENING),
        )
        lines = [
            line for line in report.lines if entity is None or line.campaign.external_id == entity
        ]
        sums: dict[str, Decimal] = {}
        for line in lines:
            for figure in line.figures:
                sums[figure.metric.key] = sums.get(figure.metric.key, Decimal(0)) + (
                    figure.value or Decimal(0)
                )
        return sums

    def final(self, platform: str, entity: str | None, span: DayRange) -> dict[str, float]:
        """The last word on the same."""
        found = self.truth[platform]["campaigns"]
        kept = [one["days"] for key, one in found.items() if entity in {None, key}]
        return {
            name: sum(
                float(one.get(day.isoformat(), {}).get(name, 0))
                for one in kept
                for day in span.days()
            )
            for name in ("ad_spend", "conversions", "clicks")
        }

    async def stood(self, as_of: date) -> set[tuple[str, str, str]]:
        """Type, platform and campaign of what stood, but for small tests of budgets."""
        morning = await morning_of(
            self.brand.database,
            user_id=self.brand.person,
            brand_id=self.brand.brand,
            day=as_of.isoformat(),
            now=OPENING,
        )
        assert morning.is_from_ledger
        return {
            (
                one.insight.insight_type,
                one.platform,
                one.insight.related_data.get("scope", {}).get("entity_id", ""),
            )
            for one in morning.stood
            if one.insight.insight_type != "budget_recommendation"
        }

    async def store(self, span: DayRange, as_of: date) -> dict[str, float]:
        report = await overview(
            self.brand.database,
            user_id=self.brand.person,
            brand_id=self.brand.brand,
            days=span,
            now=OPENING,
            as_of=end_of(as_of, timezone=ZONE, now=OPENING),
            metrics=["revenue", "orders", "returns"],
        )
        return {one.metric.key: float(one.value or 0) / len(span) for one in report.figures}


def cost(sums) -> float:
    return float(sums["ad_spend"]) / max(float(sums["conversions"]), 0.5)


@pytest.fixture
async def told(replay) -> Told:
    async with httpx.AsyncClient(base_url=replay.sandbox.sandbox.url, timeout=60) as client:
        span = {"from": USUAL.first.isoformat(), "to": on(-1).isoformat()}
        truth = (await client.get("/__truth/daily", params=span)).raise_for_status().json()
        events = (await client.get("/__truth/events")).raise_for_status().json()["events"]
    return Told(replay, truth, {event["kind"]: event for event in events})


async def test_the_four_moments_stand_in_the_demo(told) -> None:
    await late_conversions(told)
    await a_tracking_outage(told)
    await a_true_rise(told)
    await a_wave_of_refunds(told)


async def late_conversions(told: Told) -> None:
    campaign, span = told.events["late_conversions"]["campaign_id"], days(-5, -1)
    usual = cost(await told.line("meta", campaign, USUAL, ANCHOR))
    shown = cost(await told.line("meta", campaign, span, ANCHOR))
    # a dashboard showed a cost that had risen by half or more
    assert shown > 1.5 * usual
    # Aura said nothing of it on any of these mornings
    for offset in range(-4, 1):
        assert campaign not in {entity for _, _, entity in await told.stood(on(offset))}
    # and in the end it had cost what it always did
    final = cost(told.final("meta", campaign, span))
    assert final < 1.25 * cost(told.final("meta", campaign, USUAL))


async def a_tracking_outage(told: Told) -> None:
    span = days(-12, -9)
    usual = cost(await told.line("google_ads", None, USUAL, ANCHOR))
    shown = cost(await told.line("google_ads", None, span, on(-8)))
    assert shown > 5 * usual
    # Aura named the outage while it went on, and raised no alarm about the cost
    for offset in (-9, -8):
        assert ("tracking_outage", "google_ads", "") in await told.stood(on(offset))
    for offset in range(-12, 1):
        assert {
            kind for kind, platform, _ in await told.stood(on(offset)) if platform == "google_ads"
        } <= {"tracking_outage"}
    # people clicked and the store sold all the time; afterwards Google counted again
    clicks, before = (told.final("google_ads", None, one)["clicks"] for one in (span, USUAL))
    assert clicks / len(span) > 0.8 * before / len(USUAL)
    held = await told.store(span, ANCHOR)
    assert held["orders"] > 0.8 * (await told.store(USUAL, ANCHOR))["orders"]
    after = told.final("google_ads", None, days(-7, -1))
    assert cost(after) < 1.5 * cost(told.final("google_ads", None, USUAL))


async def a_true_rise(told: Told) -> None:
    campaign = told.events["conversion_rate"]["campaign_id"]
    span = days(-16, -3)
    # the platform as a whole hardly showed it
    whole = cost(await told.line("meta", None, span, ANCHOR))
    assert whole < 1.5 * cost(await told.line("meta", None, USUAL, ANCHOR))
    # before it began nothing stood; in the end it was told, of this campaign and no other
    assert await told.stood(on(-17)) == set()
    last = {one for one in await told.stood(ANCHOR) if one[0] != "tracking_outage"}
    assert {entity for _, _, entity in last} == {campaign}
    assert {kind for kind, _, _ in last} <= {"high_cpa", "low_roas", "conversion_drop"}
    # and it was true: with every conversion in, each cost more by half or more
    assert cost(told.final("meta", campaign, span)) > 1.5 * cost(
        told.final("meta", campaign, USUAL)
    )


async def a_wave_of_refunds(told: Told) -> None:
    wave, usual = await told.store(days(-3, -2), ANCHOR), await told.store(USUAL, ANCHOR)
    # a dashboard showed two days of bad revenue
    assert wave["revenue"] < 0.85 * usual["revenue"]
    # orders came in as ever; what fell is what was given back
    assert wave["orders"] > 0.75 * usual["orders"]
    assert wave["returns"] > 2 * usual["returns"]
    # Aura blames no advertising for it
    for offset in (-2, -1, 0):
        kinds = {(kind, platform) for kind, platform, _ in await told.stood(on(offset))}
        assert not {one for one in kinds if one[1] == ""}
    # the orders that were refunded are those of the week before
    event = told.events["refund_wave"]
    assert (event["orders_from"], event["orders_to"]) == (
        on(-10).isoformat(),
        on(-4).isoformat(),
    )
    shop = told.truth["shopify"]
    given = sum(float(shop[day.isoformat()]["returns"]) for day in days(-3, -2).days()) / 2
    assert given == pytest.approx(wave["returns"], abs=0.01)
