"""`tiny`: the traps of `edges` in a few weeks of a few orders, for hundreds of short runs.

The same accounts, names, currencies and clock change; the bucket is so large that only a fault
throttles, which keeps runs short and the same every time.
"""

from __future__ import annotations

from dataclasses import replace

from aura_sandbox.scenarios import edges

SCENARIO = replace(
    edges.SCENARIO,
    name="tiny",
    summary="the traps of edges with two orders a day since two months, nothing limited",
    history_days=60,
    shop=replace(edges.SCENARIO.shop, orders_per_day=2.0, bucket=(1_000_000.0, 100_000.0)),
)
