"""What a brand was asked long ago is forgotten, whichever platform it is read from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.sandboxed import make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
ADD = (
    "insert into aura.events (brand_id, event_id, kind, received_at, answered_at, details)"
    " values (%(brand_id)s, %(event_id)s, 'api/request', %(at)s, %(at)s, '{}') returning event_id"
)
LEFT = "select event_id from aura.events where brand_id = %(brand_id)s order by event_id"


async def test_a_brand_without_a_shop_forgets_its_old_requests_too(make_connected):
    with running_world("plain", now=START, seed=3) as world:
        async with make_connected(world, platforms=["meta"]) as brand:
            for event_id, age in (("old", 31), ("recent", 29)):
                at = START - timedelta(days=age)
                await brand.rows(ADD, brand_id=brand.brand_id, event_id=event_id, at=at)
            await brand.sync()
            left = await brand.rows(LEFT, brand_id=brand.brand_id)
    assert [row["event_id"] for row in left] == ["recent"]
