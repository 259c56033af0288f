# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""The portal's data: one SQLite table a kind of record, with real columns made from the model.

Custom fields are columns too, added when the field is made. Phones and addresses, links and files have tables of their own.
One connection serves all: the frame calls one method at a time.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import model
from workfront_orm.sandbox.bitrix24.model import Entity, Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CACHE_LIMIT = 5000

_TYPES = {"integer": "INTEGER", "real": "REAL"}
_COLUMN = re.compile(r"[A-Z][A-Z0-9_]*")

_TABLES = """
CREATE TABLE portal (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE multifield (
    ID INTEGER PRIMARY KEY AUTOINCREMENT, OWNER_TYPE INTEGER NOT NULL, OWNER_ID INTEGER NOT NULL,
    TYPE_ID TEXT NOT NULL, VALUE_TYPE TEXT NOT NULL, VALUE TEXT NOT NULL);
CREATE INDEX multifield_owner ON multifield (OWNER_TYPE, OWNER_ID, TYPE_ID);
CREATE INDEX multifield_value ON multifield (OWNER_TYPE, TYPE_ID, VALUE);
CREATE TABLE link (
    OWNER_TYPE INTEGER NOT NULL, OWNER_ID INTEGER NOT NULL, TARGET_TYPE INTEGER NOT NULL, TARGET_ID INTEGER NOT NULL,
    SORT INTEGER NOT NULL, ROLE_ID INTEGER NOT NULL DEFAULT 0, IS_PRIMARY TEXT NOT NULL DEFAULT 'N',
    PRIMARY KEY (OWNER_TYPE, OWNER_ID, TARGET_TYPE, TARGET_ID)) WITHOUT ROWID;
CREATE INDEX link_target ON link (TARGET_TYPE, TARGET_ID, OWNER_TYPE);
CREATE TABLE userfield (
    ID INTEGER PRIMARY KEY AUTOINCREMENT, ENTITY_ID TEXT NOT NULL, FIELD_NAME TEXT NOT NULL, USER_TYPE_ID TEXT NOT NULL,
    MULTIPLE TEXT NOT NULL, MANDATORY TEXT NOT NULL, SORT INTEGER NOT NULL, XML_ID TEXT, LABEL TEXT NOT NULL,
    SETTINGS TEXT NOT NULL, LIST TEXT NOT NULL, UNIQUE (ENTITY_ID, FIELD_NAME));
CREATE TABLE userfield_value (ID INTEGER PRIMARY KEY AUTOINCREMENT, VALUE TEXT NOT NULL);
CREATE TABLE file (ID INTEGER PRIMARY KEY AUTOINCREMENT, NAME TEXT NOT NULL, CONTENT BLOB NOT NULL);
CREATE TABLE token (
    ACCESS TEXT PRIMARY KEY, REFRESH TEXT NOT NULL, USER_ID INTEGER NOT NULL, EXPIRES REAL NOT NULL);
CREATE TABLE handler (
    ID INTEGER PRIMARY KEY AUTOINCREMENT, EVENT TEXT NOT NULL, HANDLER TEXT NOT NULL, AUTH_TYPE INTEGER NOT NULL,
    OFFLINE INTEGER NOT NULL);
CREATE TABLE offline (
    ID INTEGER PRIMARY KEY AUTOINCREMENT, TIMESTAMP_X TEXT NOT NULL, EVENT_NAME TEXT NOT NULL, OBJECT TEXT NOT NULL,
    EVENT_DATA TEXT NOT NULL, MESSAGE_ID TEXT NOT NULL, PROCESS_ID TEXT, UNIQUE (EVENT_NAME, OBJECT));
"""


