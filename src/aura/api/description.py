"""The description of the API (OpenAPI 3.1): what routes say, and what stands around all of them.

In: the application's routes. Out: the document at `/v1/openapi.json`, in which every operation
names each answer it can give: its own, the problems of its kind, 304 for a read, and the headers
that go with them. The words for metrics are those of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from aura import __version__
from aura.api.answers import METRIC_KEY
from aura.api.once import is_kept_once
from aura.api.problems import MEDIA_TYPE, kinds
from aura.metrics import CATALOGUE

TEXT = """The numbers of your brands, as the pages show them.

Send `Authorization: Bearer` with an API key (page *API keys*, or `aura api-keys create`) or with
an access token of a signed-in browser. Amounts are exact decimals in strings, days are ISO dates of
the shop's or the account's own time zone, null is unknown and comes with a reason. What belongs to
somebody else is answered exactly as what does not exist."""
PUBLIC_TAG = "about"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_SENTENCES = {
    "400": "The body cannot be read.",
    "401": "Nobody is named, or the key or token is not valid any more.",
    "403": "The key or session may not do this.",
    "404": "It does not exist, or it belongs to somebody else: nothing tells them apart.",
    "409": "It is done already, or being done.",
    "412": "It was changed since it was read: `If-Match` names an older state.",
    "413": "The body is larger than 64 KiB.",
    "422": "What was given cannot be used; `detail` says why.",
    "429": "Too many requests: go on after `Retry-After` seconds.",
    "500": "An error of Aura's own; it stands in the log.",
    "502": "A platform did not give what was asked for.",
    "503": "The database is out of reach.",
}
_LIMITS = {
    "RateLimit-Policy": "How many requests (`q`) in how many seconds (`w`) a caller may make.",
    "RateLimit": "Requests (`r`) that may follow at once, seconds (`t`) until there is room.",
}


def describe(api: FastAPI) -> dict[str, Any]:
    """The whole description, made anew with each call: the catalogue may have grown."""
    document = get_openapi(
        title="Aura",
        version=__version__,
        summary="Exact daily numbers of D2C brands.",
        description=TEXT,
        routes=api.routes,
        servers=[{"url": "/v1"}],
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _problem()
    schemas["MetricKey"] = {
        "type": "string",
        "title": "MetricKey",
        "description": "A metric of the catalogue: `GET /metrics` tells what each one says.",
        "enum": list(CATALOGUE),
    }
    document["components"]["securitySchemes"] = _schemes()
    _name_metric_keys(document)
    for path, method, operation in operations(document):
        _complete(path, method.upper(), operation)
    return document


def _name_metric_keys(part: Any) -> None:
    """Texts that are keys of metrics become what the schema MetricKey says."""
    if isinstance(part, list):
        for one in part:
            _name_metric_keys(one)
    elif isinstance(part, dict):
        if part.get("format") == METRIC_KEY["format"]:
            kept = {name: part[name] for name in ("default", "description") if name in part}
            part.clear()
            part.update({"$ref": "#/components/schemas/MetricKey"} | kept)
            return
        for one in part.values():
            _name_metric_keys(one)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method in small letters, and each operation of a description."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add the answers, parameters and headers that come from what stands around the operation."""
    responses = operation["responses"]
    is_public = PUBLIC_TAG in operation.get("tags", [])
    for status in _statuses(path, method, operation, is_public=is_public):
        own = responses.get(status, {})
        responses[status] = {
            "description": _said(own, status),
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }
    if is_kept_once(method, path):
        operation.setdefault("parameters", []).append(_idempotency())
    if method == "GET" and "application/json" in responses["200"].get("content", {}):
        operation.setdefault("parameters", []).append(_header("If-None-Match", "An `ETag`."))
        responses["304"] = {"description": "Not changed: the document of that `ETag` still holds."}
        for status in ("200", "304"):
            responses[status].setdefault("headers", {})["ETag"] = _string("The document's tag.")
    operation.setdefault("security", [] if is_public else [{"bearer": []}])
    for status, response in responses.items():
        if not is_public and status not in {"401", "500"}:
            own = response.setdefault("headers", {})
            own |= {name: _string(text, required=False) for name, text in _LIMITS.items()}
        if status == "429":
            response["headers"]["Retry-After"] = _string("Seconds.", kind="integer")
    operation["responses"] = dict(sorted(responses.items()))


def _said(response: dict[str, Any], status: str) -> str:
    """What the route says of a problem, where it says more than the status does."""
    said: str = response.get("description", "")
    return _SENTENCES[status] if said in {"", HTTPStatus(int(status)).phrase} else said


def _statuses(
    path: str, method: str, operation: dict[str, Any], *, is_public: bool
) -> Iterator[str]:
    """The problems an operation can answer with, beside those it names itself."""
    yield from (status for status in operation["responses"] if status in _SENTENCES)
    yield from ("401", "500", "503")
    if not is_public:
        yield from ("403", "429")
    if "{" in path:
        yield "404"
    if "requestBody" in operation:
        yield from ("400", "413", "422")
    if is_kept_once(method, path):
        yield from ("409", "413", "422")


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "title": "Problem",
        "description": "An error (RFC 9457). Its `type` never changes and leads to what it means.",
        "required": ["type", "status", "code", "title"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": list(kinds())},
            "title": {"type": "string"},
            "detail": {"type": "string", "description": "A sentence for people."},
        },
    }


def _schemes() -> dict[str, Any]:
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`aura_…`), or an access token from `POST /token`.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "aura_session",
            "description": "The session of a browser that is signed in; with it goes X-CSRF-Token.",
        },
    }


def _string(text: str, *, kind: str = "string", required: bool = True) -> dict[str, Any]:
    return {"description": text, "required": required, "schema": {"type": kind}}


def _header(name: str, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": text,
        "schema": {"type": "string"},
    }


def _idempotency() -> dict[str, Any]:
    header = _header(
        "Idempotency-Key",
        "Your own word for this request, new for each. Said again within a day, the request is "
        "not carried out again: the first answer comes back.",
    )
    header["schema"] |= {"minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"}
    return header
