"""`/v1`: one module a noun, listed here; a module that gives `routes` becomes part of it by a line.

In: `Authorization: Bearer`, except where a token is asked for with the browser's session. Out:
JSON, errors as problem details. `/v1/openapi.json` describes it. What stands around every operation
is no noun's business: who asks and how often (`gate.py`), 304 (`etags.py`), `Idempotency-Key`
(`once.py`), the answers that all have in common (`description.py`).
"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Any

from fastapi import FastAPI

from aura.accounts.limits import Limits
from aura.api import (
    about,
    attribution,
    brands,
    campaigns,
    cohorts,
    connections,
    entities,
    entries,
    exports,
    imports,
    insights,
    integrations,
    keys,
    metrics,
    overview,
    reconciliation,
    settings,
    tokens,
)
from aura.api.description import describe
from aura.api.etags import ConditionalReads
from aura.api.gate import Gate
from aura.api.once import Once
from aura.api.parts import Parts
from aura.api.problems import install_problems

# in the order in which the reference tells of them
NOUNS = (
    tokens,
    keys,
    brands,
    settings,
    entries,
    overview,
    metrics,
    entities,
    campaigns,
    attribution,
    cohorts,
    connections,
    exports,
    imports,
    integrations,
    insights,
    reconciliation,
    about,
)


def create_api(parts: Parts) -> FastAPI:
    """The application to mount at `/v1`."""
    api = _application()
    api.state.parts = parts
    # the last one added is the outermost
    api.add_middleware(Once, parts=parts)
    api.add_middleware(ConditionalReads)
    limits = Limits(parts.settings.api_requests_per_minute, 60)
    api.add_middleware(Gate, parts=parts, limits=limits)
    return api


def described_api() -> dict[str, Any]:
    """The description of `/v1`, without an installation."""
    return describe(_application())


def _application() -> FastAPI:
    api = FastAPI(
        title="Aura",
        version="1",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        # an address with a slash too many is none
        redirect_slashes=False,
    )
    for noun in NOUNS:
        named: list[str | Enum] = [noun.__name__.rpartition(".")[2]]
        api.include_router(noun.routes, tags=None if noun.routes.tags else named)
    api.openapi = partial(describe, api)  # type: ignore[method-assign]
    install_problems(api)
    return api
