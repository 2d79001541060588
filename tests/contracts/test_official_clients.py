"""A sample of what `make oracles` does in full: the official clients understand the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from aura.connectors.versions import GOOGLE_ADS_VERSION
from contracts.official import ask
from contracts.oracles import NOON, judge_google_ads, judge_meta, judge_shopify
from contracts.shopify_replies import Judge
from sandbox_fixture import RunningSandbox

EDGES = pytest.mark.parametrize("sandbox", ["edges"], indirect=True)


@EDGES
@pytest.mark.xdist_group("official-clients")
def test_metas_client_reads_the_sandbox(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    verdict = judge_meta(sandbox, days=30)
    assert verdict.failures == []
    assert verdict.rows > 300


@EDGES
@pytest.mark.xdist_group("official-clients")
def test_googles_messages_read_the_sandbox(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    verdict = judge_google_ads(sandbox, days=30)
    assert verdict.failures == []
    assert verdict.rows > 300


@EDGES
@pytest.mark.xdist_group("shopify-schema")
def test_shopifys_schema_writes_the_same_reply(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    verdict = judge_shopify(sandbox, orders=120)
    assert verdict.failures == []
    assert verdict.rows >= 120


@pytest.mark.xdist_group("shopify-schema")
@pytest.mark.parametrize(
    ("shop", "said"),
    [
        ({"ianaTimezone": None, "currencyCode": "EUR"}, "non-nullable"),
        ({"ianaTimezone": "UTC", "currencyCode": "XXL"}, "XXL"),
        ({"ianaTimezone": "UTC"}, "currencyCode"),
        ({"ianaTimezone": "UTC", "currencyCode": "EUR", "profit": 1}, "more or other"),
        ({"ianaTimezone": 5, "currencyCode": "EUR"}, "more or other"),
    ],
)
def test_a_reply_that_shopify_would_not_give_is_noticed(shop: dict, said: str) -> None:
    judge = Judge("2026-10")
    faults = judge.faults("{ shop { ianaTimezone currencyCode } }", {}, {"data": {"shop": shop}})
    assert any(said in fault for fault in faults), faults
    good = {"ianaTimezone": "UTC", "currencyCode": "EUR"}
    document = "{ shop { ianaTimezone currencyCode } }"
    assert judge.faults(document, {}, {"data": {"shop": good}}) == []


@pytest.mark.xdist_group("official-clients")
def test_a_row_that_meta_would_not_give_is_noticed() -> None:
    rows = [
        {"spend": "1.00", "actions": [{"action_type": "purchase", "value": "2", "7d_click": "1"}]},
        {"spend": 1.0},
        {"profit": "1.00"},
        {"actions": {"action_type": "purchase"}},
        {"actions": [{"action_type": "purchase", "90d_click": "2"}]},
    ]
    failures = ask("meta_ads_reader.py", {"rows": rows})["failures"]
    assert [len(found) for found in failures] == [0, 1, 1, 1, 1]


@pytest.mark.xdist_group("official-clients")
def test_an_answer_that_google_would_not_give_is_noticed() -> None:
    def page(row: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "page", "body": {"results": [row]}}

    failure = f"type.googleapis.com/google.ads.googleads.{GOOGLE_ADS_VERSION}.errors"
    refused = {"errorCode": {"queryError": "NO_SUCH_CODE"}, "message": ""}
    detail = {"@type": f"{failure}.GoogleAdsFailure", "errors": [refused]}
    answers = [
        page({"metrics": {"clicks": "5"}}),
        page({"metrics": {"clicks": 5}}),
        page({"metrics": {"clicks": "0"}, "customer": {"profit": "1"}}),
        page({"campaign": {"status": "RUNNING"}}),
        {"kind": "error", "body": {"error": {"code": 400, "status": "OK", "details": [detail]}}},
        {"kind": "error", "body": {"error": {"code": 400, "status": "WRONG", "details": []}}},
    ]
    verdict = ask("google_ads_messages.py", answers, GOOGLE_ADS_VERSION)
    assert len(verdict["failures"]) == 5, verdict["failures"]
