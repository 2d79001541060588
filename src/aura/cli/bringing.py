"""Bringing one file from the shell: its brand found or made, the file imported, the result said."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from uuid import UUID

import typer

from aura.accounts.brands import create_brand
from aura.accounts.brands import find_brand as brand_of_person
from aura.accounts.owner import LocalOwner
from aura.cli.installation import Installation, utc_now
from aura.cli.printing import progress_bars
from aura.errors import InputError
from aura.imports.any_file import import_daily, inspect_daily, kind_of
from aura.imports.order_result import ImportResult
from aura.imports.orders import import_orders, inspect_orders
from aura.imports.remembered_columns import import_as_named, with_titles
from aura.imports.report_result import COUNTED, ReportResult, ReportTerms
from aura.model import PLATFORM_NAMES

Result = ImportResult | ReportResult


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for; `kind` is None where the file itself is to tell."""

    brand: str
    terms: ReportTerms
    timezone: str | None
    complete_history: bool
    dry_run: bool
    kind: Literal["orders", "report"] | None


async def bring(
    installation: Installation, owner: LocalOwner, file: Path, wanted: Wanted
) -> Result:
    """Import a file, or try to. Raises what the import of it raises."""
    known = await brand_of_person(installation.database, user_id=owner.person.id, name=wanted.brand)
    if known is not None:
        brand_id = known.id
    else:
        found = await _inspect(file, wanted)
        if wanted.dry_run:
            return found
        brand_id = await _new_brand(installation, owner, wanted, found)

    async def work(terms: ReportTerms) -> Result:
        said = replace(wanted, terms=terms)
        if await _is_orders(file, said):
            return await _bring_orders(installation, owner, file, said, brand_id)
        return await import_daily(
            installation.database,
            path=file,
            brand_id=brand_id,
            now=utc_now(),
            created_by=owner.person.id,
            terms=terms,
            dry_run=wanted.dry_run,
        )

    return await import_as_named(
        installation.database,
        file,
        wanted.terms,
        work,
        brand_id=brand_id,
        user_id=owner.person.id,
    )


async def _is_orders(file: Path, wanted: Wanted) -> bool:
    if wanted.kind is not None:
        return wanted.kind == "orders"
    return await asyncio.to_thread(kind_of, file, wanted.terms.titles) == "orders"


async def _inspect(file: Path, wanted: Wanted) -> Result:
    terms = await asyncio.to_thread(with_titles, file, wanted.terms)
    if await _is_orders(file, replace(wanted, terms=terms)):
        return await inspect_orders(file, terms, timezone=wanted.timezone)
    return await inspect_daily(file, terms)


async def _new_brand(
    installation: Installation, owner: LocalOwner, wanted: Wanted, found: Result
) -> UUID:
    """A brand of that name, made from what the options and the file say."""
    in_file = found.timezone if isinstance(found, ImportResult) else None
    return await create_brand(
        installation.database,
        user_id=owner.person.id,
        name=wanted.brand,
        currency=wanted.terms.currency
        or found.currency
        or _asked("Currency of the amounts (USD, EUR, …)", "--currency"),
        timezone=wanted.timezone
        or in_file
        or _asked("Time zone of the brand (Europe/Berlin, …)", "--timezone"),
    )


async def _bring_orders(
    installation: Installation, owner: LocalOwner, file: Path, wanted: Wanted, brand_id: UUID
) -> ImportResult:
    with progress_bars() as progress:
        task = progress.add_task(file.name, total=None)
        return await import_orders(
            installation.database,
            installation.keyring,
            path=file,
            brand_id=brand_id,
            now=utc_now(),
            complete_history=wanted.complete_history,
            created_by=owner.person.id,
            timezone=wanted.timezone,
            terms=wanted.terms,
            dry_run=wanted.dry_run,
            progress=lambda _rows, done, total: progress.update(task, completed=done, total=total),
        )


def _asked(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise InputError(f"The file does not say it: {question.lower()}. Give it with {option}.")
    return str(typer.prompt(question))


def print_result(brand: str, result: Result) -> None:
    """What a file is and what became of it, in a few lines."""
    typer.echo(f"{brand}: {_about(result)}")
    if result.brand_id is None:
        changed = "a dry run: nothing was kept, and there is no brand of this name yet"
    elif result.is_dry_run:
        changed = f"a dry run: {result.rows_changed:,} rows would change, nothing was kept"
    else:
        changed = (
            f"{result.rows_changed:,} rows changed" if result.rows_changed else "nothing changed"
        )
    typer.echo(f"{result.rows:,} rows read, {changed}")
    for row in result.left_out:
        typer.echo(f'line {row.line:,} was left out: "{row.column}" {row.reason}')
    if result.is_dry_run:
        _print_glance(result)
    for note in result.notes:
        typer.echo(f"- {note}")


def _about(result: Result) -> str:
    span = f"from {result.days.first} to {result.days.last}"
    if isinstance(result, ImportResult):
        days = f", days of {result.timezone}" if result.timezone else ""
        money = f"{result.revenue:,} {result.currency}".rstrip()
        return f"{result.orders:,} orders {span}, revenue {money}{days}"
    total = f"{result.total:,.2f} {result.currency or ''}".rstrip()
    if result.total_of in COUNTED:
        total = f"{result.total:,}"
    about = f"{result.campaigns:,} campaigns, " if result.campaigns else ""
    return (
        f"{PLATFORM_NAMES[result.platform]}, {result.days_stated:,} days {span}, {about}"
        f"{result.total_of.replace('_', ' ')} {total}"
    )


def _print_glance(result: Result) -> None:
    glance = result.glance
    typer.echo(f"Columns read: {', '.join(glance.read)}")
    if glance.ignored:
        typer.echo(f"Columns ignored: {', '.join(glance.ignored)}")
    for row in glance.rows:
        typer.echo("  " + ", ".join(f"{name.replace('_', ' ')} {is_}" for name, is_ in row.items()))
