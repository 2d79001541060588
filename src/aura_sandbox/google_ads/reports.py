"""Rows of a report: nested camelCase objects, 64-bit integers as strings, zero fields left out.

Source: developers.google.com/google-ads/api/rest/design/json-mappings; segmented rows whose metrics
are all zero are not returned. Conversions stand on the day of the click, `...ByConversionDate` on
the day of the purchase.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aura_sandbox.google_ads.gaql import METRICS, Query
from aura_sandbox.scenario import AdAccount
from aura_sandbox.world.advertising import MICROS, CampaignBook, counted
from aura_sandbox.world.days import day_of, days_between
from aura_sandbox.world.world import World

Row = dict[str, Any]
# a purchase may follow a click of up to this many days before
_LOOK_BACK = timedelta(days=100)


@dataclass(slots=True)
class _Sums:
    cost: int = 0
    impressions: int = 0
    clicks: int = 0
    credit: int = 0
    value: int = 0
    credit_by_date: int = 0
    value_by_date: int = 0

    def add(self, other: _Sums) -> None:
        """Add another day's or campaign's figures."""
        for name in _Sums.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def _campaign_days(
    account: AdAccount, book: CampaignBook, first: date, last: date, at: int
) -> dict[date, _Sums]:
    """Figures of a campaign by day, with those by the day of the purchase beside them."""
    made: dict[date, _Sums] = {}
    for day in days_between(max(book.first_day, first - _LOOK_BACK), last):
        one = book.day(day)
        delivery = None if one is None else one.delivered(at)
        if one is None or delivery is None:
            continue
        here = _Sums(delivery.spend, delivery.impressions, delivery.clicks)
        for conversion in one.conversions:
            if not counted(conversion, at) or conversion.window == "28d_click":
                continue
            here.credit += conversion.credit
            here.value += conversion.value
            bought = day_of(conversion.happened_at, account.timezone)
            if first <= bought <= last:
                there = made.setdefault(bought, _Sums())
                there.credit_by_date += conversion.credit
                there.value_by_date += conversion.value
        if first <= day <= last:
            made.setdefault(day, _Sums()).add(here)
    return made


def _double(micros: int) -> float | None:
    return micros / MICROS if micros else None


def _metrics(sums: _Sums) -> dict[str, Any]:
    """Every metric under its GAQL name; None where the field is left out."""
    made: dict[str, Any] = {
        "metrics.cost_micros": str(sums.cost) if sums.cost else None,
        "metrics.impressions": str(sums.impressions) if sums.impressions else None,
        "metrics.clicks": str(sums.clicks) if sums.clicks else None,
        "metrics.interactions": str(sums.clicks) if sums.clicks else None,
        "metrics.conversions": _double(sums.credit),
        "metrics.conversions_value": _double(sums.value),
        # all_conversions also counts secondary actions: newsletter sign-ups here
        "metrics.all_conversions": _double(sums.credit + sums.clicks // 25 * MICROS),
        "metrics.all_conversions_value": _double(sums.value),
        "metrics.conversions_by_conversion_date": _double(sums.credit_by_date),
        "metrics.conversions_value_by_conversion_date": _double(sums.value_by_date),
        "metrics.ctr": sums.clicks / sums.impressions if sums.clicks and sums.impressions else None,
        "metrics.average_cpc": sums.cost / sums.clicks if sums.clicks else None,
    }
    return made


def customer_fields(account: AdAccount) -> dict[str, Any]:
    """Fields of customer."""
    return {
        "customer.resource_name": f"customers/{account.id}",
        "customer.id": account.id,
        "customer.descriptive_name": account.name,
        "customer.currency_code": account.currency,
        "customer.time_zone": account.timezone,
        "customer.manager": account.manager,
        "customer.status": "ENABLED" if account.enabled else "CANCELED",
        "customer.test_account": False,
        "customer.auto_tagging_enabled": True,
    }


def _campaign_fields(account: AdAccount, book: CampaignBook, today: date) -> dict[str, Any]:
    running = book.last_day is None or book.last_day >= today
    return {
        "campaign.resource_name": f"customers/{account.id}/campaigns/{book.campaign.id}",
        "campaign.id": book.campaign.id,
        "campaign.name": book.campaign.name,
        "campaign.status": "ENABLED" if running else "PAUSED",
        "campaign.advertising_channel_type": "SEARCH",
        "campaign.serving_status": "SERVING" if running else "ENDED",
    }


def _client_fields(root: AdAccount, account: AdAccount) -> dict[str, Any]:
    return {
        "customer_client.resource_name": f"customers/{root.id}/customerClients/{account.id}",
        "customer_client.client_customer": f"customers/{account.id}",
        "customer_client.id": account.id,
        "customer_client.descriptive_name": account.name,
        "customer_client.currency_code": account.currency,
        "customer_client.time_zone": account.timezone,
        "customer_client.manager": account.manager,
        # the level is an optional field: zero is written, unlike zeros of other fields
        "customer_client.level": "0" if account.id == root.id else "1",
        "customer_client.status": "ENABLED" if account.enabled else "CANCELED",
        "customer_client.hidden": False,
        "customer_client.test_account": False,
    }


def camel(name: str) -> str:
    """snake_case as JSON has it."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _nested(values: dict[str, Any], chosen: Iterable[str]) -> Row:
    """The chosen fields as nested objects; every resource brings its resource name."""
    row: Row = {}
    names = list(chosen)
    for resource in dict.fromkeys(name.split(".")[0] for name in names):
        if f"{resource}.resource_name" in values:
            row[camel(resource)] = {"resourceName": values[f"{resource}.resource_name"]}
    for name in names:
        value = values.get(name)
        if value is None:
            continue
        resource, attribute = name.split(".")
        row.setdefault(camel(resource), {})[camel(attribute)] = value
    return row


