"""low_roas: the money spent brings clearly less conversion value than it used to.

Speaks when conversion value fell below `LIMIT` of what the spend should have brought.
docs/insights/low_roas.md tells it to a marketer.
"""

from __future__ import annotations

from datetime import date

from aura.insights.case import Case
from aura.insights.claim import Claim
from aura.insights.claims import Rule
from aura.insights.finding import ActionItem
from aura.insights.story import Story, arrears, cause, grounds, others, surety, tracking_step
from aura.insights.wording import days_words, money, per_cent

LIMIT = 0.84


def _missing_value(case: Case, ratio: float) -> float:
    """Conversion value that the same money used to bring and did not."""
    return case.settled * (1.0 - ratio)


def _title(story: Story) -> str:
    case = story.case
    return (
        f"{story.owner}: ROAS down {per_cent(1 - case.ratio)}{story.place} ({case.usual:.2f} to "
        f"{case.now:.2f}), about {money(story.impact.amount, case.currency)} of sales missing in "
        f"{case.days} days"
    )


def _description(story: Story) -> str:
    case = story.case
    spent, seen, due = (
        money(amount, case.currency) for amount in (case.spend, case.value, case.expected)
    )
    counts = (
        f"From {days_words(case.window)}, {story.subject} spent {spent} and brought {seen} of "
        f"conversion value so far; the same money used to bring about {due} by now."
    )
    claim = surety(story, "ROAS fell by at least 15 %")
    parts = (counts, arrears(story), cause(story), grounds(story), others(story, "ROAS"), claim)
    return " ".join(part for part in parts if part)


_CAUSES = {
    "cpc": (
        "review_bids_and_creative",
        (
            "Clicks of {subject} became dearer: compare bids and competitors, and give it fresh "
            "creative."
        ),
    ),
    "order_value": (
        "check_offer_and_basket",
        (
            "People buy from {subject} as often, but less at a time: look for a discount, a "
            "product out of stock, or a campaign that now shows the cheaper articles."
        ),
    ),
    "conversion_rate": (
        "check_landing_page",
        (
            "People click {subject} but buy less: check its landing page, offer, stock and "
            "audience for what changed around the first day."
        ),
    ),
}


def _steps(story: Story, check_on: date) -> tuple[ActionItem, ...]:
    case = story.case
    code, text = _CAUSES[story.main_driver or "conversion_rate"]
    goal = f"ROAS back over {case.usual * 0.85:.2f}."
    look = ActionItem(
        code,
        text.format(subject=story.subject),
        story.entity,
        goal,
        reversible=True,
        check_on=check_on,
    )
    daily = case.spend / case.days
    before, now = money(daily, case.currency), money(0.8 * daily, case.currency)
    budget = ActionItem(
        "lower_budget",
        f"Until it is found, lower the daily budget of {story.subject} by 20 % "
        f"(about {before} to {now}).",
        story.entity,
        f"{money(0.2 * daily, case.currency)} a day is not spent at the lower return.",
        reversible=True,
        check_on=check_on,
    )
    return (tracking_step(story, check_on) or look, budget)


RULE = Rule(
    finding_type="low_roas",
    version="low_roas/11",
    claim=Claim("value", "fell", LIMIT),
    claim_words="spend brings at least 15% less conversion value than its baseline",
    money=_missing_value,
    title=_title,
    description=_description,
    steps=_steps,
)
