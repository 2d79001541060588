"""API keys: listed, made and revoked by the person themselves, never with a key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from aura.accounts.keys import (
    DEFAULT_DAYS,
    MOST_DAYS,
    Key,
    Scope,
    create_key,
    list_keys,
    revoke_key,
)
from aura.accounts.people import Person
from aura.api.asking import AccessPart, PartsPart, id_in_path, uuid_of
from aura.errors import ScopeError

routes = APIRouter(tags=["keys"])


class KeyAnswer(BaseModel):
    """A key without its secret; `prefix` is how it begins."""

    id: UUID
    name: str
    scopes: list[Scope]
    prefix: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None

    @classmethod
    def fields_of(cls, key: Key) -> dict[str, Any]:
        """What is told of a key."""
        return {name: getattr(key, name) for name in cls.model_fields if hasattr(key, name)}


class KeysAnswer(BaseModel):
    """The person's keys, newest first, expired ones among them."""

    keys: list[KeyAnswer]


class NewKey(BaseModel):
    """What to call a key, what it may do, and for how many days it is good."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[Scope] = Field(default=["read"], min_length=1, max_length=2)
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS)


class MadeKeyAnswer(KeyAnswer):
    """A new key; `secret` is shown this once and kept nowhere."""

    secret: str


def person_in_person(access: AccessPart) -> Person:
    """The person, who must have signed in: ScopeError with a key, which could outlive itself so."""
    if access.key_id is not None:
        raise ScopeError("Keys are made and revoked by a signed-in person, not with a key.")
    return access.person


Owner = Annotated[Person, Depends(person_in_person)]


@routes.get("/keys", summary="List your API keys")
async def list_api_keys(parts: PartsPart, person: Owner) -> KeysAnswer:
    """Your API keys with when each was last used; no secret is among them."""
    found = await list_keys(parts.database, user_id=person.id)
    return KeysAnswer(keys=[KeyAnswer(**KeyAnswer.fields_of(key)) for key in found])


@routes.post("/keys", status_code=201, summary="Make an API key", responses={409: {}})
async def create_api_key(parts: PartsPart, person: Owner, wanted: NewKey) -> MadeKeyAnswer:
    """A new key. Its secret is in this answer and nowhere else afterwards."""
    made = await create_key(
        parts.database,
        user_id=person.id,
        name=wanted.name,
        scopes=wanted.scopes,
        days=wanted.days,
        now=parts.clock(),
    )
    return MadeKeyAnswer(secret=made.secret, **KeyAnswer.fields_of(made.key))


@routes.delete("/keys/{key_id}", status_code=204, summary="Revoke an API key")
async def revoke_api_key(
    parts: PartsPart, person: Owner, key_id: Annotated[str, id_in_path("The key's id.")]
) -> Response:
    """End a key at once."""
    await revoke_key(parts.database, user_id=person.id, key_id=uuid_of(key_id))
    return Response(status_code=204)
