from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.responses import JSONResponse, Response

from aura.connectors.contract import Application, Consent
from aura.connectors.google_ads.client import GoogleAdsConnector
from aura.errors import BadDataError, InputError, NeedsReconnectError, TryLaterError
from aura.model import Account, AdDay, DayRange, Grant
from connectors.google_ads.rows import NUMBER, client, failure, row, stream
from connectors.scripted import Cut, Platform

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = Account(NUMBER, "Aurora", "USD", "America/New_York")
GRANT = Grant("an-access-token", "a-refresh-token", scopes=("kept",))
WEEK = DayRange(date(2026, 11, 1), date(2026, 11, 7))
SCOPE = "https://www.googleapis.com/auth/adwords"
CONSENT = Consent(
    state="a-state",
    redirect_uri="http://127.0.0.1:8321/connect/google_ads/callback",
    code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
)
TOKENS = {
    "access_token": "access",
    "expires_in": 3599,
    "refresh_token": "refresh",
    "scope": SCOPE,
    "token_type": "Bearer",
}


@pytest.fixture
async def connector(platform: Platform) -> AsyncIterator[GoogleAdsConnector]:
    application = Application("an-id", "hush", platform.url, platform.url, platform.url)
    connector = GoogleAdsConnector(application, clock=lambda: NOW)
    yield connector
    await connector.aclose()


async def read(
    connector: GoogleAdsConnector, account: Account = ACCOUNT, window: DayRange = WEEK
) -> list[AdDay]:
    return [day async for days in connector.read_days(GRANT, account, window) for day in days]


