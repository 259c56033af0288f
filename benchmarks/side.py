"""What both measuring processes share: the loop that answers, and the rows that are measured.

It runs inside the environments of peers too, so it imports nothing but the standard library.
"""

import json
import sys

FIELDS = 30
TYPES = ("string", "int", "double", "boolean", "dateTime")
SAMPLES = {
    "boolean": lambda number: number % 2 == 0,
    "dateTime": lambda number: f"2030-05-{number % 27 + 1:02}T17:00:00:000-0600",
    "double": lambda number: number * 0.5,
    "int": lambda number: number,
    "string": lambda number: f"text {number}",
}
# Names of fields of TASK in v4.0 with their types, read from our metadata by the caller.
CHUNK = 2000


def rows(names, count):
    """Decoded rows as they come from JSON, of the named fields."""
    made = [
        {
            "ID": f"{number:032x}",
            "objCode": "TASK",
            **{name: SAMPLES[kind](number) for name, kind in list(names.items())[: FIELDS - 2]},
        }
        for number in range(count)
    ]
    return json.loads(json.dumps(made))


def serve(measures):
    """Answer one JSON line for each that comes: the figure that the named measure takes."""
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(measures[asked.pop("what")](**asked)), flush=True)
