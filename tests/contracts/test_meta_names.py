"""What we ask of Meta exists under that name in Meta's own client, and is not retired.

The client lists what was ever there, so being on its list is needed and not enough: the attribution
windows that Meta no longer answers stand here.
Source: developers.facebook.com, Marketing API changelog ("7-day view and 28-day view attribution
windows", answered until 2026-01-12).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from aura.connectors.meta import insights
from aura.connectors.meta.client import ACCOUNT_FIELDS
from aura.connectors.versions import META_VERSION
from contracts.official import ask

RETIRED_WINDOWS = {"7d_view", "28d_view"}
ASKED: dict[str, tuple[str, ...]] = {
    "insights": tuple(sorted({name for names in insights.FIELDS.values() for name in names})),
    "account": ACCOUNT_FIELDS,
    "run": insights.RUN_FIELDS,
    "windows": insights.ATTRIBUTION,
    # a window is asked for as such and read as a field of every action
    "action_stats": (*insights.ATTRIBUTION, "action_type", "value"),
    "levels": tuple(insights.FIELDS),
    "campaign_states": insights.CAMPAIGN_STATES,
}

pytestmark = pytest.mark.xdist_group("official-clients")


@cache
def known() -> dict[str, Any]:
    return ask("meta_ads_reader.py", {"names": True})


@pytest.mark.parametrize("what", ASKED)
def test_every_name_is_one_of_metas(what: str) -> None:
    unknown = set(ASKED[what]) - set(known()[what])
    assert unknown == set(), (
        f"facebook-business {known()['package']} has no such {what}: "
        "change src/aura/connectors/meta"
    )


def test_a_name_that_is_not_there_would_be_noticed() -> None:
    assert "profit" not in known()["insights"]
    assert len(known()["insights"]) > 100


def test_no_window_is_retired() -> None:
    assert RETIRED_WINDOWS & set(insights.ATTRIBUTION) == set(), (
        "Meta leaves these windows out of its answers: change ATTRIBUTION in "
        "src/aura/connectors/meta/insights.py"
    )


def test_the_version_is_the_one_of_the_client() -> None:
    assert known()["version"] == META_VERSION, (
        "change META_VERSION in src/aura/connectors/versions.py or the pin of facebook-business "
        "in pyproject.toml (then `make lock`)"
    )
