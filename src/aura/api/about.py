"""What the errors of the API mean; anybody may ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from aura.api.description import PUBLIC_TAG
from aura.api.problems import Kind, kinds
from aura.errors import NotFoundError

routes = APIRouter(tags=[PUBLIC_TAG])


class ProblemKind(BaseModel):
    """A kind of problem; `type` is what such an answer holds."""

    type: str
    code: str
    status: int
    title: str

    @classmethod
    def of(cls, kind: Kind) -> ProblemKind:
        """From the kind."""
        return cls(type=kind.address, code=kind.code, status=kind.status, title=kind.title)


class ProblemKinds(BaseModel):
    """Every kind of problem, by status."""

    problems: list[ProblemKind]


@routes.get("/problems", summary="Every kind of problem")
async def list_problems() -> ProblemKinds:
    """What the `type` of an error can be, and what each means."""
    return ProblemKinds(problems=[ProblemKind.of(kind) for kind in kinds().values()])


@routes.get("/problems/{code}", summary="One kind of problem")
async def read_problem(
    code: Annotated[str, Path(description="The word of the kind.", pattern="^[a-z-]+$")],
) -> ProblemKind:
    """What an error of this `type` means."""
    kind = kinds().get(code)
    if kind is None:
        raise NotFoundError
    return ProblemKind.of(kind)
