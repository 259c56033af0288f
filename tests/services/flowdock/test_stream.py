"""The event stream: each event once, in order, across broken connections; closed from any thread."""

import threading

import pytest

from workfront_orm.core.errors import AccessDeniedError, APIError, AuthenticationError, NotFoundError
from workfront_orm.services.flowdock.stream import read_events

WAIT = 10


def taken(stream, count):
    return [next(stream) for _ in range(count)]


def later(action):
    """Do something while the test waits for an event."""
    timer = threading.Timer(0.2, action)
    timer.start()
    return timer


@pytest.fixture
def stream(session, flow):
    with session.stream(flow, sleep=lambda seconds: None) as stream:
        yield stream


def test_what_happens_comes_as_objects(session, flow, stream):
    timer = later(lambda: flow.send("later"))
    (event,) = taken(stream, 1)
    timer.join()
    assert (type(event), event.content, event.flow) == (session.api.Message, "later", flow)
    sent = flow.send("again")
    assert next(stream) is sent, "one id, one object"


def test_nothing_between_making_and_reading_is_lost(flow, stream):
    for number in range(150):
        flow.send(str(number))
    assert [event.content for event in taken(stream, 150)] == [str(number) for number in range(150)]


def test_edits_and_tags_are_events(flow, stream):
    sent = flow.send("typo")
    sent.content = "right"
    sent.save()
    sent.tags = ["x"]
    sent.save()
    first, edit, tags = taken(stream, 3)
    assert first is sent
    assert (edit.event, edit.content) == ("message-edit", {"message": sent.number, "updated_content": "right"})
    assert (tags.event, tags.content) == ("tag-change", {"message": sent.number, "add": ["x"], "remove": []})


def test_somebody_typing_has_no_number(flow, stream, session):
    timer = later(lambda: session.post("/flows/acme/main/messages", {"event": "activity.user"}))
    event = next(stream)
    timer.join()
    assert (event.event, event.id, event.user.nick) == ("activity.user", None, "Ray_")


def test_a_broken_connection_loses_and_doubles_nothing(session, flow, stream, sandbox):
    got = []
    for turn in range(5):
        flow.send(f"before {turn}")
        got += taken(stream, 1)
        stream._stream.close()
        sandbox.faults = [{"kind": "reset_before", "path": "/stream/*", "count": turn % 3}] if turn % 3 else None
        for number in range(3):
            flow.send(f"meanwhile {turn} {number}")
        got += taken(stream, 3)
    numbers = [event.number for event in got]
    assert numbers == sorted(numbers)
    assert [event.content for event in got] == [
        message.content for message in session.search(session.api.Message, flow=flow)
    ]
    connections = [entry.fault for entry in sandbox.requests if entry.path.startswith("/stream")]
    assert connections.count(None) == 6
    assert connections.count("reset_before") == 4


def test_refused_connections_are_tried_again_a_bounded_number_of_times(session, flow, sandbox):
    waits = []
    stream = session.stream(flow, attempts=4, longest_wait=1.0, sleep=waits.append)
    sandbox.faults = [{"kind": "reset_before", "path": "/stream/*"}]
    try:
        with pytest.raises(APIError):
            next(stream)
    finally:
        sandbox.faults = None
    assert len(waits) == 3
    assert all(0 <= wait <= 1.0 for wait in waits)


def test_closing_ends_the_waiting(session, flow):
    for options in ({}, {"silence": 5.0}):
        stream = session.stream(flow, **options)
        ended = []
        reader = threading.Thread(target=lambda stream=stream, ended=ended: ended.append(list(stream)))
        reader.start()
        timer = later(stream.close)
        reader.join(WAIT)
        timer.join()
        assert ended == [[]]
        assert next(stream, None) is None
    closed = session.stream(flow)
    closed.close()
    assert list(closed) == []


def test_private_messages_and_flows_together(session, hubot, flow):
    talk = session.load(session.api.PrivateConversation, 42)
    with session.stream(flow, private=True) as stream:
        said = talk.send("psst")
        flow.send("loud")
        back = hubot.load(hubot.api.PrivateConversation, 2).send("yes?")
        events = taken(stream, 3)
        assert {(type(event).__name__, event.content) for event in events} == {
            ("PrivateMessage", "psst"),
            ("Message", "loud"),
            ("PrivateMessage", "yes?"),
        }
        assert said in events
        assert {event.id for event in events} >= {(42, said.number), (42, back.number)}


def test_all_flows_that_the_user_has_joined(session, flow):
    other = session.api.Flow(session, org="acme", name="Other")
    other.save()
    with session.stream() as stream:
        flow.send("main")
        other.send("other")
        assert {event.flow.name for event in taken(stream, 2)} == {"Main", "Other"}
        assert "acme/other" in repr(stream)


def test_what_may_not_be_listened_to(session, connect):
    with pytest.raises(NotFoundError):
        session.stream("acme/nowhere")
    with pytest.raises(AuthenticationError):
        connect(api_token="0" * 32).stream("acme/main")
    for options in ({"active": "yes"}, {"attempts": 0}, {"silence": 0}, {"longest_wait": -1}):
        with pytest.raises(ValueError, match="take"):
            session.stream("acme/main", **options)


def test_a_user_who_is_shut_out_hears_so(session, hubot, flow):
    stream = hubot.stream("acme/main", sleep=lambda seconds: None)
    flow.block_user(42)
    with pytest.raises(AccessDeniedError):
        next(stream)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_events_are_read_wherever_pieces_are_cut(end):
    text = end.join([":", "", "id: 7", 'data: {"a": "ä"}', "", "data: 1", "data: 2", "event: x", "", "data: cut off"])
    whole = text.encode()
    expected = [("", None), ('{"a": "ä"}', "7"), ("1\n2", "7")]
    assert list(read_events([whole])) == expected
    assert list(read_events(bytes([byte]) for byte in whole)) == expected
