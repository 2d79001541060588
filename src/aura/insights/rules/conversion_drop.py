"""conversion_drop: of the people who click, clearly fewer buy than used to.

Speaks when conversions fell below `LIMIT` of what the clicks should have brought.
docs/insights/conversion_drop.md tells it to a marketer.
"""

from __future__ import annotations

from datetime import date

from aura.insights.case import Case
from aura.insights.claim import Claim
from aura.insights.claims import Rule
from aura.insights.finding import ActionItem
from aura.insights.story import Story, arrears, others, surety, tracking_step
from aura.insights.wording import counted, days_words, money, per_cent

LIMIT = 0.84


def _lost_value(case: Case, ratio: float) -> float:
    """What the missing conversions used to be worth; their usual cost where values are unknown."""
    lost = case.settled * (1.0 - ratio)
    if case.baseline_conversions <= 0:
        return 0.0
    worth = case.baseline_value or case.baseline_spend
    return lost * worth / case.baseline_conversions


def _rate(rate: float) -> str:
    return f"{100 * rate:.2f} %"


def _title(story: Story) -> str:
    case = story.case
    return (
        f"{story.owner}: conversion rate down {per_cent(1 - case.ratio)}{story.place} "
        f"({_rate(case.usual)} to {_rate(case.now)}), about "
        f"{money(story.impact.amount, case.currency)} of sales missing in {case.days} days"
    )


def _description(story: Story) -> str:
    case = story.case
    counts = (
        f"From {days_words(case.window)}, {case.clicks:,.0f} clicks on {story.subject} brought "
        f"{counted(case.conversions, 'reported conversion', 'reported conversions')}; as many "
        f"clicks used to bring about {case.expected:.0f} by now."
    )
    claim = surety(story, "the conversion rate fell by at least 15 %")
    parts = (counts, arrears(story), others(story, "conversion rate"), claim)
    return " ".join(part for part in parts if part)


def _steps(story: Story, check_on: date) -> tuple[ActionItem, ...]:
    case = story.case
    is_wide = story.scope.level != "campaign"
    where = (
        "the store: checkout, payment, delivery times, prices, stock of what sells most"
        if is_wide
        else "its landing page, offer, stock and audience"
    )
    look = ActionItem(
        "check_store" if is_wide else "check_landing_page",
        f"People click {story.subject} but buy less: check {where} for what changed around the "
        "first day, on a phone as well.",
        story.entity,
        f"Conversion rate back over {_rate(case.usual * 0.85)}.",
        reversible=True,
        check_on=check_on,
    )
    first = tracking_step(story, check_on)
    return (look,) if first is None else (first, look)


RULE = Rule(
    finding_type="conversion_drop",
    version="conversion_drop/11",
    claim=Claim("rate", "fell", LIMIT, echo=3.4),
    claim_words="clicks bring at least 15% fewer conversions than their baseline",
    money=_lost_value,
    title=_title,
    description=_description,
    steps=_steps,
)
