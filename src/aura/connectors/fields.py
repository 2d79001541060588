"""Reading a platform's JSON: every field is what the contract says, or BadDataError names it.

Goes in: a parsed JSON value (fractions as `Decimal`). Comes out: text, whole numbers, amounts,
days and moments. A message names the place and the type found, never the value, which may be a
person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from aura.errors import BadDataError

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
_WHOLE: Final = re.compile(r"-?[0-9]+")
# JSON may say them, PostgreSQL keeps neither
_UNKEPT: Final = re.compile(r"[\x00\ud800-\udfff]")


class Document:
    """A JSON object with the name of the place it was found at."""

    __slots__ = ("_fields", "where")

    def __init__(self, fields: Any, where: str) -> None:
        if not isinstance(fields, Mapping):
            raise BadDataError(f"{where} is {_kind(fields)} instead of an object.")
        self._fields: Mapping[str, Any] = fields
        self.where = where

    def __contains__(self, key: str) -> bool:
        return self._fields.get(key) is not None

    def value(self, key: str) -> Any:
        """The bare value; absent and null are missing."""
        value = self._fields.get(key)
        if value is None:
            raise BadDataError(f"{self.where} has no `{key}`.")
        return value

    def document(self, key: str) -> Document:
        """The object under `key`."""
        return Document(self.value(key), f"{self.where}, {key}")

    def optional_document(self, key: str) -> Document | None:
        """The object under `key`, None when absent or null."""
        return self.document(key) if key in self else None

    def documents(self, key: str) -> Iterator[Document]:
        """The objects of the list under `key`."""
        return documents(self.value(key), f"{self.where}, {key}")

    def text(self, key: str) -> str:
        """A text that is not empty, without NUL and halves of surrogate pairs."""
        value = self.value(key)
        kept = _UNKEPT.sub("", value) if isinstance(value, str) else ""
        if not kept:
            raise self._wrong(key, value, "a text")
        return kept

    def optional_text(self, key: str) -> str | None:
        """A text; None when absent, null or empty, also once cleaned."""
        value = self._fields.get(key)
        if value is None or (isinstance(value, str) and not _UNKEPT.sub("", value)):
            return None
        return self.text(key)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def whole(self, key: str) -> int:
        """A whole number, given as a number or as digits."""
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        raise self._wrong(key, value, "a whole number")

    def optional_whole(self, key: str) -> int | None:
        """A whole number, None when absent or null."""
        return self.whole(key) if key in self else None

    def amount(self, key: str) -> Decimal:
        """An exact number, given as a number or as its digits."""
        value = self.value(key)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return Decimal(value)
        raise self._wrong(key, value, "a number")

    def day(self, key: str) -> date:
        """A calendar day, YYYY-MM-DD."""
        value = self.text(key)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self._wrong(key, value, "a day") from None

    def moment(self, key: str) -> datetime:
        """A moment with its offset from UTC, ISO 8601."""
        value = self.text(key)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self._wrong(key, value, "a moment") from None
        if moment.tzinfo is None:
            raise self._wrong(key, value, "a moment with an offset from UTC")
        return moment

    def _wrong(self, key: str, value: Any, wanted: str) -> BadDataError:
        return BadDataError(f"{self.where}: `{key}` is {_kind(value)} instead of {wanted}.")


def documents(value: Any, where: str) -> Iterator[Document]:
    """The objects of a JSON list, each named by its position."""
    if not isinstance(value, list):
        raise BadDataError(f"{where} is {_kind(value)} instead of a list.")
    for position, fields in enumerate(value):
        yield Document(fields, f"{where}[{position}]")


def _kind(value: Any) -> str:
    kinds = {
        "NoneType": "nothing",
        "str": "other text",
        "bool": "true or false",
        "int": "a whole number",
        "Decimal": "a fraction",
        "dict": "an object",
        "list": "a list",
    }
    return kinds.get(type(value).__name__, "something else")
