"""The request log: what it keeps, and that it keeps no secret."""

import json

import pytest
import requests

SECRETS = ("canary-key", "canary-session", "canary-password", "canary-bearer", "canary-cookie")


def test_entries_in_order_with_parameters(toy):
    requests.get(toy.url + "/one?a=1&b=x&b=y", timeout=5)
    requests.post(toy.url + "/two", data={"method": "PUT", "c": "3"}, timeout=5)
    requests.post(toy.url + "/three", json={"d": [1, {"e": None}]}, timeout=5)
    one, two, three = toy.requests
    assert (one.method, one.verb, one.path, one.params, one.status, one.fault) == (
        "GET",
        "GET",
        "/one",
        {"a": "1", "b": ["x", "y"]},
        200,
        None,
    )
    assert (two.method, two.verb, two.params) == ("PUT", "POST", {"method": "PUT", "c": "3"})
    assert (three.json, three.params) == ({"d": [1, {"e": None}]}, {})
    assert [entry.number for entry in toy.requests] == sorted({entry.number for entry in toy.requests})
    assert json.loads(one.answer)["path"] == "/one"
    assert one.size == len(one.answer)
    assert 0 < one.seconds < 5


def test_is_a_snapshot(toy):
    log = toy.requests
    requests.get(toy.url + "/x", timeout=5)
    assert (len(log), len(toy.requests)) == (0, 1)
    assert toy.requests[-1].path == "/x"
    assert list(toy.requests[:1]) == [toy.requests[0]]


def test_clear(toy):
    requests.get(toy.url + "/x", timeout=5)
    log = toy.requests
    log.clear()
    assert (len(log), len(toy.requests)) == (0, 0)
    assert repr(log) == "<RequestLog of 0 requests>"


def test_long_answers_are_cut(toy):
    requests.get(toy.url + "/x", params={"padding": 100_000}, timeout=5)
    entry = toy.requests[0]
    assert entry.size > 100_000
    assert len(entry.answer) == 4096


@pytest.mark.parametrize(
    "request_of",
    [
        lambda url: requests.get(url, params={"apiKey": "canary-key", "sessionID": "canary-session"}, timeout=5),
        lambda url: requests.get(url, headers={"ApiKey": "canary-key", "SESSIONID": "canary-session"}, timeout=5),
        lambda url: requests.post(url, data={"username": "a", "password": "canary-password"}, timeout=5),
        lambda url: requests.post(url, json={"user": {"password": "canary-password", "x": ["canary-free"]}}, timeout=5),
        lambda url: requests.post(url, data={"updates": '{"password":"canary-password","name":"a"}'}, timeout=5),
        lambda url: requests.post(url, data={"updates": "{password: 'canary-password', name: 'a'}"}, timeout=5),
        lambda url: requests.post(url, data={"uri": "user/search?apiKey=canary-key&name=x"}, timeout=5),
        lambda url: requests.get(
            url, headers={"Authorization": "Bearer canary-bearer", "Cookie": "attask=canary-cookie"}, timeout=5
        ),
    ],
)
def test_no_secret_is_kept(toy, request_of):
    request_of(toy.url + "/x")
    text = json.dumps([[e.params, e.json, e.headers, e.path, e.answer] for e in toy.requests]) + repr(
        list(toy.requests)
    )
    assert "***" in text
    # The toy echoes what it was sent, so its answers are masked as well.
    assert not [secret for secret in SECRETS if secret in text]
