"""`aura report`: what the pages show, in the shell."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.printing import print_json, print_table
from aura.reports.headline import headline
from aura.reports.overview import COLUMNS, Overview, overview
from aura.reports.periods import period_of, today_in
from aura.reports.present import day_range

application = typer.Typer(help="What the pages show, in the shell.", no_args_is_help=True)


@application.callback()
def _group() -> None:
    """Keeps `overview` a sub-command while it is the only report."""


@application.command("overview")
def report_overview(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    days: Annotated[int, typer.Option(help="How many days, ending yesterday.")] = 28,
    first: Annotated[str, typer.Option("--from", help="First day, as 2026-10-25.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, as 2026-11-21.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Revenue, spend and their ratios for a range of days, against the days before.

    The same numbers as the Overview page. A dash means unknown, and the reason stands below.
    """

    async def work(installation: Installation) -> Overview:
        chosen = await find_brand(installation.database, brand, user)
        now = utc_now()
        period = period_of(
            {"days": str(days), "from": first, "to": last}, today=today_in(chosen.timezone, now)
        )
        return await overview(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            days=period.days,
            now=now,
        )

    report = run(work)
    if as_json:
        print_json(_document(report))
    else:
        _print(report)


def _document(report: Overview) -> dict[str, object]:
    """The report as a program reads it: exact values, null where unknown, and why."""
    return {
        "brand": {"id": report.brand.id, "name": report.brand.name},
        "currency": report.brand.currency,
        "timezone": report.brand.timezone,
        "from": report.days.first,
        "to": report.days.last,
        "figures": {
            figure.metric.key: {
                "value": figure.value,
                "previous": figure.previous,
                "reason": figure.reason,
                "is_settled": figure.is_settled,
                "formula": figure.metric.formula,
            }
            for figure in report.figures
        },
        "series": [
            {
                "date": day.date,
                "revenue": day.sums.get("revenue"),
                "ad_spend": day.sums.get("ad_spend"),
                "store_is_settled": day.store_is_settled,
                "ads_are_settled": day.ads_are_settled,
            }
            for day in report.series
        ],
        "platforms": [
            {
                "platform": line.platform,
                "figures": {
                    figure.metric.key: figure.value for figure in line.figures if figure is not None
                },
            }
            for line in report.platforms
        ],
        "sources": [
            {"platform": source.platform, "through": source.last_day, "read_at": source.read_at}
            for source in report.sources
        ],
    }


def _print(report: Overview) -> None:
    typer.echo(f"{report.brand.name}, {day_range(report.days, with_year=True)}")
    typer.echo(headline(report))
    print_table(
        ("", "now", "before", "change"),
        [
            (figure.metric.label, figure.text, figure.previous_text, figure.change.text)
            for figure in report.figures
        ],
    )
    typer.echo()
    print_table(
        ("platform", *COLUMNS),
        [
            (line.name, *("" if figure is None else figure.text for figure in line.figures))
            for line in report.platforms
        ],
    )
    for figure in report.figures:
        if figure.reason:
            typer.echo(f"{figure.metric.label}: {figure.reason}")
