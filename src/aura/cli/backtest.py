"""`aura insights backtest`: what Aura would have said of a history, morning after morning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from aura.cli.printing import print_json, print_table
from aura.errors import InputError
from aura.imports.observed_history import observed_range, read_timelines
from aura.insights.replay import Change, replay
from aura.insights.timeline import Timeline
from aura.insights.trial import Trial, trial_of
from aura.model import DayRange
from aura.reports.backtest import Summary, line_of, summarise

# findings that the shell lists by their titles
MOST_SHOWN = 20


def backtest(
    history: Annotated[
        Path,
        typer.Argument(
            metavar="HISTORY_DIR",
            help="Folder of replay files, *.csv or *.csv.gz (docs/backtest.md).",
            show_default=False,
        ),
    ],
    *,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DAY", help="First morning; the second one observed if left out."
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="DAY", help="Last morning; the last one observed if left out."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File for the findings, one JSON line per change.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Try a threshold, such as high_cpa.confidence=0.97."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Replay the engine over a history of your own or anyone's; it never looks ahead.

    Morning after morning it sees what had been observed by then, and nothing else. No database is
    needed and nothing is stored.
    """
    trial = trial_of(settings or [])
    timelines = read_timelines(history)
    days = _days(first, last, timelines)
    if out is None:
        summary = _run(timelines, days, trial, None)
    else:
        try:
            with out.open("w", encoding="utf-8") as file:
                summary = _run(timelines, days, trial, file)
        except OSError as error:
            raise InputError(f"{out} cannot be written: {error.strerror}") from error
    if as_json:
        print_json(summary.as_json())
    else:
        _print(summary, trial)


def _days(first: str | None, last: str | None, timelines: list[Timeline]) -> DayRange:
    known = observed_range(timelines)
    start = known[0] if first is None else _day("--from", first)
    end = known[1] if last is None else _day("--to", last)
    if end < start:
        raise InputError(f"The range ends on {end}, before it starts on {start}.")
    if end < known[0]:
        raise InputError(f"Nothing had been observed by {end}; the history starts on {known[0]}.")
    return DayRange(start, end)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r} is not a day; write 2026-11-26.") from None


def _run(timelines: list[Timeline], days: DayRange, trial: Trial, file: Any) -> Summary:
    currency = {timeline.brand: timeline.currency for timeline in timelines}

    def tell(brand: str, change: Change) -> None:
        if file is not None:
            file.write(json.dumps(line_of(brand, currency[brand], change)) + "\n")

    def replays() -> Iterator[tuple[str, Iterator[Change]]]:
        while timelines:
            # a brand that was replayed gives its memory back
            timeline = timelines.pop(0)
            yield timeline.brand, replay(timeline, days, trial.look)

    return summarise(days, replays(), tell)


def _print(summary: Summary, trial: Trial) -> None:
    brands = "1 brand" if summary.brands == 1 else f"{summary.brands} brands"
    typer.echo(f"{brands}, {summary.days.first} to {summary.days.last}")
    for line in trial.words:
        typer.echo(f"with {line}")
    if not summary.types:
        typer.echo("Nothing would have been said.")
        return
    typer.echo(_in_short(summary))
    print_table(
        (
            "type",
            "opened",
            "updated",
            "ended",
            "brands",
            "per brand and month",
            "median days",
            "money at stake",
        ),
        [
            (
                name,
                str(one.opened),
                str(one.updated),
                str(one.resolved),
                str(len(one.brands)),
                f"{summary.per_brand_month(name):.3f}",
                "" if one.median_days is None else f"{one.median_days:g}",
                _money(one.money),
            )
            for name, one in sorted(summary.types.items())
        ],
    )
    _print_told(summary)


def _in_short(summary: Summary) -> str:
    """What it would have cost: attention, and the money that the problems were about."""
    rate = summary.notified / summary.months
    text = (
        f"People would have been told of {summary.notified} insights, {rate:.2f} per brand and "
        "month"
    )
    money = _money(summary.money)
    return f"{text}; the problems among what was said were about {money}." if money else f"{text}."


def _money(amounts: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{code} {amount:,.0f}" for code, amount in sorted(amounts.items()))


def _print_told(summary: Summary) -> None:
    """What would have been said, the dearest first."""
    shown = [one for one in summary.told if not one.is_explained]
    shown.sort(key=lambda one: -(one.finding.impact.amount if one.finding.impact else Decimal(0)))
    typer.echo("")
    for one in shown[:MOST_SHOWN]:
        until = "still standing" if one.ended_on is None else f"to {one.ended_on}"
        brand = f"{one.brand}: " if summary.brands > 1 else ""
        typer.echo(f"{one.opened_on} {until}  {brand}{one.finding.title}")
    if len(shown) > MOST_SHOWN:
        typer.echo(f"and {len(shown) - MOST_SHOWN} more: --out writes all of them to a file.")