class Store:
    """The tables of a portal and the kinds of records in them.

    Args:
        path: SQLite file, None for memory. An existing one is used as it is.
    """

    def __init__(self, path: str | None) -> None:
        self.connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        if path:
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute("PRAGMA case_sensitive_like=OFF")
        self.entities: dict[str, Entity] = {}
        self._counts: dict[tuple[str, tuple[Any, ...]], int] = {}
        self._model_changed = False
        self._snapshot: sqlite3.Connection | None = None
        found = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'portal'").fetchone()
        self.is_new = found is None
        if self.is_new:
            self.connection.executescript(_TABLES)
            for entity in model.build().values():
                self._create_table(entity)
        self.load_model()

    # --- the model -------------------------------------------------------------------

    def load_model(self) -> None:
        """Read the kinds of records anew: the portal's own, smart-process types and custom fields."""
        self.entities = model.build()
        for row in self.rows("SELECT * FROM type ORDER BY ID"):
            entity = model.dynamic(row)
            self.entities[entity.key] = entity
        for row in self.rows("SELECT * FROM userfield ORDER BY SORT, ID"):
            owner = self.by_userfield_entity(row["ENTITY_ID"])
            if owner is not None:
                owner.add(_custom_field(owner, row))
        self._counts.clear()
        self._model_changed = True

    def by_type(self, type_id: int) -> Entity | None:
        """Return the kind of record of an entityTypeId, None when the portal has none."""
        for entity in self.entities.values():
            if entity.type_id == type_id and entity.key != "requisite":
                return entity
        return None

    def by_userfield_entity(self, name: str) -> Entity | None:
        """Return the kind of record that custom fields of `CRM_CONTACT` or `CRM_{id of the type}` belong to."""
        rest = name.removeprefix("CRM_")
        if not rest.isdigit():
            return self.entities.get({"CRM_REQUISITE": "requisite"}.get(name, rest.lower()))
        row = self.row("SELECT ENTITY_TYPE_ID FROM type WHERE ID = ?", int(rest))
        return None if row is None else self.entities.get(f"item:{row['ENTITY_TYPE_ID']}")

    def userfield_entity(self, entity: Entity) -> str:
        """Return the name under which the custom fields of a kind of record are kept."""
        if not entity.is_dynamic:
            return f"CRM_{entity.key.upper()}"
        return f"CRM_{self.value('SELECT ID FROM type WHERE ENTITY_TYPE_ID = ?', entity.type_id)}"

    def add_type(self, row: Mapping[str, Any]) -> int:
        """Make a smart-process type with its table; returns its id."""
        number = self.insert("type", row)
        self._create_table(model.dynamic({**row, "ID": number}))
        self.load_model()
        return number

    def drop_type(self, entity: Entity) -> None:
        """Remove a smart-process type with its table and custom fields."""
        self.execute("DELETE FROM userfield WHERE ENTITY_ID = ?", self.userfield_entity(entity))
        self.execute("DELETE FROM type WHERE ENTITY_TYPE_ID = ?", entity.type_id)
        self.execute(f"DROP TABLE {entity.table}")
        self.load_model()

    def add_userfield(self, entity: Entity, row: Mapping[str, Any]) -> int:
        """Make a custom field with its column; returns its id."""
        number = self.insert("userfield", {**row, "ENTITY_ID": self.userfield_entity(entity)})
        column = str(row["FIELD_NAME"])
        if _COLUMN.fullmatch(column) is None:
            raise ValueError(f"{column!r} is no name of a column")
        stored = self.row("SELECT * FROM userfield WHERE ID = ?", number)
        kind = _TYPES.get(_custom_field(entity, stored or {}).storage, "TEXT")
        self.execute(f"ALTER TABLE {entity.table} ADD COLUMN {column} {kind}")
        self.load_model()
        return number

    def drop_userfield(self, entity: Entity, number: int, column: str) -> None:
        """Remove a custom field with its column."""
        self.execute("DELETE FROM userfield WHERE ID = ?", number)
        self.execute(f"ALTER TABLE {entity.table} DROP COLUMN {column}")
        self.load_model()

    def _create_table(self, entity: Entity) -> None:
        columns = []
        for item in entity.fields.values():
            if item.virtual or item.custom:
                continue
            kind = _TYPES.get(item.storage, "TEXT")
            if item.column == entity.key_column and entity.key != "address":
                kind = "TEXT PRIMARY KEY" if kind == "TEXT" else "INTEGER PRIMARY KEY AUTOINCREMENT"
            columns.append(f"{item.column} {kind}")
        if entity.key == "address":
            columns.append("UNIQUE (TYPE_ID, ENTITY_TYPE_ID, ENTITY_ID)")
        self.connection.execute(f"CREATE TABLE {entity.table} ({', '.join(columns)})")
        for column in ("COMPANY_ID", "CONTACT_ID", "RESPONSIBLE_ID", "ENTITY_ID", "OWNER_ID"):
            if column in entity.fields and not entity.fields[column].virtual:
                self.connection.execute(f"CREATE INDEX {entity.table}_{column} ON {entity.table} ({column})")

    # --- rows ------------------------------------------------------------------------

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run a statement that may write; remembered counts are forgotten."""
        self._counts.clear()
        return self.connection.execute(sql, parameters)

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries."""
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def row(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """Return the first row of a query, None when there is none."""
        found = self.connection.execute(sql, parameters).fetchone()
        return None if found is None else dict(found)

    def value(self, sql: str, *parameters: Any) -> Any:
        """Return the first column of the first row of a query, None when there is none."""
        found = self.connection.execute(sql, parameters).fetchone()
        return None if found is None else found[0]

    def texts(self, sql: str, parameters: Sequence[Any]) -> list[str]:
        """Return the first column of each row."""
        return [row[0] for row in self.connection.execute(sql, tuple(parameters))]

    def count(self, sql: str, parameters: Sequence[Any]) -> int:
        """Return the number that a counting query gives; remembered until something is written."""
        key = (sql, tuple(parameters))
        number = self._counts.get(key)
        if number is None:
            number = int(self.connection.execute(*key).fetchone()[0])
            if len(self._counts) >= CACHE_LIMIT:
                self._counts.clear()
            self._counts[key] = number
        return number

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert a row; returns its id."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        cursor = self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())
        return int(cursor.lastrowid or 0)

    def insert_many(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows that all have the same columns."""
        rows = list(rows)
        if not rows:
            return
        self._counts.clear()
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        self.connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            ([row[name] for name in names] for row in rows),
        )

    def update(self, table: str, key: str, number: Any, values: Mapping[str, Any]) -> None:
        """Change columns of one row."""
        if values:
            names = ", ".join(f"{name} = ?" for name in values)
            self.execute(f"UPDATE {table} SET {names} WHERE {key} = ?", *values.values(), number)

    def save_file(self, name: str, content: bytes) -> int:
        """Keep a file; returns its id."""
        return self.insert("file", {"NAME": name, "CONTENT": content})

    def setting(self, name: str) -> str | None:
        """Return a value that belongs to the portal as a whole."""
        found: str | None = self.value("SELECT value FROM portal WHERE name = ?", name)
        return found

    def set_setting(self, name: str, value: str) -> None:
        """Keep a value that belongs to the portal as a whole."""
        self.execute("INSERT OR REPLACE INTO portal VALUES (?, ?)", name, value)

    # --- the start and the end -----------------------------------------------------------

    def begin(self) -> None:
        """Start a transaction."""
        self._model_changed = False
        self.connection.execute("BEGIN")

    def commit(self) -> None:
        """Keep what was done since `begin`."""
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget what was done since `begin`, changes of the model included."""
        self.connection.execute("ROLLBACK")
        self._counts.clear()
        if self._model_changed:
            self.load_model()

    def remember(self) -> None:
        """Keep a copy of the data, for `reset`."""
        self._snapshot = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.backup(self._snapshot)

    def reset(self) -> None:
        """Bring the data back to what `remember` kept."""
        if self._snapshot is not None:
            self._snapshot.backup(self.connection)
            self.load_model()

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()
        if self._snapshot is not None:
            self._snapshot.close()


def _custom_field(entity: Entity, row: Mapping[str, Any]) -> Field:
    column = str(row["FIELD_NAME"])
    kinds = {"employee": "user", "datetime": "datetime"}
    kind = str(row["USER_TYPE_ID"])
    dynamic = entity.type_id if entity.type_id is not None else None
    return Field(
        column=column,
        type=kinds.get(kind, kind),
        required=row["MANDATORY"] == "Y",
        multiple=row["MULTIPLE"] == "Y",
        custom=True,
        title=str(row["LABEL"]),
        settings=json.loads(row["SETTINGS"]),
        items={str(entry["ID"]): str(entry["VALUE"]) for entry in json.loads(row["LIST"])},
        universal=custom_name(entity, column, dynamic),
    )


def custom_name(entity: Entity, column: str, type_id: int | None) -> str | None:
    """Return the name of a custom field in crm.item.*; None for kinds that this family does not serve."""
    served = {"lead", "deal", "contact", "company", "quote"}
    return model.custom_universal_name(column, type_id) if entity.key in served or entity.is_dynamic else None
