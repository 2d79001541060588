"""What Meta says of an app and of a token, asked without changing anything.

Source: developers.facebook.com, "debug_token", "Marketing API access tier" (renamed in May 2026:
limited and full; in headers still `development_access` and `standard_access`), Graph API v26.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aura.connectors.contract import Application
from aura.connectors.examination import Check, Examination, account_checks, tried
from aura.connectors.http import HttpClient
from aura.connectors.meta.consent import check_app
from aura.connectors.meta.graph import SCOPES, GraphApi
from aura.connectors.meta.token_facts import token_facts
from aura.connectors.oauth import UnknownClientError, lacking
from aura.errors import ConfigurationError, ConnectorError, NeedsReconnectError
from aura.model import Account, Grant

_TIERS: Final = {
    "development_access": (
        "limited: few calls an hour, enough for a few accounts",
        (
            "Ask for full access after 500 calls in 15 days: App dashboard, Marketing API access "
            "tier."
        ),
    ),
    "standard_access": ("full", ""),
}


async def examine_application(http: HttpClient, api: GraphApi, application: Application) -> Check:
    """Whether Meta knows the app: it gives an app token for its id and secret."""
    try:
        await check_app(http, api, application)
    except UnknownClientError as error:
        return Check("app", False, error.message, exit_code=ConfigurationError.exit_code)
    except ConnectorError as error:
        return Check("app", False, error.message, exit_code=error.exit_code)
    return Check("app", True, "Meta knows the app id and secret")


async def examine(api: GraphApi, grant: Grant, accounts: Sequence[Account]) -> Examination:
    """The token, its permissions, the accounts and the access tier."""
    try:
        facts = await token_facts(api, grant.access_token)
    except NeedsReconnectError as error:
        return Examination((Check("token", False, error.message, exit_code=error.exit_code),))
    whose = "of a system user" if facts.is_of_system_user else "of a person"
    ends = f"{facts.expires_at:%Y-%m-%d %H:%M} UTC" if facts.expires_at else "never"
    checks = [
        Check("token", True, f"Meta accepts it; it is {whose} and ends {ends}"),
        *account_checks("meta", accounts),
    ]
    usable = next((one for one in accounts if one.status == "active"), None)
    if usable is not None:
        fields = {"fields": "spend", "date_preset": "yesterday", "limit": "1"}
        path = f"act_{usable.external_id}/insights"
        call = api.call(grant.access_token, path, params=fields, account=usable.external_id)
        checks.append(await tried("insights", call, fine=f"can be read ({usable.name})"))
        checks.append(_tier_check(api.tier))
    return Examination(tuple(checks), lacking(facts.scopes, SCOPES), tuple(accounts))


def _tier_check(tier: str | None) -> Check:
    if tier is None:
        return Check("access tier", None, "Meta did not say")
    detail, action = _TIERS.get(tier, (f"Meta calls it {tier}", ""))
    return Check("access tier", True, detail, needs_attention=bool(action), action=action)
