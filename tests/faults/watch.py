"""Looking at a brand after every round: is what is stored what was true when it was read?

Ad days are read whole: a day equals the truth of the moment at which a window with it was last
stored. So does a shop's, also while older ones are still to come; who is a new customer is known
once they have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from faults.scripts import WHOLE, Script
from sync.half_written import ROLLUPS
from sync.sandboxed import (
    Brand,
    differences,
    expected,
    rounded,
    selected_accounts,
    stored_metrics,
)

STATES = """
    select
        i.platform, i.status, i.last_sync_at, i.metadata ->> 'problem' as problem,
        (i.metadata ->> 'known_from')::date as known_from,
        d.cursor as cursor, d.due_at as due_at, b.cursor as backfill, b.due_at as backfill_due_at
    from public.integrations as i
    inner join aura.sync_state as d on d.integration_id = i.id and d.kind = 'daily'
    inner join aura.sync_state as b on b.integration_id = i.id and b.kind = 'backfill'
"""
READS = """
    select i.platform, r.kind, r.started_at, r.first_day, r.last_day, r.outcome
    from aura.sync_runs as r inner join public.integrations as i on i.id = r.integration_id
    order by r.started_at, r.id
"""
# what Aura itself has no answer to is an error of its own
SURPRISES = "select message from aura.sync_runs where message like 'Something in Aura%%'"
Found = dict[tuple[Any, ...], dict[str, Any]]


@dataclass
class _Reads:
    """When each platform's days were last stored, by day; and the shop's two kinds of reading."""

    of_day: dict[str, dict[date, datetime]]
    followed_up: datetime | None
    filled: datetime | None


class Watch:
    """What must hold of one brand, whatever fails."""

    def __init__(self, brand: Brand, script: Script) -> None:
        self._brand = brand
        self._may_end = script.may_end
        self._is_limited = script.days < WHOLE
        self._truths: dict[datetime, Found] = {}
        self._accounts: dict[str, list[str]] | None = None
        self._first_day = brand.world.first_day

    async def states(self) -> dict[str, dict[str, Any]]:
        """What every integration says of itself."""
        return {row["platform"]: row for row in await self._brand.rows(STATES)}

    async def problems(
        self, before: dict[str, dict[str, Any]], results: Iterable[Any]
    ) -> list[str]:
        """Everything that is not as it must be after a round."""
        after = await self.states()
        found = [
            problem
            for result in results
            if result.outcome != "succeeded"
            for problem in self._failed(result, before[result.platform], after[result.platform])
        ]
        wrong = await self._wrong(after)
        found += [f"{self._brand.world()}: {one}" for one in wrong[:6]]
        found += [f"rollup: {row}" for row in await self._brand.rows(ROLLUPS)]
        found += [row["message"] for row in await self._brand.rows(SURPRISES)]
        return found

    def _failed(self, result: Any, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        now, platform = self._brand.world(), result.platform
        name = f"{now}: {platform} {result.kind} {result.outcome}"
        found = []
        if result.kind == "daily" and (before["cursor"], before["last_sync_at"]) != (
            after["cursor"],
            after["last_sync_at"],
        ):
            found.append(f"{name}: it failed and its cursor moved")
        if result.outcome == "needs_reconnect":
            if platform not in self._may_end:
                found.append(f"{name}: nobody ended this grant ({result.message})")
            if after["status"] != "error" or not after["problem"] or after["due_at"]:
                found.append(f"{name}: it does not say so: {after}")
        else:
            due_at = after["due_at" if result.kind == "daily" else "backfill_due_at"]
            # a grant that ended in the other kind of work stops both
            if (due_at is None or due_at <= now) and after["status"] != "error":
                found.append(f"{name}: it is not due again: {due_at}")
        return found

    async def _wrong(self, states: dict[str, dict[str, Any]]) -> list[tuple[Any, ...]]:
        stored = await self._brand.seen(self._brand.world())
        reads = await self._reads()
        wrong: list[tuple[Any, ...]] = []
        for platform in ("meta", "google_ads"):
            wanted: Found = {}
            for day, moment in reads.of_day.get(platform, {}).items():
                wanted |= {
                    key: figures
                    for key, figures in (await self._truth(moment)).items()
                    if key[0] == platform and key[3] == day
                }
            own = {key: figures for key, figures in stored.items() if key[0] == platform}
            wrong += differences(own, wanted)
        own = {key: figures for key, figures in stored.items() if key[0] == "shopify"}
        return wrong + await self._wrong_shop(own, states["shopify"], reads)

    async def _wrong_shop(
        self, stored: Found, state: dict[str, Any], reads: _Reads
    ) -> list[tuple[Any, ...]]:
        if state["known_from"] is None:
            return differences(stored, {})
        moments = [one for one in (reads.followed_up, reads.filled) if one is not None]
        truths = [await self._truth(one) for one in moments]
        first = max(state["known_from"], self._first_day)
        keys = [key for key in truths[0] if key[0] == "shopify" and key[3] >= first]
        is_whole = bool(state["backfill"].get("done"))
        # what changed between the two readings is in one of them only
        unknown = {"new_customers"} if self._is_limited or not is_whole else set()
        names = {key: sorted(truths[0][key].keys() - unknown) for key in keys}
        wanted = {
            key: {name: truths[0][key][name] for name in names[key]}
            for key in keys
            # a quiet day before the first order that is known so far has no row yet
            if (is_whole or key in stored or truths[0][key]["orders"])
            and (
                all(truth.get(key) == truths[0][key] for truth in truths)
                or (is_whole and moments[0] == max(moments))
            )
        }
        own = {
            key: {name: value for name, value in stored.get(key, {}).items() if name in names[key]}
            for key in wanted
        }
        return differences(own, wanted)

    async def _reads(self) -> _Reads:
        of_day: dict[str, dict[date, datetime]] = {}
        moments: dict[str, datetime] = {}
        for run in await self._brand.rows(READS):
            if run["first_day"] is None:
                continue
            days = of_day.setdefault(run["platform"], {})
            for number in range((run["last_day"] - run["first_day"]).days + 1):
                days[run["first_day"] + timedelta(days=number)] = run["started_at"]
            if run["platform"] == "shopify":
                moments[run["kind"]] = run["started_at"]
        return _Reads(of_day, moments.get("daily"), moments.get("backfill"))

    async def _truth(self, moment: datetime) -> Found:
        if moment not in self._truths:
            world = self._brand.world
            self._accounts = self._accounts or await selected_accounts(self._brand)
            last = moment.date() + timedelta(days=1)
            truth = world.sandbox.truth(self._first_day, last, as_of=moment)
            found = expected(truth, first=self._first_day, last=last, accounts=self._accounts)
            self._truths[moment] = _since_first_order(found)
        return self._truths[moment]

    async def unsettled(self, *, since: datetime) -> list[str]:
        """What has not been read to its end since a moment, of platforms whose grant lives."""
        return [
            f"{platform} did not recover: {state}"
            for platform, state in (await self.states()).items()
            if not self._has_ended(platform, state)
            and (
                state["status"] != "connected"
                or state["last_sync_at"] is None
                or state["last_sync_at"] <= since
                or not state["backfill"].get("done")
                or not _is_whole(state["cursor"])
            )
        ]

    async def is_settled(self, *, since: datetime) -> bool:
        """Whether everything that can be read was read since a moment."""
        return not await self.unsettled(since=since)

    async def ended(self) -> set[str]:
        """Platforms that say that a person must connect them again."""
        return {
            name for name, state in (await self.states()).items() if self._has_ended(name, state)
        }

    def _has_ended(self, platform: str, state: dict[str, Any]) -> bool:
        return platform in self._may_end and state["status"] == "error" and state["due_at"] is None

    def _read_of(self, platform: str, state: dict[str, Any], truth: Found) -> Found:
        """The truth of the days that a platform was asked for."""
        return {
            key: {
                name: value
                for name, value in days.items()
                # nobody can tell who is new by part of the history
                if not (self._is_limited and name == "new_customers")
            }
            for key, days in truth.items()
            if key[0] == platform and key[3] >= state["known_from"]
        }

    async def last_words(self, ended: set[str]) -> list[str]:
        """The final tables of what lives on against the truth of the last reading, to the digit."""
        states, found = await self.states(), []
        stored = await self._brand.seen(self._brand.world())
        metrics = await stored_metrics(self._brand, last=self._brand.world().date())
        for platform, state in states.items():
            if platform in ended:
                continue
            wanted = self._read_of(platform, state, await self._truth(state["last_sync_at"]))
            own = {key: days for key, days in stored.items() if key[0] == platform}
            found += [f"in the end: {one}" for one in differences(own, wanted)[:6]]
            sums = rounded(wanted, last=self._brand.world().date())
            mine = {key: value for key, value in metrics.items() if key[0] == platform}
            found += [
                f"in the end: metric {key} is {mine.get(key)}, not {sums.get(key)}"
                for key in sorted(mine.keys() | sums.keys())
                if mine.get(key) != sums.get(key)
            ][:6]
        return found


def _is_whole(cursor: dict[str, Any]) -> bool:
    """Whether the last daily sync was one that reads every day which may be restated."""
    return cursor.get("weekly_through") in {None, cursor.get("read_through")}


def _since_first_order(truth: Found) -> Found:
    """Without the shop's days before its first order: there is nothing to say of them."""
    opened = min(
        (key[3] for key, days in truth.items() if key[0] == "shopify" and days["orders"]),
        default=date.max,
    )
    return {key: days for key, days in truth.items() if key[0] != "shopify" or key[3] >= opened}
