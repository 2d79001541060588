"""Requests made from the API's own description, valid ones and broken ones; what answers break it.

In: a running server, an access token, ids of its person's own. Out: how many answers were judged,
and each that is a 5xx or has a status, media type, headers or body that the description lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# it ends the ground on which the others stand
LAST = "remove_brand"


@dataclass
class Judged:
    """How many answers were judged, how many of each status, and what broke the description."""

    answers: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Fuzzer:
    """Where requests go, and as whom."""

    address: str
    access: str
    ids: dict[str, str]
    judged: Judged

    def ask(self, case: Any, *, is_own: bool) -> None:
        own = {name: self.ids[name] for name in case.path_parameters or {} if name in self.ids}
        if is_own and own:
            case.path_parameters.update(own)
        headers = {"authorization": f"Bearer {self.access}"}
        response = case.call(base_url=self.address, headers=headers)
        status = response.status_code
        self.judged.answers += 1
        self.judged.statuses[status] = self.judged.statuses.get(status, 0) + 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as found:
            self.judged.failures += [
                f"{case.method} {case.formatted_path}: {one}"[:500] for one in found.exceptions
            ]


def fuzz(
    document: dict[str, Any],
    *,
    address: str,
    access: str,
    ids: dict[str, str],
    examples: int,
    number: int,
) -> Judged:
    """At most `examples` valid and as many broken requests to every operation, from a seed."""
    fuzzer = Fuzzer(address, access, ids, Judged())
    schema = schemathesis.openapi.from_dict(document)
    found = [one.ok() for one in schema.get_all_operations()]
    for operation in sorted(found, key=lambda one: one.definition.raw["operationId"] == LAST):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = operation.as_strategy(generation_mode=mode)
            try:
                _ask_often(fuzzer, cases, examples, number)
            except Unsatisfiable:
                # an operation without parameters cannot be asked wrongly
                continue
    return fuzzer.judged


def _ask_often(fuzzer: Fuzzer, cases: Any, examples: int, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_own=st.booleans())
    def ask(case: Any, is_own: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        fuzzer.ask(case, is_own=is_own)

    ask()
