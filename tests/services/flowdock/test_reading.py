"""Reading: flows by address and id, messages to the end and in order, the two patterns of lists, relations."""

import pytest

from workfront_orm.core.errors import IncompleteRead, NotFoundError, NotSupportedError, UnknownNameError
from workfront_orm.sandbox import Sandbox


@pytest.fixture(scope="module")
def demo():
    with Sandbox(service="flowdock", data="demo") as sandbox, sandbox.session() as session:
        yield session, sandbox


@pytest.fixture
def talk(flow):
    """Messages 1 to 7 of the flow main: three with a word, of these some with tags, and others."""
    sent = {
        "1": flow.send("1. a keyword"),
        "2": flow.send("2. keywords", tags=["A"]),
        "3": flow.send("3. more keywords", tags=["A", "B"]),
        "4": flow.send("4. nothing"),
    }
    return {message.number: name for name, message in sent.items()}


def names(talk, found):
    return "".join(talk.get(message.number, "?") for message in found)


# --- one object ---------------------------------------------------------------------------


def test_a_flow_goes_by_address_and_by_id(session, sandbox):
    cls = session.api.Flow
    flow = session.load(cls, "acme/main")
    assert session.load(cls, ("acme", "main")) is flow
    assert session.load(cls, flow.id) is flow
    assert session.load(cls, ["acme/main", flow.id]) == [flow, flow]
    # Both at the same time.
    assert {entry.path for entry in sandbox.requests[-2:]} == {"/flows/acme/main", "/flows/find"}
    with pytest.raises(NotFoundError):
        session.load(cls, "acme/nowhere")


def test_a_message_is_loaded_within_its_flow(session, flow, sandbox):
    number = flow.send("here").number
    cls = session.api.Message
    message = session.load(cls, (flow, number))
    assert message.id == (flow.id, number)
    assert session.load(cls, ("acme/main", number)) is message
    assert session.load(cls, [(flow.id, number)]) == [message]
    sandbox.requests.clear()
    with pytest.raises(ValueError, match="pair of flow and id"):
        session.load(cls, number)
    assert not sandbox.requests
    with pytest.raises(NotFoundError, match="not found"):
        session.load(cls, (flow, 999_999))


def test_numbers_of_different_flows_are_different_messages(session, flow):
    other = session.api.Flow(session, org="acme", name="Other")
    other.save()
    first, second = flow.send("in main"), other.send("in other")
    assert first.number == second.number == 1
    assert first is not second
    assert session.load(session.api.Message, [(flow, 1), (other, 1)]) == [first, second]
    assert (first.flow, second.flow) == (flow, other)


def test_users_go_by_number_text_and_nick(session, sandbox):
    cls = session.api.User
    ray = session.load(cls, 2)
    assert session.load(cls, "2") is session.load(cls, "Ray_") is ray
    assert session.named_query(cls, "me") == [ray]
    assert session.user_id == ray.id
    assert session.load(cls, ["Hubot", 2]) == [session.load(cls, 42), ray]
    with pytest.raises(NotFoundError):
        session.load(cls, "Nobody")


def test_the_user_of_the_session_is_told_by_a_header(connect, sandbox):
    session = connect()
    sandbox.requests.clear()
    assert session.user_id == 2
    assert session.user_id == 2
    assert [entry.path for entry in sandbox.requests] == ["/user"]
    again = connect()
    again.search(again.api.Organization)
    sandbox.requests.clear()
    assert again.user_id == 2
    assert not sandbox.requests


def test_a_conversation_begins_when_it_is_asked_for(session):
    cls = session.api.PrivateConversation
    assert session.search(cls) == []
    talk = session.load(cls, 42)
    assert (talk.open, session.search(cls)) == (False, [talk])
    assert talk.recipient.nick == "Hubot"
    assert {user.nick for user in talk.users} == {"Ray_", "Hubot"}


