"""`aura import`: files that people have without API access."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from aura.accounts.brands import create_brand
from aura.accounts.brands import find_brand as brand_of_person
from aura.accounts.owner import LocalOwner, ensure_local_owner
from aura.cli.installation import Installation, run, utc_now
from aura.cli.printing import print_json, progress_bars
from aura.errors import InputError, NotFoundError
from aura.imports.daily import import_report, inspect_report, preview
from aura.imports.moments import Order
from aura.imports.orders import ImportResult, import_orders, inspect_orders
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.undo import UndoResult, undo_import
from aura.model import PLATFORM_NAMES
from aura.store.imports import ListedImport, list_imports

application = typer.Typer(
    help="Bring export files: orders and daily reports become the numbers of each day.",
    no_args_is_help=True,
)


@application.command("orders")
def orders(
    file: Annotated[
        Path, typer.Argument(help="Shopify's orders export, .csv or .csv.gz.", show_default=False)
    ],
    *,
    brand: Annotated[str, typer.Option(help="The brand; made when there is none of this name.")],
    user: Annotated[
        str | None, typer.Option(help="E-mail of the owner; not needed with one account.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="For a new brand, if the file names none: USD, EUR, …")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="For a new brand, as Europe/Berlin; else as the times say."),
    ] = None,
    complete_history: Annotated[
        bool,
        typer.Option(
            "--complete-history", help="The file starts with the store's first order ever."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import a Shopify orders export: each day's revenue, orders and new customers.

    Everything is written or nothing is. Running it twice changes nothing. Customers' addresses are
    hashed with a key of the brand's own; nothing else about them is read. Without
    --complete-history, new customers of the first 365 days are unknown: someone who seems new may
    have bought before.
    """

    async def work(installation: Installation) -> tuple[LocalOwner, ImportResult]:
        owner = await ensure_local_owner(installation.database, email=user)
        brand_id = await _brand(installation, owner, file, brand, currency, timezone)
        with progress_bars() as progress:
            task = progress.add_task(file.name, total=None)
            result = await import_orders(
                installation.database,
                installation.keyring,
                path=file,
                brand_id=brand_id,
                now=utc_now(),
                complete_history=complete_history,
                created_by=owner.person.id,
                timezone=timezone,
                progress=lambda _rows, done, total: progress.update(
                    task, completed=done, total=total
                ),
            )
        return owner, result

    owner, result = run(work)
    if as_json:
        print_json(result)
    else:
        _print(brand, owner, result)


