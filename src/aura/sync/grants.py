"""The grant that a reader may use now: refreshed once, by one process, stored before it is used.

The row of the integration is locked while its grant is refreshed, so many workers make one request;
the others find the new grant when they get the lock. A platform that rotates refresh tokens must
never see the old one again once the new one is used, so the new pair is committed first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from aura.connectors.contract import Connector
from aura.errors import NeedsReconnectError, TryLaterError
from aura.model import Grant
from aura.store import integrations
from aura.store.database import Database
from aura.store.secrets import Keyring

Result = TypeVar("Result")

# a window may take this long to read
REFRESH_BEFORE: Final = timedelta(minutes=10)


class Grants:
    """The grant of one integration, for the length of one sync."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        connector: Connector,
        *,
        brand_id: UUID,
        integration_id: UUID,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._connector = connector
        self._brand_id = brand_id
        self._integration_id = integration_id

    async def current(self, now: datetime, *, rejected: str | None = None) -> Grant:
        """A grant that is good for a while; never the access token that was `rejected`.

        Raises NeedsReconnectError when there is none to be had, TryLaterError when the platform
        could not be asked and the stored one has ended.
        """
        async with self._database.as_worker(self._brand_id) as connection:
            grant, account_id = await integrations.locked_grant(
                connection, self._keyring, self._integration_id
            )
            if not _must_refresh(grant, now, rejected):
                return grant
            fresh = await self._refreshed(grant, account_id, now, rejected)
            if fresh is None:
                return grant
            await integrations.keep_grant(
                connection, self._keyring, integration_id=self._integration_id, grant=fresh
            )
        return fresh

    async def _refreshed(
        self, grant: Grant, account_id: str | None, now: datetime, rejected: str | None
    ) -> Grant | None:
        """The next grant; None where the stored one can still be tried."""
        has_ended = grant.expires_at is not None and grant.expires_at <= now
        try:
            fresh = await self._connector.refresh(grant, shop=account_id)
        except TryLaterError:
            if has_ended or rejected is not None:
                raise
            return None
        if fresh is None and (has_ended or rejected is not None):
            raise NeedsReconnectError
        return fresh

    async def use(self, read: Callable[[Grant], Awaitable[Result]], now: datetime) -> Result:
        """Run a reader; when the platform refuses its token, once more with a refreshed one.

        `read` starts from nothing when it is called again.
        """
        grant = await self.current(now)
        try:
            return await read(grant)
        except NeedsReconnectError as refused:
            try:
                fresh = await self.current(now, rejected=grant.access_token)
            except NeedsReconnectError:
                # what the platform said first tells a person more
                raise refused from None
        return await read(fresh)


def _must_refresh(grant: Grant, now: datetime, rejected: str | None) -> bool:
    if rejected is not None:
        return grant.access_token == rejected
    return grant.expires_at is not None and grant.expires_at <= now + REFRESH_BEFORE