def test_siblings_do_not_begin_conversations_of_all_users(demo):
    session, sandbox = demo
    before = {talk.id for talk in session.search(session.api.PrivateConversation)}
    users = session.search(session.api.User)
    asked = next(user for user in users if user.id not in before and user.id != session.user_id)
    sandbox.requests.clear()
    assert asked.conversation.recipient is asked
    after = {talk.id for talk in session.search(session.api.PrivateConversation)}
    assert after == before | {asked.id}


# --- messages to the end --------------------------------------------------------------------


def test_a_search_reads_all_messages_in_order(demo):
    session, sandbox = demo
    flow = session.load(session.api.Flow, "acme/main")
    sandbox.requests.clear()
    found = session.search(session.api.Message, flow=flow)
    numbers = [message.number for message in found]
    assert numbers == sorted(set(numbers))
    assert len(numbers) > 200
    pages = [entry for entry in sandbox.requests if entry.path.endswith("/messages")]
    assert len(pages) == len(numbers) // 100 + 1
    assert [message.number for message in flow.messages] == numbers
    assert session.query(session.api.Message).where(session.api.Message.flow_id == flow).count() == len(numbers)


def test_newest_first(demo):
    session, _sandbox = demo
    cls = session.api.Message
    query = session.query(cls).where(cls.flow_id == "acme/main")
    ascending = [message.number for message in query]
    newest = query.order_by(cls.number.desc())
    assert [message.number for message in newest] == ascending[::-1]
    assert [message.number for message in newest.limit(150)] == ascending[:-151:-1]
    assert newest.first().number == ascending[-1]
    assert [message.number for message in query.order_by(cls.number.asc()).limit(3)] == ascending[:3]


def test_threads_follow_their_links(demo):
    session, sandbox = demo
    flow = session.load(session.api.Flow, "acme/main")
    sandbox.requests.clear()
    threads = session.search(session.api.Thread, flow=flow)
    assert len({thread.id for thread in threads}) == len(threads) > 100
    moments = [thread.created_at for thread in threads]
    assert moments == sorted(moments, reverse=True)
    assert len(sandbox.requests) == len(threads) // 100 + 1
    assert [thread.id for thread in flow.threads] == [thread.id for thread in threads]
    cls = session.api.Thread
    middle = moments[len(moments) // 2]
    query = session.query(cls).where(cls.flow_id == flow, cls.created_at > middle)
    assert query.all() == [thread for thread in threads if thread.created_at > middle]
    assert (
        session.search(cls, flow=flow, until=middle, limit=5) == [one for one in threads if one.created_at < middle][:5]
    )


def test_threads_have_messages(session, flow):
    first = flow.send("question")
    second = first.thread.send("answer")
    assert second.thread is first.thread
    assert list(first.thread.messages) == [first, second]
    assert session.search(session.api.Message, flow=flow, thread=first.thread) == [first, second]
    assert session.load(session.api.Thread, first.thread.id) is first.thread
    with pytest.raises(NotFoundError):
        session.load(session.api.Thread, (flow, "nothing"))


# --- the rules hidden behind the API ----------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"search": "keyword"}, "1"),
        ({"tags": ["A", "B"]}, "3"),
        ({"tags": ["A", "B"], "tag_mode": "or"}, "23"),
        ({"search": "keyword", "tags": ["A", "B"], "tag_mode": "or"}, "123"),
        ({"search": "keyword", "tags": "A,B", "tag_mode": "or", "skip": 1}, "12"),
        ({"search": "keyword", "tags": ["A", "B"], "tag_mode": "or", "limit": 1}, "3"),
        ({"search": "keyword", "tags": ["A", "B"], "tag_mode": "or", "skip": 1, "limit": 1}, "2"),
        ({"limit": 2}, "34"),
        ({"limit": 2, "sort": "asc"}, "12"),
        ({"since_id": 1, "until_id": 4}, "23"),
        ({"since_id": 1, "limit": 1, "sort": "asc"}, "2"),
        ({"event": "file"}, ""),
        ({"event": ["message", "file"], "limit": 1}, "4"),
    ],
)
def test_lists_follow_the_two_patterns(session, flow, talk, parameters, expected):
    assert names(talk, session.search(session.api.Message, flow=flow, **parameters)) == expected


