"""One HTTP client per platform: JSON in and out, retries, counting, failures by type.

A request goes in, an `Answer` with the parsed body comes out, or an error of the three connector
families. Numbers with a fraction are parsed as `Decimal`, never as float. What may be tried again
(no connection, a cut-off answer, a server's own trouble, a short wait that the platform asked for)
is tried again here; a longer wait is left to the sync. A 200 whose body a platform means as a
failure is one: each platform hands in its own `failure_of`.
"""

from __future__ import annotations

import functools
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import httpx
import stamina

from aura.errors import BadDataError, ConnectorError, NeedsReconnectError, TryLaterError

# Waits up to this many seconds are spent inside a request; longer ones go back to the sync.
PATIENCE_SECONDS: Final = 30.0
ATTEMPTS: Final = 5
# Reports are computed before their first byte is sent, hence the long read.
TIMEOUT: Final = httpx.Timeout(10.0, read=120.0)
# Loopback (the sandbox) never goes through a proxy of the environment.
DIRECT: Final[Mapping[str, httpx.AsyncBaseTransport | None]] = {
    "all://127.0.0.1": None,
    "all://localhost": None,
    "all://[::1]": None,
}


class _WithoutQuery(logging.Filter):
    """Takes the query off the addresses that httpx logs: Meta's hold codes and secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                argument.copy_with(query=None) if isinstance(argument, httpx.URL) else argument
                for argument in record.args
            )
        return True


logging.getLogger("httpx").addFilter(_WithoutQuery())


@dataclass(slots=True)
class Usage:
    """What was asked of platforms inside a `counting` block; tries count too."""

    requests: int = 0


_usage: ContextVar[Usage | None] = ContextVar("usage", default=None)


@contextmanager
def counting() -> Iterator[Usage]:
    """Count the requests of the current task, for its sync run."""
    usage = Usage()
    token = _usage.set(usage)
    try:
        yield usage
    finally:
        _usage.reset(token)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered. `body` is the parsed JSON, None when there was none."""

    status: int
    headers: httpx.Headers
    body: Any

    @property
    def is_success(self) -> bool:
        """Whether the HTTP status says that it worked."""
        return 200 <= self.status < 300


FailureOf = Callable[[Answer], ConnectorError | None]
Result = TypeVar("Result")


class _TryAgainError(Exception):
    """Worth another try here; `error` is what the sync hears when none worked."""

    def __init__(self, error: TryLaterError, wait: float | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait = wait


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _TryAgainError):
        return False
    return True if error.wait is None else error.wait


async def _given_up(answer: Awaitable[Result]) -> Result:
    """The one try there is; what was worth another one is the caller's error."""
    try:
        return await answer
    except _TryAgainError as error:
        raise error.error from error.__cause__


async def _tried(once: Callable[[], Awaitable[Result]]) -> Result:
    """What a request gives that may be tried again."""

    async def until_it_works() -> Result:
        async for attempt in stamina.retry_context(
            on=_backoff,
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=0.5,
            wait_max=8.0,
            wait_jitter=0.5,
        ):
            with attempt:
                return await once()
        raise AssertionError("the loop above returns or raises")

    return await _given_up(until_it_works())


