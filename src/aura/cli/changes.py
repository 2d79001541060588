"""What became of the numbers of an earlier day, as a table and as a document of the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer

from aura.cli.installation import Installation, find_brand, utc_now
from aura.cli.printing import print_table
from aura.reports.as_of import Changed, changed_since
from aura.reports.periods import period_in


async def changes_of(
    installation: Installation, brand: str | None, user: str | None, asked: Mapping[str, str]
) -> tuple[Changed, ...]:
    """Each platform's sums over the range then and now; nothing where no earlier day is asked."""
    chosen = await find_brand(installation.database, brand, user)
    now = utc_now()
    period = period_in(asked, timezone=chosen.timezone, now=now)
    if period.as_of is None:
        return ()
    return await changed_since(
        installation.database,
        user_id=chosen.user_id,
        brand_id=chosen.id,
        days=period.days,
        as_of=period.as_of,
        now=now,
    )


def changes_document(changed: Sequence[Changed]) -> list[dict[str, object]]:
    """For programs; null where a side is not known."""
    return [
        {
            "platform": one.platform,
            "metric": one.metric.key,
            "currency": one.now.currency,
            "then": one.then.value,
            "now": one.now.value,
            "note": one.then.note,
        }
        for one in changed
    ]


def print_changes(changed: Sequence[Changed]) -> None:
    """Below the figures of an earlier day; nothing without one."""
    if changed:
        typer.echo("\nAs reported by then, and as known now:")
        print_table(
            ("platform", "figure", "then", "now", "changed"),
            [
                (one.name, one.metric.label, one.then_text, one.now_text, one.change)
                for one in changed
            ],
        )
