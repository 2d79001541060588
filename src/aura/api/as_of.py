"""What became of the numbers of an earlier day, beside the answers that are seen as of it."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from aura.accounts.people import Person
from aura.api.asking import Asked
from aura.api.parts import Parts
from aura.reports.as_of import Changed, changed_since


class ChangedAnswer(BaseModel):
    """A platform's sum over the range, as it was known then and is known now; null: not known.

    `note` says which days of the range were not read then, where some were not.
    """

    platform: str
    metric: str
    currency: str
    then: Decimal | None
    now: Decimal | None
    note: str | None

    @classmethod
    def of(cls, changed: Changed) -> ChangedAnswer:
        """From the report."""
        return cls(
            platform=changed.platform,
            metric=changed.metric.key,
            currency=changed.now.currency,
            then=changed.then.value,
            now=changed.now.value,
            note=changed.then.note,
        )


async def changed_answers(parts: Parts, person: Person, asked: Asked) -> list[ChangedAnswer]:
    """What changed since the day that a request names; nothing for one that names none."""
    if asked.period.as_of is None:
        return []
    found = await changed_since(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        as_of=asked.period.as_of,
        now=asked.now,
    )
    return [ChangedAnswer.of(one) for one in found]
