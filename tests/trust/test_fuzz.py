"""What comes from outside, at random: envelopes, values, conditions, events and calls. What was found stays as an example.

Metadata files have theirs in test_hostile_metadata.py, the sandbox of Workfront in tests/sandbox/test_workfront_fuzz.py.
"""

import asyncio
import itertools
import json
import warnings
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workfront_orm import Session
from workfront_orm.core.errors import APIError
from workfront_orm.core.exchange import Position, Request, Response, Select
from workfront_orm.core.fields import Field
from workfront_orm.core.reflection import api_version
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.service import find_service
from workfront_orm.services import bitrix24, blizwork, cloudbees_cd, flowdock
from workfront_orm.services.blizwork.webhooks import WebhookApp, verify
from workfront_orm.services.flowdock.stream import read_events

SYSTEMS = {"workfront": "v22.0", "bitrix24": "rest-2026-08", "cloudbees_cd": "v1.0", "blizwork": None, "flowdock": None}
CORPUS = sorted((Path(__file__).parents[1] / "corpus").iterdir())

texts = st.text(max_size=12) | st.sampled_from(
    ["", "0", "-1", "NaN", "1e999", "9" * 5000, "$$TODAY", "{", "null", "2026-02-30", "\ud800", "\0"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
words = st.sampled_from(
    ["data", "error", "error_description", "message", "code", "result", "result_error", "total", "next", "time", "resultCode", "resultMessage", "object", "objectId", "errors", "class", "msgKey"]
)  # fmt: skip
envelopes = st.dictionaries(words, anything | st.dictionaries(words, anything, max_size=3), max_size=4) | anything


def read(system, status, body, headers):
    request = Request(operation="fuzz", method="GET", path="/x")
    try:
        find_service(system).read_answer(Response(status=status, headers=headers, body=body, request=request))
    except APIError as error:
        assert str(error)  # noqa: PT017 - an answer or an error of the tree, and nothing else
        assert repr(error)  # noqa: PT017


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=150)
@given(envelope=envelopes, status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 503]))
@example(envelope={"error": []}, status=400)
@example(envelope={"error": {"code": [], "message": {}}}, status=200)
@example(envelope={"error": 5, "error_description": None}, status=200)
@example(envelope={"resultCode": [], "resultMessage": 1}, status=200)
def test_any_envelope_is_an_answer_or_an_error_of_the_tree(system, envelope, status):
    read(system, status, json.dumps(envelope).encode("utf-8", "surrogatepass"), {"Location": "x"})


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=80)
@given(body=st.binary(max_size=60), status=st.sampled_from([200, 302, 404, 502]))
def test_any_bytes_are_an_answer_or_an_error_of_the_tree(system, body, status):
    read(system, status, body, {})


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_was_found_before(system, path):
    for status in (200, 400, 502):
        read(system, status, path.read_bytes(), {"Content-Type": "text/html"})


# --- values -------------------------------------------------------------------------------------------


def classes(system):
    service = find_service(system)
    from workfront_orm.core import metadata

    api = api_version(system, SYSTEMS[system] or metadata.versions(system)[-1])
    found = [getattr(api, name) for name in dir(api) if name[0].isupper()]
    if system == "workfront":
        # Of its many, those that people use.
        found = [api.by_code[code] for code in ("TASK", "PROJ", "OPTASK", "USER", "HOUR", "DOCU", "NOTE", "CTGY")]
    assert len(found) > 5
    return service, found


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=40)
@given(value=anything)
@example(value={})
@example(value=[None])
@example(value=[{}])
@example(value=10**19)  # found by fuzz/, where hypothesis had not
def test_any_value_of_a_row_reads_as_a_value(system, value):
    """What a field does not hold comes back as it is, with a warning, and never breaks the program, then or later."""
    _service, found = classes(system)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = set()
        for cls in found:
            for field in [cls._members[name] for name in cls.field_names]:
                kind = (field.spec.type, field._codec.name)
                if not isinstance(field, Field) or kind in seen:
                    continue
                seen.add(kind)
                row = {field.workfront_name: value}
                obj = cls._wrap(dict(row), _state())
                obj[field.workfront_name]
                assert obj.dirty == {}
                assert set(obj.fields) == set(row)
                dict(obj.fields)
                # The same row comes again, as when a query is read twice; then another one.
                obj._merge(row)
                obj._merge({field.workfront_name: None})
                assert obj[field.workfront_name] is None
                assert obj.dirty == {}
                repr(obj)


def _state():
    from workfront_orm.core.tracking import State

    return State(None)


