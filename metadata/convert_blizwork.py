"""Make the BlizWork metadata file of this folder from the facts about its API.

    .venv/bin/python metadata/convert_blizwork.py [--facts ../shared/facts/blizwork] [--output metadata/blizwork]

The output depends on the facts alone: a second run changes nothing. `service_facts.py` holds the rules that other services share.

The columns of a master-data table are the tenant's own: `MasterRecord` has no fields here, `extra.dynamicFields` says that it has
any. A case has its process fields in the map `fields`.
"""

from __future__ import annotations

import sys
from typing import Any

import service_facts
from service_facts import Rules

# Neither the API nor its documentation carries a version: this is the release of the published client that the facts were read from.
VERSION = "client-0.1.0"

Json = dict[str, Any]


def document(facts: Json) -> Json:
    """Return the metadata document made from the facts.

    Args:
        facts: content of `objects.json`.

    Raises:
        ValueError: the facts hold a key that no rule translates, or two members of a type share a name.
    """
    return service_facts.document(facts, RULES)


def _prepare(name: str, source: Json) -> Json:
    """Take the field `*`, which stands for any column, out of the fields."""
    fields = source["fields"]
    if "*" not in fields:
        return source
    if len(fields) > 1:
        raise ValueError(f"{name} has fields beside '*': no rule for both")
    prepared = {key: value for key, value in source.items() if key != "fields"}
    return {**prepared, "dynamic": fields["*"]}


RULES = Rules(
    service="blizwork",
    version=VERSION,
    note=(
        "The API has no version number: the version names the release of the published client that the facts were read from. "
        "The published reference is thin, for most calls the client is the only source. Types have no code on the wire."
    ),
    prepare=_prepare,
)


def main(arguments: list[str] | None = None) -> int:
    """Write the file; see `service_facts.run`."""
    return service_facts.run(RULES, arguments)


if __name__ == "__main__":
    sys.exit(main())
