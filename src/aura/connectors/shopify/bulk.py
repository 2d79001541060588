"""Bulk operations: Shopify collects the orders of many days in its own time and gives us a file.

A job goes from asked for to done or lost. It is done when Shopify says COMPLETED and the file holds
exactly as many objects, orders and bytes as Shopify says; anything else is a lost job, of which
nothing is used. It costs next to nothing of the budget of cost points. Whoever asks keeps the job's
id, so that no second one is started, and decides when to stop waiting.
Source: shopify.dev, "Perform bulk operations with the GraphQL Admin API", BulkOperation (2026-10).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from aura.connectors.contract import BulkFailedError, BulkState
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.connectors.shopify.documents import (
    BULK_CANCEL,
    BULK_OPERATION,
    BULK_RECENT,
    BULK_RUN,
    bulk_orders,
)
from aura.connectors.shopify.graphql import AdminApi
from aura.connectors.shopify.jsonl import OrderFile
from aura.connectors.shopify.normalise import order_of
from aura.errors import ConnectorError, NeedsReconnectError, TryLaterError
from aura.model import Order

# A job is looked at after these seconds, then every `LONGEST_PAUSE`, for `PATIENCE` in all: small
# ones are done by then, and what takes longer need not keep a worker from other shops.
PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
LONGEST_PAUSE: Final = 8.0
PATIENCE: Final = 60.0
WAIT_FOR_A_PLACE: Final = 120.0
ORDERS_AT_ONCE: Final = 500
# our clock may be ahead of Shopify's
_CLOCKS_DIFFER: Final = timedelta(minutes=2)
_UNDER_WAY: Final = frozenset({"CREATED", "RUNNING"})
_NO_PLACE: Final = frozenset({"LIMIT_REACHED", "OPERATION_IN_PROGRESS"})


class BulkOperations:
    """The bulk operations of any shop of one application."""

    def __init__(
        self,
        http: HttpClient,
        api: AdminApi,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._api = api
        self._sleep = sleep

    async def start(self, shop: str, token: str, *, search: str, since: datetime) -> str:
        """Ask for the orders of a search; the id of the job.

        One that was asked for at `since` or later, whose answer was lost, is under way already.
        Raises TryLaterError while all of the app's jobs at the shop are taken, and BulkFailedError
        that is final when Shopify does not allow the query.
        """
        query = bulk_orders(search)
        running = await self._under_way(shop, token, query, since - _CLOCKS_DIFFER)
        if running is not None:
            return running
        data, _ = await self._api.run(shop, token, BULK_RUN, {"query": query}, once=True)
        answer = data.document("bulkOperationRunQuery")
        codes = {error.optional_text("code") for error in answer.documents("userErrors")}
        if codes & _NO_PLACE:
            raise TryLaterError(
                "Shopify has other exports to finish first.", retry_after=WAIT_FOR_A_PLACE
            )
        if codes:
            raise BulkFailedError("Shopify refused to export the orders.", is_final=True)
        return answer.document("bulkOperation").text("id")

    async def _under_way(self, shop: str, token: str, query: str, since: datetime) -> str | None:
        search = f"operation_type:query created_at:>='{since:%Y-%m-%dT%H:%M:%SZ}'"
        data, _ = await self._api.run(shop, token, BULK_RECENT, {"search": search})
        for job in data.document("bulkOperations").documents("nodes"):
            is_ours = job.text("query") == query and job.text("status") in _UNDER_WAY
            if is_ours and job.moment("createdAt") >= since:
                return job.text("id")
        return None

    async def watch(self, shop: str, token: str, job_id: str) -> BulkState:
        """Wait for a job, not for long; how far it has come.

        Raises BulkFailedError when it is lost, NeedsReconnectError when the shop denies access.
        """
        waited = 0.0
        for pause in (*PAUSES, *[LONGEST_PAUSE] * int(PATIENCE / LONGEST_PAUSE)):
            state = _state(await self._look(shop, token, job_id))
            if state.is_done or waited >= PATIENCE:
                return state
            await self._sleep(pause)
            waited += pause
        return state

    async def read(self, shop: str, token: str, job_id: str) -> AsyncIterator[list[Order]]:
        """The orders of a job that is done, once its file has proved to be whole."""
        job = await self._look(shop, token, job_id)
        if not _state(job).is_done:
            raise TryLaterError("Shopify has not finished the export.")
        objects, roots = job.whole("objectCount"), job.whole("rootObjectCount")
        if "url" not in job:
            if objects or roots:
                raise BulkFailedError("Shopify exported orders and gave no file of them.")
            return
        url = job.text("url")
        if urlsplit(url).scheme != "https" and not self._is_own(shop, url):
            raise BulkFailedError("Shopify's file of orders is not at a safe address.")
        file = await self._http.fetch(url, OrderFile.read, failure_of=_failure_of_file)
        size = job.whole("fileSize") if "fileSize" in job else None
        file.check(objects=objects, roots=roots, size=size)
        page: list[Order] = []
        for fields in file.orders():
            page.append(order_of(fields))
            if len(page) == ORDERS_AT_ONCE:
                yield page
                page = []
        if page:
            yield page

    def _is_own(self, shop: str, url: str) -> bool:
        """Whether the address is where the shop's API is: a sandbox has no certificate."""
        api, file = urlsplit(self._api.address(shop)), urlsplit(url)
        return (api.scheme, api.netloc) == (file.scheme, file.netloc)

    async def cancel(self, shop: str, token: str, job_id: str) -> None:
        """Have Shopify give up a job. One that has ended already is no error."""
        await self._api.run(shop, token, BULK_CANCEL, {"id": job_id})

    async def _look(self, shop: str, token: str, job_id: str) -> Document:
        data, _ = await self._api.run(shop, token, BULK_OPERATION, {"id": job_id})
        job = data.optional_document("bulkOperation")
        if job is None:
            raise BulkFailedError("Shopify no longer knows the export.")
        return job


def _state(job: Document) -> BulkState:
    status = job.text("status")
    if status == "COMPLETED" or status in _UNDER_WAY:
        return BulkState(
            is_done=status == "COMPLETED",
            objects=job.whole("objectCount"),
            created_at=job.moment("createdAt"),
        )
    code = job.optional_text("errorCode")
    if code == "ACCESS_DENIED":
        raise NeedsReconnectError("Shopify denies access to part of the shop's orders.")
    # what a failed job has collected so far stands at `partialDataUrl`, which nobody reads
    raise BulkFailedError(f"Shopify did not finish the export ({code or status}).")


def _failure_of_file(answer: Answer) -> ConnectorError | None:
    # the address of a file is good for a week
    if 300 <= answer.status < 500 and answer.status not in {408, 425, 429}:
        return BulkFailedError(f"Shopify's file of orders is gone (HTTP {answer.status}).")
    return failure_by_status("Shopify", answer)
