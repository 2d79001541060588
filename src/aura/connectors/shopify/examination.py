"""What Shopify says of an app and of a shop's permission, asked without changing anything.

Source: shopify.dev, "Access scopes", "Protected customer data" (API version 2026-10).
"""

from __future__ import annotations

from aura.connectors.contract import Application
from aura.connectors.examination import Check, Examination, account_checks, tried
from aura.connectors.http import HttpClient
from aura.connectors.oauth import UnknownClientError, lacking
from aura.connectors.shopify.consent import SCOPES, token_answer
from aura.connectors.shopify.documents import (
    CUSTOMER_ACCESS,
    ORDER_ACCESS,
    SCOPES_GRANTED,
    SHOP,
)
from aura.connectors.shopify.graphql import AdminApi
from aura.connectors.shopify.normalise import shop_account
from aura.errors import ConfigurationError, NeedsReconnectError, TryLaterError
from aura.model import Grant

_PROTECTED = (
    "If the scopes are there, ask for protected customer data: Dev Dashboard, your app, API access "
    "requests. An app for shops of your own organisation has it without asking."
)


async def examine_application(http: HttpClient, application: Application, shop: str) -> Check:
    """Whether Shopify knows the app: it is asked with a code that no shop ever gave."""
    try:
        await token_answer(http, application, shop, {"code": "a-code-that-was-never-given"})
    except UnknownClientError as error:
        return Check("app", False, error.message, exit_code=ConfigurationError.exit_code)
    except TryLaterError as error:
        return Check("app", False, error.message, exit_code=error.exit_code)
    except NeedsReconnectError:
        pass
    return Check("app", True, "Shopify knows the client id")


async def examine(api: AdminApi, shop: str, grant: Grant) -> Examination:
    """The token, its scopes, and whether orders and customers can be read."""
    token = grant.access_token
    try:
        data, _ = await api.run(shop, token, SCOPES_GRANTED)
    except NeedsReconnectError as error:
        refused = Check("token", False, error.message, exit_code=error.exit_code)
        return Examination((refused,), ())
    granted = [
        scope.text("handle")
        for scope in data.document("currentAppInstallation").documents("accessScopes")
    ]
    shop_data, _ = await api.run(shop, token, SHOP)
    accounts = (shop_account(shop_data),)
    checks = [
        Check("token", True, f"Shopify accepts it; scopes: {', '.join(sorted(granted))}"),
        await tried(
            "orders", api.run(shop, token, ORDER_ACCESS), fine="can be read", action=_PROTECTED
        ),
        await tried(
            "customers of orders",
            api.run(shop, token, CUSTOMER_ACCESS),
            fine="can be told apart",
            action=_PROTECTED,
        ),
        *account_checks("shopify", accounts),
    ]
    return Examination(tuple(checks), lacking(granted, SCOPES), accounts)
