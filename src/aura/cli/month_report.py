"""`aura report month`: the month so far against its targets, and what it will come to."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.now_only import NowOnlyOption, refuse_as_of
from aura.cli.printing import print_json, print_table
from aura.reports.month import Month, Pace, month_report


def report_month(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    as_of: NowOnlyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The month so far, its targets, and its end with bounds that hold four times out of five.

    Targets are stated with `aura targets set`. Ratios are not forecast.
    """
    refuse_as_of(as_of, "month")

    async def work(installation: Installation) -> Month:
        chosen = await find_brand(installation.database, brand, user)
        return await month_report(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            now=utc_now(),
        )

    report = run(work)
    if as_json:
        print_json(document(report))
    else:
        _print(report)


def document(report: Month) -> dict[str, object]:
    """The month as a program reads it: exact values, null where unknown, and why."""
    return {
        "brand": {"id": report.brand.id, "name": report.brand.name},
        "currency": report.brand.currency,
        "month": f"{report.first:%Y-%m}",
        "days_over": len(report.days),
        "days_left": report.days_left,
        "metrics": {
            pace.metric.key: {
                "value": pace.figure.value,
                "reason": pace.figure.reason,
                "target": pace.target,
                "due": pace.due,
                "ahead": pace.ahead,
                "forecast": pace.forecast,
                "forecast_low": pace.forecast_low,
                "forecast_high": pace.forecast_high,
                "no_forecast": pace.no_forecast,
                "outlook": pace.outlook,
            }
            for pace in report.paces
        },
    }


def _print(report: Month) -> None:
    typer.echo(
        f"{report.brand.name}, {report.first:%B %Y}: "
        f"{len(report.days)} of {report.length} days are over"
    )
    print_table(
        ("", "so far", "target", "against an even pace", "month's end (80 %)", ""),
        [_row(pace) for pace in report.paces],
    )
    for pace in report.paces:
        if pace.figure.reason:
            typer.echo(f"{pace.metric.label}: {pace.figure.reason}")


def _row(pace: Pace) -> tuple[str, ...]:
    return (
        pace.metric.label,
        pace.figure.text,
        pace.target_text,
        pace.ahead_text,
        pace.forecast_text,
        "" if pace.outlook == "unknown" else pace.outlook,
    )
