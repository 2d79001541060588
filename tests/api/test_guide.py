"""The calls in the guide to the API run."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

from aura.accounts.keys import create_key
from measured_brand import NOW
from requirements import require
from serving import served

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


async def test_the_calls_in_the_guide_run(application, measure, database):
    require("curl", shutil.which("curl") is not None)
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    calls = [block for block in blocks if "curl" in block]
    assert len(calls) == 3
    made = await measure()
    key = await create_key(
        database, user_id=made.person, name="K", scopes=["read", "write"], days=1, now=NOW
    )
    async with served(application) as address:
        script = "".join(calls).replace("curl -s", "curl -sS --noproxy '*'")
        ran = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8321", address)),
            env=os.environ | {"KEY": key.secret, "BRAND": str(made.brand)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await ran.communicate()
    assert ran.returncode == 0, err.decode()
    assert '"key":"mer"' in out.decode()
    assert '"domain":"shop.example.com"' in out.decode()
