"""The other side of a connector in tests: a platform that answers by a script, over real HTTP."""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class Cut(Response):
    """An answer whose connection ends before its body does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % (len(self.body) + 100)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        # an application that fails in the middle makes the server drop the connection
        raise ConnectionError


@dataclass
class Platform:
    """The other side. `asked` holds what came, `answers` what is sent next, in this order."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: deque[Response] = field(default_factory=deque)

    def will_answer(self, *answers: Any) -> None:
        """Queue answers: a Response, or a JSON document for HTTP 200."""
        for answer in answers:
            self.answers.append(answer if isinstance(answer, Response) else JSONResponse(answer))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(
            Asked(
                method=request.method,
                path=request.url.path,
                query=dict(request.query_params),
                headers=dict(request.headers),
                body=await request.body(),
            )
        )
        answer = self.answers.popleft() if self.answers else Response("no answer left", 418)
        await answer(scope, receive, send)


class Server(uvicorn.Server):
    """Leaves the signals to pytest."""

    def capture_signals(self) -> Any:
        return nullcontext()


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve an ASGI application on a free loopback port, from a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(uvicorn.Config(application, lifespan="off", ws="none", log_level=60))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Sleeper:
    """Stands for asyncio.sleep, remembers the seconds and spends none."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