@application.command("report")
def report(
    files: Annotated[
        list[Path],
        typer.Argument(help="Daily reports, .csv, .csv.gz or .xlsx.", show_default=False),
    ],
    *,
    brand: Annotated[str, typer.Option(help="The brand; made when there is none of this name.")],
    user: Annotated[
        str | None, typer.Option(help="E-mail of the owner; not needed with one account.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Id of the ad account, if the file does not say it.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="Of the amounts, if the file names none: USD, EUR, …")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="For a new brand, as Europe/Berlin.")] = None,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How to read 3/4/2026.", show_default=False),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the file has less than is stored.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a document a file.")] = False,
) -> None:
    """Import daily reports of Meta Ads or Google Ads: each campaign's days.

    The report is recognised by its columns. Each file is written whole or not at all, and replaces
    exactly the days that it states; days that a connected account was read for stay as they are.
    Running it twice changes nothing.
    """
    order: Order | None = None
    if day_first is not None:
        order = "day first" if day_first else "month first"
    terms = ReportTerms(currency=currency, account=account, order=order, may_shrink=replace)

    async def work(installation: Installation) -> None:
        owner = await ensure_local_owner(installation.database, email=user)
        if not as_json:
            _print_owner(owner)
        for file in files:
            result = await _report(
                installation, owner, file, brand, terms, timezone=timezone, dry_run=dry_run
            )
            if as_json:
                print_json(result)
            else:
                _print_report(brand, result)

    run(work)


@application.command("list")
def list_files(
    *,
    brand: Annotated[str, typer.Option(help="The brand.")],
    user: Annotated[
        str | None, typer.Option(help="E-mail of the owner; not needed with one account.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the files that were imported into a brand, the latest first."""

    async def work(installation: Installation) -> list[ListedImport]:
        owner = await ensure_local_owner(installation.database, email=user)
        known = await brand_of_person(installation.database, user_id=owner.person.id, name=brand)
        if known is None:
            raise NotFoundError(f"There is no brand named {brand}.")
        async with installation.database.as_user(owner.person.id) as connection:
            return await list_imports(connection, known.id)

    found = run(work)
    if as_json:
        print_json(found)
        return
    for one in found:
        undone = ", undone" if one.undone_at else ""
        total = f", {one.control_total:,.2f} {one.currency}" if one.control_total else ""
        typer.echo(
            f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {one.file_name}  "
            f"{PLATFORM_NAMES[one.platform]}, {one.date_from} to {one.date_to}{total}{undone}"
        )


@application.command("undo")
def undo(
    import_id: Annotated[UUID, typer.Argument(help="As `aura import list` shows it.")],
    *,
    user: Annotated[
        str | None, typer.Option(help="E-mail of the owner; not needed with one account.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Undo an import of a daily report: its days are again what they were before it.

    The newest file about a day is undone first. What the file said stays in the revisions.
    """

    async def work(installation: Installation) -> UndoResult:
        owner = await ensure_local_owner(installation.database, email=user)
        return await undo_import(
            installation.database, import_id=import_id, user_id=owner.person.id, now=utc_now()
        )

    result = run(work)
    if as_json:
        print_json(result)
    else:
        typer.echo(
            f"{result.file_name} was undone: {result.rows_changed:,} rows on "
            f"{len(result.days):,} days are as they were before it"
        )


async def _report(
    installation: Installation,
    owner: LocalOwner,
    file: Path,
    name: str,
    terms: ReportTerms,
    *,
    timezone: str | None,
    dry_run: bool,
) -> ReportResult:
    known = await brand_of_person(installation.database, user_id=owner.person.id, name=name)
    if known is None:
        found = await inspect_report(file, terms)
        if dry_run:
            return preview(found, found.currency or terms.currency)
        brand_id = await create_brand(
            installation.database,
            user_id=owner.person.id,
            name=name,
            currency=found.currency
            or terms.currency
            or _asked("Currency of the amounts (USD, EUR, …)", "--currency"),
            timezone=timezone or _asked("Time zone of the brand (Europe/Berlin, …)", "--timezone"),
        )
    else:
        brand_id = known.id
    return await import_report(
        installation.database,
        path=file,
        brand_id=brand_id,
        now=utc_now(),
        created_by=owner.person.id,
        terms=terms,
        dry_run=dry_run,
    )


async def _brand(
    installation: Installation,
    owner: LocalOwner,
    file: Path,
    name: str,
    currency: str | None,
    timezone: str | None,
) -> UUID:
    """The owner's brand of that name, made from what the file and the options say."""
    known = await brand_of_person(installation.database, user_id=owner.person.id, name=name)
    if known is not None:
        return known.id
    found = await inspect_orders(file)
    return await create_brand(
        installation.database,
        user_id=owner.person.id,
        name=name,
        currency=currency
        or found.currency
        or _asked("Currency of the store (USD, EUR, …)", "--currency"),
        timezone=timezone or found.timezone or _asked("Time zone (Europe/Berlin, …)", "--timezone"),
    )


def _asked(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise InputError(f"The file does not say it: {question.lower()}. Give it with {option}.")
    return str(typer.prompt(question))


def _print_owner(owner: LocalOwner) -> None:
    if owner.was_made:
        typer.echo(
            f"Made the local owner {owner.person.email}; "
            f"`aura users set-password {owner.person.email}` lets them sign in."
        )


def _print(brand: str, owner: LocalOwner, result: ImportResult) -> None:
    _print_owner(owner)
    typer.echo(
        f"{brand}: {result.orders:,} orders from {result.days.first} to {result.days.last}, "
        f"revenue {result.revenue:,} {result.currency}, days of {result.timezone}"
    )
    changed = f"{result.rows_changed:,} rows changed" if result.rows_changed else "nothing changed"
    typer.echo(f"{result.rows:,} rows read, {changed}")
    for note in result.notes:
        typer.echo(f"- {note}")


def _print_report(brand: str, result: ReportResult) -> None:
    about = f"{result.campaigns:,} campaigns, " if result.campaigns else ""
    typer.echo(
        f"{brand}: {PLATFORM_NAMES[result.platform]}, {result.days_stated:,} days from "
        f"{result.days.first} to {result.days.last}, {about}{result.total_of.replace('_', ' ')} "
        f"{result.total:,.2f} {result.currency or ''}".rstrip()
    )
    if result.brand_id is None:
        changed = "a dry run: nothing was kept, and there is no brand of this name yet"
    elif result.is_dry_run:
        changed = f"a dry run: {result.rows_changed:,} rows would change, nothing was kept"
    else:
        changed = (
            f"{result.rows_changed:,} rows changed" if result.rows_changed else "nothing changed"
        )
    typer.echo(f"{result.rows:,} rows read, {changed}")
    for note in result.notes:
        typer.echo(f"- {note}")
