"""The store: files that survive, sandboxes side by side, reset, speed by shape (indexes), sizes of data."""

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from workfront_orm.sandbox import Sandbox, SandboxError
from workfront_orm.sandbox.workfront.model import Model
from workfront_orm.sandbox.workfront.store import Store


class Client:
    def __init__(self, sandbox):
        self.base = f"{sandbox.url}/attask/api/v22.0"
        self.headers = {"apiKey": sandbox.api_key}

    def make(self, code, **fields):
        return requests.post(f"{self.base}/{code}", json=fields, headers=self.headers, timeout=10).json()["data"]["ID"]

    def count(self, code, **params):
        return requests.get(f"{self.base}/{code}/count", params=params, headers=self.headers, timeout=10).json()[
            "data"
        ]["count"]

    def name(self, code, key):
        return requests.get(f"{self.base}/{code}/{key}", headers=self.headers, timeout=10).json()["data"]["name"]


def test_a_file_keeps_data_and_credentials(tmp_path):
    path = tmp_path / "twin.db"
    with Sandbox(service="workfront", data="empty", path=path) as sandbox:
        key = Client(sandbox).make("project", name="kept")
        api_key = sandbox.api_key
    with Sandbox(service="workfront", data="demo", path=path) as sandbox:
        assert sandbox.api_key == api_key
        assert Client(sandbox).name("project", key) == "kept"
        assert Client(sandbox).count("project") == 1


def test_a_file_survives_kill_9_at_any_moment(tmp_path):
    """Whatever was answered is there afterwards, and the file is whole."""
    path = tmp_path / "killed.db"
    answered = []
    for round_ in range(3):
        sandbox = Sandbox(service="workfront", data="empty", path=path)
        client = Client(sandbox)
        with ThreadPoolExecutor(4) as pool:

            def write(number, round_=round_, client=client):
                name = f"{round_}/{number}"
                try:
                    answered.append((client.make("project", name=name), name))
                except requests.RequestException:
                    return

            futures = [pool.submit(write, number) for number in range(400)]
            while len(answered) < 50 * round_ + 10:
                time.sleep(0.005)
            sandbox.kill()
            for future in futures:
                future.cancel()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    with Sandbox(service="workfront", path=path) as sandbox:
        client = Client(sandbox)
        assert client.count("project") >= len(answered)
        for key, name in answered[::7]:
            assert client.name("project", key) == name


def test_reset_of_a_file_goes_back_to_its_start(tmp_path):
    with Sandbox(service="workfront", data="empty", path=tmp_path / "a.db") as sandbox:
        client = Client(sandbox)
        client.make("project", name="to go")
        sandbox.reset()
        assert client.count("project") == 0
        client.make("project", name="after")
        assert client.count("project") == 1


def test_side_by_side():
    with (
        Sandbox(service="workfront", data="empty", seed=1) as one,
        Sandbox(service="workfront", data="empty", seed=1) as two,
    ):
        Client(one).make("project", name="x")
        assert (Client(one).count("project"), Client(two).count("project")) == (1, 0)


def test_same_seed_same_data():
    def first(seed):
        with Sandbox(service="workfront", data="demo", seed=seed, clock="2026-05-20T12:00:00Z") as sandbox:
            answer = requests.get(
                f"{sandbox.url}/attask/api/v22.0/task/search",
                params={"ID_Sort": "asc", "fields": "*", "apiKey": sandbox.api_key},
                timeout=10,
            )
            return answer.json()["data"]

    assert first(3) == first(3) != first(4)


def test_wrong_start():
    with pytest.raises(SandboxError, match="no option speed"):
        Sandbox(service="workfront", speed=3)
    with pytest.raises(SandboxError, match="data"):
        Sandbox(service="workfront", data="huge")


@pytest.mark.skipif(os.geteuid() == 0 and not os.path.exists("/proc/1"), reason="needs a folder that cannot be written")
def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(SandboxError, match="unable to open"):
        Sandbox(service="workfront", path=tmp_path / "no" / "such" / "folder.db")


