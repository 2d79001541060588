"""What was looked at when nothing is said: `Checked 14 campaigns at 06:15, nothing needs you`."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from aura.store import reports
from aura.store.database import Database
from aura.store.insight_answers import looked_at


async def checked_sentence(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> str:
    """How many campaigns with delivery were looked at, and when; `now` is in the brand's zone."""
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        seen = await looked_at(connection, brand_id=brand_id, since=now.date() - timedelta(days=28))
    settling = "Days that still settle are left out."
    if seen.read_at is None or not seen.campaigns:
        return f"The numbers are checked after every sync. {settling}"
    campaigns = "1 campaign" if seen.campaigns == 1 else f"{seen.campaigns} campaigns"
    at = seen.read_at.astimezone(now.tzinfo)
    when = f"{at:%H:%M}" if at.date() == now.date() else f"{at:%H:%M} on {at.day} {at:%b}"
    return f"Checked {campaigns} at {when}, nothing needs you. {settling}"
