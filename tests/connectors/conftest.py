from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina
from starlette.types import Receive, Scope, Send

from connectors.scripted import Platform, Sleeper, serving


class Stage:
    """The one server of a run; each test puts its own platform on it."""

    def __init__(self) -> None:
        self.url = ""
        self.platform = Platform()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.platform(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with serving(stage) as url:
        stage.url = url
        yield stage


@pytest.fixture
def platform(stage: Stage) -> Platform:
    """A platform that answers by the script of the test."""
    stage.platform = Platform(stage.url)
    return stage.platform


@pytest.fixture(autouse=True)
def no_waiting_between_tries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()
