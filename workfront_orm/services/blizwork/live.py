"""What one company's server tells of its own: the fields of a process, the columns of a table.

There is no call for either: a definition comes inside a case, and columns are the names in records.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any
from weakref import ref

from .documents import Definition
from .errors import InvalidRequestError
from .families import (
    is_case,
    process_entry,
    process_key,
    process_of,
    table_entry,
    table_key,
)
from .wire import plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workfront_orm.core.specs import ObjectSpec

    from .session import Session

__all__ = ["Company"]

_WITH_DEFINITION = 3


class Company:
    """The company of a session.

    Args:
        session: What reads.
    """

    def __init__(self, session: Session) -> None:
        # The classes may outlive the session, and other sessions of the same user share them.
        self._session = ref(session)
        self._cases: dict[str, int] = {}
        self._columns: dict[str, tuple[str, ...]] = {}

    def process(self, slug: str, case: int | None) -> Any:
        """See `Session.process`."""
        if not isinstance(slug, str) or not slug:
            raise TypeError(f"process takes the slug of a process, not {slug!r}")
        if case is not None and type(case) is not int:
            raise TypeError(f"process: case takes the number of a case, an int, not {case!r}")
        session = self._live()
        key = process_key(session.environment, slug)
        if case is not None:
            self._cases[key] = case
        return session.api.by_code[key]

    def table(self, name: str, key: str | Sequence[str] | None, columns: Sequence[str]) -> Any:
        """See `Session.table`."""
        if not isinstance(name, str) or not name:
            raise TypeError(f"table takes the name of a table, not {name!r}")
        if isinstance(columns, str):
            raise TypeError(f"table: columns takes a sequence of names, not the string {columns!r}")
        names = () if key is None else (key,) if isinstance(key, str) else tuple(key)
        if key is not None and (not names or not all(isinstance(one, str) and one for one in names)):
            raise TypeError(f"table: key takes the name of a column, or several, not {key!r}")
        code = table_key(name, names)
        self._columns[code] = tuple(columns)
        return self._live().api.by_code[code]

    def forget(self) -> None:
        """Forget what helped to read."""
        self._cases.clear()

    def entry(self, key: str, general: ObjectSpec) -> Mapping[str, Any] | None:
        """The metadata of a class of the company's own; None for all others."""
        if key == general.key:
            return None
        return self._process(key, general) if is_case(general) else self._table(key, general)

    # --- reading ----------------------------------------------------------------------

    def _process(self, key: str, general: ObjectSpec) -> Mapping[str, Any]:
        from workfront_orm.core.specs import ObjectSpec

        place = process_of(ObjectSpec(key, general.raw))
        assert place is not None
        environment, slug = place
        session = self._live()
        place_body = {"environment": environment, "processId": slug}
        label = f"definition of process {slug!r}"
        number = self._cases.get(key)
        if number is None:
            number = session.execute(plan(label, "/process/case-list", {**place_body, "filter": {}}, _last))
        if number is None:
            return process_entry(general, key, {})
        body = {**place_body, "caseNumber": number, "include": _WITH_DEFINITION}
        return process_entry(general, key, session.execute(plan(label, "/process/case", body, _fields)))

    def _table(self, key: str, general: ObjectSpec) -> Mapping[str, Any]:
        import json

        name, natural = json.loads(key.partition(":")[2])
        label = f"columns of table {name!r}"
        found = self._live().execute(plan(label, "/master-data", {"table": name, "filter": {}}, _columns))
        strangers = [column for column in natural if found and column not in found]
        if strangers:
            from workfront_orm.core.errors import near_matches

            raise InvalidRequestError(
                f"the key column {strangers[0]!r} is in no record{near_matches(strangers[0], found)}",
                None,
                operation=label,
            )
        return table_entry(general, key, [*found, *self._columns.get(key, ())], is_open=not found)

    def _live(self) -> Session:
        session = self._session()
        if session is None:
            raise LookupError("the session whose company this is, is gone; make a new one and ask it for the class")
        return session


def _last(data: Mapping[str, Any]) -> Any:
    """The number of the last case of a list, which is of the newest version; None where there is none."""
    return max((one.get("caseNumber") or 0 for one in data.get("payload") or ()), default=None)


def _fields(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields that the definition in a case names; where it names none, those that the case shows."""
    case = data.get("payload") or {}
    return Definition.read(case.get("processDefinition") or {}).fields or dict.fromkeys(case.get("fields") or (), "any")


def _columns(data: Mapping[str, Any]) -> dict[str, None]:
    """The columns that records show, in the order in which they come."""
    return dict.fromkeys(chain.from_iterable(map(dict.keys, data.get("payload") or ())))
