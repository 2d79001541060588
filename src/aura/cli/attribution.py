"""`aura report attribution`: the store's own visits beside what the platforms claim."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.api.attribution import AttributionAnswer
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.now_only import NowOnlyOption, refuse_as_of
from aura.cli.printing import print_json, print_table
from aura.model import PLATFORM_NAMES
from aura.reports.attribution import AttributionReport, Claim, attribution
from aura.reports.periods import period_of, today_in
from aura.reports.present import UNKNOWN, day_range, money, multiple
from aura.reports.seen import Seen


def report_attribution(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    days: Annotated[int, typer.Option(help="How many days, ending yesterday.")] = 28,
    first: Annotated[str, typer.Option("--from", help="First day, as 2026-10-25.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, as 2026-11-21.")] = "",
    as_of: NowOnlyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Orders by the store's own first and last visit, beside what platforms and campaigns claim.

    The same numbers as the Attribution page. --json has the sources and the rule as well.
    """
    refuse_as_of(as_of, "attribution")

    async def work(installation: Installation) -> AttributionReport:
        chosen = await find_brand(installation.database, brand, user)
        now = utc_now()
        query = {"days": str(days), "from": first, "to": last}
        return await attribution(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            days=period_of(query, today=today_in(chosen.timezone, now)).days,
            now=now,
        )

    report = run(work)
    if as_json:
        print_json(AttributionAnswer.of(report).model_dump())
    else:
        _print(report)


def _print(report: AttributionReport) -> None:
    typer.echo(f"{report.brand.name}, {day_range(report.days, with_year=True)}")
    if report.gap:
        typer.echo(report.gap)
    heads = ("claimed", "orders, last visit", "first visit", "overclaim", "revenue, last visit")
    rows = [(one.name, *_claimed(report, one.claim)) for one in report.platforms]
    print_table(("platform", *heads), rows)
    typer.echo()
    print_table(
        ("campaign", "platform", *heads),
        [
            (one.name, PLATFORM_NAMES[one.campaign.platform], *_claimed(report, one.claim))
            for one in report.campaigns
        ],
    )
    typer.echo()
    print_table(
        ("counts for no campaign", "orders, last visit", "first visit"),
        [(one.label, *_orders(one.seen)) for one in report.unmatched],
    )


def _orders(seen: Seen) -> tuple[str, str]:
    return f"{seen.last.orders:,}", f"{seen.first.orders:,}"


def _claimed(report: AttributionReport, claim: Claim) -> tuple[str, ...]:
    overclaim = UNKNOWN if claim.overclaim is None else multiple(claim.overclaim)
    revenue = money(claim.seen.last.revenue, report.currency)
    return (claim.conversions.text, *_orders(claim.seen), overclaim, revenue)
