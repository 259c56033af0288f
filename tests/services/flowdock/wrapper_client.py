"""Runs inside the environment of flowdock-api-wrapper: evaluates what the tests ask, and tells what comes.

JSON lines in and out; bytes travel as a list.
"""

import json
import sys
import types

import flowdock
from flowdock import constructors


def plain(value):
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, types.SimpleNamespace):
        return repr(value)
    return value


for line in sys.stdin:
    asked = json.loads(line)
    flowdock.API, flowdock.STREAM = asked["url"], asked["stream_url"]
    token = asked["token"]
    if asked.get("forget", True):
        vars(flowdock.get_uid).pop("cache", None)
    client = flowdock.connect(token=token)
    names = {
        "flowdock": flowdock,
        "new": constructors,
        "TOKEN": token,
        "client": client,
        "flow": client(org="acme", flow="main"),
        "private": client(uid=42),
        "integration": flowdock.connect(flow_token=asked["flow_token"]),
        **asked["names"],
    }
    try:
        told = {"result": plain(eval(asked["expression"], names))}
    except Exception as error:  # noqa: BLE001 - whatever it raises is told
        told = {"error": type(error).__name__, "text": str(error)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
