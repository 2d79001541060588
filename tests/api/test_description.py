"""The description of `/v1` tells of every operation and of each answer it can give."""

from __future__ import annotations

import pytest

from aura.api.description import operations
from aura.api.problems import kinds
from aura.metrics import CATALOGUE


@pytest.fixture
def document(application):
    """The description, as `/v1/openapi.json` gives it."""
    (mounted,) = (route.app for route in application.routes if getattr(route, "path", "") == "/v1")
    return mounted.openapi()


async def test_anybody_may_read_it(call, document):
    answer = await call("/openapi.json")
    assert answer.json() == document
    assert document["openapi"] == "3.1.0"


def test_every_operation_says_what_it_is(document):
    found = list(operations(document))
    assert len(found) > 12
    names = [operation["operationId"] for _, _, operation in found]
    assert len(set(names)) == len(names)
    for path, method, operation in found:
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert len(operation["tags"]) == 1, (method, path)
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (method, path, parameter["name"])


def test_every_operation_says_how_it_can_fail(document):
    for path, method, operation in operations(document):
        expected = {"401", "500", "503"}
        expected |= set() if operation["tags"] == ["about"] else {"403", "429"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"422"} if "requestBody" in operation else set()
        assert expected <= set(operation["responses"]), (method, path)
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (method, path)
            assert response["description"], (method, path, status)


def test_a_write_below_a_brand_heeds_idempotency_keys(document):
    for path, method, operation in operations(document):
        names = {one["name"] for one in operation.get("parameters", [])}
        heeds = method in {"post", "patch"} and path.startswith("/brands")
        assert ("Idempotency-Key" in names) == heeds, (method, path)


def test_the_words_are_those_of_catalogue_and_error_tree(document):
    schemas = document["components"]["schemas"]
    assert schemas["MetricKey"]["enum"] == list(CATALOGUE)
    assert schemas["Problem"]["properties"]["code"]["enum"] == list(kinds())
    assert "HTTPValidationError" not in schemas
