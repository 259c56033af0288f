"""Sessions, a faulty sandbox and a plain model side by side: after any steps the server has what the reports say.

The model is a dict of what the server must have. Each step says what it may have done: an error of an
unknown outcome leaves two possibilities, everything else one. What the server has is read after each
step, by somebody else, on a good day.
"""

from __future__ import annotations

import atexit
import pickle
import traceback
from collections import Counter
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from workfront_orm.core.errors import APIError, DeletedObjectError, NotFoundError, OutcomeUnknown
from workfront_orm.core.retrying import Retrying
from workfront_orm.sandbox import Sandbox
from workfront_orm.sandbox.faults import KINDS

from .figures import say

FIELDS = {"name": "name", "description": "description", "URL": "url", "priority": "priority"}
"""What is written: wire names and Python names."""

TEXTS = ["plain", "Zoë, 3 €", "a,b", "$$TODAY", "FIELD:name", '{"x": 1}', "x=1&y=2", "line\nbreak", "%41+ %", "'\"<b>"]

texts = st.sampled_from(TEXTS)
values = st.fixed_dictionaries(
    {"name": texts},
    optional={"description": st.one_of(st.none(), texts), "URL": texts, "priority": st.integers(0, 4)},
)
changes = st.one_of(
    texts.map(lambda text: ("name", text)),
    st.one_of(st.none(), texts).map(lambda text: ("description", text)),
    texts.map(lambda text: ("URL", text)),
    st.integers(0, 4).map(lambda number: ("priority", number)),
)
# Those after which nobody knows come more often, since they are what it is about.
kinds = st.sampled_from([*sorted(KINDS), "reset_after", "502_after", "truncated", "reset_before", "503"])
faults = st.lists(st.one_of(st.none(), kinds), max_size=5)
bad_days = st.lists(st.one_of(st.none(), kinds, kinds), min_size=2, max_size=8)
batches = st.lists(values, min_size=1, max_size=4)

Server = dict[str, dict[str, Any]]


class Handle:
    """An object of one of the sessions, with the key that the model knows it by."""

    def __init__(self, session: Any, obj: Any, key: str) -> None:
        self.session = session
        self.obj = obj
        self.key = key

    def __repr__(self) -> str:
        """The key, and where."""
        return f"<{self.key} in {self.session.api.version}>"


