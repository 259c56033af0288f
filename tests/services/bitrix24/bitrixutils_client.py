"""Runs inside the environment of bitrixUtils: calls the functions that the tests name, and tells what they return.

JSON lines in and out. The package's own `tests` package writes to a real portal when it is
imported, so nothing starts while it is there.
"""

import importlib.util
import json
import sys

if importlib.util.find_spec("tests") is not None:
    sys.exit("the package `tests` of bitrixUtils is still installed")

import bitrixUtils

for line in sys.stdin:
    asked = json.loads(line)
    if "function" not in asked:
        told = sorted(
            name
            for name in vars(bitrixUtils.core)
            if getattr(vars(bitrixUtils.core)[name], "__module__", "") == "bitrixUtils.core"
        )
    else:
        try:
            told = {"result": getattr(bitrixUtils, asked["function"])(**asked["arguments"])}
        except Exception as error:  # noqa: BLE001 - whatever it raises is told
            told = {"error": type(error).__name__}
        told["arguments"] = asked["arguments"]
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
