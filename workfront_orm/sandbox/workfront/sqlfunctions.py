"""SQL functions that SQLite lacks: case folding, phonetic equality, sets, and dates in a caller's zone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.wire import local_text, zone_of

if TYPE_CHECKING:
    import sqlite3


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions."""
    connection.create_function("fold", 1, fold, deterministic=True)
    connection.create_function("phonetic", 1, soundex, deterministic=True)
    connection.create_function("like_pattern", 3, like, deterministic=True)
    connection.create_function("has_all", 2, has_all, deterministic=True)
    connection.create_function("local_date", 2, local_date, deterministic=True)
    connection.create_function("custom_value", 2, custom_value, deterministic=True)
    connection.create_aggregate("deviation", 1, Deviation)  # type: ignore[arg-type]
    connection.create_aggregate("variance", 1, Variance)  # type: ignore[arg-type]


def fold(value: Any) -> str | None:
    """Text without the difference of upper and lower case."""
    return None if value is None else str(value).lower()


_SOUNDEX = str.maketrans(dict(zip("BFPVCGJKQSXZDTLMNR", "111122222222334556", strict=True)))


def soundex(value: Any) -> str | None:
    """American Soundex of the first word of a text; None without letters."""
    if value is None:
        return None
    letters = [letter for letter in str(value).upper().split(" ")[0] if "A" <= letter <= "Z"]
    if not letters:
        return None
    code = letters[0]
    last = letters[0].translate(_SOUNDEX)
    for letter in letters[1:]:
        digit = letter.translate(_SOUNDEX)
        if digit.isdigit() and digit != last:
            code += digit
        if letter not in "HW":
            last = digit
    return code[:4].ljust(4, "0")


def like(value: Any, pattern: str, fold_case: int) -> bool | None:
    """SQL's LIKE with `%` and `_`, with or without regard to case; for text and patterns beyond ASCII."""
    if value is None:
        return None
    text = str(value)
    if fold_case:
        text, pattern = text.lower(), pattern.lower()
    return _matches(text, pattern)


def _matches(text: str, pattern: str) -> bool:
    """Match with backtracking to the last `%` only, so that no pattern takes more than a product of lengths."""
    place = at = 0
    star, kept = -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, kept = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("_", text[place]):
            place += 1
            at += 1
        elif star >= 0:
            kept += 1
            place, at = kept, star + 1
        else:
            return False
    return all(letter == "%" for letter in pattern[at:])


def has_all(value: Any, wanted: str) -> bool:
    """Whether a JSON value (a list or one value) holds every member of a JSON list of texts."""
    if value is None:
        return False
    try:
        held = json.loads(value)
    except ValueError:
        held = value
    texts = {str(item) for item in (held if isinstance(held, list) else [held])}
    return texts.issuperset(json.loads(wanted))


def local_date(value: Any, zone: str) -> str | None:
    """A kept date in the wire form of a zone."""
    return None if value is None else local_text(value, zone_of(zone))


def custom_value(values: Any, name: str) -> str | None:
    """JSON text of one custom value; for names that a JSON path cannot hold."""
    if values is None:
        return None
    found = json.loads(values).get(name)
    return None if found is None else json.dumps(found)


class Variance:
    """Variance of a population; None without values."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: Any) -> None:
        """Take a value."""
        if value is not None:
            self.values.append(float(value))

    def finalize(self) -> float | None:
        """Return the variance."""
        if not self.values:
            return None
        mean = sum(self.values) / len(self.values)
        return sum((value - mean) ** 2 for value in self.values) / len(self.values)


class Deviation(Variance):
    """Standard deviation of a population; None without values."""

    def finalize(self) -> float | None:
        """Return the deviation."""
        variance = super().finalize()
        return None if variance is None else float(variance**0.5)
