"""The platforms' API versions that Aura knows, and the day until which each is answered.

Nothing goes in. The clients take their version from here, the contract tests what they must pass,
`aura doctor` what it warns about. A day comes from the platform's own page, as it stood on
`READ_ON`; where a page gives only a month, its first day stands here, so that a warning is early.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aura.model import Platform

READ_ON: Final = date(2026, 11, 22)
WARNED_FOR: Final = timedelta(days=90)

SHOPIFY_VERSION: Final = "2026-10"
META_VERSION: Final = "v26.0"
GOOGLE_ADS_VERSION: Final = "v26"


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """One version: `last_day` is None while the platform has not announced an end."""

    platform: Platform
    name: str
    last_day: date | None
    page: str

    def is_over(self, today: date) -> bool:
        """Whether the platform no longer answers this version."""
        return self.last_day is not None and today > self.last_day

    def ends_soon(self, today: date) -> bool:
        """Whether fewer than ninety days are left, or none."""
        return self.last_day is not None and today >= self.last_day - WARNED_FOR


_SHOPIFY: Final = "shopify.dev/docs/api/usage/versioning"
_META: Final = "developers.facebook.com/docs/graph-api/changelog/versions"
_GOOGLE: Final = "developers.google.com/google-ads/api/docs/sunset-dates"

KNOWN: Final = (
    # Shopify answers a version that is over by the oldest one alive, without an error.
    ApiVersion("shopify", "2026-01", date(2027, 1, 16), _SHOPIFY),
    ApiVersion("shopify", "2026-04", date(2027, 4, 1), _SHOPIFY),
    ApiVersion("shopify", "2026-07", date(2027, 7, 1), _SHOPIFY),
    ApiVersion(
        "shopify", "2026-10", date(2027, 10, 16), "shopify.dev/changelog/release-notes/2026-10"
    ),
    # Meta announces the end of a version when its successor appears: v25.0 has one, v26.0 not.
    ApiVersion("meta", "v25.0", date(2028, 7, 29), _META),
    ApiVersion("meta", "v26.0", None, _META),
    ApiVersion("google_ads", "v25", date(2027, 8, 1), _GOOGLE),
    ApiVersion("google_ads", "v26", date(2027, 11, 1), _GOOGLE),
)
_USED: Final[dict[Platform, str]] = {
    "shopify": SHOPIFY_VERSION,
    "meta": META_VERSION,
    "google_ads": GOOGLE_ADS_VERSION,
}


def used_versions(known: Iterable[ApiVersion] = KNOWN) -> dict[Platform, ApiVersion]:
    """The version that each platform is asked for."""
    return {one.platform: one for one in known if _USED[one.platform] == one.name}


def answered_versions(platform: Platform, today: date) -> list[str]:
    """Names of a platform's versions that are not over, oldest first."""
    return [one.name for one in KNOWN if one.platform == platform and not one.is_over(today)]
