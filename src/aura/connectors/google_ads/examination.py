"""What Google says of a Cloud project and of a permission, asked without changing anything.

Source: developers.google.com/google-ads/api/docs/api-policy/access-levels (v26), read on
2026-11-23: test (test accounts only), explorer (2,880 operations a day on real accounts), basic,
standard. No answer states the level; a call to a real account shows whether it is test.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aura.connectors.contract import Application
from aura.connectors.examination import Check, Examination, account_checks
from aura.connectors.google_ads.consent import SCOPE, refresh
from aura.connectors.google_ads.rest import ProjectNotApprovedError
from aura.connectors.http import HttpClient
from aura.connectors.oauth import UnknownClientError, lacking
from aura.errors import ConfigurationError, ConnectorError, NeedsReconnectError, TryLaterError
from aura.model import Account, Grant

_APPLY: Final = (
    "Apply for Explorer access, which is mostly granted at once: Google Cloud console, Google Ads "
    "API, Overview (console.cloud.google.com/google/ads-apis/overview)."
)


async def examine_application(
    http: HttpClient, application: Application, *, now: datetime
) -> Check:
    """Whether Google knows the client: it is asked with a refresh token that was never given."""
    try:
        never = Grant("", refresh_token="a-token-that-was-never-given")  # noqa: S106 - it is none
        await refresh(http, application, grant=never, now=now)
    except UnknownClientError as error:
        return Check("client", False, error.message, exit_code=ConfigurationError.exit_code)
    except TryLaterError as error:
        return Check("client", False, error.message, exit_code=error.exit_code)
    except NeedsReconnectError:
        pass
    return Check("client", True, "Google knows the client id and secret")


def examine(grant: Grant, accounts: Sequence[Account]) -> Examination:
    """The scope, the accounts, and the project's access level, which reading them has shown."""
    checks = [
        Check("token", True, "Google accepts it"),
        *account_checks("google_ads", accounts),
        Check(
            "access level",
            True,
            "the project may read these accounts; Explorer allows 2,880 operations a day, and "
            "Aura needs at most 5 a day and account",
        ),
    ]
    return Examination(tuple(checks), lacking(grant.scopes, (SCOPE,)), tuple(accounts))


def refused(error: ConnectorError) -> Examination:
    """What to say when Google does not let the permission read any account."""
    if isinstance(error, ProjectNotApprovedError):
        check = Check(
            "access level", False, error.message, action=_APPLY, exit_code=error.exit_code
        )
    else:
        check = Check("accounts", False, error.message, exit_code=error.exit_code)
    return Examination((check,))