def test_words_and_tags_are_read_to_the_end(demo):
    session, _sandbox = demo
    cls = session.api.Message
    everything = session.search(cls, flow="acme/main")
    with_links = [message for message in everything if ":url" in message.tags]
    assert len(with_links) > 10
    assert session.search(cls, flow="acme/main", tags=[":url"]) == with_links
    with_small_pages = session.query(cls).where(cls.flow_id == "acme/main", cls.tags == ":url")
    assert with_small_pages.all() == with_links[::-1]


def test_rows_that_shift_are_noticed(connect, sandbox, flow):
    for number in range(8):
        flow.send(f"number {number}", tags=["x"])
    reader = connect(page_size=3)
    cls = reader.api.Message
    found = iter(reader.query(cls).where(cls.flow_id == "acme/main", cls.tags == "x"))
    first = [next(found), next(found), next(found)]
    flow.send("one more", tags=["x"])
    with pytest.raises(IncompleteRead, match="shifted") as caught:
        list(found)
    query = reader.query(cls).where(cls.flow_id == "acme/main", cls.tags == "x")
    rest = list(query.resume(caught.value.token))
    assert {message.number for message in [*first, *rest]} == set(range(1, 10))


def test_conditions_become_parameters(session, flow, sandbox):
    cls = session.api.Message
    query = session.query(cls)
    for condition, expected in {
        (cls.number > 5): {"since_id": "5"},
        (cls.number >= 5): {"since_id": "4"},
        (cls.number < 5): {"until_id": "5", "since_id": "0"},
        cls.number.between(3, 6): {"since_id": "2", "until_id": "7"},
        (cls.event == "file"): {"event": "file"},
        cls.event.in_(["file", "status"]): {"event": "file,status"},
        (cls.tags == "A"): {"tags": "A"},
        cls.tags.all_of(["A", "B"]): {"tags": "A,B"},
        cls.tags.in_(["A", "B"]): {"tags": "A,B", "tag_mode": "or"},
    }.items():
        sandbox.requests.clear()
        query.where(cls.flow_id == flow, condition).all()
        (entry,) = sandbox.requests
        assert expected.items() <= dict(entry.params).items(), condition


def test_what_the_server_cannot_filter_is_refused(session, flow, talk, sandbox):
    cls = session.api.Message
    query = session.query(cls).where(cls.flow_id == flow)
    sandbox.requests.clear()
    for condition in (
        cls.content == "4. nothing",
        cls.user_id == 2,
        cls.number.in_([1, 2]),
        cls.event != "file",
        (cls.number > 1) & (cls.tags == "A"),
        (cls.event == "file") | (cls.number > 2),
    ):
        with pytest.raises(NotSupportedError):
            query.where(condition).all()
    assert not sandbox.requests
    assert names(talk, query.where(cls.content.startswith("4.")).filter_locally()) == "4"
    both = query.where(cls.number > 2, cls.tags == "A").filter_locally()
    assert names(talk, both) == "3"
    assert names(talk, query.where(cls.user_id == "2").filter_locally()) == "1234"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"search": "x", "since_id": 3}, "no effect"),
        ({"tags": ["A"], "until_id": 3}, "no effect"),
        ({"skip": 1, "since_id": 3}, "no effect"),
        ({"search": "x", "sort": "asc"}, "no effect"),
        ({"tag_mode": "or"}, "no tags"),
        ({"tags": ["A"], "tag_mode": "xor"}, "one of 'and', 'or'"),
        ({"limit": 0}, "at least 1"),
        ({"limit": True}, "at least 1"),
        ({"since_id": "3"}, "whole number"),
        ({"search": " "}, "takes words"),
        ({"event": []}, "not blank"),
        ({"sort": "up"}, "one of"),
        ({"flow_id": "acme/main"}, "given twice"),
    ],
)
def test_parameters_are_checked_before_anything_is_sent(session, flow, sandbox, parameters, message):
    with pytest.raises(ValueError, match=message):
        session.search(session.api.Message, flow=flow, **parameters)
    assert not sandbox.requests


