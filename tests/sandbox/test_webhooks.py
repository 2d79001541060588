"""The sandbox's sender alone: what is signed, tried again, and deleted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import threading
from datetime import UTC, datetime

import httpx
import pytest

NOW = datetime(2026, 11, 10, 10, tzinfo=UTC)
CREATE = """
mutation ($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id } userErrors { message }
  }
}
"""


@pytest.fixture
def listener():
    """An address that keeps what it is told and answers with `status`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.told.append((dict(self.headers), body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *_):
            """Nothing on the terminal."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.told, server.status = [], 200
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def subscribed(start_sandbox, listener):
    sandbox = start_sandbox("plain", now=NOW)
    with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=60) as client:
        shop = f"/shopify/{sandbox.shop}/admin"
        query = {
            "client_id": "aura-sandbox-shopify",
            "scope": "read_orders",
            "redirect_uri": "http://127.0.0.1/back",
            "state": "s",
        }
        back = sandbox.approve(str(httpx.URL(f"{sandbox.url}{shop}/oauth/authorize", params=query)))
        token = client.post(
            f"{shop}/oauth/access_token",
            json={
                "client_id": "aura-sandbox-shopify",
                "client_secret": "sandbox-secret-shopify",
                "code": httpx.URL(back).params["code"],
            },
        ).json()["access_token"]

        def ask(topic, uri):
            variables = {"topic": topic, "subscription": {"uri": uri, "includeFields": ["id"]}}
            answer = client.post(
                f"{shop}/api/2026-10/graphql.json",
                json={"query": CREATE, "variables": variables},
                headers={"X-Shopify-Access-Token": token},
            )
            return answer.json()["data"]["webhookSubscriptionCreate"]

        yield sandbox, client, ask, f"http://127.0.0.1:{listener.server_address[1]}/hooks"


def test_a_delivery_is_signed_and_holds_only_what_was_asked_for(subscribed, listener):
    sandbox, client, ask, uri = subscribed
    assert ask("ORDERS_CREATE", uri)["userErrors"] == []
    assert ask("ORDERS_CREATE", uri)["userErrors"] != []
    assert ask("ORDERS_CREATE", "http://example.com/")["userErrors"] != []
    sandbox.clock(advance=86_400)
    client.post("/__webhooks/deliver")

    assert listener.told
    for headers, body in listener.told:
        digest = hmac.new(b"sandbox-secret-shopify", body, hashlib.sha256).digest()
        assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
        assert headers["X-Shopify-Topic"] == "orders/create"
        assert set(httpx.Response(200, content=body).json()) == {"id"}
    ids = [headers["X-Shopify-Webhook-Id"] for headers, _ in listener.told]
    assert len(set(ids)) == len(ids)


def test_what_fails_for_hours_is_tried_eight_times_more_and_then_nobody_is_told(
    subscribed, listener
):
    sandbox, client, ask, uri = subscribed
    ask("ORDERS_CREATE", uri)
    listener.status = 500
    sandbox.clock(advance=86_400)
    shown = client.post("/__webhooks/deliver").json()
    waiting = shown["waiting"]
    assert waiting
    for _ in range(8):
        assert len(client.get("/__webhooks").json()["subscriptions"]) == 1
        sandbox.clock(advance=6_120)
        client.post("/__webhooks/deliver")
    assert client.get("/__webhooks").json()["subscriptions"] == []
    tries = [headers["X-Shopify-Webhook-Id"] for headers, _ in listener.told]
    assert {tries.count(one) for one in tries[:waiting]} == {9}