def test_a_file_that_is_none(tmp_path):
    path = tmp_path / "text.db"
    path.write_text("this is no database, whatever its name says" * 100)
    with pytest.raises(SandboxError, match="not a database"):
        Sandbox(service="workfront", path=path)


# --- in process: plans, not times ----------------------------------------------------------------


@pytest.fixture(scope="module")
def store():
    found = Store(Model())
    rows = [
        {
            "ID": f"{number:032x}",
            "name": f"t{number}",
            "projectID": f"{number % 7:032x}",
            "status": "NEW",
            "plannedCompletionDate": f"2026-05-{number % 28 + 1:02d}T17:00:00:000+0000",
        }
        for number in range(500)
    ]
    found.load("TASK", rows)
    yield found
    found.close()


def plan(store, sql, parameters=()):
    return " / ".join(row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters))


@pytest.mark.parametrize("columns", [["projectID"], ["plannedCompletionDate"], ["projectID", "taskNumber"]])
def test_an_index_is_used(store, columns):
    sql = f'SELECT "ID" FROM "TASK" WHERE "{columns[0]}" = ?'
    assert "SCAN" in plan(store, 'SELECT "ID" FROM "TASK" WHERE "description" = ?', ["x"])
    store.index("TASK", *columns)
    assert "USING" in plan(store, sql, ["x"])
    assert "INDEX" in plan(store, sql, ["x"])


def test_columns_are_of_all_versions(store):
    columns = {row[1] for row in store.connection.execute('PRAGMA table_info("TASK")')}
    from workfront_orm.core import metadata

    for version in metadata.versions("workfront"):
        names = metadata.find("workfront", version)
        if "TASK" in names.names().values():
            computed = {name for name, column in store.model.entity("TASK").columns.items() if column.sql}
            assert set(names.read("TASK").fields) - computed <= columns


def test_an_old_file_gets_new_columns(tmp_path):
    path = str(tmp_path / "old.db")
    with sqlite3.connect(path) as old:
        old.execute('CREATE TABLE "TASK" ("ID" TEXT PRIMARY KEY NOT NULL, "name" TEXT)')
        old.execute("""INSERT INTO "TASK" VALUES ('1', 'old')""")
    old.close()
    store = Store(Model(), path)
    assert store.get("TASK", "1")["name"] == "old"
    store.update(
        "TASK", "1", {"status": "INP", "isStatusComplete": False, "accessorIDs": ["a"], "parameterValues": {"DE:x": 1}}
    )
    assert store.get("TASK", "1") | {} == {
        **store.get("TASK", "1"),
        "status": "INP",
        "isStatusComplete": False,
        "accessorIDs": ["a"],
        "parameterValues": {"DE:x": 1},
    }
    store.close()


def test_transactions_nest(store):
    class UndoError(Exception):
        pass

    def insert_and_undo(key):
        with store.transaction():
            store.insert("TASK", {"ID": key})
            raise UndoError

    with store.transaction():
        store.insert("TASK", {"ID": "outer"})
        with pytest.raises(UndoError):
            insert_and_undo("inner")
    with pytest.raises(UndoError):
        insert_and_undo("alone")
    assert store.get("TASK", "alone") is None
    assert store.get("TASK", "outer")
    assert store.get("TASK", "inner") is None
    assert store.get("TASK", "outer")


def test_unknown_and_computed_fields_are_refused(store):
    with pytest.raises(KeyError, match="nonsense"):
        store.insert("TASK", {"ID": "x", "nonsense": 1})
    with pytest.raises(KeyError, match="hasDocuments"):
        store.insert("TASK", {"ID": "x", "hasDocuments": True})


def test_every_type_can_be_stored():
    """The table or view of every type of every version, with all computed fields read."""
    store = Store(Model())
    for code in store.model.class_names:
        entity = store.entity(code)
        selected = ", ".join(store.sql(entity, name, "t") for name in entity.columns) or "1"
        for start in range(0, len(entity.columns), 100):
            names = list(entity.columns)[start : start + 100]
            selected = ", ".join(store.sql(entity, name, "t") for name in names)
            assert store.connection.execute(f'SELECT {selected} FROM "{code}" t').fetchall() == []
    store.close()
