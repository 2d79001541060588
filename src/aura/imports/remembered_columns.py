"""Columns that a person named once are known the next time: a file, its terms and a brand in.

What was said of a file's columns is kept with the brand when the import has gone well, and is taken
for a later file only if Aura does not know that one by itself and it has all of the columns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from aura.errors import FileRefusedError, InputError
from aura.imports import column_refusals
from aura.imports.named_columns import titles_of
from aura.imports.order_result import ImportResult
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.source import examine
from aura.imports.table import written_layout
from aura.store import file_columns
from aura.store.database import Database
from aura.store.file_columns import SaidColumns

Result = ImportResult | ReportResult


def with_titles(path: Path, terms: ReportTerms) -> ReportTerms:
    """The terms with what the named columns of this file are read under.

    Raises FileRefusedError for a field or a column that does not exist.
    """
    if not terms.columns:
        return terms
    header = written_layout(examine(path, terms.columns)).header
    try:
        titles = titles_of(terms.columns, header, terms.is_a)
    except InputError as error:
        raise column_refusals.misnamed_columns(error.message, header) from None
    return replace(terms, titles=titles)


async def import_as_named(
    database: Database,
    path: Path,
    terms: ReportTerms,
    work: Callable[[ReportTerms], Awaitable[Result]],
    *,
    brand_id: UUID,
    user_id: UUID,
) -> Result:
    """Do the work with the terms, or with what was said of such a file before if it is not known.

    Raises what the work raises, and what `with_titles` raises.
    """
    if terms.columns:
        result = await work(await asyncio.to_thread(with_titles, path, terms))
        if not result.is_dry_run:
            await _remember(database, SaidColumns(terms.is_a, terms.columns), brand_id, user_id)
        return result
    try:
        return await work(terms)
    except FileRefusedError as refused:
        known = await _known(database, path, terms, refused, brand_id, user_id)
        if known is None:
            raise
    result = await work(known)
    names = ", ".join(f'"{name}" is {field}' for name, field in known.columns.items())
    note = f"The columns were read as you said of an earlier file: {names}."
    return replace(result, notes=(*result.notes, note))


async def _known(
    database: Database,
    path: Path,
    terms: ReportTerms,
    refused: FileRefusedError,
    brand_id: UUID,
    user_id: UUID,
) -> ReportTerms | None:
    """What was said of a file with such columns; None where nothing was, or it is no question."""
    if not refused.columns:
        return None
    async with database.as_user(user_id) as connection:
        said = await file_columns.said_columns(connection, brand_id)
    return await asyncio.to_thread(_fitting, path, terms, said)


def _fitting(path: Path, terms: ReportTerms, said: list[SaidColumns]) -> ReportTerms | None:
    for one in said:
        named = replace(terms, columns=one.columns, is_a=one.is_a)
        try:
            titled = with_titles(path, named)
            header = written_layout(examine(path, titled.titles)).header
        except InputError:
            continue
        if set(titled.titles) <= set(header):
            return titled
    return None


async def _remember(database: Database, said: SaidColumns, brand_id: UUID, user_id: UUID) -> None:
    async with database.as_user(user_id) as connection:
        await file_columns.remember_columns(connection, brand_id, said)
