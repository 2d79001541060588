"""Passwords in, bcrypt hashes out, off the event loop.

A hash takes about a quarter of a second of one core on purpose. It is computed in a small pool of
threads of its own, so that a burst of sign-ins queues here and slows nothing else down.
"""

from __future__ import annotations

import asyncio
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import bcrypt

from aura.errors import InputError

COST = 12
LEAST_CHARACTERS = 10
# bcrypt reads no further; a longer password is refused rather than silently cut
MOST_BYTES = 72

# What an unknown address is compared with, so that it takes as long as a known one. The password
# was 32 random bytes that nobody kept.
_NOBODYS_HASH = b"$2b$12$h7fWS71WW7iUVyAD1h.6hOtZjXRVR2D7T/iOYyjC4z0FBWnR/fFXm"

_THREADS = ThreadPoolExecutor(
    max_workers=max(1, min(4, os.cpu_count() or 1)), thread_name_prefix="aura-bcrypt"
)


def _encoded(password: str) -> bytes | None:
    """The bytes that are hashed; None when this cannot be anybody's password.

    NFKC, as in RFC 8265: the same letters typed on another keyboard are the same password.
    """
    try:
        encoded = unicodedata.normalize("NFKC", password).encode()
    except UnicodeEncodeError:
        return None
    return encoded if len(encoded) <= MOST_BYTES else None


def check_new_password(password: str) -> None:
    """Refuse a password that is too short or that bcrypt would cut; raises InputError."""
    if len(unicodedata.normalize("NFKC", password)) < LEAST_CHARACTERS:
        raise InputError(f"The password is too short: use at least {LEAST_CHARACTERS} characters.")
    if _encoded(password) is None:
        raise InputError(
            f"The password is too long: use at most {MOST_BYTES} bytes "
            "(a letter of the English alphabet is one byte, an accented one two, an emoji four)."
        )


async def hash_password(password: str) -> str:
    """The bcrypt hash of a new password; raises InputError when it is too short or too long."""
    check_new_password(password)
    encoded = _encoded(password) or b""
    loop = asyncio.get_running_loop()
    hashed = await loop.run_in_executor(
        _THREADS, lambda: bcrypt.hashpw(encoded, bcrypt.gensalt(COST))
    )
    return hashed.decode("ascii")


def _matches(encoded: bytes | None, password_hash: str | None) -> bool:
    if encoded is not None and password_hash is not None:
        try:
            return bcrypt.checkpw(encoded, password_hash.encode())
        except ValueError:
            # not a bcrypt hash: nobody signs in with it, and that takes as long as a wrong password
            pass
    bcrypt.checkpw(encoded or b"", _NOBODYS_HASH)
    return False


async def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether this is the password behind the hash; None (no such person) takes equally long."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _matches, _encoded(password), password_hash)
