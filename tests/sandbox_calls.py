"""The calls a client of the three platforms makes, written here once and for the tests only."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from sandbox_fixture import RunningSandbox

CALLBACK = "http://127.0.0.1:9/callback"
SCOPES = "read_orders,read_all_orders,read_customers"


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def client(platform: str) -> dict[str, str]:
    return {
        "client_id": f"aura-sandbox-{platform}",
        "client_secret": f"sandbox-secret-{platform}",
    }


def consent_url(sandbox: RunningSandbox, platform: str, **changes: str) -> str:
    paths = {
        "shopify": f"/shopify/{sandbox.shop}/admin/oauth/authorize",
        "meta": "/meta/v26.0/dialog/oauth",
        "google_ads": "/google/o/oauth2/v2/auth",
    }
    own = {
        "shopify": {"scope": SCOPES},
        "meta": {"scope": "ads_read", "response_type": "code"},
        "google_ads": {
            "scope": "https://www.googleapis.com/auth/adwords",
            "response_type": "code",
            "access_type": "offline",
            "prompt": "consent",
        },
    }
    query = {
        "client_id": f"aura-sandbox-{platform}",
        "redirect_uri": CALLBACK,
        "state": "state-1",
        **own[platform],
        **changes,
    }
    return f"{sandbox.url}{paths[platform]}?{urlencode(query)}"


def consent(sandbox: RunningSandbox, platform: str, **changes: str) -> str:
    callback = query_of(sandbox.approve(consent_url(sandbox, platform, **changes)))
    assert callback["state"] == "state-1"
    return callback["code"]


@dataclass(frozen=True)
class Shopify:
    sandbox: RunningSandbox
    token: str

    def run(
        self, query: str, variables: dict[str, Any] | None = None, version: str = "2026-10"
    ) -> httpx.Response:
        return httpx.post(
            f"{self.sandbox.url}/shopify/{self.sandbox.shop}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=60,
        )

    def data(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        body = self.run(query, variables).json()
        while body.get("errors", [{}])[0].get("extensions", {}).get("code") == "THROTTLED":
            cost = body["extensions"]["cost"]
            status = cost["throttleStatus"]
            missing = cost["requestedQueryCost"] - status["currentlyAvailable"]
            time.sleep(max(0.1, missing / status["restoreRate"]))
            body = self.run(query, variables).json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    def orders(self, fields: str, search: str = "", *, first: int = 250) -> Iterator[Any]:
        query = (
            "query($first: Int!, $after: String, $search: String) { orders(first: $first, "
            "after: $after, query: $search) { nodes { %s } pageInfo { hasNextPage endCursor } } }"
        )
        after = None
        while True:
            variables = {"first": first, "after": after, "search": search}
            page = self.data(query % fields, variables)["orders"]
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def shopify_tokens(sandbox: RunningSandbox, **fields: str) -> httpx.Response:
    return httpx.post(
        f"{sandbox.url}/shopify/{sandbox.shop}/admin/oauth/access_token",
        json={**client("shopify"), **fields},
    )


def shopify(sandbox: RunningSandbox, scope: str = SCOPES) -> Shopify:
    answer = shopify_tokens(sandbox, code=consent(sandbox, "shopify", scope=scope), expiring="1")
    return Shopify(sandbox, answer.raise_for_status().json()["access_token"])


@dataclass(frozen=True)
class Meta:
    sandbox: RunningSandbox
    token: str

    def call(self, method: str, path: str, **parameters: str) -> httpx.Response:
        secret = client("meta")["client_secret"].encode()
        proof = hmac.new(secret, self.token.encode(), hashlib.sha256).hexdigest()
        signed = {"access_token": self.token, "appsecret_proof": proof, **parameters}
        return httpx.request(
            method, f"{self.sandbox.url}/meta/v26.0/{path}", params=signed, timeout=60
        )

    def rows(self, path: str, **parameters: str) -> list[Any]:
        answer = self.call("GET", path, **parameters).raise_for_status().json()
        rows = answer["data"]
        while "next" in answer.get("paging", {}):
            answer = httpx.get(answer["paging"]["next"]).raise_for_status().json()
            rows += answer["data"]
        return rows


def meta_token(sandbox: RunningSandbox, **fields: str) -> httpx.Response:
    return httpx.get(
        f"{sandbox.url}/meta/v26.0/oauth/access_token", params={**client("meta"), **fields}
    )


def meta(sandbox: RunningSandbox) -> Meta:
    short = meta_token(sandbox, code=consent(sandbox, "meta"), redirect_uri=CALLBACK)
    return Meta(sandbox, short.raise_for_status().json()["access_token"])


@dataclass(frozen=True)
class Google:
    sandbox: RunningSandbox
    token: str

    def ask(
        self, customer: str, query: str, *, login: str | None = None, method: str = "searchStream"
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        if login:
            headers["login-customer-id"] = login
        return httpx.post(
            f"{self.sandbox.url}/google/v26/customers/{customer}/googleAds:{method}",
            json={"query": query},
            headers=headers,
            timeout=60,
        )

    def rows(self, customer: str, query: str, *, login: str | None = None) -> list[Any]:
        batches = self.ask(customer, query, login=login).raise_for_status().json()
        return [row for batch in batches for row in batch.get("results", [])]


def google_token(sandbox: RunningSandbox, **fields: str) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/google/token", data={**client("google_ads"), **fields})


def google_grant(sandbox: RunningSandbox, **changes: str) -> Any:
    code = consent(sandbox, "google_ads", **changes)
    answer = google_token(
        sandbox, grant_type="authorization_code", code=code, redirect_uri=CALLBACK
    )
    return answer.raise_for_status().json()


def google(sandbox: RunningSandbox) -> Google:
    return Google(sandbox, google_grant(sandbox)["access_token"])
