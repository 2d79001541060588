"""What belongs to somebody else is answered exactly as what does not exist: every operation."""

from __future__ import annotations

import pytest

from aura.accounts.tokens import TokenSigner
from foreign_ids import WORDS, make_tenant, try_foreign_ids


@pytest.fixture
async def tenants(database, settings):
    signer = TokenSigner.load_or_make(settings)
    return [await make_tenant(database, signer, f"{name}@example.com") for name in ("a", "b")]


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"api_requests_per_minute": 100_000})


async def test_no_operation_tells_a_foreign_id_from_a_missing_one(browser, tenants):
    document = (await browser.client.get("/v1/openapi.json")).json()
    trial = await try_foreign_ids(browser.client, document, *tenants)
    assert trial.complaints == []
    assert trial.compared > 50


async def test_a_parameter_of_an_unknown_kind_is_a_complaint(browser, tenants):
    document = (await browser.client.get("/v1/openapi.json")).json()
    path = "/brands/{brand_id}/secrets/{secret_id}"
    document["paths"] = {path: {"get": {"parameters": [{"name": "secret_id", "in": "path"}]}}}
    trial = await try_foreign_ids(browser.client, document, *tenants)
    assert len(trial.complaints) == 2
    assert "secret_id" not in WORDS
