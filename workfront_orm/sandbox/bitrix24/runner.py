"""Running one method: existence, rights, load limit, transaction, time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24.errors import RestError
from workfront_orm.sandbox.bitrix24.limits import LoadLimit
from workfront_orm.sandbox.bitrix24.portal import Call
from workfront_orm.sandbox.bitrix24.values import ZONE

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.access import Caller
    from workfront_orm.sandbox.bitrix24.portal import Portal

BATCH = "batch"


@dataclass(slots=True)
class Outcome:
    """What a method answered: its result, or a page, and the `time` of the envelope."""

    value: Any
    time: dict[str, Any]


class Runner:
    """Runs methods of a portal in the order of checks that the server has.

    Args:
        portal: the portal.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.load = LoadLimit(portal.options)

    def exists(self, name: str) -> bool:
        """Say whether there is a method of that name (lower case)."""
        return name == BATCH or name in self._portal.methods

    def run(self, name: str, params: dict[str, Any], caller: Caller) -> Outcome:
        """Run one method.

        Args:
            name: its name in lower case.
            params: its parameters.
            caller: who calls.

        Raises:
            RestError: any refusal.
        """
        method = self._portal.methods.get(name)
        if method is None:
            raise RestError(HTTPStatus.NOT_FOUND, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        if method.scope and method.scope not in caller.scopes:
            raise RestError(
                HTTPStatus.FORBIDDEN,
                "insufficient_scope",
                "The request requires higher privileges than provided by the access token",
            )
        if method.application_only and not caller.application:
            raise RestError(
                HTTPStatus.FORBIDDEN, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method"
            )
        now = self._portal.clock.now().timestamp()
        key = f"{caller.key}:{name}"
        if not self.load.allows(key, now):
            raise RestError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "OPERATION_TIME_LIMIT",
                "Method is blocked due to operation time limit.",
            )
        started = time.perf_counter()
        value = self._act(method, Call(self._portal, caller, params))
        seconds = time.perf_counter() - started
        self.load.add(key, seconds, now)
        return Outcome(value, self.time(now, seconds, key))

    def time(self, started: float, seconds: float, key: str | None) -> dict[str, Any]:
        """Return the envelope's `time`.

        Args:
            started: when the call began, seconds since the epoch.
            seconds: how long it took.
            key: what the load limit counts by; None for what it does not count.
        """
        finished = started + seconds
        shown: dict[str, Any] = {
            "start": round(started, 6),
            "finish": round(finished, 6),
            "duration": round(seconds, 6),
            "processing": round(seconds, 6),
            "date_start": _shown(started),
            "date_finish": _shown(finished),
        }
        if self._portal.options.operating and key is not None:
            shown["operating_reset_at"] = self.load.reset_at(key, started)
            shown["operating"] = round(self.load.spent(key, started), 6)
        return shown

    def _act(self, method: Any, call: Call) -> Any:
        store = self._portal.store
        store.begin()
        try:
            value = method.run(call)
            self._portal.events.flush(call.user)
        except BaseException:
            store.rollback()
            self._portal.events.drop()
            raise
        store.commit()
        return value


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, ZONE).isoformat(timespec="seconds")
