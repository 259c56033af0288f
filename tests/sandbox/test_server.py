"""The frame's server: what it parses, whom it refuses, the control door, bugs of a backend."""

import gzip
import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest
import requests

from workfront_orm.sandbox import Sandbox


def test_parses_query_form_and_files(toy):
    url = toy.url + "/a%20b/ü?x=1&x=2&empty=&%24%24LIMIT=5"
    found = requests.post(url, data=[("f", "é & ="), ("f", "2")], timeout=5).json()
    assert found["path"] == "/a b/ü"
    assert found["query"] == [["x", "1"], ["x", "2"], ["empty", ""], ["$$LIMIT", "5"]]
    assert found["form"] == [["f", "é & ="], ["f", "2"]]
    found = requests.post(toy.url + "/x", data={"a": "b"}, files={"up": ("n.bin", b"\x00\xff" * 10)}, timeout=5).json()
    assert found["form"] == [["a", "b"]]
    assert found["files"] == [["up", "n.bin", 20]]


def test_percent_in_a_path_is_decoded_once(toy):
    assert requests.get(toy.url + "/a%2525b", timeout=5).json()["path"] == "/a%25b"


def test_broken_multipart(toy):
    answer = requests.post(toy.url + "/x", data=b"nonsense", headers={"Content-Type": "multipart/form-data"}, timeout=5)
    assert answer.status_code == 400


def test_a_form_of_20_kb(toy):
    values = [("ID", "0" * 32)] * 600
    assert len(requests.post(toy.url + "/x", data=values, timeout=5).json()["form"]) == 600


def test_gzip_only_where_it_pays_and_is_taken(toy):
    def encoding(padding, accept):
        answer = requests.get(
            toy.url + "/x", params={"padding": padding}, headers={"Accept-Encoding": accept}, timeout=5
        )
        assert len(answer.json()["padding"]) == padding
        return answer.headers.get("Content-Encoding")

    assert encoding(10, "gzip") is None
    assert encoding(5000, "gzip, deflate") == "gzip"
    assert encoding(200_000, "gzip") == "gzip"
    assert encoding(500_000, "gzip") is None
    assert encoding(5000, "identity") is None


@pytest.mark.parametrize(("level", "encoding"), [(0, None), (6, "gzip")])
def test_compression_of_everything_or_nothing(toy_service, level, encoding):
    with Sandbox(service=toy_service, compress=level) as sandbox:
        for padding in (5000, 500_000):
            answer = requests.get(sandbox.url + "/x", params={"padding": padding}, timeout=5)
            assert answer.headers.get("Content-Encoding") == encoding
            assert len(answer.json()["padding"]) == padding


def test_head(toy):
    answer = requests.head(toy.url + "/x", params={"padding": 5000}, timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_bug_of_the_backend_is_a_500_and_the_server_goes_on(toy):
    answer = requests.get(toy.url + "/bug", timeout=5)
    assert (answer.status_code, answer.json()) == (500, {"error": "500"})
    assert requests.get(toy.url + "/x", timeout=5).status_code == 200


# --- the guard ---------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_foreign_host_is_refused(toy, host):
    """A name of somebody else's that was pointed to this machine (DNS rebinding)."""
    answer = requests.get(toy.url + "/x", headers={"Host": host}, timeout=5)
    assert answer.status_code in (400, 421)
    assert requests.post(toy.url + "/x", headers={"Host": host}, timeout=5).status_code in (400, 421)
    assert requests.get(toy.url + "/x", timeout=5).json()["stored"] == 0


def test_localhost_is_us(toy):
    port = urlsplit(toy.url).port
    assert requests.get(toy.url + "/x", headers={"Host": f"localhost:{port}"}, timeout=5).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE"])
def test_pages_of_other_sites_are_refused(toy, headers, verb):
    assert requests.request(verb, toy.url + "/x", headers=headers, timeout=5).status_code == 403
    assert requests.get(toy.url + "/x", timeout=5).json()["stored"] == 0
    assert len(toy.requests) == 1


def test_own_pages_are_not(toy):
    headers = {"Origin": toy.url, "Sec-Fetch-Site": "same-origin"}
    assert requests.post(toy.url + "/x", headers=headers, timeout=5).status_code == 200


def test_nobody_may_read_across_origins(toy):
    answer = requests.options(
        toy.url, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}, timeout=5
    )
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_bound_to_loopback_only(toy):
    host = socket.gethostbyname(socket.gethostname())
    if host.startswith("127."):
        host = next(
            (
                info[4][0]
                for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
                if not info[4][0].startswith("127.")
            ),
            None,
        )
    if host is None:
        pytest.skip("this machine has no address but loopback")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, urlsplit(toy.url).port), timeout=2).close()


# --- the control door ------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "0" * 32])
@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "requests"), ("DELETE", "requests"), ("GET", "clock"), ("PUT", "clock"), ("GET", "faults"), ("PUT", "faults"),
        ("PUT", "latency"), ("GET", "under_way"), ("POST", "reset"), ("POST", "stop"),
    ],
)  # fmt: skip
def test_control_needs_the_token(toy, verb, path, token):
    headers = {"X-Sandbox-Token": token} if token is not None else {}
    answer = requests.request(verb, f"{toy.url}/_sandbox/{path}", headers=headers, data=b"1", timeout=5)
    assert answer.status_code == 403
    assert toy.running


def test_control_is_closed_to_other_sites_even_with_the_token(toy):
    headers = {"X-Sandbox-Token": toy._token, "Origin": "https://evil.example"}
    assert requests.post(f"{toy.url}/_sandbox/reset", headers=headers, timeout=5).status_code == 403
    del headers["Origin"]
    headers["Host"] = "evil.example"
    assert requests.post(f"{toy.url}/_sandbox/reset", headers=headers, timeout=5).status_code == 421


def test_what_is_under_way_can_be_seen_even_of_a_client_that_left(toy):
    toy.latency = 1.5
    address = urlsplit(toy.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(f"POST /slow HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 0\r\n\r\n".encode())
        while not toy.under_way:
            pass
    assert toy.under_way == ["POST /slow"]
    while toy.under_way:
        pass
    toy.latency = 0
    assert requests.get(toy.url + "/x", timeout=5).json()["stored"] == 1


def test_control_calls_are_not_in_the_log(toy):
    toy.clock = None
    assert len(toy.requests) == 0


def test_stop_by_control(toy_service):
    with Sandbox(service=toy_service) as sandbox:
        requests.post(f"{sandbox.url}/_sandbox/stop", headers={"X-Sandbox-Token": sandbox._token}, timeout=5)
        sandbox._process.wait(5)
        assert not sandbox.running


def test_keep_alive_outlives_short_pauses(toy):
    """The server closes no idle connection under a client's feet within a test's time."""
    address = urlsplit(toy.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    try:
        for _ in range(3):
            connection.request("GET", "/x")
            answer = connection.getresponse()
            answer.read()
            assert not answer.will_close
    finally:
        connection.close()


def test_gzip_is_what_it_says(toy):
    answer = requests.get(
        toy.url + "/x", params={"padding": 5000}, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=5
    )
    raw = answer.raw.read(decode_content=False)
    assert int(answer.headers["Content-Length"]) == len(raw)
    assert len(json.loads(gzip.decompress(raw))["padding"]) == 5000
