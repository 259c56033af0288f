"""Tests that a system gets for free: subclass `SystemTests`, give it an `Example`, and run pytest.

    class TestLibrary(SystemTests):
        examples = [Example(service="library", type="Book", field="title", new=new_book, missing="b99")]

They talk to the system's sandbox over HTTP and hold for every system; what a system cannot do, its
capabilities say, and then the tests see to it that it is refused. `docs/add-a-system.md` shows
them on a system of its own.
"""

from __future__ import annotations

import io
import logging
import pickle
import traceback
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from attrs import Factory, frozen

from workfront_orm.core import metadata
from workfront_orm.core.errors import APIError, NotFoundError, NotSupportedError, OutcomeUnknown, UnknownNameError
from workfront_orm.core.reflection import api_version
from workfront_orm.core.report import BulkError
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.tracking import State
from workfront_orm.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from workfront_orm.core.objects import Object

__all__ = ["Example", "SystemTests", "sandbox_fixtures"]

_MADE = 5
_SHORTEST = 5


@frozen(kw_only=True)
class Example:
    """What the tests of a system work with.

    Attributes:
        service: The system, as it is registered.
        type: The name of a class that the demo data has a dozen objects of, and that can be read and changed; or
            what finds it, given a session, where it is not known by a name.
        field: The Python name of a text field of that class which can be changed.
        missing: An id that no object of that class has.
        new: Makes an object of that class that can be saved, from a session and a number that tells it from others;
            None where objects of that class cannot be made.
        bad: Makes an object that the server refuses, from a session; None where there is none.
        search: Parameters of the searches of that class, where the system demands some.
        reference: The Python name of a reference of that class, which the demo data sets; None where there is none.
        secrets: The keys of the sandbox's JSON line that hold credentials.
        options: Options of all sessions.
    """

    service: str
    type: str | Callable[[Any], Any]
    field: str
    missing: Any
    new: Callable[[Any, int], Object] | None = None
    bad: Callable[[Any], Object] | None = None
    search: dict[str, Any] = Factory(dict)
    reference: str | None = None
    secrets: tuple[str, ...] = ()
    options: dict[str, Any] = Factory(dict)


