import pytest

from workfront_orm.core.errors import DetachedObjectError


@pytest.fixture
def issue(canned, session, api):
    canned.add("OPTASK", ID="i1", name="Broken", description="It is", enteredByID="u1")
    issue = session.load(api.Issue, "i1", ["status"])
    canned.sent()
    return issue


def test_a_comment_is_a_note_that_needs_no_saving(canned, session, issue, api):
    note = issue.add_comment("Hello")
    assert type(note) is api.Note
    assert canned.sent() == [("POST", "/NOTE", {"noteText": "Hello", "noteObjCode": "OPTASK", "objID": "i1"})]
    assert not note.dirty
    task = api.Task(session, ID="t1")
    task.add_comment("Hi")
    assert canned.sent() == [("POST", "/NOTE", {"noteText": "Hi", "noteObjCode": "TASK", "objID": "t1"})]


def test_a_reply_belongs_where_the_comment_belongs(canned, session, api):
    canned.add("NOTE", ID="n1", noteObjCode="TASK", objID="t1")
    note = session.load(api.Note, "n1", ["noteText"])
    canned.sent()
    note.add_comment("Yes")
    assert canned.sent() == [
        ("GET", "/NOTE/n1", {"fields": "noteObjCode,objID"}),
        ("POST", "/NOTE", {"noteText": "Yes", "noteObjCode": "TASK", "objID": "t1", "parentNoteID": "n1"}),
    ]


def test_converting_an_issue(canned, issue, api):
    canned.requests.clear()
    canned.answers.clear()
    issue.load("name", "description", "enteredByID")
    canned.sent()
    canned.will_answer({"data": {"result": "t9"}})
    task = issue.convert_to_task()
    assert type(task) is api.Task
    assert (task.id, task.session) == ("t9", issue.session)
    ((verb, path, params),) = canned.sent()
    assert (verb, path) == ("PUT", "/OPTASK/i1/convertToTask")
    assert params["updates"] == (
        '{"options": ["preserveIssue", "preservePrimaryContact", "preserveUpdates"], '
        '"task": {"name": "Broken", "description": "It is", "enteredByID": "u1"}}'
    )


def test_converting_loads_what_it_needs(canned, issue):
    canned.will_answer({"data": {"ID": "i1", "name": "Broken", "description": None, "enteredByID": "u1"}})
    canned.will_answer({"data": {"result": "t9"}})
    issue.convert_to_task()
    (_, _, asked), (_, _, params) = canned.sent()
    assert set(asked["fields"].split(",")) <= {"name", "description", "enteredByID"}
    assert '"task": {"name": "Broken", "enteredByID": "u1"}' in params["updates"]


def test_the_object_of_an_update(session, api):
    update = api.Update(session, update_obj_id="t1", update_obj_code="TASK")
    assert type(update.update_obj) is api.Task
    assert update.update_obj.id == "t1"
    assert api.Update(session, update_obj_id=None, update_obj_code=None).update_obj is None


def test_helpers_need_a_session(api):
    with pytest.raises(DetachedObjectError, match="add_comment Issue i1"):
        api.Issue(None, ID="i1").add_comment("x")
