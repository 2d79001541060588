"""Meta read by Airbyte's connector, as its protocol has it: a configuration, a catalogue, a state.

Runs in the connector's own environment (requirements/peers-airbyte.txt). One custom insights
stream at campaign level, everything else by default, the lookback of 28 days too. Four things
point it at the sandbox: the address, the app's secret (the sandbox asks for a proof), polls one
by one (the sandbox has no batch endpoint) and a second between polls instead of thirty. Records
are appended to a file, as a raw destination would. The job is JSON on standard input; the last
line is JSON.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from facebook_business.session import FacebookSession
from source_facebook_marketing.api import MyFacebookAdsApi
from source_facebook_marketing.source import SourceFacebookMarketing
from source_facebook_marketing.streams import async_job, async_job_manager

STREAM = "customcampaigns"
FIELDS = (
    "account_id",
    "campaign_id",
    "campaign_name",
    "date_start",
    "date_stop",
    "spend",
    "impressions",
    "inline_link_clicks",
    "actions",
    "action_values",
)


def point_at_the_sandbox(job: dict[str, Any]) -> None:
    FacebookSession.GRAPH = job["graph"]
    start = MyFacebookAdsApi.init

    def init(**given: Any) -> Any:
        return start(app_id=job["app_id"], app_secret=job["app_secret"], **given)

    def one_by_one(*, api: Any, jobs: list[Any]) -> None:
        del api
        for leaf in async_job._pending_leaves(jobs):
            if leaf._job and not leaf.completed:
                leaf._job = leaf._job.api_get()
                leaf._check_status()

    MyFacebookAdsApi.init = init
    async_job_manager.update_in_batch = one_by_one
    async_job_manager.InsightAsyncJobManager.JOB_STATUS_UPDATE_SLEEP_SECONDS = 1


def configuration(job: dict[str, Any]) -> dict[str, Any]:
    insights = {
        "name": "campaigns",
        "level": "campaign",
        "fields": list(FIELDS),
        "action_breakdowns": [],
        "breakdowns": [],
        "time_increment": 1,
    }
    return {
        "account_ids": [job["account"]],
        "credentials": {"auth_type": "Service", "access_token": job["token"]},
        "start_date": f"{job['first']}T00:00:00Z",
        "end_date": f"{job['today']}T23:59:59Z",
        "action_breakdowns_allow_empty": True,
        "custom_insights": [insights],
    }


def catalogue() -> dict[str, Any]:
    stream = {
        "name": STREAM,
        "json_schema": {},
        "supported_sync_modes": ["full_refresh", "incremental"],
        "source_defined_cursor": True,
        "default_cursor_field": ["date_start"],
        "source_defined_primary_key": [["date_start"], ["account_id"], ["campaign_id"]],
    }
    configured = {
        "stream": stream,
        "sync_mode": "incremental",
        "destination_sync_mode": "append_dedup",
        "cursor_field": ["date_start"],
    }
    return {"streams": [configured]}


def main() -> None:
    job = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    point_at_the_sandbox(job)
    folder = Path(job["folder"])
    folder.mkdir(exist_ok=True)
    state = folder / "state.json"
    words = ["read"]
    for name, document in (("config", configuration(job)), ("catalog", catalogue())):
        (folder / f"{name}.json").write_text(json.dumps(document))
        words += [f"--{name}", str(folder / f"{name}.json")]
    if state.exists():
        words += ["--state", str(state)]
    source = SourceFacebookMarketing()
    count = 0
    with (folder / "records.jsonl").open("a") as records:
        for line in AirbyteEntrypoint(source).run(AirbyteEntrypoint.parse_args(words)):
            message = json.loads(line)
            if message["type"] == "RECORD":
                records.write(json.dumps(message["record"]["data"]) + "\n")
                count += 1
            elif message["type"] == "STATE":
                state.write_text(json.dumps([message["state"]]))
            elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                raise SystemExit(message["trace"]["error"]["message"])
    print(json.dumps({"rows_read": count}))


if __name__ == "__main__":
    main()
