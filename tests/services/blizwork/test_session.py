"""The session: options, the token that nothing shows, errors, low-level calls."""

import io
import logging
import pickle
import traceback

import pytest
import responses

from workfront_orm.core.exchange import Response
from workfront_orm.core.retrying import Retrying
from workfront_orm.services.blizwork import Session, service
from workfront_orm.services.blizwork.errors import (
    AccessDeniedError,
    AuthenticationError,
    BlizWorkAPIError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    ServerError,
    ThrottledError,
)
from workfront_orm.services.blizwork.wire import plan

TOKEN = "abcdef1234567890abcdef1234567890ab"
URL = "https://bliz.example"


@pytest.fixture
def canned():
    with responses.RequestsMock() as mock:
        yield mock


def make(**options):
    return Session(
        **{"token": TOKEN, "user_id": "u@x.com", "environment": "production", "url": URL, "company_id": "c", **options}
    )


def test_options_are_checked():
    with pytest.raises(TypeError, match="environment"):
        Session(TOKEN, "u@x.com")
    for wrong in (
        {"environment": "prod"},
        {"token": "short"},
        {"token": None},
        {"user_id": ""},
        {"url": "http://bliz.example"},
        {"url": "ftp://bliz.example"},
        {"url": f"https://user:{TOKEN}@bliz.example"},
        {"values": "x"},
    ):
        with pytest.raises(ValueError, match=r"takes|url") as caught:
            make(**wrong)
        assert TOKEN not in str(caught.value)
    assert make().url == URL
    assert make(environment="draft").environment == "draft"


def test_the_environment_comes_from_nowhere_else(monkeypatch, canned):
    monkeypatch.setenv("NODE_ENV", "production")
    canned.post(f"{URL}/master-data/{TOKEN}", json={"resultCode": 0, "payload": []})
    with make(environment="draft") as session:
        session.request("/master-data", {"table": "T", "filter": {}})
    body = canned.calls[0].request.body
    assert b'"environment": "draft"' in body
    assert b'"userId": "u@x.com"' in body


def test_the_token_is_shown_nowhere(session, sandbox, sales):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        case = session.load(sales, 1)
        case.execute("done")
        session.upload(b"x", "x.txt")
        try:
            session.load(sales, 999)
        except NotFoundError as error:
            shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
            shown += f"{error!r} {error} {pickle.dumps(error)!r}"
        bad = sandbox.session(url="http://127.0.0.1:9", retrying=Retrying(attempts=1))
        try:
            bad.request("/master-data")
        except BlizWorkAPIError as error:
            shown += str(error)
        except Exception as error:  # noqa: BLE001 - any error is looked at
            shown += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        finally:
            bad.close()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    written = stream.getvalue()
    assert "/exec" in written
    assert "/exec/***" in written
    for text in (written, shown, repr(session), repr(case), repr(pickle.dumps(case)), repr(session.api)):
        assert sandbox.token not in text
    with pytest.raises(TypeError, match="credentials"):
        pickle.dumps(session)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "Invalid token", AuthenticationError),
        (403, "no", AccessDeniedError),
        (404, "Not Found", NotFoundError),
        (400, "bad", InvalidRequestError),
        (429, "slow", ThrottledError),
        (500, "oops", ServerError),
        (200, '{"resultCode": 1, "resultMessage": "no such table"}', InvalidRequestError),
        (200, '{"resultCode": 2, "resultMessage": "error while processing"}', ServerError),
        (200, '{"status": 1, "message": "other envelope"}', InvalidRequestError),
        (200, "<html>", InvalidResponseError),
        (200, "[]", InvalidResponseError),
        (302, "", InvalidResponseError),
    ],
)
def test_errors_are_of_one_tree(status, body, kind):
    response = Response(
        status=status, headers={}, body=body.encode(), request=plan("upsert", "/master-data/upsert", {})
    )
    with pytest.raises(BlizWorkAPIError) as caught:
        service.read_answer(response)
    assert type(caught.value) is kind
    assert caught.value.code == status


def test_a_refused_read_of_a_case_means_that_there_is_none():
    body = b'{"resultCode": 1, "resultMessage": "none"}'
    request = plan("load", "/process/case", {})
    with pytest.raises(NotFoundError) as caught:
        service.read_answer(Response(status=200, headers={}, body=body, request=request))
    assert (caught.value.result_code, caught.value.message) == (1, "none")


def test_the_other_envelope_and_a_message_without_a_code(canned):
    canned.post(f"{URL}/master-data/{TOKEN}", json={"status": 0, "message": "m", "payload": [1]})
    with make() as session:
        assert session.request("/master-data/")["payload"] == [1]


def test_low_level_calls(session, sandbox):
    answer = session.request("/master-data", {"table": "Clientes", "filter": {"Código": "C0001"}})
    assert answer["payload"][0]["RUT"] == "76000000-0"
    for wrong in ("master-data", "https://elsewhere.example/x"):
        with pytest.raises(TypeError):
            session.request(wrong)


def test_rights(connect, sandbox):
    with pytest.raises(AccessDeniedError, match="right"):
        connect(user_id=sandbox.guest_user_id).process("sales")
    with pytest.raises(AuthenticationError, match="new one"):
        connect(token="x" * 34).process("sales")
    session = connect(company_id=None)
    with pytest.raises(ValueError, match="company_id"):
        session.process("sales")(session).save()


def test_acting_for_another_user(connect):
    session = connect(exec_user_id="carla.munoz@acme.example")
    case = session.process("sales")(session)
    case.save()
    assert case.initiator == "carla.munoz@acme.example"