def test_a_list_needs_its_place(session, sandbox):
    for cls in (session.api.Message, session.api.Thread, session.api.Source, session.api.Invitation):
        with pytest.raises(NotSupportedError, match="flow by flow"):
            session.search(cls)
    with pytest.raises(NotSupportedError, match="conversation by conversation"):
        session.search(session.api.PrivateMessage)
    with pytest.raises(UnknownNameError, match="until_id"):
        session.search(session.api.Message, flow="acme/main", until_ids=3)
    with pytest.raises(NotSupportedError, match="filter_locally"):
        session.search(session.api.User, nick="Ray_")
    with pytest.raises(ValueError, match="org/flow"):
        session.search(session.api.Message, flow="acme/main/x")
    assert not sandbox.requests
    cls = session.api.User
    assert session.query(cls).where(cls.nick == "Ray_").filter_locally().one().id == 2


def test_orders_that_there_are_not(session, flow, sandbox):
    cls = session.api.Message
    query = session.query(cls).where(cls.flow_id == flow)
    for wrong in (
        query.order_by(cls.content),
        query.order_by(cls.number.desc(), cls.sent),
        query.where(cls.tags == "A").order_by(cls.number.asc()),
        query.offset(2),
        session.query(session.api.User).order_by(session.api.User.nick),
        session.query(session.api.Thread).where(session.api.Thread.flow_id == flow).offset(3),
    ):
        with pytest.raises(NotSupportedError):
            wrong.all()
    assert not sandbox.requests


# --- relations ----------------------------------------------------------------------------------


def test_relations_of_messages_cost_one_request(demo):
    session, sandbox = demo
    with sandbox.session() as fresh:
        found = fresh.search(fresh.api.Message, flow="acme/main", limit=100)
        sandbox.requests.clear()
        authors = {message.user.nick for message in found if message.user is not None}
        assert len(authors) > 3
        assert all(message.thread is not None for message in found)
        assert {message.flow.parameterized_name for message in found} == {"main"}
        assert [entry.path for entry in sandbox.requests] == ["/users", "/flows/find"]
    assert any(message.user is None for message in session.search(session.api.Message, flow="acme/main"))


def test_members_of_flows_and_organizations(session, flow):
    acme = flow.organization
    assert acme is session.load(session.api.Organization, "acme")
    assert {user.nick for user in flow.users} == {user.nick for user in acme.users} == {"Ray_", "Hubot"}
    assert acme.flows == (flow,)
    assert session.search(session.api.User, organization=acme) == list(acme.users)
    (source,) = flow.sources
    assert (source.flow, source.creator.id) == (flow, 2)


def test_what_is_not_loaded_says_so(session, connect):
    strict = connect(lazy="raise")
    flow = strict.load(strict.api.Flow, "acme/main")
    with pytest.raises(Exception, match="lazy load"):
        _ = flow.messages
    assert flow.organization.name == "Acme"


def test_keys_that_are_none(session, flow, sandbox):
    user = session.load(session.api.User, 2)
    sandbox.requests.clear()
    for wrong in (user, None, 1.5):
        with pytest.raises(TypeError, match="ids"):
            session.load(session.api.User, wrong)
    for wrong in ((None, 1), ("a", "b", 3), "acme/main"):
        with pytest.raises(ValueError, match="pair of flow and id"):
            session.load(session.api.Message, wrong)
    for wrong in ("a/b/c", "../acme/main"):
        with pytest.raises(ValueError, match="org/flow"):
            session.load(session.api.Flow, wrong)
    assert not sandbox.requests


def test_windows_read_what_the_query_reads(demo):
    session, _sandbox = demo
    cls = session.api.Message
    query = session.query(cls).where(cls.flow_id == "acme/main")
    windows = query.partitions(3)
    assert windows
    found = [message.number for window in windows for message in window.read(session)]
    assert sorted(found) == [message.number for message in query]
    assert len(found) == len(set(found))


def test_descriptions_do_not_speak_of_codes(api):
    assert "code" not in api.Message.__doc__
