"""The demo data is what the sandbox's own sums would make of it: working everything out again changes nothing."""

from datetime import UTC, datetime

import pytest

from workfront_orm.sandbox.workfront import data, rollup
from workfront_orm.sandbox.workfront.model import Model
from workfront_orm.sandbox.workfront.store import Store

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def store():
    store = Store(Model())
    with store.transaction():
        for code, rows in data.tables("demo", seed=0, now=NOW):
            if code not in {"credentials", "handles"}:
                store.load(code, rows)
    yield store
    store.close()


def _work(store):
    return {code: {row["ID"]: row for row in store.select(code)} for code in ("PROJ", "TASK", "OPTASK")}


def test_sums_change_nothing(store):
    before = _work(store)
    store.pending.projects.update(before["PROJ"])
    store.pending.outlines.update(before["PROJ"])
    store.pending.tasks.update(before["TASK"])
    store.pending.followers.update(before["TASK"])
    store.pending.issues.update(before["OPTASK"])
    rollup.flush(store, NOW)
    assert _work(store) == before


def test_sums_change_what_was_wrong(store):
    task = store.select("TASK", '"numberOfChildren" > 0 AND "parentID" IS NULL')[0]
    right = {name: task[name] for name in ("percentComplete", "plannedCompletionDate", "durationMinutes", "wbs")}
    store.update("TASK", task["ID"], {**dict.fromkeys(right), "percentComplete": 1.25})
    store.pending.tasks.add(task["ID"])
    store.pending.outlines.add(task["projectID"])
    rollup.flush(store, NOW)
    found = store.get("TASK", task["ID"])
    assert {name: found[name] for name in right} == right
