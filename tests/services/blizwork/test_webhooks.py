"""Web hooks: calls are verified at BlizWork, whatever they say of themselves, and reach the program over a real server."""

import json
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from workfront_orm.core.retrying import Retrying
from workfront_orm.services.blizwork import InvalidCallError, WebhookApp


def test_a_genuine_call_is_verified_once(session, hook_call, receiver, asked):
    data = hook_call()
    asked()
    call = session.verify(data, receiver.url)
    assert asked() == ["/utils/validatecall"]
    assert (call.environment, call.process, call.case_number, call.verified) == ("production", "sales", 46, True)
    assert call.field("amount") == 1
    assert call.field("nothing", None) is None
    with pytest.raises(KeyError):
        call.field("nothing")
    assert call.case(session).amount == 1
    assert data["handshakeToken"] not in repr(call)
    with pytest.raises(InvalidCallError, match="does not know it"):
        session.verify(data, receiver.url)


@pytest.mark.parametrize(
    "change",
    [
        {"environment": None},
        {"environment": "draft", "handshakeToken": None},
        {"environment": "staging"},
        {"handshakeToken": "0" * 24},
        {"handshakeToken": "../../exec"},
        {"handshakeToken": 12},
        {"caseNumber": "1"},
        {"caseNumber": True},
        {"processId": ""},
        {"fields": []},
    ],
)
def test_a_forged_call_is_refused(session, hook_call, receiver, change):
    data = {**hook_call(), **change}
    with pytest.raises(InvalidCallError):
        session.verify({name: value for name, value in data.items() if value is not None}, receiver.url)


def test_a_draft_is_asked_about_like_any_other_unless_the_program_opts_out(session, receiver, asked):
    spoofed = {"environment": "draft", "processId": "sales", "caseNumber": 1, "handshakeToken": "a" * 24}
    with pytest.raises(InvalidCallError):
        session.verify(spoofed, receiver.url)
    assert asked() == ["/utils/validatecall"]
    call = session.verify(json.dumps(spoofed).encode(), receiver.url, accept_unverified_drafts=True)
    assert not call.verified
    assert asked() == []
    with pytest.raises(ValueError, match="environment='draft'"):
        call.case(session)
    with pytest.raises(InvalidCallError):
        session.verify(b"no json", receiver.url)


def test_a_call_to_another_address_is_refused(session, hook_call):
    with pytest.raises(InvalidCallError):
        session.verify(hook_call(), "https://hooks.example.com/other")


@contextmanager
def served(app):
    """A real server of the app, below a path of a framework."""
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Mount("/hook", app=app)]), port=0, log_config=None, lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/hook/"
    finally:
        server.should_exit = True
        thread.join()


def post(url, body, method="POST"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_only_verified_calls_reach_the_program(session, hook_call, receiver):
    got = []

    def handle(call):
        got.append(call)
        return f"case {call.case_number}"

    app = WebhookApp(session, handle, receiver.url, largest=100_000)
    genuine = hook_call()
    with served(app) as url:
        assert post(url, {**genuine, "environment": "draft", "handshakeToken": "b" * 24}) == (401, "Invalid call")
        assert post(url, b"{") == (400, "The call is no JSON")
        assert post(url, []) == (400, "The call is no JSON object")
        assert post(url, b" " * 100_001)[0] == 413
        assert post(url, genuine, "PUT")[0] == 405
        assert got == []
        assert post(url, genuine) == (200, "case 46")
        assert post(url, genuine) == (401, "Invalid call")
    assert [call.case_number for call in got] == [46]


def test_handlers_may_be_coroutines_and_what_they_raise_stays_here(session, hook_call, receiver, caplog):
    async def handle(call):
        if call.field("amount") == 1:
            raise RuntimeError("inner secret")

    with served(WebhookApp(session, handle, receiver.url)) as url:
        assert post(url, hook_call()) == (500, "The handler failed")
    assert "inner secret" in caplog.text

    async def quiet(call):
        return None

    with served(WebhookApp(session, quiet, receiver.url)) as url:
        assert post(url, hook_call()) == (200, "Ok")


def test_a_server_that_cannot_be_asked_is_no_reason_to_believe(sandbox, hook_call, receiver):
    data = hook_call()
    with (
        sandbox.session(url="http://127.0.0.1:9", retrying=Retrying(attempts=1)) as cut_off,
        served(WebhookApp(cut_off, lambda call: None, receiver.url)) as url,
    ):
        assert post(url, data) == (503, "The call could not be verified")
