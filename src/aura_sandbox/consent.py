"""The consent pages: plain HTML with Allow and Deny, and the page of a request gone wrong."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse

# a wish that a person leaves out of what they allow
DECLINED = "decline"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; }
main { max-width: 26rem; margin: 1rem; padding: 1.5rem 2rem;
  border: 1px solid #8886; border-radius: 12px; }
h1 { font-size: 1.3rem; margin: .2rem 0 1rem; }
.sandbox { font-size: .85rem; padding: .5rem .75rem; border-radius: 8px; background: #fb02;
  border: 1px solid #b808; }
ul { padding-left: 1.2rem; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
form p, form ul { width: 100%; margin-block: 0; }
label { font-size: .85rem; opacity: .8; }
button { flex: 1; font: inherit; padding: .6rem; border-radius: 8px;
  border: 1px solid #8888; cursor: pointer; }
button[value=allow] { background: #1a6b45; border-color: #1a6b45; color: #fff; }
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def _page(title: str, inside: str, status: int = 200) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><main>"
        '<p class="sandbox"><strong>Sandbox.</strong> This is not the real platform: it runs on '
        "this machine, its data is made up, nobody is asked for a password.</p>"
        f"{inside}</main></html>"
    )
    return HTMLResponse(html, status, headers=_HEADERS)


def ask(
    platform: str, who: str, client_id: str, wishes: list[str], query: Mapping[str, str]
) -> HTMLResponse:
    """The question; the answer is posted to the same address."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in query.items()
    )
    wanted = "".join(
        f"<li>{escape(wish)} <label><input type=checkbox name={DECLINED} "
        f'value="{escape(wish)}"> leave out</label></li>'
        for wish in wishes
    )
    return _page(
        f"{platform} sandbox: allow {client_id}?",
        f"<h1>Allow <em>{escape(client_id)}</em> to read from {escape(who)} at {escape(platform)}?"
        f'</h1><form method="post"><p>It asks for:</p><ul>{wanted}</ul>{hidden}'
        '<button name="decision" value="deny">Deny</button>'
        '<button name="decision" value="allow">Allow</button></form>',
    )


def refuse(platform: str, title: str, detail: str, status: int = 400) -> HTMLResponse:
    """A page for a request that must not be answered by a redirect."""
    inside = f"<h1>{escape(title)}</h1><p>{escape(detail)}</p>"
    return _page(f"{platform} sandbox: {title}", inside, status)


def allowed(scopes: list[str], form: Any) -> list[str]:
    """The scopes that a person did not leave out on the page."""
    declined = set(form.getlist(DECLINED))
    return [scope for scope in scopes if scope not in declined]


def is_loopback(address: str) -> bool:
    """Whether a redirect address stays on this machine."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def back(redirect_uri: str, parameters: Mapping[str, str], fragment: str = "") -> RedirectResponse:
    """Send the browser back to the application."""
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return RedirectResponse(
        f"{redirect_uri}{joint}{urlencode(parameters)}{fragment}", status_code=302, headers=_HEADERS
    )
