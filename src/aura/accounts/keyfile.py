"""The private key of access tokens, in one file that only its owner can read.

Two processes that start at once agree on one key: each writes its own and links it into place,
which succeeds for the first one only.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from aura.errors import ConfigurationError


def load_or_make_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The P-256 key in `path`, made when missing (mode 600, in a folder of mode 700).

    Raises ConfigurationError when the file cannot be read or written, is no such key, or when
    others can read it.
    """
    try:
        if not path.exists():
            _make(path)
        return _load(path)
    except OSError as error:
        raise ConfigurationError(
            f"The key of access tokens cannot be read or made at {path}: {error.strerror}. "
            "Check the rights of AURA_HOME."
        ) from error


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    ours = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(ours)
    except FileExistsError:
        # another process was first: its key is the installation's
        pass
    finally:
        ours.unlink(missing_ok=True)


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(
            f"Others can read the key of access tokens. Run `chmod 600 {path}`, or delete the file "
            "to have a new one made (open access tokens then end)."
        )
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigurationError(
            f"{path} is not a P-256 private key in PEM. Delete it to have a new one made (open "
            "access tokens then end)."
        )
    return key
