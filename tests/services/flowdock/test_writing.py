"""Writing: what is sent, what is refused here and there, what answers leave, bulk writes and reruns."""

import pickle
from uuid import uuid4

import pytest

from workfront_orm.core.errors import (
    AccessDeniedError,
    DeletedObjectError,
    FieldNotLoaded,
    InvalidRequestError,
    NotFoundError,
    NotSupportedError,
    OutcomeUnknown,
)
from workfront_orm.core.retrying import Retrying


@pytest.fixture
def message(session):
    """Makes messages of the flow main that are not saved."""

    def make(content="hi", **fields):
        return session.api.Message(session, flow_id="acme/main", content=content, **fields)

    return make


# --- sending --------------------------------------------------------------------------------


def test_a_message_is_sent_once_and_known_at_once(session, message, sandbox):
    sent = message(tags=["ref"])
    assert sent.id is None
    sandbox.requests.clear()
    assert sent.save().created
    (entry,) = sandbox.requests
    assert (entry.method, entry.path) == ("POST", "/flows/acme/main/messages")
    assert entry.headers["x-flowdock-wait-for-message"] == "true"
    flow = session.load(session.api.Flow, "acme/main")
    assert sent.id == (flow.id, 1)
    assert (sent.event, sent.user_id, sent.tags, sent.app) == ("message", "2", ["ref"], "chat")
    assert sent.thread.id == (flow.id, sent.thread_id)
    assert sent.sent == sent.created_at
    assert sent.dirty == {}
    assert not sent.save()
    assert session.load(session.api.Message, (flow, 1)) is sent


def test_the_server_adds_tags_of_its_own(flow):
    sent = flow.send("see http://x.org @Hubot", tags=["ref"])
    assert sent.tags == ["ref", ":user:42", ":unread:42", ":url"]


def test_content_is_checked_here(message, sandbox):
    sandbox.requests.clear()
    with pytest.raises(ValueError, match="8096 characters at most, not 8097"):
        message("x" * 8097)
    for blank in ("", " \n"):
        with pytest.raises(ValueError, match="not blank"):
            message(blank).save()
    with pytest.raises(ValueError, match="content is missing"):
        message(None).save()
    with pytest.raises(TypeError, match="takes str"):
        message(5)
    with pytest.raises(ValueError, match="takes one of"):
        message(event="shout")
    with pytest.raises(ValueError, match="only integrations"):
        message(event="activity").save()
    with pytest.raises(TypeError, match="list"):
        message(tags="a,b")
    with pytest.raises(ValueError, match="comma"):
        message(tags=["a,b"])
    assert not sandbox.requests
    assert message("x" * 8096).save().created


def test_a_message_needs_its_flow(session, sandbox):
    with pytest.raises(ValueError, match="flow_id says where"):
        session.api.Message(session, content="lost").save()
    with pytest.raises(ValueError, match="conversation_id says where"):
        session.api.PrivateMessage(session, content="lost").save()
    with pytest.raises(AttributeError, match="flow_id instead"):
        session.api.Message(session, content="lost").flow = "acme/main"
    assert not sandbox.requests


def test_a_reply_goes_to_its_thread(session, flow, sandbox):
    first = flow.send("question")
    sandbox.requests.clear()
    second = session.api.Message(session, flow_id=flow, thread_id=first.thread, content="answer")
    second.save()
    assert sandbox.requests[-1].path == f"/flows/acme/main/threads/{first.thread_id}/messages"
    assert second.thread is first.thread
    with pytest.raises(AttributeError, match="before the object is created"):
        second.thread_id = None


def test_comments_and_statuses(session, flow):
    first = flow.send("question")
    comment = first.comment("well", tags=["x"])
    assert (comment.event, comment.content) == ("comment", {"title": "question", "text": "well"})
    assert comment.tags == ["x", f"influx:{first.number}"]
    comment.content = "better"
    comment.save()
    with pytest.raises(FieldNotLoaded):
        _ = comment.content
    comment.load("content")
    assert comment.content["text"] == "better"
    assert flow.send("busy", event="status").event == "status"
    for wrong in ("", "x" * 8097, None):
        with pytest.raises((ValueError, TypeError)):
            first.comment(wrong)


def test_somebody_from_outside(flow):
    sent = flow.send("hello", external_user_name="Bot")
    assert (sent.user_id, sent.user, sent.external_user_name) == ("0", None, "Bot")


# --- changing -------------------------------------------------------------------------------


def test_only_what_changed_is_sent(flow, sandbox):
    sent = flow.send("typo", tags=["a"])
    sandbox.requests.clear()
    sent.content = "right"
    assert sent.save().fields == ("content",)
    sent.tags = ["a"]
    assert not sent.save()
    sent.tags.append("#B")
    assert list(sent.dirty) == ["tags"]
    sent.save()
    assert [entry.json for entry in sandbox.requests] == [{"content": "right"}, {"tags": ["a", "B"]}]
    sent.refresh()
    assert (sent.content, sent.tags) == ("right", ["a", "B"])
    assert sent.edited is not None
    for name, value in (("event", "status"), ("uuid", "x"), ("user_id", "42"), ("thread_id", "x")):
        with pytest.raises(AttributeError):
            setattr(sent, name, value)


