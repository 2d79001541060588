"""Calls to a shop's GraphQL Admin API: one at a time per shop, paced, every failure by its type.

A document and its variables go in, the `data` of the answer comes out, with nothing missing: an
answer that carries any error is a failure even when it also carries data. Shopify reports most
failures with HTTP 200; what they mean is decided here by their code.
Source: shopify.dev, "GraphQL Admin API: status and error codes" (2026-10).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aura.connectors.contract import Application
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.connectors.shopify.documents import API_VERSION
from aura.connectors.shopify.governor import Cost, CostGovernor, cost_of, throttled_wait
from aura.connectors.shopify.shop import at_shop
from aura.errors import BadDataError, ConnectorError, NeedsReconnectError, TryLaterError

_log = logging.getLogger(__name__)

HOUR: Final = 3600.0
_ENDED: Final = frozenset({401, 403, 404})


class QueryTooExpensiveError(BadDataError):
    """Shopify refuses a query of this cost; a smaller page may pass."""


class AccessDeniedError(NeedsReconnectError):
    """Shopify denies one field; the grant itself is good."""


@dataclass(slots=True)
class _Lane:
    """What belongs to one shop: its budget, and the lock that keeps the budget true."""

    governor: CostGovernor = field(default_factory=CostGovernor)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    warned: bool = False


class AdminApi:
    """The GraphQL Admin API of any shop of one application."""

    def __init__(
        self,
        http: HttpClient,
        application: Application,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._application = application
        self._sleep = sleep
        self._elapsed = elapsed
        self._lanes: dict[str, _Lane] = {}

    def governor(self, shop: str) -> CostGovernor:
        """The budget of a shop."""
        return self._lane(shop).governor

    def address(self, shop: str) -> str:
        """Where a shop's API is."""
        return f"{at_shop(self._application.api_url, shop)}/admin/api/{API_VERSION}/graphql.json"

    async def run(
        self,
        shop: str,
        token: str,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        once: bool = False,
    ) -> tuple[Document, Cost | None]:
        """Run one document: its data, and what it cost. What must not happen twice runs `once`.

        Raises QueryTooExpensiveError when a smaller page is needed.
        """
        lane = self._lane(shop)
        async with lane.lock:
            if wait := lane.governor.wait(self._elapsed()):
                await self._sleep(wait)
            answer = await self._http.send(
                "POST",
                self.address(shop),
                failure_of=failure_of,
                headers={"X-Shopify-Access-Token": token},
                document={"query": document, "variables": dict(variables or {})},
                once=once,
            )
            cost = cost_of(answer.body)
            lane.governor.observe(cost, self._elapsed())
            self._compare_version(lane, shop, answer)
        return Document(answer.body["data"], "Shopify's answer"), cost

    def _lane(self, shop: str) -> _Lane:
        return self._lanes.setdefault(shop, _Lane())

    @staticmethod
    def _compare_version(lane: _Lane, shop: str, answer: Answer) -> None:
        # A version past its end is no error at Shopify: a later one answers, and only this tells.
        served = answer.headers.get("X-Shopify-API-Version")
        if served not in {None, API_VERSION} and not lane.warned:
            lane.warned = True
            _log.warning(
                "Shopify answers %s with API version %s instead of %s: update Aura",
                shop,
                served,
                API_VERSION,
            )


def failure_of(answer: Answer) -> ConnectorError | None:
    """What went wrong, None when the answer holds all the data that was asked for."""
    if not answer.is_success:
        return _failure_of_status(answer)
    if not isinstance(answer.body, Mapping):
        return BadDataError("Shopify answered without an object.")
    errors = answer.body.get("errors")
    if errors:
        return _failure_of_errors(errors, answer)
    if not isinstance(answer.body.get("data"), Mapping):
        return BadDataError("Shopify answered without data.")
    return None


def _failure_of_status(answer: Answer) -> ConnectorError | None:
    if answer.status in _ENDED:
        return NeedsReconnectError(
            "The shop no longer accepts Aura's access "
            f"(HTTP {answer.status}): the app was removed or its permissions changed. "
            "Connect the shop again."
        )
    if answer.status in {301, 302, 307, 308}:
        return NeedsReconnectError("The shop has moved to another Shopify address.")
    if answer.status == 402:
        return TryLaterError("The shop is frozen by Shopify.", retry_after=6 * HOUR)
    if answer.status == 423:
        return TryLaterError("The shop is locked by Shopify.", retry_after=HOUR)
    return failure_by_status("Shopify", answer)


def _failure_of_errors(errors: Any, answer: Answer) -> ConnectorError:
    codes = list(_codes(errors))
    if "MAX_COST_EXCEEDED" in codes:
        return QueryTooExpensiveError("Shopify finds this query too expensive.")
    if "THROTTLED" in codes:
        wait = throttled_wait(cost_of(answer.body))
        return TryLaterError("Shopify asked for a pause.", retry_after=wait)
    if "ACCESS_DENIED" in codes:
        return AccessDeniedError(
            f"Shopify denies access to part of the shop's orders{_required(errors)}."
        )
    if "SHOP_INACTIVE" in codes:
        return TryLaterError("The shop is not active at Shopify.", retry_after=6 * HOUR)
    if {"INTERNAL_SERVER_ERROR", "TIMEOUT"} & set(codes):
        return TryLaterError("Shopify has trouble of its own.", retry_after=2.0)
    return BadDataError(f"Shopify refused a query ({', '.join(codes) or 'without a code'}).")


def _codes(errors: Any) -> list[str]:
    found = errors if isinstance(errors, list) else [errors]
    return [
        str(error.get("extensions", {}).get("code", "UNKNOWN"))
        if isinstance(error, Mapping) and isinstance(error.get("extensions", {}), Mapping)
        else "UNKNOWN"
        for error in found
    ]


def _required(errors: Any) -> str:
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, Mapping) and isinstance(error.get("extensions"), Mapping):
            required = error["extensions"].get("requiredAccess")
            if isinstance(required, str):
                return f"; it asks for {required.rstrip('.')}"
    return ""
