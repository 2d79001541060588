"""What holds for every operation: limits, tags, repeated writes, pages, problems."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.accounts.limits import Limits
from aura.api.paging import PageAsked, paged
from aura.errors import InputError
from aura.store.events import forget_deliveries

NEW_BRAND = {"name": "New", "currency": "EUR", "timezone": "Europe/Berlin"}


@pytest.fixture
def send(browser, token):
    """Any request of the browser's new person, as a program sends it."""
    access = ""

    async def send(method, path, **options):
        nonlocal access
        access = access or await token()
        browser.client.cookies.clear()
        headers = {"authorization": f"Bearer {access}"} | options.pop("headers", {})
        return await browser.client.request(method, f"/v1{path}", headers=headers, **options)

    return send


async def test_a_brand_is_added_read_changed_and_deleted(send):
    added = await send("POST", "/brands", json=NEW_BRAND)
    assert added.status_code == 201
    path = added.headers["location"].removeprefix("/v1")
    assert (await send("GET", path)).json() == added.json()
    assert (await send("POST", "/brands", json=NEW_BRAND)).status_code == 409
    changed = await send("PATCH", path, json={"domain": "https://Shop.Example.com/"})
    assert changed.json() == added.json() | {"domain": "shop.example.com"}
    assert (await send("PATCH", path, json={"currency": "ABC"})).status_code == 422
    assert (await send("PATCH", path, json={})).json() == changed.json()
    assert (await send("DELETE", path)).status_code == 204
    assert (await send("GET", path)).status_code == 404
    assert (await send("GET", "/brands")).json() == {"brands": [], "next_cursor": None}


