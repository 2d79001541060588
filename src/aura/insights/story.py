"""What there is to tell of a case, and the sentences that all insights share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aura.insights.case import Case
from aura.insights.finding import ActionItem, Impact, Json, Scope
from aura.insights.measure import MeasureName
from aura.insights.wording import chance, change, counted, per_cent, platform_words

# a driver that explains this much of the change is named as its cause
MAIN = 0.7
_NAME_LENGTH = 80
_DRIVERS = {
    "cpc": "cost per click",
    "conversion_rate": "conversion rate",
    "order_value": "order value",
}


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to tell; `is_held`: it only goes on, and would not be said anew."""

    scope: Scope
    case: Case
    impact: Impact
    drivers: Json
    siblings: Json
    shown_by: MeasureName
    is_held: bool = False

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

    @property
    def main_driver(self) -> str | None:
        """The factor that explains most of the change, None when several play a part."""
        return next(
            (name for name, driver in self.drivers.items() if driver["log_share"] >= MAIN), None
        )


def shortened(name: str) -> str:
    """A campaign's name, cut where a title would not hold it."""
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"


def certainty(probability: float) -> str:
    """A probability in a word or two."""
    if probability >= 0.95:
        return "practically certain"
    return "very likely" if probability >= 0.85 else "likely"


def arrears(story: Story) -> str:
    """What is still to come, when that is more than a trifle."""
    share = story.case.share
    if share > 0.985:
        return ""
    return (
        f"Conversions still to arrive are taken into account: {per_cent(share)} of those of these "
        "days are in."
    )


def cause(story: Story) -> str:
    """Which factor changed."""
    if not story.drivers:
        return ""
    named = {
        name: f"{_DRIVERS[name]} ({change(driver['ratio'])})"
        for name, driver in story.drivers.items()
    }
    main = story.main_driver
    if main is None:
        return "Several things play a part: " + ", ".join(named.values()) + "."
    others = " and the ".join(words for name, words in named.items() if name != main)
    plural = "explain" if len(named) > 2 else "explains"
    return f"What changed is the {named[main]}; the {others} {plural} little."


def grounds(story: Story) -> str:
    """That clicks show it, of which there are many more than purchases."""
    price = story.case.cpc_ratio
    if story.shown_by != "price" or price is None:
        return ""
    clicks = counted(story.case.clicks, "click", "clicks")
    return (
        f"It shows in what a click costs ({change(price)}, {clicks}), before the conversions alone "
        "could show it."
    )


def others(story: Story, metric: str) -> str:
    """What the siblings and the store did meanwhile; `metric` is the KPI's name."""
    found, store = story.siblings, story.case.store
    sentences: list[str] = []
    if found["kind"] == "siblings" and found["count"] and found["ratio"]:
        moved = change(found["ratio"])
        sentences.append(f"The {metric} of the other {story.owner} campaigns: {moved}.")
    elif found["kind"] == "parts":
        sentences.append(
            "It is no single campaign: without the one that moved most it still shows."
        )
    if store is not None and store[1] > 0:
        sentences.append(f"The store's orders meanwhile: {change(store[0] / store[1])}.")
    return " ".join(sentences)


def surety(story: Story, claim: str) -> str:
    """How sure it is; `claim` completes `That …`."""
    case = story.case
    sure = (
        f"That {claim} is {certainty(case.probability)} ({chance(case.probability)}); the change "
        f"lies between {change(case.low)} and {change(case.high)} with 80 % probability."
    )
    if not story.is_held:
        return sure
    held = "These days alone would not be enough to say so anew; nor do they say that it is over."
    return f"{sure} {held}"


def tracking_step(story: Story, check_on: date) -> ActionItem | None:
    """For a wide scope whose store did not feel it: look at the measurement first."""
    store = story.case.store
    if story.scope.level == "campaign" or store is None or store[0] < 0.95 * store[1]:
        return None
    return ActionItem(
        "check_tracking",
        f"The store's orders held up. Check first whether {story.owner} still counts every "
        "purchase (pixel, tag, consent banner).",
        story.entity,
        "If purchases are missed, results are better than they look and no budget needs to change.",
        reversible=True,
        check_on=check_on,
    )
