"""The parts of an installation that the API uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aura.accounts.tokens import TokenSigner
from aura.config import Settings
from aura.connectors.contract import Connector
from aura.model import Platform
from aura.store.database import Database
from aura.store.secrets import Keyring


@dataclass(frozen=True, slots=True)
class Parts:
    """What the faces' composition hands over; `clock` says what time it is."""

    database: Database
    keyring: Keyring
    connectors: Mapping[Platform, Connector]
    signer: TokenSigner
    settings: Settings
    clock: Callable[[], datetime]
