"""Subscriptions at the shop, looked after once a day: a convenience, never a condition.

Shopify deletes a subscription whose address failed for hours; polling goes on without it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final, cast

from aura.connectors.contract import StoreConnector
from aura.errors import ConnectorError
from aura.model import Grant
from aura.store import events
from aura.sync.events import DELIVERIES_KEPT
from aura.sync.reading import Job

_log = logging.getLogger(__name__)

# less than a day: the next daily sync looks again
CHECK_EVERY: Final = timedelta(hours=20)


async def forget_old_events(job: Job) -> None:
    """Forget what a brand was told and asked long ago, whichever platform it is read from."""
    async with job.database.as_worker(job.work.brand_id) as connection:
        await events.forget_deliveries(
            connection, job.work.brand_id, before=job.now - DELIVERIES_KEPT
        )


async def watch_shop(job: Job) -> None:
    """Ask the shop to tell of changes, where that is possible and was not looked at today.

    A shop that refuses keeps no sync from succeeding: the metadata says that Aura polls.
    """
    connector = cast("StoreConnector", job.connector)
    async with job.database.as_worker(job.work.brand_id) as connection:
        checked_at = await events.webhooks_checked_at(connection, job.work.integration_id)
        if checked_at is not None and checked_at > job.now - CHECK_EVERY:
            return
    if not connector.hears_of_changes:
        return

    async def subscribe(grant: Grant) -> bool:
        if grant.client is not None:
            # an app of the shop's own signs with a secret that the page cannot read: polling it is
            return False
        missing = await connector.subscribe(grant, shop=job.integration.account_id)
        if missing and checked_at is not None:
            _log.info("%d subscriptions of %s were missing", missing, job.work.integration_id)
        return True

    try:
        is_on = await job.grants.use(subscribe, job.now)
    except ConnectorError as error:
        is_on = False
        _log.warning(
            "the shop of integration %s does not tell of changes: %s",
            job.work.integration_id,
            type(error).__name__,
        )
    async with job.database.as_worker(job.work.brand_id) as connection:
        await events.note_webhooks(connection, job.work.integration_id, is_on=is_on, now=job.now)
