"""All brands side by side, and the form that adds one: its name, currency and time zone."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, partial
from urllib.parse import urlencode

from babel.numbers import get_currency_name
from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.accounts.brands import create_brand, known_timezones
from aura.errors import ConflictError, InputError
from aura.reports.periods import DEFAULT_PRESET, PRESETS, preset_of, today_in
from aura.reports.portfolio import (
    COLUMNS,
    brands_as_of,
    brands_question,
    display_currency,
    portfolio,
)
from aura.reports.rates import published_rates
from aura.web.heads import heads_of
from aura.web.morning_page import mornings
from aura.web.site import Form, MemberPart, SitePart, VisitorPart, page, redirect

routes = APIRouter(include_in_schema=False)

# currencies that Shopify pays out in, most used first
CURRENCIES = (
    *("USD", "EUR", "GBP", "AUD", "CAD", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF"),
    *("RON", "BGN", "NZD", "SGD", "HKD", "INR", "MXN", "BRL", "ZAR", "AED", "SAR", "KWD", "ILS"),
    *("TRY", "KRW", "TWD", "THB", "MYR", "IDR", "PHP", "VND", "CLP", "COP", "PEN"),
)


@cache
def currency_choices() -> tuple[tuple[str, str], ...]:
    """Codes with their English names."""
    return tuple((code, get_currency_name(code, locale="en")) for code in CURRENCIES)


def sum_currencies() -> tuple[str, ...]:
    """Currencies that a sum of brands can be made in, most used first."""
    known = published_rates().currencies
    return tuple(code for code in CURRENCIES if code in known)


@cache
def timezone_choices() -> tuple[str, ...]:
    """Zones named after a place, and UTC."""
    named = (name for name in known_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *sorted(named))


@routes.get("/brands")
async def show_brands(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart
) -> Response:
    """Every brand of the person with its figures, as the address asks for them."""
    problem, days, question, currency = None, DEFAULT_PRESET, brands_question({}), None
    now, as_of = site.clock(), None
    try:
        as_of = brands_as_of(request.query_params, now)
        question, days = brands_question(request.query_params), preset_of(request.query_params)
        currency = display_currency(request.query_params)
    except InputError as error:
        problem = error.message
    report = await portfolio(
        site.database,
        user_id=member.person.id,
        days=days,
        question=question,
        now=now,
        currency=currency,
        as_of=as_of,
    )
    kept = [(name, value) for name, value in question.parts() if name in {"sort", "order"}]
    today = today_in("UTC", now)
    if as_of:
        kept.append(("as_of", as_of.isoformat()))
    context = {
        "member": member,
        "brand": None,
        "section": None,
        "report": report,
        "problem": problem,
        "yesterday": today - timedelta(days=1),
        "slider": as_of
        and mornings(as_of, today=today, pairs=[("days", str(days)), *question.parts()]),
        "ranges": [
            (count, f"{count} days", _address(count, currency, as_of, urlencode(question.parts())))
            for count in PRESETS
        ],
        "heads": heads_of("Brand", COLUMNS, question, partial(_address, days, currency, as_of)),
        "kept": [("days", str(days)), *kept],
        "sum_currencies": sum_currencies(),
        "found": f"{len(report.lines)} brand{'' if len(report.lines) == 1 else 's'}",
    }
    return page(request, "brands.html", context, visitor=visitor, status=422 if problem else 200)


def _address(days: int, currency: str | None, as_of: date | None, query: str) -> str:
    then = f"as_of={as_of.isoformat()}" if as_of else ""
    parts = (f"days={days}", f"currency={currency}" if currency else "", then, query)
    return "?" + "&".join(part for part in parts if part)


@routes.get("/brands/new")
async def ask_for_brand(request: Request, visitor: VisitorPart, member: MemberPart) -> Response:
    """The form."""
    return _form(request, visitor, member, {})


@routes.post("/brands/new")
async def add_brand(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, form: Form
) -> Response:
    """Make the brand and go to its empty overview."""
    try:
        brand_id = await create_brand(
            site.database,
            user_id=member.person.id,
            name=form.get("name", ""),
            currency=form.get("currency", ""),
            timezone=form.get("timezone", ""),
        )
    except (InputError, ConflictError) as error:
        return _form(
            request, visitor, member, form, problem=error.message, status=error.http_status
        )
    return redirect(f"/b/{brand_id}", notice="brand")


def _form(
    request: Request,
    visitor: VisitorPart,
    member: MemberPart,
    form: dict[str, str],
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "member": member,
        "brand": None,
        "section": None,
        "form": {
            "name": form.get("name", "")[:100],
            "currency": form.get("currency", "USD"),
            "timezone": form.get("timezone", "UTC"),
        },
        "currencies": currency_choices(),
        "timezones": timezone_choices(),
        "problem": problem,
    }
    return page(request, "brand_new.html", context, visitor=visitor, status=status)
