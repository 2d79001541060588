"""Insights in `/v1`: listed, told, answered, and what is bad or somebody else's refused."""

from __future__ import annotations

from uuid import UUID, uuid4

import jwt
import pytest
from psycopg.types.json import Jsonb

EVIDENCE = {
    "currency": "USD",
    "scope": {"level": "campaign", "platform": "meta", "entity_id": "7", "name": "Prospecting"},
    "window": {"start": "2026-11-08", "end": "2026-11-14", "days": 7},
    "money_at_stake": {"amount": "410.00", "low": "220.00", "high": "600.00", "currency": "USD"},
}


@pytest.fixture
def stored(database):
    """Stores an insight with its state, as an evaluation does."""

    async def stored(brand, *, title="CPA up", entity="7", status="open", closed_on=None):
        insight = uuid4()
        evidence = EVIDENCE | {"scope": EVIDENCE["scope"] | {"entity_id": entity}}
        async with database.as_owner() as connection:
            await connection.execute(
                "insert into public.insights (id, brand_id, insight_type, priority, title,"
                " description, action_items, related_data) values"
                " (%s, %s, 'high_cpa', 'high', %s, 'It costs more.', %s, %s)",
                [insight, brand, title, Jsonb([{"text": "Look"}]), Jsonb(evidence)],
            )
            await connection.execute(
                "insert into aura.findings (id, brand_id, insight_id, finding_type, scope_level,"
                " platform, entity_external_id, dedup_key, status, opened_on, updated_on,"
                " closed_on, title) values (gen_random_uuid(), %s, %s, 'high_cpa', 'campaign',"
                " 'meta', %s, 'key', %s, '2026-11-15', '2026-11-18', %s, %s)",
                [brand, insight, entity, status, closed_on, title],
            )
        return insight

    return stored


@pytest.fixture
async def mine(token, measure, stored):
    """A person's key, brand and insight."""
    access = await token()
    person = UUID(jwt.decode(access, options={"verify_signature": False})["sub"])
    made = await measure(person=person)
    return access, f"/brands/{made.brand}/insights", await stored(made.brand)


@pytest.fixture
def say(browser):
    async def say(path, access, **said):
        browser.client.cookies.clear()
        headers = {"authorization": f"Bearer {access}"}
        return await browser.client.post(f"/v1{path}", json=said, headers=headers)

    return say


async def test_an_insight_is_told_with_its_story(mine, call):
    access, path, insight = mine
    listed = (await call(path, access)).json()
    assert [one["id"] for one in listed["insights"]] == [str(insight)]
    assert listed["counts"] == {"open": 1, "snoozed": 0, "dismissed": 0, "over": 0}
    told = (await call(f"{path}/{insight}", access)).json()
    assert told["insight"] == listed["insights"][0]
    assert told["explanation"][0] == "CPA up"


async def test_they_are_read_on_by_a_cursor_that_is_good_for_its_question_alone(mine, stored, call):
    access, path, first = mine
    brand = UUID(path.split("/")[2])
    told = {str(first)} | {
        str(await stored(brand, title=f"CPA up {n}", entity=f"{n}")) for n in range(4)
    }
    await stored(brand, title="CPA was up", entity="9", status="resolved", closed_on="2026-11-20")
    cursor, sizes, seen = "", [], []
    while cursor is not None:
        page = (await call(f"{path}?limit=2&cursor={cursor}", access)).json()
        sizes.append(len(page["insights"]))
        seen += [one["id"] for one in page["insights"]]
        cursor, last = page["next_cursor"], cursor
    assert sizes == [2, 2, 1]
    assert len(seen) == 5
    assert set(seen) == told
    for other in ("state=over", "type=high_cpa", "as_of=2026-11-20"):
        assert (await call(f"{path}?cursor={last}&{other}", access)).status_code == 422, other


async def test_each_answer_is_kept_and_moves_it(mine, call, say):
    access, path, insight = mine

    async def answered(**said):
        answer = await say(f"{path}/{insight}/answer", access, **said)
        assert answer.status_code == 200, answer.text
        return answer.json()["insight"]

    assert (await answered(answer="read"))["is_read"]
    assert (await answered(answer="useful"))["is_useful"] is True
    assert (await answered(answer="not_useful"))["is_useful"] is False
    assert (await answered(answer="done"))["done_at"]
    snoozed = await answered(answer="snooze")
    assert (snoozed["state"], bool(snoozed["snoozed_until"])) == ("snoozed", True)
    assert (await call(path, access)).json()["insights"] == []
    assert (await call(f"{path}?state=snoozed", access)).json()["counts"]["snoozed"] == 1
    assert (await answered(answer="reopen"))["state"] == "open"
    dismissed = await answered(answer="dismiss", reason="planned")
    assert (dismissed["state"], dismissed["dismissed_reason"]) == ("dismissed", "planned")
    # what was said before stays
    assert dismissed["is_useful"] is False


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"answer": "dismiss"}, 422, "reason is one of known, planned"),
        ({"answer": "dismiss", "reason": "because"}, 422, "reason is one of"),
        ({"answer": "perhaps"}, 422, "answer is one of read, dismiss"),
        ({"answer": ""}, 422, "answer is one of"),
        ({"answer": 7}, 422, ""),
        ({}, 422, ""),
    ],
)
async def test_an_answer_that_cannot_be_meant_is_refused_and_nothing_is_kept(
    mine, call, say, said, status, words
):
    access, path, insight = mine
    before = (await call(f"{path}/{insight}", access)).json()
    answer = await say(f"{path}/{insight}/answer", access, **said)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.text
    after = (await call(f"{path}/{insight}", access)).json()
    assert after["insight"] | {"is_read": False} == before["insight"]


