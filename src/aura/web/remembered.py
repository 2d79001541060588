"""The range of days that a browser looked at last, for each brand.

In: a request's address and its cookie. Out: the query to read, and the cookie anew. The decisions:
what stands in the address goes before what is remembered; the cookie is of one brand's pages alone
and holds a range that was already understood; days of somebody's choice are kept until the browser
closes, for next week they would be old news.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response

from aura.errors import InputError
from aura.reports.periods import Period, period_of
from aura.store.reports import BrandRow
from aura.web.site import site_of

COOKIE: Final = "aura_range"
_RANGE: Final = frozenset({"days", "range", "from", "to"})
_COMPARISON: Final = frozenset({"compare", "compare_from", "compare_to", "dow"})
_LIFETIME: Final = timedelta(days=180)


def range_query(request: Request, *, today: date) -> Mapping[str, str]:
    """The address's query; where it names no range and no earlier day, with what is kept."""
    asked = dict(request.query_params)
    if (_RANGE | _COMPARISON | {"as_of"}).intersection(asked):
        return asked
    kept = dict(parse_qsl(request.cookies.get(COOKIE, "")))
    kept = {name: text for name, text in kept.items() if name in _RANGE | _COMPARISON | {"today"}}
    try:
        period_of(kept, today=today)
    except InputError:
        # an old or a foreign cookie is worth no message
        return asked
    return {**kept, **asked}


def remember(request: Request, response: Response, brand: BrandRow, period: Period) -> None:
    """Keep the period where the address asked for one."""
    if not (_RANGE | _COMPARISON).intersection(request.query_params):
        return
    lasts = period.preset is not None or period.name is not None
    response.set_cookie(
        COOKIE,
        period.query,
        max_age=int(_LIFETIME.total_seconds()) if lasts else None,
        path=f"/b/{brand.id}",
        secure=site_of(request).is_secure(request),
        httponly=True,
        samesite="lax",
    )
