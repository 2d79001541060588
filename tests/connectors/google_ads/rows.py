"""Rows and failures as Google Ads writes them over REST, built for tests."""

from __future__ import annotations

from typing import Any

NUMBER = "2121450128"


def row(day: str, *, campaign: str | None = None, **metrics: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "customer": {
            "resourceName": f"customers/{NUMBER}",
            "id": NUMBER,
            "descriptiveName": "Aurora",
            "currencyCode": "USD",
        },
        "segments": {"date": day},
        "metrics": metrics,
    }
    if campaign is not None:
        fields["campaign"] = {
            "resourceName": f"customers/{NUMBER}/campaigns/{campaign}",
            "id": campaign,
            "name": f"Campaign {campaign}",
            "status": "PAUSED",
        }
    return fields


def stream(*chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"results": rows, "fieldMask": "segments.date", "requestId": "r"} for rows in chunks]


def client(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "customerClient": {
            "resourceName": f"customers/1/customerClients/{number}",
            "id": number,
            "descriptiveName": f"Customer {number}",
            "currencyCode": "USD",
            "timeZone": "America/New_York",
            "status": "ENABLED",
            "manager": False,
            **fields,
        }
    }


def failure(
    status: str, code: int, kind: str | None = None, name: str = "", **details: Any
) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": "not for people", "status": status}
    if kind is not None:
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
                "errors": [
                    {"errorCode": {kind: name}, "message": "not for people", "details": details}
                ],
                "requestId": "r",
            }
        ]
    return {"error": error}
