"""The platforms' own clients and schemas read the sandbox: every scenario, 10,000 rows and more.

Ends with 1 when a reply was refused or too few were read; the last line is JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from contracts.oracles import NOON, Verdict, judge_google_ads, judge_meta, judge_shopify
from sandbox_fixture import running_sandbox

# scenario, seed, days of ads, orders
RUNS = (("demo", 7, 400, 6000), ("edges", 1, 230, 400), ("plain", 3, 110, 600))
ENOUGH = 10_000


def main() -> int:
    total = {platform: Verdict() for platform in ("shopify", "meta", "google_ads")}
    for scenario, seed, days, orders in RUNS:
        with running_sandbox(scenario, seed=seed) as sandbox:
            sandbox.clock(NOON)
            verdicts = {
                "shopify": judge_shopify(sandbox, orders),
                "meta": judge_meta(sandbox, days),
                "google_ads": judge_google_ads(sandbox, days),
            }
        for platform, verdict in verdicts.items():
            total[platform].add(verdict)
            print(
                f"{scenario}, seed {seed}, {platform}: {verdict.rows} rows in "
                f"{verdict.replies} replies, {len(verdict.failures)} refused",
                *verdict.failures[:5],
                sep="\n  ",
                flush=True,
            )
    failures = sum(len(verdict.failures) for verdict in total.values())
    counts = {platform: verdict.rows for platform, verdict in total.items()}
    print(json.dumps({**counts, "failures": failures}))
    return 1 if failures or sum(counts.values()) < ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main())
