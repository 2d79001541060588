"""Meta with a System User token: a grant as it is, signed by the secret of its own app alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from aura.connectors.contract import Application, OwnCredentials
from aura.connectors.meta.client import MetaConnector
from aura.connectors.oauth import meta_appsecret_proof
from aura.errors import InputError, NeedsReconnectError
from aura.model import OwnClient
from connectors.meta.rows import page
from connectors.scripted import Platform, Sleeper

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SYSTEM_USER = {
    "data": {
        "app_id": "theirs",
        "type": "SYSTEM_USER",
        "is_valid": True,
        "expires_at": 0,
        "data_access_expires_at": 0,
        "scopes": ["public_profile", "ads_read"],
    }
}


@pytest.fixture
async def connector(platform: Platform, sleeper: Sleeper) -> AsyncIterator[MetaConnector]:
    application = Application("an-id", "hush", platform.url, platform.url, platform.url)
    connector = MetaConnector(application, clock=lambda: NOW, sleep=sleeper)
    yield connector
    await connector.aclose()


def brought(*, secret: str = "") -> OwnCredentials:
    return OwnCredentials(OwnClient(client_secret=secret), token="brought")


async def test_a_system_users_token_is_a_grant_that_never_ends(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(SYSTEM_USER, page())
    grant = await connector.adopt(brought())
    assert (grant.kind, grant.access_token) == ("system_user", "brought")
    assert (grant.expires_at, grant.data_expires_at) == (None, None)
    assert await connector.accounts(grant) == []
    assert await connector.refresh(grant) is None
    # the installation's secret would be the wrong one for a token of another app
    assert all("appsecret_proof" not in asked.query for asked in platform.asked)


async def test_the_secret_of_the_tokens_own_app_signs_its_calls(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(SYSTEM_USER, page())
    grant = await connector.adopt(brought(secret="theirs"))
    await connector.accounts(grant)
    proof = meta_appsecret_proof("brought", "theirs")
    assert [asked.query["appsecret_proof"] for asked in platform.asked] == [proof, proof]
    assert "theirs" not in repr(grant)


async def test_a_brought_token_stays_alive_at_meta_when_it_is_disconnected(
    connector: MetaConnector, platform: Platform
) -> None:
    platform.will_answer(SYSTEM_USER)
    await connector.revoke(await connector.adopt(brought()))
    assert [asked.method for asked in platform.asked] == ["GET"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({**SYSTEM_USER["data"], "type": "USER"}, "System User"),
        ({**SYSTEM_USER["data"], "scopes": ["public_profile"]}, "ads_read"),
    ],
)
async def test_a_token_that_cannot_do_is_refused_with_the_reason(
    connector: MetaConnector, platform: Platform, facts: dict[str, Any], said: str
) -> None:
    platform.will_answer({"data": facts})
    with pytest.raises(InputError, match=said):
        await connector.adopt(brought())


async def test_a_token_that_has_ended_is_said(connector: MetaConnector, platform: Platform) -> None:
    platform.will_answer({"data": {"is_valid": False, "scopes": []}})
    with pytest.raises(NeedsReconnectError, match="not valid"):
        await connector.adopt(brought())
