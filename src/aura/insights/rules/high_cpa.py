"""high_cpa: a conversion costs clearly more than it used to, and it is not only still to arrive.

Speaks when conversions fell below `LIMIT` of what the spend should have brought, at the scope that
explains it best. docs/insights/high_cpa.md tells it to a marketer.
"""

from __future__ import annotations

from datetime import date

from aura.insights.case import Case
from aura.insights.claim import Claim
from aura.insights.claims import Rule
from aura.insights.finding import ActionItem
from aura.insights.story import Story, arrears, cause, grounds, others, surety, tracking_step
from aura.insights.wording import counted, days_words, money, money_pair, per_cent

LIMIT = 1.0 / 1.18


def _extra_cost(case: Case, ratio: float) -> float:
    """What the conversions cost more than they used to."""
    return case.spend * (1.0 - 1.0 / ratio)


def _title(story: Story) -> str:
    """What, where, how much, at what cost."""
    case = story.case
    if case.conversions == 0:
        size = f"no conversions for {money(case.spend, case.currency)}"
        usual = f"about {case.expected:.0f} were due"
        return f"{story.owner}: {size}{story.place} ({usual} in {case.days} days)"
    before, now = money_pair(case.usual, case.now, case.currency)
    return (
        f"{story.owner}: CPA up {per_cent(case.ratio - 1)}{story.place} ({before} to {now}), "
        f"about {money(story.impact.amount, case.currency)} extra in {case.days} days"
    )


def _description(story: Story) -> str:
    """The case in plain sentences."""
    case = story.case
    spent, usual = (money(amount, case.currency) for amount in (case.spend, case.usual))
    counts = (
        f"From {days_words(case.window)}, {story.subject} spent {spent} for "
        f"{counted(case.conversions, 'reported conversion', 'reported conversions')}; at its usual "
        f"cost of {usual} about {case.expected:.0f} would have been reported by now."
    )
    claim = surety(story, "CPA rose by at least 15 %")
    parts = (counts, arrears(story), cause(story), grounds(story), others(story, "CPA"), claim)
    return " ".join(part for part in parts if part)


def _steps(story: Story, check_on: date) -> tuple[ActionItem, ...]:
    """Two steps, the likeliest cause first."""
    first = tracking_step(story, check_on) or _cause_step(story, check_on)
    return (first, _budget_step(story, check_on))


def _cause_step(story: Story, check_on: date) -> ActionItem:
    goal = f"CPA back under {money(story.case.usual * 1.15, story.case.currency)}."
    if story.main_driver == "cpc":
        code = "review_bids_and_creative"
        text = (
            f"Clicks of {story.subject} became dearer: compare bids and competitors, and give it "
            "fresh creative."
        )
    else:
        code = "check_landing_page"
        text = (
            f"People click {story.subject} but buy less: check its landing page, offer, stock and "
            "audience for what changed around the first day."
        )
    return ActionItem(code, text, story.entity, goal, reversible=True, check_on=check_on)


def _budget_step(story: Story, check_on: date) -> ActionItem:
    case = story.case
    daily = case.spend / case.days
    saved = money(float(story.impact.per_day) * 0.2, case.currency)
    before, now = money(daily, case.currency), money(0.8 * daily, case.currency)
    return ActionItem(
        "lower_budget",
        f"Until it is found, lower the daily budget of {story.subject} by 20 % "
        f"(about {before} to {now}).",
        story.entity,
        f"About {saved} less extra cost a day.",
        reversible=True,
        check_on=check_on,
    )


RULE = Rule(
    finding_type="high_cpa",
    version="high_cpa/12",
    claim=Claim("cost", "fell", LIMIT),
    claim_words="a conversion costs at least 15% more than its baseline",
    money=_extra_cost,
    title=_title,
    description=_description,
    steps=_steps,
)
