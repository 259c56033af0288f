"""batch: up to fifty commands in one request, with references to what earlier ones answered.

A command is `method?query`. It is decoded first; then `$result[key][path]` is replaced in values and keys. A value that is only the
reference takes what it refers to, type and all; inside a longer text it becomes text. Where a path ends early, the walk stops and
what was found last stands, as the server's own does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import php
from workfront_orm.sandbox.bitrix24.errors import RestError
from workfront_orm.sandbox.bitrix24.listing import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.bitrix24.runner import Outcome

LIMIT = 50

_REFERENCE = re.compile(r"\$result((?:\[[^\[\]]*\])+)")
_STEP = re.compile(r"\[([^\[\]]*)\]")
_NOT_ALLOWED = re.compile(r"batch(\..*)?|.*\.(up|down)load")


@dataclass
class _Answers:
    """What the commands so far answered."""

    results: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    nexts: dict[str, int] = field(default_factory=dict)
    times: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    decoded: dict[str, Any] = field(default_factory=dict)

    def find(self, path: list[str]) -> Any:
        """Walk a reference's path as far as it goes."""
        key, *steps = path
        if key not in self.results:
            return None
        row = self._row(self.pages.get(key), steps)
        if row is not None:
            node, steps = row
        else:
            if key not in self.decoded:
                self.decoded[key] = json.loads(php.dumps(self.results[key]))
            node = self.decoded[key]
        for step in steps:
            if isinstance(node, list):
                index = int(step) if step.isdigit() else -1
                if not 0 <= index < len(node):
                    return node
                node = node[index]
            elif isinstance(node, dict) and step in node:
                node = node[step]
            else:
                return node
        return node

    def _row(self, page: Page | None, steps: list[str]) -> tuple[Any, list[str]] | None:
        """Decode the one row of a page that a path names, and return it with the rest of the path.

        Rows are kept as JSON text: a chain of pages refers to one row of each, and reading all would cost more than the page.
        """
        if page is None:
            return None
        if page.wrap is not None:
            if steps[:1] != [page.wrap]:
                return None
            steps = steps[1:]
        if not steps or not steps[0].isdigit() or int(steps[0]) >= len(page.rows):
            return None
        return json.loads(page.rows[int(steps[0])]), steps[1:]


def run(params: dict[str, Any], call: Callable[[str, dict[str, Any]], Outcome]) -> dict[str, Any]:
    """Run a batch.

    Args:
        params: parameters of the request: `halt` and `cmd`, in any case.
        call: runs one method; raises RestError.

    Returns:
        The value of `result`.
    """
    upper = {name.upper(): value for name, value in params.items()}
    halt = php.truth(upper.get("HALT", 0)) and upper.get("HALT") != "false"
    answers = _Answers()
    count = 0
    for key, command in php.as_map(upper.get("CMD")).items():
        if not isinstance(command, str):
            continue
        count += 1
        try:
            outcome = _command(command, count, answers, call)
        except RestError as error:
            answers.errors[key] = {"error": error.code, "error_description": error.description}
            if halt:
                break
            continue
        _keep(answers, key, outcome)
    if not answers.results and not answers.errors:
        return {}
    return {
        "result": answers.results,
        "result_error": answers.errors,
        "result_total": answers.totals,
        "result_next": answers.nexts,
        "result_time": answers.times,
    }


def _command(command: str, count: int, answers: _Answers, call: Callable[[str, dict[str, Any]], Outcome]) -> Outcome:
    if count > LIMIT:
        raise RestError(400, "ERROR_BATCH_LENGTH_EXCEEDED", f"Max batch length exceeded: {LIMIT}")
    name, _, query = command.strip().partition("?")
    name = name.strip("/").lower().removesuffix(".json")
    if _NOT_ALLOWED.fullmatch(name):
        raise RestError(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
    params = php.as_map(php.arrays(_resolve(php.parse_query(query), answers)))
    return call(name, params)


def _keep(answers: _Answers, key: str, outcome: Outcome) -> None:
    value = outcome.value
    if isinstance(value, Page):
        answers.results[key] = value.result()
        answers.pages[key] = value
        if value.total is not None:
            answers.totals[key] = value.total
        if value.next is not None:
            answers.nexts[key] = value.next
    else:
        answers.results[key] = value
    answers.times[key] = outcome.time


def _resolve(value: Any, answers: _Answers) -> Any:
    if isinstance(value, dict):
        return {php.text(_resolve_text(key, answers)): _resolve(item, answers) for key, item in value.items()}
    return _resolve_text(value, answers) if isinstance(value, str) else value


def _resolve_text(text: str, answers: _Answers) -> Any:
    if "$result" not in text:
        return text
    whole = _REFERENCE.fullmatch(text)
    if whole:
        return answers.find(_STEP.findall(whole[1]))
    return _REFERENCE.sub(lambda match: php.text(answers.find(_STEP.findall(match[1]))), text)
