# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""The store: one SQLite table an object type, made when first used, with a real column for every field.

Columns come from the model; one JSON column, `parameterValues`, holds custom data. Values are kept so that SQL can compare
them: dates as text in UTC in the wire form, booleans as 0 and 1, lists and maps as JSON text. Indexes are made when a query
first needs one. A file database runs in WAL mode, so that it survives the end of the process at any moment.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.rollup import Pending
from workfront_orm.sandbox.workfront.sqlfunctions import register
from workfront_orm.sandbox.workfront.wire import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from workfront_orm.sandbox.workfront.model import Entity, Model

CUSTOM = "parameterValues"
"""The column that holds custom data as a JSON map of `DE:` names."""

_LOOKED_UP = re.compile(r'FROM "(\w+)" m WHERE m\."(\w+)" = ')
ROWS_KEPT = 5000
MEMOS_KEPT = 32
_TABLES_IN_SQL = re.compile(r'(?:FROM|JOIN)\s+"(\w+)"')


class Store:
    """Tables of objects.

    Args:
        model: the types.
        path: database file; None for memory.
    """

    def __init__(self, model: Model, path: str | None = None) -> None:
        self.model = model
        self.path = path
        self.generation = 0
        self._known: set[str] = set()
        self._indexes: set[str] = set()
        self._snapshot: bytes | None = None
        self._copy: sqlite3.Connection | None = None
        self.pending = Pending()
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._memo: dict[Any, Any] = {}
        self._memo_generation = 0
        self._columns_read: dict[str, tuple[list[str], list[tuple[str, Callable[[Any], Any]]]]] = {}
        self.connection = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=512
        )
        if self.path is not None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-262144")
        connection.execute("PRAGMA temp_store=MEMORY")
        register(connection)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS _credentials (userID TEXT PRIMARY KEY, password TEXT, apiKey TEXT)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS _settings (name TEXT PRIMARY KEY, value)")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS _handles (handle TEXT PRIMARY KEY, filename TEXT, type TEXT, content BLOB)"
        )
        return connection

    def close(self) -> None:
        """Close the database."""
        self.connection.close()
        if self._copy is not None:
            self._copy.close()

    # --- tables ------------------------------------------------------------------------

    def entity(self, code: str) -> Entity:
        """The type, with its table (or view) and those that its computed fields read in place."""
        entity = self.model.entity(code)
        if code not in self._known:
            self._known.add(code)
            self._make(entity)
        return entity

    def tables(self) -> list[str]:
        """Codes of the types that have a table with rows, or could have."""
        names = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) != '_'"
        )
        return sorted(name for (name,) in names if name in self.model.class_names)

    def has_table(self, code: str) -> bool:
        """Whether there is a table of a type, perhaps from an earlier run."""
        if code not in self._known and code in self.model.class_names:
            row = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [code]).fetchone()
            if row is not None:
                self.entity(code)
        return code in self._known

    def _make(self, entity: Entity) -> None:
        for column in entity.columns.values():
            if column.sql is not None:
                for code in _TABLES_IN_SQL.findall(column.sql):
                    self.entity(code)
        if entity.view is not None:
            self._make_view(entity)
            return
        columns = [f'"{column.name}" {_AFFINITY[column.kind]}' for column in entity.stored]
        columns[0] += " PRIMARY KEY NOT NULL"
        if entity.custom:
            columns.append(f'"{CUSTOM}" TEXT')
        existing = [row[1] for row in self.connection.execute(f'PRAGMA table_info("{entity.code}")')]
        if not existing:
            self.connection.execute(f'CREATE TABLE "{entity.code}" ({", ".join(columns)})')
            return
        for declared in columns:
            if declared.split('"')[1] not in existing:
                self.connection.execute(f'ALTER TABLE "{entity.code}" ADD COLUMN {declared}')

    def _make_view(self, entity: Entity) -> None:
        """A type that is a union of others: its fields are theirs of the same name, or what the overlay says."""
        parts = []
        for code, expressions in (entity.view or {}).items():
            member = self.entity(code)
            selected = []
            for column in entity.columns.values():
                expression = expressions.get(column.name)
                if expression is None:
                    has = column.name in member.columns and not expressions
                    expression = member.sql(column.name, "m") if has else "NULL"
                elif expression in member.columns:
                    expression = member.sql(expression, "m")
                selected.append(f'{expression} AS "{column.name}"')
            own = f"'{code}'" if not expressions else f"'{entity.code}'"
            selected.append(f'{own} AS "objCode"')
            if entity.custom:
                selected.append(f'm."{CUSTOM}"' if member.custom else f'NULL AS "{CUSTOM}"')
            parts.append(f'SELECT {", ".join(selected)} FROM "{code}" m')
        self.connection.execute(f'CREATE TEMP VIEW IF NOT EXISTS "{entity.code}" AS {" UNION ALL ".join(parts)}')

    def sql(self, entity: Entity, name: str, row: str) -> str:
        """SQL that reads a field of the row with an alias; what a computed one looks up gets its index."""
        column = entity.columns[name]
        if column.sql is not None:
            for code, by in _LOOKED_UP.findall(column.sql):
                self.index(code, by)
        return entity.sql(name, row)

    def index(self, code: str, *columns: str) -> None:
        """Have an index on columns of a type, unless one of them is computed or the type is a view."""
        entity = self.entity(code)
        name = f"_{code}_{'_'.join(columns)}"
        if name in self._indexes or columns == ("ID",):
            return
        self._indexes.add(name)
        if entity.view is None and all(entity.columns[column].sql is None for column in columns):
            listed = ", ".join(f'"{column}"' for column in columns)
            self.connection.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{code}" ({listed})')

    # --- rows --------------------------------------------------------------------------

    def get(self, code: str, key: str) -> dict[str, Any] | None:
        """One object with its stored fields as Python values, or None. It is kept: read it, do not change it."""
        found = self._rows.get((code, key))
        if found is None:
            rows = self.select(code, '"ID" = ?', [key])
            if not rows:
                return None
            found = rows[0]
            if self.entity(code).view is None:
                if len(self._rows) >= ROWS_KEPT:
                    self._rows.clear()
                self._rows[code, key] = found
        return found

    def select(
        self, code: str, where: str = "1", parameters: Sequence[Any] = (), order: str = ""
    ) -> list[dict[str, Any]]:
        """Objects with their stored fields as Python values.

        Args:
            code: the type.
            where: SQL condition on the table's columns.
            parameters: its parameters.
            order: SQL of the order.
        """
        entity = self.entity(code)
        cursor = self.connection.execute(
            f'SELECT * FROM "{code}" WHERE {where}' + (f" ORDER BY {order}" if order else ""), list(parameters)
        )
        names, decoders = self._decoders(entity, cursor)
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        for row in rows:
            for name, decode in decoders:
                if row[name] is not None:
                    row[name] = decode(row[name])
        return rows

    def _decoders(
        self, entity: Entity, cursor: sqlite3.Cursor
    ) -> tuple[list[str], list[tuple[str, Callable[[Any], Any]]]]:
        """Names of a cursor's columns, and how those are read that are not kept as they are."""
        found = self._columns_read.get(entity.code)
        names = [entry[0] for entry in cursor.description]
        if found is None or found[0] != names:
            kinds = [(name, entity.columns[name].kind if name in entity.columns else "map") for name in names]
            found = names, [(name, _DECODE[kind]) for name, kind in kinds if kind in _DECODE]
            self._columns_read[entity.code] = found
        return found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """First column of the first row of a query, None without rows. Tables it names must exist."""
        row = self.connection.execute(sql, list(parameters)).fetchone()
        return None if row is None else row[0]

    def insert(self, code: str, row: Mapping[str, Any]) -> None:
        """Store a new object."""
        self.load(code, [row])

    def update(self, code: str, key: str, changes: Mapping[str, Any]) -> None:
        """Store changed fields of an object."""
        if not changes:
            return
        entity = self.entity(code)
        values = [_encode(self._kind(entity, name), value) for name, value in changes.items()]
        listed = ", ".join(f'"{name}" = ?' for name in changes)
        self.connection.execute(f'UPDATE "{code}" SET {listed} WHERE "ID" = ?', [*values, key])
        self._rows.pop((code, key), None)
        self.generation += 1

    def delete(self, code: str, key: str) -> None:
        """Forget an object."""
        self.entity(code)
        self.connection.execute(f'DELETE FROM "{code}" WHERE "ID" = ?', [key])
        self._rows.pop((code, key), None)
        self.generation += 1

    def memo(self, key: Any, make: Callable[[], Any]) -> Any:
        """A value that is worked out once, until something is written; the oldest go first."""
        if self._memo_generation != self.generation:
            self._memo.clear()
            self._memo_generation = self.generation
        if key not in self._memo:
            while len(self._memo) >= MEMOS_KEPT:
                del self._memo[next(iter(self._memo))]
            self._memo[key] = make()
        return self._memo[key]

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run SQL that changes objects in ways that the other methods do not; returns how many."""
        changed = self.connection.execute(sql, list(parameters)).rowcount
        if changed:
            self._rows.clear()
            self.generation += 1
        return changed

    def load(self, code: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Store many new objects. Fields that a row leaves out are null.

        Raises:
            KeyError: a row has a field that the type has not, or that is computed.
        """
        entity = self.entity(code)
        for names, group in itertools.groupby(rows, tuple):
            kinds = [self._kind(entity, name) for name in names]
            converted = [number for number, kind in enumerate(kinds) if kind in _CONVERTED]
            values = [[*row.values()] for row in group]
            for number in converted:
                kind = kinds[number]
                for row in values:
                    if row[number] is not None and type(row[number]) is not str:
                        row[number] = _encode(kind, row[number])
            listed = ", ".join(f'"{name}"' for name in names)
            marks = ", ".join("?" * len(names))
            self.connection.executemany(f'INSERT INTO "{code}" ({listed}) VALUES ({marks})', values)
        self.generation += 1

    @staticmethod
    def _kind(entity: Entity, name: str) -> str:
        """The kind of a stored field.

        Raises:
            KeyError: the type has no such field, or computes it.
        """
        if name == CUSTOM and entity.custom:
            return "map"
        column = entity.columns.get(name)
        if column is None or column.sql is not None:
            raise KeyError(f"{entity.code} has no stored field {name!r}")
        return column.kind

    # --- transactions and snapshots -------------------------------------------------------

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. May be nested; the outermost counts, an inner one undoes only itself."""
        outer = not self.connection.in_transaction
        self.connection.execute("BEGIN" if outer else "SAVEPOINT inner_work")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK" if outer else "ROLLBACK TO inner_work")
            if not outer:
                self.connection.execute("RELEASE inner_work")
            self._forget_made()
            self.generation += 1
            raise
        self.connection.execute("COMMIT" if outer else "RELEASE inner_work")

    def _forget_made(self) -> None:
        """Tables and indexes made within a transaction went with it, and so did what was read."""
        self._rows.clear()
        self._known.clear()
        self._indexes.clear()

    def keep_snapshot(self) -> None:
        """Remember the data as they are now, for `restore_snapshot`."""
        if self.path is None:
            self._snapshot = self.connection.serialize()
            return
        # A file in WAL mode cannot be read back from its serialized form, so that a copy is kept open instead.
        self._copy = sqlite3.connect(":memory:")
        self.connection.backup(self._copy)

    def restore_snapshot(self) -> None:
        """Bring the data back to the snapshot."""
        if self._snapshot is None and self._copy is None:
            return
        self._forget_made()
        self.pending = Pending()
        self.generation += 1
        if self._copy is not None:
            self._copy.backup(self.connection)
        elif self._snapshot is not None:
            self.connection.close()
            self.connection = self._connect()
            self.connection.deserialize(self._snapshot)

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting of the database itself."""
        row = self.connection.execute("SELECT value FROM _settings WHERE name = ?", [name]).fetchone()
        return default if row is None else row[0]

    def keep_setting(self, name: str, value: Any) -> None:
        """Store a setting of the database itself."""
        self.connection.execute("INSERT OR REPLACE INTO _settings VALUES (?, ?)", [name, value])


def json_text(value: Any) -> str:
    """JSON as it is kept: not ASCII only, since JSON paths compare names with the kept text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _encode(kind: str, value: Any) -> Any:
    """A value as SQLite takes it."""
    if kind not in _CONVERTED or value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return stored(value)
    return json_text(value) if value or kind == "list" else None


_CONVERTED = frozenset({"date", "list", "map"})
_AFFINITY = {
    "text": "TEXT",
    "int": "INTEGER",
    "float": "REAL",
    "bool": "INTEGER",
    "date": "TEXT",
    "list": "TEXT",
    "map": "TEXT",
}
_DECODE: dict[str, Callable[[Any], Any]] = {"bool": bool, "list": json.loads, "map": json.loads}
