"""The writers: facts of one window come in, every table that depends on them is right afterwards.

Both writers work inside the caller's transaction (role aura_worker), so facts, metrics, rollup,
revisions and the caller's cursor commit together or not at all. Rows are brought into tables of the
transaction's own (`aura.store.staging`) and compared there: an unchanged row is not rewritten, a
changed one leaves its old values in `aura.revisions`, one that the platform no longer states is
deleted the same way. `public.metrics` and `aura.brand_days` are derived from the exact
`aura.entity_days`, never written beside them.

Zero and unknown: the days that were read stand in the integration's metadata, from `known_from` to
`known_through` but for `hidden_days`. Within them an ad day without a row had no delivery, and a
shop's day without orders has a row of zeros, unless it is before the shop's first order. Any other
day without a row is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from aura.errors import BadDataError
from aura.metrics import STORED_METRICS
from aura.model import Account, AdDay, DayRange, Order
from aura.store import ledger
from aura.store.customers import customer_hasher
from aura.store.database import Connection
from aura.store.entities import (
    Place,
    account_entity,
    campaign_entities,
    entities_below,
    place_of,
    shop_entity,
)
from aura.store.filed_orders import ShrinkCheck
from aura.store.redaction import redacted_names
from aura.store.secrets import Keyring
from aura.store.staging import Staging, staging
from aura.store.statements import statements

Source = Literal["api", "file"]


@dataclass(frozen=True, slots=True)
class WindowResult:
    """What a write did.

    Attributes:
        rows_read: days or orders that came in.
        rows_changed: rows of facts added, changed or deleted; 0 when everything was known already.
        days_touched: days of which a stored number changed, oldest first.
    """

    rows_read: int
    rows_changed: int
    days_touched: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """When and by what the facts were seen."""

    observed_at: datetime
    run_id: UUID | None
    source: Source = "api"
    import_id: UUID | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """Bind parameters of the statements that write facts."""
        return {
            "observed_at": self.observed_at,
            "run_id": self.run_id,
            "source": self.source,
            "import_id": self.import_id,
        }


async def write_ad_window(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    account: Account,
    window: DayRange,
    days: list[AdDay],
    observed_at: datetime,
    run_id: UUID | None,
    source: Source = "api",
    import_id: UUID | None = None,
    dates: list[date] | None = None,
    columns: frozenset[str] | None = None,
) -> WindowResult:
    """Make one ad account's stored days of a window equal to what the platform stated.

    `days` is the whole window, account level and campaign level: what is stored and not among them
    is deleted, and so is what a file without an account's name said of those days. With `dates`
    only those days of the window are touched, and with `columns` only those of their figures: every
    other one stays as it is stored. The account's own total is kept beside its campaigns, so their
    difference stays visible. Raises BadDataError before anything is written when a row cannot be
    true.
    """
    _check_ad_days(account, window, days)
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    account_id = await account_entity(connection, place, account)
    known = await campaign_entities(connection, place, account_id, days)
    known["account", account.external_id] = account_id
    staged = staging(connection, place)
    await _load_ad_days(staged, days, known)
    entities = await entities_below(connection, place, account_id)
    touched = window.days() if dates is None else dates
    if columns is not None:
        stored = {"entities": entities, "dates": touched, "columns": sorted(columns)}
        await _keep_other_figures(staged, place.parameters | stored)
    changed = await replace_days(
        staged,
        place,
        Observation(observed_at, run_id, source, import_id),
        entities=entities,
        dates=touched,
    )
    return WindowResult(len(days), changed.total(), tuple(sorted(changed)))


@dataclass(frozen=True, slots=True)
class LoadedOrders:
    """Orders in the ledger's staged tables, and of which shop they are."""

    place: Place
    staged: Staging
    rows: int


