"""`aura sync`: read the platforms now, with a bar for each."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from aura.cli.installation import Installation, find_brand, run
from aura.cli.printing import print_json, progress_bars
from aura.errors import ConnectorError, NotFoundError
from aura.model import PLATFORM_NAMES
from aura.store.operator import integrations_of_brand
from aura.store.sync_state import Kind
from aura.sync.progress import Progress as SyncProgress
from aura.sync.progress import ProgressCallback, RunResult
from aura.sync.run import sync_integration


def sync(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    platform: Annotated[
        str | None, typer.Option(help="Only this one: shopify, meta or google_ads.")
    ] = None,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Read the whole history too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a brand's platforms now: what is new, and what they restated.

    Every window is written whole or not at all. Running it again changes nothing.
    """
    results = run(
        lambda installation: _sync(installation, brand, user, platform, backfill=backfill)
    )
    if as_json:
        print_json(results)
    else:
        for result in results:
            typer.echo(
                f"{PLATFORM_NAMES[result.platform]}, {result.kind}: {result.rows_read:,} rows "
                f"read, {result.rows_changed:,} changed, {result.requests:,} requests, "
                f"{result.outcome}" + (f": {result.message}" if result.message else "")
            )
    if any(result.outcome != "succeeded" for result in results):
        raise typer.Exit(ConnectorError.exit_code)


async def _sync(
    installation: Installation,
    brand: str | None,
    user: str | None,
    platform: str | None,
    *,
    backfill: bool,
) -> list[RunResult]:
    chosen = await find_brand(installation.database, brand, user)
    async with installation.database.as_owner() as connection:
        known = await integrations_of_brand(connection, chosen.id)
    wanted = [
        one for one in known if one.status != "disconnected" and platform in {None, one.platform}
    ]
    if not wanted:
        which = platform or "any platform"
        raise NotFoundError(
            f"{chosen.name} is not connected to {which}: connect it on the Connections page"
        )
    results = []
    kinds: tuple[Kind, ...] = ("daily", "backfill") if backfill else ("daily",)
    bars = progress_bars()
    bars.disable = not bars.console.is_terminal
    with bars:
        for one in wanted:
            for kind in kinds:
                task = bars.add_task(f"{PLATFORM_NAMES[one.platform]}, {kind}", total=None)
                result = await sync_integration(
                    installation.database,
                    installation.keyring,
                    installation.connectors,
                    integration_id=one.id,
                    brand_id=chosen.id,
                    kind=kind,
                    now=installation.clock.agreed(),
                    progress=_shown_in(bars, task),
                    backfill_days=installation.settings.backfill_days,
                )
                results.append(result)
    return results


def _shown_in(bars: Progress, task: TaskID) -> ProgressCallback:
    def show(progress: SyncProgress) -> None:
        bars.update(task, completed=progress.days_done, total=progress.days_total)
        if bars.disable:
            # a bar that is drawn once, at the end, tells whoever reads a log nothing
            typer.echo(
                f"{PLATFORM_NAMES[progress.platform]}, {progress.kind}: {progress.days_done:,} of "
                f"{progress.days_total:,} days",
                err=True,
            )

    return show
