"""Google's own message types as judges. Runs where google-ads is installed, see `make contracts`.

Standard input: a JSON list of `{"kind", "body"}`; argument: the API version. Standard output: one
JSON document with what was counted, what was refused and which names do not exist. Replies are
parsed with no unknown field allowed, and written again: what comes out must be what went in.
"""

import json
import sys
from importlib import import_module, metadata

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import code_pb2, status_pb2

VERSION = sys.argv[1]


def message_class(module, name):
    return getattr(import_module(f"google.ads.googleads.{VERSION}.{module}"), name).pb()


SERVICES = "services.types.google_ads_service"
ROW = message_class(SERVICES, "GoogleAdsRow")
STREAM = message_class(SERVICES, "SearchGoogleAdsStreamResponse")
PAGE = message_class(SERVICES, "SearchGoogleAdsResponse")
CUSTOMERS = message_class("services.types.customer_service", "ListAccessibleCustomersResponse")
FAILURE = message_class("errors.types.errors", "GoogleAdsFailure")


def is_known(name):
    """Whether a GAQL name leads to a value in GoogleAdsRow."""
    descriptor = ROW.DESCRIPTOR
    field = None
    for part in name.split("."):
        field = descriptor.fields_by_name.get(part) if descriptor else None
        if field is None:
            return False
        descriptor = field.message_type
    return field.type != FieldDescriptor.TYPE_MESSAGE


def parsed(body, kind):
    message = json_format.ParseDict(body, kind())
    if json_format.MessageToDict(message) != body:
        raise ValueError("its canonical JSON is another one")
    return message


def failure_of(body):
    """The GoogleAdsFailure inside of an error answer."""
    error = dict(body["error"])
    code_pb2.Code.Value(error.pop("status"))
    status = json_format.ParseDict(error, status_pb2.Status())
    failure = FAILURE()
    if not status.details[0].Unpack(failure):
        raise ValueError("its detail is no GoogleAdsFailure")
    for one in failure.errors:
        family = one.error_code.WhichOneof("error_code")
        if family is None or getattr(one.error_code, family) <= 1:
            raise ValueError("an error without a code of the API")
    return len(failure.errors)


def rows_of(kind, body):
    """Rows in a reply. Raises what the parser raises."""
    if kind == "stream":
        return sum(len(parsed(part, STREAM).results) for part in body)
    if kind == "page":
        return len(parsed(body, PAGE).results)
    if kind == "customers":
        return len(parsed(body, CUSTOMERS).resource_names)
    return sum(map(failure_of, body if isinstance(body, list) else [body]))


def main():
    outcome = {"package": metadata.version("google-ads"), "replies": 0, "rows": 0}
    failures, unknown = [], []
    for request in json.load(sys.stdin):
        kind, body = request["kind"], request["body"]
        if kind == "names":
            unknown += [name for name in body if not is_known(name)]
            continue
        outcome["replies"] += 1
        try:
            outcome["rows"] += rows_of(kind, body)
        except (json_format.ParseError, ValueError, LookupError, TypeError) as error:
            failures.append(f"{kind}: {error}"[:400])
    json.dump({**outcome, "failures": failures, "unknown": unknown}, sys.stdout)


main()
