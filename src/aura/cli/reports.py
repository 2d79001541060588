"""`aura report`: what the pages show, in the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import typer

from aura.cli import attribution as attribution_report
from aura.cli import cohorts as cohort_report
from aura.cli import connections as connection_report
from aura.cli import portfolio_report
from aura.cli.changes import changes_document, changes_of, print_changes
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.month_report import report_month
from aura.cli.printing import print_json, print_table
from aura.metrics import CATALOGUE
from aura.model import PLATFORM_NAMES
from aura.reports.as_of import Changed
from aura.reports.campaigns import Campaigns, campaigns, question_of
from aura.reports.figures import Figure
from aura.reports.headline import headline
from aura.reports.overview import COLUMNS, TILES, Overview, overview
from aura.reports.periods import NAMED, Period, period_in
from aura.reports.present import day_range, present_exact
from aura.reports.series import BY, DEFAULT_METRIC, Bucket, buckets, series_question

application = typer.Typer(help="What the pages show, in the shell.", no_args_is_help=True)

application.command("month")(report_month)

# what fits beside a campaign's name in a narrow terminal
SHOWN: Final = ("ad_spend", "conversions", "conversion_value", "platform_cpa", "platform_roas")

BrandOption = Annotated[
    str | None, typer.Option(help="Name of the brand; not needed if there is one.")
]
UserOption = Annotated[str | None, typer.Option(help="E-mail of its owner.")]
DaysOption = Annotated[int, typer.Option(help="How many days, ending yesterday.")]
FirstOption = Annotated[str, typer.Option("--from", help="First day, as 2026-10-25.")]
LastOption = Annotated[str, typer.Option("--to", help="Last day, as 2026-11-21.")]
RangeOption = Annotated[
    str, typer.Option("--range", help=f"A range by its name: {', '.join(NAMED)}.")
]
CompareOption = Annotated[
    str, typer.Option(help="Compare with: previous, year, off, or two days as FIRST..LAST.")
]
WeekdayOption = Annotated[
    bool, typer.Option("--weekdays/--dates", help="Match the days compared with by weekday.")
]
AsOfOption = Annotated[
    str, typer.Option(help="An earlier day: the numbers as they had been reported by its end.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@application.command("overview")
def report_overview(
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    days: DaysOption = 28,
    first: FirstOption = "",
    last: LastOption = "",
    named: RangeOption = "",
    compare: CompareOption = "previous",
    weekdays: WeekdayOption = True,
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """Revenue, spend and their ratios for a range of days, against the days before.

    The same numbers as the Overview page. A dash means unknown, and the reason stands below.
    """
    asked = _query(days, first, last, named) | _comparison(compare, weekdays=weekdays)
    asked |= {"as_of": as_of}

    async def work(installation: Installation) -> tuple[Overview, tuple[Changed, ...]]:
        return (
            await _overview(installation, brand, user, asked),
            await changes_of(installation, brand, user, asked),
        )

    report, changed = run(work)
    if as_json:
        print_json(_document(report) | _then(as_of, changed))
    else:
        _print(report)
        print_changes(changed)


@application.command("series")
def report_series(
    *,
    metric: Annotated[str, typer.Argument(help="A metric of the catalogue.")] = DEFAULT_METRIC,
    by: Annotated[str, typer.Option(help=f"One of {', '.join(BY)}.")] = "day",
    brand: BrandOption = None,
    user: UserOption = None,
    days: DaysOption = 28,
    first: FirstOption = "",
    last: LastOption = "",
    named: RangeOption = "",
    compare: CompareOption = "previous",
    weekdays: WeekdayOption = True,
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """One metric by day, week (ISO) or month, beside the days it is compared with."""
    question = series_question({"metric": metric, "by": by})
    asked = _query(days, first, last, named) | _comparison(compare, weekdays=weekdays)
    asked |= {"as_of": as_of}
    key = question.metric.key
    report = run(lambda installation: _overview(installation, brand, user, asked, [key]))
    found = buckets(report, question.metric, question.by)
    if as_json:
        print_json({"metric": question.metric.key, "by": question.by, "series": _series(found)})
        return
    currency = report.brand.currency
    print_table(
        (BY[question.by].lower(), question.metric.label, "before", "state"),
        [
            (
                one.label,
                present_exact(question.metric, one.value, currency),
                present_exact(question.metric, one.previous, currency),
                one.state,
            )
            for one in found
        ],
    )


def _then(as_of: str, changed: Sequence[Changed]) -> dict[str, object]:
    """What a document says beside the figures of an earlier day."""
    return {"as_of": as_of or None, "changed_since": changes_document(changed)}


def _series(found: Sequence[Bucket]) -> list[dict[str, object]]:
    return [
        {
            "from": one.days.first,
            "to": one.days.last,
            "value": one.value,
            "previous": one.previous,
            "is_partial": one.is_partial,
            "is_settled": one.is_settled,
        }
        for one in found
    ]


def _query(days: int, first: str, last: str, named: str) -> dict[str, str]:
    return {"days": str(days), "from": first, "to": last, "range": named}


def _comparison(text: str, *, weekdays: bool) -> dict[str, str]:
    """What an address says for `--compare` and `--weekdays`."""
    first, dots, last = text.partition("..")
    chosen = {"compare": "custom", "compare_from": first, "compare_to": last}
    return (chosen if dots else {"compare": text}) | ({} if weekdays else {"dow": "0"})


async def _overview(
    installation: Installation,
    brand: str | None,
    user: str | None,
    asked: Mapping[str, str],
    metrics: Sequence[str] = TILES,
) -> Overview:
    chosen = await find_brand(installation.database, brand, user)
    now = utc_now()
    period: Period = period_in(asked, timezone=chosen.timezone, now=now)
    return await overview(
        installation.database,
        user_id=chosen.user_id,
        brand_id=chosen.id,
        days=period.days,
        comparison=period.comparison,
        now=now,
        as_of=period.as_of,
        metrics=metrics,
    )


@application.command("connections")
def report_connections(
    *, brand: BrandOption = None, user: UserOption = None, as_json: JsonOption = False
) -> None:
    """How each platform is doing: state, history, what is restated, and levels that differ.

    An ad account whose own total is not the sum of its campaigns is named with the difference.
    """
    connection_report.report_connections(brand, user, as_json=as_json)


application.command("attribution")(attribution_report.report_attribution)
application.command("cohorts")(cohort_report.report_cohorts)


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
                "estimate": figure.estimate,
                "is_settled": figure.is_settled,
                "formula": figure.metric.formula,
                "complete_through": figure.complete_through,
                "read_at": figure.read_at,
                "still_expected": figure.still_expected,
                "converted": [one.sentence for one in figure.converted],
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
        "zones": [one.sentence for one in report.zones],
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
        if note := figure.reason or figure.estimate:
            typer.echo(f"{figure.metric.label}: {note}")
    converted = {one.sentence for figure in report.figures for one in figure.converted}
    for sentence in sorted(converted):
        typer.echo(f"Converted: {sentence}")
    for zone in report.zones:
        typer.echo(f"Time zones: {zone.sentence}")


@application.command("campaigns")
def report_campaigns(
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    days: DaysOption = 28,
    first: FirstOption = "",
    last: LastOption = "",
    search: Annotated[str, typer.Option(help="Only those with this in their name.")] = "",
    platform: Annotated[str, typer.Option(help="Only meta or google_ads.")] = "",
    sort: Annotated[str, typer.Option(help="A metric, or name.")] = "ad_spend",
    order: Annotated[str, typer.Option(help="asc or desc.")] = "",
    page: Annotated[int, typer.Option(help="50 campaigns each.")] = 1,
    min_spend: Annotated[str, typer.Option(help="Only those that spent at least so much.")] = "",
    columns: Annotated[
        str, typer.Option(help="Metrics to show, separated by commas, such as ad_spend,ctr.")
    ] = "",
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """Spend, claimed purchases and their ratios by campaign; the numbers of the Campaigns page."""
    asked = {"days": str(days), "from": first, "to": last, "as_of": as_of}

    async def work(installation: Installation) -> tuple[Campaigns, tuple[Changed, ...]]:
        chosen = await find_brand(installation.database, brand, user)
        now = utc_now()
        query = {"search": search, "platform": platform, "sort": sort, "order": order}
        period = period_in(asked, timezone=chosen.timezone, now=now)
        found = await campaigns(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            days=period.days,
            question=question_of(
                query | {"page": str(page), "min_spend": min_spend, "columns": columns}
            ),
            now=now,
            as_of=period.as_of,
        )
        return found, await changes_of(installation, brand, user, asked)

    report, changed = run(work)
    if as_json:
        print_json(_campaigns_document(report) | _then(as_of, changed))
    else:
        _print_campaigns(report)
        print_changes(changed)


def _campaigns_document(report: Campaigns) -> dict[str, object]:
    return {
        "brand": {"id": report.brand.id, "name": report.brand.name},
        "from": report.days.first,
        "to": report.days.last,
        "found": report.found,
        "page": report.question.page,
        "pages": report.pages,
        "campaigns": [
            {
                "id": line.campaign.entity_id,
                "platform": line.campaign.platform,
                "external_id": line.campaign.external_id,
                "name": line.campaign.name,
                "status": line.campaign.status,
                "account": line.campaign.account_name,
                "currency": line.figures[0].currency,
                "figures": {figure.metric.key: figure.value for figure in line.figures},
            }
            for line in report.lines
        ],
    }


def _shown(report: Campaigns, figures: Sequence[Figure]) -> list[str]:
    columns = report.question.columns or SHOWN
    return [figure.text for figure in figures if figure.metric.key in columns]


def _print_campaigns(report: Campaigns) -> None:
    typer.echo(f"{report.brand.name}, {day_range(report.days, with_year=True)}")
    rows = [
        (line.name, PLATFORM_NAMES[line.campaign.platform], *_shown(report, line.figures))
        for line in report.lines
    ]
    if report.total and report.pages == 1 and rows:
        rows.append(("All together", "", *_shown(report, report.total)))
    labels = (CATALOGUE[key].label for key in report.question.columns or SHOWN)
    print_table(("campaign", "platform", *labels), rows)
    typer.echo("--json has every metric of the Campaigns page.")
    if report.pages > 1:
        typer.echo(f"Page {report.question.page} of {report.pages}: --page shows another.")


application.command("brands")(portfolio_report.report_brands)