async def load_orders(
    connection: Connection,
    keyring: Keyring,
    *,
    brand_id: UUID,
    integration_id: UUID,
    timezone: str,
    orders: AsyncIterable[list[Order]],
) -> LoadedOrders:
    """Copy orders to where `write_loaded_orders` takes them from; nothing is changed so far.

    Days are those of `timezone`, the shop's own.
    """
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    hasher = await customer_hasher(connection, keyring, brand_id=brand_id)
    redacted = await redacted_names(connection, brand_id)
    staged = staging(connection, place)
    rows = await ledger.load_orders(staged, hasher, orders, redacted=redacted, timezone=timezone)
    return LoadedOrders(place, staged, rows)


async def write_orders(
    connection: Connection,
    keyring: Keyring,
    *,
    brand_id: UUID,
    integration_id: UUID,
    timezone: str,
    orders: AsyncIterable[list[Order]],
    observed_at: datetime,
    run_id: UUID | None,
    source: Source = "api",
    import_id: UUID | None = None,
    window: DayRange | None = None,
    as_of: datetime | None = None,
    complete_history: bool = False,
) -> WindowResult:
    """Bring orders into the ledger and make every day they touch right, in one step.

    As `load_orders` and `write_loaded_orders`, which say what the parameters mean.
    """
    loaded = await load_orders(
        connection,
        keyring,
        brand_id=brand_id,
        integration_id=integration_id,
        timezone=timezone,
        orders=orders,
    )
    return await write_loaded_orders(
        connection,
        loaded,
        observed_at=observed_at,
        run_id=run_id,
        source=source,
        import_id=import_id,
        window=window,
        as_of=as_of,
        complete_history=complete_history,
    )


async def write_loaded_orders(
    connection: Connection,
    loaded: LoadedOrders,
    *,
    observed_at: datetime,
    run_id: UUID | None,
    source: Source = "api",
    import_id: UUID | None = None,
    window: DayRange | None = None,
    as_of: datetime | None = None,
    complete_history: bool = False,
    check: ShrinkCheck | None = None,
) -> WindowResult:
    """Bring loaded orders into the ledger and make every day they touch right.

    An order of the API replaces the same order of a file, never the other way round. With `window`,
    all orders processed on those days were loaded: stored ones of the API that were not, are
    deleted. Orders that were collected before they were read come with the moment `as_of`: what the
    ledger knows of later than that stays. `complete_history` says that they begin with the shop's
    first order ever, so that new customers are known from that day on. `check` may refuse a file's
    orders that are clearly fewer than those of earlier files. Raises BadDataError (the transaction
    is then unusable) for orders in two currencies.
    """
    place, staged = loaded.place, loaded.staged
    merged, touched = await ledger.merge_orders(
        staged,
        place,
        source=source,
        import_id=import_id,
        window=window,
        as_of=as_of,
        check=check,
    )
    if complete_history:
        await ledger.complete_history(connection, place)
    changed = await recompute_shop_days(
        staged, place, Observation(observed_at, run_id, source, import_id), touched
    )
    return WindowResult(loaded.rows, merged + changed.total(), tuple(sorted(changed)))


async def refresh_all_days(connection: Connection, *, brand_id: UUID, integration_id: UUID) -> int:
    """Derive rollup and metrics of every day of an integration anew; the number of days.

    Needed when the selection of accounts has changed: their facts have not.
    """
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    cursor = await connection.execute(statements("windows")["all_days"], place.parameters)
    dates = [row["date"] for row in await cursor.fetchall()]
    await _refresh_days(staging(connection, place), place, dates)
    return len(dates)


async def recompute_shop(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    observed_at: datetime,
    run_id: UUID | None,
) -> WindowResult:
    """Make a shop's days right when not its orders but what is known of its history changed."""
    place = await place_of(connection, brand_id=brand_id, integration_id=integration_id)
    staged = staging(connection, place)
    await ledger.nothing_loaded(staged)
    changed = await recompute_shop_days(staged, place, Observation(observed_at, run_id), set())
    return WindowResult(0, changed.total(), tuple(sorted(changed)))


