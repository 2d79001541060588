"""`aura import`: files that people have without API access."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperGroup

from aura.accounts.brands import find_brand as brand_of_person
from aura.accounts.owner import LocalOwner, ensure_local_owner
from aura.cli.bringing import Wanted, bring, print_result
from aura.cli.installation import Installation, run, utc_now
from aura.cli.printing import print_json
from aura.errors import NotFoundError
from aura.imports.moments import Order
from aura.imports.named_columns import KINDS, parse_columns
from aura.imports.report_result import ReportTerms
from aura.imports.undo import UndoResult, undo_import
from aura.model import PLATFORM_NAMES
from aura.store.imports import ListedImport, list_imports


class _Commands(TyperGroup):
    """The commands; whatever is none of them is a file to import: `aura import FILE`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            args = ["file", *args]
        return super().resolve_command(ctx, args)


application = typer.Typer(
    cls=_Commands,
    help="Bring export files: `aura import FILE --brand NAME` recognises what it is. Orders and "
    "reports become the numbers of each day.",
    no_args_is_help=True,
)

Brand = Annotated[str, typer.Option(help="The brand; made when there is none of this name.")]
User = Annotated[str | None, typer.Option(help="E-mail of the owner; not needed with one account.")]
Account = Annotated[
    str | None, typer.Option(help="Id of the ad account, if the file does not say it.")
]
Currency = Annotated[
    str | None, typer.Option(help="Of the amounts, if the file names none: USD, EUR, …")
]
Timezone = Annotated[
    str | None,
    typer.Option(help="For a new brand, as Europe/Berlin; else as the times say."),
]
DayFirst = Annotated[
    bool | None,
    typer.Option("--day-first/--month-first", help="How to read 3/4/2026.", show_default=False),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Also where the file has less than is stored.")
]
SkipBadRows = Annotated[
    bool,
    typer.Option(
        "--skip-bad-rows", help="Leave out and list rows that cannot be read, import the others."
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help='What a column is that is not known, as "Ausgaben=ad_spend"; repeat it.',
    ),
]
IsA = Annotated[
    str | None,
    typer.Option("--as", help="What the file is then: " + ", ".join(KINDS) + "."),
]
CompleteHistory = Annotated[
    bool,
    typer.Option("--complete-history", help="The orders start with the store's first one ever."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, a document a file.")]


@application.command("file")
def file_(
    files: Annotated[
        list[Path],
        typer.Argument(help="Export files, .csv, .csv.gz, .zip or .xlsx.", show_default=False),
    ],
    *,
    brand: Brand,
    user: User = None,
    account: Account = None,
    currency: Currency = None,
    timezone: Timezone = None,
    day_first: DayFirst = None,
    replace: Replace = False,
    skip_bad_rows: SkipBadRows = False,
    columns: Columns = None,
    is_a: IsA = None,
    complete_history: CompleteHistory = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import any file that is known by its columns: orders, sales, customers, ads.

    The word `file` may be left out. Each file is written whole or not at all.
    """
    terms = ReportTerms(
        currency,
        account,
        _order(day_first=day_first),
        replace,
        skip_bad_rows,
        parse_columns(columns or []),
        is_a,
    )
    wanted = Wanted(brand, terms, timezone, complete_history, dry_run, None)
    _bring(files, wanted, user=user, as_json=as_json)


@application.command("orders")
def orders(
    file: Annotated[
        Path, typer.Argument(help="Shopify's orders export, .csv or .csv.gz.", show_default=False)
    ],
    *,
    brand: Brand,
    user: User = None,
    currency: Currency = None,
    timezone: Timezone = None,
    replace: Replace = False,
    skip_bad_rows: SkipBadRows = False,
    complete_history: CompleteHistory = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import a Shopify orders export: each day's revenue, orders and new customers.

    Everything is written or nothing is. Running it twice changes nothing. Orders of earlier files
    on the file's days are replaced. Customers' addresses are hashed with a key of the brand's own;
    nothing else about them is read. Without --complete-history, new customers of the first 365 days
    are unknown: someone who seems new may have bought before.
    """
    terms = ReportTerms(currency, may_shrink=replace, skip_bad_rows=skip_bad_rows)
    wanted = Wanted(brand, terms, timezone, complete_history, dry_run, "orders")
    _bring([file], wanted, user=user, as_json=as_json)


@application.command("report")
def report(
    files: Annotated[
        list[Path],
        typer.Argument(help="Daily reports, .csv, .csv.gz or .xlsx.", show_default=False),
    ],
    *,
    brand: Brand,
    user: User = None,
    account: Account = None,
    currency: Currency = None,
    timezone: Timezone = None,
    day_first: DayFirst = None,
    replace: Replace = False,
    skip_bad_rows: SkipBadRows = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import daily reports: campaigns of Meta Ads or Google Ads, sales or customers of Shopify.

    The report is recognised by its columns. Each file is written whole or not at all, and replaces
    exactly the days that it states; days that a connected account was read for stay as they are.
    Running it twice changes nothing.
    """
    terms = ReportTerms(currency, account, _order(day_first=day_first), replace, skip_bad_rows)
    wanted = Wanted(brand, terms, timezone, complete_history=False, dry_run=dry_run, kind="report")
    _bring(files, wanted, user=user, as_json=as_json)


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
    """Undo an import: its days are again what they were before it.

    For 30 days. The newest file about a day is undone first. What a report said stays in the
    revisions; orders are taken out, and those they replaced come back.
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


def _print_owner(owner: LocalOwner) -> None:
    if owner.was_made:
        typer.echo(
            f"Made the local owner {owner.person.email}; "
            f"`aura users set-password {owner.person.email}` lets them sign in."
        )


def _bring(files: list[Path], wanted: Wanted, *, user: str | None, as_json: bool) -> None:
    async def work(installation: Installation) -> None:
        owner = await ensure_local_owner(installation.database, email=user)
        if not as_json:
            _print_owner(owner)
        for file in files:
            result = await bring(installation, owner, file, wanted)
            if as_json:
                print_json(result)
            else:
                print_result(wanted.brand, result)

    run(work)


def _order(*, day_first: bool | None) -> Order | None:
    if day_first is None:
        return None
    return "day first" if day_first else "month first"