def test_tags_are_replaced_as_a_whole(flow):
    sent = flow.send("see http://x.org", tags=["a"])
    sent.tags = {"b", "A", "a"}
    sent.save()
    assert sent.tags == ["A", "b"]
    sent.tags = ["@Hubot"]
    sent.save()
    sent.load("tags")
    assert sent.tags == [":user:42"]


def test_others_may_tag_and_not_edit(hubot, flow):
    sent = flow.send("mine")
    theirs = hubot.load(hubot.api.Message, ("acme/main", sent.number))
    theirs.tags = ["seen"]
    theirs.save()
    theirs.content = "yours"
    with pytest.raises(AccessDeniedError):
        theirs.save()
    assert list(theirs.dirty) == ["content"]
    with pytest.raises(AccessDeniedError):
        theirs.delete()
    sent.refresh()
    assert (sent.content, sent.tags) == ("mine", ["seen"])


def test_deleting_empties_chat_and_removes_files(session, flow):
    said, brought = flow.send("oops"), flow.upload(__file__)
    said.delete()
    brought.delete()
    for gone in (said, brought):
        assert gone.number
        with pytest.raises(DeletedObjectError):
            gone.save()
    assert session.load(session.api.Message, said.id).content == ""
    with pytest.raises(NotFoundError):
        session.load(session.api.Message, brought.id)


def test_what_cannot_be_done_names_the_remedy(session, flow, sandbox):
    sandbox.requests.clear()
    with pytest.raises(NotSupportedError, match="disabled = True"):
        flow.delete()
    with pytest.raises(NotSupportedError, match="remove_user"):
        session.load(session.api.User, 42).delete()
    with pytest.raises(NotSupportedError, match="first message"):
        session.api.Thread(session, flow_id=flow).save()
    with pytest.raises(NotSupportedError, match="event='activity'"):
        session.search(session.api.Activity)
    assert [entry.method for entry in sandbox.requests] == ["GET"]


# --- flows, users, sources, invitations ---------------------------------------------------------


def test_a_flow_is_made_changed_and_archived(session, sandbox):
    cls = session.api.Flow
    flow = cls(session, org="acme", name="New flow")
    flow.save()
    assert (flow.parameterized_name, flow.org) == ("new-flow", "acme")
    assert session.load(cls, "acme/new-flow") is flow
    flow.access_mode = "link"
    flow.save()
    assert flow.join_url
    flow.name = "Renamed"
    flow.save()
    assert session.load(cls, "acme/new-flow").name == "Renamed"
    flow.disabled = True
    flow.save()
    assert flow not in session.search(cls)
    with pytest.raises((AccessDeniedError, NotFoundError)):
        flow.send("too late")
    sandbox.requests.clear()
    for wrong in (
        cls(session, name="x"),
        cls(session, org="acme"),
        cls(session, org="acme", name="x" * 101),
        cls(session, org="acme", name="x", access_mode="link"),
    ):
        with pytest.raises(ValueError, match=r"org|name|once it is saved"):
            wrong.save()
    assert not sandbox.requests


def test_users_of_a_flow(session, flow, hubot):
    other = session.api.Flow(session, org="acme", name="Other")
    other.save()
    assert [user.id for user in other.users] == [2]
    other.add_user(42)
    assert [user.id for user in other.users] == [2, 42]
    hubot.load(hubot.api.Flow, "acme/other").send("here")
    other.block_user(session.load(session.api.User, 42))
    with pytest.raises(AccessDeniedError):
        hubot.api.Message(hubot, flow_id="acme/other", content="blocked").save()
    other.block_user(42, blocked=False)
    hubot.api.Message(hubot, flow_id="acme/other", content="back").save()
    with pytest.raises(NotSupportedError, match="by his id"):
        other.add_user("Hubot")


def test_users_and_organizations(session):
    me = session.load(session.api.User, 2)
    me.nick = "Ray"
    me.save()
    assert session.load(session.api.User, "Ray") is me
    acme = session.load(session.api.Organization, "acme")
    acme.name = "Acme Inc."
    acme.save()
    acme.refresh()
    assert acme.name == "Acme Inc."
    acme.remove_user(42)
    assert [user.id for user in acme.users] == [2]


def test_a_source_shows_its_token_once(connect, sandbox):
    session = connect(access_token=sandbox.oauth_token)
    source = session.api.Source(session, flow_id="acme/main", name="Tracker", external_url="https://t.example")
    source.save()
    token = source.flow_token
    assert token
    assert token not in repr(source)
    with connect(flow_token=token) as integration:
        integration.present("1", {"name": "Ann"}, "made it", thread={"title": "One"})
        integration.report_error("broken")
        assert integration.own_source().name == "Tracker"
    source.error_message = ""
    source.save()
    assert session.load(session.api.Source, source.id) is source
    source.delete()
    with connect(flow_token=token) as integration, pytest.raises(Exception, match="410"):
        integration.present("1", {"name": "Ann"}, "again")


