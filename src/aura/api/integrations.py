"""Connected platforms: sync now, and disconnect. How each is doing stands in `connections`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from aura.api.asking import BrandPart, Caller, PartsPart, id_in_path, uuid_of
from aura.api.connections import ConnectionAnswer
from aura.errors import NotFoundError
from aura.reports.connections import Connection, connections
from aura.sync.connect import disconnect, sync_now

routes = APIRouter(tags=["integrations"])


class SyncAnswer(BaseModel):
    """A sync was asked for; `is_running`: one runs just then and this one follows it."""

    is_running: bool


class IntegrationAnswer(BaseModel):
    """A platform that is or was connected."""

    id: UUID
    connection: ConnectionAnswer


class IntegrationsAnswer(BaseModel):
    """The platforms that are or were connected, store first."""

    integrations: list[IntegrationAnswer]


async def _known(parts: PartsPart, person: Caller, brand: BrandPart) -> tuple[Connection, ...]:
    return await connections(
        parts.database, user_id=person.id, brand_id=brand.id, now=parts.clock()
    )


KnownPart = Annotated[tuple[Connection, ...], Depends(_known)]


def held_of(
    known: KnownPart,
    integration_id: Annotated[str, id_in_path("The integration's id, from the list.")],
) -> Connection:
    """The brand's connection of that id; NotFoundError for one that is not the brand's."""
    wanted = uuid_of(integration_id)
    found = next((one for one in known if one.integration_id == wanted), None)
    if found is None:
        raise NotFoundError
    return found


HeldPart = Annotated[Connection, Depends(held_of)]


def _answer(one: Connection) -> IntegrationAnswer:
    return IntegrationAnswer(id=id_of(one), connection=ConnectionAnswer.of(one))


def id_of(one: Connection) -> UUID:
    """The id of a connection that has one; NotFoundError for a platform never connected."""
    if one.integration_id is None:
        raise NotFoundError
    return one.integration_id


@routes.get("/brands/{brand_id}/integrations", summary="List integrations")  # noqa: FAST003 - a shared dependency reads it
async def list_integrations(known: KnownPart) -> IntegrationsAnswer:
    """Platforms that are or were connected, with their state and last syncs."""
    return IntegrationsAnswer(
        integrations=[_answer(one) for one in known if one.integration_id is not None]
    )


@routes.get("/brands/{brand_id}/integrations/{integration_id}", summary="Read an integration")  # noqa: FAST003 - a shared dependency reads it
async def read_integration(held: HeldPart) -> IntegrationAnswer:
    """One platform's state and last syncs."""
    return _answer(held)


@routes.post(
    "/brands/{brand_id}/integrations/{integration_id}/sync",  # noqa: FAST003 - a shared dependency reads it
    status_code=202,
    summary="Sync now",
    responses={409: {}, 422: {}},
)
async def ask_for_sync(parts: PartsPart, person: Caller, held: HeldPart) -> SyncAnswer:
    """Make its sync due at once; a worker takes it within moments."""
    is_running = await sync_now(
        parts.database, user_id=person.id, integration_id=id_of(held), now=parts.clock()
    )
    return SyncAnswer(is_running=is_running)


@routes.delete(
    "/brands/{brand_id}/integrations/{integration_id}",  # noqa: FAST003 - a shared dependency reads it
    status_code=204,
    summary="Disconnect",
)
async def end_integration(parts: PartsPart, person: Caller, held: HeldPart) -> Response:
    """Forget its tokens and end the grant at the platform. Every number stays."""
    await disconnect(
        parts.database,
        parts.keyring,
        parts.connectors,
        user_id=person.id,
        integration_id=id_of(held),
        now=parts.clock(),
    )
    return Response(status_code=204)
