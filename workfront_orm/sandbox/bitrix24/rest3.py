"""REST 3.0, as far as the sandbox serves it: tasks.task.get, and batch of it.

Its errors have a shape of their own: `{"error": {"code", "message", "validation"}}`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import php
from workfront_orm.sandbox.bitrix24.methods import tasks
from workfront_orm.sandbox.bitrix24.portal import Call

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.access import Caller
    from workfront_orm.sandbox.bitrix24.portal import Portal

METHODS = frozenset({"tasks.task.get"})

_CODE = "BITRIX_REST_V3_EXCEPTION_"


class Rest3Error(Exception):
    """A refusal of REST 3.0.

    Args:
        status: HTTP status.
        code: end of the code, behind `BITRIX_REST_V3_EXCEPTION_`.
        message: text.
        validation: what is wrong with which field.
    """

    def __init__(self, status: int, code: str, message: str, validation: list[dict[str, str]] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.validation = validation or []

    def body(self) -> str:
        """Return the body of the answer."""
        return php.dumps({"error": self.value()})

    def value(self) -> dict[str, Any]:
        """Return the value of `error`."""
        shown: dict[str, Any] = {"code": f"{_CODE}{self.code}", "message": self.message}
        if self.validation:
            shown["validation"] = self.validation
        return shown


def unknown_method(name: str) -> Rest3Error:
    """Return the refusal of a method that REST 3.0 does not have here."""
    return Rest3Error(HTTPStatus.NOT_FOUND, "METHODNOTFOUNDEXCEPTION", f"Method `{name}` was not found")


def run(portal: Portal, caller: Caller, name: str, params: dict[str, Any], body: Any) -> str:
    """Run a method, or a batch of them.

    Args:
        portal: the portal.
        caller: who calls.
        name: name of the method in lower case.
        params: parameters of a single call.
        body: body of a batch: `[{"method", "query"}]`.

    Returns:
        The value of `result` as JSON text.

    Raises:
        Rest3Error: any refusal; within a batch the first one ends it.
    """
    if name in METHODS:
        return php.dumps(_get_task(portal, caller, params))
    if not isinstance(body, list):
        raise Rest3Error(HTTPStatus.BAD_REQUEST, "INVALIDJSONEXCEPTION", "A batch is a JSON array of commands")
    results = []
    for command in body:
        entry = php.as_map(command)
        method = php.text(entry.get("method")).lower()
        if method not in METHODS:
            raise unknown_method(method)
        results.append(_get_task(portal, caller, php.as_map(php.arrays(entry.get("query", {})))))
    return php.dumps(results)


def _get_task(portal: Portal, caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    if "task" not in caller.scopes:
        raise Rest3Error(HTTPStatus.FORBIDDEN, "ACCESSDENIEDEXCEPTION", "Access denied")
    if "id" not in params:
        raise Rest3Error(
            HTTPStatus.BAD_REQUEST,
            "VALIDATION_REQUESTVALIDATIONEXCEPTION",
            "Request validation failed",
            [{"field": "id", "message": "The field `id` is required"}],
        )
    call = Call(portal, caller, params)
    found = tasks.record(call, max(0, php.integer(params["id"])))
    if found is None:
        raise Rest3Error(HTTPStatus.NOT_FOUND, "ENTITYNOTFOUNDEXCEPTION", f"Task with id {params['id']} was not found")
    # Numbers are numbers in REST 3.0.
    numbers = {
        item.row for item in portal.store.entities["task"].fields.values() if item.storage == "integer" and item.row
    }
    return {
        "item": {
            name: int(value) if name in numbers and isinstance(value, str) else value for name, value in found.items()
        }
    }
