"""Running a document: parse, validate, price, execute; the answer as Shopify words it.

Executed by graphql-core; what lies below an order is written by a plan (see `plans`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental

from aura_sandbox.shopify.cost import MOST_PER_QUERY, Bucket, CostCounter
from aura_sandbox.shopify.plans import CannotPlanError, Plans
from aura_sandbox.shopify.schema import Visit, sandbox_schema

Answer = dict[str, Any]


class PlanningExecutor(ExecutorThrowingOnIncremental):
    """graphql-core's executor, with plans for the objects that come by the thousand."""

    _plans: Plans | None = None

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete an object, an order by its plan."""
        if return_type.name == "Order":
            if self._plans is None:
                self._plans = Plans(self, info.context)
            try:
                return self._plans.of(return_type, field_details_list)(result)
            except (CannotPlanError, GraphQLError):
                # graphql-core knows where an error belongs
                pass
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )


@lru_cache(maxsize=64)
def _checked(text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return None, (error,)
    return document, tuple(validate(sandbox_schema(), document))


def _codes(error: GraphQLError) -> Answer:
    formatted: Answer = dict(error.formatted)
    extensions = dict(formatted.get("extensions") or {})
    if "code" not in extensions and error.message.startswith("Cannot query field"):
        extensions["code"] = "undefinedField"
    if extensions:
        formatted["extensions"] = extensions
    return formatted


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (
            name is None or (node.name is not None and node.name.value == name)
        ):
            return node
    return None


def _cost(requested: int, actual: int | None, bucket: Bucket) -> Answer:
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": bucket.status(),
        }
    }


def throttled(requested: int, bucket: Bucket) -> Answer:
    """The reply to a query the bucket cannot pay: HTTP 200, no data."""
    return {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {
                    "code": "THROTTLED",
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
        ],
        "extensions": _cost(requested, None, bucket),
    }


def _too_expensive(requested: int, bucket: Bucket) -> Answer:
    return {
        "errors": [
            {
                "message": f"Query cost is {requested}, which exceeds the single query max cost "
                f"limit ({MOST_PER_QUERY}).",
                "extensions": {
                    "code": "MAX_COST_EXCEEDED",
                    "cost": requested,
                    "maxCost": MOST_PER_QUERY,
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
        ],
        "extensions": _cost(requested, None, bucket),
    }


def run(body: Any, visit: Visit, bucket: Bucket) -> Answer:
    """Execute `{query, variables, operationName}`; always an answer, as HTTP 200."""
    text = body.get("query") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        return {"errors": [{"message": "No query string was present"}]}
    variables = body.get("variables") or {}
    document, errors = _checked(text)
    if document is None or errors:
        return {"errors": [_codes(error) for error in errors]}
    operation = _operation(document, body.get("operationName"))
    if operation is None:
        return {"errors": [{"message": "An operation name is required"}]}
    counter = CostCounter(document, variables)
    requested = counter.of(operation)
    if requested > MOST_PER_QUERY:
        return _too_expensive(requested, bucket)
    if not bucket.take(requested):
        return throttled(requested, bucket)
    result = execute_sync(
        sandbox_schema(),
        document,
        context_value=visit,
        variable_values=variables,
        operation_name=body.get("operationName"),
        executor_class=PlanningExecutor,
    )
    actual = counter.actual(operation, result.data) if result.data else 0
    bucket.take(actual - requested)
    answer: Answer = {"data": result.data}
    if result.errors:
        answer["errors"] = [_codes(error) for error in result.errors]
        if result.data is None:
            del answer["data"]
    return {**answer, "extensions": _cost(requested, actual, bucket)}