async def test_a_read_that_has_not_changed_has_no_body(send):
    added = await send("POST", "/brands", json=NEW_BRAND)
    path = f"/brands/{added.json()['id']}"
    tag = (await send("GET", path)).headers["etag"]
    for held in (tag, f'"x", W/{tag}', "*"):
        answer = await send("GET", path, headers={"if-none-match": held})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "content-type" not in answer.headers
    await send("PATCH", path, json={"name": "Other"})
    answer = await send("GET", path, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


async def test_what_may_travel_compressed_has_a_weak_tag(send):
    assert (await send("GET", "/problems")).headers["etag"].startswith('W/"')
    plain = await send("GET", "/problems", headers={"accept-encoding": "identity"})
    assert plain.headers["etag"].startswith('"')


async def test_a_change_names_the_state_that_it_changes(send):
    added = await send("POST", "/brands", json=NEW_BRAND)
    path = f"/brands/{added.json()['id']}"
    tag = (await send("GET", path)).headers["etag"]
    first = await send("PATCH", path, json={"name": "One"}, headers={"if-match": tag})
    assert first.status_code == 200
    second = await send("PATCH", path, json={"name": "Two"}, headers={"if-match": tag})
    assert (second.status_code, second.json()["code"]) == (412, "changed-meanwhile")
    assert (await send("GET", path)).json()["name"] == "One"


async def test_a_write_that_is_said_twice_happens_once(send):
    key = {"idempotency-key": "6f2c"}
    first = await send("POST", "/brands", json=NEW_BRAND, headers=key)
    again = await send("POST", "/brands", json=NEW_BRAND, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await send("POST", "/brands", json=NEW_BRAND | {"name": "B"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await send("GET", "/brands")).json()["brands"]) == 1

    path = f"/brands/{first.json()['id']}"
    change = {"idempotency-key": "7a"}
    one = await send("PATCH", path, json={"name": "One"}, headers=change)
    await send("PATCH", path, json={"name": "Two"})
    assert (await send("PATCH", path, json={"name": "One"}, headers=change)).content == one.content
    assert (await send("GET", path)).json()["name"] == "Two"


async def test_a_write_that_failed_may_be_tried_again_with_its_key(send):
    added = (await send("POST", "/brands", json=NEW_BRAND)).json()
    key = {"idempotency-key": "again"}
    path = f"/brands/{added['id']}"
    assert (await send("PATCH", path, json={"name": " "}, headers=key)).status_code == 422
    assert (await send("PATCH", path, json={"name": "Good"}, headers=key)).status_code == 200


async def test_a_write_that_is_being_carried_out_is_not_begun_again(send, database):
    added = (await send("POST", "/brands", json=NEW_BRAND)).json()
    key = {"idempotency-key": "slow"}
    path = f"/brands/{added['id']}"
    await send("PATCH", path, json={"name": "Good"}, headers=key)
    async with database.as_owner() as connection:
        await connection.execute(
            "update aura.events set answered_at = null, details = details - 'written'"
        )
    answer = await send("PATCH", path, json={"name": "Good"}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "still-running")
    async with database.as_owner() as connection:
        await connection.execute(
            "update aura.events set received_at = received_at - '1 h'::interval"
        )
    assert (await send("PATCH", path, json={"name": "Good"}, headers=key)).status_code == 200


BREAK = """
    create function aura.refuse() returns trigger language plpgsql as
    $$ begin raise exception 'the machine stops here'; end $$;
    create trigger refuse before insert or update on aura.events
    for each row when ({when}) execute function aura.refuse()
"""
MEND = "drop trigger refuse on aura.events; drop function aura.refuse()"
SPEND = {"what": "spend", "name": "TikTok", "amount": "10", "from": "2026-11-01", "every": "once"}


@pytest.mark.parametrize("adds_brand", [True, False])
async def test_what_is_written_and_that_its_key_was_used_are_kept_together_or_not_at_all(
    adds_brand, send, database
):
    added = (await send("POST", "/brands", json=NEW_BRAND)).json()
    key = {"idempotency-key": "between"}
    path, body = "/brands", NEW_BRAND | {"name": "Second"}
    if not adds_brand:
        path, body = f"/brands/{added['id']}/entries", SPEND

    async def ask():
        return await send("POST", path, json=body, headers=key)

    async def written():
        found = await send("GET", path)
        (rows,) = (value for value in found.json().values() if isinstance(value, list))
        return len(rows) - adds_brand

    async def run(statement):
        async with database.as_owner() as connection:
            await connection.execute(statement)

    # it stops after the write, before that is noted: neither is kept, the key is still good
    await run(BREAK.format(when="new.details ? 'written'"))
    assert (await ask()).status_code == 500
    assert await written() == 0
    await run(MEND)
    # it stops after both, before the answer is kept: nothing is written a second time, ever
    await run(BREAK.format(when="new.answered_at is not null"))
    with contextlib.suppress(Exception):
        await ask()
    assert await written() == 1
    await run(MEND)
    await run("update aura.events set received_at = received_at - '1 h'::interval")
    again = await ask()
    assert (again.status_code, again.json()["code"]) == (409, "answer-lost")
    assert await written() == 1


# a statement can be read in the transaction that makes it and in none after it
BREAK_READS = """
    create function aura.refuse() returns boolean language plpgsql as
    $$ begin raise exception 'the machine stops here'; end $$;
    grant execute on function aura.refuse() to authenticated;
    create policy refuse on aura.brand_entries as restrictive for select to authenticated
    using (case when created_at = now() then true else aura.refuse() end)
"""
MEND_READS = "drop policy refuse on aura.brand_entries; drop function aura.refuse()"


async def test_a_write_whose_answer_fell_over_is_not_written_again(send, database):
    added = (await send("POST", "/brands", json=NEW_BRAND)).json()
    path, key = f"/brands/{added['id']}/entries", {"idempotency-key": "after"}
    async with database.as_owner() as connection:
        await connection.execute(BREAK_READS)
    assert (await send("POST", path, json=SPEND, headers=key)).status_code == 500
    async with database.as_owner() as connection:
        await connection.execute(MEND_READS)
    again = await send("POST", path, json=SPEND, headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "answer-lost")
    assert len((await send("GET", path)).json()["entries"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a b"])
async def test_a_key_that_is_none_is_refused(send, key):
    answer = await send("POST", "/brands", json=NEW_BRAND, headers={"idempotency-key": key})
    assert answer.status_code == 422


async def test_every_answer_says_how_many_requests_are_left(send):
    for path in ("/brands", "/brands/x", "/nothing"):
        answer = await send("GET", path)
        assert answer.headers["ratelimit-policy"] == '"caller";q=600;w=60'
        assert re.fullmatch(r'"caller";r=5\d\d;t=\d+', answer.headers["ratelimit"])
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "Authorization" in answer.headers["vary"]


class TestFewRequests:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"api_requests_per_minute": 2})

    async def test_what_is_not_found_takes_of_the_allowance_too(self, send):
        for left, path in ((1, "/brands/x"), (0, "/nothing")):
            answer = await send("GET", path)
            assert answer.headers["ratelimit"].startswith(f'"caller";r={left};t=')

    async def test_one_too_many_is_told_when_to_go_on(self, send):
        # one comes back every thirty seconds: however slow this is, the next has one less
        for left in (1, 0):
            answer = await send("GET", "/brands")
            assert answer.status_code == 200
            assert answer.headers["ratelimit"].startswith(f'"caller";r={left};t=')
        answer = await send("GET", "/brands")
        assert (answer.status_code, answer.json()["code"]) == (429, "too-many-requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert answer.headers["ratelimit"].startswith('"caller";r=0;t=')


@given(waits=st.lists(st.floats(0, 30), max_size=60), most=st.integers(1, 20))
def test_no_caller_gets_more_than_its_pace(waits, most):
    now = 0.0
    limits = Limits(most, 60, seconds_now=lambda: now)
    granted = 0
    for wait in waits:
        now += wait
        room = limits.take("a")
        granted += not room.is_over
        if room.is_over:
            assert room.remaining == 0
            assert room.seconds >= 1
        assert granted <= most + now * most / 60 + 1e-6
    assert not limits.take("b").is_over


@given(
    names=st.lists(st.text(max_size=5), unique=True, max_size=30),
    added=st.lists(st.text(max_size=5), max_size=10),
    limit=st.integers(1, 7),
)
def test_a_row_is_on_exactly_one_page_whatever_is_added_meanwhile(names, added, limit):
    rows = sorted(names)
    seen, cursor, later = [], "", list(added)
    while True:
        page = paged(rows, PageAsked(limit, cursor), "names", lambda row: (row,))
        seen += page.rows
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
        if later:
            rows = sorted({*rows, later.pop()})
    assert sorted(set(seen)) == sorted(seen)
    assert set(names) <= set(seen)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "eyJhIjoxfQ", "WzIsIm5hbWVzIiwiYSJd", "é"])
def test_a_cursor_of_nothing_is_refused(cursor):
    with pytest.raises(InputError):
        paged(["a", "b"], PageAsked(1, cursor), "names", lambda row: (row,))


async def test_pages_of_brands_follow_each_other(send):
    for name in ("B", "a", "C"):
        await send("POST", "/brands", json=NEW_BRAND | {"name": name})
    names, cursor = [], ""
    for _ in range(3):
        page = (await send("GET", f"/brands?limit=1&cursor={cursor}")).json()
        names += [one["name"] for one in page["brands"]]
        cursor = page["next_cursor"]
    assert names == ["a", "B", "C"]
    assert cursor is None
    for query in ("limit=0", "limit=501", "cursor=x"):
        assert (await send("GET", f"/brands?{query}")).status_code == 422


async def test_every_problem_leads_to_what_it_means(send):
    answer = await send("GET", "/brands?limit=0")
    kind = (await send("GET", answer.json()["type"].removeprefix("/v1"))).json()
    assert (kind["code"], kind["status"]) == ("input", 422)
    known = (await send("GET", "/problems")).json()["problems"]
    assert kind in known
    assert (await send("GET", "/problems/none")).status_code == 404


async def test_a_method_that_is_none_names_those_there_are(send):
    answer = await send("PUT", "/brands")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) >= {"GET"}


@pytest.mark.parametrize("path", ["/brands/%0A", "/a%0Ab", "/brands/%00", "/brands/%FF/overview"])
async def test_an_address_that_holds_anything_is_answered_with_a_problem(send, path):
    answer = await send("GET", path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_requests_are_forgotten_those_that_failed_too(send, database):
    added = (await send("POST", "/brands", json=NEW_BRAND)).json()
    path = f"/brands/{added['id']}"
    for key, name in (("good", "Good"), ("bad", " ")):
        await send("PATCH", path, json={"name": name}, headers={"idempotency-key": key})
    async with database.as_worker(UUID(added["id"])) as connection:
        await forget_deliveries(
            connection, UUID(added["id"]), before=datetime.now(UTC) + timedelta(days=1)
        )
    async with database.as_owner() as connection:
        cursor = await connection.execute("select count(*) as left from aura.events")
        assert await cursor.fetchone() == {"left": 0}
