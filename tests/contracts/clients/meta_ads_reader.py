"""Meta's own client as a judge. Runs where facebook-business is installed, see `make contracts`.

Standard input: a JSON document. `{"names": true}` asks for what the client knows by name,
`{"rows": [...]}` for what is wrong with rows of insights. Anything else is where to read and what:
the unmodified client reads it at once, by pages and as a report, and every value of every object is
held against the type that the client declares for it. Standard output: one JSON document.
"""

import json
import sys
import time
from importlib import import_module, metadata

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adsactionstats import AdsActionStats
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.apiconfig import ads_api_config
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

PRIMITIVES = {
    "string": str,
    "datetime": str,
    "bool": bool,
    "int": int,
    "unsigned int": int,
    "float": (int, float),
}


def names_of(enumeration):
    return sorted(
        value
        for key, value in vars(enumeration).items()
        if isinstance(value, str) and not key.startswith("__")
    )


def known_names():
    return {
        "package": metadata.version("facebook-business"),
        "version": ads_api_config["API_VERSION"],
        "insights": names_of(AdsInsights.Field),
        "account": names_of(AdAccount.Field),
        "run": names_of(AdReportRun.Field),
        "action_stats": names_of(AdsActionStats.Field),
        "windows": names_of(AdsInsights.ActionAttributionWindows),
        "levels": names_of(AdsInsights.Level),
        "campaign_states": names_of(Campaign.EffectiveStatus),
    }


def misfits(kind, value, place):
    """Places whose value is not of the declared type."""
    if kind.startswith("list<"):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        inside = kind[len("list<") : -1]
        return [bad for one in value for bad in misfits(inside, one, place)]
    if kind in PRIMITIVES:
        is_right = isinstance(value, PRIMITIVES[kind])
        if isinstance(value, bool) and kind != "bool":
            is_right = False
        return [] if is_right else [f"{place} is {type(value).__name__}, not {kind}"]
    declared = getattr(import_module(f"facebook_business.adobjects.{kind.lower()}"), kind)
    return misfits_in(declared, value, place)


def misfits_in(declared, node, place):
    found = []
    for name, value in dict(node).items():
        if name not in declared._field_types:
            found.append(f"{place}.{name} is not known")
        else:
            found += misfits(declared._field_types[name], value, f"{place}.{name}")
    return found


class Reading:
    def __init__(self):
        self.rows, self.failures = 0, []

    def take(self, declared, nodes):
        taken = [node.export_all_data() for node in nodes]
        self.rows += len(taken)
        for node in taken:
            self.failures += misfits_in(declared, node, declared.__name__)
        return taken

    def refusal(self, code, kind, call):
        try:
            call()
        except FacebookRequestError as error:
            if (error.api_error_code(), error.api_error_type()) != (code, kind):
                self.failures.append(f"refused by {error.api_error_code()}, not by {code} {kind}")
        else:
            self.failures.append(f"was not refused by {code}")


def read_report(reading, account, fields, question):
    run = account.get_insights(fields=fields, params=question, is_async=True)
    while True:
        run = run.api_get(fields=["async_status", "async_percent_completion", "account_id"])
        # the number that the client itself keeps from the first answer
        run.pop("report_run_id", None)
        reading.take(AdReportRun, [run])
        if run["async_status"] == "Job Completed" and run["async_percent_completion"] == 100:
            break
        time.sleep(0.05)
    return reading.take(AdsInsights, run.get_insights(params={"limit": 100}))


def read(wish):
    FacebookSession.GRAPH = wish["graph"]
    api = FacebookAdsApi.init(
        wish["app"], wish["secret"], wish["token"], api_version=wish["version"]
    )
    reading = Reading()
    accounts = reading.take(
        AdAccount, User("me", api=api).get_ad_accounts(fields=wish["account_fields"])
    )
    for level, fields in wish["fields"].items():
        question = {
            "level": level,
            "time_increment": "1",
            "time_range": {"since": wish["since"], "until": wish["until"]},
            "action_attribution_windows": wish["windows"],
        }
        for found in accounts:
            account = AdAccount(found["id"], api=api)
            direct = reading.take(
                AdsInsights, account.get_insights(fields, {**question, "limit": wish["limit"]})
            )
            if read_report(reading, account, fields, question) != direct:
                reading.failures.append(f"the report of {level} differs from the direct answer")
    first = AdAccount(accounts[0]["id"], api=api)
    stranger = FacebookAdsApi.init(
        wish["app"], wish["secret"], "nobody", api_version=wish["version"]
    )
    refusals = [
        (100, "OAuthException", lambda: first.get_insights(["spend", "profit"])),
        (100, "GraphMethodException", lambda: AdAccount("act_1", api=api).get_insights(["spend"])),
        (
            190,
            "OAuthException",
            lambda: AdAccount(first["id"], api=stranger).get_insights(["spend"]),
        ),
    ]
    for refusal in refusals:
        reading.refusal(*refusal)
    replies = api.get_num_requests_attempted() + stranger.get_num_requests_attempted()
    return {"replies": replies, "rows": reading.rows, "failures": reading.failures[:20]}


def main():
    request = json.load(sys.stdin)
    if "names" in request:
        return known_names()
    if "rows" in request:
        return {"failures": [misfits_in(AdsInsights, row, "row") for row in request["rows"]]}
    return read(request)


json.dump(main(), sys.stdout)
