"""A backfill and five nights of a midsize brand: Aura beside its peers, one sandbox, one run.

Two years, 60,000 orders, 40 campaigns. Without limits: CPU seconds, requests, peak memory, rows
right and wrong against the truth after the backfill and after five nights in which the platforms
restated. Under the limit of Shopify's standard plan, by cursor: wall time of a slice against the
time that its points take to come back. A peer that needs more than PEER_SECONDS=600 for a reading
is ended, and the figures say on which night. DAYS=60 NIGHTS=1 SECONDS=30 is quick. Last line: JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from claims.place import made_place
from peers import weight
from peers.limit import against_the_limit
from peers.trial import PEERS, Trial, run_trial

# what their scripts import
DLT = "dlt, dlt.destinations, dlt.sources.helpers.rest_client, psycopg2"
AIRBYTE = "airbyte_cdk.entrypoint, source_facebook_marketing.source"


def main() -> None:
    # the world begins 730 days before its last day: that is 731 days with both
    days, seconds = int(os.environ.get("DAYS", "731")), float(os.environ.get("SECONDS", "200"))
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="aura-sync-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with made_place(folder) as place:
            figures = asyncio.run(run_trial(Trial(place, folder, days)))
            points = figures["aura"]["points"]
            figures["limit"] = asyncio.run(against_the_limit(place, folder, seconds, points, days))
    figures["weight"] = {
        "aura": weight.of_aura(),
        "dlt": weight.of_peer(PEERS / "dlt" / "bin" / "python", DLT),
        "airbyte_meta": weight.of_peer(PEERS / "airbyte" / "bin" / "python", AIRBYTE),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
