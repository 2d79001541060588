"""Ask the shop's own reports whether they say the same as what is stored, once a day.

In: a brand whose shop was read. Out: a Reconciliation, kept beside the connection. It runs at the
end of a sync and never fails it: what cannot be asked is said. Days that are not over are left out,
and so is everything before the whole history was read: a return on an order that was not read yet
would be missing here, and only here.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from aura.connectors.contract import Connector, SalesReporter
from aura.errors import BadDataError, ConflictError, ConnectorError, NotFoundError
from aura.model import DayRange, Grant, SalesDay
from aura.reports.reconcile import Reconciliation, compare, reconciliation_of
from aura.store import reconciliation as store
from aura.store.database import Database
from aura.store.reconciliation import ShopRead
from aura.store.secrets import Keyring
from aura.sync.grants import Grants

_log = logging.getLogger(__name__)

# five weeks: every weekday five times, and the month in which most returns come back
REPORT_DAYS: Final = 35


async def reconcile_shop(
    database: Database,
    keyring: Keyring,
    connector: Connector,
    *,
    brand_id: UUID,
    now: datetime,
) -> Reconciliation:
    """Compare the last days with the shop's own reports, and keep what came of it.

    Raises NotFoundError without a connected shop, ConflictError while its history is being read,
    a connector error when the shop could not be asked.
    """
    async with database.as_worker(brand_id) as connection:
        shop = await store.shop_read(connection, brand_id)
    if shop is None or shop.status == "disconnected":
        raise NotFoundError("This brand has no connected shop to compare with.")
    days = comparable_days(shop, now)
    if days is None:
        raise ConflictError("The shop's history is still being read; compare when it is there.")
    return await _reconcile(database, keyring, connector, brand_id, shop, days, now)


async def reconcile_after_sync(
    database: Database,
    keyring: Keyring,
    connector: Connector,
    *,
    brand_id: UUID,
    now: datetime,
) -> None:
    """The same, where it can be done and has not been done today; nothing is raised."""
    try:
        async with database.as_worker(brand_id) as connection:
            shop = await store.shop_read(connection, brand_id)
        days = None if shop is None else comparable_days(shop, now)
        if shop is None or days is None or not _is_wanted(connector, shop, days):
            return
        await _reconcile(database, keyring, connector, brand_id, shop, days, now)
    except ConnectorError as error:
        _log.info("the shop of brand %s was not compared: %s", brand_id, type(error).__name__)
    except Exception:  # noqa: BLE001 - the numbers are stored, tomorrow is compared again
        _log.exception("the shop of brand %s could not be compared", brand_id)


def comparable_days(shop: ShopRead, now: datetime) -> DayRange | None:
    """The newest days that were over when the shop was last read; None when there are none."""
    if shop.last_sync_at is None or shop.known_from is None or not shop.is_complete:
        return None
    zone = ZoneInfo(shop.account.timezone or "UTC")
    last = min(shop.last_sync_at, now).astimezone(zone).date() - timedelta(days=1)
    first = max(shop.known_from, last - timedelta(days=REPORT_DAYS - 1))
    return DayRange(first, last) if first <= last else None


def _is_wanted(connector: Connector, shop: ShopRead, days: DayRange) -> bool:
    """Whether the shop has reports, and these days were not found to be the same before."""
    if shop.document is None:
        return isinstance(connector, SalesReporter)
    known = reconciliation_of(shop.document)
    # one that was kept before each day was is asked for once more
    return not known.is_same or known.days != days or not known.totals


async def _reconcile(
    database: Database,
    keyring: Keyring,
    connector: Connector,
    brand_id: UUID,
    shop: ShopRead,
    days: DayRange,
    now: datetime,
) -> Reconciliation:
    if not isinstance(connector, SalesReporter):
        raise NotFoundError("This connector knows no reports to compare with.")
    if missing := sorted(set(connector.report_scopes) - set(shop.scopes)):
        found = Reconciliation(
            now,
            problem=f"The shop did not grant {', '.join(missing)}, which is optional: connect "
            "again to have the totals compared.",
        )
    else:
        grants = Grants(
            database,
            keyring,
            connector,
            brand_id=brand_id,
            integration_id=shop.integration_id,
        )
        found = await _asked(database, connector, grants, brand_id, shop, days, now)
    async with database.as_worker(brand_id) as connection:
        await store.keep(connection, shop.integration_id, found.document())
    return found


async def _asked(
    database: Database,
    reporter: SalesReporter,
    grants: Grants,
    brand_id: UUID,
    shop: ShopRead,
    days: DayRange,
    now: datetime,
) -> Reconciliation:
    async def read(grant: Grant) -> list[SalesDay]:
        return await reporter.read_sales_report(grant, shop.account, days)

    try:
        reported = await grants.use(read, now)
    except BadDataError as error:
        return Reconciliation(now, problem=error.message)
    async with database.as_worker(brand_id) as connection:
        stored = await store.sales_days(connection, brand_id, days)
    return compare(stored, reported, checked_at=now)
