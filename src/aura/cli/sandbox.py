"""`aura sandbox`: the three platforms on this machine, as a process of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def sandbox_command(
    *,
    seed: int,
    scenario: str,
    port: int,
    anchor: str | None,
    state: Path | None,
    plan: str | None = None,
    meta_tier: str | None = None,
    exit_with_parent: bool = False,
) -> list[str]:
    """The command line that starts the sandbox."""
    command = [sys.executable, "-m", "aura_sandbox", "--seed", str(seed), "--scenario", scenario]
    command += ["--port", str(port)]
    if anchor:
        command += ["--anchor", anchor]
    if state:
        command += ["--state", str(state)]
    if plan:
        command += ["--plan", plan]
    if meta_tier:
        command += ["--meta-tier", meta_tier]
    if exit_with_parent:
        command += ["--exit-with-parent"]
    return command


def sandbox(
    *,
    seed: Annotated[int, typer.Option(help="The world is the same for the same seed.")] = 1,
    scenario: Annotated[
        str,
        typer.Option(help="The world: demo, plain, edges, tiny, late, midsize, abroad; see GET /."),
    ] = "demo",
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.")] = 8322,
    anchor: Annotated[
        str | None,
        typer.Option(
            help="The day the scenario's events are placed around, as 2026-11-22; default today."
        ),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="File that keeps consents over a restart.")
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            help="Shopify plan whose limit holds: standard, advanced, plus, enterprise or "
            "unlimited; default the world's own."
        ),
    ] = None,
    meta_tier: Annotated[
        str | None,
        typer.Option(
            help="Access tier of the Meta app, which says how many calls an hour an ad account "
            "allows: standard_access (default) or development_access."
        ),
    ] = None,
) -> None:
    """Serve Shopify, Meta and Google Ads of a made-up brand, on this machine only.

    For whoever writes or tests a connector, of Aura or not: consent pages, tokens, orders, insights
    and reports as the platforms give them, a clock that can be set, faults on demand. The same seed
    makes the same brand, and GET /__truth/daily says what its numbers really are. It needs no
    account, no database and no network. GET / lists every address; docs/sandbox.md is the guide.
    """
    command = sandbox_command(
        seed=seed,
        scenario=scenario,
        port=port,
        anchor=anchor,
        state=state,
        plan=plan,
        meta_tier=meta_tier,
    )
    os.execv(command[0], command)  # noqa: S606 - the sandbox takes this process over: no shell, our own words
