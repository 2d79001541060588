"""What we ask of Google Ads exists in Google's own descriptors and is legal for its resource.

Which metrics and segments a resource allows is not in the descriptors: the map beside the checkout
was made from GoogleAdsFieldService (github.com/Opteo/google-ads-api, v23, the newest public one).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aura.connectors.google_ads import queries
from aura.connectors.versions import GOOGLE_ADS_VERSION
from aura_sandbox.google_ads.gaql import FIELDS as SANDBOX_FIELDS
from contracts.official import ask
from requirements import require

COMPATIBILITY = (
    Path(__file__).parents[2].parent / "shared/fixtures/contracts/google_ads_v23_field_compat.json"
)
ASKED: dict[str, tuple[str, ...]] = {
    **{queries.RESOURCES[level]: names for level, names in queries.FIELDS.items()},
    "customer_client": queries.CLIENT_FIELDS,
}


def legal_fields(resource: str) -> set[str]:
    """What may be selected from a resource: its own fields, those beside it, metrics, segments."""
    require("the field compatibility of Google Ads (shared fixtures)", COMPATIBILITY.exists())
    listed = json.loads(COMPATIBILITY.read_text(encoding="utf-8"))
    name = "".join(word.capitalize() for word in resource.split("_"))
    return {field for names in listed[name].values() for field in names}


@pytest.mark.xdist_group("official-clients")
def test_every_name_is_one_of_googles() -> None:
    asked = sorted(
        {name for names in (*ASKED.values(), *SANDBOX_FIELDS.values()) for name in names}
    )
    request = [{"kind": "names", "body": [*asked, "metrics.profit", "customer", "customer.id.id"]}]
    answer = ask("google_ads_messages.py", request, GOOGLE_ADS_VERSION)
    wrong = set(answer["unknown"])
    assert {"metrics.profit", "customer", "customer.id.id"} <= wrong
    assert wrong - {"metrics.profit", "customer", "customer.id.id"} == set(), (
        f"google-ads {answer['package']} ({GOOGLE_ADS_VERSION}) has no such field: change "
        "src/aura/connectors/google_ads/queries.py"
    )


@pytest.mark.parametrize("resource", ASKED)
def test_every_name_is_legal_for_its_resource(resource: str) -> None:
    assert set(ASKED[resource]) - legal_fields(resource) == set(), (
        f"not selectable from {resource}: change src/aura/connectors/google_ads/queries.py"
    )


@pytest.mark.parametrize("resource", SANDBOX_FIELDS)
def test_the_sandbox_allows_only_what_is_legal(resource: str) -> None:
    assert SANDBOX_FIELDS[resource] - legal_fields(resource) == set(), (
        f"not selectable from {resource}: change src/aura_sandbox/google_ads/gaql.py"
    )


def test_an_illegal_pair_would_be_noticed() -> None:
    assert "metrics.clicks" not in legal_fields("customer_client")
    assert "campaign.name" not in legal_fields("customer")
