"""Looking at a platform's side of a connection: what is fine, what is not, and what to do.

Only read-only calls are made. A check names one thing in plain words; `Examination` is what one
connector found out. The address that a consent leads back to is judged by the platforms' own rules:
developers.google.com/identity/protocols/oauth2/web-server (URI validation), developers.facebook.com
"Login security", shopify.dev "Redirect URLs", read on 2026-11-23.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from aura.errors import ConfigurationError, ConnectorError
from aura.model import PLATFORM_NAMES, Account, Platform

# Shopify's callbacks are refused when they seem older or newer than 90 seconds
CLOCK_TOLERANCE: Final = timedelta(seconds=60)
_PRIVATE_ENDINGS: Final = ("local", "internal", "lan", "home", "test", "example", "invalid")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `is_fine` None means that it is optional and absent.

    Attributes:
        needs_attention: still fine, and will not stay so.
        action: what to do about it.
        exit_code: of the command, when this is what is not fine.
    """

    name: str
    is_fine: bool | None
    detail: str
    needs_attention: bool = False
    action: str = ""
    exit_code: int = 1


@dataclass(frozen=True, slots=True)
class Examination:
    """What a connector found out about a grant."""

    checks: tuple[Check, ...]
    missing_scopes: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()


async def tried(name: str, call: Awaitable[Any], *, fine: str, action: str = "") -> Check:
    """A check that a call to the platform makes: its own words when it fails."""
    try:
        await call
    except ConnectorError as error:
        return Check(name, False, error.message, action=action, exit_code=error.exit_code)
    return Check(name, True, fine)


def account_checks(platform: Platform, accounts: Sequence[Account]) -> list[Check]:
    """Which accounts can be read and which cannot, and why."""
    usable = [one for one in accounts if one.status == "active" and not one.is_manager]
    code = ConnectorError.exit_code
    checks = []
    if usable:
        listed = ", ".join(f"{one.name} ({one.external_id})" for one in usable[:10])
        more = f" and {len(usable) - 10} more" if len(usable) > 10 else ""
        checks.append(Check("accounts", True, f"{len(usable)} can be read: {listed}{more}"))
    else:
        checks.append(
            Check(
                "accounts",
                False,
                "no account can be read with this permission",
                action=f"Give the login access to an active account at {PLATFORM_NAMES[platform]}.",
                exit_code=code,
            )
        )
    for one in accounts:
        if one.is_manager:
            detail = f"{one.name} ({one.external_id}) is a manager: it has no numbers of its own"
            checks.append(Check("account", None, detail))
        elif one.status != "active":
            detail = f"{one.name} ({one.external_id}) is {one.status}: its days cannot be read"
            checks.append(Check("account", None, detail))
    return checks


def clock_check(skew: timedelta | None) -> Check:
    """Whether this machine's clock agrees with the platform's."""
    if skew is None:
        return Check("clock", None, "the platform did not say what time it is")
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) <= CLOCK_TOLERANCE:
        return Check("clock", True, "this machine's clock agrees with the platform's")
    side = "ahead of" if skew > timedelta(0) else "behind"
    return Check(
        "clock",
        False,
        f"this machine's clock is {seconds:,} seconds {side} the platform's",
        action="Turn on time synchronisation (NTP); signatures and tokens go by the time.",
        exit_code=ConfigurationError.exit_code,
    )


def redirect_check(platform: Platform, base: str, *, is_sandbox: bool = False) -> Check:
    """Whether the platform accepts the address that its consent page leads back to.

    `base` is where browsers reach this installation. A sandbox is not as strict as a platform.
    """
    address = f"{base.rstrip('/')}/oauth/{platform}/callback"
    refusal = None if is_sandbox else _refusal(platform, base)
    if refusal is None:
        action = f"Register exactly this address at {PLATFORM_NAMES[platform]}."
        return Check("redirect address", True, address, action=action)
    reason, action = refusal
    return Check(
        "redirect address",
        False,
        f"{address}: {reason}",
        action=action,
        exit_code=ConfigurationError.exit_code,
    )


_SET_IT: Final = "Set AURA_PUBLIC_URL to the https:// address under which browsers reach Aura."


def _refusal(platform: Platform, base: str) -> tuple[str, str] | None:
    """Why the platform would refuse the address, and what to do."""
    parts = _web_address(base)
    if parts is None:
        return "this is no web address", _SET_IT
    host = (parts.hostname or "").lower()
    if parts.query or parts.fragment or "@" in parts.netloc or "*" in base:
        return "platforms refuse addresses with ?, #, @ or *", _SET_IT
    if is_loopback(host):
        if platform != "meta" or host == "localhost":
            return None
        local = f"{parts.scheme}://localhost:{parts.port or 80}"
        return (
            "of this machine's names Meta accepts only localhost",
            f"Set AURA_PUBLIC_URL to {local} and open Aura there.",
        )
    if parts.scheme != "https":
        return "platforms refuse plain http", _SET_IT
    is_refused = platform == "google_ads" and not _has_public_name(host)
    return ("Google refuses addresses without a public name", _SET_IT) if is_refused else None


def _web_address(text: str) -> SplitResult | None:
    """The parts of an http or https address with a host; None for anything else."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_one else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _has_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and host.rpartition(".")[2] not in _PRIVATE_ENDINGS
    return False
