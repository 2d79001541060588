"""`aura settings`, `costs`, `spend`, `targets`, `promotions`, `rates set`: what a brand states."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from aura.accounts.brand_settings import change_settings
from aura.accounts.statements import RECURRING, check_statement, state, withdraw
from aura.cli import rates
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.printing import print_json, print_table
from aura.errors import FieldsError, InputError
from aura.imports.stated_files import Kept, StatedFile, StatedKind, keep, read_stated
from aura.reports.brand_statements import BrandStatements, brand_statements
from aura.reports.periods import today_in
from aura.store.operator import OwnedBrand

settings = typer.Typer(help="How a brand's figures are read.", no_args_is_help=True)
costs = typer.Typer(help="What sales cost, for margin and profit.", no_args_is_help=True)
spend = typer.Typer(help="Marketing that no connection brings.", no_args_is_help=True)
targets = typer.Typer(help="What a month should come to.", no_args_is_help=True)
promotions = typer.Typer(help="Days that are not usual days.", no_args_is_help=True)

BrandOption = Annotated[
    str | None, typer.Option(help="Name of the brand; not needed if there is one.")
]
UserOption = Annotated[str | None, typer.Option(help="E-mail of its owner.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FirstOption = Annotated[str, typer.Option("--from", help="First day, as 2026-03-01.")]
LastOption = Annotated[str, typer.Option("--to", help="Last day; open ended without it.")]
EveryOption = Annotated[str, typer.Option(help=f"How often: {', '.join(RECURRING)}.")]
FileArgument = Annotated[Path, typer.Argument(help="The file.", show_default=False)]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")
]
AmountArgument = Annotated[str, typer.Argument(help="As 1234.50.", show_default=False)]


@settings.command("show")
def show(
    *, brand: BrandOption = None, user: UserOption = None, as_json: JsonOption = False
) -> None:
    """Currency, time zone, what revenue means, and all that is stated, with ids."""

    async def work(installation: Installation) -> BrandStatements:
        chosen = await find_brand(installation.database, brand, user)
        return await _report(installation, chosen)

    report = run(work)
    if as_json:
        print_json(report)
    else:
        _print(report)


@settings.command("set")
def set_(
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    currency: Annotated[str | None, typer.Option(help="As EUR.")] = None,
    timezone: Annotated[str | None, typer.Option(help="As Europe/Berlin.")] = None,
    revenue: Annotated[str | None, typer.Option(help="total_sales or net_sales.")] = None,
) -> None:
    """Change how figures are read; what is not named stays."""

    async def work(installation: Installation) -> BrandStatements:
        chosen = await find_brand(installation.database, brand, user)
        known = (await _report(installation, chosen)).brand
        await change_settings(
            installation.database,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            currency=currency or known.currency,
            timezone=timezone or known.timezone,
            revenue_basis=revenue or known.revenue_basis,
        )
        return await _report(installation, chosen)

    _print(run(work))


@settings.command("remove")
def remove(
    entry: Annotated[str, typer.Argument(help="Its id, from `aura settings show`.")],
    *,
    brand: BrandOption = None,
    user: UserOption = None,
) -> None:
    """Take back a cost, spend, target, promotion or rate: figures are as if it never was stated."""

    async def work(installation: Installation) -> str:
        chosen = await find_brand(installation.database, brand, user)
        try:
            entry_id = UUID(entry)
        except ValueError:
            raise InputError("This is not an id: `aura settings show` lists them.") from None
        removed = await withdraw(
            installation.database, entry_id, user_id=chosen.user_id, brand_id=chosen.id
        )
        return f"Removed: {removed.name} from {removed.first_day}"

    typer.echo(run(work))


@costs.command("goods")
def goods(
    amount: AmountArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    per_order: Annotated[
        bool, typer.Option("--per-order", help="The amount is the cost of goods of an order.")
    ] = False,
    after_shipping: Annotated[
        bool, typer.Option("--after-shipping", help="The margin is after shipping costs.")
    ] = False,
    after_fees: Annotated[
        bool, typer.Option("--after-fees", help="The margin is after payment fees.")
    ] = False,
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """State the margin in per cent of net sales, or what the goods of an order cost.

    Without --from it holds from the beginning. A later statement takes over from its own first day
    and leaves the days before as they were.
    """
    fields = {"amount": amount, "basis": "order" if per_order else "margin"}
    fields["includes_shipping"] = "yes" if after_shipping else ""
    fields["includes_fees"] = "yes" if after_fees else ""
    _state("goods", brand, user, fields | {"from": first, "to": last})


@costs.command("shipping")
def shipping(
    amount: AmountArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """State what shipping an order costs; 0 if nothing."""
    _state("shipping", brand, user, {"amount": amount, "from": first, "to": last})


@costs.command("fees")
def fees(
    percent: Annotated[str, typer.Argument(help="Per cent of total sales, as 2.9.")],
    amount: Annotated[str, typer.Argument(help="And for each order, as 0.25.")] = "0",
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """State what payments cost."""
    fields = {"percent": percent, "amount": amount, "from": first, "to": last}
    _state("fees", brand, user, fields)


@costs.command("other")
def other(
    name: Annotated[str, typer.Argument(help="What for, as Rent.")],
    amount: AmountArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    every: EveryOption = "monthly",
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """State a cost that follows no sales; it is spread over its days."""
    fields = {"name": name, "amount": amount, "every": every, "from": first, "to": last}
    _state("other", brand, user, fields)


@spend.command("add")
def add_spend(
    name: Annotated[str, typer.Argument(help="Where the money goes, as TikTok.")],
    amount: AmountArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    every: EveryOption = "monthly",
    currency: Annotated[str, typer.Option(help="If not the brand's.")] = "",
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """State spend outside the ad platforms; without --from, from today on."""
    fields = {"name": name, "amount": amount, "every": every, "from": first, "to": last}
    _state("spend", brand, user, fields | {"currency": currency})


@spend.command("import")
def import_spend(
    file: FileArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Bring a CSV or .xlsx of day, name, amount and perhaps currency.

    All of it is kept or nothing. It replaces what an earlier file said of the same day and name.
    """
    _import(file, "spend", brand, user, dry_run=dry_run)


