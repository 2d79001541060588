"""Customers without personal data: an id or an e-mail address comes in, a keyed hash goes out.

HMAC-SHA256 with one random key per brand. The key is made on first use, sealed like a token and
never rotated: a file that is imported next year must meet the customers of this year's API.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from uuid import UUID

from aura.errors import DatabaseError
from aura.store.database import Connection
from aura.store.secrets import Keyring, open_sealed, seal
from aura.store.statements import statements


class CustomerHasher:
    """Hashes the customers of one brand. Its key appears in no repr."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _hash(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")

    def customer(self, customer_id: str | None) -> bytes | None:
        """32 bytes for the platform's customer id, None for an order without a customer."""
        return self._hash(customer_id.strip()) if customer_id and customer_id.strip() else None

    def email(self, address: str | None) -> bytes | None:
        """32 bytes for an e-mail address, compared without case and outer spaces."""
        return self._hash(address.strip().lower()) if address and address.strip() else None

    def alias(self, name: str) -> str:
        """What stands in place of an order's or event's id once it is redacted.

        A name as a file without ids has it (`#1001`) stays one.
        """
        return f"{'#' if name.startswith('#') else ''}redacted:{self._hash(name).hex()[:32]}"


async def customer_hasher(
    connection: Connection, keyring: Keyring, *, brand_id: UUID
) -> CustomerHasher:
    """The brand's hasher; its key is made and sealed on first use.

    ConfigurationError when no key of the keyring opens it.
    """
    cursor = await connection.execute(statements("customers")["sealed_key"], {"brand_id": brand_id})
    row = await cursor.fetchone()
    sealed = row["customer_hash_key"] if row else None
    if sealed is None:
        fresh = base64.b64encode(secrets.token_bytes(32)).decode()
        cursor = await connection.execute(
            statements("customers")["keep_key"],
            {
                "brand_id": brand_id,
                "customer_hash_key": await seal(connection, keyring, brand_id, fresh),
            },
        )
        row = await cursor.fetchone()
        if row is None:
            raise DatabaseError("The key for this brand's customers could not be stored.")
        sealed = row["customer_hash_key"]
    opened = await open_sealed(connection, keyring, brand_id, sealed)
    return CustomerHasher(base64.b64decode(opened))
