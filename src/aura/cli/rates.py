"""`aura rates`: which exchange rates this installation converts by, and newer ones."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import httpx
import typer

from aura.cli.installation import load_settings
from aura.cli.printing import print_json
from aura.errors import AuraError, InputError, TryLaterError
from aura.reports.present import day_with_year
from aura.reports.rates import (
    MOST_BYTES,
    SOURCE,
    PublishedRates,
    kept_file,
    published_rates,
    read_rates,
)

application = typer.Typer(
    help="Exchange rates: which ones amounts are converted by, and newer ones.",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SECONDS = 30


@application.command("show")
def show(*, as_json: JsonOption = False) -> None:
    """How far the rates reach and which currencies have one."""
    _say(published_rates(load_settings().home), as_json=as_json)


@application.command("refresh")
def refresh(*, as_json: JsonOption = False) -> None:
    """Read the newest rates from AURA_RATES_URL and keep them in AURA_HOME.

    Rates that are older than those at hand change nothing. Without a connection everything stays as
    it is: days after the last rate use the last one, and every page says so.
    """
    settings = load_settings()
    content = _fetched(settings.rates_url)
    found = read_rates(content)
    found.check()
    known = published_rates(settings.home)
    if found.last_day < known.last_day:
        raise InputError(
            f"{settings.rates_url} has rates through {day_with_year(found.last_day)}; those at "
            f"hand reach {day_with_year(known.last_day)}. Nothing was changed."
        )
    _keep(kept_file(settings.home), content)
    _say(found, as_json=as_json)


def _fetched(address: str) -> bytes:
    content = bytearray()
    try:
        with httpx.stream("GET", address, timeout=_SECONDS, follow_redirects=True) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                content.extend(piece)
                if len(content) > MOST_BYTES:
                    raise InputError(
                        f"{address} is no file of exchange rates: it is far too large."
                    )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TryLaterError(
            f"{address} could not be read ({type(error).__name__}). The rates at hand stay; try "
            "again with a connection, or set AURA_RATES_URL to an address that can be reached."
        ) from None
    return bytes(content)


def _keep(place: Path, content: bytes) -> None:
    """Put the file in place at once, so that nobody ever reads a half of it."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as half:
            half.write(content)
        Path(half.name).chmod(0o644)
        Path(half.name).replace(place)
    except OSError as error:
        raise AuraError(f"The rates cannot be kept at {place}: {error.strerror}.") from None


def _say(rates: PublishedRates, *, as_json: bool) -> None:
    currencies = sorted(rates.currencies)
    if as_json:
        print_json(
            {
                "source": SOURCE,
                "first_day": rates.first_day,
                "last_day": rates.last_day,
                "currencies": currencies,
            }
        )
        return
    typer.echo(
        f"Reference rates of the {SOURCE}, {day_with_year(rates.first_day)} to "
        f"{day_with_year(rates.last_day)}, of {len(currencies)} currencies:"
    )
    typer.echo(" ".join(currencies))
