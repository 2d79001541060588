"""Add a brand: its name, currency and time zone."""

from __future__ import annotations

from functools import cache

from babel.numbers import get_currency_name
from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.accounts.brands import create_brand, known_timezones
from aura.errors import ConflictError, InputError
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


@cache
def timezone_choices() -> tuple[str, ...]:
    """Zones named after a place, and UTC."""
    named = (name for name in known_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *sorted(named))


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
