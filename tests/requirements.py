"""What a test needs of the machine: named when it is missing, a failure where all must be there."""

from __future__ import annotations

import os

import pytest


def require(what: str, present: bool) -> None:  # noqa: FBT001 - reads as `require("psql", found)`
    """Skip the test, naming what is absent; with AURA_REQUIRE_ALL=1 fail instead."""
    if present:
        return
    if os.environ.get("AURA_REQUIRE_ALL") == "1":
        pytest.fail(f"needs {what}", pytrace=False)
    pytest.skip(f"needs {what}")
