"""`python -m aura_sandbox`: start the three platforms on loopback."""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import os
import signal
import socket
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn

from aura_sandbox.application import create_application
from aura_sandbox.clock import Clock, parse_moment
from aura_sandbox.grants import Grants
from aura_sandbox.index import greeting
from aura_sandbox.meta.quota import BASE, Quota
from aura_sandbox.scenarios import SCENARIOS
from aura_sandbox.shopify.cost import PLANS, Bucket
from aura_sandbox.state import State, StateError
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.world import World

HOST = "127.0.0.1"
DESCRIPTION = """
Serve Shopify, Meta Ads and Google Ads of one made-up brand on this machine: consent pages, tokens
and the endpoints that reporting connectors read. The data is made from a seed, the clock can be
set, and the true numbers are known (GET /__truth/daily). Nothing leaves this machine.
"""
EXAMPLES = """
a guide with calls that run: docs/sandbox.md
addresses, under the printed one (GET / lists them all as JSON):
  /shopify/{shop}/admin/...   /meta/v26.0/...   /google/...
  /__health  /__clock  /__truth/daily  /__truth/events  /__faults  /__usage
client ids aura-sandbox-shopify, -meta and -google_ads; secrets sandbox-secret-shopify, -meta and
-google_ads; any redirect address on this machine is accepted.
"""


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m aura_sandbox",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    worlds = "; ".join(f"{one.name}: {one.summary}" for one in SCENARIOS.values())
    parser.add_argument(
        "--scenario", choices=sorted(SCENARIOS), help=f"which world (default demo). {worlds}"
    )
    parser.add_argument("--seed", type=int, help="the same seed makes the same world (default 1)")
    parser.add_argument(
        "--anchor",
        type=date.fromisoformat,
        metavar="DAY",
        help="day around which the scenario's story is told, as 2026-11-22 (default today)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8322,
        help="port on 127.0.0.1; 0 picks a free one (default 8322)",
    )
    parser.add_argument(
        "--now",
        type=parse_moment,
        metavar="MOMENT",
        help="fix the clock at a moment, as 2026-11-22T08:00:00Z (default real time)",
    )
    parser.add_argument(
        "--plan",
        choices=list(PLANS),
        help="the Shopify plan whose GraphQL limit holds; unlimited never throttles (default the "
        "scenario's own limit)",
    )
    parser.add_argument(
        "--meta-tier",
        choices=list(BASE),
        default="standard_access",
        help="the access tier of the Meta app: how many calls an hour an ad account allows "
        "(default standard_access)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep consents, tokens and the clock over a restart",
    )
    parser.add_argument(
        "--exit-with-parent",
        action="store_true",
        help="end when the process that started this one ends",
    )
    return parser.parse_args(words)


def _surroundings(options: argparse.Namespace) -> Surroundings:
    """The world of the options and of the state file; a file of another world is refused."""
    state = State(options.state)
    kept = state.fields["world"]
    wanted = {
        "scenario": options.scenario,
        "seed": options.seed,
        "anchor": options.anchor.isoformat() if options.anchor else None,
    }
    for name, value in wanted.items():
        if kept and value is not None and value != kept[name]:
            raise StateError(
                f"{options.state} belongs to a world with {name} {kept[name]}, not {value}: "
                "delete it or name another"
            )
    defaults = {"scenario": "demo", "seed": 1, "anchor": datetime.now(UTC).date().isoformat()}
    chosen = kept or {
        name: value if value is not None else defaults[name] for name, value in wanted.items()
    }
    state.fields["world"] = chosen
    clock = Clock(**state.fields["clock"])
    if options.now is not None:
        clock.fix(options.now)
    state.fields["clock"] = clock.kept()
    state.save()
    world = World(
        chosen["seed"], SCENARIOS[chosen["scenario"]], date.fromisoformat(chosen["anchor"])
    )
    bucket = Bucket(*(PLANS[options.plan] if options.plan else world.scenario.shop.bucket))
    quota = Quota(options.meta_tier)
    return Surroundings(world, clock, Grants(state, clock), state, bucket, quota)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(128)
    return listener


def _end_with_parent(parent: int) -> None:
    """Ask Linux for SIGTERM when the parent dies; a parent that is dead already ends us now."""
    set_death_signal = 1
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, around: Surroundings) -> None:
        super().__init__(config)
        self._around = around

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            url = f"http://{HOST}:{sockets[0].getsockname()[1]}"
            # the first line is what programs wait for
            print(f"Aura sandbox is ready: {url}\n{greeting(self._around, url)}", flush=True)  # noqa: T201 - standard output is where people look


async def _serve(around: Surroundings, listener: socket.socket) -> None:
    server = _Server(
        uvicorn.Config(
            create_application(around),
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
            server_header=False,
        ),
        around,
    )
    await server.serve(sockets=[listener])


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)  # noqa: T201 - the reason belongs on the terminal
    return 2


def main(words: list[str] | None = None) -> int:
    """Run until told to end; returns the exit code."""
    parent = os.getppid()
    options = _arguments(sys.argv[1:] if words is None else words)
    if options.exit_with_parent:
        _end_with_parent(parent)
    try:
        listener = _listen(options.port)
    except OSError as error:
        return _refuse(
            f"Port {options.port} cannot be used: {error.strerror}. "
            "Choose another with --port, or 0."
        )
    try:
        around = _surroundings(options)
    except StateError as error:
        return _refuse(str(error))
    asyncio.run(_serve(around, listener))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
