"""What a person types about their brand becomes dated statements, each field checked first.

In: fields as text, from a form, the shell or the API. Out: an `Entry` of the store, or FieldsError
with what is wrong with each field. Nothing is guessed: an amount that can be read in two ways is
refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, cast
from uuid import UUID

from aura.accounts.brands import check_currency
from aura.errors import FieldsError, InputError
from aura.metrics import CATALOGUE
from aura.store import brand_entries as store
from aura.store.brand_entries import BEGINNING, FEES, GOODS, SALES_COSTS, SHIPPING, Cadence, Entry
from aura.store.database import Database

Fields = Mapping[str, str]
# what can be stated; each is a form of the page and a command of the shell
WHATS: Final = ("goods", "shipping", "fees", "other", "spend", "target", "promotion", "rate")
RECURRING: Final = ("monthly", "weekly", "daily", "once")
MOST_NAME_CHARACTERS: Final = 80
MOST_AMOUNT: Final = Decimal(10) ** 12
# 1234, 1234.50 and 1234,50; with both separators the last one is the decimal one
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_COMMA = re.compile(r"\d+,\d{1,2}")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:[,.]\d{3}){2,}")


@dataclass(slots=True)
class _Reader:
    """Reads fields and gathers what is wrong with them."""

    fields: Fields
    currency: str
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return " ".join(self.fields.get(name, "").split())

    def name(self, missing: str) -> str:
        text = self.text("name")
        if not text:
            self.problems["name"] = missing
        elif len(text) > MOST_NAME_CHARACTERS:
            self.problems["name"] = f"Use at most {MOST_NAME_CHARACTERS} characters for the name."
        elif any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            self.problems["name"] = "The name holds characters that cannot be shown."
        return text

    def amount(self, name: str = "amount", *, most: Decimal = MOST_AMOUNT, of: str) -> Decimal:
        try:
            return read_amount(self.text(name), most=most, of=of)
        except InputError as error:
            self.problems[name] = error.message
            return Decimal(0)

    def day(self, name: str, missing: date | None) -> date | None:
        text = self.text(name)
        if not text:
            return missing
        try:
            found = date.fromisoformat(text)
        except ValueError:
            self.problems[name] = "Write the day as year-month-day, such as 2026-03-01."
            return missing
        if not date(1990, 1, 1) <= found <= date(2100, 1, 1):
            self.problems[name] = "This day is too far away: check its year."
        return found

    def days(self, missing: date | None) -> tuple[date, date | None]:
        first, last = self.day("from", missing), self.day("to", None)
        if first is None:
            self.problems.setdefault("from", "Give the first day.")
        elif last is not None and last < first:
            self.problems["to"] = "The last day comes before the first: swap them."
        return first or BEGINNING, last

    def cadence(self) -> Cadence:
        text = self.text("every") or "monthly"
        if text not in RECURRING:
            self.problems["every"] = f"Choose one of {', '.join(RECURRING)}."
            return "once"
        return cast("Cadence", text)

    def money(self) -> str:
        try:
            return check_currency(self.text("currency") or self.currency)
        except InputError as error:
            self.problems["currency"] = error.message
            return self.currency


def read_amount(text: str, *, most: Decimal = MOST_AMOUNT, of: str = "The amount") -> Decimal:
    """An amount that a person typed; InputError when it is none, or could be two."""
    bare = text.replace(" ", "").replace("\u00a0", "").replace("'", "").rstrip("%")
    if not bare:
        raise InputError(f"{of} is missing; write 0 if there is none.")
    if _COMMA.fullmatch(bare):
        bare = bare.replace(",", ".")
    elif _GROUPED.fullmatch(bare):
        decimal = max(bare.rfind(","), bare.rfind("."))
        grouped_twice = len(set(re.findall(r"[,.]", bare))) == 1
        whole, rest = (bare, "") if grouped_twice else (bare[:decimal], bare[decimal + 1 :])
        bare = re.sub(r"[,.]", "", whole) + (f".{rest}" if rest else "")
    if not _PLAIN.fullmatch(bare) or not bare.isascii():
        raise InputError(f"{of} cannot be read: write it as 1234.50, without a sign.")
    amount = Decimal(bare)
    if amount > most:
        raise InputError(f"{of} is too large: at most {most:,}.")
    return amount


def check_statement(what: str, fields: Fields, *, currency: str, today: date) -> Entry:
    """The statement that some fields make; FieldsError when they make none.

    Args:
        what: one of WHATS.
        fields: name, amount, percent, every, currency, from, to, month, metric, basis, includes:
            as text, those that the statement needs.
        currency: the brand's, of amounts that name none.
        today: in the brand's time zone.
    """
    if what not in _CHECKS:
        raise InputError(f"There is nothing to state about {what}: one of {', '.join(WHATS)}.")
    reader = _Reader(fields, currency)
    entry = _CHECKS[what](reader, today)
    if reader.problems:
        raise FieldsError(reader.problems)
    return entry


def _goods(reader: _Reader, _today: date) -> Entry:
    first, last = reader.days(BEGINNING)
    if (reader.text("basis") or "margin") == "order":
        amount = reader.amount(of="The cost of goods an order")
        return Entry("cost", GOODS, first, last, "once", amount, reader.money())
    margin = reader.amount(most=Decimal(100), of="The margin in per cent")
    details: dict[str, object] = {"basis": "margin"}
    includes = [name for name in (SHIPPING, FEES) if reader.text(f"includes_{name}")]
    if includes:
        details["includes"] = includes
    return Entry("cost", GOODS, first, last, "once", margin, None, details)


def _shipping(reader: _Reader, _today: date) -> Entry:
    first, last = reader.days(BEGINNING)
    amount = reader.amount(of="The cost of shipping an order")
    return Entry("cost", SHIPPING, first, last, "once", amount, reader.money())


def _fees(reader: _Reader, _today: date) -> Entry:
    first, last = reader.days(BEGINNING)
    percent = reader.amount("percent", most=Decimal(100), of="The share in per cent")
    amount = reader.amount(of="The amount an order")
    details = {"percent": str(percent)}
    return Entry("cost", FEES, first, last, "once", amount, reader.money(), details)


def _other(reader: _Reader, today: date) -> Entry:
    entry = _amount_of(reader, today, "cost", "Say what the cost is for, such as Rent.")
    if entry.name.casefold() in SALES_COSTS:
        reader.problems["name"] = f"{entry.name} has a form of its own; choose another name."
    return entry


def _spend(reader: _Reader, today: date) -> Entry:
    return _amount_of(reader, today, "spend", "Say where the money goes, such as TikTok.")


def _amount_of(reader: _Reader, today: date, kind: store.EntryKind, missing: str) -> Entry:
    name, cadence = reader.name(missing), reader.cadence()
    first, last = reader.days(today)
    if cadence == "once" and last is None:
        last = first
    amount = reader.amount(of="The amount")
    return Entry(kind, name, first, last, cadence, amount, reader.money())


def _target(reader: _Reader, today: date) -> Entry:
    key, month = reader.text("metric"), reader.text("month")
    metric = CATALOGUE.get(key)
    first, last = today.replace(day=1), None
    if metric is None:
        reader.problems["metric"] = "Choose one of the metrics of the catalogue."
    if month:
        try:
            first = date.fromisoformat(f"{month}-01")
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        except (ValueError, OverflowError):
            reader.problems["month"] = "Write the month as 2026-11, or leave it empty: every month."
    amount = reader.amount(of="The target")
    if metric is not None and metric.unit == "ratio":
        amount /= 100
    currency = reader.money() if metric is not None and metric.unit == "money" else None
    return Entry("target", key, first, last, "monthly", amount, currency)


def _promotion(reader: _Reader, today: date) -> Entry:
    name = reader.name("Name the promotion, such as Spring sale.")
    first, last = reader.days(today if reader.text("to") else None)
    return Entry("promotion", name, first, last or first)


def _rate(reader: _Reader, _today: date) -> Entry:
    code, into = "", reader.money()
    try:
        code = check_currency(reader.text("name"))
    except InputError:
        reader.problems["name"] = "Name the currency by its three letters, such as USD."
    if code and code == into:
        reader.problems["name"] = f"{code} needs no rate: choose another currency than {into}."
    first, last = reader.days(BEGINNING)
    amount = reader.amount(of="The rate")
    if not amount:
        reader.problems.setdefault("amount", "A rate is more than 0: what one unit is worth.")
    return Entry("rate", code, first, last, "once", amount, into)


_CHECKS: Final[Mapping[str, Callable[[_Reader, date], Entry]]] = {
    "goods": _goods,
    "shipping": _shipping,
    "fees": _fees,
    "other": _other,
    "spend": _spend,
    "target": _target,
    "promotion": _promotion,
    "rate": _rate,
}


async def state(database: Database, entry: Entry, *, user_id: UUID, brand_id: UUID) -> UUID:
    """Keep a statement; its id. One of the same thing from the same day on takes its place."""
    async with database.as_user(user_id) as connection:
        await store.lock_entries(connection, brand_id=brand_id)
        for former in await store.entries(connection, brand_id=brand_id, kinds=(entry.kind,)):
            if _is_corrected_by(former, entry):
                await store.change_entry(connection, entry, brand_id=brand_id, entry_id=former.id)
                return former.id
        [made] = await store.add_entries(connection, brand_id=brand_id, entries=[entry])
    return made


def _is_corrected_by(former: Entry, entry: Entry) -> bool:
    is_payment = entry.kind in {"spend", "cost"} and entry.name not in SALES_COSTS
    if entry.cadence == "once" and is_payment:
        # a second payment on the same day is a second payment
        return False
    same = (former.kind, former.name.casefold(), former.first_day, former.cadence) == (
        entry.kind,
        entry.name.casefold(),
        entry.first_day,
        entry.cadence,
    )
    # a month's own target stands beside the one for every month
    return same and (entry.kind != "target" or former.last_day == entry.last_day)


async def withdraw(database: Database, entry_id: UUID, *, user_id: UUID, brand_id: UUID) -> Entry:
    """Take a statement back; NotFoundError when it is not one of the brand's."""
    async with database.as_user(user_id) as connection:
        entry = await store.entry(connection, brand_id=brand_id, entry_id=entry_id)
        await store.delete_entries(connection, brand_id=brand_id, entry_ids=[entry_id])
    return entry


async def withdraw_files(
    database: Database, *, user_id: UUID, brand_id: UUID, kind: store.EntryKind, name: str
) -> int:
    """Take back all that files stated about something; how many statements that were."""
    async with database.as_user(user_id) as connection:
        return await store.delete_from_files(connection, brand_id=brand_id, kind=kind, name=name)
