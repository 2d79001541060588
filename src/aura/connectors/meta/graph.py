"""Calls to Meta's Graph API: token and proof on every one, paced, every failure by its code.

A path and parameters go in, the JSON object comes out. What an error means is decided by `code`,
`error_subcode` and `is_transient`, never by its text, with one exception that has no code of its
own: the plea to reduce the amount of data.
Source: developers.facebook.com, "Error handling" of the Graph API and of the Marketing API, v26.0.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from aura.connectors.contract import Application
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.connectors.meta.governor import quota_of, tier_of
from aura.connectors.oauth import meta_appsecret_proof
from aura.connectors.versions import META_VERSION
from aura.errors import BadDataError, ConnectorError, NeedsReconnectError, TryLaterError

API_VERSION: Final = META_VERSION
SCOPES: Final = ("ads_read",)

_QUOTA: Final = frozenset({4, 17, 32, 341, 368, 613, 80008, 80014, *range(80000, 80007)})
_TROUBLE: Final = frozenset({1, 2, 104, 960})
_ENDED: Final = frozenset({102, 190})
# subcodes of 190, from "Handling access token errors"
_WHY_ENDED: Final = {
    458: "the person has removed the app at Facebook",
    459: "Facebook wants the person to sign in there and confirm who they are",
    460: "the person has changed their password",
    463: "its sixty days are over",
    464: "Facebook has not confirmed the person's account",
    467: "it was withdrawn",
    492: "the person no longer has a role at the business",
}
_DENIED: Final = frozenset({3, 10, *range(200, 300)})
_TOO_MUCH: Final = frozenset({(100, 1504018), (2, 1504038), (1, 99)})
_ACCOUNT_BLOCKED: Final = 2446079
_GONE: Final = (100, 33)
_VERSION_ENDED: Final = 2635
_DEFAULT_WAIT: Final = 300.0
_BLOCKED_WAIT: Final = 3600.0


class TooMuchDataError(BadDataError):
    """Meta cannot give this much in one answer; a shorter range of days may pass."""


class GraphApi:
    """The Graph API for one application."""

    def __init__(
        self,
        http: HttpClient,
        application: Application,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._application = application
        self._pauses: dict[str, float] = {}
        self.sleep = sleep
        self.tier: str | None = None

    def with_secret(self, secret: str) -> GraphApi:
        """The same API at the same paces, for tokens of the app with this secret.

        Without a secret no proof is sent.
        """
        other = GraphApi(
            self._http, replace(self._application, client_secret=secret), sleep=self.sleep
        )
        other._pauses = self._pauses
        return other

    def url(self, path: str) -> str:
        """The address of a path of this API version."""
        return f"{self._application.api_url.rstrip('/')}/{API_VERSION}/{path}"

    async def call(
        self,
        token: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        account: str = "",
    ) -> Document:
        """One call on behalf of a grant; calls about the same account share a pace."""
        if pause := self._pauses.pop(account, 0.0):
            await self.sleep(pause)
        signed = {"access_token": token}
        if secret := self._application.client_secret:
            signed["appsecret_proof"] = meta_appsecret_proof(token, secret)
        answer = await self._http.send(
            method,
            self.url(path),
            failure_of=failure_of,
            params={**(params or {}), **signed},
            form=form,
        )
        self._pauses[account] = quota_of(answer.headers).pause
        self.tier = tier_of(answer.headers) or self.tier
        return Document(answer.body, "Meta's answer")

    async def pages(
        self, token: str, path: str, *, params: Mapping[str, str], account: str = ""
    ) -> AsyncIterator[Document]:
        """Every page of an edge. The address in `paging.next` is not followed, only its cursor."""
        after: str | None = None
        while True:
            asked = params if after is None else {**params, "after": after}
            page = await self.call(token, path, params=asked, account=account)
            yield page
            paging = page.optional_document("paging")
            if paging is None or "next" not in paging:
                return
            cursor = paging.document("cursors").text("after")
            if cursor == after:
                raise BadDataError("Meta gave the same page twice.")
            after = cursor


def failure_of(answer: Answer) -> ConnectorError | None:
    """What went wrong, None for an answer without an error."""
    error = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    if isinstance(error, Mapping):
        return _failure(error, answer)
    if not answer.is_success:
        return failure_by_status("Meta", answer)
    if not isinstance(answer.body, Mapping):
        return BadDataError("Meta answered without an object.")
    return None


def failure_of_report(run: Document) -> ConnectorError | None:
    """Why a report failed, where half the days would fail alike: the permission or the quota."""
    code = run.optional_whole("error_code") or 0
    subcode = run.optional_whole("error_subcode") or 0
    if code in _QUOTA:
        return TryLaterError(
            f"Meta's limit of calls is reached ({code}).",
            retry_after=_BLOCKED_WAIT if subcode == _ACCOUNT_BLOCKED else _DEFAULT_WAIT,
        )
    return _refusal(code, subcode)


def _failure(error: Mapping[str, Any], answer: Answer) -> ConnectorError:
    code, subcode = _number(error, "code"), _number(error, "error_subcode")
    if (code, subcode) in _TOO_MUCH or _pleads_for_less(error):
        return TooMuchDataError("Meta cannot give this many days at once.")
    return (
        _refusal(code, subcode)
        or _delay(code, subcode, error, answer)
        or BadDataError(f"Meta refused a request ({code}/{subcode}).")
    )


def _refusal(code: int, subcode: int) -> ConnectorError | None:
    """What only a person can mend: the permission, or this program's age."""
    if code in _ENDED:
        why = _WHY_ENDED.get(subcode, "it has expired or was withdrawn")
        return NeedsReconnectError(
            f"Meta no longer accepts the permission: {why} ({code}/{subcode}). Connect Meta again."
        )
    if code in _DENIED or (code, subcode) == _GONE:
        return NeedsReconnectError(
            f"Meta denies access ({code}): the permission {', '.join(SCOPES)} or the access to "
            "this ad account is missing."
        )
    if code == _VERSION_ENDED:
        return BadDataError(f"Meta no longer answers API version {API_VERSION}: update Aura.")
    return None


def _delay(
    code: int, subcode: int, error: Mapping[str, Any], answer: Answer
) -> TryLaterError | None:
    """What time mends: the quota, or Meta's own trouble."""
    if code in _QUOTA:
        blocked = subcode == _ACCOUNT_BLOCKED
        opens_in = quota_of(answer.headers).opens_in
        return TryLaterError(
            f"Meta's limit of calls is reached ({code}).",
            retry_after=opens_in or (_BLOCKED_WAIT if blocked else _DEFAULT_WAIT),
        )
    if code in _TROUBLE or error.get("is_transient") is True or answer.status >= 500:
        return TryLaterError(f"Meta has trouble of its own ({code}).", retry_after=5.0)
    return None


def _number(error: Mapping[str, Any], key: str) -> int:
    value = error.get(key)
    return value if isinstance(value, int) else 0


def _pleads_for_less(error: Mapping[str, Any]) -> bool:
    return "reduce the amount of data" in str(error.get("message", "")).lower()
