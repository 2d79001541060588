"""high_cpa in words: title, description and steps, from figures that are already there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aura.insights.case import Case
from aura.insights.finding import ActionItem, Impact, Json, Scope
from aura.insights.wording import (
    change,
    counted,
    days_words,
    money,
    money_pair,
    per_cent,
    platform_words,
)

# a driver that explains this much of the change is named as its cause
_MAIN = 0.7
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to tell."""

    scope: Scope
    case: Case
    impact: Impact
    drivers: Json
    siblings: Json

    @property
    def place(self) -> str:
        """`Meta Ads: … in 'Prospecting'`: the part after the verb."""
        if self.scope.level == "campaign":
            return f" in '{shortened(self.scope.name)}'"
        return " across platforms" if self.scope.level == "brand" else " across campaigns"

    @property
    def owner(self) -> str:
        """Who is meant: the platform, or all ads."""
        return platform_words(self.scope.platform) if self.scope.platform else self.scope.name

    @property
    def subject(self) -> str:
        """The scope as the subject of a sentence."""
        return f"'{shortened(self.scope.name)}'" if self.scope.level == "campaign" else self.owner

    @property
    def entity(self) -> str:
        """What a step is about."""
        return self.scope.name if self.scope.level == "campaign" else self.owner


def shortened(name: str) -> str:
    """A campaign's name, cut where a title would not hold it."""
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"


def certainty(probability: float) -> str:
    """A probability in a word or two."""
    if probability >= 0.99:
        return "practically certain"
    return "very likely" if probability >= 0.97 else "likely"


def title(story: Story) -> str:
    """What, where, how much, at what cost; at most 255 characters."""
    case = story.case
    if case.conversions == 0:
        size = f"no conversions for {money(case.spend, case.currency)}"
        usual = f"about {case.expected:.0f} were due"
        return f"{story.owner}: {size}{story.place} ({usual} in {case.days} days)"
    before, now = money_pair(case.usual_cpa, case.cpa, case.currency)
    return (
        f"{story.owner}: CPA up {per_cent(case.ratio - 1)}{story.place} ({before} to {now}), "
        f"about {money(story.impact.amount, case.currency)} extra in {case.days} days"
    )


def description(story: Story) -> str:
    """The case in plain sentences."""
    return " ".join(
        part
        for part in (_counts(story), _arrears(story), _cause(story), _others(story), _surety(story))
        if part
    )


def _counts(story: Story) -> str:
    case = story.case
    spent, usual = (money(amount, case.currency) for amount in (case.spend, case.usual_cpa))
    return (
        f"From {days_words(case.window)}, {story.subject} spent {spent} for "
        f"{counted(case.conversions, 'reported conversion', 'reported conversions')}; at its usual "
        f"cost of {usual} about {case.expected:.0f} would have been reported by now."
    )


def _arrears(story: Story) -> str:
    share = story.case.share
    if share > 0.985:
        return ""
    return (
        f"Conversions still to arrive are taken into account: {per_cent(share)} of those of these "
        "days are in."
    )


def _cause(story: Story) -> str:
    if not story.drivers:
        return ""
    cpc, rate = story.drivers["cpc"], story.drivers["conversion_rate"]
    cost = f"cost per click ({change(cpc['ratio'])})"
    conversion = f"conversion rate ({change(rate['ratio'])})"
    if cpc["log_share"] >= _MAIN:
        return f"What changed is the {cost}; the {conversion} explains little."
    if rate["log_share"] >= _MAIN:
        return f"What changed is the {conversion}; the {cost} explains little."
    return f"Both the {cost} and the {conversion} play a part."


def _others(story: Story) -> str:
    siblings, store = story.siblings, story.case.store
    sentences: list[str] = []
    if siblings["kind"] == "siblings" and siblings["count"] and siblings["cpa_ratio"]:
        moved = change(siblings["cpa_ratio"])
        sentences.append(f"The CPA of the other {story.owner} campaigns: {moved}.")
    elif siblings["kind"] == "parts":
        sentences.append("It is no single campaign: without the worst the rise still stands.")
    if store is not None and store[1] > 0:
        sentences.append(f"The store's orders meanwhile: {change(store[0] / store[1])}.")
    return " ".join(sentences)


def _surety(story: Story) -> str:
    case = story.case
    return (
        f"That CPA rose by at least 15 % is {certainty(case.probability)} "
        f"({per_cent(case.probability)}); the rise lies between {change(case.low)} and "
        f"{change(case.high)} with 80 % probability."
    )


def steps(story: Story, check_on: date) -> tuple[ActionItem, ...]:
    """One to three steps, the likeliest cause first."""
    first = _tracking_step(story, check_on) or _cause_step(story, check_on)
    return (first, _budget_step(story, check_on))


def _tracking_step(story: Story, check_on: date) -> ActionItem | None:
    """For a wide scope whose store did not feel it: look at the measurement first."""
    store = story.case.store
    if story.scope.level == "campaign" or store is None or store[0] < 0.95 * store[1]:
        return None
    return ActionItem(
        "check_tracking",
        f"The store's orders held up. Check first whether {story.owner} still counts every "
        "purchase (pixel, tag, consent banner).",
        story.entity,
        "If purchases are missed, CPA is better than it looks and no budget needs to change.",
        reversible=True,
        check_on=check_on,
    )


def _cause_step(story: Story, check_on: date) -> ActionItem:
    goal = money(story.case.usual_cpa * 1.15, story.case.currency)
    if story.drivers and story.drivers["cpc"]["log_share"] >= _MAIN:
        return ActionItem(
            "review_bids_and_creative",
            f"Clicks of {story.subject} became dearer: compare bids and competitors, and give it "
            "fresh creative.",
            story.entity,
            f"CPA back under {goal}.",
            reversible=True,
            check_on=check_on,
        )
    return ActionItem(
        "check_landing_page",
        f"People click {story.subject} but buy less: check its landing page, offer, stock and "
        "audience for what changed around the first day.",
        story.entity,
        f"CPA back under {goal}.",
        reversible=True,
        check_on=check_on,
    )


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
