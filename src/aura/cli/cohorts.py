"""`aura report cohorts`: customers by the month of their first order."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.api.cohorts import CohortsAnswer
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.now_only import NowOnlyOption, refuse_as_of
from aura.cli.printing import print_json, print_table
from aura.reports.cohort_rows import cohort_value
from aura.reports.cohort_table import CohortMetric
from aura.reports.cohorts import CohortReport, cohort_metric_of, cohorts, months_of
from aura.reports.present import UNKNOWN, money_exact, ratio


def report_cohorts(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    months: Annotated[int, typer.Option(help="How many cohorts: 6, 12, 24 or 36.")] = 12,
    metric: Annotated[
        str, typer.Option(help="ltv, contribution, revenue, repeat, active or orders.")
    ] = "ltv",
    as_of: NowOnlyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Customers by the month of their first order: size, value by age, CAC and payback.

    The same numbers as the Cohorts page. A star marks a month that is not over.
    """
    refuse_as_of(as_of, "cohorts")
    chosen = cohort_metric_of({"metric": metric})

    async def work(installation: Installation) -> CohortReport:
        found = await find_brand(installation.database, brand, user)
        return await cohorts(
            installation.database,
            user_id=found.user_id,
            brand_id=found.id,
            months=months_of({"months": str(months)}),
            now=utc_now(),
        )

    report = run(work)
    if as_json:
        print_json(CohortsAnswer.of(report).model_dump())
    else:
        _print(report, chosen)


def _print(report: CohortReport, metric: CohortMetric) -> None:
    if report.problem:
        typer.echo(report.problem)
        return
    typer.echo(f"{report.brand.name}: {metric.label.lower()} by age in months")
    ages = [str(age) for age in range(report.longest)]
    print_table(
        ("first order", "customers", "repeat", "CAC", "payback", *ages),
        [
            (
                f"{one.month:%b %Y}",
                f"{one.size:,}",
                ratio(one.repeat_rate),
                UNKNOWN if one.cac is None else money_exact(one.cac, report.currency),
                UNKNOWN if one.payback is None else f"month {one.payback}",
                *(
                    cohort_value(metric, cell.values[metric.key], report.currency)
                    + ("" if cell.is_over else "*")
                    for cell in one.cells
                ),
                *("" for _ in range(report.longest - len(one.cells))),
            )
            for one in report.cohorts
        ],
    )
    if report.contribution_reason:
        typer.echo(f"{report.contribution_reason}. Contribution and payback are blank there.")
    for note in report.notes:
        typer.echo(note)
