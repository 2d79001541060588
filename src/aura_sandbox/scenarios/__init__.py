"""The worlds to choose from: one file each, `SCENARIO` in it."""

from __future__ import annotations

from aura_sandbox.scenario import Scenario
from aura_sandbox.scenarios import abroad, demo, edges, late, midsize, plain, tiny

SCENARIOS: dict[str, Scenario] = {
    module.SCENARIO.name: module.SCENARIO
    for module in (demo, plain, edges, tiny, late, midsize, abroad)
}
