"""Which campaign or platform a visit came from, by its UTM tags: pure rules, stated in words.

In: what the store recorded of a visit, and the campaigns of a brand. Out: Origin. The decisions: a
tag is a campaign's when it equals its id or its name after both are made plain; a tag that fits two
campaigns is nobody's; a visit without paid tags is never counted for a platform, since somebody who
comes from a search is not somebody who clicked an ad.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote_plus

from aura.model import Platform
from aura.store.attribution import VisitRow
from aura.store.campaigns import CampaignRow

RULE: Final = (
    "A visit belongs to a campaign when its utm_campaign equals the campaign's id or its name; "
    "upper and lower case, spaces, dashes and other signs do not matter, and a name counts only "
    "with a source or a medium of an ad. It belongs to a platform "
    "when it belongs to one of its campaigns, or when utm_source names the platform and utm_medium "
    "a paid medium (such as cpc or paid_social)."
)
Kind = Literal[
    "campaign", "platform", "ambiguous", "untagged", "other", "file", "not_ready", "no_visit"
]
# why an order counts for no campaign, in the order in which they are listed
KINDS: Final[dict[Kind, str]] = {
    "platform": "Paid visit of a platform, its tag fits no campaign",
    "ambiguous": "Tag that fits more than one campaign",
    "untagged": "Visit from a platform without paid tags: a search, a post, or an ad without tags",
    "other": "Other sources: direct, e-mail, partners",
    "no_visit": "The store recorded no visit: a till, a draft, another app",
    "not_ready": "The store had not worked out the visit yet when it was last read",
    "file": "Brought by a file, which knows no visits",
}
_SOURCES: Final[dict[str, Platform]] = {
    **dict.fromkeys(
        ("facebook", "fb", "instagram", "ig", "meta", "facebook ads", "meta ads", "facebook com"),
        "meta",
    ),
    **dict.fromkeys(
        ("google", "google ads", "googleads", "adwords", "gads", "youtube", "google com"),
        "google_ads",
    ),
}
_PAID: Final = frozenset(
    ("cpc", "ppc", "cpm", "cpv", "cpa", "sem", "ads", "ad", "display", "shopping", "pmax")
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a visit came from.

    Attributes:
        kind: `campaign` when one was found, else why none was.
        platform: of the campaign, or the one that the tags name; with `untagged` the one that the
            visit came from, though nothing says that it was an ad.
    """

    kind: Kind
    platform: Platform | None = None
    campaign: CampaignRow | None = None


def plain(text: str) -> str:
    """A tag or a name without what advertisers' tools change: case, signs, escapes."""
    folded = unicodedata.normalize("NFKC", unquote_plus(text)).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()


class Matcher:
    """Finds the campaign that a tag means."""

    def __init__(self, campaigns: Iterable[CampaignRow]) -> None:
        self._by_id: dict[str, list[CampaignRow]] = {}
        self._by_name: dict[str, list[CampaignRow]] = {}
        for campaign in campaigns:
            self._by_id.setdefault(plain(campaign.external_id), []).append(campaign)
            self._by_name.setdefault(plain(campaign.name), []).append(campaign)

    def origin(self, visit: VisitRow) -> Origin:
        """Where the visit came from."""
        if visit.lacking is not None:
            return Origin(visit.lacking)
        platform = _SOURCES.get(plain(visit.source or ""))
        found = self._fitting(visit, platform)
        if len(found) == 1:
            return Origin("campaign", found[0].platform, found[0])
        if found:
            return Origin("ambiguous", platform)
        if platform is None:
            return Origin("other")
        return Origin("platform" if is_paid(visit.medium) else "untagged", platform)

    def _fitting(self, visit: VisitRow, platform: Platform | None) -> list[CampaignRow]:
        tag = plain(visit.campaign or "")
        if not tag:
            return []
        found = self._by_id.get(tag, [])
        # a newsletter may be called what a campaign is called
        if not found and (platform is not None or is_paid(visit.medium)):
            found = self._by_name.get(tag, [])
        # the source decides between campaigns of the same name on two platforms
        return [one for one in found if platform is None or one.platform == platform]


def is_paid(medium: str | None) -> bool:
    """Whether a utm_medium says that the visit was paid for."""
    words = plain(medium or "").split()
    return any(word in _PAID or word.startswith("paid") for word in words)