# --- conditions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["workfront", "bitrix24", "cloudbees_cd"])
@settings(max_examples=60)
@given(data=st.data())
def test_any_condition_is_planned_or_refused(system, data):
    service, found = classes(system)
    cls = data.draw(st.sampled_from(found))
    names = sorted(cls.field_names)
    operators = [
        "__eq__",
        "__ne__",
        "__lt__",
        "__ge__",
        "in_",
        "not_in",
        "contains",
        "icontains",
        "startswith",
        "like",
        "between",
        "is_null",
    ]

    def leaf():
        field = getattr(cls, data.draw(st.sampled_from(names))) if names else None
        operator = data.draw(st.sampled_from(operators))
        value = data.draw(scalars)
        arguments = (
            []
            if operator == "is_null"
            else [value, value]
            if operator == "between"
            else [[value]]
            if operator.endswith("in") or operator == "in_"
            else [value]
        )
        return getattr(field, operator)(*arguments)

    if not names:
        return
    try:
        condition = leaf()
        for _ in range(data.draw(st.integers(0, 3))):
            condition = {"&": lambda a, b: a & b, "|": lambda a, b: a | b}[data.draw(st.sampled_from("&|"))](
                condition, leaf()
            )
        if data.draw(st.booleans()):
            condition = ~condition
        for select in service.split(Select(type=cls, where=(condition,))).selects:
            request = service.plan_page(select, Position(), 10)
            assert request.operation
    except (TypeError, ValueError, AttributeError, APIError) as error:
        assert str(error)  # noqa: PT017 - refused in words, before anything is sent


# --- events and calls -----------------------------------------------------------------------------------------


@given(
    stream=st.lists(
        st.binary(max_size=12) | st.sampled_from([b"data: {}\n\n", b"data:", b"id: 1\r", b"\n", b"\r\n\r\n"]),
        max_size=12,
    )
)
def test_any_stream_of_events_is_read_to_its_end(stream):
    found = list(read_events(stream))
    assert all(isinstance(data, str) for data, _number in found)
    # Wherever pieces are cut, the events are the same.
    assert list(read_events(bytes([byte]) for byte in b"".join(stream))) == found


class Nobody:
    """A session that may not be asked."""

    def execute(self, request):
        raise APIError("nobody is asked", 500)


calls = st.dictionaries(
    st.sampled_from(["environment", "processId", "processVersion", "caseNumber", "handshakeToken", "fields"]),
    anything,
    max_size=6,
)


@given(call=calls | anything)
@example(call={"environment": []})
@example(call={"environment": "test", "processId": "p", "caseNumber": 1, "handshakeToken": "0" * 24})
def test_any_call_of_a_web_hook_is_refused_in_words(call):
    with pytest.raises(APIError):
        verify(Nobody(), json.dumps(call).encode("utf-8", "surrogatepass"), "https://x.example/")


@settings(max_examples=60)
@given(
    body=st.binary(max_size=40)
    | calls.map(lambda call: json.dumps(call).encode("utf-8", "surrogatepass"))
    | st.just(b"[" * 100_000)
)
def test_any_body_to_a_web_hook_gets_a_status(body):
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    app = WebhookApp(Nobody(), lambda call: None, "https://x.example/")
    asyncio.run(app({"type": "http", "method": "POST", "headers": []}, receive, send))
    assert sent[0]["status"] in {400, 401, 503}


# --- a whole read -------------------------------------------------------------------------------------------

row_maps = st.dictionaries(
    st.sampled_from(["ID", "id", "objCode", "name", "project", "projectId", "processSlug", "caseNumber", "event", "a"]),
    anything,
    max_size=4,
)
several = st.lists(row_maps | anything, max_size=3)
keys = ["data", "result", "payload", "resultCode", "status", "total", "next", "project", "object", "items", "error"]
answers = several | st.dictionaries(
    st.sampled_from(keys),
    several | anything | st.integers(0, 3) | st.dictionaries(st.just("items"), several),
    max_size=3,
)
ONCE = Retrying(attempts=1)
USERS = itertools.count()  # who see classes of their own
LOCAL = "http://127.0.0.1:1"
READS = {
    "workfront": (
        lambda: Session("a", "k" * 12, url_template=f"{LOCAL}/attask/{{api}}", api_version="v22.0", retrying=ONCE),
        lambda session: session.search(session.api.Task, **{"$$LIMIT": 5}),
    ),
    "bitrix24": (
        lambda: bitrix24.Session(
            f"{LOCAL}/rest/1/hookhookhook/", reflect=False, retrying=ONCE, requests_per_second=None
        ),
        lambda session: session.query(session.api.Deal).limit(5).all(),
    ),
    "cloudbees_cd": (
        lambda: cloudbees_cd.Session(LOCAL, session_id="s" * 12, retrying=ONCE),
        lambda session: session.query(session.api.Project).limit(5).all(),
    ),
    "blizwork": (
        lambda: blizwork.Session("t" * 12, f"{next(USERS)}@b", environment="draft", url=LOCAL, retrying=ONCE),
        lambda session: session.search(session.table("T", key="name", columns=["name"])),
    ),
    "flowdock": (
        lambda: flowdock.Session("t" * 12, url=LOCAL, retrying=ONCE),
        lambda session: session.query(session.api.Organization).all(),
    ),
}


@pytest.mark.parametrize("system", READS)
@settings(max_examples=100, derandomize=True)
@given(answer=answers)
@example(answer={"data": [{}, {"ID": []}]})
@example(answer={"payload": 1})
def test_any_answer_is_objects_or_an_error_of_the_tree(system, answer):
    """From the bytes to the objects, as a program meets them, and to what it then looks at."""
    connect, ask = READS[system]
    body = json.dumps(answer).encode("utf-8", "surrogatepass")
    with connect() as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session._transport.send = lambda request, *_, **__: Response(status=200, headers={}, body=body, request=request)
        try:
            found = ask(session)
        except APIError as error:
            assert str(error)  # noqa: PT017 - either will do
            return
        for one in found:
            repr(one)
            assert one.dirty == {}
