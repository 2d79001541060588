"""Google with a Cloud project of one's own: its client asks, at connecting and at every refresh."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse

from aura.connectors.contract import Application, OwnCredentials
from aura.connectors.google_ads.client import GoogleAdsConnector
from aura.connectors.google_ads.consent import SCOPE
from aura.errors import InputError, NeedsReconnectError
from aura.model import Grant, OwnClient
from connectors.scripted import Platform

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLIENT = OwnClient("own-id", "own-secret", "1234567890")
ANSWER = {"access_token": "hour", "expires_in": 3599, "scope": SCOPE}


@pytest.fixture
async def connector(platform: Platform) -> AsyncIterator[GoogleAdsConnector]:
    application = Application("an-id", "hush", platform.url, platform.url, platform.url)
    connector = GoogleAdsConnector(application, clock=lambda: NOW)
    yield connector
    await connector.aclose()


async def test_the_own_client_asks_now_and_at_every_refresh(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer(ANSWER, ANSWER)
    grant = await connector.adopt(OwnCredentials(CLIENT, token="brought"))
    fresh = await connector.refresh(grant)
    assert fresh is not None
    assert (fresh.kind, fresh.client, fresh.refresh_token) == ("own_project", CLIENT, "brought")
    for asked in platform.asked:
        assert asked.form["client_id"] == "own-id"
        assert asked.form["client_secret"] == "own-secret"
        assert asked.form["refresh_token"] == "brought"


async def test_the_end_of_a_testing_permission_is_kept_through_refreshes(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    platform.will_answer({**ANSWER, "refresh_token_expires_in": 604_799}, ANSWER)
    grant = await connector.adopt(OwnCredentials(CLIENT, token="brought"))
    ends_at = NOW + timedelta(seconds=604_799)
    assert grant.refresh_expires_at == ends_at
    fresh = await connector.refresh(grant)
    assert fresh is not None
    assert fresh.refresh_expires_at == ends_at


async def test_a_manager_is_where_the_search_begins(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    row = {"customerClient": {"id": "2222222222", "descriptiveName": "Below", "status": "ENABLED"}}
    platform.will_answer([{"results": [row]}])
    (account,) = await connector.accounts(Grant("hour", client=CLIENT))
    assert (account.external_id, account.login_external_id) == ("2222222222", "1234567890")
    (asked,) = platform.asked
    assert asked.headers["login-customer-id"] == "1234567890"


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (JSONResponse({"error": "invalid_client"}, 401), NeedsReconnectError, "copy both again"),
        (JSONResponse({"error": "invalid_grant"}, 400), NeedsReconnectError, "no longer accepts"),
        (JSONResponse({**ANSWER, "scope": "openid"}), InputError, "adwords"),
    ],
)
async def test_credentials_that_cannot_do_are_told_why(
    connector: GoogleAdsConnector, platform: Platform, answer, error, said: str
) -> None:
    platform.will_answer(answer)
    with pytest.raises(error, match=said):
        await connector.adopt(OwnCredentials(CLIENT, token="brought"))


async def test_an_own_refresh_token_is_not_revoked(
    connector: GoogleAdsConnector, platform: Platform
) -> None:
    await connector.revoke(Grant("hour", "brought", client=CLIENT))
    assert platform.asked == []
