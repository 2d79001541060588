from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from aura.connectors.contract import Application, Consent
from aura.connectors.meta.client import MetaConnector
from aura.connectors.meta.insights import stretches
from aura.connectors.oauth import meta_appsecret_proof
from aura.errors import BadDataError, InputError, NeedsReconnectError, TryLaterError
from aura.model import Account, AdDay, DayRange, Grant
from connectors.meta.rows import NUMBER, error, page, row
from connectors.scripted import Platform, Sleeper

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = Account(NUMBER, "Aurora", "USD", "America/New_York")
GRANT = Grant("an-access-token")
WEEK = DayRange(date(2026, 11, 1), date(2026, 11, 7))
CONSENT = Consent("a-state", "http://127.0.0.1:8321/connect/meta/callback", "unused")
DATA_ENDS = datetime(2027, 2, 20, 12, tzinfo=UTC)
FACTS = {
    "data": {
        "app_id": "an-id",
        "type": "USER",
        "is_valid": True,
        "expires_at": int((NOW + timedelta(days=60)).timestamp()),
        "data_access_expires_at": int(DATA_ENDS.timestamp()),
        "scopes": ["public_profile", "ads_read"],
    }
}


@pytest.fixture
async def connector(platform: Platform, sleeper: Sleeper) -> AsyncIterator[MetaConnector]:
    application = Application("an-id", "hush", platform.url, platform.url, platform.url)
    connector = MetaConnector(application, clock=lambda: NOW, sleep=sleeper)
    yield connector
    await connector.aclose()


async def read(connector: MetaConnector, window: DayRange = WEEK) -> list[AdDay]:
    return [day async for days in connector.read_days(GRANT, ACCOUNT, window) for day in days]


def ranges(platform: Platform) -> list[dict[str, str]]:
    return [
        json.loads((asked.form if asked.method == "POST" else asked.query)["time_range"])
        for asked in platform.asked
        if "time_range" in asked.query or asked.method == "POST"
    ]


def test_the_dialog_asks_for_what_is_needed(connector: MetaConnector) -> None:
    url = urlsplit(connector.authorization_url(CONSENT))
    assert url.path == "/v26.0/dialog/oauth"
    assert parse_qs(url.query) == {
        "client_id": ["an-id"],
        "redirect_uri": [CONSENT.redirect_uri],
        "state": ["a-state"],
        "scope": ["ads_read"],
        "response_type": ["code"],
    }


