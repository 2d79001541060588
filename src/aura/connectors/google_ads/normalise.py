"""Google's JSON to customers and `AdDay`.

Goes in: rows of searchStream as REST writes them: 64-bit numbers as digits in a text, fractions as
numbers (parsed as `Decimal`), and a field left out when it is zero. Comes out: frozen values;
micros become money by moving the point, so nothing is rounded.
Source: developers.google.com/google-ads/api/rest/design/json-mappings, fields v26.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from aura.connectors.fields import Document
from aura.errors import BadDataError
from aura.model import Account, AdDay, Level

_STATUS: Final = {"ENABLED": "active"}


def account_of(row: Document, *, root: str) -> Account:
    """One customer below (or equal to) the customer `root` that the grant can sign in as."""
    client = row.document("customerClient")
    number = str(client.whole("id"))
    return Account(
        external_id=number,
        name=client.optional_text("descriptiveName") or number,
        currency=client.optional_text("currencyCode"),
        timezone=client.optional_text("timeZone"),
        status=_status(client),
        is_manager="manager" in client and client.flag("manager"),
        login_external_id=None if number == root else root,
    )


def disabled_account(number: str) -> Account:
    """A customer that is listed, and says no more because it is not enabled."""
    return Account(external_id=number, name=number, currency=None, timezone=None, status="disabled")


def ad_day(row: Document, *, level: Level, account: Account) -> AdDay:
    """One day of the account or of a campaign."""
    customer = row.document("customer")
    if str(customer.whole("id")) != account.external_id:
        raise BadDataError(f"{row.where} is about another customer.")
    currency = customer.text("currencyCode")
    if account.currency is not None and account.currency != currency:
        raise BadDataError(f"{row.where} is in another currency than its account.")
    campaign = row.document("campaign") if level == "campaign" else None
    # A row without any metric is a day with nothing but zeros.
    metrics = row.optional_document("metrics") or Document({}, f"{row.where}, metrics")
    return AdDay(
        level=level,
        external_id=account.external_id if campaign is None else str(campaign.whole("id")),
        date=row.document("segments").day("date"),
        currency=currency,
        name=(
            customer.optional_text("descriptiveName")
            if campaign is None
            else campaign.optional_text("name")
        )
        or "",
        status="" if campaign is None else _status(campaign),
        ad_spend=Decimal(metrics.optional_whole("costMicros") or 0).scaleb(-6),
        impressions=metrics.optional_whole("impressions") or 0,
        clicks=metrics.optional_whole("clicks") or 0,
        conversions=_amount(metrics, "conversions"),
        conversion_value=_amount(metrics, "conversionsValue"),
        conversions_by_conversion_date=_amount(metrics, "conversionsByConversionDate"),
        conversion_value_by_conversion_date=_amount(metrics, "conversionsValueByConversionDate"),
    )


def _status(entity: Document) -> str:
    status = entity.optional_text("status") or "UNSPECIFIED"
    return _STATUS.get(status, status.lower())


def _amount(metrics: Document, key: str) -> Decimal:
    return metrics.amount(key) if key in metrics else Decimal(0)
