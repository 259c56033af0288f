import gc
import threading
import weakref

import pytest

from workfront_orm.core.fields import Field
from workfront_orm.core.objects import Object


def row(number, **values):
    return {"ID": f"t{number}", "objCode": "TASK", **values}


def test_one_id_is_one_object(canned, session, api):
    canned.add("TASK", {"ID": "t1", "name": "x"}, {"ID": "t2", "name": "y"})
    first = session.load(api.Task, "t1")
    assert session.load(api.Task, "t1") is first
    assert session.load(api.Task, ["t2", "t1", "t1"])[1:] == [first, first]
    assert session.search(api.Task)[0] is first
    assert api.from_data(session, {"ID": "t1", "objCode": "TASK"}) is first
    assert session.identity_map.get(api.Task, "t1") is first


def test_the_same_id_of_another_class_is_another_object(session, api):
    assert session.wrap(api.Task, row(1)) is not session.wrap(api.Project, row(1))


def test_each_session_has_objects_of_its_own(canned, session, api):
    assert session.wrap(api.Task, row(1)) is not canned.session().wrap(api.Task, row(1))


def test_a_newer_row_fills_the_object_that_is_there(session, api):
    task = session.wrap(api.Task, row(1, name="x"))
    assert session.wrap(api.Task, row(1, name="z", description="d")) is task
    assert (task.name, task.description) == ("z", "d")
    assert not task.dirty


def test_objects_are_held_weakly(session, api):
    tasks = session.identity_map.wrap_page(api.Task, [row(n) for n in range(10)])
    assert len(session.identity_map) == 10
    seen = weakref.ref(tasks[0])
    del tasks
    gc.collect()
    assert seen() is None
    assert len(session.identity_map) == 0
    assert session.identity_map.get(api.Task, "t1") is None


def test_objects_are_held_while_they_have_unsaved_changes(session, api):
    session.wrap(api.Task, row(1, name="x")).name = "y"
    session.wrap(api.Task, row(2, name="x")).percent_complete = 5
    session.wrap(api.Task, row(3, name="x")).custom["DE:x"] = 5
    api.Task(session, ID="t4", name="x").name = "y"
    gc.collect()
    assert {task.id for task in session.dirty} == {"t1", "t2", "t3", "t4"}
    task = session.wrap(api.Task, row(1, name="server"))
    assert task.name == "y"
    task.revert()
    seen = weakref.ref(task)
    del task
    gc.collect()
    assert seen() is None
    assert {task.id for task in session.dirty} == {"t2", "t3", "t4"}


def test_setting_back_or_saving_lets_go(canned, session, api):
    canned.add("TASK", {"ID": "t1", "name": "x"}, {"ID": "t2", "name": "x"})
    one, two = session.load(api.Task, ["t1", "t2"])
    one.name = two.name = "y"
    one.name = "x"
    two.save()
    seen = [weakref.ref(one), weakref.ref(two)]
    del one, two
    gc.collect()
    assert [ref() for ref in seen] == [None, None]
    assert not session.dirty


def test_a_created_object_is_held_while_it_has_unsaved_changes(canned, session, api):
    task = api.Task(session, name="x")
    task.save()
    task.name = "y"
    key = task.id
    del task
    gc.collect()
    assert [task.id for task in session.dirty] == [key]
    assert session.dirty[0].name == "y"


def test_dirty_lists_what_was_changed_in_place_too(session, api):
    task = session.wrap(api.Task, row(1, auditTypes=["ST"]))
    clean = session.wrap(api.Task, row(2, auditTypes=["ST"]))
    task.audit_types.append("AA")
    assert clean.audit_types == ["ST"]
    assert session.dirty == [task]


def test_an_object_whose_list_was_handed_out_is_held_until_its_changes_were_looked_for(session, api, monkeypatch):
    monkeypatch.setattr("workfront_orm.core.identity.MOST_LENT", 3)
    session.wrap(api.Task, row(1, auditTypes=["ST"])).audit_types.append("AA")
    session.wrap(api.Task, row(2, tags={"a": 1})).custom  # noqa: B018 - nothing is handed out
    gc.collect()
    assert [task.id for task in session.dirty] == ["t1"]
    # A value that is handed out again counts again, and one of an undeclared field does too.
    held = session.wrap(api.Task, row(3, auditTypes=["ST"], **{"DE:Checks": ["a"]}))
    assert held.audit_types == ["ST"]
    for number in range(4, 14):
        assert session.wrap(api.Task, row(number, auditTypes=["ST"])).audit_types == ["ST"]
    held.custom["DE:Checks"].append("b")
    del held
    gc.collect()
    assert len(session.identity_map) <= 5
    assert {task.id for task in session.dirty} == {"t1", "t3"}
    for task in session.dirty:
        task.revert()
    for number in range(4, 7):
        assert session.wrap(api.Task, row(number, auditTypes=["ST"])).audit_types == ["ST"]
    gc.collect()
    assert not session.dirty


