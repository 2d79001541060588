"""`aura up`, `aura web`, `aura worker`: the running parts, in one process or several."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from aura.cli.faces import compose
from aura.cli.installation import Installation, load_settings, opened, refuse_demo_home
from aura.config import Settings
from aura.errors import ConfigurationError
from aura.sync.schedule import Worker

_OBJECTS_BETWEEN_COLLECTIONS = 20_000
# what answers that are being written get when everything stops
GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: one place decides when everything stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(settings: Settings) -> socket.socket:
    """Take the port before anything else is started."""
    # asyncio sends small answers at once only where the protocol is named
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}): "
            "stop what uses it, or set AURA_PORT to another one"
        ) from None
    return listener


def page_address(settings: Settings, listener: socket.socket) -> str:
    """Where a browser finds the page."""
    return settings.public_url or f"http://{settings.host}:{listener.getsockname()[1]}"


def application_of(installation: Installation) -> FastAPI:
    """What is served of an installation."""
    return compose(
        database=installation.database,
        keyring=installation.keyring,
        connectors=installation.connectors,
        signer=installation.signer,
        settings=installation.settings,
        clock=installation.clock,
    )


async def serve(
    installation: Installation,
    listener: socket.socket,
    *,
    with_worker: bool,
    on_ready: Callable[[], None],
    exit_with_parent: bool = False,
) -> None:
    """Serve the page, and work if asked, until Ctrl-C, SIGTERM or (if asked) the parent's end."""
    application = application_of(installation)
    server = _Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    # what stands now stays: a page of ten thousand rows need not have it looked through for garbage
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    stop = stop_event()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]))
        if with_worker:
            worker = Worker(
                installation.database,
                installation.keyring,
                installation.connectors,
                installation.clock.agreed,
                backfill_days=installation.settings.backfill_days,
            )
            tasks.create_task(worker.run(stop))
        if exit_with_parent:
            tasks.create_task(_follow_parent(stop))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no such event
            await asyncio.sleep(0.02)
        on_ready()
        await stop.wait()
        server.should_exit = True


def stop_event() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _follow_parent(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while not stop.is_set():
        if os.getppid() != parent:
            stop.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=0.5)


def _log_to_standard_error(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def up() -> None:
    """Start everything for your own accounts: database, page and worker in one process.

    Uses AURA_DATABASE_URL, or starts the embedded PostgreSQL in AURA_HOME.
    """
    settings = load_settings()
    refuse_demo_home(settings)
    _log_to_standard_error(settings)
    listener = bind(settings)

    async def work() -> None:
        async with opened(settings) as installation:
            await serve(
                installation,
                listener,
                with_worker=True,
                on_ready=lambda: typer.echo(f"Aura is ready: {page_address(settings, listener)}"),
            )

    asyncio.run(work())


def web(
    *,
    migrate: Annotated[
        bool,
        typer.Option("--migrate", help="Migrate first; in production `aura db migrate` does it."),
    ] = False,
) -> None:
    """Serve the page and the API; run `aura worker` beside it.

    Connects with AURA_WEB_DATABASE_URL, else AURA_DATABASE_URL, else the embedded PostgreSQL.
    """
    settings = load_settings()
    _log_to_standard_error(settings)
    listener = bind(settings)
    login = settings.web_database_url

    async def work() -> None:
        address = login.get_secret_value() if login else None
        async with opened(settings, migrating=migrate, database_url=address) as installation:
            await serve(
                installation,
                listener,
                with_worker=False,
                on_ready=lambda: typer.echo(f"Aura is ready: {page_address(settings, listener)}"),
            )

    asyncio.run(work())


def worker() -> None:
    """Sync what is due, until stopped; as many workers on as many machines as you like.

    Connects with AURA_WORKER_DATABASE_URL, else AURA_DATABASE_URL, else the embedded PostgreSQL.
    """
    settings = load_settings()
    _log_to_standard_error(settings)
    login = settings.worker_database_url

    async def work() -> None:
        address = login.get_secret_value() if login else None
        async with opened(settings, migrating=False, database_url=address) as installation:
            stop = stop_event()
            typer.echo("Aura's worker is ready.")
            await Worker(
                installation.database,
                installation.keyring,
                installation.connectors,
                installation.clock.agreed,
                backfill_days=settings.backfill_days,
            ).run(stop)

    asyncio.run(work())
