"""The tokens of an application: renewed once, told to who keeps them, and never shown."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import responses

from workfront_orm.core.errors import AuthenticationError
from workfront_orm.core.tokens import Tokens
from workfront_orm.core.transport import Transport

URL = "https://oauth.example.com/token"


@pytest.fixture
def server():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def transport():
    return Transport()


def tokens(kept=None, refresh="refresh-one", secret="client-secret"):
    keep = None if kept is None else kept.append
    return Tokens(URL, "access-one", refresh, "client", secret, keep=keep, error=AuthenticationError)


def test_threads_that_were_refused_renew_once(server, transport):
    answer = {"access_token": "access-two", "refresh_token": "refresh-two"}
    server.post(URL, json=answer)
    kept = []
    found = tokens(kept)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _number: found.renew(transport, "access-one"), range(8))) == [True] * 8
    assert kept == [answer]
    assert found.access == "access-two"
    assert [call.request.body.decode() for call in server.calls] == [
        "grant_type=refresh_token&client_id=client&client_secret=client-secret&refresh_token=refresh-one"
    ]


def test_a_refresh_token_that_stays_is_sent_again(server, transport):
    server.post(URL, json={"access_token": "access-two"})
    found = tokens()
    assert found.renew(transport, "access-one")
    assert found.renew(transport, "access-two")
    assert [call.request.body[-11:].decode() for call in server.calls] == ["refresh-one"] * 2


@pytest.mark.parametrize("lacking", ["refresh", "secret"])
def test_what_cannot_be_renewed_is_not_asked_for(server, transport, lacking):
    assert not tokens(**{lacking: None}).renew(transport, "access-one")
    assert not server.calls


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"json": {"error": "invalid_grant", "error_description": "used before"}, "status": 400}, "used before"),
        ({"json": {"error": "invalid_grant"}, "status": 400}, "invalid_grant"),
        ({"json": []}, "no token came"),
        ({"json": {"access_token": None}}, "no token came"),
        ({"body": "<html>", "status": 502}, "no token came"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(server, transport, answer, why):
    server.post(URL, **answer)
    found = tokens()
    with pytest.raises(
        AuthenticationError, match=f"was not renewed: .*{why}.*authorize the application again"
    ) as caught:
        found.renew(transport, "access-one")
    assert "refresh-one" not in str(caught.value)
    assert found.access == "access-one"
