"""Secrets at rest: a token and its row's id come in, a text that only that row opens goes out.

Sealed text is `v1:<key id>:<base64>`: pgcrypto's pgp_sym_encrypt of `<row id>|<token>`. pgcrypto
binds nothing to a row, so the row's id stands in the plaintext and is compared when it is opened: a
ciphertext moved to another row stays shut. Keys reach the server as bind parameters alone.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import psycopg

from aura.config import Settings
from aura.errors import ConfigurationError
from aura.store.database import Connection
from aura.store.statements import statements

KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
SEALED = re.compile(r"v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/=\s]+)")
FORM = "id:base64 of 32 random bytes, separated by commas"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by id, in order: the first seals, all open. A repr shows the ids alone."""

    ids: tuple[str, ...]
    keys: dict[str, str] = field(repr=False)
    # the file they came from; None: the environment
    path: Path | None = field(default=None, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `id:base64,id:base64`; ConfigurationError says which entry is wrong, not its key."""
        keys: dict[str, str] = {}
        for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            key_id, _, encoded = entry.partition(":")
            if not KEY_ID.fullmatch(key_id):
                raise ConfigurationError(f"Token key {number} has no usable id; write {FORM}.")
            if key_id in keys:
                raise ConfigurationError(f"Two token keys are called {key_id}.")
            keys[key_id] = _canonical(key_id, encoded)
        if not keys:
            raise ConfigurationError(f"AURA_TOKEN_KEYS holds no key; write {FORM}.")
        return cls(tuple(keys), keys)

    @classmethod
    def generate(cls) -> Keyring:
        """A keyring of one new key."""
        key_id = f"k{secrets.token_hex(4)}"
        return cls((key_id,), {key_id: _encode(secrets.token_bytes(KEY_BYTES))})

    @classmethod
    def load(cls, settings: Settings) -> Keyring:
        """AURA_TOKEN_KEYS, else the file AURA_HOME/keys; ConfigurationError if there is neither."""
        if settings.token_keys is not None:
            return cls.parse(settings.token_keys.get_secret_value())
        path = _key_file(settings)
        try:
            return cls.read(path)
        except FileNotFoundError:
            raise ConfigurationError(
                f"No keys to seal tokens with: set AURA_TOKEN_KEYS ({FORM}), or let `aura up` make "
                f"them in {path}."
            ) from None

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """The keys of a file; ConfigurationError when others may read it."""
        _check_private(path)
        return replace(cls.parse(path.read_text(encoding="ascii")), path=path)

    def current(self) -> Keyring:
        """The keys as their file holds them now.

        A process that runs while a key is added seals with the new one from then on. A file that
        is gone or damaged changes nothing for it.
        """
        if self.path is None:
            return self
        try:
            return Keyring.read(self.path)
        except (OSError, ConfigurationError):
            return self

    def with_new_key(self) -> Keyring:
        """These keys behind a new one, written to their file at once or not at all.

        ConfigurationError when they come from the environment, where only its owner can add one.
        """
        if self.path is None:
            raise ConfigurationError(
                "The keys come from AURA_TOKEN_KEYS: put a new one in front of the others there "
                "(`openssl rand -base64 32` makes one), start every process anew, then run this "
                "again without --new-key."
            )
        half_done = self.path.with_name(f".keys-{secrets.token_hex(6)}")
        with (self.path.parent / ".keys-lock").open("w") as lock:
            # a second one at the same time would write its key over this one's
            fcntl.flock(lock, fcntl.LOCK_EX)
            text = f"{Keyring.generate().text()},{Keyring.read(self.path).text()}"
            with os.fdopen(
                os.open(half_done, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
            ) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            half_done.replace(self.path)
            return Keyring.read(self.path)

    @classmethod
    def load_or_make(cls, settings: Settings) -> Keyring:
        """`load`, making the file AURA_HOME/keys (mode 600) when there are no keys at all."""
        path = _key_file(settings)
        if settings.token_keys is None and not path.exists():
            _write_once(path, cls.generate().text())
        return cls.load(settings)

    def text(self) -> str:
        """The form `parse` reads: secret."""
        return ",".join(f"{key_id}:{self.keys[key_id]}" for key_id in self.ids)


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _canonical(key_id: str, encoded: str) -> str:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"The token key {key_id} is not the base64 of {KEY_BYTES} bytes; `openssl rand -base64 "
            f"{KEY_BYTES}` makes one."
        )
    return _encode(key)


def _key_file(settings: Settings) -> Path:
    return settings.home.expanduser() / "keys"


def _check_private(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(f"Others may read {path}: run `chmod 600 {path}`.")


def _write_once(path: Path, text: str) -> None:
    """Write a file of mode 600, unless another process was faster."""
    half_done = path.with_name(f".keys-{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        with os.fdopen(
            os.open(half_done, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as file:
            file.write(text)
        try:
            os.link(half_done, path)
        except FileExistsError:
            return
        finally:
            half_done.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"The keys cannot be written to {path}: {error.strerror}. Set AURA_HOME to a folder "
            "that you may write to."
        ) from error


async def seal(connection: Connection, keyring: Keyring, row_id: UUID, text: str) -> str:
    """Seal a text for one row, with the first key: `v1:<key id>:<base64>`.

    The row is an integration for its tokens, a brand for its customer key.
    """
    keyring = keyring.current()
    key_id = keyring.ids[0]
    cursor = await connection.execute(
        statements("secrets")["seal"], {"bound": f"{row_id}|{text}", "key": keyring.keys[key_id]}
    )
    row = await cursor.fetchone()
    sealed = "" if row is None else row["sealed"].replace("\n", "")
    return f"v1:{key_id}:{sealed}"


async def open_sealed(connection: Connection, keyring: Keyring, row_id: UUID, sealed: str) -> str:
    """The text that was sealed for that row.

    Raises ConfigurationError naming the key when it is missing or wrong, and when the text was
    sealed for another row or is no sealed text. The transaction stays usable.
    """
    parts = SEALED.fullmatch(sealed)
    if parts is None:
        raise ConfigurationError(
            "A stored secret is not in sealed form: connect the account again."
        )
    key_id = parts[1]
    if key_id not in keyring.keys:
        keyring = keyring.current()
    if key_id not in keyring.keys:
        raise ConfigurationError(
            f"The token key {key_id} is missing: add it to AURA_TOKEN_KEYS behind the first."
        )
    bound = await _opened(connection, key_id, keyring.keys[key_id], parts[2])
    owner, _, text = bound.partition("|")
    if not hmac.compare_digest(owner.encode(), str(row_id).encode()):
        raise ConfigurationError(
            "A stored secret belongs to another row: connect the account again."
        )
    return text


async def _opened(connection: Connection, key_id: str, key: str, sealed: str) -> str:
    try:
        async with connection.transaction():
            cursor = await connection.execute(
                statements("secrets")["open"], {"sealed": sealed, "key": key}
            )
            row = await cursor.fetchone()
    except (psycopg.errors.ExternalRoutineInvocationException, psycopg.DataError):
        raise ConfigurationError(
            f"The token key {key_id} does not open what was sealed with it: AURA_TOKEN_KEYS holds "
            "another key under that id, or the stored text was changed."
        ) from None
    return "" if row is None else str(row["bound"])
