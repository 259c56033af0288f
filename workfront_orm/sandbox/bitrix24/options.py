"""Switches that the sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES = ("crm", "user", "department", "task", "userfieldconfig")
"""What the main web hook may do."""

_ON = frozenset({"1", "true", "yes", "on", "y"})
_OFF = frozenset({"0", "false", "no", "off", "n"})


@dataclass(frozen=True)
class Options:
    """How a portal behaves where portals differ.

    Attributes:
        rate_limit: answer 503 `QUERY_LIMIT_EXCEEDED` when the bucket is full.
        rate_limit_burst: requests that the bucket holds.
        rate_limit_per_second: requests that leave the bucket in a second.
        operating: send `time.operating` and `operating_reset_at`, and limit the run time per method.
        operating_limit: seconds of run time per method within ten minutes, above which it answers 429.
        operating_cost: seconds that every call counts; 0 for the time that it really took.
        https: refuse plain http with a web hook, as a real portal does.
        old_addresses: take addresses of contacts and companies themselves, as portals in the old mode do.
        scope: what the main web hook may do, words separated by commas.
        fixture: data to start with instead of `data`; `conformance` is what the conformance cases start from.
    """

    rate_limit: bool = False
    rate_limit_burst: float = 50
    rate_limit_per_second: float = 2
    operating: bool = True
    operating_limit: float = 480
    operating_cost: float = 0
    https: bool = False
    old_addresses: bool = False
    scope: str = ",".join(SCOPES)
    fixture: str = ""

    @property
    def scopes(self) -> frozenset[str]:
        """The words of `scope`."""
        return frozenset(word.strip() for word in self.scope.split(",") if word.strip())


def read(given: Mapping[str, str]) -> Options:
    """Read options as they come from the command line.

    Raises:
        ValueError: an option is unknown, or its value is none of its kind.
    """
    known = {item.name: item.type for item in fields(Options)}
    values: dict[str, object] = {}
    for name, text in given.items():
        if name not in known:
            raise ValueError(f"the sandbox of bitrix24 has no option {name!r}; it has {', '.join(known)}")
        values[name] = _value(name, known[name], text)
    return Options(**values)  # type: ignore[arg-type] # the values were read by the fields' types


def _value(name: str, kind: object, text: str) -> object:
    if kind == "bool":
        word = text.strip().lower()
        if word not in _ON | _OFF:
            raise ValueError(f"the option {name} is on or off (true, false), not {text!r}")
        return word in _ON
    if kind == "float":
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"the option {name} is a number, not {text!r}") from None
    return text