async def test_a_code_becomes_a_grant_of_sixty_days(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(
        {"access_token": "short", "token_type": "bearer", "expires_in": 5000},
        {"access_token": "long", "token_type": "bearer", "expires_in": 5_183_944},
        FACTS,
    )
    grant = await connector.exchange(CONSENT, {"code": "a-code", "state": "a-state"})
    assert (grant.access_token, grant.refresh_token) == ("long", None)
    assert grant.expires_at == NOW + timedelta(seconds=5_183_944)
    assert grant.data_expires_at == DATA_ENDS
    assert (grant.scopes, grant.missing_scopes) == (("ads_read", "public_profile"), ())
    code, exchange, facts = platform.asked
    assert code.query["code"] == "a-code"
    assert exchange.query["grant_type"] == "fb_exchange_token"
    assert exchange.query["fb_exchange_token"] == "short"
    assert facts.query["input_token"] == "long"
    assert facts.query["appsecret_proof"] == meta_appsecret_proof("long", "hush")


async def test_a_denied_consent_is_said(connector: MetaConnector) -> None:
    with pytest.raises(InputError, match="not allowed"):
        await connector.exchange(CONSENT, {"error": "access_denied", "state": "a-state"})


async def test_an_unticked_permission_is_named(
    connector: MetaConnector, platform: Platform
) -> None:
    token = {"access_token": "token", "expires_in": 5000}
    platform.will_answer(token, token, {"data": {**FACTS["data"], "scopes": []}})
    with pytest.raises(InputError, match="ads_read"):
        await connector.exchange(CONSENT, {"code": "a-code"})


async def test_a_code_used_before_is_said(connector: MetaConnector, platform: Platform) -> None:
    platform.will_answer(JSONResponse(error(100, 36009), 400))
    with pytest.raises(InputError, match="used before"):
        await connector.exchange(CONSENT, {"code": "a-code"})


async def test_an_unknown_app_is_said_as_a_setting(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse(error(101), 400))
    with pytest.raises(InputError, match="AURA_META_CLIENT_ID"):
        await connector.exchange(CONSENT, {"code": "a-code"})


async def test_there_is_no_refresh(connector: MetaConnector) -> None:
    assert await connector.refresh(GRANT) is None


async def test_accounts_are_read_over_all_pages(
    connector: MetaConnector, platform: Platform
) -> None:
    def account(number: str) -> dict[str, Any]:
        return {
            "id": f"act_{number}",
            "account_id": number,
            "name": f"Account {number}",
            "currency": "USD",
            "timezone_name": "America/New_York",
            "account_status": 1,
        }

    platform.will_answer(page(account("1"), account("2"), after="c"), page(account("3")))
    accounts = await connector.accounts(GRANT)
    assert [found.external_id for found in accounts] == ["1", "2", "3"]
    assert platform.asked[1].query["after"] == "c"


async def test_revoking_takes_the_permissions_back(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer({"success": True}, JSONResponse(error(190, 458), 400))
    await connector.revoke(GRANT)
    assert (platform.asked[0].method, platform.asked[0].path) == (
        "DELETE",
        "/v26.0/me/permissions",
    )
    await connector.revoke(GRANT)


async def test_days_of_account_and_campaigns_are_read_over_all_pages(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(
        page(row("2026-11-01"), row("2026-11-02")),
        page(row("2026-11-01", campaign="8"), after="c"),
        page(row("2026-11-01", campaign="9")),
    )
    days = await read(connector)
    assert [(day.level, day.external_id) for day in days] == [
        ("account", NUMBER),
        ("account", NUMBER),
        ("campaign", "8"),
        ("campaign", "9"),
    ]
    first, second, third = platform.asked
    assert first.path == f"/v26.0/act_{NUMBER}/insights"
    assert first.query["time_increment"] == "1"
    assert first.query["level"] == "account"
    assert json.loads(first.query["time_range"]) == {"since": "2026-11-01", "until": "2026-11-07"}
    assert json.loads(first.query["action_attribution_windows"]) == ["7d_click", "1d_view"]
    assert "DELETED" in second.query["filtering"]
    # a breakdown, even Meta's default one of actions by name, would count purchases again
    assert not {name for asked in platform.asked for name in asked.query if "breakdown" in name}
    assert third.query["after"] == "c"
    assert all(
        asked.query["appsecret_proof"] == meta_appsecret_proof("an-access-token", "hush")
        for asked in platform.asked
    )


async def test_an_account_without_delivery_has_no_days(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer({"data": []}, {"data": []})
    assert await read(connector) == []


@pytest.mark.parametrize(
    "answer",
    [
        page(row("2026-11-01"), row("2026-11-01")),
        page(row("2026-10-31")),
        page(row("2026-11-08")),
        {"data": None},
        {},
        [],
        {"data": [], "paging": {"next": "http://127.0.0.1:1/"}},
    ],
)
async def test_an_answer_that_cannot_be_right_is_refused(
    connector: MetaConnector, platform: Platform, answer: Any
) -> None:
    platform.will_answer(answer, {"data": []})
    with pytest.raises(BadDataError):
        await read(connector)


async def test_the_same_page_twice_is_an_error_not_an_endless_read(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(page(row("2026-11-01"), after="c"), page(row("2026-11-02"), after="c"))
    with pytest.raises(BadDataError, match="twice"):
        await read(connector)


@pytest.mark.parametrize(
    "plea",
    [
        JSONResponse(error(100, 1504018), 400),
        JSONResponse(error(2, 1504038), 400),
        JSONResponse(error(2, 1504038, is_transient=True), 500),
        JSONResponse(error(1, 99), 500),
        JSONResponse(
            error(1, message="Please reduce the amount of data you're asking for, then retry"), 500
        ),
    ],
)
async def test_too_much_data_is_read_in_halves_without_a_row_twice(
    connector: MetaConnector, platform: Platform, plea: JSONResponse
) -> None:
    platform.will_answer(
        page(row("2026-11-01"), after="c"),
        plea,
        page(row("2026-11-01"), row("2026-11-04")),
        page(row("2026-11-05")),
        {"data": []},
    )
    days = await read(connector)
    assert [day.date.day for day in days] == [1, 4, 5]
    assert ranges(platform)[2:4] == [
        {"since": "2026-11-01", "until": "2026-11-04"},
        {"since": "2026-11-05", "until": "2026-11-07"},
    ]


LONG = DayRange(date(2026, 1, 1), date(2026, 4, 10))


async def test_a_long_window_is_a_report_that_is_waited_for(
    connector: MetaConnector, platform: Platform, sleeper: Sleeper
) -> None:
    platform.will_answer(
        {"report_run_id": "77"},
        {"async_status": "Job Running", "async_percent_completion": 40},
        {"async_status": "Job Running", "async_percent_completion": 100},
        {"async_status": "Job Completed", "async_percent_completion": 99},
        {"async_status": "Job Completed", "async_percent_completion": 100},
        page(row("2026-01-01"), after="c"),
        page(row("2026-04-10")),
        {"report_run_id": "78"},
        {"async_status": "Job Completed", "async_percent_completion": 100},
        {"data": []},
    )
    days = await read(connector, LONG)
    assert [day.date for day in days] == [LONG.first, LONG.last]
    assert platform.asked[0].method == "POST"
    assert platform.asked[0].form["level"] == "account"
    assert platform.asked[5].path == "/v26.0/77/insights"
    assert sleeper.slept[:4] == [0.25, 0.5, 1, 2]


@pytest.mark.parametrize("status", ["Job Failed", "Job Skipped"])
async def test_a_report_that_is_not_computed_is_asked_for_in_halves(
    connector: MetaConnector, platform: Platform, status: str
) -> None:
    platform.will_answer(
        {"report_run_id": "77"},
        {"async_status": status, "async_percent_completion": 0},
        page(row("2026-01-01")),
        page(row("2026-04-10")),
        {"report_run_id": "78"},
        {"async_status": "Job Completed", "async_percent_completion": 100},
        {"data": []},
    )
    days = await read(connector, LONG)
    assert [day.date for day in days] == [LONG.first, LONG.last]


async def test_a_report_that_never_ends_is_for_later(
    connector: MetaConnector, platform: Platform
) -> None:
    running = {"async_status": "Job Running", "async_percent_completion": 0}
    platform.will_answer({"report_run_id": "77"}, *[running] * 100)
    with pytest.raises(TryLaterError, match="report"):
        await read(connector, LONG)


USAGE = {"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":7}]}'}


@pytest.mark.parametrize(
    ("answer", "family", "wait"),
    [
        (JSONResponse(error(17, 2446079), 400, headers=USAGE), TryLaterError, 420),
        (JSONResponse(error(17, 2446079), 400), TryLaterError, 3600),
        (JSONResponse(error(80000), 400, headers=USAGE), TryLaterError, 420),
        (JSONResponse(error(4, 1504022), 403), TryLaterError, 300),
        (JSONResponse(error(613, 1487742), 403), TryLaterError, 300),
        (JSONResponse(error(190, 463), 401), NeedsReconnectError, None),
        (JSONResponse(error(190, 460), 400), NeedsReconnectError, None),
        (JSONResponse(error(200), 403), NeedsReconnectError, None),
        (JSONResponse(error(294), 403), NeedsReconnectError, None),
        (JSONResponse(error(10), 403), NeedsReconnectError, None),
        (JSONResponse(error(100, 33), 400), NeedsReconnectError, None),
        (JSONResponse(error(100), 400), BadDataError, None),
        (JSONResponse(error(2635), 400), BadDataError, None),
        (error(100), BadDataError, None),
        (JSONResponse({"error": {"code": ["odd"]}}, 400), BadDataError, None),
    ],
)
async def test_every_failure_has_its_family_and_is_not_repeated(
    connector: MetaConnector,
    platform: Platform,
    answer: Any,
    family: type[Exception],
    wait: float | None,
) -> None:
    platform.will_answer(answer)
    with pytest.raises(family) as failed:
        await read(connector)
    assert type(failed.value) is family
    assert len(platform.asked) == 1
    if isinstance(failed.value, TryLaterError):
        assert failed.value.retry_after == wait
    assert "an-access-token" not in str(failed.value)


@pytest.mark.parametrize(
    "trouble",
    [
        JSONResponse(error(1), 500),
        JSONResponse(error(2), 500),
        JSONResponse(error(99, is_transient=True), 400),
        JSONResponse({}, 502),
    ],
)
async def test_trouble_at_meta_is_tried_again(
    connector: MetaConnector, platform: Platform, trouble: JSONResponse
) -> None:
    platform.will_answer(trouble, page(row("2026-11-01")), {"data": []})
    assert len(await read(connector)) == 1


async def test_a_filling_business_quota_slows_the_calls(
    connector: MetaConnector, platform: Platform, sleeper: Sleeper
) -> None:
    entry = {"type": "ads_insights", "call_count": 95, "total_cputime": 3, "total_time": 4}
    usage = {"x-business-use-case-usage": json.dumps({NUMBER: [entry]})}
    platform.will_answer(JSONResponse(page(row("2026-11-01")), headers=usage), {"data": []})
    await read(connector)
    assert sleeper.slept == [30.0]


async def test_a_filling_quota_slows_the_calls_about_that_account(
    connector: MetaConnector, platform: Platform, sleeper: Sleeper
) -> None:
    usage = {"x-fb-ads-insights-throttle": '{"app_id_util_pct": 1, "acc_id_util_pct": 85}'}
    platform.will_answer(
        JSONResponse(page(row("2026-11-01")), headers=usage), {"data": []}, {"data": []}
    )
    await read(connector)
    assert sleeper.slept == [15.0]
    await connector.accounts(GRANT)
    assert sleeper.slept == [15.0]


@given(
    first=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    length=st.integers(1, 1200),
    longest=st.integers(1, 400),
)
def test_stretches_are_the_window(first: date, length: int, longest: int) -> None:
    window = DayRange(first, first + timedelta(days=length - 1))
    pieces = stretches(window, longest)
    assert [day for piece in pieces for day in piece.days()] == window.days()
    assert all(len(piece) <= longest for piece in pieces)