def test_invitations(session, flow):
    invitation = session.api.Invitation(session, flow_id=flow, email="a@b.c", message="come")
    invitation.save()
    assert (invitation.state, invitation.flow) == ("pending", flow)
    assert list(flow.invitations) == [invitation]
    told = flow.invite_all(["d@e.f", "nonsense"])
    assert (len(told["invitations"]), told["erroneous_emails"]) == (1, ["nonsense"])
    invitation.delete()
    with pytest.raises(NotFoundError):
        session.load(session.api.Invitation, invitation.id)


def test_private_messages(session, hubot):
    talk = session.load(session.api.PrivateConversation, 42)
    sent = talk.send("psst", tags=["x"])
    assert (sent.id, sent.to_id, sent.to.nick, sent.tags[0]) == ((42, 1), "42", "Hubot", ":unread:42")
    theirs = hubot.load(hubot.api.PrivateMessage, (2, 1))
    assert (theirs.content, theirs.user.nick, theirs.conversation.id) == ("psst", "Ray_", 2)
    sent.content = "louder"
    sent.save()
    assert session.search(session.api.PrivateMessage, conversation=talk) == [sent]
    assert hubot.search(hubot.api.PrivateMessage, conversation=2)[0].content == "louder"
    talk.refresh()
    assert talk.open
    talk.open = False
    talk.save()
    assert session.load(session.api.PrivateConversation, 42).open is False
    sent.delete()
    assert hubot.load(hubot.api.PrivateMessage, (2, 1)).content == ""


# --- many, and without an answer -----------------------------------------------------------------


def test_many_messages_with_a_row_for_each(session, message):
    made = [message("one"), message(" "), message("two"), message("lost", thread_id="nowhere")]
    report = session.save_all(made)
    assert [row.status for row in report] == ["created", "failed", "created", "failed"]
    assert "not blank" in str(report.failed[0].error)
    made[0].content = "again"
    report = session.save_all([made[0], made[2]])
    assert [row.status for row in report] == ["updated", "unchanged"]
    report = session.delete_all([made[0], made[2], made[3]])
    assert [row.status for row in report] == ["deleted", "deleted", "failed"]


def test_a_rerun_with_the_same_uuids_sends_nothing(connect, sandbox):
    uuids = [str(uuid4()) for _ in range(3)]

    def run():
        session = connect()
        made = [
            session.api.Message(session, flow_id="acme/main", content=f"number {n}", uuid=one)
            for n, one in enumerate(uuids)
        ]
        return session.save_all(made, key="uuid")

    assert run().counts() == {"created": 3}
    sandbox.requests.clear()
    report = run()
    assert report.counts() == {"unchanged": 3}
    assert {entry.method for entry in sandbox.requests} == {"GET"}
    uuids.append(str(uuid4()))
    assert run().counts() == {"unchanged": 3, "created": 1}
    session = connect()
    assert len(session.search(session.api.Message, flow="acme/main")) == 4


def test_a_message_without_an_answer_is_found(session, message, sandbox):
    sandbox.requests.clear()
    sandbox.faults = [{"kind": "reset_after", "count": 1}]
    sent = message("once")
    try:
        assert sent.save().created
    finally:
        sandbox.faults = None
    assert sent.number == 1
    assert [entry.method for entry in sandbox.requests if entry.path.endswith("/messages")] == ["POST", "GET"]
    assert session.search(session.api.Message, flow="acme/main") == [sent]


def test_a_message_that_did_not_arrive_is_not_claimed(connect, sandbox):
    session = connect(retrying=Retrying(base=0.001, longest=0.01, attempts=2))
    sent = session.api.Message(session, flow_id="acme/main", content="lost")
    sandbox.faults = [{"kind": "reset_before", "count": 1}]
    try:
        with pytest.raises(OutcomeUnknown):
            sent.save()
    finally:
        sandbox.faults = None
    assert sent.id is None
    assert session.search(session.api.Message, flow="acme/main") == []
    sent.save()
    assert sent.number == 1


def test_errors_name_the_fields(session, flow):
    with pytest.raises(InvalidRequestError) as caught:
        session.post("/flows/acme/main/messages", {"event": "message", "content": ""})
    assert caught.value.fields == {"content": ["can't be blank"]}
    assert caught.value.code == 400


def test_unsaved_and_changed_messages_travel(session, connect, message):
    sent = message("travels")
    copy = pickle.loads(pickle.dumps(sent))
    other = connect()
    merged = other.merge(copy)
    merged.save()
    merged.content = "changed"
    back = session.merge(pickle.loads(pickle.dumps(merged)))
    assert back.id == merged.id
    assert back.dirty == {"content": ("travels", "changed")}
    back.save()
    merged.refresh()
    assert merged.content == "changed"
