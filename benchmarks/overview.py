"""Server time of pages, bytes of what they send, memory of the web process.

Starts a demo of its own and adds two large brands: three years of 200 campaigns on each ad
platform, and 5,000 campaigns. Asks for each page many times and, in the same run, for /healthz; the
ratio to it says what a page costs beyond the server itself. `overview_page` is the Overview's
server time over that of its statements alone, sent one by one by a bare driver. Last line: JSON.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import psutil

from aura.accounts.owner import ensure_local_owner
from aura.cli.installation import Installation, load_settings, opened
from large_brands import LONG, WIDE, make_brand
from page_queries import beside, statements_of

REPEATS = 60
Figures = dict[str, float | int]


def milliseconds(client: httpx.Client, path: str) -> list[float]:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def signed_in(kept: dict[str, str]) -> httpx.Client:
    client = httpx.Client(base_url=kept["url"], follow_redirects=True, timeout=30)
    form = client.get("/sign-in").text
    token = re.search(r'name="csrf"[^>]*value="([^"]+)"', form)
    data = {"email": kept["email"], "password": kept["password"]}
    client.post("/sign-in", data=data | ({"csrf": token[1]} if token else {})).raise_for_status()
    return client


def sent_bytes(client: httpx.Client, page: str, kind: str) -> int:
    """Compressed bytes of everything of a kind that the page asks for."""
    names = set(re.findall(rf'(?:src|href)="([^"]+\.{kind})"', page))
    return sum(len(gzip.compress(client.get(name).content, 9)) for name in names)


def pages_of(demo: str, large: Mapping[str, UUID]) -> dict[str, str]:
    """The addresses that are measured, by what their figures are called."""
    long, wide = (f"/b/{large[name]}" for name in ("long", "wide"))
    # a range that is not named would be the one that was looked at last
    month, year = "?days=28", "?days=365&compare=year"
    return {
        "overview": demo + month,
        "overview_year": demo + year,
        "campaigns": f"{demo}/campaigns{month}",
        "large_overview": long + month,
        "large_overview_year": long + year,
        "large_campaigns": f"{long}/campaigns{month}",
        "large_campaigns_year": f"{long}/campaigns{year}",
        "wide_overview": wide + month,
        "wide_campaigns": f"{wide}/campaigns{month}",
        "wide_campaigns_sorted": f"{wide}/campaigns{month}&sort=platform_roas&page=7&search=9",
    }


def measure(client: httpx.Client, pages: Mapping[str, str], process: int) -> Figures:
    floor = statistics.median(milliseconds(client, "/healthz"))
    figures: Figures = {"healthz_ms_median": round(floor, 1)}
    for name, address in pages.items():
        client.get(address)
        taken = milliseconds(client, address)
        figures |= {
            f"{name}_ms_median": round(statistics.median(taken), 1),
            f"{name}_ms_p95": round(taken[int(REPEATS * 0.95)], 1),
            f"{name}_to_healthz": round(statistics.median(taken) / floor, 1),
            f"{name}_bytes_gzip": len(gzip.compress(client.get(address).content, 9)),
        }
    html = client.get(pages["overview"]).text
    return figures | {
        "javascript_bytes_gzip": sent_bytes(client, html, "js"),
        "css_bytes_gzip": sent_bytes(client, html, "css"),
        "web_process_peak_mb": round(psutil.Process(process).memory_info().rss / 1e6),
    }


async def beside_statements(
    installation: Installation, client: httpx.Client, pages: Mapping[str, str]
) -> Figures:
    """Each overview's server time over the sum of its statements'."""
    overviews = {name: address for name, address in pages.items() if "overview" in name}
    asked = await statements_of(installation, client, overviews)
    found: Figures = {}
    for name, address in overviews.items():
        page, alone = await asyncio.to_thread(
            beside, installation.database_url, asked[name], partial(client.get, address)
        )
        found |= {
            f"{name}_statements": len(asked[name]),
            f"{name}_statements_ms": round(alone, 1),
            f"{name}_page": round(page / alone, 2),
        }
    return found


async def large_brands(installation: Installation) -> dict[str, UUID]:
    person = (await ensure_local_owner(installation.database)).person.id
    now = datetime.now(UTC)
    return {
        name: await make_brand(installation.database, installation.keyring, person, size, now)
        for name, size in (("long", LONG), ("wide", WIDE))
    }


async def all_figures(home: Path, demo: int) -> Figures:
    kept = json.loads((home / "demo.json").read_text())
    client = signed_in(kept)
    first = client.get("/").url.path
    async with opened(load_settings({"home": home}), migrating=False) as installation:
        began = time.perf_counter()
        pages = pages_of(first, await large_brands(installation))
        loaded = time.perf_counter() - began
        figures = await asyncio.to_thread(measure, client, pages, demo)
        figures |= await beside_statements(installation, client, pages)
    return figures | {"large_brands_seconds": round(loaded, 1)}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aura-web-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "aura"
        environment = {**os.environ, "AURA_HOME": str(home), "AURA_PORT": "0"}
        command = [str(Path(sys.executable).parent / "aura"), "demo"]
        demo = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert demo.stdout is not None
        try:
            if not any(line.startswith("Aura is ready") for line in demo.stdout):
                raise SystemExit("the demo did not start")
            figures = asyncio.run(all_figures(home, demo.pid))
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=30)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
