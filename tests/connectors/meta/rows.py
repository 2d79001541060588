"""Insights rows as Meta writes them, built for tests."""

from __future__ import annotations

from typing import Any

NUMBER = "123"


def row(day: str, *, campaign: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "account_id": NUMBER,
        "account_name": "Aurora",
        "account_currency": "USD",
        "date_start": day,
        "date_stop": day,
        "spend": "14.35",
        "impressions": "2575",
        **({"campaign_id": campaign, "campaign_name": f"Campaign {campaign}"} if campaign else {}),
        **fields,
    }


def page(*rows: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    cursors = {"before": "b", "after": after or "last"}
    paging: dict[str, Any] = {"cursors": cursors}
    if after is not None:
        paging["next"] = "http://127.0.0.1:1/never-followed?access_token=in-the-address"
    return {"data": list(rows), "paging": paging}


def error(code: int, subcode: int | None = None, **fields: Any) -> dict[str, Any]:
    details: dict[str, Any] = {"message": "(#code)", "type": "OAuthException", "code": code}
    if subcode is not None:
        details["error_subcode"] = subcode
    return {"error": {**details, "fbtrace_id": "A", **fields}}
