"""What a person answers about a file, carried from one question about it to the next.

A file may need several answers: which column is which, which day 3/4/2026 is, whether bad rows may
be left out. Each is asked when it is needed, and what was answered before goes along in the form,
for a file of the same name only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile

from aura.errors import AuraError, FileRefusedError
from aura.imports.moments import Order
from aura.imports.named_columns import FIELDS, KINDS
from aura.imports.report_result import ReportTerms

# a field, its value, and what the button says
Answer = tuple[str, str, str]
_ANSWERS: dict[str, list[Answer]] = {
    "shrink": [("anyway", "yes", "Replace anyway")],
    "ambiguous_dates": [
        ("first_is", "day", "The day comes first"),
        ("first_is", "month", "The month comes first"),
    ],
}
_ORDERS: dict[str, Order] = {"day": "day first", "month": "month first"}
_CARRIED = ("anyway", "first_is", "others", "is_a")
_MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class FileAnswers:
    """The answers in a form.

    Attributes:
        terms: what they come to.
        carried: fields that the next form must send again, and their values.
    """

    terms: ReportTerms
    carried: tuple[tuple[str, str], ...]


def answers_in(form: FormData) -> FileAnswers:
    """What was answered now, and before about the same file."""
    file = form.get("file")
    name = file.filename or "" if isinstance(file, UploadFile) else ""
    is_same = bool(name) and _text(form, "kept_for") == name

    def answer(field: str) -> str:
        return _text(form, field) or (_text(form, f"kept_{field}") if is_same else "")

    columns = _columns(form)
    if not columns and is_same:
        columns = _from_json(_text(form, "kept_columns"))
    order = _ORDERS.get(answer("first_is") or _text(form, "first"))
    terms = ReportTerms(
        currency=_text(form, "currency") or None,
        account=_text(form, "account") or None,
        order=order,
        may_shrink="yes" in {_text(form, "replace"), answer("anyway")},
        skip_bad_rows=answer("others") == "yes",
        columns=columns,
        is_a=(answer("is_a") or None) if columns else None,
    )
    carried = [(f"kept_{field}", answer(field)) for field in _CARRIED if answer(field)]
    if columns:
        carried.append(("kept_columns", json.dumps(columns)))
    return FileAnswers(terms, (("kept_for", name), *carried) if carried else ())


def questions_of(problem: AuraError | None) -> list[Answer]:
    """The buttons that answer a refusal; none where only another file helps."""
    if not isinstance(problem, FileRefusedError):
        return []
    if problem.readable:
        return [("others", "yes", f"Import the other {problem.readable:,}")]
    return _ANSWERS.get(problem.code, [])


def columns_asked(problem: AuraError | None) -> tuple[str, ...]:
    """The columns that a person may say something about, where that may help."""
    return problem.columns if isinstance(problem, FileRefusedError) else ()


def fields_of_files() -> tuple[tuple[str, str], ...]:
    """Every field that a column may be said to be, and its name in words."""
    names = {name: None for fields in FIELDS.values() for name in fields}
    return tuple((name, name.replace("_", " ")) for name in names)


def kinds_of_files() -> tuple[tuple[str, str], ...]:
    """What a file may be said to be, and how to say it."""
    return tuple(KINDS.items())


def _columns(form: FormData) -> dict[str, str]:
    """Fields by column: the form sends the columns' names and, in the same order, the fields."""
    names = [value for value in form.getlist("column") if isinstance(value, str)]
    fields = [value for value in form.getlist("field") if isinstance(value, str)]
    return {
        name: field
        for name, field in zip(names[:_MOST_COLUMNS], fields[:_MOST_COLUMNS], strict=False)
        if field
    }


def _from_json(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        # the latter for what is nested deeper than can be read
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(field) for name, field in found.items()}


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
