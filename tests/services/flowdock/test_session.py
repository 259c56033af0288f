"""The session: credentials and where they travel, tokens that are renewed, addresses, errors, low-level calls."""

import logging
import pickle
import traceback

import pytest
import responses

from workfront_orm.core.errors import APIError, AuthenticationError, InvalidResponseError
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.service import services
from workfront_orm.services.flowdock import Session


def test_the_service_is_found_by_its_entry_point():
    assert "flowdock" in services()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"api_token": "t", "access_token": "a"},
        {"username": "u"},
        {"password": "p"},
        {"api_token": "t", "url": "http://flowdock.example"},
        {"api_token": "t", "url": "https://user:pw@flowdock.example"},
        {"api_token": "t", "url": "flowdock.example"},
        {"api_token": "t", "stream_url": "http://stream.example"},
    ],
)
def test_what_is_no_session(options):
    with pytest.raises(ValueError, match=r"session|username|takes an address|is http"):
        Session(**options)


def test_all_ways_to_log_in(connect, sandbox):
    for options in (
        {"api_token": sandbox.token},
        {"username": sandbox.username, "password": sandbox.password},
        {"access_token": sandbox.oauth_token},
    ):
        session = connect(**options)
        assert session.user_id == 2
        assert "authorization" in sandbox.requests[-1].headers
    assert connect(flow_token=sandbox.flow_token).user_id is None
    with pytest.raises(AuthenticationError):
        _ = connect(api_token="0" * 32).user_id


def test_tokens_that_are_not_renewed(connect, sandbox):
    kept = []
    session = connect(
        access_token="over" * 8,
        refresh_token="unknown" * 4,
        client_id=sandbox.client_id,
        client_secret=sandbox.client_secret,
        on_tokens=kept.append,
    )
    with pytest.raises(AuthenticationError, match="not renewed"):
        session.search(session.api.Flow)
    assert kept == []


@responses.activate
def test_new_tokens_are_used_and_handed_out():
    url = "https://gateway.example"
    responses.get(
        f"{url}/users",
        status=401,
        json={"message": "expired"},
        match=[responses.matchers.header_matcher({"Authorization": "Bearer first-token"})],
    )
    responses.get(
        f"{url}/users",
        json=[{"id": 1, "nick": "a"}],
        match=[responses.matchers.header_matcher({"Authorization": "Bearer second-token"})],
    )
    responses.post(f"{url}/oauth/token", json={"access_token": "second-token", "refresh_token": "third-token"})
    kept = []
    session = Session(
        access_token="first-token",
        refresh_token="refresh-one",
        client_id="c",
        client_secret="client-secret",
        url=url,
        on_tokens=kept.append,
    )
    assert [user.id for user in session.search(session.api.User)] == [1]
    assert kept == [{"access_token": "second-token", "refresh_token": "third-token"}]
    assert "refresh-one" in responses.calls[1].request.body.decode()


def test_no_secret_is_shown(connect, sandbox, caplog):
    seen = []
    secrets = [sandbox.token, sandbox.flow_token, sandbox.password, sandbox.oauth_token]
    with caplog.at_level(logging.DEBUG):
        for options in (
            {"api_token": sandbox.token, "flow_token": sandbox.flow_token},
            {"username": sandbox.username, "password": sandbox.password},
            {"access_token": sandbox.oauth_token},
        ):
            session = connect(**options, retrying=Retrying(base=0.001, longest=0.001, attempts=2))
            flow = session.load(session.api.Flow, "acme/main")
            message = flow.send("hi")
            if "flow_token" in options:
                session.present("I", {"name": "Ann"}, "x", thread={"title": "x"})
            seen += [repr(session), repr(session.api), repr(message), repr(pickle.dumps(message))]
            with pytest.raises(TypeError):
                pickle.dumps(session)
            sandbox.faults = [{"kind": "wrong_json"}]
            with pytest.raises(APIError) as caught:
                session.search(session.api.User)
            sandbox.faults = None
            # The first frame is this one, which has the secrets.
            caught.value.__traceback__ = caught.value.__traceback__.tb_next
            lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
            seen += [*lines, repr(pickle.dumps(caught.value))]
    assert all(secret not in f"{entry.path}{entry.params}" for entry in sandbox.requests for secret in secrets)
    text = "".join(seen) + caplog.text
    assert [secret for secret in secrets if secret in text] == []


def test_low_level_calls(session, flow):
    sent = session.post("/flows/acme/main/messages", {"event": "message", "content": "hi"})
    path = f"/flows/acme/main/messages/{sent['id']}"
    assert session.put(path, {"tags": ["a", "b"]}) == {}
    assert session.get(path)["tags"] == ["a", "b"]
    assert [row["id"] for row in session.get("/flows/acme/main/messages", {"tags": ["a", "b"], "limit": 1})] == [
        sent["id"]
    ]
    assert session.delete(path) == {}
    assert session.get(path)["content"] == ""


@responses.activate
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": "<html>gone</html>"}, InvalidResponseError),
        ({"json": {"not": "a list"}}, InvalidResponseError),
        ({"json": [1, 2]}, InvalidResponseError),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example"}}, InvalidResponseError),
        ({"status": 400, "body": "plain"}, APIError),
        ({"status": 405, "json": {"message": "no"}}, APIError),
    ],
)
def test_answers_that_are_none(answer, error):
    responses.get("https://gateway.example/users", **answer)
    session = Session("token-of-somebody", url="https://gateway.example", retrying=Retrying(base=0.001, attempts=2))
    with pytest.raises(error):
        session.search(session.api.User)


@responses.activate
def test_flows_that_lack_their_address_are_an_error():
    responses.get("https://gateway.example/flows/find", json={"id": "x"})
    session = Session("token-of-somebody", url="https://gateway.example", retrying=Retrying(base=0.001, attempts=1))
    with pytest.raises(InvalidResponseError, match="parameterized_name"):
        session.search(session.api.Message, flow="x")
