"""An insight is right to the digit: every number of it, computed again as of its morning."""

from __future__ import annotations

from aura.reports.verification import verify_insight
from aura.sync.evaluation import evaluate_brand
from claims.place import Claim, Place, made_brand
from insights.nights import LAST, NIGHTS, RISEN, Reader, morning_of

LATER = 3


async def claim(place: Place) -> Claim:
    """Nights with a rise, an insight, restatements after it; then the insight is verified."""
    async with place.database() as database:
        user_id, brand_id = await made_brand(database, timezone="UTC")
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.integrations (brand_id, platform, status)"
                " values (%s, 'meta', 'connected') returning id",
                [brand_id],
            )
            row = await cursor.fetchone()
            assert row is not None
        reader = Reader(database, brand_id, row["id"])
        await reader.read(RISEN, LAST - NIGHTS, days=LAST)
        for morning in range(LAST - NIGHTS + 1, LAST + 1):
            await reader.read(RISEN, morning)
            await evaluate_brand(database, brand_id=brand_id, now=morning_of(morning))
        await reader.read(RISEN, LAST + LATER)
        async with database.as_owner() as connection:
            cursor = await connection.execute("select id from public.insights order by id limit 1")
            insight = await cursor.fetchone()
            assert insight is not None
        found = await verify_insight(
            database,
            user_id=user_id,
            brand_id=brand_id,
            insight_id=insight["id"],
            now=morning_of(LAST + LATER),
        )
    return Claim(
        "an insight is computed again, after restatements, to the digit",
        f"{len(found.differing)} of {len(found.checks)} values differ",
        "aura insights verify ID",
        found.is_equal,
        {"values": len(found.checks), "differing": len(found.differing)},
    )
