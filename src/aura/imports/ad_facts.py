"""The days of a report that was read, as the platform's API would state them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from aura.imports.ad_reports import AdReport
from aura.imports.ad_sums import AccountDays, CampaignKey
from aura.model import AdDay

_ZERO = Decimal(0)


def ad_days(
    days: AccountDays, *, account_id: str, currency: str, ids: dict[str, str], report: AdReport
) -> list[AdDay]:
    """An account's days as the platform's API would state them.

    `ids` gives the ids of campaigns that the file only names. Covered days without a row are days
    of zeros.
    """
    found = [
        _ad_day(campaign, day, sums, days.names, account_id, currency, ids, report)
        for (campaign, day), sums in days.days.items()
    ]
    if report.covered is not None:
        stated = {day for _, day in days.days}
        empty = (day for day in report.covered.days() if day not in stated)
        found += [
            _ad_day(None, day, {}, days.names, account_id, currency, ids, report) for day in empty
        ]
    return found


def _ad_day(
    campaign: CampaignKey | None,
    day: date,
    sums: dict[str, Decimal],
    names: dict[str, str],
    account_id: str,
    currency: str,
    ids: dict[str, str],
    report: AdReport,
) -> AdDay:
    def stated(column: str) -> Decimal | None:
        return sums.get(column, _ZERO) if column in report.columns else None

    def whole(column: str) -> int | None:
        number = stated(column)
        return None if number is None else int(number)

    external_id, name = account_id, ""
    if campaign is not None:
        external_id = campaign.external_id or ids[campaign.name]
        name = campaign.name or names.get(campaign.external_id, "")
    return AdDay(
        level="account" if campaign is None else "campaign",
        external_id=external_id,
        date=day,
        currency=currency,
        name=name,
        ad_spend=stated("ad_spend"),
        impressions=whole("impressions"),
        clicks=whole("clicks"),
        all_clicks=whole("all_clicks"),
        conversions=stated("conversions"),
        conversion_value=stated("conversion_value"),
        conversions_by_conversion_date=stated("conversions_by_conversion_date"),
        conversion_value_by_conversion_date=stated("conversion_value_by_conversion_date"),
    )
