"""high_performer: a campaign brings clearly more for its money than it used to, and it lasts.

Speaks when conversion value rose above `LIMIT` times what the spend used to bring, beyond what its
siblings did, so that a promotion or a holiday praises nobody. docs/insights/high_performer.md tells
it to a marketer.
"""

from __future__ import annotations

from datetime import date

from aura.insights.case import Case
from aura.insights.claim import Claim
from aura.insights.claims import Rule
from aura.insights.finding import ActionItem
from aura.insights.story import Story, arrears, cause, grounds, others, surety
from aura.insights.wording import days_words, money, per_cent

LIMIT = 1.22


def _extra_value(case: Case, ratio: float) -> float:
    """Conversion value beyond what the same money used to bring."""
    return case.settled * (ratio - 1.0)


def _title(story: Story) -> str:
    case = story.case
    return (
        f"{story.owner}: ROAS up {per_cent(case.ratio - 1)}{story.place} ({case.usual:.2f} to "
        f"{case.now:.2f}), about {money(story.impact.amount, case.currency)} more sales in "
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
    claim = surety(story, "ROAS rose by at least 15 %")
    parts = (counts, arrears(story), cause(story), grounds(story), others(story, "ROAS"), claim)
    return " ".join(part for part in parts if part)


def _steps(story: Story, check_on: date) -> tuple[ActionItem, ...]:
    case = story.case
    daily = case.spend / case.days
    before, more = money(daily, case.currency), money(1.2 * daily, case.currency)
    return (
        ActionItem(
            "raise_budget",
            f"Raise the daily budget of {story.subject} by 20 % (about {before} to {more}), not "
            "more at once: returns shrink as budgets grow.",
            story.entity,
            f"ROAS stays over {case.usual * 1.15:.2f}; if it does not, take the raise back.",
            reversible=True,
            check_on=check_on,
        ),
        ActionItem(
            "note_what_works",
            f"Note what changed in {story.subject} around the first day (creative, audience, "
            "offer) and try it in a sibling.",
            story.entity,
            "A second campaign that gains.",
            reversible=True,
            check_on=check_on,
        ),
    )


RULE = Rule(
    finding_type="high_performer",
    version="high_performer/11",
    claim=Claim("value", "rose", LIMIT, surprise=5.6, least_days=7),
    claim_words="spend brings at least 15% more conversion value than its baseline",
    money=_extra_value,
    title=_title,
    description=_description,
    steps=_steps,
)
