"""Connections: grants and accounts go in sealed, integrations without tokens come out.

The row of an integration is never deleted: disconnecting clears its tokens, connecting again fills
the same row, and its numbers stay where they are. Beside the tokens `metadata` keeps what the
columns cannot: `grant_kind`, `scopes`, `missing_scopes` (needed ones that were not given),
`refresh_expires_at`, `data_access_expires_at`, `currency`, `timezone`, `known_from` and
`known_through` (the days that were read), `hidden_days` (a multirange: those between of which the
platform showed nothing), `settles_in_days` (the age from which a day hardly
changes), `reconciliation` (what the shop's own reports say) and, when something is wrong,
`problem` in plain words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.errors import NeedsReconnectError, NotFoundError
from aura.model import Account, DayRange, Grant, OwnClient, Platform
from aura.store.database import Connection
from aura.store.secrets import Keyring, open_sealed, seal
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Integration:
    """A connection without its tokens, and the accounts that are read through it."""

    id: UUID
    brand_id: UUID
    platform: Platform
    status: str
    account_id: str | None
    last_sync_at: datetime | None
    known_from: date | None
    known_through: date | None
    missing_scopes: tuple[str, ...]
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account that a grant covers or covered, and whether it is read."""

    account: Account
    is_selected: bool

    @property
    def is_usable(self) -> bool:
        """Whether its days can be read: managers have none, a gone one is out of reach."""
        return self.account.status == "active" and not self.account.is_manager


async def brand_exists(connection: Connection, brand_id: UUID) -> bool:
    """Whether the brand is one of the person's whom the transaction speaks for."""
    return await _row(connection, "brand_of_person", {"brand_id": brand_id}) is not None


async def load_integration(connection: Connection, integration_id: UUID) -> Integration:
    """The integration with the accounts that are read; NotFoundError when it is not one's own."""
    row = await _row(connection, "integration", {"integration_id": integration_id})
    if row is None:
        raise NotFoundError("This connection does not exist.")
    known = await known_accounts(connection, integration_id)
    metadata = row["metadata"] or {}
    return Integration(
        row["id"],
        row["brand_id"],
        row["platform"],
        row["status"],
        row["platform_account_id"],
        row["last_sync_at"],
        _day(metadata.get("known_from")),
        _day(metadata.get("known_through")),
        tuple(metadata.get("missing_scopes", ())),
        tuple(one.account for one in known if one.is_selected and one.is_usable),
    )


async def connected_before(
    connection: Connection, *, brand_id: UUID, platform: Platform
) -> tuple[str | None, frozenset[str]]:
    """What the brand's integration of the platform stands for and lacks; the row is locked.

    Its account, None when there is none, and the scopes that were missing.
    """
    parameters = {"brand_id": brand_id, "platform": platform}
    row = await _row(connection, "integration_of_platform", parameters)
    if row is None:
        return None, frozenset()
    metadata = row["metadata"] or {}
    return row["platform_account_id"], frozenset(metadata.get("missing_scopes", ()))


async def connect(
    connection: Connection,
    keyring: Keyring,
    *,
    brand_id: UUID,
    platform: Platform,
    grant: Grant,
    accounts: list[Account],
) -> UUID:
    """Store a grant and its accounts in the brand's one row of the platform; the row's id."""
    row = await _row(connection, "connect", {"brand_id": brand_id, "platform": platform})
    if row is None:
        raise NotFoundError("This brand does not exist.")
    integration_id: UUID = row["id"]
    await keep_grant(connection, keyring, integration_id=integration_id, grant=grant)
    for account in accounts:
        await keep_account(connection, brand_id, integration_id, account)
    await connection.execute(
        statements("integrations")["lose_accounts"],
        {
            "integration_id": integration_id,
            "external_ids": [account.external_id for account in accounts],
        },
    )
    return integration_id


async def keep_account(
    connection: Connection, brand_id: UUID, integration_id: UUID, account: Account
) -> None:
    """Add an account or bring it up to date; whether it is read stays."""
    await connection.execute(
        statements("integrations")["keep_account"],
        {
            "brand_id": brand_id,
            "integration_id": integration_id,
            "external_id": account.external_id,
            "name": account.name,
            "currency": account.currency,
            "timezone": account.timezone,
            "status": account.status,
            "is_manager": account.is_manager,
            "login_external_id": account.login_external_id,
        },
    )


async def known_accounts(connection: Connection, integration_id: UUID) -> list[KnownAccount]:
    """The accounts of an integration, by name, those included that are not read."""
    cursor = await connection.execute(
        statements("integrations")["accounts"], {"integration_id": integration_id}
    )
    return [
        KnownAccount(
            Account(
                external_id=row["external_id"],
                name=row["name"],
                currency=row["currency"],
                timezone=row["timezone"],
                status=row["status"],
                is_manager=row["is_manager"],
                login_external_id=row["login_external_id"],
            ),
            row["is_selected"],
        )
        for row in await cursor.fetchall()
    ]


async def select_accounts(
    connection: Connection, integration_id: UUID, chosen: list[Account]
) -> None:
    """Read these accounts from now on; what was known of the days is to be read again."""
    await connection.execute(
        statements("integrations")["select_accounts"],
        {
            "integration_id": integration_id,
            "external_ids": [account.external_id for account in chosen],
        },
    )
    first = chosen[0]
    await connection.execute(
        statements("integrations")["name_account"],
        {
            "integration_id": integration_id,
            "external_id": first.external_id,
            "name": ", ".join(account.name for account in chosen)[:255],
            "metadata": Jsonb({"currency": first.currency, "timezone": first.timezone}),
        },
    )


