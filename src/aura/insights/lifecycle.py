"""What becomes of findings from one morning to the next.

In go the morning's findings and those that stand, out comes one change for each. One finding of a
type and scope stands at a time: it is updated in place, resolved after three mornings without
confirmation (a finding about the data at once), expired when its scope could not be looked at for a
week. One cause yields one finding: a narrower scope takes over from a wider one at once, a wider
one from a narrower one only after the narrower has gone unconfirmed. Of several findings of one
scope that tell the same story, the one nearest to its cause is told; it takes over from another one
that stands and goes on as the same insight for those who were told. A small test of budgets ends
when something needs repair: beside that it is noise, and what it would teach is spoilt.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from aura.insights.engine import LEADERS
from aura.insights.finding import CALM_TYPES, HEALTH_TYPES, Finding, Key, Priority

# mornings without confirmation after which a finding is over
UNCONFIRMED_DAYS = 3
# days after the last confirmation after which it is no longer shown
EXPIRY_DAYS = 7
# advice on budgets is looked at once a week and stands this long after it was last confirmed
BUDGET_DAYS = 7
BUDGET_EXPIRY_DAYS = 14
# a dismissed finding stays silent while what it said goes on, and this long after
DISMISSED_DAYS = 14
# of how many insights people are told in seven days; more are on the page, silently
WEEKLY_NOTICES = 5
_WIDENING_DAYS = 2

Status = Literal["open", "snoozed", "dismissed"]
_RANK: dict[Priority, int] = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding that stands, or that was dismissed lately.

    Attributes:
        updated_on: the last morning that confirmed it.
        opened_on: the first morning that found it.
    """

    id: UUID
    insight_id: UUID | None
    finding_type: str
    platform: str
    entity_id: str
    status: Status
    priority: Priority | None
    updated_on: date
    opened_on: date
    snoozed_until: datetime | None = None

    @property
    def key(self) -> Key:
        """Type and scope: what is unique among findings that stand."""
        return self.finding_type, self.platform, self.entity_id


@dataclass(frozen=True, slots=True)
class Opening:
    """A finding to be written; `continues` is one that told the same story until now."""

    finding: Finding
    continues: Standing | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A finding that stands and was confirmed; `is_escalated` asks for attention again."""

    standing: Standing
    finding: Finding
    status: Status
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """A finding that is over; `continued_by` is the key of one that tells its story from now on."""

    standing: Standing
    status: Literal["resolved", "expired"]
    continued_by: str = ""


Change = Opening | Update | Closing


def stood_before(standing: Sequence[Standing], run_day: date) -> frozenset[Key]:
    """What was said before this morning and has not ended, be it put off or dismissed.

    What opened this morning is not of it: a second look at the same numbers says the same.
    """
    return frozenset(one.key for one in standing if one.opened_on < run_day)


def plan(
    findings: Sequence[Finding],
    standing: Sequence[Standing],
    *,
    judged: Collection[tuple[str, str]],
    run_day: date,
    now: datetime,
    by_story: bool = False,
) -> list[Change]:
    """What to write. `judged` are the scopes (platform, entity) whose state is known today.

    `by_story`: of several findings that tell one story of a scope, one at most is told.
    """
    if by_story:
        findings = one_a_story(findings, standing, run_day)
    by_key = {one.key: one for one in standing}
    # what only went on and ended earlier this morning does not open anew
    findings = [one for one in findings if not one.only_goes_on or one.key in by_key]
    changes: list[Change] = []
    confirmed: set[Key] = set()
    ended: set[Key] = set()
    for finding in findings:
        key = finding.key
        confirmed.add(key)
        stands = by_key.get(key)
        if stands is not None:
            changes.append(_update(stands, finding, now))
            continue
        teller = _teller(standing, key) if by_story else None
        if teller is not None and teller.key not in ended:
            changes += [Closing(teller, "resolved", finding.dedup_key), Opening(finding, teller)]
            ended.add(teller.key)
            continue
        related = [one for one in standing if _is_related(one, key) and one.key not in ended]
        if any(_holds_back(one, key, run_day) for one in related):
            continue
        changes.extend(Closing(one, "resolved") for one in related if one.status != "dismissed")
        ended.update(one.key for one in related)
        changes.append(Opening(finding))
    is_calm = all(finding.finding_type in CALM_TYPES for finding in findings)
    for one in standing:
        if one.key in confirmed or one.key in ended or one.status == "dismissed":
            continue
        if _is_budget_test(one) and not is_calm:
            changes.append(Closing(one, "expired"))
            continue
        closing = _closing(one, judged, run_day)
        if closing is not None:
            changes.append(closing)
    return changes


def one_a_story(
    findings: Sequence[Finding], standing: Sequence[Standing], run_day: date
) -> list[Finding]:
    """The findings that are told: of those that tell one story of one scope, one at most.

    Who stands goes on; only one nearer to the cause takes over, and never the other way round, so
    that a story does not change its name from day to day. One that a person put off or dismissed
    keeps all of its story away.
    """
    kept: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        if finding.finding_type not in LEADERS:
            kept.append(finding)
            continue
        place = finding.scope.platform, finding.scope.entity_id
        if place in seen:
            continue
        seen.add(place)
        family = [one for one in findings if one.key[1:] == place and _tells(one.finding_type)]
        family.sort(key=lambda one: LEADERS.index(one.finding_type))
        tellers = [one for one in standing if one.key[1:] == place and _tells(one.finding_type)]
        told = _told(family, tellers, run_day)
        if told is not None:
            kept.append(told)
    return kept


def _told(family: Sequence[Finding], tellers: Sequence[Standing], run_day: date) -> Finding | None:
    """The finding of a family, the nearest to the cause first, that is told today."""
    lately = [one for one in tellers if (run_day - one.updated_on).days <= UNCONFIRMED_DAYS]
    if not lately:
        return family[0]
    away = next((one for one in lately if one.status != "open"), None)
    teller = away or min(lately, key=lambda one: LEADERS.index(one.finding_type))
    same = next((one for one in family if one.finding_type == teller.finding_type), None)
    if away is not None or same is family[0]:
        return same
    is_nearer = LEADERS.index(family[0].finding_type) < LEADERS.index(teller.finding_type)
    return family[0] if is_nearer else same


def _tells(finding_type: str) -> bool:
    return finding_type in LEADERS


def _teller(standing: Sequence[Standing], key: Key) -> Standing | None:
    """What stands open and told the story of a new finding's scope until now."""
    if not _tells(key[0]):
        return None
    return next(
        (
            one
            for one in standing
            if one.status == "open"
            and _tells(one.finding_type)
            and one.key[1:] == key[1:]
            and LEADERS.index(key[0]) < LEADERS.index(one.finding_type)
        ),
        None,
    )


