"""Insights rows: days of an account or of its campaigns, every number a string.

Source: developers.facebook.com, Marketing API v26.0, Insights. Days without delivery are absent. A
purchase appears under several action types with the same value, so summing them counts it again
and again. A window's key is absent when it is zero; `7d_view` and `28d_view` are accepted and,
since 2026-01-12, never answered.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aura_sandbox.meta.errors import GraphError, parameter
from aura_sandbox.scenario import AdAccount
from aura_sandbox.world.advertising import MICROS, CampaignBook, CampaignDay, Window, counted
from aura_sandbox.world.days import day_of, days_between
from aura_sandbox.world.world import World

Row = dict[str, Any]
FIELDS = frozenset(
    [
        "account_currency",
        "account_id",
        "account_name",
        "action_values",
        "actions",
        "attribution_setting",
        "buying_type",
        "campaign_id",
        "campaign_name",
        "clicks",
        "cost_per_action_type",
        "cost_per_inline_link_click",
        "cpc",
        "cpm",
        "cpp",
        "ctr",
        "date_start",
        "date_stop",
        "frequency",
        "impressions",
        "inline_link_click_ctr",
        "inline_link_clicks",
        "objective",
        "outbound_clicks",
        "purchase_roas",
        "reach",
        "social_spend",
        "spend",
        "unique_clicks",
        "website_purchase_roas",
    ]
)
WINDOWS = frozenset(
    {
        "1d_click",
        "7d_click",
        "28d_click",
        "1d_view",
        "1d_ev",
        "7d_view",
        "28d_view",
        "default",
        "skan_click",
        "skan_view",
    }
)
_PURCHASES = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_web_purchase",
    "onsite_web_app_purchase",
    "web_in_store_purchase",
)
_DEFAULT: tuple[Window, ...] = ("1d_click", "7d_click", "1d_view")
_ANSWERED: dict[str, tuple[Window, ...]] = {
    "1d_click": ("1d_click",),
    "7d_click": ("1d_click", "7d_click"),
    "28d_click": ("1d_click", "7d_click", "28d_click"),
    "1d_view": ("1d_view",),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A checked insights request."""

    level: str
    first: date
    last: date
    fields: tuple[str, ...]
    daily: bool
    windows: tuple[str, ...]


class _Sums:
    """Figures of one row, added up from campaign days."""

    def __init__(self) -> None:
        self.spend = self.impressions = self.clicks = self.all_clicks = 0
        self.credits: Counter[Window] = Counter()
        self.values: Counter[Window] = Counter()

    def add(self, one: CampaignDay, at: int) -> bool:
        """Add a campaign's day as far as it is known; whether there was anything."""
        delivery = one.delivered(at)
        if delivery is None or not any(delivery):
            return False
        self.spend += delivery.spend
        self.impressions += delivery.impressions
        self.clicks += delivery.clicks
        self.all_clicks += delivery.all_clicks
        for conversion in one.conversions:
            if counted(conversion, at):
                self.credits[conversion.window] += conversion.credit
                self.values[conversion.window] += conversion.value
        return True


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _money(micros: int) -> str:
    return _plain((Decimal(micros) / MICROS).quantize(Decimal("0.01")))


def _ratio(top: int | Decimal, bottom: int | Decimal) -> str:
    return _plain((Decimal(top) / Decimal(bottom)).quantize(Decimal("0.000001")))