async def test_what_is_over_takes_no_new_state_but_an_opinion(mine, call, say, stored):
    access, path, _ = mine
    brand = UUID(path.split("/")[2])
    over = await stored(brand, entity="8", status="resolved", closed_on="2026-11-19")
    answer = await say(f"{path}/{over}/answer", access, answer="snooze")
    assert answer.status_code == 404
    # what is somebody else's is answered in the same words
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await say(f"{path}/{over}/answer", access, answer="useful")).status_code == 200


@pytest.mark.parametrize("wrong", ["nonsense", "00000000-0000-7000-8000-000000000000"])
async def test_an_id_that_is_none_of_ones_own_is_not_found(mine, call, say, wrong):
    access, path, _ = mine
    for answer in (
        await call(f"{path}/{wrong}", access),
        await call(f"{path}/{wrong}/verification", access),
        await say(f"{path}/{wrong}/answer", access, answer="read"),
    ):
        assert answer.status_code == 404


async def test_a_stranger_finds_neither_the_insight_nor_its_brand(
    mine, call, say, token, open_browser, measure, make_person
):
    _, path, insight = mine
    stranger = open_browser()
    await stranger.sign_up("eve@example.com")
    form = (await stranger.get("/brands/new")).form("/sign-out")
    other = await stranger.client.post("/v1/token", headers={"x-csrf-token": form["csrf"]})
    access = other.json()["access_token"]
    for answer in (
        await call(path, access),
        await call(f"{path}/{insight}", access),
        await call(f"{path}?as_of=2026-11-20", access),
        await say(f"{path}/{insight}/answer", access, answer="dismiss", reason="wrong"),
    ):
        assert answer.status_code == 404
        assert "CPA up" not in answer.text


async def test_one_that_does_not_say_its_moment_cannot_be_computed_again(mine, call):
    access, path, insight = mine
    answer = await call(f"{path}/{insight}/verification", access)
    assert answer.status_code == 422
    assert "does not say of which moment" in answer.json()["detail"]


async def test_a_reader_that_has_it_is_told_so_until_it_changes(mine, browser, say):
    access, path, insight = mine
    browser.client.cookies.clear()
    headers = {"authorization": f"Bearer {access}"}
    for address in (path, f"{path}/{insight}"):
        first = await browser.client.get(f"/v1{address}", headers=headers)
        again = await browser.client.get(
            f"/v1{address}", headers=headers | {"if-none-match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        await say(f"{path}/{insight}/answer", access, answer="useful")
        changed = await browser.client.get(
            f"/v1{address}", headers=headers | {"if-none-match": first.headers["etag"]}
        )
        assert changed.status_code == 200
        await say(f"{path}/{insight}/answer", access, answer="not_useful")


async def test_as_of_an_earlier_day_those_that_stood_are_listed(mine, call, stored):
    access, path, insight = mine
    brand = UUID(path.split("/")[2])
    over = await stored(
        brand, title="It is over", entity="8", status="resolved", closed_on="2026-11-19"
    )

    async def stood(day, more=""):
        answer = (await call(f"{path}?as_of={day}{more}", access)).json()
        assert answer["is_from_ledger"] == (day >= "2026-11-15")
        return {one["id"] for one in answer["insights"]}

    assert await stood("2026-11-14") == set()
    assert await stood("2026-11-18") == {str(insight), str(over)}
    assert await stood("2026-11-19") == {str(insight)}
    assert await stood("2026-11-19", "&type=low_roas") == set()
    morning = (await call(f"/brands/{brand}/mornings/2026-11-18", access)).json()
    assert {one["id"] for one in morning["findings"]} == {str(insight), str(over)}
    assert {one["wording"] for one in morning["findings"]} == {"stored"}
    assert {one["closed_on"] for one in morning["findings"]} == {None, "2026-11-19"}
    refused = await call(f"{path}?as_of=2027-01-01", access)
    assert refused.status_code == 422
