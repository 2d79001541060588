"""Ten workers killed at random leave the tables of one undisturbed. `make soak` goes on longer."""

from __future__ import annotations

import random

from conftest import TEMPLATE
from faults.kills import START
from faults.scripts import SCENARIO
from faults.soak import Field, disturbed, undisturbed
from sync.sandboxed import running_world


def test_workers_killed_at_random_leave_the_tables_of_one_undisturbed(postgres, tmp_path):
    with running_world(SCENARIO, now=START, seed=2) as world:
        field = Field(postgres.run, postgres.url, world, TEMPLATE, tmp_path)
        wanted = undisturbed(field)
        found = disturbed(field, random.Random(3))
    assert found.tables == wanted
    assert found.killed > 2
    assert found.exit_codes == {0}
    assert wanted["left over"] == "(0, 0, 0)"
    assert all(" rows, " in digest for name, digest in wanted.items() if name != "left over")
