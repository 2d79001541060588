"""The sandbox's own addresses: health, clock, truth, faults, and a page that says what this is."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from aura_sandbox import truth
from aura_sandbox.clock import parse_moment
from aura_sandbox.index import index
from aura_sandbox.surroundings import Surroundings


def _refused(message: str) -> JSONResponse:
    return JSONResponse({"error": message}, 400)


async def _home(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(index(request.app, around, str(request.base_url).rstrip("/")))
    scenario = around.world.scenario
    rows = "".join(
        f"<li>{account.platform}: {escape(account.name)} ({account.id})</li>"
        for account in scenario.ad_accounts
    )
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Aura sandbox</title>'
        "<h1>Aura sandbox</h1><p>Shopify, Meta Ads and Google Ads of a made-up brand, on this "
        f"machine. Scenario <b>{escape(scenario.name)}</b>: {escape(scenario.summary)}.</p>"
        f"<ul><li>shopify: {escape(scenario.shop.name)} ({scenario.shop.domain})</li>{rows}</ul>"
        '<p><a href="/__health">health</a> · <a href="/__clock">clock</a> · '
        '<a href="/__truth/events">injected events</a> · <a href="/__truth/daily">truth by day</a> '
        '· <a href="/__faults">faults</a> · <a href="/__usage">usage</a></p></html>'
    )


async def _health(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    world = around.world
    return JSONResponse(
        {
            "status": "ok",
            "scenario": world.scenario.name,
            "seed": world.seed,
            "anchor": world.anchor.isoformat(),
            "first_day": world.order_book.first_day.isoformat(),
            "shop": world.scenario.shop.domain,
            "clock": around.clock.shown(),
        }
    )


async def _clock(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    if request.method == "POST":
        try:
            problem = _set_clock(around, await request.json())
        except ValueError as error:
            return _refused(f"The clock cannot be set: {error}")
        if problem:
            return _refused(problem)
        around.state.fields["clock"] = around.clock.kept()
        around.state.save()
    return JSONResponse(around.clock.shown())


def _set_clock(around: Surroundings, wish: Any) -> str | None:
    if not isinstance(wish, dict) or len(wish.keys() & {"now", "advance_seconds"}) != 1:
        return 'Send {"now": "2026-11-22T08:00:00Z"}, {"now": null} or {"advance_seconds": 3600}.'
    if "advance_seconds" in wish:
        seconds = wish["advance_seconds"]
        if not isinstance(seconds, int) or isinstance(seconds, bool):
            return "advance_seconds is a whole number."
        around.clock.advance(seconds)
    elif wish["now"] is None:
        around.clock.run()
    elif isinstance(wish["now"], str):
        around.clock.fix(parse_moment(wish["now"]))
    else:
        return "now is a moment in ISO 8601, or null for real time."
    return None


async def _truth(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    query = request.query_params
    try:
        as_of = query.get("as_of", "final")
        at = None if as_of == "final" else parse_moment(as_of)
        world = around.world
        first = date.fromisoformat(query.get("from", world.order_book.first_day.isoformat()))
        last = date.fromisoformat(query.get("to", world.anchor.isoformat()))
    except ValueError as error:
        return _refused(f"as_of=ISO|final, from=YYYY-MM-DD, to=YYYY-MM-DD: {error}")
    return JSONResponse(truth.daily(world, first, last, at))


async def _events(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    return JSONResponse({"events": truth.events(around.world)})


async def _faults(request: Request) -> Response:
    script = request.app.state.faults
    if request.method == "DELETE":
        script.clear()
    elif request.method == "POST":
        try:
            script.load(await request.json())
        except ValueError as error:
            return _refused(f"The faults cannot be set: {error}")
    return JSONResponse({"faults": script.shown()})


async def _usage(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    bucket = around.bucket
    points = {
        "size": bucket.size,
        "restore_rate": bucket.restore_rate,
        "spent": bucket.spent,
        "throttled": bucket.refused,
    }
    return JSONResponse(
        {
            "requests": around.requests,
            "addresses": dict(around.addresses),
            "shopify_points": points,
            "meta_quota": around.meta.shown(),
        }
    )


ROUTES = [
    Route("/", _home),
    Route("/__health", _health),
    Route("/__clock", _clock, methods=["GET", "POST"]),
    Route("/__truth/daily", _truth),
    Route("/__truth/events", _events),
    Route("/__faults", _faults, methods=["GET", "POST", "DELETE"]),
    Route("/__usage", _usage),
]
