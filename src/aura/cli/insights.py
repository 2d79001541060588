"""`aura insights`: what Aura has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import typer

from aura.cli.backtest import backtest
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.printing import print_json, print_table
from aura.errors import InputError
from aura.reports.insight_feed import (
    REASONS,
    explanation,
    keep_answer,
    one_insight,
    outcome_words,
)
from aura.reports.insights import HealthRow, InsightRow, list_health_findings, list_insights
from aura.reports.morning import Morning, morning_of
from aura.reports.periods import brand_zone
from aura.reports.record import Record, brand_record
from aura.reports.silence import Watch, watch_of
from aura.reports.verification import Verification, verify_insight
from aura.store.insight_answers import InsightWithState

application = typer.Typer(help="What Aura has to say about a brand.", no_args_is_help=True)


application.command("backtest")(backtest)


IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `aura insights list` shows it.")]
BrandOption = Annotated[
    str | None, typer.Option(help="Name of the brand; not needed if there is one.")
]
UserOption = Annotated[str | None, typer.Option(help="E-mail of its owner.")]
AsOfOption = Annotated[
    str, typer.Option(help="An earlier day: what stood at its end, and what became of it.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@application.command("list")
def insights_list(
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """What stands open, the costliest first; silence is said too."""
    if as_of:
        found = run(lambda installation: _morning(installation, brand, user, as_of))
        if as_json:
            print_json(found.stood)
        else:
            _print_stood(found)
        return
    told = run(lambda installation: _listed(installation, brand, user))
    if as_json:
        print_json(told.rows)
        return
    for finding in told.health:
        typer.echo(f"[about the data] {finding.title}\n    {finding.description}")
    if not told.rows:
        typer.echo("Nothing else needs you." if told.health else told.watch.checked)
    for row in told.rows:
        typer.echo(f"[{row.priority}] {row.title}\n    {row.description}\n    id {row.id}")
        for action in row.action_items:
            typer.echo(f"    - {action['text']}")
    for sentence in (told.record.sentence, told.watch.enough, told.watch.notified):
        if sentence:
            typer.echo(sentence)


@dataclass(frozen=True, slots=True)
class _Listed:
    rows: list[InsightRow]
    health: list[HealthRow]
    watch: Watch
    record: Record


async def _listed(installation: Installation, brand: str | None, user: str | None) -> _Listed:
    database = installation.database
    chosen = await find_brand(database, brand, user)
    whose = {"user_id": chosen.user_id, "brand_id": chosen.id}
    now = utc_now().astimezone(brand_zone(chosen.timezone))
    return _Listed(
        await list_insights(database, **whose),
        await list_health_findings(database, **whose),
        await watch_of(database, **whose, now=now),
        await brand_record(database, **whose),
    )


async def _morning(
    installation: Installation, brand: str | None, user: str | None, day: str
) -> Morning:
    chosen = await find_brand(installation.database, brand, user)
    return await morning_of(
        installation.database, user_id=chosen.user_id, brand_id=chosen.id, day=day, now=utc_now()
    )


def _print_stood(morning: Morning) -> None:
    """What stood, and what became of it."""
    if not morning.is_from_ledger:
        typer.echo(
            "Nothing of this day is kept: it lies before Aura first read this brand. This is what "
            "the engine says of what can be known of it."
        )
    for one in morning.stood:
        insight = one.insight
        kind = "about the data" if one.is_health else insight.priority
        since = f" ({one.since})" if one.since else ""
        typer.echo(f"[{kind}] {insight.title}{since}\n    {insight.description}")
        for days, outcome in sorted(insight.outcomes.items()):
            typer.echo(f"    {outcome_words(days, outcome)}")
    if not morning.stood:
        typer.echo(morning.silence)


@application.command("morning")
def insights_morning(
    day: Annotated[str, typer.Argument(metavar="DAY", help="An earlier day, as 2026-11-20.")],
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    as_json: JsonOption = False,
) -> None:
    """As of that morning: what had been reported by then, and what Aura said of it."""
    found = run(lambda installation: _morning(installation, brand, user, day))
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found.first} to {found.last}, as reported by {found.day} and as known now")
    print_table(
        ("platform", "figure", "then", "now", "changed"),
        [
            (one.name, one.metric.label, one.then_text, one.now_text, one.change)
            for one in found.sums
        ],
    )
    _print_stood(found)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InputError(f"{text!r} is not an id. `aura insights list` shows them.") from None


@application.command("explain")
def insights_explain(
    insight_id: IdArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell an insight in words: what it rests on, how sure it is, what became of it."""

    async def work(installation: Installation) -> InsightWithState:
        chosen = await find_brand(installation.database, brand, user)
        return await one_insight(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            insight_id=_id(insight_id),
            now=utc_now(),
        )

    found = run(work)
    if as_json:
        print_json(found)
        return
    typer.echo("\n\n".join(explanation(found)))


@application.command("verify")
def insights_verify(
    insight_id: IdArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute an insight again from what had been read by then; exit code 1 when it differs."""

    async def work(installation: Installation) -> Verification:
        chosen = await find_brand(installation.database, brand, user)
        return await verify_insight(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            insight_id=_id(insight_id),
            now=utc_now(),
        )

    found = run(work)
    if as_json:
        print_json(found)
    else:
        shown = [check for check in found.checks if not check.path.startswith("series.")]
        print_table(
            ("value", "stored", "computed again", ""),
            [
                (
                    check.path,
                    str(check.stored),
                    str(check.found),
                    "equal" if check.is_equal else "DIFFERS",
                )
                for check in shown
            ],
            title=f"{found.title} (as of {found.as_of.isoformat()})",
        )
        typer.echo(found.sentence)
    if not found.is_equal:
        raise typer.Exit(1)


@application.command("answer")
def insights_answer(
    insight_id: IdArgument,
    answer: Annotated[
        str,
        typer.Argument(help="read, snooze, dismiss, reopen, useful, not_useful or done."),
    ],
    *,
    reason: Annotated[str, typer.Option(help=f"Of a dismissal: {', '.join(REASONS)}.")] = "",
    brand: BrandOption = None,
    user: UserOption = None,
) -> None:
    """Say what you make of an insight."""

    async def work(installation: Installation) -> None:
        chosen = await find_brand(installation.database, brand, user)
        await keep_answer(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            insight_id=_id(insight_id),
            fields={"answer": answer, "reason": reason},
            now=utc_now(),
        )

    run(work)
    typer.echo("Kept.")
