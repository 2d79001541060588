"""Days that files state beside those of the platforms, and taking a file back.

In: a shop's days of a report, or the id of an import. Out: every table that depends on them is
right afterwards, in the caller's transaction, as with `aura.store.windows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from aura.store import ledger
from aura.store.database import Connection
from aura.store.entities import place_of, shop_entity
from aura.store.filed_orders import take_back_orders
from aura.store.staging import staging
from aura.store.statements import statements
from aura.store.windows import Observation, WindowResult, recompute_shop_days, replace_days

# what a report of a shop's days may state
SHOP_COLUMNS = (
    *("revenue", "gross_sales", "discounts", "returns", "shipping", "taxes", "duties"),
    *("orders", "new_customers"),
)


async def write_shop_report(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    days: Mapping[date, Mapping[str, Decimal]],
    columns: tuple[str, ...],
    currency: str,
    observed_at: datetime,
    import_id: UUID,
) -> WindowResult:
    """Make a shop's days what a report of sales or customers by day states.

    `columns` are those that the report has; the others of a day stay as they are.
    """
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    entity_id = await shop_entity(connection, place)
    dates = sorted(days)
    stated = {
        name: [days[day].get(name) if name in columns else None for day in dates]
        for name in SHOP_COLUMNS
    }
    staged = staging(connection, place)
    await staged.run(statements("windows")["make_incoming_days"])
    await staged.run(
        statements("windows")["place_shop_report"],
        place.parameters
        | stated
        | {
            "entity_id": entity_id,
            "dates": dates,
            "currency": currency,
            "columns": list(columns),
        },
    )
    changed = await replace_days(
        staged,
        place,
        Observation(observed_at, import_id, "file", import_id),
        entities=[entity_id],
        dates=dates,
    )
    return WindowResult(len(dates), changed.total(), tuple(sorted(changed)))


async def undo_import_days(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    import_id: UUID,
    observed_at: datetime,
) -> WindowResult:
    """Give the days that an import wrote the values they had before it; its own become revisions.

    What was written since stays. The import must be the last one about its days.
    """
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    staged, named = staging(connection, place), statements("windows")
    parameters = place.parameters | {"import_id": import_id}
    await staged.run(named["make_incoming_days"])
    await staged.run(named["place_prior_days"], parameters)
    days = await staged.rows(named["days_of_import"], parameters)
    entities, dates = (sorted({row[name] for row in days}) for name in ("entity_id", "date"))
    await staged.run(named["place_other_days"], parameters | {"entities": entities, "dates": dates})
    changed = await replace_days(
        staged,
        place,
        Observation(observed_at, None, "file"),
        entities=entities,
        dates=dates,
    )
    prior = [row for row in days if row["had_row"]]
    await connection.execute(
        named["give_back_days"],
        place.parameters
        | {
            "entities": [row["entity_id"] for row in prior],
            "dates": [row["date"] for row in prior],
            "import_ids": [row["import_id"] for row in prior],
        },
    )
    return WindowResult(len(days), changed.total(), tuple(sorted(changed)))


async def undo_import_orders(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    import_id: UUID,
    observed_at: datetime,
) -> WindowResult:
    """Take an import's orders back and give back those it had replaced, with the days of both.

    The import must be the last one about its days, and be marked as undone.
    """
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    days = await undo_import_days(
        connection,
        brand_id=brand_id,
        integration_id=integration_id,
        import_id=import_id,
        observed_at=observed_at,
    )
    staged = staging(connection, place)
    await ledger.nothing_loaded(staged)
    orders, stood = await take_back_orders(staged, place, import_id)
    changed = await recompute_shop_days(
        staged, place, Observation(observed_at, None, "file"), stood
    )
    touched = tuple(sorted({*days.days_touched, *changed}))
    return WindowResult(orders, days.rows_changed + orders + changed.total(), touched)