class Worlds(RuleBasedStateMachine):
    """Two sessions of different versions, one server, one model."""

    handles = Bundle("handles")
    steps: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = _sandbox()
        self.sandbox.reset()
        self.good = self.sandbox.session(api_version="v22.0")
        self.sessions = []
        # One that nearly always gets through, and one that gives up soon and has to find out what was done.
        for version, attempts in (("v22.0", 8), ("v19.0", 2)):
            # By login, since only a session can expire; one request at a time, so that hypothesis can repeat it.
            session = self.sandbox.session(
                api_version=version,
                api_key=None,
                max_concurrent=1,
                retrying=Retrying(base=0.0005, attempts=attempts, budget=10**6, settle=0.001),
            )
            session.login(self.sandbox.username, self.sandbox.password)
            self.sessions.append(session)
        self.model: Server = {}
        self.numbers = iter(range(10**6))

    def teardown(self) -> None:
        for session in (*self.sessions, self.good):
            session.close()

    # --- one object ---------------------------------------------------------------------

    @initialize(target=handles, values=values)
    def first(self, values: dict[str, Any]) -> Handle:
        handle = self._new(0, values)
        handle.obj.save()
        self._expect({**self.model, handle.key: _stored(values)})
        return handle

    @rule(target=handles, where=st.integers(0, 1), values=values, saved=st.booleans(), faults=faults)
    def make(self, where: int, values: dict[str, Any], saved: bool, faults: list[str | None]) -> Handle:
        self.steps["make"] += 1
        handle = self._new(where, values)
        if saved:
            self.save(handle, [], faults)
        return handle

    @rule(handle=handles, change=changes)
    def change(self, handle: Handle, change: tuple[str, Any]) -> None:
        self.steps["change"] += 1
        name, value = change
        obj = handle.obj
        clean = name not in obj.dirty
        before = obj.fields.get(name)
        known = name in obj.fields
        setattr(obj, FIELDS[name], value)
        assert getattr(obj, FIELDS[name]) == value
        if clean and known and obj.id is not None:
            assert (name in obj.dirty) is (before != value), (name, before, value, obj.dirty)

    @rule(handle=handles, edits=st.lists(changes, max_size=2), faults=faults)
    def save(self, handle: Handle, edits: list[tuple[str, Any]], faults: list[str | None]) -> None:
        self.steps["save"] += 1
        obj = handle.obj
        for edit in edits:
            self.change(handle, edit)
        before = self.model
        new = obj.id is None
        sent = _to_send(obj)
        gone = handle.key not in before
        after = {**before, handle.key: {**(_stored({}) if new else before.get(handle.key, {})), **sent}}
        self._bad_day(faults)
        try:
            result = obj.save()
        except DeletedObjectError:
            assert gone
            self._expect(before)
        except NotFoundError:
            assert gone
            assert not new
            self._expect(before)
        except OutcomeUnknown:
            # Updates may be repeated, so only a create can be unknown.
            assert new
            self._expect(before, after)
            if handle.key in self.model:
                self._forget(handle)
        except APIError as error:
            self._expect(before, *(() if new else (after,)), why=error)
        else:
            assert (result.created, bool(result)) == (new, new or bool(sent))
            assert not obj.dirty
            self._expect(after if sent or new else before)

    @rule(handle=handles, faults=faults)
    def delete(self, handle: Handle, faults: list[str | None]) -> None:
        self.steps["delete"] += 1
        before = self.model
        after = {key: row for key, row in before.items() if key != handle.key}
        self._bad_day(faults)
        try:
            handle.obj.delete()
        except ValueError:
            assert handle.obj.id is None
            self._expect(before)
        except (DeletedObjectError, NotFoundError):
            assert handle.key not in before
            self._expect(before)
        except APIError as error:
            self._expect(before, after, why=error)
        else:
            self._expect(after)

    @rule(handle=handles, faults=faults)
    def load(self, handle: Handle, faults: list[str | None]) -> None:
        """A load fills what is clean and leaves what is not."""
        self.steps["load"] += 1
        obj = handle.obj
        if obj.id is None:
            return
        # Where a key found what the session had already, that is the object that it knows.
        known = handle.session.identity_map.get(type(obj), obj.id) or obj
        pending = {name: change.new for name, change in known.dirty.items()}
        self._bad_day(faults)
        try:
            found = handle.session.load(type(obj), obj.id, fields=list(FIELDS))
        except NotFoundError:
            assert handle.key not in self.model
            return
        except APIError as error:
            self._expect(self.model, why=error)
            return
        finally:
            self._expect(self.model)
        assert handle.key in self.model
        for name, python_name in FIELDS.items():
            wanted = pending.get(name, self.model[handle.key][name])
            assert getattr(found, python_name) == wanted, name

    @rule(handle=handles, faults=faults)
    def refresh(self, handle: Handle, faults: list[str | None]) -> None:
        self.steps["refresh"] += 1
        obj = handle.obj
        if obj.id is None or handle.key not in self.model:
            return
        self._bad_day(faults)
        try:
            handle.session.refresh(obj)
        except APIError as error:
            self._expect(self.model, why=error)
            return
        # What was unsaved is lost.
        assert not obj.dirty
        for name, python_name in FIELDS.items():
            if name in obj.fields:
                assert getattr(obj, python_name) == self.model[handle.key][name], name

    @rule(target=handles, handle=handles, pickled=st.booleans())
    def merge(self, handle: Handle, pickled: bool) -> Any:
        """The same object, with its unsaved changes, in the other session."""
        self.steps["merge"] += 1
        other = self.sessions[handle.session is self.sessions[0]]
        obj = handle.obj
        merged = other.merge(pickle.loads(pickle.dumps(obj)) if pickled else obj)
        assert merged.session is other
        assert merged.id == obj.id
        for name in obj.dirty if obj.id is not None else FIELDS:
            if name in obj.fields:
                assert getattr(merged, FIELDS.get(name, name), None) == getattr(obj, FIELDS.get(name, name)), name
        if obj.id is None:
            # What it becomes is another object than what this one becomes.
            key = f"k{next(self.numbers)}"
            merged.ext_ref_id = key
            return Handle(other, merged, key)
        return Handle(other, merged, handle.key)

    # --- many objects ----------------------------------------------------------------------

    @rule(
        target=handles,
        where=st.integers(0, 1),
        batch=batches,
        known=st.lists(consumes(handles), max_size=4),
        edits=st.lists(changes, max_size=4),
        faults=bad_days,
    )
    def save_all(self, where: int, batch: Any, known: list[Handle], edits: Any, faults: list[str | None]) -> Any:
        self.steps["save_all"] += 1
        return self._save_all(where, batch, 0, known, edits, None, faults)

    @rule(
        target=handles,
        where=st.integers(0, 1),
        batch=batches,
        adopted=st.integers(0, 2),
        known=st.lists(consumes(handles), max_size=4),
        edits=st.lists(changes, max_size=4),
        faults=bad_days,
    )
    def save_all_by_key(
        self, where: int, batch: Any, adopted: int, known: list[Handle], edits: Any, faults: list[str | None]
    ) -> Any:
        self.steps["save_all by key"] += 1
        return self._save_all(where, batch, adopted, known, edits, "ext_ref_id", faults)

    def _save_all(
        self,
        where: int,
        batch: list[dict[str, Any]],
        adopted: int,
        known: list[Handle],
        edits: list[tuple[str, Any]],
        key: str | None,
        faults: list[str | None],
    ) -> Any:
        session = self.sessions[where]
        of_key = {handle.key: handle for handle in known if handle.session is session}
        mine = list(of_key.values())
        for handle, edit in zip(mine, edits, strict=False):
            self.change(handle, edit)
        # New objects with keys that the server has already, which a key finds.
        there = [known for known in self.model if known not in {handle.key for handle in mine}] if key else []
        keys = [*there[:adopted], *[None] * len(batch)]
        some = [*(self._new(where, values, taken) for taken, values in zip(keys, batch, strict=False)), *mine]
        before = self.model
        plans = []
        for handle in some:
            new = handle.obj.id is None and handle.key not in before
            sent = _to_send(handle.obj, found=handle.key in before)
            row = {**(_stored({}) if new else before.get(handle.key, {})), **sent}
            plans.append((new, sent, row))
        self._bad_day(faults)
        report = session.save_all([handle.obj for handle in some], key=key)
        assert [row.object for row in report] == [handle.obj for handle in some]
        now = self._read()
        settled: set[str] = set()
        for handle, row, (new, sent, wanted) in zip(some, report, plans, strict=True):
            if handle.key not in settled:
                self._check_saved(handle, row, now, new=new, sent=sent, wanted=wanted)
            settled.add(handle.key)
        for state in (before, now):
            assert {key: row for key, row in state.items() if key not in settled}.items() <= before.items()
        assert set(before) <= set(now)
        self.model = now
        for handle in some:
            if handle.obj.id is None and handle.key in now:
                self._forget(handle)
        return multiple(*some, *(handle for handle in known if handle not in mine))

    def _check_saved(self, handle: Handle, row: Any, there: Server, *, new: bool, sent: Any, wanted: Any) -> None:
        before, found = self.model.get(handle.key), there.get(handle.key)
        self.steps[f"row {row.status}"] += 1
        if row.status in {"created", "updated"}:
            assert found == wanted, (handle, row)
            assert (row.status == "created") is new
            assert not handle.obj.dirty
        elif row.status == "unchanged":
            assert found == before
            assert not sent or found == wanted
        elif row.status == "failed":
            assert found == before, (handle, row)
            assert row.error is not None
        else:
            assert row.status == "unknown", row
            assert isinstance(row.error, OutcomeUnknown)
            assert found in (before, wanted), (handle, row)

    @rule(some=st.lists(consumes(handles), min_size=1, max_size=4), faults=bad_days)
    def delete_all(self, some: list[Handle], faults: list[str | None]) -> None:
        self.steps["delete_all"] += 1
        session = some[0].session
        mine = [handle for handle in some if handle.session is session]
        before = self.model
        self._bad_day(faults)
        report = session.delete_all([handle.obj for handle in mine])
        there = self._read()
        for handle, row in zip(mine, report, strict=True):
            self.steps[f"row {row.status}"] += 1
            if row.status == "deleted":
                assert handle.key not in there
            elif row.status == "failed":
                assert there.get(handle.key) == before.get(handle.key) or handle.key not in before, (handle, row)
            else:
                assert row.status == "unknown", row
        touched = {handle.key for handle in mine}
        for state in (before, there):
            assert {key: row for key, row in state.items() if key not in touched}.items() <= before.items()
        assert set(before) - set(there) <= touched
        self.model = there

    # --- what must hold ------------------------------------------------------------------------

    @invariant()
    def the_server_has_what_the_model_has(self) -> None:
        if getattr(self, "sessions", None):
            assert self._read() == self.model

    # --- helpers ----------------------------------------------------------------------------------

    def _new(self, where: int, values: dict[str, Any], key: str | None = None) -> Handle:
        session = self.sessions[where]
        key = key or f"k{next(self.numbers)}"
        given = {FIELDS[name]: value for name, value in values.items()}
        return Handle(session, session.api.Project(session, ext_ref_id=key, **given), key)

    def _bad_day(self, script: list[str | None]) -> None:
        self.sandbox.faults = [{"script": script, "seconds": 0.005}] if script else None

    def _read(self) -> Server:
        """What the server has, read by somebody else on a good day."""
        self.sandbox.faults = None
        rows = self.good.search(self.good.api.Project, fields=[*FIELDS, "extRefID"])
        rows.sort(key=lambda row: row.fields["extRefID"])
        found = {row.fields["extRefID"]: {name: row.fields[name] for name in FIELDS} for row in rows}
        assert len(found) == len(rows), "something is doubled"
        return found

    def _expect(self, *possible: Server, why: Any = None) -> None:
        there = self._read()
        assert there in possible, (there, possible, why)
        self.model = there

    def _forget(self, handle: Handle) -> None:
        """An object of unknown outcome is of no further use; a person would read it and go on with that."""
        session = handle.session
        handle.obj = session.api.Project(session, name="again", ext_ref_id=f"k{next(self.numbers)}")
        handle.key = handle.obj.ext_ref_id


