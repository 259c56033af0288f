"""The data of a small system: dicts in memory, kept in an SQLite file where one is given.

A few thousand rows that are read far more often than written need no queries: they live in dicts, and what a request changed
is written through to the file once it is answered. A document is changed by `Table.update` only, with new values in place of
old ones, never inside a value: so the file always learns of a change.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE documents (
    position INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (name, key))
"""


class Table:
    """Documents of one kind by key, in the order in which they were added."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        # In the order of the changes; True where the document was taken out meanwhile, so that its place is the last.
        self._changed: dict[str, bool] = {}

    def __getitem__(self, key: str) -> Document:
        return self._documents[key]

    def __contains__(self, key: object) -> bool:
        return key in self._documents

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Document]:
        """Go through the documents, not the keys."""
        return iter(list(self._documents.values()))

    def __reversed__(self) -> Iterator[Document]:
        """Go through the documents, the last one first; no copy, so nothing may be added or removed meanwhile."""
        return reversed(self._documents.values())

    def get(self, key: str) -> Document | None:
        """Return a document, None when there is none."""
        return self._documents.get(key)

    def items(self) -> list[tuple[str, Document]]:
        """Return keys and documents, in order."""
        return list(self._documents.items())

    def keys(self) -> list[str]:
        """Return the keys, in order."""
        return list(self._documents)

    def add(self, key: str, document: Document) -> Document:
        """Put a new document at the end, or in the place of the one with that key."""
        self._documents[key] = document
        self._changed.setdefault(key, False)
        return document

    def update(self, key: str, values: Mapping[str, Any]) -> Document:
        """Give a document new values for some of its names.

        Raises:
            KeyError: there is none.
        """
        document = self._documents[key]
        document.update(values)
        self._changed.setdefault(key, False)
        return document

    def remove(self, key: str) -> Document | None:
        """Take a document out and return it, None when there was none."""
        self._changed.pop(key, None)
        self._changed[key] = True
        return self._documents.pop(key, None)

    def changes(self) -> dict[str, bool]:
        """Return the keys that changed since the last call, each with whether the document was taken out meanwhile."""
        changed, self._changed = self._changed, {}
        return changed


class Documents:
    """All tables of a system; a table is made when it is first named.

    Args:
        path: SQLite file, None for memory. An existing one is used as it is.

    Attributes:
        is_new: whether nothing was there yet.
    """

    def __init__(self, path: str | None) -> None:
        self._tables: dict[str, Table] = {}
        self._snapshot = b""
        self._connection: sqlite3.Connection | None = None
        if path is not None:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._read()
        self.is_new = not self._tables

    def __getitem__(self, name: str) -> Table:
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = Table()
        return table

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of the tables that begin so."""
        return [name for name in self._tables if name.startswith(prefix)]

    def drop(self, name: str) -> None:
        """Empty a table."""
        table = self[name]
        for key in table.keys():  # noqa: SIM118 - a table iterates over its documents
            table.remove(key)

    def next_number(self, counter: str) -> int:
        """Return 1, 2, 3 ... for each name of a counter."""
        counters = self["counters"]
        number = int((counters.get(counter) or {"value": 0})["value"]) + 1
        counters.add(counter, {"value": number})
        return number

    def save(self) -> None:
        """Write to the file what changed since the last time; without a file there is nothing to do."""
        changes = [(name, key, out) for name, table in self._tables.items() for key, out in table.changes().items()]
        if self._connection is None or not changes:
            return
        self._connection.execute("BEGIN")
        for name, key, taken_out in changes:
            document = self._tables[name].get(key)
            if taken_out:
                self._connection.execute("DELETE FROM documents WHERE name = ? AND key = ?", (name, key))
            if document is not None:
                self._connection.execute(
                    "INSERT INTO documents (name, key, data) VALUES (?, ?, ?)"
                    " ON CONFLICT (name, key) DO UPDATE SET data = excluded.data",
                    (name, key, json.dumps(document, ensure_ascii=False)),
                )
        self._connection.execute("COMMIT")

    def remember(self) -> None:
        """Save, and keep the present state as the one that `reset` goes back to."""
        self.save()
        self._snapshot = pickle.dumps({name: table._documents for name, table in self._tables.items()})  # noqa: SLF001 - one module

    def reset(self) -> None:
        """Go back to the state that was remembered."""
        remembered: dict[str, dict[str, Document]] = pickle.loads(self._snapshot)  # noqa: S301 - our own, never from outside  # nosec B301
        for name in list(self._tables):
            self.drop(name)
        for name, documents in remembered.items():
            for key, document in documents.items():
                self[name].add(key, document)
        self.save()

    def rows(
        self, name: str, where: Mapping[str, str], first: int, limit: int, *, hidden: frozenset[str] = frozenset()
    ) -> list[Document]:
        """Return documents for the page at `/`, each with its key as `ID`.

        Args:
            name: the table.
            where: values, as text, that narrow them.
            first: number of documents to leave out.
            limit: number of documents at most.
            hidden: names of values that nobody may see.
        """
        rows = (
            {"ID": key, **{word: value for word, value in document.items() if word not in hidden}}
            for key, document in self[name].items()
        )
        return narrowed(rows, where, first, limit)

    def close(self) -> None:
        """Save and close the file."""
        self.save()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self) -> None:
        assert self._connection is not None
        found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents'").fetchone()
        if found is None:
            self._connection.execute(_SCHEMA)
            return
        for name, key, data in self._connection.execute("SELECT name, key, data FROM documents ORDER BY position"):
            self[name].add(key, json.loads(data))
        for table in self._tables.values():
            table.changes()


def narrowed(rows: Iterable[Document], where: Mapping[str, str], first: int, limit: int) -> list[Document]:
    """Return some of the rows whose values, as text, are the given ones."""
    kept = (row for row in rows if all(str(row.get(name)) == value for name, value in where.items()))
    return list(islice(kept, first, first + limit))
