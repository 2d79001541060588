"""E-mail addresses as people type them, made comparable: trimmed, NFC, lower case.

The check is the one a browser makes for `<input type="email">`, for any script, plus the lengths of
RFC 5321. Whether an address exists only a message to it could tell.
"""

from __future__ import annotations

import re
import unicodedata

from aura.errors import InputError

_MOST_CHARACTERS = 254
_MOST_LOCAL_CHARACTERS = 64
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+")
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?")


def normalise_email(email: str) -> str:
    """The address as it is stored and compared; raises InputError unless it can be one."""
    address = unicodedata.normalize("NFC", email.strip()).lower()
    local, _, domain = address.rpartition("@")
    is_address = (
        len(address) <= _MOST_CHARACTERS
        and 0 < len(local) <= _MOST_LOCAL_CHARACTERS
        and _LOCAL.fullmatch(local) is not None
        and ".." not in f".{local}."
        and all(_LABEL.fullmatch(label) for label in domain.split("."))
    )
    if not is_address:
        raise InputError("This is not an e-mail address: it should look like name@example.com.")
    return address


def normalise_name(name: str | None) -> str | None:
    """A person's name, trimmed; None when there is none. Raises InputError over 100 characters."""
    trimmed = " ".join((name or "").split())
    if len(trimmed) > 100:
        raise InputError("The name is too long: use at most 100 characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in trimmed):
        raise InputError("The name holds characters that cannot be shown.")
    return trimmed or None