def _to_send(obj: Any, *, found: bool = False) -> dict[str, Any]:
    """The wire values that a save will send of the fields that are compared.

    What a new object sets to None need not be sent, unless a key finds it on the server, with a value there.
    """
    if obj.id is None:
        names = [name for name in FIELDS if name in obj.fields]
        return {name: obj.fields[name] for name in names if found or obj.fields[name] is not None}
    return {name: obj.fields[name] for name in obj.dirty if name in FIELDS}


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """What the server keeps of the fields of a new project."""
    return {"name": None, "description": None, "URL": None, "priority": 0} | values


_server: list[Sandbox] = []


def _sandbox() -> Sandbox:
    """One for all examples, since it starts anew in no time."""
    if not _server:
        _server.append(Sandbox(data="empty"))
        atexit.register(_server[0].stop)
    return _server[0]


def check(examples: int, steps: int, *, seed: int, shrink: bool = False) -> Counter[str]:
    """Run so many examples of so many steps; returns how often each rule ran and each status came.

    Raises:
        AssertionError: The server, a report or an object was not as the model says; hypothesis shows the steps.
    """
    machine = seeded(seed)(type("Worlds", (Worlds,), {"steps": Counter()}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate, *([Phase.shrink] if shrink else [])),
            suppress_health_check=list(HealthCheck),
        ),
    )
    found: Counter[str] = machine.steps
    return found


def main(*, short: bool = False, seed: int = 1) -> bool:
    """Print the figures; whether they are what is promised."""
    examples, steps = (10, 20) if short else (60, 40)
    try:
        found = check(examples, steps, seed=seed)
    except AssertionError:
        say(f"model, seed {seed}   <-- NOT AS PROMISED\n{traceback.format_exc()}")
        return False
    rows = {name: count for name, count in found.items() if name.startswith("row ")}
    statuses = ", ".join(f"{count:,} {name.removeprefix('row ')}" for name, count in sorted(rows.items()))
    operations = found.total() - sum(rows.values())
    say(
        f"model, seed {seed}: {operations:,} operations, rows of reports: {statuses}; the server as the model after each"
    )
    return True
