"""The table of docs/flowdock.md: each line runs, beside the call of flowdock-api-wrapper 1.1 that it stands for.

The original runs in an environment of its own, against the same sandbox; both answer the same, and leave the
same messages.
"""

import ast
import re
import threading
from pathlib import Path

import pytest

from workfront_orm.core.objects import Object
from workfront_orm.services.flowdock import Author, LabelValue, Status, ThreadState
from workfront_orm.services.flowdock.values import wire_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "flowdock.md"
TABLE = {
    name: (original, here)
    for name, original, here in re.findall(
        r"^\| ([\w .]+) \| `([^|]+?)` \| `([^|]+?)` \|$",
        PAGE.read_text().partition("## Coming from")[2],
        re.MULTILINE,
    )
}

pytestmark = pytest.mark.peer


@pytest.fixture(scope="session")
def wrapper(peers):
    """The process in which the original runs, as a function."""
    environment = peers.environment("flowdock-api-wrapper==1.1")
    with environment.process(Path(__file__).with_name("wrapper_client.py")) as ask:
        yield ask


@pytest.fixture
def original(wrapper, sandbox):
    """Evaluate an expression with the original."""

    def run(expression, *, forget=True, token=None, **names):
        return wrapper(
            expression=expression,
            names=names,
            url=sandbox.url,
            stream_url=f"{sandbox.stream_url}",
            token=token or sandbox.token,
            flow_token=sandbox.flow_token,
            forget=forget,
        )

    return run


@pytest.fixture
def world(connect, sandbox, tmp_path):
    """Make the same world anew: what the expressions of both sides name."""
    path = tmp_path / "report.txt"
    path.write_text("what it holds")

    def make():
        sandbox.reset()
        session = connect(api_token=sandbox.token, flow_token=sandbox.flow_token)
        flow = session.load(session.api.Flow, "acme/main")
        message = flow.send("a keyword", tags=["A"])
        flow.send("something else")
        private = session.load(session.api.PrivateConversation, 42)
        secret = private.send("secret")
        names = {
            "path": str(path),
            "number": message.number,
            "thread_id": message.thread_id,
            "file": flow.upload(path).content.path,
            "private_file": private.upload(path).content.path,
        }
        ours = {
            "session": session,
            "flow": flow,
            "message": message,
            "private": private,
            "secret": secret,
            "Author": Author,
            "LabelValue": LabelValue,
            "Status": Status,
            "ThreadState": ThreadState,
            **{name: session.api[name] for name in session.api._names()},
            **names,
        }
        return session, names, ours

    return make


def left(session):
    """What is in the flow and the conversation."""
    rows = [
        *session.get("/flows/acme/main/messages", {"limit": 100, "event": "message,file,activity,discussion,comment"}),
        *session.get("/private/42/messages", {"limit": 100}),
    ]
    return [(normal(row), list(row["tags"]), row["event"], row.get("author")) for row in rows]


def normal(value):
    """What both sides answer, in the same form."""
    if isinstance(value, Object):
        value = value._row
    elif hasattr(value, "__attrs_attrs__"):
        value = wire_of(value)
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, list):
        return [normal(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "event" in value:
        content = value["content"]
        return content.get("file_name", content) if isinstance(content, dict) else content or value.get("title", "")
    if "activities" in value:
        return value["id"] and value["internal_comments"]
    return {name: normal(inner) for name, inner in value.items() if inner is not None}


def here(code, names):
    *statements, last = ast.parse(code).body
    exec(compile(ast.Module(statements, []), str(PAGE), "exec"), names)
    return eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names)


@pytest.mark.parametrize("call", [name for name in TABLE if name != "events"])
def test_both_answer_the_same_and_leave_the_same(call, original, world):
    theirs, mine = TABLE[call]
    session, names, _ours = world()
    told = original(theirs, **names)
    assert "error" not in told, told
    there = left(session)
    session, _names, ours = world()
    result = here(mine, ours)
    assert normal(result) == normal(told["result"])
    assert left(session) == there


@pytest.mark.parametrize("side", ["original", "here"])
def test_both_hear_what_happens(side, original, world):
    session, names, ours = world()
    theirs, mine = TABLE["events"]
    flow = ours["flow"]
    heard = threading.Event()

    def talk():
        while not heard.wait(0.1):
            flow.send("something")

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        found = original(theirs, **names)["result"] if side == "original" else here(mine, ours)
    finally:
        heard.set()
        talker.join()
    assert normal(found) == "something"
    assert session is flow.session


def test_every_function_has_its_row():
    assert len(TABLE) == 32
    named = {name.split()[0] for name in TABLE} | set(TABLE)
    assert {
        "connect",
        "get_uid",
        "send",
        "show",
        "edit",
        "delete",
        "upload",
        "download",
        "list",
        "threads",
        "events",
    } <= named
    assert {"present", "thread", "private", "constructors.author", "constructors.status"} <= named


# --- what the original breaks -------------------------------------------------------------------


def test_its_errors_are_assertions(original):
    told = original("flow.show(999)")
    assert (told["error"], told["text"]) == ("AssertionError", """(404, b'{"message":"not found"}')""")


def test_a_cache_that_failed_once_fails_for_good(original):
    assert original("client.get_uid(name='Hubot')", token="0" * 32)["error"] == "AssertionError"
    assert original("client.get_uid(name='Hubot')", forget=False)["error"] == "KeyError"


def test_its_objects_show_the_token(original, sandbox):
    assert sandbox.token in original("repr(flow)")["result"]


def test_its_lists_stop_at_thirty(original, world, session):
    _session, _names, ours = world()
    for number in range(40):
        ours["flow"].send(str(number))
    assert len(original("flow.list()")["result"]) == 30
    assert len(session.search(session.api.Message, flow="acme/main")) == 43


def test_an_edit_of_nothing_is_sent(original, world, sandbox):
    _session, names, ours = world()
    sandbox.requests.clear()
    assert original("flow.edit(number)", **names) == {"result": None}
    assert [(entry.method, entry.json) for entry in sandbox.requests] == [("PUT", {})]
    sandbox.requests.clear()
    assert not ours["message"].save()
    assert not sandbox.requests
