# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""What a create fills in: the overlay's defaults, ids of polymorphic relations, numbers that count up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.wire import stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity

_TOP = {"TASK": ("projectID", "PROJ"), "OPTASK": ("projectID", "PROJ"), "TTSK": ("templateID", "TMPL")}


def fill(context: Context, entity: Entity, row: dict[str, Any]) -> None:
    """Add to a new object what it does not say itself."""
    complete_relations(context, entity, row)
    filler = _Filler(context, entity, row)
    for name in entity.overlay.get("defaults", {}):
        filler.value(name)
    touch(context, entity, row)


def touch(context: Context, entity: Entity, row: dict[str, Any]) -> None:
    """Set what every write sets: who and when."""
    for name, word in entity.overlay.get("touch", {}).items():
        if name in entity.columns:
            row[name] = context.now_text if word == "$now" else context.user["ID"]


def complete_relations(context: Context, entity: Entity, row: dict[str, Any]) -> None:
    """Make the two forms of a polymorphic relation agree: id and type in two fields, or a field for each type."""
    if row.get("parentNoteID") and entity.code == "NOTE":
        _reply(context, row)
    for entry in entity.overlay.get("polymorphic", ()):
        key, code = entry["id"], entry["code"]
        if row.get(key) and row.get(code):
            column = entry["columns"].get(row[code])
            if column is not None:
                row[column] = row[key]
        elif not row.get(key):
            # The most specific one wins: a task's hour names its project as well.
            for other in ("TASK", "OPTASK", "TTSK", *entry["columns"]):
                column = entry["columns"].get(other)
                if column is not None and row.get(column):
                    row[key], row[code] = row[column], other
                    break
        if row.get(key) and row.get(code):
            _complete_top(context, entity, row, entry)


def _complete_top(context: Context, entity: Entity, row: dict[str, Any], entry: dict[str, Any]) -> None:
    """Add the object at the top, as the project of a task."""
    code = row[entry["code"]]
    top, top_code = row[entry["id"]], code
    if code in _TOP and code in context.model.class_names:
        column, upper = _TOP[code]
        found = context.store.get(code, top)
        if found is not None and found.get(column):
            top, top_code = found[column], upper
            upper_column = entry["columns"].get(upper)
            if upper_column is not None and upper_column in entity.columns:
                row.setdefault(upper_column, top)
    if entry.get("top"):
        row[entry["top"][0]], row[entry["top"][1]] = top, top_code


def _reply(context: Context, row: dict[str, Any]) -> None:
    """A reply belongs to what its note belongs to, and to its thread."""
    parent = context.store.get("NOTE", row["parentNoteID"])
    if parent is None:
        return
    for name in ("objID", "noteObjCode"):
        row.setdefault(name, parent.get(name))
    row["threadID"] = parent.get("threadID") or parent["ID"]
    row["indent"] = (parent.get("indent") or 0) + 1


class _Filler:
    """Works out defaults, which may refer to one another."""

    def __init__(self, context: Context, entity: Entity, row: dict[str, Any]) -> None:
        self.context = context
        self.entity = entity
        self.row = row
        self._under_way: set[str] = set()

    def value(self, name: str) -> Any:
        """The value of a field, worked out first where it is a default."""
        if self.row.get(name) is not None or name in self._under_way:
            return self.row.get(name)
        word = self.entity.overlay.get("defaults", {}).get(name)
        if word is None:
            return None
        self._under_way.add(name)
        found = self._resolve(name, word) if isinstance(word, str) and word.startswith("$") else word
        if found is not None:
            self.row[name] = found
        return found

    def _resolve(self, name: str, word: str) -> Any:  # noqa: PLR0911 - one return a word
        context = self.context
        head, _, rest = word[1:].partition(".")
        if head == "now":
            return context.now_text
        if head == "today":
            return stored(context.now.astimezone(context.zone).replace(hour=0, minute=0, second=0, microsecond=0))
        if head == "user":
            return context.user.get(rest) if rest else context.user["ID"]
        if head == "customer":
            customer = context.user.get("customerID")
            return self._of("CUST", customer, rest) if rest else customer
        if head == "ID":
            return self.row["ID"]
        if head == "next":
            return self._next(name)
        return self._related(head, rest)

    def _related(self, head: str, rest: str) -> Any:
        if head == "default":
            return self._default(rest)
        if head == "first":
            items = self.value(rest)
            return items[0] if isinstance(items, list) and items else None
        if head == "list":
            item = self.value(rest)
            return None if item is None else [item]
        own = self.value(head)
        if not rest or own is None:
            return own
        for reference in self.entity.references.values():
            if reference.column == head and reference.target is not None:
                return self._of(reference.target, own, rest)
        return None

    def _of(self, code: str, key: str | None, name: str) -> Any:
        found = self.context.store.get(code, key) if key and code in self.context.model.class_names else None
        return None if found is None else found.get(name)

    def _default(self, code: str) -> str | None:
        """The object of a type that stands in where none is named."""
        entity = self.context.store.entity(code)
        conditions = [f'"{name}" = 1' for name in ("isDefault", "isSystemDefault") if name in entity.columns]
        order = [f"({condition}) DESC" for condition in conditions]
        if "isAdmin" in entity.columns:
            order.append('"isAdmin"')
        rows = self.context.store.select(code, order=", ".join([*order, "rowid"]) + " LIMIT 1")
        return rows[0]["ID"] if rows else None

    def _next(self, name: str) -> int:
        """One more than the highest so far, within the same parent where the overlay says so."""
        store, code = self.context.store, self.entity.code
        within = self.entity.overlay.get("numberWithin", {}).get(name)
        if within is not None:
            store.index(code, within)
            number = store.value(f'SELECT count(*) FROM "{code}" WHERE "{within}" = ?', [self.row.get(within)])
        else:
            store.index(code, name)
            number = store.value(f'SELECT max("{name}") FROM "{code}"')
        following = int(number or 0) + 1
        return following if self.entity.columns[name].kind == "int" else str(following)  # type: ignore[return-value]
