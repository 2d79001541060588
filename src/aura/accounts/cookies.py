"""The cookies of a signed-in browser: their names and how they are set, in one place.

The decision: over https a name with the prefix `__Host-`, which browsers accept only from this very
host, for all of its paths and encrypted; so no neighbour can plant a session.
"""

from __future__ import annotations

SESSION = "aura_session"
# the secret behind the form tokens of somebody who is not signed in
FORM = "aura_form"


def cookie_name(name: str, *, secure: bool) -> str:
    """The name to use for a cookie, over https or not."""
    return f"__Host-{name}" if secure else name