class SystemTests:
    """The tests; they need pytest 9.

    Attributes:
        examples: What a subclass tests with, one for each system.
    """

    examples: ClassVar[Sequence[Example]]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each test with each example."""
        examples = type(self).examples
        metafunc.parametrize("example", examples, ids=[example.service for example in examples], scope="class")

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, example: Example) -> Iterator[Sandbox]:
        """The system's sandbox with its demo data, for all tests."""
        with Sandbox(service=example.service, data="demo") as sandbox:
            yield sandbox

    @pytest.fixture
    def sandbox(self, server: Sandbox) -> Sandbox:
        """The sandbox, as new for each test."""
        server.reset()
        return server

    @pytest.fixture
    def connect(self, sandbox: Sandbox, example: Example) -> Iterator[Callable[..., Any]]:
        """Makes sessions that repeat quickly; they are closed at the end."""
        with _sessions(sandbox, example.options) as connect:
            yield connect

    @pytest.fixture
    def session(self, connect: Callable[..., Any]) -> Any:
        """A session."""
        return connect()

    @pytest.fixture
    def found(self, session: Any, example: Example, sandbox: Sandbox) -> list[Any]:
        """The objects of the example's class; the log of the sandbox is empty afterwards."""
        found = self.search(session, example)
        sandbox.requests.clear()
        return found

    @staticmethod
    def search(session: Any, example: Example, **parameters: Any) -> list[Any]:
        """All objects of the example's class."""
        cls = getattr(session.api, example.type) if isinstance(example.type, str) else example.type(session)
        found: list[Any] = session.search(cls, **example.search, **parameters)
        return found

    @staticmethod
    def can(object_type: Any, operation: str) -> bool:
        """Whether a class may have an operation, by what is known of it."""
        operations = object_type._api.service.capabilities(object_type._spec).operations
        return operations is None or operation in operations

    # --- classes ----------------------------------------------------------------------

    def test_every_class_of_every_metadata_file(self, example: Example) -> None:
        """Each class is made, pickles, and each of its members is found by both names and documented."""
        versions = metadata.versions(example.service)
        assert versions
        for version in versions:
            api = api_version(example.service, version)
            assert api.source is not None
            for key in api.source.read_all():
                cls = api.by_code[key]
                assert pickle.loads(pickle.dumps(cls)) is cls  # noqa: S301 - just pickled  # nosec B301
                assert cls.__doc__
                for name, member in cls._members.items():
                    assert getattr(cls, name) is member
                    assert cls.convert_name(name) == cls.convert_name(member) == member.workfront_name
                    assert member.workfront_name in member.__doc__
                assert {*cls._members} <= {*dir(cls)} | {name for name in cls._members if not name.isidentifier()}

    # --- reading ----------------------------------------------------------------------

    def test_search_reads_to_the_end(self, connect: Callable[..., Any], example: Example) -> None:
        """However small the pages are, each object comes once, and in the same order."""
        ids = [obj.id for obj in self.search(connect(), example)]
        assert len(ids) == len(set(ids)) > 1
        small = connect(page_size=3)
        assert [obj.id for obj in self.search(small, example)] == ids
        assert {obj.id for obj in self.search(small, example)} == set(ids)

    def test_load_gives_what_was_asked_for_in_that_order(
        self, session: Any, example: Example, found: list[Any]
    ) -> None:
        """One id, several ids, and an id that nothing has."""
        cls = type(found[0])
        wanted = [obj.id for obj in found[:3]][::-1]
        assert [obj.id for obj in session.load(cls, wanted)] == wanted
        assert session.load(cls, wanted[0]) is found[len(wanted) - 1], "one id, one object"
        assert session.load(cls, []) == []
        for ids in (example.missing, [wanted[0], example.missing]):
            with pytest.raises(NotFoundError) as caught:
                session.load(cls, ids)
            assert cls.__name__ in str(caught.value)

    def test_queries_read_what_search_reads(self, session: Any, example: Example, found: list[Any]) -> None:
        """Streaming, limits, first, count and ids agree."""
        query = session.query(type(found[0]))
        for name, value in example.search.items():
            query = query.where(getattr(type(found[0]), name) == value)
        assert [obj.id for obj in query] == [obj.id for obj in found]
        assert query.ids() == [obj.id for obj in found]
        assert query.count() == len(found)
        assert query.first().id == found[0].id
        assert [obj.id for obj in query.limit(2)] == [obj.id for obj in found[:2]]
        assert query.limit(0).all() == []
        assert str(query.explain())

    def test_names_are_checked_before_anything_is_sent(
        self, session: Any, example: Example, found: list[Any], sandbox: Sandbox
    ) -> None:
        """A name that nothing has is refused, wherever it stands."""
        cls = type(found[0])
        wrong: list[Callable[[], Any]] = [
            lambda: session.search(cls, **example.search, nonsense_name=1),
            lambda: session.search(cls, fields=["nonsense_name"], **example.search),
            lambda: session.query(cls).fields("nonsense_name"),
            lambda: session.query(cls).order_by("nonsense_name"),
            lambda: cls(session, nonsense_name=1),
            lambda: found[0].load("nonsense_name"),
            lambda: cls.convert_name("nonsense_name"),
        ]
        for call in wrong:
            with pytest.raises(UnknownNameError, match="nonsense_name"):
                call()
        with pytest.raises(AttributeError):
            found[0].nonsense_name = 1
        assert not sandbox.requests

    # --- writing ----------------------------------------------------------------------

    def test_a_save_sends_what_changed_and_nothing_else(
        self, connect: Callable[..., Any], example: Example, found: list[Any], sandbox: Sandbox
    ) -> None:
        """Dirty fields travel; setting back is clean; another session sees the change."""
        obj, name = found[0], example.field
        wire = type(obj).convert_name(name)
        if name not in obj.to_dict():
            obj.load(name)
        before = getattr(obj, name)
        sandbox.requests.clear()
        setattr(obj, name, "changed here")
        setattr(obj, name, before)
        assert obj.dirty == {}
        assert obj.save().fields == ()
        assert not sandbox.requests
        setattr(obj, name, "changed here")
        assert list(obj.dirty) == [wire]
        assert (obj.dirty[wire].old, obj.dirty[wire].new) == (before, "changed here")
        if not self.can(type(obj), "update"):
            with pytest.raises(NotSupportedError):
                obj.save()
            return
        saved = obj.save()
        assert (saved.updated, saved.fields) == (True, (wire,))
        assert obj.dirty == {}
        (other,) = connect().load(type(obj), [obj.id], fields=[name])
        assert getattr(other, name) == "changed here"

    def test_many_are_written_with_a_row_for_each(
        self, connect: Callable[..., Any], session: Any, example: Example, found: list[Any]
    ) -> None:
        """Creates, updates, a bad one and deletes: the report says of each what the server has."""
        cls = type(found[0])
        if example.new is None or not self.can(cls, "create"):
            with pytest.raises((NotSupportedError, TypeError, ValueError)):
                cls(session, **example.search).save()
            return
        made = [example.new(session, number) for number in range(_MADE)]
        if example.bad is not None:
            made.insert(2, example.bad(session))
        report = session.save_all(made)
        assert [row.object for row in report] == made
        assert [row.index for row in report] == list(range(len(made)))
        bad = [] if example.bad is None else [2]
        assert [row.index for row in report.failed] == bad
        assert len(report.created) == _MADE
        assert not report.unknown
        there = {obj.id for obj in self.search(connect(), example)}
        assert {row.id for row in report.created} == there - {obj.id for obj in found}
        for row in report.failed:
            assert row.error is not None
            assert row.id is None
        created = [row.object for row in report.created]
        if self.can(cls, "update"):
            for number, obj in enumerate(created):
                setattr(obj, example.field, f"again {number}")
            report = session.save_all(created)
            assert [row.sent for row in report.updated] == [(cls.convert_name(example.field),)] * len(created)
            assert session.save_all(created).counts() == {"unchanged": len(created)}
        if self.can(cls, "delete"):
            assert session.delete_all(created).counts() == {"deleted": len(created)}
            assert {obj.id for obj in self.search(connect(), example)} == {obj.id for obj in found}

    def test_what_a_class_cannot_do_is_refused_without_a_request(self, session: Any, sandbox: Sandbox) -> None:
        """For every class whose operations are known."""
        assert session.api is not None
        classes: list[Any] = [session.api.by_code[key] for key in session.api.source.read_all()]
        sandbox.requests.clear()
        for cls in classes:
            one = tuple("1" for _ in cls._key) if len(cls._key) > 1 else "1"
            attempts = {
                "create": cls(session).save,
                "delete": partial(_delete, session, cls),
                "search": partial(session.search, cls),
                "load": partial(session.load, cls, one),
            }
            for operation, attempt in attempts.items():
                if not self.can(cls, operation):
                    with pytest.raises((NotSupportedError, BulkError, ValueError)) as caught:
                        attempt()
                    assert cls.__name__ in str(caught.value)
        assert not sandbox.requests

    # --- relations ----------------------------------------------------------------------

    def test_lazy_references_load_for_all_siblings(
        self, connect: Callable[..., Any], example: Example, sandbox: Sandbox
    ) -> None:
        """As many requests as pages, not as objects; `lazy="raise"` refuses."""
        if example.reference is None:
            return
        session = connect()
        found = self.search(session, example)
        sandbox.requests.clear()
        targets = [getattr(obj, example.reference) for obj in found]
        assert any(target is not None for target in targets)
        assert len(sandbox.requests) <= 2 + len(found) // 50
        by_id: dict[Any, Any] = {}
        for target in targets:
            if target is not None:
                assert by_id.setdefault(target.id, target) is target, "one id, one object"

    # --- trouble ----------------------------------------------------------------------

    def test_reads_survive_a_bad_day(self, connect: Callable[..., Any], example: Example, sandbox: Sandbox) -> None:
        """A fifth of the requests fails in all ways: the result is the same."""
        ids = [obj.id for obj in self.search(connect(), example)]
        session = connect(page_size=5, retrying=Retrying(base=0.001, longest=0.01, attempts=12))
        sandbox.faults = 0.2
        try:
            assert [obj.id for obj in self.search(session, example)] == ids
        finally:
            sandbox.faults = None

    def test_a_create_without_an_answer_is_not_done_twice(
        self, connect: Callable[..., Any], session: Any, example: Example, found: list[Any], sandbox: Sandbox
    ) -> None:
        """The server acts and its answer is lost: the object is found, or nobody claims to know."""
        if example.new is None or not self.can(type(found[0]), "create"):
            return
        obj = example.new(session, 1)
        sandbox.requests.clear()
        sandbox.faults = [{"kind": "reset_after", "count": 1}]
        try:
            obj.save()
        except OutcomeUnknown:
            assert obj.id is None
        finally:
            sandbox.faults = None
        assert [entry.fault for entry in sandbox.requests if entry.fault], "the fault did hit"
        assert len(self.search(connect(), example)) == len(found) + 1

    def test_an_object_travels_with_its_changes(
        self, connect: Callable[..., Any], example: Example, found: list[Any]
    ) -> None:
        """Pickled, merged into another session, and saved there."""
        obj = found[0]
        obj.load(example.field)
        setattr(obj, example.field, "travelled")
        copy = pickle.loads(pickle.dumps(obj))  # noqa: S301 - just pickled  # nosec B301
        assert copy.session is None
        assert copy.dirty == obj.dirty
        merged = connect().merge(copy)
        assert (merged.id, list(merged.dirty)) == (obj.id, list(obj.dirty))
        if self.can(type(obj), "update"):
            merged.save()
            obj.refresh()
            assert getattr(obj, example.field) == "travelled"
            assert obj.dirty == {}

    def test_a_session_does_not_pickle(self, session: Any) -> None:
        """It holds credentials."""
        with pytest.raises(TypeError):
            pickle.dumps(session)

    def test_displays_ask_nothing(self, session: Any, example: Example, found: list[Any], sandbox: Sandbox) -> None:
        """Whatever a prompt, an editor or a notebook looks at."""
        cls, obj = type(found[0]), found[0]
        query = session.query(cls).where(getattr(cls, example.field) == "x")
        for shown in (obj, cls, session, session.api, query):
            assert repr(shown)
            assert dir(shown)
        assert obj._repr_html_().startswith("<p>")
        for member in cls._members.values():
            assert repr(member)
        assert not sandbox.requests

    def test_no_credential_is_shown(
        self, connect: Callable[..., Any], example: Example, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither by a log, nor by an error, a display or a pickle."""
        seen = io.StringIO()
        with caplog.at_level(logging.DEBUG):
            session = connect()
            obj = self.search(session, example)[0]
            seen.write(f"{session!r} {obj!r} {pickle.dumps(obj)!r}")
            sandbox.faults = [{"kind": "wrong_json"}]
            try:
                with pytest.raises(APIError) as caught:
                    connect(retrying=Retrying(base=0.001, longest=0.001, attempts=2)).load(type(obj), obj.id)
            finally:
                sandbox.faults = None
            seen.write("".join(traceback.TracebackException.from_exception(caught.value).format()))
            seen.write(repr(pickle.dumps(caught.value)))
        seen.write(caplog.text)
        for name in example.secrets:
            # Of an address, what follows the host.
            secret = str(sandbox.info[name]).removeprefix(sandbox.url).strip("/").removeprefix("rest/1/")
            assert len(secret) >= _SHORTEST
            assert secret not in seen.getvalue(), name


def sandbox_fixtures(prepare: Callable[[Any], Any] | None = None, **options: Any) -> tuple[Any, Any]:
    """The fixtures `sandbox` and `connect` for a conftest, over its fixture `server`, a sandbox that many tests share.

    The first is the server as new for each test; the second makes sessions with it that repeat quickly, and closes
    them at the end of the test.

    Args:
        prepare: What is done with each session that is made.
        options: Options of all sessions.
    """

    @pytest.fixture
    def sandbox(server: Sandbox) -> Sandbox:
        """The server, as new for each test."""
        server.reset()
        return server

    @pytest.fixture
    def connect(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
        """Makes sessions that repeat quickly; they are closed at the end."""
        with _sessions(sandbox, options, prepare) as connect:
            yield connect

    return sandbox, connect


@contextmanager
def _sessions(
    sandbox: Sandbox, defaults: Mapping[str, Any], prepare: Callable[[Any], Any] | None = None
) -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def connect(**options: Any) -> Any:
        options = {"retrying": Retrying(base=0.01, longest=0.05), **defaults, **options}
        made.append(sandbox.session(**options))
        if prepare is not None:
            prepare(made[-1])
        return made[-1]

    try:
        yield connect
    finally:
        for session in made:
            session.close()


def _delete(session: Any, cls: Any) -> None:
    obj = cls._wrap(dict.fromkeys(cls._key, "1"), State(session, "persistent"))
    session.delete_all([obj]).raise_for_errors()