def _update(stands: Standing, finding: Finding, now: datetime) -> Update:
    status = stands.status
    if status == "snoozed" and stands.snoozed_until is not None and stands.snoozed_until <= now:
        status = "open"
    before = stands.priority
    is_escalated = before is not None and _RANK[finding.priority] > _RANK[before]
    # what these days alone would not say is no reason to call anyone again
    is_escalated = is_escalated and not finding.only_goes_on
    return Update(stands, finding, status, is_escalated and status == "open")


def _is_related(one: Standing, key: Key) -> bool:
    """Whether one scope contains the other."""
    finding_type, platform, entity_id = key
    if one.finding_type != finding_type or one.key == key:
        return False
    if not one.platform or not platform:
        return True
    return one.platform == platform and (not one.entity_id or not entity_id)


def _holds_back(one: Standing, key: Key, run_day: date) -> bool:
    """Whether what stands (or was dismissed) already tells the same story."""
    is_wider = (not key[1] and bool(one.platform)) or (not key[2] and bool(one.entity_id))
    if one.status == "dismissed":
        return (run_day - one.updated_on).days <= UNCONFIRMED_DAYS
    return is_wider and (run_day - one.updated_on).days <= _WIDENING_DAYS


def _is_budget_test(one: Standing) -> bool:
    return one.finding_type == "budget_recommendation" and one.priority == "low"


def _closing(one: Standing, judged: Collection[tuple[str, str]], run_day: date) -> Closing | None:
    quiet = (run_day - one.updated_on).days
    if one.finding_type == "budget_recommendation":
        return Closing(one, "expired") if quiet >= BUDGET_EXPIRY_DAYS else None
    if (one.platform, one.entity_id) in judged:
        if one.finding_type in HEALTH_TYPES or quiet >= UNCONFIRMED_DAYS:
            return Closing(one, "resolved")
        return None
    return Closing(one, "expired") if quiet >= EXPIRY_DAYS else None


def is_budget_day(standing: Sequence[Standing], brand: str, run_day: date) -> bool:
    """Whether budgets are looked at on this morning: once a week, brands spread over its days."""
    stands = [one for one in standing if one.finding_type == "budget_recommendation"]
    if stands:
        return max((run_day - one.updated_on).days for one in stands) >= BUDGET_DAYS
    return run_day.toordinal() % BUDGET_DAYS == sum(brand.encode()) % BUDGET_DAYS