def test_the_consent_page_is_asked_for_a_lasting_permission_with_pkce(
    connector: GoogleAdsConnector,
) -> None:
    url = urlsplit(connector.authorization_url(CONSENT))
    assert url.path == "/o/oauth2/v2/auth"
    assert parse_qs(url.query) == {
        "client_id": ["an-id"],
        "redirect_uri": [CONSENT.redirect_uri],
        "response_type": ["code"],
        "scope": [SCOPE],
        "access_type": ["offline"],
        "prompt": ["consent"],
        "state": ["a-state"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
    }


async def test_a_code_becomes_a_lasting_grant(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(TOKENS)
    grant = await connector.exchange(CONSENT, {"code": "a-code", "state": "a-state"})
    assert (grant.access_token, grant.refresh_token) == ("access", "refresh")
    assert grant.expires_at == NOW + timedelta(seconds=3599)
    assert platform.asked[0].form == {
        "client_id": "an-id",
        "client_secret": "hush",
        "grant_type": "authorization_code",
        "code": "a-code",
        "redirect_uri": CONSENT.redirect_uri,
        "code_verifier": CONSENT.code_verifier,
    }


async def test_a_refused_refresh_that_is_no_answer_of_oauth_is_bad_data(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({"error": {"code": 400, "status": "INVALID_ARGUMENT"}}, 400))
    with pytest.raises(BadDataError):
        await connector.refresh(GRANT)


@pytest.mark.parametrize(
    ("callback", "answer", "says"),
    [
        ({"error": "access_denied"}, TOKENS, "not allowed"),
        ({"code": "used"}, JSONResponse({"error": "invalid_grant"}, 400), "used before"),
        ({"code": "c"}, {**TOKENS, "scope": "openid"}, "not allowed to show"),
        ({"code": "c"}, {**TOKENS, "refresh_token": None}, "no lasting permission"),
    ],
)
async def test_a_consent_that_is_not_whole_is_said(
    connector: GoogleAdsConnector,
    platform: Platform,
    callback: dict[str, str],
    answer: Any,
    says: str,
) -> None:
    platform.will_answer(answer)
    with pytest.raises(InputError, match=says):
        await connector.exchange(CONSENT, callback)


async def test_an_unknown_app_is_said_as_a_setting(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(JSONResponse({"error": "invalid_client"}, 401))
    with pytest.raises(BadDataError, match="AURA_GOOGLE_ADS_CLIENT_ID"):
        await connector.exchange(CONSENT, {"code": "a-code"})


async def test_a_refresh_keeps_the_refresh_token(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer({"access_token": "second", "expires_in": 3599})
    grant = await connector.refresh(GRANT)
    assert grant is not None
    assert (grant.access_token, grant.refresh_token) == ("second", "a-refresh-token")
    assert grant.scopes == ("kept",)


async def test_a_withdrawn_permission_needs_a_person_at_once(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    withdrawn = {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }
    platform.will_answer(JSONResponse(withdrawn, 400))
    with pytest.raises(NeedsReconnectError):
        await connector.refresh(GRANT)
    assert len(platform.asked) == 1
    with pytest.raises(NeedsReconnectError):
        await connector.refresh(Grant("an-access-token"))


async def test_revoking_ends_the_refresh_token(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer({}, JSONResponse({"error": "invalid_token"}, 400))
    await connector.revoke(GRANT)
    assert platform.asked[0].form == {"token": "a-refresh-token"}
    await connector.revoke(GRANT)


async def test_customers_are_found_directly_and_below_managers(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(
        {"resourceNames": ["customers/100", "customers/300", "customers/400"]},
        stream([client("100", manager=True), client("200"), client("300")]),
        stream([client("300")]),
        JSONResponse(
            [failure("PERMISSION_DENIED", 403, "authorizationError", "CUSTOMER_NOT_ENABLED")], 403
        ),
    )
    accounts = await connector.accounts(GRANT)
    assert [
        (found.external_id, found.is_manager, found.login_external_id, found.status)
        for found in accounts
    ] == [
        ("100", True, None, "active"),
        ("200", False, "100", "active"),
        ("300", False, None, "active"),
        ("400", False, None, "disabled"),
    ]
    assert platform.asked[0].path == "/v26/customers:listAccessibleCustomers"
    assert platform.asked[1].headers["login-customer-id"] == "100"
    assert "developer-token" not in platform.asked[1].headers


async def test_a_person_without_customers_has_no_accounts(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer({})
    assert await connector.accounts(GRANT) == []
    platform.will_answer({"resourceNames": ["customers/x"]})
    with pytest.raises(BadDataError):
        await connector.accounts(GRANT)


async def test_days_of_account_and_campaigns_are_read_from_all_chunks(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(
        stream([row("2026-11-01", clicks="1")], [row("2026-11-02", clicks="2")]),
        stream([row("2026-11-01", campaign="8"), row("2026-11-01", campaign="9")]),
    )
    below = Account(NUMBER, "Aurora", "USD", None, login_external_id="100")
    days = await read(connector, below)
    assert [(day.level, day.external_id, day.date.day) for day in days] == [
        ("account", NUMBER, 1),
        ("account", NUMBER, 2),
        ("campaign", "8", 1),
        ("campaign", "9", 1),
    ]
    first, second = platform.asked
    assert first.path == f"/v26/customers/{NUMBER}/googleAds:searchStream"
    assert first.headers["authorization"] == "Bearer an-access-token"
    assert first.headers["login-customer-id"] == "100"
    assert "FROM customer WHERE" in first.document["query"]
    assert "FROM campaign WHERE" in second.document["query"]


@pytest.mark.parametrize("nothing", [[], stream([]), [{"fieldMask": "x", "requestId": "r"}]])
async def test_a_stream_without_rows_is_no_day(
    connector: GoogleAdsConnector, platform: Platform, nothing: Any
) -> None:
    platform.will_answer(nothing, nothing)
    assert await read(connector) == []
    assert "login-customer-id" not in platform.asked[0].headers


WHOLE = json.dumps(stream([row("2026-11-01", clicks="1")], [row("2026-11-02")])).encode()


@pytest.mark.parametrize("length", range(1, len(WHOLE), 37))
async def test_a_stream_cut_anywhere_is_for_later_and_never_a_part(
    connector: GoogleAdsConnector, platform: Platform, length: int
) -> None:
    cut = Cut if length % 2 else Response
    platform.will_answer(*[cut(WHOLE[:length]) for _ in range(3)])
    with pytest.raises(TryLaterError):
        await read(connector)


async def test_a_stream_cut_once_is_read_from_its_start(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(Cut(WHOLE[:200]), Response(WHOLE), [])
    assert [day.date.day for day in await read(connector)] == [1, 2]


@pytest.mark.parametrize(
    "answer",
    [
        stream([row("2026-11-01"), row("2026-11-01")]),
        stream([row("2026-11-01")], [row("2026-11-01")]),
        stream([row("2026-10-31")]),
        {"results": []},
        ["text"],
        [{"results": {}}],
        None,
    ],
)
async def test_an_answer_that_cannot_be_right_is_refused(
    connector: GoogleAdsConnector, platform: Platform, answer: Any
) -> None:
    platform.will_answer(answer)
    with pytest.raises(BadDataError):
        await read(connector)


QUOTA = {"rateScope": "DEVELOPER", "rateName": "Requests", "retryDelay": "930s"}


@pytest.mark.parametrize(
    ("error", "status", "family", "wait"),
    [
        (
            failure(
                "RESOURCE_EXHAUSTED",
                429,
                "quotaError",
                "RESOURCE_EXHAUSTED",
                quotaErrorDetails=QUOTA,
            ),
            429,
            TryLaterError,
            930,
        ),
        (failure("RESOURCE_EXHAUSTED", 429), 429, TryLaterError, 900),
        (
            failure("UNAUTHENTICATED", 401, "authenticationError", "OAUTH_TOKEN_EXPIRED"),
            401,
            NeedsReconnectError,
            None,
        ),
        (failure("UNAUTHENTICATED", 401), 401, NeedsReconnectError, None),
        (
            failure("PERMISSION_DENIED", 403, "authorizationError", "USER_PERMISSION_DENIED"),
            403,
            NeedsReconnectError,
            None,
        ),
        (
            failure("INVALID_ARGUMENT", 400, "queryError", "UNRECOGNIZED_FIELD"),
            400,
            BadDataError,
            None,
        ),
        (failure("NOT_FOUND", 404), 404, BadDataError, None),
        ({"error": {"details": "odd"}}, 400, BadDataError, None),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
async def test_every_failure_has_its_family_and_is_not_repeated(
    connector: GoogleAdsConnector,
    platform: Platform,
    error: dict[str, Any],
    status: int,
    family: type[Exception],
    wait: float | None,
    wrapped: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    platform.will_answer(JSONResponse([error] if wrapped else error, status))
    with pytest.raises(family) as failed:
        await read(connector)
    assert type(failed.value) is family
    assert len(platform.asked) == 1
    assert "not for people" not in str(failed.value)
    if isinstance(failed.value, TryLaterError):
        assert failed.value.retry_after == wait


async def test_an_account_that_is_not_enabled_is_said(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    error = failure("PERMISSION_DENIED", 403, "authorizationError", "CUSTOMER_NOT_ENABLED")
    platform.will_answer(JSONResponse([error], 403))
    with pytest.raises(NeedsReconnectError, match="not enabled"):
        await read(connector)


async def test_a_project_that_google_has_not_approved_is_said(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    error = failure(
        "PERMISSION_DENIED",
        403,
        "authorizationError",
        "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
    )
    platform.will_answer(JSONResponse([error], 403))
    with pytest.raises(NeedsReconnectError, match="Cloud project"):
        await read(connector)


async def test_a_failure_behind_rows_takes_the_rows_with_it(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    broken = [*stream([row("2026-11-01")]), failure("INTERNAL", 500)]
    platform.will_answer(broken)
    with pytest.raises(TryLaterError):
        await read(connector)


@pytest.mark.parametrize(
    "trouble",
    [
        JSONResponse([failure("INTERNAL", 500, "internalError", "TRANSIENT_ERROR")], 500),
        JSONResponse([failure("UNAVAILABLE", 503)], 503),
        Response("<html>", 502),
        JSONResponse(
            [
                failure(
                    "RESOURCE_EXHAUSTED",
                    429,
                    "quotaError",
                    "RESOURCE_TEMPORARILY_EXHAUSTED",
                    quotaErrorDetails={"retryDelay": "5s"},
                )
            ],
            429,
        ),
    ],
)
async def test_short_trouble_at_google_is_tried_again(
    connector: GoogleAdsConnector, platform: Platform, trouble: Response
) -> None:
    platform.will_answer(trouble, stream([row("2026-11-01")]), [])
    assert len(await read(connector)) == 1
