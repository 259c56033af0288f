"""The inbox: what integrations present, as checked value objects, and how it is read again."""

import copy
import pickle

import pytest

from workfront_orm.core.errors import AuthenticationError, NotSupportedError
from workfront_orm.services.flowdock import Author, LabelValue, Status, ThreadState, Upload
from workfront_orm.services.flowdock.values import COLORS

ITEM = ThreadState(
    title="Item 01",
    external_url="https://external.example/item/ITEM-01",
    body="<strong>The detail</strong>",
    status=Status("green", "TODO"),
    fields=[LabelValue("a", "1"), {"label": "<a>b</a>", "value": "<a>2</a>"}],
    actions=[
        {"@type": "ViewAction", "name": "Diff", "url": "https://external.example/diff"},
        {
            "@type": "UpdateAction",
            "name": "Assign to me",
            "target": {"@type": "EntryPoint", "urlTemplate": "https://external.example/?me", "httpMethod": "POST"},
        },
    ],
)


def newest(session, **parameters):
    (found,) = session.search(session.api.Message, flow="acme/main", limit=1, **parameters)
    return found


def test_an_activity_and_a_discussion(integration, session, sandbox):
    ray = Author("Ray", avatar="https://somewhere.example/ray.png")
    sandbox.requests.clear()
    made = integration.present("ITEM-01", ray, "created item", thread=ITEM)
    (entry,) = sandbox.requests
    assert (entry.path, entry.status) == ("/messages", 202)
    assert "authorization" not in entry.headers
    assert (made.id, made.dirty) == (None, {})
    activity = newest(session, event="activity")
    assert (activity.title, activity.author, activity.user, activity.app) == ("created item", ray, None, "influx")
    thread = activity.thread
    assert (thread.title, thread.status, thread.fields_[0]) == (
        "Item 01",
        Status("green", "TODO"),
        LabelValue("a", "1"),
    )
    assert thread.fields_[1].value == "<a>2</a>"
    assert [action["@type"] for action in thread.actions] == ["ViewAction", "UpdateAction"]
    assert (thread.activities, thread.external_url) == (1, ITEM.external_url)
    said = integration.present("ITEM-01", {"name": "Ann"}, "commented", body="The comment")
    assert type(said).__name__ == "Discussion"
    discussion = newest(session, event="discussion")
    assert (discussion.body, discussion.thread) == ("The comment", thread)
    assert thread.external_comments == 1


def test_what_was_presented_can_be_tagged_answered_and_deleted(integration, session):
    integration.present("I", {"name": "Ann"}, "commented", body="an idea", thread={"title": "One"})
    found = newest(session, event="discussion")
    found.tags = ["idea"]
    found.save()
    assert found.thread.send("reply").thread_id == found.thread_id
    found.delete()
    assert session.search(session.api.Message, flow="acme/main", event="discussion") == []
    with pytest.raises(AttributeError, match="read-only"):
        found.title = "x"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Author(""), "not blank"),
        (lambda: Author(5), "takes str"),
        (lambda: Author("Ann", avatar=5), "takes str"),
        (lambda: Status("mauve", "x"), "one of black, blue"),
        (lambda: Status("red", None), "takes str"),
        (lambda: LabelValue("a", 1), "takes str"),
        (lambda: ThreadState(" "), "not blank"),
        (lambda: ThreadState("x", status={"color": "red", "valeu": "y"}), "no member valeu"),
        (lambda: ThreadState("x", fields=[{"label": "a"}]), "value"),
        (lambda: ThreadState("x", fields=["a"]), "LabelValue"),
        (lambda: ThreadState("x", actions=[{"name": "a"}]), "@type"),
        (lambda: ThreadState("x", actions=[{"@type": "UpdateAction", "name": "a"}]), "target"),
        (
            lambda: ThreadState(
                "x",
                actions=[{"@type": "UpdateAction", "name": "a", "target": {"urlTemplate": "u", "httpMethod": "EAT"}}],
            ),
            "httpMethod",
        ),
        (lambda: Upload(b"", " "), "not blank"),
    ],
)
def test_values_are_checked_when_they_are_made(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_values_are_values():
    assert ITEM == copy.deepcopy(ITEM) == pickle.loads(pickle.dumps(ITEM))
    assert {Status(color, "x").color for color in COLORS} == set(COLORS)
    with pytest.raises(AttributeError):
        ITEM.title = "other"
    assert "secret" not in repr(Upload(b"secret", "x.txt"))


def test_items_are_checked_before_they_are_sent(integration, sandbox):
    ann = {"name": "Ann"}
    sandbox.requests.clear()
    for make in (
        lambda: integration.present("", ann, "x"),
        lambda: integration.present("I", ann, ""),
        lambda: integration.present("I", ann, "x", body=""),
        lambda: integration.present("I", {"nick": "Ann"}, "x"),
        lambda: integration.present("I", None, "x"),
        lambda: integration.present("I", ann, "x", thread={"titel": "x"}),
        lambda: integration.present("I", ann, "x", thread="x"),
    ):
        with pytest.raises((TypeError, ValueError)):
            make()
    assert not sandbox.requests


def test_presenting_needs_a_flow_token(session, connect, sandbox):
    with pytest.raises(AuthenticationError, match="no flow token"):
        session.present("I", {"name": "Ann"}, "x", thread={"title": "x"})
    both = connect(api_token=sandbox.token, flow_token=sandbox.flow_token)
    both.present("I", {"name": "Ann"}, "x", thread={"title": "x"})
    assert newest(both).title == "x"
    wrong = connect(flow_token="0" * 32)
    with pytest.raises(AuthenticationError):
        wrong.present("I", {"name": "Ann"}, "x", thread={"title": "x"})


def test_items_are_written_only(integration, session):
    item = integration.present("I", {"name": "Ann"}, "x", thread={"title": "x"})
    item.title = "y"
    with pytest.raises(NotSupportedError, match="no operation 'update'"):
        item.save()
    with pytest.raises(ValueError, match="no id"):
        item.delete()
    report = integration.save_all(
        [
            integration.api.Activity(integration, external_thread_id="I", author={"name": "Ann"}, title=str(number))
            for number in range(3)
        ]
    )
    assert report.counts() == {"created": 3}
    found = session.search(session.api.Message, flow="acme/main", event="activity")
    assert {message.title for message in found} == {"x", "0", "1", "2"}
