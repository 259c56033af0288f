"""Faults that a sandbox can be asked for: what real servers and the networks before them do on bad days.

A specification is a rate (`0.1`: every tenth request on average, kinds drawn evenly) or a list of rules. A rule is a
mapping; everything but `kind` may be left out:

========== ====================================================================================================
kind       one of `KINDS`, or a list of them to draw from
rate       share of the matching requests that it hits, 0 to 1; default 1
method     the method that the server acts on (after a `method=` override), as `"PUT"`
path       shell pattern over the path, in either case, as `"*/task/*"`
skip       number of matching requests that are spared first
count      number of requests that it hits at most
script     list of kinds, None for no fault: one a matching request in order; replaces kind and rate
concurrent only with kind "429": hits when this many other requests are under way that were not refused
seconds    duration of latency and slow, size of the clock's skew
========== ====================================================================================================

Draws come from one generator seeded with the sandbox's seed, in the order in which requests arrive.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

KINDS: dict[str, str] = {
    "latency": "answers after a delay (default 0.1 s, jittered by half)",
    "429": "too many concurrent requests; the server did not act",
    "500": "unexpected error in the service's own envelope; the server did not act",
    "502": "HTML page of a gateway; the server did not act",
    "502_after": "HTML page of a gateway; the server did act",
    "503": "empty body; the server did not act",
    "reset_before": "the connection is reset before the server acts",
    "reset_after": "the connection is reset after the server acted",
    "truncated": "the server acts, the body ends in the middle and the connection with it",
    "slow": "the server acts, the body comes in pieces (default within 0.3 s)",
    "error_200": "an error of the service under status 200; the server did not act",
    "expired": "the caller's session is ended first, so the call is refused and so is each next one under that session",
    "wrong_json": "the server acts, the body is no JSON though its type says so",
    "clock_skew": "the server's clock is off during this request (default up to 120 s, either way)",
}
"""Every kind of fault, with what it does."""

Specification = float | Sequence[Mapping[str, Any]] | None
"""What may be given as faults."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that hits one request."""

    kind: str
    seconds: float = 0.0

    @property
    def acts(self) -> bool:
        """Whether the server does what it was asked before the fault shows."""
        return self.kind in {"latency", "502_after", "reset_after", "truncated", "slow", "wrong_json", "clock_skew"}


class Faults:
    """Decides for each request whether a fault hits it.

    Args:
        specification: a rate or a list of rules, see the module; None for no faults.
        seed: seed of the generator.

    Raises:
        ValueError: a rule names an unknown kind or key, or a rate is not within 0 and 1.
    """

    def __init__(self, specification: Specification = None, *, seed: int = 0) -> None:
        self.specification = specification
        self._random = random.Random(seed)  # noqa: S311 - reproducible faults, nothing secret
        self._rules: list[_Rule] = []
        if specification is None:
            return
        if isinstance(specification, (int, float)):
            self._rules = [_Rule({"kind": list(KINDS), "rate": float(specification)})] if specification else []
        else:
            self._rules = [_Rule(rule) for rule in specification]

    def draw(self, method: str, path: str, under_way: int, *, session: bool) -> Fault | None:
        """Say which fault hits a request, if any.

        Args:
            method: what the server was asked to do, after a method override.
            path: path of the request, without the query.
            under_way: number of requests under way, this one included and those that are refused left out.
            session: whether the request carries a session that can expire.
        """
        for rule in self._rules:
            kind = rule.draw(self._random, method, path, under_way)
            if kind is None:
                continue
            if kind == "expired" and not session:
                kind = self._random.choice([other for other in KINDS if other != "expired"])
            return Fault(kind, self._seconds(kind, rule.seconds))
        return None

    def _seconds(self, kind: str, given: float | None) -> float:
        if kind == "latency":
            return (0.1 if given is None else given) * self._random.uniform(0.5, 1.5)
        if kind == "slow":
            return 0.3 if given is None else given
        if kind == "clock_skew":
            return self._random.uniform(-120, 120) if given is None else given
        return 0.0


class _Rule:
    """One rule, with the count of what it matched and hit."""

    def __init__(self, rule: Mapping[str, Any]) -> None:
        unknown = set(rule) - {"kind", "rate", "method", "path", "skip", "count", "script", "concurrent", "seconds"}
        if unknown:
            raise ValueError(f"a fault rule has no {', '.join(sorted(unknown))}; see workfront_orm.sandbox.faults")
        script = rule.get("script")
        kinds = rule.get("kind", [] if script else "500")
        self.kinds: list[str] = [str(kind) for kind in (kinds if isinstance(kinds, (list, tuple)) else [kinds])]
        self.script: list[str | None] | None = None
        if script is not None:
            self.script = [None if kind is None else str(kind) for kind in script]
        for kind in [*self.kinds, *(kind for kind in self.script or () if kind is not None)]:
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is no kind of fault; kinds are {', '.join(KINDS)}")
        self.rate = float(rule.get("rate", 1.0))
        if not 0 <= self.rate <= 1:
            raise ValueError(f"the rate of a fault is a share within 0 and 1, not {self.rate}")
        self.method = str(rule.get("method", "*")).upper()
        self.path = str(rule.get("path", "*")).lower()
        self.skip = int(rule.get("skip", 0))
        self.count: int | None = rule.get("count")
        self.concurrent: int | None = rule.get("concurrent")
        self.seconds: float | None = rule.get("seconds")
        self.matched = 0
        self.hit = 0

    def draw(self, generator: random.Random, method: str, path: str, under_way: int) -> str | None:
        if self.method not in ("*", method) or not fnmatchcase(path.lower(), self.path):
            return None
        if self.concurrent is not None:
            return "429" if under_way > self.concurrent else None
        self.matched += 1
        if self.matched <= self.skip or (self.count is not None and self.hit >= self.count):
            return None
        if self.script is not None:
            position = self.matched - self.skip - 1
            return self.script[position] if position < len(self.script) else None
        if self.rate < 1 and generator.random() >= self.rate:
            return None
        self.hit += 1
        return self.kinds[0] if len(self.kinds) == 1 else generator.choice(self.kinds)
