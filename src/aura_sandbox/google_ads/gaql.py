"""A reader of the Google Ads Query Language, as far as reports by day need it.

Source: developers.google.com/google-ads/api/docs/query/grammar (v26). SELECT, FROM, WHERE with AND,
ORDER BY, LIMIT; conditions on any selected resource's fields; `segments.date` by BETWEEN,
comparison or DURING.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from aura_sandbox.google_ads.errors import query_error

_CUSTOMER = frozenset(
    [
        "customer.resource_name",
        "customer.id",
        "customer.descriptive_name",
        "customer.currency_code",
        "customer.time_zone",
        "customer.manager",
        "customer.status",
        "customer.test_account",
        "customer.auto_tagging_enabled",
    ]
)
_CAMPAIGN = frozenset(
    [
        "campaign.resource_name",
        "campaign.id",
        "campaign.name",
        "campaign.status",
        "campaign.advertising_channel_type",
        "campaign.serving_status",
    ]
)
_CLIENT = frozenset(
    [
        "customer_client.resource_name",
        "customer_client.client_customer",
        "customer_client.id",
        "customer_client.descriptive_name",
        "customer_client.currency_code",
        "customer_client.time_zone",
        "customer_client.manager",
        "customer_client.level",
        "customer_client.status",
        "customer_client.hidden",
        "customer_client.test_account",
    ]
)
METRICS = frozenset(
    [
        "metrics.impressions",
        "metrics.clicks",
        "metrics.cost_micros",
        "metrics.conversions",
        "metrics.conversions_value",
        "metrics.all_conversions",
        "metrics.all_conversions_value",
        "metrics.conversions_by_conversion_date",
        "metrics.conversions_value_by_conversion_date",
        "metrics.ctr",
        "metrics.average_cpc",
        "metrics.interactions",
    ]
)
_REPORT = METRICS | {"segments.date"}
FIELDS: dict[str, frozenset[str]] = {
    "customer": _CUSTOMER | _REPORT,
    "campaign": _CUSTOMER | _CAMPAIGN | _REPORT,
    "customer_client": _CUSTOMER | _CLIENT,
}
_KNOWN = frozenset().union(*FIELDS.values())

_SHAPE = re.compile(
    r"""\s*SELECT\s+(?P<select>.+?)\s+FROM\s+(?P<from>[A-Za-z_]+)
        (?:\s+WHERE\s+(?P<where>.+?))?
        (?:\s+ORDER\s+BY\s+(?P<order>.+?))?
        (?:\s+LIMIT\s+(?P<limit>\S+))?
        (?:\s+PARAMETERS\s+.+?)?\s*;?\s*""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_CONDITION = re.compile(
    r"""\s*(?P<field>[a-z_.]+)\s*
        (?P<operator>NOT\s+IN|BETWEEN|DURING|IN|>=|<=|!=|=|>|<)\s*
        (?P<value>.+)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_LITERAL = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_.\-]+)""")