async def keep_grant(
    connection: Connection, keyring: Keyring, *, integration_id: UUID, grant: Grant
) -> None:
    """Seal a grant into its row; secrets of a person's own application go with the refresh token.

    Both are needed for the same thing, and the five public tables have no other place for a secret.
    """
    renewal = _renewal(grant)
    await connection.execute(
        statements("integrations")["keep_grant"],
        {
            "integration_id": integration_id,
            "access_token": await seal(connection, keyring, integration_id, grant.access_token),
            "refresh_token": renewal and await seal(connection, keyring, integration_id, renewal),
            "token_expires_at": grant.expires_at,
            "metadata": Jsonb(
                {
                    "grant_kind": grant.kind,
                    "scopes": list(grant.scopes),
                    "missing_scopes": list(grant.missing_scopes),
                    "refresh_expires_at": _text(grant.refresh_expires_at),
                    "data_access_expires_at": _text(grant.data_expires_at),
                }
            ),
        },
    )


async def locked_grant(
    connection: Connection, keyring: Keyring, integration_id: UUID
) -> tuple[Grant, str | None]:
    """The grant and the account it is for; the row is locked until the transaction ends.

    Raises NeedsReconnectError when there is none: somebody has disconnected it.
    """
    row = await _row(connection, "sealed_grant", {"integration_id": integration_id})
    if row is None:
        raise NotFoundError("This connection does not exist.")
    if row["access_token"] is None:
        raise NeedsReconnectError("This account is not connected.")
    sealed_renewal, metadata = row["refresh_token"], row["metadata"]
    refresh_token, client = _opened_renewal(
        sealed_renewal and await open_sealed(connection, keyring, integration_id, sealed_renewal)
    )
    grant = Grant(
        access_token=await open_sealed(connection, keyring, integration_id, row["access_token"]),
        refresh_token=refresh_token,
        expires_at=row["token_expires_at"],
        refresh_expires_at=_moment(metadata.get("refresh_expires_at")),
        data_expires_at=_moment(metadata.get("data_access_expires_at")),
        scopes=tuple(metadata.get("scopes", ())),
        missing_scopes=tuple(metadata.get("missing_scopes", ())),
        kind=metadata.get("grant_kind", "consent"),
        client=client,
    )
    return grant, row["platform_account_id"]


async def lock_for_writing(connection: Connection, integration_id: UUID) -> None:
    """Let one transaction at a time write an integration's facts.

    Raises NeedsReconnectError when somebody has disconnected it meanwhile.
    """
    row = await _row(connection, "lock", {"integration_id": integration_id})
    if row is None or row["status"] == "disconnected":
        raise NeedsReconnectError("This account is not connected.")


async def forget_grant(connection: Connection, integration_id: UUID) -> None:
    """Disconnect: the tokens go, everything else stays."""
    await connection.execute(
        statements("integrations")["disconnect"], {"integration_id": integration_id}
    )


async def fail(connection: Connection, integration_id: UUID, problem: str) -> None:
    """Say in plain words why the integration cannot be read."""
    await connection.execute(
        statements("integrations")["fail"],
        {"integration_id": integration_id, "problem": problem},
    )


async def note_read(
    connection: Connection,
    integration_id: UUID,
    days: DayRange,
    *,
    last_sync_at: datetime | None,
    hidden: DayRange | None = None,
) -> None:
    """Add days to those that are known; `last_sync_at` where they reach today.

    `hidden` are days between them and those known before that the platform does not show.
    """
    await connection.execute(
        statements("integrations")["synced"],
        {
            "integration_id": integration_id,
            "first_day": days.first,
            "last_day": days.last,
            "last_sync_at": last_sync_at,
            "first_hidden": hidden and hidden.first,
            "last_hidden": hidden and hidden.last,
        },
    )


async def note_arrival(
    connection: Connection,
    brand_id: UUID,
    ages: Mapping[Platform, int],
    shares: Mapping[Platform, Sequence[float]],
) -> None:
    """Keep how each platform's conversions arrive, for the pages.

    `ages` says from which age on a day counts as settled, `shares` (0 to 1) what part of a day's
    conversions is in at the ages 0, 1, 2, …
    """
    for platform, age in ages.items():
        await connection.execute(
            statements("integrations")["note_arrival"],
            {
                "brand_id": brand_id,
                "platform": platform,
                "age": age,
                "shares": Jsonb(list(shares[platform])),
            },
        )


def _renewal(grant: Grant) -> str | None:
    """What the grant is renewed by: a refresh token, or JSON where an own application counts."""
    if grant.client is None:
        return grant.refresh_token
    return json.dumps({"refresh_token": grant.refresh_token, "client": asdict(grant.client)})


def _opened_renewal(text: str | None) -> tuple[str | None, OwnClient | None]:
    # no platform's refresh token begins with a brace
    if text is None or not text.startswith("{"):
        return text, None
    renewal = json.loads(text)
    return renewal["refresh_token"], OwnClient(**renewal["client"])


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


async def _row(
    connection: Connection, name: str, parameters: dict[str, Any]
) -> dict[str, Any] | None:
    return await (await connection.execute(statements("integrations")[name], parameters)).fetchone()