def _check_ad_days(account: Account, window: DayRange, days: list[AdDay]) -> None:
    seen: set[tuple[str, str, date]] = set()
    for day in days:
        key = (day.level, day.external_id, day.date)
        if key in seen:
            raise BadDataError(f"The platform stated {day.date} of one {day.level} twice.")
        seen.add(key)
        if not window.first <= day.date <= window.last:
            raise BadDataError(
                f"The platform sent {day.date}, asked for {window.first} to {window.last}."
            )
        if day.level == "account" and day.external_id != account.external_id:
            raise BadDataError("The platform sent the days of another account.")
        for amount in (day.ad_spend, day.conversions, day.conversion_value):
            if not (amount is None or amount.is_finite()):
                raise BadDataError(
                    f"The platform sent something on {day.date} that is not a number."
                )
    currencies = {day.currency for day in days}
    if len(currencies) > 1:
        raise BadDataError(
            f"The platform stated one account in {' and '.join(sorted(currencies))} at once."
        )


async def _load_ad_days(
    staged: Staging, days: Iterable[AdDay], entities: Mapping[tuple[str, str], int]
) -> None:
    await staged.run(statements("windows")["make_incoming_days"])
    await staged.load(
        statements("windows")["copy_ad_days"],
        (
            (
                entities[day.level, day.external_id],
                day.date,
                day.currency,
                day.ad_spend,
                day.impressions,
                day.clicks,
                day.all_clicks,
                day.conversions,
                day.conversion_value,
                day.conversions_by_conversion_date,
                day.conversion_value_by_conversion_date,
                day.action_type,
            )
            for day in days
        ),
    )


async def _keep_other_figures(staged: Staging, parameters: dict[str, object]) -> None:
    for name in (
        "set_stated_days_aside",
        "make_incoming_days",
        "keep_other_figures",
        "drop_stated_days",
    ):
        await staged.run(statements("windows")[name], parameters)


async def recompute_shop_days(
    staged: Staging, place: Place, observation: Observation, touched: set[date]
) -> Counter[date]:
    """Make the touched days right and those that depend on them; drops the ledger's tables."""
    entity_id = await shop_entity(staged.connection, place)
    known = await ledger.history(staged.connection, place)
    about = place.parameters | known.parameters
    about |= {"entity_id": entity_id, "source": observation.source}
    days = await ledger.days_to_sum(staged, known, about, touched)
    await ledger.drop_loaded(staged)
    if not days:
        return Counter()
    await staged.run(statements("windows")["make_incoming_days"])
    await ledger.sum_days(staged, about, days)
    return await replace_days(staged, place, observation, entities=[entity_id], dates=days)


async def replace_days(
    staged: Staging,
    place: Place,
    observation: Observation,
    *,
    entities: list[int],
    dates: list[date],
) -> Counter[date]:
    """Make the days of the given entities equal to `incoming_days`, which is dropped.

    Returns how many rows changed by day; the days' rollup and metrics are right as well.
    """
    named = statements("windows")
    parameters = place.parameters | observation.parameters | {"entities": entities, "dates": dates}
    written = await staged.rows(named["write_days"], parameters)
    changed = Counter({row["date"]: row["changed"] for row in written})
    if observation.source == "api" and place.has_files:
        await staged.run(named["confirm_days"], parameters)
    await staged.run(named["drop_incoming_days"])
    if changed:
        await _refresh_days(staged, place, sorted(changed))
    return changed


async def _refresh_days(staged: Staging, place: Place, dates: list[date]) -> None:
    named = statements("windows")
    parameters = place.parameters | {
        "dates": dates,
        # made here, not by the server's default: ids that grow with time keep the index dense
        "ids": [uuid7() for _ in range(len(dates) * len(STORED_METRICS))],
    }
    await staged.run(named["refresh_brand_days"], parameters)
    await staged.run(named["refresh_metrics"], parameters)
