"""The kinds of fault a script can hold, each in words: what fails, and how the platform says it."""

from __future__ import annotations

from typing import Final

_REQUESTS: Final = {
    "throttle": (
        "Too much just now: THROTTLED inside a 200 (Shopify), code 17 with a usage header (Meta), "
        "RESOURCE_EXHAUSTED with a retryDelay of 2 s (Google)."
    ),
    "429": "A bare 429 with Retry-After of the gate before the platform.",
    "blocked": (
        "Too much for the next 7 minutes: 429 with Retry-After (Shopify), code 80000 (Meta), "
        "RESOURCE_EXHAUSTED with a long retryDelay (Google)."
    ),
    "500": "The platform has trouble of its own: HTML, code 2, INTERNAL.",
    "too_much": (
        "The request asks for more than fits one answer: MAX_COST_EXCEEDED, “Please reduce the "
        "amount of data”, DEADLINE_EXCEEDED."
    ),
    "sunset": (
        "The API version in the address has ended: code 2635, UNSUPPORTED_VERSION; Shopify answers "
        "with a later version and only a header tells."
    ),
    "timeout": "No answer for `seconds`, then the connection ends.",
    "reset": "The connection is torn down; the client reads a reset.",
    "truncate": "Half of the body, then the connection ends before what was announced.",
    "cut": "Half of the body as if it were whole.",
    "lost_response": "The request is carried out, its answer is lost (a refresh, say).",
    "partial": "Data and then an error in one answer: what came is not all there is.",
    "expire": "The request's access token ends now; the grant lives on.",
    "revoke": "The whole grant of the request's token ends, as when a person removes the app.",
}
_JOBS: Final = {
    "job_failed": "A report run of Meta's says Job Failed.",
    "job_skipped": "A report run of Meta's says Job Skipped.",
    "job_stuck": "A report run of Meta's stands at 100 % and Job Running.",
    "job_idle": "A report run of Meta's stays at 0 % and Job Not Started.",
}
_BULK: Final = {
    "bulk_limit": "A bulk operation of Shopify's finds no free place.",
    "bulk_failed": "A bulk operation of Shopify's fails, with a part of the data.",
    "bulk_stuck": "A bulk operation of Shopify's runs for ever.",
    "bulk_expired": "The file of a bulk operation is gone.",
    "bulk_cut": "The file of a bulk operation ends in the middle of a line.",
    "bulk_short": "The file of a bulk operation lacks its last lines.",
}
_REPORTS: Final = {
    "late_report": "Shopify Analytics answers what it knew `seconds` ago.",
    "report_denied": "Shopify Analytics denies access although the scope was granted.",
}

KINDS: Final[dict[str, str]] = {**_REQUESTS, **_JOBS, **_BULK, **_REPORTS}
