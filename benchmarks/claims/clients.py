"""The platforms' own clients and schemas read a small sandbox; those that are absent are named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from claims.place import Claim, Place
from contracts.oracles import NOON, Verdict, judge_google_ads, judge_meta, judge_shopify
from sandbox_fixture import RunningSandbox, running_sandbox

Judge = Callable[[RunningSandbox, int], Verdict]
# orders, days, days
JUDGES: dict[str, tuple[Judge, int]] = {
    "Shopify's schema": (judge_shopify, 200),
    "facebook-business": (judge_meta, 60),
    "google-ads": (judge_google_ads, 60),
}


async def claim(_place: Place) -> Claim:
    """In a thread: the judges ask and wait."""
    return await asyncio.to_thread(_claim)


def _claim() -> Claim:
    total, accepted, absent = Verdict(), [], []
    with running_sandbox("plain", seed=3) as sandbox:
        sandbox.clock(NOON)
        for name, (judge, size) in JUDGES.items():
            try:
                verdict = judge(sandbox, size)
            except pytest.skip.Exception as missing:
                absent.append(f"{name} ({missing})")
                continue
            total.add(verdict)
            if verdict.rows and not verdict.failures:
                accepted.append(name)
    tried = len(JUDGES) - len(absent)
    left_out = f"; left out: {', '.join(absent)}" if absent else ""
    return Claim(
        "the platforms' own clients accept the sandbox",
        f"{len(accepted)} of {tried} official clients accept {total.rows:,} rows in "
        f"{total.replies} answers, {len(total.failures)} refused{left_out}",
        "make oracles",
        len(accepted) == tried,
        {"accepted": len(accepted), "tried": tried, "rows": total.rows, "absent": len(absent)},
    )
