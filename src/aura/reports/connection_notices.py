"""What a connection lacks, and what is about to end: said early, with the effect and the next step.

In: what is known of a connection's permission beside its tokens, and a moment. Out: notices, the
most urgent first; none where nothing needs saying. Pure: the same moment gives the same notices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from aura.model import PLATFORM_NAMES, Platform
from aura.reports.periods import brand_zone
from aura.reports.present import day, day_range
from aura.store import permissions as store
from aura.store.database import Database
from aura.store.permissions import Permission

Severity = Literal["info", "warning", "problem"]

# days before an end from which it is told, and how urgently
WARNED_FROM: Final[tuple[tuple[int, Severity], ...]] = (
    (1, "problem"),
    (7, "warning"),
    (14, "info"),
)
_RANK: Final[dict[Severity, int]] = {"problem": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know about a connection.

    Attributes:
        kind: `expiry` for a permission that ends, `scope` for one that was never given, `days` for
            days that were missed for want of one.
        severity: `problem` from the last day on, `warning` in the last week, else `info`.
        sentence: the effect and its cause.
        action: the next step and where it is done.
    """

    kind: Literal["expiry", "scope", "days"]
    severity: Severity
    sentence: str
    action: str


async def notices_of_brand(
    database: Database, *, user_id: UUID, brand_id: UUID, timezone: str, now: datetime
) -> dict[Platform, tuple[Notice, ...]]:
    """The notices of each connection of a person's brand, which has one a platform."""
    async with database.as_user(user_id) as connection:
        permissions = await store.permissions(connection, brand_id)
    local = now.astimezone(brand_zone(timezone))
    return {one.platform: notices(one, local) for one in permissions}


def notices(permission: Permission, now: datetime) -> tuple[Notice, ...]:
    """What to say of a permission at a moment; `now` is in the zone that days are named in."""
    if permission.status == "disconnected":
        return ()
    found = [_lack(permission.platform, scope) for scope in permission.missing_scopes]
    if permission.hidden_days:
        found.append(_missed(permission))
    ending = _ending(permission, now)
    if ending is not None:
        found.append(ending)
    return tuple(sorted(found, key=lambda notice: _RANK[notice.severity]))


def severity_at(ends_at: datetime, now: datetime) -> Severity | None:
    """How urgently an end is to be told: from 14, 7 and 1 days before it, None before that."""
    left = ends_at - now
    return next((word for days, word in WARNED_FROM if left <= timedelta(days=days)), None)


def _ending(permission: Permission, now: datetime) -> Notice | None:
    """The end that comes first among those that Aura cannot put off by itself."""
    ends_at = permission.ends_at
    severity = None if ends_at is None else severity_at(ends_at, now)
    if ends_at is None or severity is None:
        return None
    name = PLATFORM_NAMES[permission.platform]
    local = ends_at.astimezone(now.tzinfo)
    verb = "ended" if ends_at <= now else "ends"
    sentence = f"The permission at {name} {verb} on {day(local.date())} at {local:%H:%M}"
    reason, action = _reason_and_action(permission)
    effect = "nothing is read since" if ends_at <= now else "after that nothing is read"
    return Notice("expiry", severity, f"{sentence}{reason}; {effect}.", action)


def _reason_and_action(permission: Permission) -> tuple[str, str]:
    if permission.grant_kind == "system_user":
        return _SYSTEM_USER
    if permission.platform == "google_ads" and permission.grant_kind == "own_project":
        return _ENDS["google_ads"][0], _PUBLISH.format(again="give a new refresh token")
    return _ENDS[permission.platform]


def _lack(platform: Platform, scope: str) -> Notice:
    """What is missing without a scope, in words."""
    unknown: tuple[Severity, str] = (
        "warning",
        f"part of {PLATFORM_NAMES[platform]} cannot be read",
    )
    severity, effect = _EFFECTS.get(scope, unknown)
    sentence = f"Connected without {_word(scope)}: {effect}."
    return Notice("scope", severity, sentence, _GIVE[platform])


def _missed(permission: Permission) -> Notice:
    """Days that stay empty, since the platform showed them only while nobody looked."""
    name = PLATFORM_NAMES[permission.platform]
    days = " and ".join(day_range(one, with_year=True) for one in permission.hidden_days)
    return Notice(
        "days",
        "warning",
        f"Nothing is known of {days}: {name} was not read then and does not show it any more.",
        "Connect with read_all_orders and the days are read after all, or import an export of the "
        "orders of these days.",
    )


def _word(scope: str) -> str:
    return scope.rpartition("/")[2]


_PUBLISH: Final = (
    "Publish the consent screen (Google Cloud console, Google Auth Platform, Audience, Publish "
    "app), then {again}: a permission given in testing still ends."
)
_SYSTEM_USER: Final = (
    ": the system user's token was made to expire",
    (
        "Make a new token for the system user (Meta Business settings, System users) and give it "
        "under “Use credentials of your own”; one that never expires saves this step."
    ),
)
# by platform: why a permission ends, and what to do
_ENDS: Final[dict[Platform, tuple[str, str]]] = {
    "shopify": (
        ", 90 days after Aura last renewed it",
        "Start the worker (`aura up` or `aura worker`): every sync renews the permission.",
    ),
    "meta": (
        ", some weeks after it was given, as Meta has it for everybody",
        "Reconnect Meta Ads; the days read so far stay.",
    ),
    "google_ads": (
        (
            ": most likely the consent screen of the Cloud project is in testing, where a "
            "permission lasts 7 days"
        ),
        _PUBLISH.format(again="reconnect Google Ads"),
    ),
}
_EFFECTS: Final[dict[str, tuple[Severity, str]]] = {
    "read_all_orders": (
        "warning",
        (
            "Shopify shows only the orders of the last 60 days. Older days stay empty, returns on "
            "older orders are missed, and new customers are counted only once a year of orders "
            "has been read"
        ),
    ),
    "read_orders": ("problem", "no order can be read"),
    "read_customers": (
        "problem",
        ("orders do not say whose they are, so new customers cannot be told from returning ones"),
    ),
    "read_reports": ("info", "Aura's totals cannot be compared with Shopify's own reports"),
    "ads_read": ("problem", "neither spend nor results can be read"),
    "https://www.googleapis.com/auth/adwords": ("problem", "no Google Ads account can be read"),
}
_GIVE: Final[dict[Platform, str]] = {
    "shopify": (
        "Add the scope to your app in Shopify's Dev Dashboard (read_all_orders is asked for there "
        "under API access requests), release the version, then reconnect."
    ),
    "meta": (
        "Reconnect and leave every permission ticked; for a system user make a token with the "
        "permission."
    ),
    "google_ads": "Reconnect and leave the box for Google Ads ticked.",
}
