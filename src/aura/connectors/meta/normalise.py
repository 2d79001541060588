"""Meta's JSON to ad accounts and `AdDay`.

Goes in: rows of `/me/adaccounts` and of insights with `time_increment=1`. Comes out: frozen values
with money and conversions as `Decimal`. A purchase stands in a row under several action types, each
holding all or part of the same purchases: exactly one is taken, by priority, and its name is kept.
Source: developers.facebook.com, Marketing API v26.0, Insights fields, AdsActionStats, AdAccount.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from aura.connectors.fields import Document
from aura.errors import BadDataError
from aura.model import Account, AdDay, Level

PURCHASES: Final = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
_STATUS: Final = {
    1: "active",
    2: "disabled",
    3: "unsettled",
    7: "pending_risk_review",
    8: "pending_settlement",
    9: "in_grace_period",
    100: "pending_closure",
    101: "closed",
}


def ad_account(row: Document) -> Account:
    """One ad account; its `external_id` is the number without `act_`."""
    status = row.whole("account_status")
    return Account(
        external_id=row.text("account_id"),
        name=row.optional_text("name") or row.text("account_id"),
        currency=row.text("currency"),
        timezone=row.text("timezone_name"),
        status=_STATUS.get(status, f"status_{status}"),
    )


def ad_day(row: Document, *, level: Level, account: Account) -> AdDay:
    """One day of the account or of a campaign.

    Meta leaves out counts that are zero; spend and impressions are always there. Raises
    BadDataError for a row of several days, of another account or in another currency.
    """
    day = row.day("date_start")
    if row.day("date_stop") != day:
        raise BadDataError(f"{row.where} covers more than a day.")
    if row.text("account_id") != account.external_id:
        raise BadDataError(f"{row.where} is about another ad account.")
    action_type, conversions, value = _purchases(row)
    return AdDay(
        level=level,
        external_id=account.external_id if level == "account" else row.text("campaign_id"),
        date=day,
        currency=_currency(row, account),
        name=row.optional_text("account_name" if level == "account" else "campaign_name") or "",
        ad_spend=row.amount("spend"),
        impressions=row.whole("impressions"),
        clicks=row.optional_whole("inline_link_clicks") or 0,
        all_clicks=row.optional_whole("clicks") or 0,
        conversions=conversions,
        conversion_value=value,
        action_type=action_type,
    )


def _currency(row: Document, account: Account) -> str:
    currency = row.optional_text("account_currency") or account.currency
    if currency is None:
        raise BadDataError(f"{row.where} does not say its currency.")
    if account.currency is not None and account.currency != currency:
        raise BadDataError(f"{row.where} is in another currency than its account.")
    return currency


def _purchases(row: Document) -> tuple[str | None, Decimal, Decimal]:
    """The action type taken, how often it happened, and what it was worth."""
    counts = _by_type(row, "actions")
    values = _by_type(row, "action_values")
    for present in (counts, values):
        for action_type in PURCHASES:
            if action_type in present:
                return (
                    action_type,
                    counts.get(action_type, Decimal(0)),
                    values.get(action_type, Decimal(0)),
                )
    return None, Decimal(0), Decimal(0)


def _by_type(row: Document, key: str) -> dict[str, Decimal]:
    actions: Iterable[Document] = row.documents(key) if key in row else ()
    found: dict[str, Decimal] = {}
    for action in actions:
        action_type = action.text("action_type")
        if action_type not in PURCHASES:
            continue
        if action_type in found:
            # One row per type, unless somebody asked for a breakdown of actions.
            raise BadDataError(f"{row.where} has {action_type} twice.")
        # Absent when only other attribution windows than the asked ones saw the action.
        found[action_type] = action.amount("value") if "value" in action else Decimal(0)
    return found