def test_new_objects_are_those_that_are_not_saved_yet(canned, session, api):
    kept = [api.Task(session, name="x"), api.Project(session, name="y"), api.Task(session, name="z")]
    api.Task(session, name="nobody holds this one")
    api.Task(session, ID="t9", name="known")
    api.Task(None, name="of no session")
    gc.collect()
    assert session.new == kept
    kept[0].save()
    assert session.new == kept[1:]
    merged = session.merge(api.Task(None, name="from elsewhere"))
    assert session.new == [*kept[1:], merged]
    for one in session.new:
        one.save()
    assert session.new == []
    assert session.dirty == []


def test_new_and_deleted_objects_are_not_in_dirty(canned, session, api):
    canned.add("TASK", ID="t1", name="x")
    new = api.Task(session, name="x")
    gone = session.load(api.Task, "t1")
    gone.delete()
    gone.name = "y"
    assert new.dirty
    assert session.dirty == []


def test_a_deleted_object_is_forgotten(canned, session, api):
    canned.add("TASK", {"ID": "t1", "name": "x"}, {"ID": "t2", "name": "x"})
    gone, sibling = session.load(api.Task, ["t1", "t2"])
    gone.delete()
    assert session.identity_map.get(api.Task, "t1") is None
    sibling.name = "y"
    assert session.dirty == [sibling]
    canned.add("TASK", ID="t1", name="again")
    assert session.load(api.Task, "t1") is not gone


def test_a_subclass_upgrades_the_object_in_place(canned, session, api):
    class BudgetTask(api.Task):
        budget = Field("DE:Budget", type="decimal")

    canned.add("TASK", **{"ID": "t1", "name": "x", "DE:Budget": 5})
    task = session.load(api.Task, "t1")
    task.name = "y"
    (found,) = session.search(BudgetTask, fields=["budget"])
    assert found is task
    assert type(task) is BudgetTask
    assert (task.budget, task.name) == (5, "y")
    assert session.load(api.Task, "t1") is task
    assert type(task) is BudgetTask


def test_two_subclasses_of_one_object_are_refused(session, api):
    class One(api.Task):
        pass

    class Two(api.Task):
        pass

    session.wrap(api.Task, row(1))
    one = session.wrap(One, row(1))
    with pytest.raises(TypeError, match=r"One t1 is in this session as .*One already; it cannot be .*Two as well"):
        session.wrap(Two, row(1))
    assert type(one) is One


def test_keys_of_several_parts_and_keys_in_two_spellings(session):
    class Line(Object):
        code = "LINE"
        _key = ("order", "number")

    class Name(Object):
        code = "NAME"
        _normal_key = staticmethod(str.lower)

    one = session.wrap(Line, {"order": 1, "number": 2})
    assert session.wrap(Line, {"order": 1, "number": 2, "text": "x"}) is one
    assert one.id == (1, 2)
    assert session.wrap(Line, {"order": 1}) is not session.wrap(Line, {"order": 1})
    assert session.wrap(Line, {"order": 1}).id is None
    ann = session.wrap(Name, {"ID": "Ann"})
    assert session.wrap(Name, {"ID": "ANN"}) is ann
    assert session.identity_map.get(Name, "aNN") is ann


def test_rows_without_an_id_are_objects_of_their_own(session, api):
    first, second = session.identity_map.wrap_page(api.CustomEnum, [{"value": "A"}, {"value": "A"}])
    assert first is not second
    assert len(session.identity_map) == 0


def test_clear(session, api):
    task = session.wrap(api.Task, row(1, name="x"))
    task.name = "y"
    session.identity_map.clear()
    assert session.dirty == []
    assert session.wrap(api.Task, row(1)) is not task


def test_threads_get_one_object(session, api):
    start = threading.Barrier(8)
    found = []

    def wrap():
        start.wait()
        found.append(session.identity_map.wrap_page(api.Task, [row(n) for n in range(200)]))

    threads = [threading.Thread(target=wrap) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(page[n] is found[0][n] for page in found for n in range(200))


def test_the_collector_is_as_it_was_after_wrapping_in_many_threads(canned, api):
    sessions = [canned.session() for _ in range(8)]
    start = threading.Barrier(8)

    def wrap(session):
        start.wait()
        for _ in range(50):
            session.identity_map.wrap_page(api.Task, [row(n) for n in range(20)])

    threads = [threading.Thread(target=wrap, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.isenabled()
    gc.disable()
    try:
        sessions[0].identity_map.wrap_page(api.Task, [row(1)])
        assert not gc.isenabled()
    finally:
        gc.enable()
    with pytest.raises(AttributeError):
        sessions[0].identity_map.wrap_page(api.Task, [None])
    assert gc.isenabled()


def test_objects_do_not_keep_their_session_alive_in_a_circle(api, canned):
    session = canned.session()
    canned.sessions.remove(session)
    session.wrap(api.Task, row(1, name="x"))
    session.close()
    seen = weakref.ref(session)
    del session
    gc.collect()
    assert seen() is None


def test_objects_take_weak_references(session, api):
    task = session.wrap(api.Task, row(1))
    assert weakref.ref(task)() is task
    assert {task: 1}[task] == 1
