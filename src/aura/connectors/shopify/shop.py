"""The name of a shop: what a person types goes in, a host that is surely Shopify's comes out.

The host decides where tokens are sent, so nothing but `NAME.myshopify.com` is let through.
"""

from __future__ import annotations

import re
from typing import Final

from aura.errors import InputError

_HOST: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")
_ADMIN: Final = re.compile(r"admin\.shopify\.com/store/(?P<name>[a-z0-9-]+)")


def shop_host(text: str | None) -> str:
    """The `NAME.myshopify.com` in a name, a host or an address of the shop's admin page.

    Raises InputError when there is none, which includes a shop's own domain: only Shopify knows
    which shop that belongs to.
    """
    bare = (text or "").strip().lower().removeprefix("https://").removeprefix("http://")
    if admin := _ADMIN.match(bare):
        bare = admin["name"]
    host = bare.partition("/")[0]
    if host and "." not in host:
        host = f"{host}.myshopify.com"
    if not _HOST.fullmatch(host):
        raise InputError(
            "Give the shop's Shopify address, as in your-shop.myshopify.com "
            "(Shopify admin: Settings, Domains)."
        )
    return host


def at_shop(template: str, host: str) -> str:
    """A base address with `{shop}` filled in, without a slash at its end."""
    return template.replace("{shop}", host).rstrip("/")
