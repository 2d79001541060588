"""How each platform says no: a path and a kind of fault go in, the platform's own answer comes out.

Shapes and codes are those of the platforms' error pages; every text names no cause but the fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response

BLOCKED_MINUTES = 7
# how a report run of Meta's says that it will not come, and how it stands still
JOB_STATES = {
    "job_failed": ("Job Failed", 30),
    "job_skipped": ("Job Skipped", 0),
    "job_stuck": ("Job Running", 100),
    "job_idle": ("Job Not Started", 0),
}


def throttled(path: str) -> Response:
    """It was too much just now: THROTTLED inside a 200, code 17, RESOURCE_EXHAUSTED."""
    if path.startswith("/shopify"):
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": 300, "restoreRate": 100.0}
        cost = {"requestedQueryCost": 400, "actualQueryCost": None, "throttleStatus": status}
        return _shopify_errors("THROTTLED", "Throttled", {"cost": cost})
    if path.startswith("/meta"):
        return _meta(
            400,
            minutes=1,
            message="User request limit reached",
            code=17,
            error_subcode=2446079,
            is_transient=True,
        )
    return _exhausted("2s")


def plain_throttled(_path: str) -> Response:
    """A 429 of the gate before any platform."""
    return Response("Too Many Requests", 429, headers={"Retry-After": "1"})


def blocked(path: str) -> Response:
    """It will be too much for minutes: what a client has to leave and come back to."""
    if path.startswith("/shopify"):
        return Response("", 429, headers={"Retry-After": str(BLOCKED_MINUTES * 60)})
    if path.startswith("/meta"):
        return _meta(
            400,
            minutes=BLOCKED_MINUTES,
            message="There have been too many calls to this ad-account.",
            code=80000,
            error_subcode=2446079,
        )
    return _exhausted(f"{BLOCKED_MINUTES * 60}s")


def broken(path: str) -> Response:
    """The platform has trouble of its own."""
    if path.startswith("/shopify"):
        return Response(
            "<html><body>Internal Server Error</body></html>", 500, media_type="text/html"
        )
    if path.startswith("/meta"):
        return _meta(500, message="An unknown error has occurred.", code=2, is_transient=True)
    return _google(500, "INTERNAL", {"internalError": "INTERNAL_ERROR"}, {})


def too_much(path: str) -> Response:
    """The request asks for more than the platform can give at once."""
    if path.startswith("/shopify"):
        return _shopify_errors("MAX_COST_EXCEEDED", "Query cost is 1200, which exceeds 1000.", {})
    if path.startswith("/meta"):
        plea = "Please reduce the amount of data you're asking for, then retry your request"
        return _meta(500, message=plea, code=1)
    return _google(504, "DEADLINE_EXCEEDED", {"internalError": "DEADLINE_EXCEEDED"}, {})


def sunset(path: str) -> Response:
    """The version in the address has ended (Shopify falls forward instead of refusing)."""
    if path.startswith("/meta"):
        return _meta(400, message="You are calling a deprecated version of the Ads API.", code=2635)
    return _google(400, "INVALID_ARGUMENT", {"requestError": "UNSUPPORTED_VERSION"}, {})


REFUSALS: dict[str, Callable[[str], Response]] = {
    "throttle": throttled,
    "429": plain_throttled,
    "blocked": blocked,
    "500": broken,
    "too_much": too_much,
    "sunset": sunset,
}


def with_error_at_the_end(path: str, body: bytes) -> bytes:
    """An answer that began well and ends in an error; what comes with it is incomplete.

    A stream of Google's ends with the error as its last part, a GraphQL answer has data and
    errors. At Meta an answer has one or the other: the error stands alone.
    """
    document = json.loads(body)
    if path.startswith("/shopify") and isinstance(document.get("data"), dict):
        document["data"] = {name: _half(value) for name, value in document["data"].items()}
        document["errors"] = [_shopify_error("INTERNAL_SERVER_ERROR", "Internal error")]
    elif path.startswith("/google") and isinstance(document, list):
        kept = [{**part, "results": _half(part.get("results", []))} for part in document]
        document = [*kept, json.loads(bytes(broken(path).body))]
    elif path.startswith("/meta"):
        document = json.loads(bytes(broken(path).body))
    return json.dumps(document).encode()


def with_job(body: bytes, kind: str) -> bytes:
    """The state of a report of Meta's that has failed, or that stands still at its end."""
    document = json.loads(body)
    if "async_status" in document:
        document["async_status"], document["async_percent_completion"] = JOB_STATES[kind]
    return json.dumps(document).encode()


def _half(value: Any) -> Any:
    if isinstance(value, list):
        return value[: len(value) // 2]
    if isinstance(value, dict) and isinstance(value.get("nodes"), list):
        return {**value, "nodes": _half(value["nodes"])}
    return value


def _shopify_error(code: str, message: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


def _shopify_errors(code: str, message: str, extensions: dict[str, Any]) -> Response:
    return JSONResponse({"errors": [_shopify_error(code, message)], "extensions": extensions})


def _meta(status: int, *, minutes: int | None = None, **error: Any) -> Response:
    usage = {
        "type": "ads_insights",
        "call_count": 100,
        "total_cputime": 100,
        "total_time": 100,
        "estimated_time_to_regain_access": minutes,
    }
    headers = {} if minutes is None else {"x-business-use-case-usage": json.dumps({"1": [usage]})}
    told = {"type": "OAuthException", **error, "fbtrace_id": "SandboxFault"}
    return JSONResponse({"error": told}, status, headers=headers)


def _exhausted(delay: str) -> Response:
    quota = {
        "rateScope": "DEVELOPER",
        "rateName": "Number of operations for explorer access",
        "retryDelay": delay,
    }
    code = {"quotaError": "RESOURCE_EXHAUSTED"}
    return _google(429, "RESOURCE_EXHAUSTED", code, {"quotaErrorDetails": quota})


def _google(status: int, name: str, code: dict[str, str], details: dict[str, Any]) -> Response:
    failure: dict[str, Any] = {"errorCode": code, "message": f"Made to fail: {name}"}
    if details:
        failure["details"] = details
    error = {
        "code": status,
        "message": f"Made to fail: {name}",
        "status": name,
        "details": [
            {
                "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
                "errors": [failure],
                "requestId": "sandbox-fault",
            }
        ],
    }
    return JSONResponse({"error": error}, status)
