"""The days of a report that was read, as the platform's API would state them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from aura.imports.ad_reports import AdReport
from aura.imports.ad_sums import AccountDays, CampaignKey
from aura.model import AdDay

_ZERO = Decimal(0)
_LATER, _WORTH = "conversions_by_conversion_date", "conversion_value_by_conversion_date"
_FIGURES = (
    *("ad_spend", "impressions", "clicks", "all_clicks", "conversions", "conversion_value"),
    *(_LATER, _WORTH),
)


def ad_days(
    days: AccountDays, *, account_id: str, currency: str, ids: dict[str, str], report: AdReport
) -> list[AdDay]:
    """An account's days as the platform's API would state them.

    `ids` gives the ids of campaigns that the file only names. Covered days without a row are days
    of zeros. A column that the file does not have is None.
    """
    has = {name: name in report.columns for name in _FIGURES}

    def stated(campaign: CampaignKey | None, day: date, sums: dict[str, Decimal]) -> AdDay:
        external_id, name = account_id, ""
        if campaign is not None:
            external_id = campaign.external_id or ids[campaign.name]
            name = campaign.name or days.names.get(campaign.external_id, "")
        get = sums.get
        return AdDay(
            "account" if campaign is None else "campaign",
            external_id,
            day,
            currency,
            name,
            ad_spend=get("ad_spend", _ZERO) if has["ad_spend"] else None,
            impressions=int(get("impressions", 0)) if has["impressions"] else None,
            clicks=int(get("clicks", 0)) if has["clicks"] else None,
            all_clicks=int(get("all_clicks", 0)) if has["all_clicks"] else None,
            conversions=get("conversions", _ZERO) if has["conversions"] else None,
            conversion_value=get("conversion_value", _ZERO) if has["conversion_value"] else None,
            conversions_by_conversion_date=get(_LATER, _ZERO) if has[_LATER] else None,
            conversion_value_by_conversion_date=get(_WORTH, _ZERO) if has[_WORTH] else None,
        )

    found = [stated(campaign, day, sums) for (campaign, day), sums in days.days.items()]
    if report.covered is not None:
        with_rows = {day for _, day in days.days}
        found += [stated(None, day, {}) for day in report.covered.days() if day not in with_rows]
    return found
