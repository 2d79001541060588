from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from aura.connectors.http import Answer, HttpClient, counting, failure_by_status, parse_json
from aura.errors import BadDataError, ConnectorError, NeedsReconnectError, TryLaterError
from connectors.scripted import Cut, Platform


def judged(answer: Answer) -> ConnectorError | None:
    return failure_by_status("Platform", answer)


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient("Platform")
    yield client
    await client.aclose()


async def test_fractions_arrive_as_decimals(http: HttpClient, platform: Platform) -> None:
    platform.will_answer(Response(b'{"value": 6.6238990000000001}'))
    answer = await http.send("GET", platform.url, failure_of=judged)
    assert answer.body == {"value": Decimal("6.6238990000000001")}


@pytest.mark.parametrize("text", [b"NaN", b"[Infinity]", b"{", b"<html>", b"\xff"])
def test_what_is_not_json_is_not_parsed(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_json(text)


@pytest.mark.parametrize("first", [Cut(b'[{"results":'), Response(b'{"data": ['), Response(b"<p>")])
async def test_an_answer_that_ends_early_is_asked_for_again(
    http: HttpClient, platform: Platform, first: Response
) -> None:
    platform.will_answer(first, {"whole": True})
    with counting() as usage:
        answer = await http.send("GET", platform.url, failure_of=judged)
    assert answer.body == {"whole": True}
    assert usage.requests == 2


@pytest.mark.parametrize("cut", [Cut(b'[{"results":'), Response(b'{"data": [')])
async def test_an_answer_that_always_ends_early_is_for_later(
    http: HttpClient, platform: Platform, cut: Response
) -> None:
    platform.will_answer(cut, cut, cut)
    with pytest.raises(TryLaterError):
        await http.send("GET", platform.url, failure_of=judged)
    assert len(platform.asked) == 3


async def test_nobody_there_is_for_later(http: HttpClient) -> None:
    with pytest.raises(TryLaterError, match="could not be reached"):
        await http.send("GET", "http://127.0.0.1:1", failure_of=judged)


@pytest.mark.parametrize(
    ("status", "family", "tries"),
    [
        (500, TryLaterError, 3),
        (503, TryLaterError, 3),
        (429, TryLaterError, 1),
        (401, NeedsReconnectError, 1),
        (403, NeedsReconnectError, 1),
        (400, BadDataError, 1),
        (404, BadDataError, 1),
        (302, BadDataError, 1),
    ],
)
async def test_each_status_has_its_family(
    http: HttpClient, platform: Platform, status: int, family: type[Exception], tries: int
) -> None:
    platform.will_answer(*[JSONResponse({}, status)] * 3)
    with pytest.raises(family) as failed:
        await http.send("GET", platform.url, failure_of=judged)
    assert type(failed.value) is family
    assert len(platform.asked) == tries


async def test_a_short_pause_is_kept_a_long_one_is_handed_on(
    http: HttpClient, platform: Platform
) -> None:
    platform.will_answer(
        JSONResponse({}, 429, headers={"Retry-After": "3"}),
        {"after": "the pause"},
        JSONResponse({}, 429, headers={"Retry-After": "900"}),
    )
    answer = await http.send("GET", platform.url, failure_of=judged)
    assert answer.body == {"after": "the pause"}
    with pytest.raises(TryLaterError) as failed:
        await http.send("GET", platform.url, failure_of=judged)
    assert failed.value.retry_after == 900


async def test_requests_are_counted_where_they_are_made(
    http: HttpClient, platform: Platform
) -> None:
    platform.will_answer({}, {}, {})
    await http.send("GET", platform.url, failure_of=judged)
    with counting() as outer:
        await http.send("GET", platform.url, failure_of=judged)
        with counting() as inner:
            await http.send("GET", platform.url, failure_of=judged)
    assert (outer.requests, inner.requests) == (1, 1)


async def test_no_log_and_no_error_holds_what_a_query_or_header_carried(
    http: HttpClient, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # a command that ran in this process before has made this one quiet
    caplog.set_level(logging.DEBUG, logger="httpx")
    platform.will_answer(JSONResponse({}, 500), JSONResponse({}, 500), JSONResponse({}, 400))
    with pytest.raises(BadDataError) as failed:
        await http.send(
            "GET",
            platform.url + "/path",
            failure_of=judged,
            params={"client_secret": "canary-in-query"},
            headers={"Authorization": "Bearer canary-in-header"},
            form={"refresh_token": "canary-in-form"},
        )
    assert "/path" in caplog.text
    assert "canary" not in caplog.text
    assert "canary" not in repr(failed.value)


async def test_redirects_are_not_followed(http: HttpClient, platform: Platform) -> None:
    platform.will_answer(Response(status_code=302, headers={"Location": platform.url + "/other"}))
    with pytest.raises(BadDataError):
        await http.send("GET", platform.url, failure_of=judged)
    assert len(platform.asked) == 1


async def test_a_proxy_of_the_environment_does_not_stand_before_loopback(
    http: HttpClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    platform.will_answer({"direct": True})
    answer = await http.send("GET", platform.url, failure_of=judged)
    assert answer.body == {"direct": True}


def test_an_answer_without_a_body_has_none() -> None:
    assert Answer(204, httpx.Headers(), None).is_success