@dataclass(slots=True)
class _Line:
    """A row before it is written."""

    values: dict[str, Any]


def _report_lines(world: World, account: AdAccount, query: Query, at: int) -> list[_Line]:
    today = day_of(at, account.timezone)
    first = query.first or world.order_book.first_day
    last = min(query.last or today, today)
    books = [book for book in world.campaigns(account) if book.first_day <= today]
    groups: list[tuple[CampaignBook | None, list[CampaignBook]]] = [(None, books)]
    if query.resource == "campaign":
        groups = [(book, [book]) for book in books if book.campaign.listed]
    lines = []
    for book, members in groups:
        base = customer_fields(account)
        if book is not None:
            base |= _campaign_fields(account, book, today)
        if not query.has_metrics and not query.by_day:
            lines.append(_Line(base))
            continue
        days: dict[date, _Sums] = {}
        for member in members:
            for day, sums in _campaign_days(account, member, first, last, at).items():
                days.setdefault(day, _Sums()).add(sums)
        if not query.by_day:
            total = _Sums()
            for sums in days.values():
                total.add(sums)
            lines.append(_Line(base | _metrics(total)))
            continue
        lines.extend(
            _Line(base | _metrics(days[day]) | {"segments.date": day.isoformat()})
            for day in sorted(days)
        )
    return lines


def _is_row(query: Query, line: _Line) -> bool:
    if query.by_day and query.has_metrics:
        asked = [name for name in query.fields if name in METRICS]
        if not any(line.values.get(name) for name in asked):
            return False
    return all(
        condition.holds(str(line.values.get(condition.field, "0")))
        for condition in query.conditions
    )


def rows(world: World, account: AdAccount, query: Query, at: int) -> list[Row]:
    """All rows of a query on a customer."""
    if query.resource == "customer_client":
        below = [
            one for one in world.scenario.accounts_of("google_ads") if one.parent == account.id
        ]
        lines = [
            _Line(customer_fields(account) | _client_fields(account, one))
            for one in [account, *below]
        ]
    else:
        lines = _report_lines(world, account, query, at)
    chosen = [line for line in lines if _is_row(query, line)]
    for name, down in reversed(query.order):
        chosen.sort(key=lambda line: _sortable(line.values.get(name)), reverse=down)
    return [_nested(line.values, query.fields) for line in chosen[: query.limit]]


def _sortable(value: Any) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    try:
        return (0, float(value), "")
    except ValueError:
        return (1, 0.0, str(value))
