"""`aura demo`: everything on one machine, over made-up platforms whose truth is known.

The first start makes a user and a brand, connects it by the real OAuth flows to the sandbox, reads
420 days through the real connectors, then replays the last 30 nights on the sandbox's clock, so
that restatements have been seen. A later start finds all that in AURA_HOME.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from aura.cli.demo_history import BACKFILL_DAYS, ZONE, make_sample_brand
from aura.cli.installation import (
    demo_file,
    load_settings,
    make_home,
    opened,
    sandbox_settings,
    utc_now,
)
from aura.cli.processes import bind, page_address, serve
from aura.cli.sandbox import sandbox_command
from aura.config import Settings
from aura.errors import ConfigurationError

DEMO_EMAIL = "demo@aura.example"


@dataclass(frozen=True, slots=True)
class KeptDemo:
    """What demo.json holds: enough to sign in, and to start the same world again."""

    url: str
    email: str
    password: str
    sandbox: str
    seed: int
    anchor: str


def _read_kept(path: Path) -> KeptDemo | None:
    if not path.exists():
        return None
    try:
        return KeptDemo(**json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, TypeError):
        raise ConfigurationError(
            f"{path} cannot be read. Delete it to make the demo anew; nothing else is lost."
        ) from None


def _write_kept(path: Path, kept: KeptDemo) -> None:
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({name: getattr(kept, name) for name in KeptDemo.__slots__}, file, indent=2)
    unfinished.replace(path)


@dataclass(frozen=True, slots=True)
class _RunningSandbox:
    url: str
    process: asyncio.subprocess.Process


async def _start_sandbox(home: Path, *, seed: int, anchor: str) -> _RunningSandbox:
    command = sandbox_command(
        seed=seed,
        scenario="demo",
        port=0,
        anchor=anchor,
        state=home / "sandbox.json",
        exit_with_parent=True,
    )
    with (home / "sandbox.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, start_new_session=True
        )
    if process.stdout is None:
        raise AssertionError("standard output was asked for as a pipe")
    line = (await process.stdout.readline()).decode()
    prefix, _, url = line.partition("ready: ")
    if not prefix.startswith("Aura sandbox is") or not url.strip():
        raise ConfigurationError(f"The sandbox did not start; {home / 'sandbox.log'} says why")
    return _RunningSandbox(url.strip(), process)


async def _stop_sandbox(sandbox: _RunningSandbox) -> None:
    if sandbox.process.returncode is None:
        sandbox.process.terminate()
        try:
            await asyncio.wait_for(sandbox.process.wait(), timeout=5)
        except TimeoutError:
            sandbox.process.kill()
            await sandbox.process.wait()


def demo(
    *,
    seed: Annotated[int, typer.Option(help="Another number makes another brand.")] = 1,
    exit_with_parent: Annotated[
        bool,
        typer.Option("--exit-with-parent", help="Stop when the process that started this ends."),
    ] = False,
) -> None:
    """Try everything: a sample brand on three made-up platforms. No account, no network.

    Prints the page's address with e-mail and password; they also stand in AURA_HOME/demo.json.
    AURA_PORT chooses the port, AURA_HOME the folder. Ctrl-C stops it; the next start is quick.
    """
    settings = load_settings()
    listener = bind(settings)
    make_home(settings.home)
    kept = _read_kept(demo_file(settings.home))

    async def work() -> None:
        seed_of_world = kept.seed if kept else seed
        anchor = kept.anchor if kept else utc_now().astimezone(ZoneInfo(ZONE)).date().isoformat()
        if kept is None:
            (settings.home / "sandbox.json").unlink(missing_ok=True)
        sandbox = await _start_sandbox(settings.home, seed=seed_of_world, anchor=anchor)
        try:
            address = page_address(settings, listener)
            async with opened(_demo_settings(sandbox.url, address)) as installation:
                password = kept.password if kept else secrets.token_urlsafe(9)
                if kept is None:
                    await make_sample_brand(
                        installation,
                        sandbox_url=sandbox.url,
                        email=DEMO_EMAIL,
                        password=password,
                        anchor=date.fromisoformat(anchor),
                    )
                ready = KeptDemo(address, DEMO_EMAIL, password, sandbox.url, seed_of_world, anchor)
                _write_kept(demo_file(settings.home), ready)
                await serve(
                    installation,
                    listener,
                    with_worker=True,
                    on_ready=lambda: _say_ready(ready),
                    exit_with_parent=exit_with_parent,
                )
        finally:
            await _stop_sandbox(sandbox)

    asyncio.run(work())


def _demo_settings(sandbox_url: str, address: str) -> Settings:
    return load_settings(
        {
            **sandbox_settings(sandbox_url),
            "public_url": address,
            "backfill_days": BACKFILL_DAYS,
            # its nights are replayed before the page answers
            "shopify_webhooks": False,
        }
    )


def _say_ready(kept: KeptDemo) -> None:
    typer.echo(f"Aura is ready: {kept.url}  e-mail {kept.email}  password {kept.password}")
