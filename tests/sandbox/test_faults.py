"""Faults are met by exactly the requests they were written for, in the platform's own manner."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from sandbox_calls import consent, google, google_grant, google_token, meta, shopify, shopify_tokens
from sandbox_fixture import RunningSandbox

CUSTOMER = "1234567890"
QUERY = "SELECT customer.id FROM customer"


def test_throttling_is_said_three_ways_and_passes(sandbox: RunningSandbox) -> None:
    shop, mine, ads = shopify(sandbox), meta(sandbox), google(sandbox)
    sandbox.faults(
        *({"match": f"/{name}", "kind": "throttle"} for name in ("shopify", "meta", "google"))
    )
    answer = shop.run("{ shop { name } }")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (200, "Throttled")
    answer = mine.call("GET", "me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 17)
    assert "x-business-use-case-usage" in answer.headers
    answer = ads.ask(CUSTOMER, QUERY)
    assert (answer.status_code, answer.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert '"retryDelay":"2s"' in answer.text
    assert "data" in shop.run("{ shop { name } }").json()
    assert mine.call("GET", "me").is_success
    assert ads.ask(CUSTOMER, QUERY).is_success


def test_the_script_counts_off(sandbox: RunningSandbox) -> None:
    shop = shopify(sandbox)
    sandbox.faults({"match": "/shopify", "kind": "500", "times": 2, "after": 1})
    statuses = [shop.run("{ shop { name } }").status_code for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]
    assert httpx.get(f"{sandbox.url}/__faults").json() == {"faults": []}


@pytest.mark.parametrize("kind", ["truncate", "lost_response"])
def test_an_answer_can_get_lost_on_the_way(sandbox: RunningSandbox, kind: str) -> None:
    shop = shopify(sandbox)
    sandbox.faults({"match": "/shopify", "kind": kind})
    with pytest.raises(httpx.RemoteProtocolError):
        shop.run("{ shop { name } }")
    assert shop.run("{ shop { name } }").is_success


def test_a_lost_refresh_happened_all_the_same(sandbox: RunningSandbox) -> None:
    first = shopify_tokens(sandbox, code=consent(sandbox, "shopify"), expiring="1").json()
    renew = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    sandbox.faults({"match": "/shopify", "kind": "lost_response"})
    with pytest.raises(httpx.RemoteProtocolError):
        shopify_tokens(sandbox, **renew)
    assert shopify_tokens(sandbox, **renew).is_success


def test_a_timeout_says_nothing(sandbox: RunningSandbox) -> None:
    sandbox.faults({"match": "/google/token", "kind": "timeout", "seconds": 30})
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{sandbox.url}/google/token", data={}, timeout=0.3)


def test_a_grant_can_be_revoked_from_the_other_side(sandbox: RunningSandbox) -> None:
    shop, mine, ads, grant = shopify(sandbox), meta(sandbox), google(sandbox), google_grant(sandbox)
    sandbox.faults(
        {"match": "/shopify", "kind": "revoke"},
        {"match": "/meta", "kind": "revoke"},
        {"match": "/google/v26", "kind": "revoke"},
        {"match": "/google/token", "kind": "revoke"},
    )
    assert shop.run("{ shop { name } }").status_code == 401
    error = mine.call("GET", "me").json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 458)
    assert ads.ask(CUSTOMER, QUERY).status_code == 401
    renew = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"]}
    assert google_token(sandbox, **renew).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "script",
    [
        {},
        [{"kind": "500"}],
        [{"match": "/", "kind": "earthquake"}],
        [{"match": "/", "kind": "500", "times": -1}],
    ],
)
def test_a_script_that_makes_no_sense_is_refused_whole(
    sandbox: RunningSandbox, script: object
) -> None:
    assert httpx.post(f"{sandbox.url}/__faults", json=script).status_code == 400
    assert httpx.get(f"{sandbox.url}/__faults").json() == {"faults": []}


def test_the_sandboxes_own_addresses_never_fail(sandbox: RunningSandbox) -> None:
    sandbox.faults({"match": "/", "kind": "500", "times": 5})
    assert httpx.get(f"{sandbox.url}/__health").is_success
    assert sandbox.clock(datetime(2026, 11, 1, tzinfo=UTC)) == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_connection_can_be_torn_down(sandbox: RunningSandbox) -> None:
    shop = shopify(sandbox)
    sandbox.faults({"match": "/shopify", "kind": "reset"})
    with pytest.raises(httpx.ReadError):
        shop.run("{ shop { name } }")
    assert shop.run("{ shop { name } }").is_success


def test_a_cut_answer_looks_whole(sandbox: RunningSandbox) -> None:
    ads = google(sandbox)
    whole = ads.ask(CUSTOMER, QUERY).content
    sandbox.faults({"match": "/google", "kind": "cut"})
    assert ads.ask(CUSTOMER, QUERY).content == whole[: len(whole) // 2]


def test_an_answer_can_end_in_an_error(sandbox: RunningSandbox) -> None:
    shop, ads = shopify(sandbox), google(sandbox)
    sandbox.faults(
        {"match": "/shopify", "kind": "partial"}, {"match": "/google", "kind": "partial"}
    )
    answer = shop.run("{ orders(first: 4) { nodes { id } } }")
    assert (answer.status_code, len(answer.json()["data"]["orders"]["nodes"])) == (200, 2)
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    answer = ads.ask(CUSTOMER, QUERY)
    assert (answer.status_code, answer.json()[-1]["error"]["status"]) == (200, "INTERNAL")


def test_a_quota_can_be_closed_for_minutes_and_the_gate_can_refuse(sandbox: RunningSandbox) -> None:
    shop, mine, ads = shopify(sandbox), meta(sandbox), google(sandbox)
    sandbox.faults(
        *({"match": f"/{name}", "kind": "blocked"} for name in ("shopify", "meta", "google"))
    )
    assert shop.run("{ shop { name } }").headers["retry-after"] == "420"
    assert mine.call("GET", "me").json()["error"]["code"] == 80000
    assert '"retryDelay":"420s"' in ads.ask(CUSTOMER, QUERY).text
    sandbox.faults({"match": "/google", "kind": "429"})
    assert ads.ask(CUSTOMER, QUERY).status_code == 429


def test_versions_end(sandbox: RunningSandbox) -> None:
    shop, mine, ads = shopify(sandbox), meta(sandbox), google(sandbox)
    sandbox.faults(
        *({"match": f"/{name}", "kind": "sunset"} for name in ("shopify", "meta", "google"))
    )
    answer = shop.run("{ shop { name } }")
    assert (answer.headers["x-shopify-api-version"], answer.is_success) == ("2027-01", True)
    assert mine.call("GET", "me").json()["error"]["code"] == 2635
    assert "UNSUPPORTED_VERSION" in ads.ask(CUSTOMER, QUERY).text


def test_only_the_access_token_ends(sandbox: RunningSandbox) -> None:
    tokens = shopify_tokens(sandbox, code=consent(sandbox, "shopify"), expiring="1").json()
    sandbox.faults({"match": "/shopify", "kind": "expire"})
    answer = httpx.post(
        f"{sandbox.url}/shopify/{sandbox.shop}/admin/api/2026-10/graphql.json",
        json={"query": "{ shop { name } }"},
        headers={"X-Shopify-Access-Token": tokens["access_token"]},
    )
    assert answer.status_code == 401
    renew = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert shopify_tokens(sandbox, **renew).is_success


@pytest.mark.parametrize(
    ("kind", "status", "percent"),
    [
        ("job_failed", "Job Failed", 30),
        ("job_skipped", "Job Skipped", 0),
        ("job_stuck", "Job Running", 100),
        ("job_idle", "Job Not Started", 0),
    ],
)
def test_a_report_of_metas_fails_or_stands_still(
    sandbox: RunningSandbox, kind: str, status: str, percent: int
) -> None:
    mine = meta(sandbox)
    days = '{"since":"2026-11-01","until":"2026-11-02"}'
    asked = mine.call(
        "POST", "act_2093847561120/insights", level="account", time_range=days, time_increment="1"
    )
    run = asked.raise_for_status().json()["report_run_id"]
    sandbox.faults({"match": "/meta/v26.0/6", "kind": kind, "times": 2})
    fields = "async_status,async_percent_completion"
    for _ in range(2):
        state = mine.call("GET", run, fields=fields).json()
        assert (state["async_status"], state["async_percent_completion"]) == (status, percent)
    assert mine.call("GET", run, fields=fields).json()["async_status"] == "Job Completed"
