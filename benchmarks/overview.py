"""Server time of Overview and Campaigns, bytes of the pages, memory of the web process.

Starts a demo of its own, asks for each page 100 times and, in the same run, for /healthz: the ratio
says what a page costs beyond the server itself. Last line: JSON.
"""

from __future__ import annotations

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
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).parents[1]
REPEATS = 100


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


def measure(kept: dict[str, str], process: int | None) -> dict[str, float | int]:
    client = signed_in(kept)
    landing = client.get("/")
    path = landing.url.path
    client.get(path)
    page = client.get(path)
    floor = statistics.median(milliseconds(client, "/healthz"))
    figures: dict[str, float | int] = {"healthz_ms_median": round(floor, 1)}
    for name, address in (
        ("overview", path),
        ("overview_year", f"{path}?days=365&compare=year"),
        ("campaigns", f"{path}/campaigns"),
    ):
        taken = milliseconds(client, address)
        html = client.get(address).content
        figures |= {
            f"{name}_ms_median": round(statistics.median(taken), 1),
            f"{name}_ms_p95": round(taken[int(REPEATS * 0.95)], 1),
            f"{name}_to_healthz": round(statistics.median(taken) / floor, 1),
            f"{name}_bytes_gzip": len(gzip.compress(html, 9)),
        }
    figures |= {
        "javascript_bytes_gzip": sent_bytes(client, page.text, "js"),
        "css_bytes_gzip": sent_bytes(client, page.text, "css"),
    }
    if process is not None:
        figures["web_process_peak_mb"] = round(psutil.Process(process).memory_info().rss / 1e6)
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aura-web-") as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "AURA_HOME": f"{folder}/aura", "AURA_PORT": "0"}
        command = [str(Path(sys.executable).parent / "aura"), "demo"]
        demo = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert demo.stdout is not None
        try:
            if not any(line.startswith("Aura is ready") for line in demo.stdout):
                raise SystemExit("the demo did not start")
            kept = json.loads((Path(folder) / "aura/demo.json").read_text())
            figures = measure(kept, demo.pid)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=30)
    for name, value in figures.items():
        print(f"{name:24} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
