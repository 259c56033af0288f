"""Make the Flowdock metadata file of this folder from the facts about its REST API.

    .venv/bin/python metadata/convert_flowdock.py [--facts ../shared/facts/flowdock] [--output metadata/flowdock]

The output depends on the facts alone: a second run changes nothing. `service_facts.py` holds the rules that other services share.

A message carries the id of its author under `user`, that of its flow under `flow`. Both names belong to the references here; the
fields that hold the ids are `user_id` and `flow_id`, and `names.row` says how they are called in a row.

Ids of messages, threads and sources mean something within their flow or conversation only, and a flow has its address within its
organization. Where the rows of the API leave that place out, since the request says it, a field of its own holds it here.
"""

from __future__ import annotations

import sys
from typing import Any

import service_facts
from service_facts import Rules

# The API carried no version; this is the last public state of its documentation.
VERSION = "rest-2018-05"

Json = dict[str, Any]

# How the facts say that a reference travels, and the field that holds the id.
_ID_TYPES = {"string id": "string", "flow id": "string"}
_EMBEDDED_BESIDE_ID = "thread_id + embedded thread"

# The place that the path of a request says and the row does not: the field, and what it refers to.
_PLACES = {
    "Flow": ("org", None, None),
    "Thread": ("flow_id", "flow", "Flow"),
    "Source": ("flow_id", "flow", "Flow"),
    "PrivateMessage": ("conversation_id", "conversation", "PrivateConversation"),
}

_ACTIONS: dict[str, dict[str, Json]] = {
    "User": {
        "me": {
            "section": "queries",
            "arguments": [],
            "result": "User",
            "instance": False,
            "endpoint": "GET /user",
            "marks": {"src": "API.md section 4"},
        },
    },
    "Message": {
        "comment": {
            "section": "actions",
            "arguments": [
                {"name": "content", "type": "string", "required": True},
                {"name": "tags", "type": "list<string>"},
            ],
            "result": "Message",
            "instance": True,
            "endpoint": "POST /flows/{org}/{flow}/messages/{id}/comments",
            "marks": {"src": "API.md section 4"},
        },
    },
    "Invitation": {
        "import": {
            "section": "actions",
            "arguments": [{"name": "list", "type": "string", "required": True}, {"name": "message", "type": "string"}],
            "result": "object",
            "instance": False,
            "endpoint": "POST /flows/{org}/{flow}/invitations/import",
            "marks": {"src": "API.md section 4"},
        },
    },
}


def document(facts: Json) -> Json:
    """Return the metadata document made from the facts.

    Args:
        facts: content of `objects.json`.

    Raises:
        ValueError: the facts hold a key that no rule translates, or two members of a type share a name.
    """
    return service_facts.document(facts, RULES)


def _prepare(name: str, source: Json) -> Json:
    """Give the references of a type that travel as ids a field that holds the id."""
    fields = dict(source.get("fields", {}))
    references = {}
    for word, raw in source.get("references", {}).items():
        wire = raw.get("wire")
        id_field = f"{word}_id"
        if wire in _ID_TYPES:
            fields[id_field] = {
                "type": _ID_TYPES[wire],
                "row": word,
                "readOnly": raw.get("readOnly", False),
                "inherited": f"the facts say: {word} travels as {wire}",
            }
        elif wire == _EMBEDDED_BESIDE_ID:
            fields[id_field] = {
                "type": "string",
                "create_only": raw["create_only"],
                "inherited": f"the facts say: {word} travels as {wire}",
            }
        elif wire is not None:
            raise ValueError(f"{name}.{word}: no rule for the wire form {wire!r} of the facts")
        references[word] = {**raw, "field": id_field} if wire else raw
    if name in _PLACES:
        field, word, target = _PLACES[name]
        number = target == "PrivateConversation"
        fields[field] = {
            "type": "int" if number else "string",
            "readOnly": True,
            "inherited": "the facts say: the path of each request names it",
        }
        if word is not None:
            references[word] = {"target": target, "field": field, "readOnly": True}
    prepared = dict(source)
    if fields:
        prepared["fields"] = fields
    if references:
        prepared["references"] = references
    return prepared


RULES = Rules(
    service="flowdock",
    version=VERSION,
    note=(
        "The API has no version number: the version names the month of the documentation's last public state. "
        "The service was shut down. Types have no code on the wire."
    ),
    actions=_ACTIONS,
    prepare=_prepare,
)


def main(arguments: list[str] | None = None) -> int:
    """Write the file; see `service_facts.run`."""
    return service_facts.run(RULES, arguments)


if __name__ == "__main__":
    sys.exit(main())