@targets.command("set")
def set_target(
    metric: Annotated[str, typer.Argument(help="Key of a metric, as revenue or mer.")],
    amount: Annotated[str, typer.Argument(help="Of shares in per cent.", show_default=False)],
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    month: Annotated[str, typer.Option(help="As 2026-11; every month without it.")] = "",
) -> None:
    """State what a month should come to."""
    _state("target", brand, user, {"metric": metric, "amount": amount, "month": month})


@promotions.command("add")
def add_promotion(
    name: Annotated[str, typer.Argument(help="As Black Friday.")],
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    first: FirstOption,
    last: Annotated[str, typer.Option("--to", help="Last day; the first without it.")] = "",
) -> None:
    """State the days of a promotion."""
    _state("promotion", brand, user, {"name": name, "from": first, "to": last})


@promotions.command("import")
def import_promotions(
    file: FileArgument,
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Bring a calendar (.ics), or a CSV of name, from and to."""
    _import(file, "promotion", brand, user, dry_run=dry_run)


# one application: what was published stands beside what a brand states
exchange_rates = rates.application


@exchange_rates.command("set")
def set_rate(
    code: Annotated[str, typer.Argument(help="The currency, as USD.", show_default=False)],
    amount: Annotated[
        str, typer.Argument(help="What one unit of it is worth, as 0.92.", show_default=False)
    ],
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    into: Annotated[str, typer.Option(help="In which currency; the brand's without it.")] = "",
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """State a rate of a brand's own, which goes before the published one on its days.

    Without --from it holds from the beginning.
    """
    fields = {"name": code, "amount": amount, "currency": into, "from": first, "to": last}
    _state("rate", brand, user, fields)


async def _report(installation: Installation, brand: OwnedBrand) -> BrandStatements:
    return await brand_statements(
        installation.database, user_id=brand.user_id, brand_id=brand.id, now=utc_now()
    )


def _state(what: str, brand: str | None, user: str | None, fields: dict[str, str]) -> None:
    async def work(installation: Installation) -> tuple[BrandStatements, UUID]:
        chosen = await find_brand(installation.database, brand, user)
        today = today_in(chosen.timezone, utc_now())
        try:
            entry = check_statement(what, fields, currency=chosen.currency, today=today)
        except FieldsError as error:
            named = (f"{name}: {text}" for name, text in error.problems.items())
            raise InputError(" ".join(named)) from None
        made = await state(installation.database, entry, user_id=chosen.user_id, brand_id=chosen.id)
        return await _report(installation, chosen), made

    report, made = run(work)
    [kept] = [one for one in report.statements if made in one.ids]
    typer.echo(f"{kept.name}: {kept.value or 'stated'}, {kept.days}")
    typer.echo(f"To take it back: aura settings remove {made}")


def _import(
    path: Path, kind: StatedKind, brand: str | None, user: str | None, *, dry_run: bool
) -> None:
    async def work(installation: Installation) -> tuple[StatedFile, Kept | None]:
        chosen = await find_brand(installation.database, brand, user)
        file = read_stated(path, kind, currency=chosen.currency, timezone=chosen.timezone)
        if dry_run:
            return file, None
        own = {"user_id": chosen.user_id, "brand_id": chosen.id}
        return file, await keep(installation.database, file, **own)

    file, kept = run(work)
    amounts = "".join(f", {total:,.2f} {code}" for code, total in file.totals.items())
    typer.echo(f"{file.file_name}: {file.counted}, {file.first} to {file.last}{amounts}")
    for note in file.notes:
        typer.echo(note)
    if kept is None:
        typer.echo("Nothing was kept: this was a dry run.")
    else:
        said = f"{kept.added} added, {kept.replaced} replaced, {kept.unchanged} as before."
        typer.echo(said)


def _print(report: BrandStatements) -> None:
    known = report.brand
    typer.echo(
        f"{known.name}: {known.currency}, {known.timezone}, revenue is {known.revenue_basis}"
    )
    if report.statements:
        print_table(
            ("", "", "days", "today", "id"),
            [
                (one.name, one.value, one.days, "holds" if one.holds else "", str(one.ids[0]))
                for one in report.statements
            ],
        )
    if report.unstated:
        typer.echo(f"Not stated, so profit is blank: {', '.join(report.unstated)}")