class HttpClient:
    """Requests to one platform. `name` is the platform's name in messages to people."""

    def __init__(self, name: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.name = name
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        # how far this machine's clock was ahead of the platform's at its last answer
        self.skew: timedelta | None = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        failure_of: FailureOf,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        document: Any = None,
        once: bool = False,
    ) -> Answer:
        """Send a request until it has an answer, at most `ATTEMPTS` times.

        `form` is sent URL-encoded, `document` as JSON. `failure_of` judges every answer. A request
        that must not be carried out twice is sent `once`.
        """
        request = functools.partial(
            self._open().build_request,
            method,
            url,
            headers=headers,
            params=params,
            data=form,
            json=document,
        )
        if once:
            return await _given_up(self._once(request(), failure_of))
        return await _tried(lambda: self._once(request(), failure_of))

    async def fetch(
        self,
        url: str,
        read: Callable[[AsyncIterator[bytes]], Awaitable[Result]],
        *,
        failure_of: FailureOf,
    ) -> Result:
        """Download a file and have it read as it comes; from its start when the connection breaks.

        `read` gets the bytes in pieces and starts from nothing when it is called again. No header
        of ours goes along: a file's address carries its own permission.
        """

        async def once() -> Result:
            self._count()
            try:
                async with self._open().stream(
                    "GET", url, headers={"Accept-Encoding": "identity"}
                ) as response:
                    if not response.is_success:
                        answer = Answer(response.status_code, response.headers, None)
                        self._judge(answer, failure_of)
                    return await read(response.aiter_bytes())
            except httpx.RequestError as error:
                raise self._unreachable(error) from error

        return await _tried(once)

    async def _once(self, request: httpx.Request, failure_of: FailureOf) -> Answer:
        self._count()
        try:
            response = await self._open().send(request)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        except httpx.HTTPError as error:
            raise BadDataError(
                f"{self.name} answered with something that is not HTTP ({type(error).__name__})."
            ) from None
        self._note_clock(response)
        answer = self._answer(response)
        self._judge(answer, failure_of)
        return answer

    @staticmethod
    def _count() -> None:
        if (usage := _usage.get()) is not None:
            usage.requests += 1

    def _unreachable(self, error: httpx.RequestError) -> _TryAgainError:
        kind = type(error).__name__
        return _TryAgainError(TryLaterError(f"{self.name} could not be reached ({kind})."), None)

    def _judge(self, answer: Answer, failure_of: FailureOf) -> None:
        failure = failure_of(answer)
        if isinstance(failure, TryLaterError):
            self._try_again(failure, answer.status)
        if failure is not None:
            raise failure

    def _note_clock(self, response: httpx.Response) -> None:
        with suppress(KeyError, ValueError, TypeError):
            self.skew = datetime.now(UTC) - parsedate_to_datetime(response.headers["date"])

    def _try_again(self, failure: TryLaterError, status: int) -> None:
        if failure.retry_after <= PATIENCE_SECONDS:
            raise _TryAgainError(failure, failure.retry_after)
        if status >= 500:
            raise _TryAgainError(failure, None)

    def _answer(self, response: httpx.Response) -> Answer:
        try:
            body = parse_json(response.content) if response.content else None
        except ValueError:
            if response.is_success:
                # A proxy's page or a document that ends in the middle: the next try may be whole.
                later = TryLaterError(f"{self.name} sent an answer that is cut off or not JSON.")
                raise _TryAgainError(later, None) from None
            body = None
        return Answer(response.status_code, response.headers, body)

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=TIMEOUT,
                transport=self._transport,
                verify=_trusted(),
                mounts=DIRECT,
                headers={"User-Agent": "Aura", "Accept": "application/json"},
            )
        return self._client

    async def aclose(self) -> None:
        """Close the connections; the next request opens new ones."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


@functools.cache
def _trusted() -> ssl.SSLContext:
    # Reading the certificate store takes longer than everything else here; once is enough.
    return httpx.create_ssl_context()


def _no_such_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def parse_json(content: bytes) -> Any:
    """Parse a JSON document; fractions become `Decimal`. Raises ValueError."""
    return json.loads(content, parse_float=Decimal, parse_constant=_no_such_number)


def failure_by_status(name: str, answer: Answer) -> ConnectorError | None:
    """The failure that a bare HTTP status means, for answers that say no more."""
    status = answer.status
    if answer.is_success:
        return None
    if status == 429:
        return TryLaterError(
            f"{name} asked for a pause.", retry_after=_retry_after(answer.headers, 60.0)
        )
    if status in {408, 425} or status >= 500:
        return TryLaterError(
            f"{name} has trouble of its own (HTTP {status}).",
            retry_after=_retry_after(answer.headers, 60.0),
        )
    if status in {401, 403}:
        return NeedsReconnectError(f"{name} no longer accepts this permission (HTTP {status}).")
    return BadDataError(f"{name} refused a request (HTTP {status}).")


def _retry_after(headers: httpx.Headers, otherwise: float) -> float:
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return otherwise
    return seconds if 0 <= seconds < 86_400 else otherwise
