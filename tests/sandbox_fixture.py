"""A sandbox as a process of its own, started for one test.

`sandbox` is the plain scenario; `@pytest.mark.parametrize("sandbox", ["edges"], indirect=True)`
gives another. `start_sandbox(...)` starts more, with another seed, anchor, moment or state file.
"""

from __future__ import annotations

import html
import os
import re
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

ANCHOR = date(2026, 11, 20)
READY = "Aura sandbox is ready: "
# made once: reading the certificates for each request would take longer than the request
_CLIENT = httpx.Client(
    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    trust_env=False,
    limits=httpx.Limits(max_keepalive_connections=0),
    timeout=60,
)
_INPUT = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url`."""

    url: str
    anchor: date
    shop: str
    process: subprocess.Popen[str]

    @property
    def first_day(self) -> date:
        """The first day of the world's history."""
        health = _CLIENT.get(f"{self.url}/__health").raise_for_status().json()
        return date.fromisoformat(health["first_day"])

    def clock(
        self, now: datetime | Literal["real"] | None = None, *, advance: float | None = None
    ) -> datetime:
        """Fix the clock at `now`, let it run ("real"), move it by seconds, or only read it."""
        if advance is not None:
            answer = self._post("/__clock", {"advance_seconds": int(advance)})
        elif now == "real":
            answer = self._post("/__clock", {"now": None})
        elif now is not None:
            answer = self._post("/__clock", {"now": now.isoformat()})
        else:
            answer = _CLIENT.get(f"{self.url}/__clock").raise_for_status().json()
        return datetime.fromisoformat(answer["now"])

    def truth(
        self, first: date, last: date, *, as_of: datetime | Literal["final"] = "final"
    ) -> dict[str, Any]:
        """The truth of these days, in the end or as far as it is known at a moment."""
        moment = as_of if isinstance(as_of, str) else as_of.isoformat()
        params = {"from": first.isoformat(), "to": last.isoformat(), "as_of": moment}
        answer = _CLIENT.get(f"{self.url}/__truth/daily", params=params)
        return answer.raise_for_status().json()

    def faults(self, *faults: dict[str, Any]) -> None:
        """Let the next matching requests fail."""
        self._post("/__faults", list(faults))

    def faults_left(self) -> list[dict[str, Any]]:
        """The faults that no request has met yet."""
        answer = _CLIENT.get(f"{self.url}/__faults").raise_for_status()
        return answer.json()["faults"]

    def clear_faults(self) -> None:
        """Let no more requests fail."""
        _CLIENT.delete(f"{self.url}/__faults").raise_for_status()

    def usage(self) -> dict[str, Any]:
        """Requests by platform and address, and what became of the GraphQL points."""
        return _CLIENT.get(f"{self.url}/__usage").raise_for_status().json()

    def addresses(self) -> Counter[str]:
        """How often each address was asked since the start, by method and path."""
        return Counter(self.usage()["addresses"])

    def settings(self) -> dict[str, str]:
        """The AURA_* variables that point Aura here."""
        meta, google = f"{self.url}/meta", f"{self.url}/google"
        made = {
            "AURA_SHOPIFY_URL": f"{self.url}/shopify/{{shop}}",
            "AURA_META_LOGIN_URL": meta,
            "AURA_META_API_URL": meta,
            "AURA_GOOGLE_ADS_LOGIN_URL": google,
            "AURA_GOOGLE_ADS_TOKEN_URL": google,
            "AURA_GOOGLE_ADS_API_URL": google,
        }
        for platform in ("shopify", "meta", "google_ads"):
            made[f"AURA_{platform.upper()}_CLIENT_ID"] = f"aura-sandbox-{platform}"
            made[f"AURA_{platform.upper()}_CLIENT_SECRET"] = f"sandbox-secret-{platform}"
        return made

    def credentials(self, platform: str, **wish: Any) -> dict[str, str]:
        """Credentials of one's own, as the platform's pages would show them."""
        return self._post("/__credentials", {"platform": platform, **wish})

    def google_testing(self, is_testing: bool) -> None:  # noqa: FBT001 - the one thing it says
        """Put Google's consent screen in testing, or publish it."""
        self._post("/__consent", {"google_testing": is_testing})

    @staticmethod
    def approve(
        authorization_url: str, *, decision: str = "allow", decline: Sequence[str] = ()
    ) -> str:
        """Answer a consent page as a person does; the address the browser is sent back to."""
        page = _CLIENT.get(authorization_url).raise_for_status()
        fields = {html.unescape(n): html.unescape(v) for n, v in _INPUT.findall(page.text)}
        address = authorization_url.partition("?")[0]
        chosen = {**fields, "decision": decision, "decline": list(decline)}
        answer = _CLIENT.post(address, data=chosen)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def _post(self, path: str, body: Any) -> Any:
        return _CLIENT.post(f"{self.url}{path}", json=body).raise_for_status().json()


@contextmanager
def running_sandbox(
    scenario: str | None = "plain",
    *,
    seed: int | None = None,
    anchor: date | None = ANCHOR,
    now: datetime | None = None,
    state: Path | None = None,
    plan: str | None = None,
) -> Iterator[RunningSandbox]:
    """A sandbox on a free port, ended at the end."""
    given = {
        "--scenario": scenario,
        "--seed": seed,
        "--anchor": anchor,
        "--now": None if now is None else now.isoformat(),
        "--state": state,
        "--plan": plan,
    }
    command = [sys.executable, "-m", "aura_sandbox", "--port", "0", "--exit-with-parent"]
    for option, value in given.items():
        command += [] if value is None else [option, str(value)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(READY), f"the sandbox said: {line!r}"
            url = line.removeprefix(READY).strip()
            health = _CLIENT.get(f"{url}/__health").raise_for_status().json()
            yield RunningSandbox(url, date.fromisoformat(health["anchor"]), health["shop"], process)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., RunningSandbox]]:
    """Starts sandboxes that end with the test."""
    with ExitStack() as stack:

        def start(*arguments: Any, **options: Any) -> RunningSandbox:
            return stack.enter_context(running_sandbox(*arguments, **options))

        yield start


@pytest.fixture
def sandbox(
    request: pytest.FixtureRequest, start_sandbox: Callable[..., RunningSandbox]
) -> RunningSandbox:
    """A sandbox of the plain scenario, or of the one named by indirect parametrization."""
    return start_sandbox(getattr(request, "param", "plain"))