_PROHIBITED = {
    "metrics": "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
    "segments": "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that is not about the date."""

    field: str
    operator: str
    values: tuple[str, ...]

    def holds(self, actual: str) -> bool:
        """Whether a value meets it; numbers compare as numbers."""
        if self.operator in {"=", "IN"}:
            return actual in self.values
        if self.operator in {"!=", "NOT IN"}:
            return actual not in self.values
        try:
            left, right = float(actual), float(self.values[0])
        except ValueError:
            return False
        return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[
            self.operator
        ]


@dataclass(frozen=True, slots=True)
class Query:
    """A checked query. `first` and `last` are None when no date is asked about."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...]
    first: date | None
    last: date | None
    order: tuple[tuple[str, bool], ...]
    limit: int | None

    @property
    def by_day(self) -> bool:
        """Whether rows are single days."""
        return "segments.date" in self.fields

    @property
    def has_metrics(self) -> bool:
        """Whether any metric is asked for."""
        return any(field in METRICS for field in self.fields)


def _checked_field(field: str, resource: str) -> str:
    if field in FIELDS[resource]:
        return field
    if field in _KNOWN:
        family = field.partition(".")[0]
        raise query_error(
            _PROHIBITED.get(family, "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
            f"The following field cannot be used with the resource in FROM: '{field}'.",
        )
    raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")


def _literals(text: str) -> tuple[str, ...]:
    found = [
        next(part for part in match.groups() if part is not None)
        for match in _LITERAL.finditer(text)
    ]
    if not found:
        raise query_error("BAD_VALUE", f"Invalid value: {text.strip()}")
    return tuple(re.sub(r"\\(.)", r"\1", one) for one in found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise query_error(
            "BAD_VALUE", f"Invalid date literal supplied for filtering: '{text}'."
        ) from None


def _during(name: str, today: date) -> tuple[date, date]:
    yesterday = today - timedelta(days=1)
    match name.upper():
        case "TODAY":
            return today, today
        case "YESTERDAY":
            return yesterday, yesterday
        case "LAST_7_DAYS":
            return today - timedelta(days=7), yesterday
        case "LAST_14_DAYS":
            return today - timedelta(days=14), yesterday
        case "LAST_30_DAYS":
            return today - timedelta(days=30), yesterday
        case "THIS_MONTH":
            return today.replace(day=1), today
    raise query_error("INVALID_VALUE_WITH_DURING_OPERATOR", f"Invalid value with DURING: {name}")


def _narrow(
    span: tuple[date | None, date | None], operator: str, value: str, today: date
) -> tuple[date | None, date | None]:
    """Apply one condition on segments.date."""
    values = _literals(value)
    low: date | None = None
    high: date | None = None
    if operator == "DURING":
        low, high = _during(values[0], today)
    elif operator == "BETWEEN":
        days = [one for one in values if one.upper() != "AND"]
        if len(days) != 2:
            raise query_error("INVALID_VALUE_WITH_BETWEEN_OPERATOR", "BETWEEN needs two dates.")
        low, high = _day(days[0]), _day(days[1])
    elif operator == "=":
        low = high = _day(values[0])
    elif operator in {">", ">="}:
        low = _day(values[0]) + timedelta(days=operator == ">")
    elif operator in {"<", "<="}:
        high = _day(values[0]) - timedelta(days=operator == "<")
    else:
        raise query_error("BAD_OPERATOR", f"Operator {operator} cannot be used with segments.date.")
    first, last = span
    if low is not None:
        first = low if first is None else max(first, low)
    if high is not None:
        last = high if last is None else min(last, high)
    return first, last


def _conditions_of(where: str) -> list[str]:
    """The parts of a WHERE clause; the AND of BETWEEN belongs to its condition."""
    parts = re.split(r"\s+AND\s+", where, flags=re.IGNORECASE)
    joined: list[str] = []
    for part in parts:
        if joined and re.search(r"\bBETWEEN\s+\S+$", joined[-1], re.IGNORECASE):
            joined[-1] += f" AND {part}"
        else:
            joined.append(part)
    return joined


def _order_of(text: str | None, resource: str) -> tuple[tuple[str, bool], ...]:
    order = []
    for part in (text or "").split(","):
        words = part.split()
        if not words:
            continue
        if len(words) > 2 or (len(words) == 2 and words[1].upper() not in {"ASC", "DESC"}):
            raise query_error("UNEXPECTED_INPUT", f"Error in ORDER BY: {part}")
        order.append((_checked_field(words[0], resource), words[-1].upper() == "DESC"))
    return tuple(order)


def parse(text: str, today: date) -> Query:
    """Read a query. Raises AdsError as the platform words it."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise query_error("UNEXPECTED_INPUT", "Error in query: unexpected input.")
    resource = match["from"].lower()
    if resource not in FIELDS:
        raise query_error(
            "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"Unknown resource: '{match['from']}'."
        )
    fields = tuple(_checked_field(part.strip(), resource) for part in match["select"].split(","))
    span: tuple[date | None, date | None] = (None, None)
    conditions = []
    for part in _conditions_of(match["where"]) if match["where"] else ():
        found = _CONDITION.fullmatch(part)
        if found is None:
            raise query_error(
                "UNEXPECTED_INPUT", f"Error in query: unexpected input {part.strip()}."
            )
        field = _checked_field(found["field"].lower(), resource)
        operator = " ".join(found["operator"].upper().split())
        if field == "segments.date":
            span = _narrow(span, operator, found["value"], today)
        else:
            conditions.append(Condition(field, operator, _literals(found["value"])))
    if "segments.date" in fields and None in span:
        raise query_error(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "Expected filters on date range: segments.date in SELECT needs a finite range in "
            "WHERE.",
        )
    limit = match["limit"]
    if limit is not None and not (limit.isdecimal() and int(limit) > 0):
        raise query_error("LIMIT_VALUE_TOO_LOW", f"Invalid LIMIT: {limit}")
    return Query(
        fields,
        resource,
        tuple(conditions),
        *span,
        _order_of(match["order"], resource),
        int(limit) if limit else None,
    )
