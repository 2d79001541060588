"""Bulk operations: a query that the shop answers in its own time, with a file.

An operation sees the shop as it was when it began. It moves on when somebody looks at it, so it
also ends where the clock stands still: the first look finds it running, every further one some
pages further on; a minute later by the clock it is done at once. Five may be under way. The file
has an address that nobody can guess and that ends after a week.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import DocumentNode, execute_sync

from aura_sandbox.faults import FaultScript
from aura_sandbox.shopify.bulk_queries import (
    InvalidBulkQueryError,
    lines_of,
    page_after,
    parse_bulk_query,
)
from aura_sandbox.shopify.execution import PlanningExecutor
from aura_sandbox.shopify.schema import Visit, sandbox_schema
from aura_sandbox.world.days import iso

MOST_AT_ONCE = 5
PAGES_A_LOOK = 20
DONE_AFTER = 60
FILE_LIFE = 7 * 86_400
UNDER_WAY = frozenset({"CREATED", "RUNNING", "CANCELING"})
PREFIX = "gid://shopify/BulkOperation/"
_TERM = re.compile(r"(?P<field>\w+):(?P<compare>>=|<=|>|<)?(?P<value>'[^']*'|\S+)")
View = dict[str, Any]


@dataclass(slots=True)
class Operation:
    """One operation and what it has collected."""

    number: int
    query: str
    document: DocumentNode
    grouped: bool
    visit: Visit
    fault: str | None
    status: str = "CREATED"
    error: str | None = None
    completed_at: int | None = None
    looks: int = 0
    after: str | None = None
    roots: int = 0
    lines: list[bytes] = field(default_factory=list)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def look(self, now: int) -> None:
        """Go on as far as a look makes it."""
        if self.status == "CANCELING":
            self._end("CANCELED", now)
        if self.status == "COMPLETED" and now >= (self.completed_at or 0) + FILE_LIFE:
            self.status = "EXPIRED"
        if self.status not in UNDER_WAY:
            return
        self.status = "RUNNING"
        self.looks += 1
        is_late = now >= self.visit.at + DONE_AFTER
        if self.fault == "bulk_stuck" or (self.looks == 1 and not is_late):
            return
        for _ in range(PAGES_A_LOOK):
            self._page(now)
            if self.status != "RUNNING":
                return
        if is_late:
            self.look(now)

    def _page(self, now: int) -> None:
        result = execute_sync(
            sandbox_schema(),
            page_after(self.document, self.after),
            context_value=self.visit,
            executor_class=PlanningExecutor,
        )
        codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
        if codes or result.data is None:
            self.error = "ACCESS_DENIED" if "ACCESS_DENIED" in codes else "INTERNAL_SERVER_ERROR"
            self._end("FAILED", now)
            return
        (page,) = result.data.values()
        try:
            self.lines += lines_of(page, grouped=self.grouped)
        except InvalidBulkQueryError:
            self.error = "INTERNAL_SERVER_ERROR"
            self._end("FAILED", now)
            return
        self.roots += len(page["edges"])
        self.after = page["pageInfo"]["endCursor"]
        if self.fault == "bulk_failed":
            self.error = "INTERNAL_SERVER_ERROR"
            self._end("FAILED", now)
        elif not page["pageInfo"]["hasNextPage"]:
            self._end("COMPLETED", now)

    def _end(self, status: str, now: int) -> None:
        self.status = status
        self.completed_at = now

    def file(self) -> bytes | None:
        """What its address serves; None when there is nothing any more."""
        is_over = self.status not in {"COMPLETED", "FAILED"} or self.fault == "bulk_expired"
        if is_over or not self.lines:
            return None
        whole = b"".join(self.lines)
        if self.fault == "bulk_cut":
            return whole[: -len(self.lines[-1]) // 2]
        if self.fault == "bulk_short":
            return b"".join(self.lines[: len(self.lines) * 9 // 10])
        return whole

    def view(self, site: str) -> View:
        """The operation as the Admin API shows it."""
        has_file = self.status in {"COMPLETED", "FAILED"} and bool(self.lines)
        address = f"{site}/shopify/bulk-files/{self.number}.jsonl?signature={self.secret}"
        is_whole = self.status == "COMPLETED"
        # of a file that a fault has cut, nothing but the counts may tell
        is_cut = self.fault in {"bulk_cut", "bulk_short"}
        size = str(sum(map(len, self.lines))) if is_whole and has_file and not is_cut else None
        return {
            "__typename": "BulkOperation",
            "completedAt": iso(self.completed_at) if is_whole and self.completed_at else None,
            "createdAt": iso(self.visit.at),
            "errorCode": self.error,
            "fileSize": size,
            "id": f"{PREFIX}{self.number}",
            "objectCount": str(len(self.lines)),
            "partialDataUrl": address if has_file and not is_whole else None,
            "query": self.query,
            "rootObjectCount": str(self.roots),
            "status": self.status,
            "type": "QUERY",
            "url": address if has_file and is_whole else None,
        }


class BulkOperations:
    """The operations of one shop, newest last."""

    def __init__(self, faults: FaultScript, now: Callable[[], int]) -> None:
        self._faults, self._now = faults, now
        self._operations: list[Operation] = []

    def _look_at_all(self) -> None:
        for one in self._operations:
            # who looks at a list moves nothing on that the clock has not
            if one.status in UNDER_WAY and self._now() >= one.visit.at + DONE_AFTER:
                one.look(self._now())

    def run(self, visit: Visit, query: str, *, grouped: bool) -> View:
        """Begin one."""
        self._look_at_all()
        fault = self._faults.next_for_bulk()
        running = sum(one.status in UNDER_WAY for one in self._operations)
        if fault == "bulk_limit" or running >= MOST_AT_ONCE:
            message = "Bulk operations limit reached. Please try again later."
            return _refused("LIMIT_REACHED", None, message)
        try:
            document = parse_bulk_query(query)
        except InvalidBulkQueryError as error:
            return _refused("INVALID", ["query"], str(error))
        kept = replace(visit)
        number = 6_000_000_000_000 + len(self._operations) + 1
        made = Operation(number, query, document, grouped, kept, fault)
        self._operations.append(made)
        return {"bulkOperation": made.view(visit.site), "userErrors": []}

    def cancel(self, visit: Visit, gid: str) -> View:
        """Begin to end one."""
        found = self._find(gid)
        if found is None or found.status not in UNDER_WAY:
            message = (
                "Bulk operation does not exist"
                if found is None
                else f"A bulk operation cannot be canceled when it is {found.status.lower()}"
            )
            errors = [{"__typename": "UserError", "field": ["id"], "message": message}]
            return {"bulkOperation": None, "userErrors": errors}
        found.status = "CANCELING"
        return {"bulkOperation": found.view(visit.site), "userErrors": []}

    def one(self, visit: Visit, gid: str) -> View | None:
        """Look at one."""
        found = self._find(gid)
        if found is None:
            return None
        found.look(self._now())
        return found.view(visit.site)

    def current(self, visit: Visit) -> View | None:
        """Look at the newest."""
        newest = self._operations[-1:]
        return self.one(visit, f"{PREFIX}{newest[0].number}") if newest else None

    def listed(self, visit: Visit, search: str | None) -> list[View]:
        """Those that match a search, newest first."""
        self._look_at_all()
        views = [one.view(visit.site) for one in reversed(self._operations)]
        terms = [match.groups() for match in _TERM.finditer(search or "")]
        return [view for view in views if all(_matches(view, *term) for term in terms)]

    def file(self, name: str, secret: str) -> bytes | None:
        """The file at an address."""
        found = self._find(PREFIX + name.removesuffix(".jsonl"))
        if found is None or not secrets.compare_digest(found.secret, secret):
            return None
        if self._now() >= (found.completed_at or 0) + FILE_LIFE:
            return None
        return found.file()

    def _find(self, gid: str) -> Operation | None:
        for one in self._operations:
            if gid == f"{PREFIX}{one.number}":
                return one
        return None


def _refused(code: str, where: list[str] | None, message: str) -> View:
    error = {
        "__typename": "BulkOperationUserError",
        "code": code,
        "field": where,
        "message": message,
    }
    return {"bulkOperation": None, "userErrors": [error]}


def _matches(view: View, name: str, compare: str | None, value: str) -> bool:
    value = value.strip("'")
    if name == "created_at" and compare == ">=":
        return bool(view["createdAt"] >= value)
    known = {"status": view["status"], "operation_type": view["type"], "id": view["id"]}
    return name not in known or str(known[name]).lower() == value.lower()