def _stat(kind: str, sums: Counter[Window], windows: Iterable[str], *, money: bool) -> Row | None:
    def write(micros: int) -> str:
        if not money:
            return str(micros // MICROS)
        text = _money(micros)
        return text.rstrip("0").rstrip(".") if "." in text else text

    default = sum(sums[window] for window in _DEFAULT)
    made: Row = {"action_type": kind}
    if default:
        made["value"] = write(default)
    for name in windows:
        total = sum(sums[window] for window in _ANSWERED.get(name, ()))
        if total:
            made[name] = write(total)
    return made if len(made) > 1 else None


def _actions(sums: _Sums, windows: Iterable[str]) -> list[Row]:
    carts = Counter({window: count * 3 for window, count in sums.credits.items()})
    made: list[Row | None] = [
        {"action_type": "link_click", "value": str(sums.clicks)} if sums.clicks else None,
        {"action_type": "landing_page_view", "value": str(sums.clicks * 4 // 5)}
        if sums.clicks > 1
        else None,
        _stat("add_to_cart", carts, windows, money=False),
        _stat("omni_add_to_cart", carts, windows, money=False),
    ]
    made += [_stat(kind, sums.credits, windows, money=False) for kind in _PURCHASES]
    return [one for one in made if one is not None]


def _action_values(sums: _Sums, windows: Iterable[str]) -> list[Row]:
    made = [_stat(kind, sums.values, windows, money=True) for kind in _PURCHASES]
    return [one for one in made if one is not None]


def _metrics(sums: _Sums, windows: tuple[str, ...]) -> Row:
    value = sum(sums.values[window] for window in _DEFAULT)
    reach = max(1, sums.impressions * 5 // 7)
    actions = _actions(sums, windows)
    row: Row = {
        "spend": _money(sums.spend).removesuffix(".00"),
        "social_spend": "0",
        "impressions": str(sums.impressions),
        "reach": str(reach),
        "frequency": _ratio(sums.impressions, reach),
        "clicks": str(sums.all_clicks),
        "unique_clicks": str(sums.all_clicks * 9 // 10),
        "inline_link_clicks": str(sums.clicks) if sums.clicks else None,
        "actions": actions or None,
        "action_values": _action_values(sums, windows) or None,
    }
    if sums.clicks:
        row["outbound_clicks"] = [{"action_type": "outbound_click", "value": str(sums.clicks)}]
        row["cost_per_inline_link_click"] = _ratio(Decimal(sums.spend) / MICROS, sums.clicks)
    if sums.impressions:
        row["ctr"] = _ratio(100 * sums.all_clicks, sums.impressions)
        row["inline_link_click_ctr"] = _ratio(100 * sums.clicks, sums.impressions)
        row["cpm"] = _ratio(Decimal(1000 * sums.spend) / MICROS, sums.impressions)
        row["cpp"] = _ratio(Decimal(1000 * sums.spend) / MICROS, reach)
    if sums.all_clicks:
        row["cpc"] = _ratio(Decimal(sums.spend) / MICROS, sums.all_clicks)
    if sums.spend and value:
        roas = [{"action_type": "omni_purchase", "value": _ratio(value, sums.spend)}]
        row["purchase_roas"] = row["website_purchase_roas"] = roas
    row["cost_per_action_type"] = [
        {
            "action_type": one["action_type"],
            "value": _ratio(Decimal(sums.spend) / MICROS, int(one["value"])),
        }
        for one in actions
        if "value" in one
    ] or None
    return {name: value for name, value in row.items() if value is not None}


def _row(
    account: AdAccount,
    book: CampaignBook | None,
    span: tuple[date, date],
    sums: _Sums,
    question: Question,
) -> Row:
    whole = {
        "account_id": account.id,
        "account_name": account.name,
        "account_currency": account.currency,
        "attribution_setting": "7d_click_1d_view",
        "buying_type": "AUCTION",
        "objective": "OUTCOME_SALES",
        **_metrics(sums, question.windows),
    }
    if book is not None:
        whole |= {"campaign_id": book.campaign.id, "campaign_name": book.campaign.name}
    chosen = {name: whole[name] for name in question.fields if name in whole}
    return {**chosen, "date_start": span[0].isoformat(), "date_stop": span[1].isoformat()}


def rows(world: World, account: AdAccount, question: Question, at: int) -> list[Row]:
    """All rows of a request at a moment."""
    today = day_of(at, account.timezone)
    days = days_between(question.first, min(question.last, today))
    books = world.campaigns(account)
    groups: list[tuple[CampaignBook | None, list[CampaignBook]]] = [(None, books)]
    if question.level == "campaign":
        groups = [(book, [book]) for book in world.listed_campaigns(account)]
    spans = [[day] for day in days] if question.daily else [days]
    made = []
    for book, members in groups:
        for span in spans:
            sums, any_delivery = _Sums(), False
            for member in members:
                for day in span:
                    one = member.day(day)
                    any_delivery |= one is not None and sums.add(one, at)
            if any_delivery:
                bounds = (span[0], span[-1]) if question.daily else (question.first, question.last)
                made.append(_row(account, book, bounds, sums, question))
    return made


def _listed(text: str, name: str) -> list[str]:
    if not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        parsed = json.loads(text)
    except ValueError:
        raise parameter(f"Param {name} must be an array") from None
    return [str(part) for part in parsed]


def ask(parameters: Mapping[str, str], today: date) -> Question:
    """Check a request's parameters. Raises GraphError as the platform does."""
    fields = _listed(parameters.get("fields", "spend,impressions"), "fields")
    for name in fields:
        if name not in FIELDS:
            raise parameter(
                f"{name} is not valid for fields param. please check "
                "https://developers.facebook.com/docs/marketing-api/reference/ads-insights/ for "
                "all valid values"
            )
    level = parameters.get("level", "account")
    if level not in {"account", "campaign"}:
        raise parameter("Param level must be one of {account, campaign} in the sandbox")
    increment = parameters.get("time_increment", "all_days")
    if increment not in {"1", "all_days"}:
        raise parameter("Param time_increment must be 1 or all_days in the sandbox")
    windows = _listed(
        parameters.get("action_attribution_windows", "[]"), "action_attribution_windows"
    )
    for window in windows:
        if window not in WINDOWS:
            raise parameter(
                f"Param action_attribution_windows[0] must be one of "
                f"{{{', '.join(sorted(WINDOWS))}}}"
            )
    first, last = _range(parameters, today)
    return Question(level, first, last, tuple(fields), increment == "1", tuple(windows))


def _range(parameters: Mapping[str, str], today: date) -> tuple[date, date]:
    if "time_range" not in parameters:
        return today - timedelta(days=30), today - timedelta(days=1)
    try:
        parsed = json.loads(parameters["time_range"])
        first, last = date.fromisoformat(parsed["since"]), date.fromisoformat(parsed["until"])
    except (ValueError, KeyError, TypeError):
        raise parameter("Param time_range must be an object with since and until") from None
    if last < first:
        raise parameter("since must be before or equal to until")
    oldest = _months_before(today, 37)
    if first < oldest:
        raise GraphError(
            "(#3018) The start date of the time range cannot be beyond 37 months from the current "
            "date",
            code=3018,
        )
    return first, last


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, min(day.day, 28))
