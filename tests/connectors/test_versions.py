from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from aura.connectors.google_ads import queries
from aura.connectors.meta import graph
from aura.connectors.shopify import documents
from aura.connectors.versions import KNOWN, READ_ON, answered_versions, used_versions
from aura.model import PLATFORMS

USED = used_versions()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_version_in_use_is_still_answered(platform: str) -> None:
    version = USED[platform]
    assert not version.is_over(datetime.now(UTC).date()), (
        f"{version.name} has ended on {version.last_day}: take a newer one in "
        f"src/aura/connectors/versions.py (see {version.page})"
    )


def test_every_client_asks_for_the_version_of_the_table() -> None:
    asked = {
        "shopify": documents.API_VERSION,
        "meta": graph.API_VERSION,
        "google_ads": queries.API_VERSION,
    }
    assert asked == {platform: version.name for platform, version in USED.items()}
    assert set(asked) == set(PLATFORMS)


def test_a_version_is_answered_on_its_last_day_and_not_after() -> None:
    shopify = USED["shopify"]
    assert shopify.last_day == date(2027, 10, 16)
    assert not shopify.is_over(date(2027, 10, 16))
    assert shopify.is_over(date(2027, 10, 17))


def test_ninety_days_before_its_end_a_version_ends_soon() -> None:
    for version in USED.values():
        if version.last_day is None:
            assert not version.ends_soon(date(2100, 1, 1))
            continue
        warned = version.last_day - timedelta(days=90)
        assert version.ends_soon(warned)
        assert not version.ends_soon(warned - timedelta(days=1))


def test_versions_leave_the_list_as_they_end() -> None:
    assert answered_versions("shopify", READ_ON) == ["2026-01", "2026-04", "2026-07", "2026-10"]
    assert answered_versions("shopify", date(2027, 1, 17)) == ["2026-04", "2026-07", "2026-10"]
    assert answered_versions("google_ads", date(2027, 12, 1)) == []


def test_every_version_names_the_page_that_says_so() -> None:
    assert all("/" in version.page and "://" not in version.page for version in KNOWN)
