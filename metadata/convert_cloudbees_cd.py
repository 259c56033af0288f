"""Make the CloudBees CD metadata file of this folder from the facts about its REST API.

    .venv/bin/python metadata/convert_cloudbees_cd.py [--facts ../shared/facts/cloudbees_cd] [--output metadata/cloudbees_cd]

The output depends on the facts alone: a second run changes nothing. `service_facts.py` holds the rules that other services share.

The name of a type travels (`{"project": {...}}`, `"objectType": "project"`), so it is the code of its class. Commands of the
vendor's reference that act on one object are actions under the command's name; the facts list them among the calls of a type.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import service_facts
from service_facts import Rules

VERSION = "v1.0"

Json = dict[str, Any]

_IN_PATH = re.compile(r"\{(\w+)\}")
_SOURCE = "API.md section 6"
_PARAMETERS = {"name": "actualParameter", "type": "list<actualParameter>"}
_STAGES = [{"name": "startingStage", "type": "string"}, {"name": "stagesToRun", "type": "list<string>"}]
_PRIORITIES = [["low", None], ["normal", None], ["high", None], ["highest", None]]

# What formal parameters stand in beside procedures, whose path the facts give.
_PARAMETER_PLACES = ("applicationName", "processName", "pipelineName")

_ACTIONS: dict[str, dict[str, Json]] = {
    "procedure": {
        "runProcedure": {
            "section": "actions",
            "arguments": [_PARAMETERS, {"name": "priority", "type": "enum", "values": _PRIORITIES}],
            "result": "job",
            "instance": True,
            "endpoint": "POST /jobs?request=runProcedure",
            "marks": {"src": f"{_SOURCE}, client"},
        },
    },
    "job": {
        "abortJob": {
            "section": "actions",
            "arguments": [{"name": "force", "type": "bool01"}, {"name": "reason", "type": "string"}],
            "instance": True,
            "endpoint": "PUT /jobs/{jobId}?request=abortJob",
            "marks": {"src": f"{_SOURCE}, 3p"},
        },
        "getJobStatus": {
            "section": "actions",
            "arguments": [],
            "result": "object",
            "instance": True,
            "endpoint": "GET /jobs/{jobId}?request=getJobStatus",
            "marks": {"src": f"{_SOURCE}, client"},
        },
    },
    "application": {
        "runProcess": {
            "section": "actions",
            "arguments": [
                {"name": "processName", "type": "string", "required": True},
                {"name": "environmentName", "type": "string", "required": True},
                {"name": "environmentProjectName", "type": "string"},
                _PARAMETERS,
            ],
            "result": "job",
            "instance": True,
            "endpoint": "POST /jobs?request=runProcess",
            "marks": {"src": f"{_SOURCE}, client"},
        },
    },
    "pipeline": {
        "runPipeline": {
            "section": "actions",
            "arguments": [_PARAMETERS, *_STAGES, {"name": "releaseName", "type": "string"}],
            "result": "flowRuntime",
            "instance": True,
            "endpoint": "POST /pipelines?projectName=&pipelineName=",
            "marks": {"src": f"{_SOURCE}, client"},
        },
        "getPipelineRuntimes": {
            "section": "queries",
            "arguments": [{"name": "releaseId", "type": "uuid"}],
            "result": "flowRuntime[]",
            "instance": True,
            "endpoint": "PUT /projects/{projectName}/pipelines/{pipelineName}?request=getPipelineRuntimes",
            "marks": {"src": "API.md section 5, client"},
        },
    },
    "release": {
        "startRelease": {
            "section": "actions",
            "arguments": [{"name": "pipelineParameter", "type": "list<pipelineParameter>"}, *_STAGES],
            "result": "flowRuntime",
            "instance": True,
            "endpoint": "POST /releases?projectName=&releaseName=",
            "marks": {"src": f"{_SOURCE}, client"},
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
    """Give a type the names of its parents, by which its rows are reached, where the facts list them in paths only."""
    ops, fields = source["ops"], dict(source["fields"])
    needed = _IN_PATH.findall(ops.get("get") or ops.get("list") or "")
    for raw in source["references"].values():
        needed += [raw["by"]] if isinstance(raw["by"], str) else raw["by"]
    needed += _PARAMETER_PLACES if name == "formalParameter" else ()
    for word in needed:
        if word not in fields:
            basis = "in the path or in a reference of the facts only; rows carry the names of their parents (API.md section 4)"
            fields[word] = {
                "type": "string",
                "readOnly": True,
                "required": word in ops.get("create", ""),
                "inherited": basis,
            }
    return {**source, "fields": fields}


def _class_name(name: str) -> str:
    return name[0].upper() + name[1:]


RULES = Rules(
    service="cloudbees_cd",
    version=VERSION,
    note="Objects are known by a UUID and reached by their names up the parent path; every scalar is a string on the wire.",
    class_name=_class_name,
    coded=True,
    actions=_ACTIONS,
    prepare=_prepare,
)


def main(arguments: list[str] | None = None) -> int:
    """Write the file; see `service_facts.run`."""
    return service_facts.run(RULES, arguments)


if __name__ == "__main__":
    sys.exit(main())
