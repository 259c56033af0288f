import gzip
import http.server
import os
import pickle
import re
import socket
import ssl
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import responses
import trustme

from workfront_orm import Session
from workfront_orm.core.errors import ConnectionFailedError, InvalidResponseError, RequestTimeoutError
from workfront_orm.core.exchange import Request
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.throttle import Throttle
from workfront_orm.core.transport import Transport

SECRET = "geheim"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers what its path says, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.server.ports.add(self.client_address[1])
        if self.path.startswith("/stall"):
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.flush()
            self.server.done.wait(5)
            self.close_connection = True
            return
        if self.path.startswith("/drip"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            while not self.server.done.wait(0.02):
                self.wfile.write(b" ")
            return
        if self.path.startswith("/silence"):
            self.server.done.wait(5)
            self.close_connection = True
            return
        if self.path.startswith("/break"):
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
            return
        if self.path.startswith("/packed") and "gzip" in self.headers.get("Accept-Encoding", ""):
            packed = gzip.compress(b"packed" * 100)
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)
            return
        self.send_response(302 if self.path.startswith("/redirect") else 200)
        if self.path.startswith("/redirect"):
            self.send_header("Location", "/elsewhere")
        self.send_header("Set-Cookie", "attask=abc; Path=/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_CONNECT(self):
        self.server.asked.append((f"CONNECT {self.path}", dict(self.headers), b""))
        self.send_error(403)

    def log_message(self, *_):
        pass


def serve(context=None):
    """A server on a port of its own until the generator is closed; with a TLS context over https."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    server.asked, server.ports, server.done = [], set(), threading.Event()
    server.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
    if context is not None:
        # The handshake in the request's thread, so that a failed one ends no more than that.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.done.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def server(no_proxies):
    yield from serve()


@pytest.fixture
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def transport():
    made = []

    def make(**options):
        made.append(Transport(**options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def request(**values):
    return Request(operation="test", method="POST", path="/x", **values)


def test_a_form_is_sent_as_it_was_planned(server, transport):
    form = [("name", "Ä & Ö"), ("ID", "1"), ("ID", "2"), ("apiKey", SECRET)]
    answer = transport().send(request(form=form), f"{server.url}/x", {})
    assert (answer.status, answer.body) == (200, b"ok")
    ((path, headers, body),) = server.asked
    assert path == "/x"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded;charset=utf-8"
    assert body == b"name=%C3%84+%26+%C3%96&ID=1&ID=2&apiKey=geheim"


def test_query_json_and_headers(server, transport):
    transport().send(request(query=[("a", "1"), ("a", "2")], json={"b": "ä"}), f"{server.url}/x", {"sessionID": "s"})
    ((path, headers, body),) = server.asked
    assert path == "/x?a=1&a=2"
    assert headers["sessionID"] == "s"
    assert headers["Content-Type"] == "application/json"
    assert body == b'{"b": "\\u00e4"}'


def test_redirects_are_not_followed(server, transport):
    answer = transport().send(request(form=[("apiKey", SECRET)]), f"{server.url}/redirect", {})
    assert answer.status == 302
    assert answer.headers["location"] == "/elsewhere"
    assert [path for path, _, _ in server.asked] == ["/redirect"]


def test_connections_are_reused_and_cookies_are_not_kept(server, transport):
    one = transport()
    for _ in range(3):
        one.send(request(form=[]), f"{server.url}/x", {})
    assert all("Cookie" not in headers for _, headers, _ in server.asked)
    assert len(server.ports) == 1


def test_what_is_closed_is_closed_at_once(server, transport):
    """And not when the garbage collector comes to it: an open answer holds on to its pool."""
    one = transport()
    one.send(request(form=[]), f"{server.url}/x", {})
    stream = one.open(request(form=[]), f"{server.url}/drip", {})
    one.send(request(form=[]), f"{server.url}/x", {})
    connections = [found.sock for found in stream._answer.raw._pool.pool.queue if found is not None]
    assert [sock.fileno() > 0 for sock in connections] == [True]
    one.close()
    assert [sock.fileno() for sock in connections] == [-1]
    under_way = stream._answer.raw._connection.sock
    stream.close()
    assert under_way.fileno() == -1
    assert one.send(request(form=[]), f"{server.url}/x", {}).body == b"ok", "it can be used again"


def test_a_netrc_file_adds_no_credentials(server, transport, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login ann password {SECRET}\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    transport().send(request(form=[]), f"{server.url}/x", {})
    assert "Authorization" not in server.asked[0][1]


@pytest.mark.parametrize("path", ["/stall", "/silence"])
def test_no_answer_in_time(server, transport, path):
    with pytest.raises(RequestTimeoutError, match=f"test: no answer from {server.url}{path}.*timeout="):
        transport(timeout=0.1).send(request(form=[]), f"{server.url}{path}", {})


@pytest.mark.parametrize("path", ["/stall", "/silence", "/drip"])
def test_time_that_is_granted_to_a_request(server, transport, path):
    one = transport()
    with one.within(0.3), pytest.raises(RequestTimeoutError, match="deadline="):
        one.send(request(form=[]), f"{server.url}{path}", {})
    with one.within(-5):
        assert one.send(request(form=[]), f"{server.url}/x", {}).body == b"ok"


def test_an_upload_may_take_longer_than_what_is_granted(server, transport):
    one = transport(timeout=0.3)
    with one.within(0.0), pytest.raises(RequestTimeoutError, match="timeout="):
        one.send(request(files={"x": ("x", b"y", "text/plain")}), f"{server.url}/stall", {})
    seen = []
    with responses.RequestsMock() as mock, one.within(0.1):
        mock.add_callback(responses.POST, "https://x/", lambda asked: seen.append(asked.req_kwargs) or (200, {}, "ok"))
        one.send(request(files={"x": ("x", b"y", "text/plain")}), "https://x/", {})
        one.send(request(form=[]), "https://x/", {})
    assert [asked["timeout"] for asked in seen] == [0.3, (0.1, 0.1)]


def test_waiting_for_other_requests_takes_nothing_of_the_time_that_is_granted(server, transport):
    one = transport(throttle=Throttle(1))
    with ThreadPoolExecutor(1) as pool, one.within(0.3):
        blocking = pool.submit(one.send, request(form=[]), f"{server.url}/silence", {})
        while not server.asked:
            time.sleep(0.01)
        waiting = threading.Timer(0.5, server.done.set)
        waiting.start()
        assert one.send(request(form=[]), f"{server.url}/x", {}).body == b"ok"
        waiting.join()
        assert isinstance(blocking.exception(), ConnectionFailedError)


def test_a_connection_that_breaks(server, transport):
    with pytest.raises(ConnectionFailedError, match=f"no answer from {server.url}/break"):
        transport().send(request(form=[]), f"{server.url}/break", {})


def test_nobody_listens(transport):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ConnectionFailedError, match="ConnectionRefusedError"):
            transport().send(request(form=[]), url, {})


@pytest.mark.parametrize(("number", "gone"), [(socket.EAI_NONAME, True), (socket.EAI_AGAIN, False)])
def test_a_host_that_nothing_is_called(no_proxies, transport, monkeypatch, number, gone):
    def look_up(*_args, **_options):
        raise socket.gaierror(number, "no name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(ConnectionFailedError) as caught:
        transport().send(request(form=[]), "http://acme.my.workfrond.com", {})
    assert not caught.value.sent
    assert caught.value.no_such_host is gone


@pytest.mark.parametrize("url", ["http://", "http://[", "nonsense://x", "http://.x"])
def test_an_address_that_is_none(transport, url):
    """Nothing was sent, and to repeat it is no use."""
    with pytest.raises(ValueError, match="cannot be asked"):
        transport().send(request(form=[]), url, {})


def test_a_failure_tells_no_secret(transport):
    failure = requests.ConnectionError(f"https://x/?apiKey={SECRET}")
    with responses.RequestsMock() as mock:
        mock.add(responses.POST, re.compile("https://.*"), body=failure)
        with pytest.raises(ConnectionFailedError) as caught:
            transport().send(request(form=[("apiKey", SECRET)]), f"https://ann:{SECRET}@x/?apiKey={SECRET}", {})
    error = caught.value
    assert SECRET not in str(error)
    assert SECRET not in repr(error)
    assert SECRET not in "".join(traceback.format_exception(error))
    assert SECRET.encode() not in pickle.dumps(error)


def test_requests_and_responses_show_no_secret(server, transport):
    asked = request(form=[("apiKey", SECRET)], query=[("password", SECRET)])
    answer = transport().send(asked, f"{server.url}/x", {"Authorization": SECRET})
    assert SECRET not in repr(asked)
    assert SECRET not in repr(answer)


@pytest.mark.parametrize("timeout", [0, -1, None, "5", (5, 0), ()])
def test_a_timeout_is_needed(timeout):
    with pytest.raises(ValueError, match="timeout takes positive seconds, or a pair"):
        Transport(timeout=timeout)


def test_the_callers_tls_context_decides_what_is_checked(transport):
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    asked = requests.Request("POST", "https://x/").prepare()
    for context, rule in ((unchecked, ssl.CERT_NONE), (ssl.create_default_context(), ssl.CERT_REQUIRED)):
        adapter = transport(ssl_context=context)._http.get_adapter("https://x/")
        pool = adapter.get_connection_with_tls_context(asked, True)
        adapter.cert_verify(pool, "https://x/", True, None)
        connection = pool._new_conn()
        assert connection.ssl_context is context
        assert ssl.CERT_NONE.__class__[pool.cert_reqs] is rule
        assert pool.ca_certs is None


def test_verify_and_proxies_win_over_the_environment(transport, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.devnull)
    monkeypatch.setenv("HTTPS_PROXY", "http://environment:1")
    seen = []
    with responses.RequestsMock() as mock:
        mock.add_callback(responses.POST, "https://x/", lambda asked: seen.append(asked.req_kwargs) or (200, {}, "ok"))
        transport(verify="bundle.pem", proxies={"https": "http://mine:1"}).send(request(form=[]), "https://x/", {})
        transport(verify=False).send(request(form=[]), "https://x/", {})
    assert seen[0]["verify"] == "bundle.pem"
    assert seen[0]["proxies"]["https"] == "http://mine:1"
    assert seen[1]["verify"] is False
    assert seen[1]["proxies"]["https"] == "http://environment:1"


def test_answers_are_asked_for_and_taken_compressed(server, transport):
    assert transport().send(request(form=[]), f"{server.url}/packed", {}).body == b"packed" * 100
    assert "gzip" in server.asked[0][1]["Accept-Encoding"]


# --- TLS and proxies ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def bundle(authority, tmp_path):
    """The path of a CA bundle that has the authority."""
    path = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def secure(no_proxies, authority, request):
    """A server over https; parameters are the name in its certificate, and whether clients need one."""
    name, asks = getattr(request, "param", ("127.0.0.1", False))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    yield from serve(context)


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(secure, transport):
    with pytest.raises(ConnectionFailedError, match="SSLCertVerificationError") as caught:
        transport().send(request(form=[("apiKey", SECRET)]), secure.url, {})
    assert caught.value.sent is False
    assert secure.asked == []


def test_a_ca_bundle_vouches(secure, transport, bundle):
    assert transport(verify=bundle).send(request(form=[]), f"{secure.url}/x", {}).body == b"ok"


@pytest.mark.parametrize("secure", [("elsewhere.example", False)], indirect=True)
def test_a_certificate_of_another_host_is_refused(secure, transport, bundle):
    with pytest.raises(ConnectionFailedError, match="SSLCertVerificationError"):
        transport(verify=bundle).send(request(form=[]), secure.url, {})
    assert secure.asked == []


def test_a_tls_context_vouches(secure, transport, bundle):
    context = ssl.create_default_context(cafile=bundle)
    assert transport(ssl_context=context).send(request(form=[]), f"{secure.url}/x", {}).body == b"ok"


@pytest.mark.parametrize("secure", [("127.0.0.1", True)], indirect=True)
def test_a_client_certificate_is_shown_to_a_server_that_asks(secure, transport, authority, bundle, tmp_path):
    with pytest.raises(ConnectionFailedError):
        transport(verify=bundle).send(request(form=[]), secure.url, {})
    assert secure.asked == []
    issued = authority.issue_cert("client.example")
    certificate, key, both = (str(tmp_path / name) for name in ("cert.pem", "key.pem", "both.pem"))
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    issued.private_key_and_cert_chain_pem.write_to_path(both)
    for shown in ((certificate, key), both):
        assert transport(verify=bundle, cert=shown).send(request(form=[]), f"{secure.url}/x", {}).body == b"ok"


@pytest.mark.parametrize("secure", [("127.0.0.1", True)], indirect=True)
def test_a_session_hands_them_through(secure, authority, bundle, tmp_path):
    shown = str(tmp_path / "both.pem")
    authority.issue_cert("client.example").private_key_and_cert_chain_pem.write_to_path(shown)
    # The server's answer is none of a system's; that there is one is enough.
    options = {"url_template": secure.url, "verify": bundle, "cert": shown, "retrying": Retrying(attempts=1)}
    with Session("acme", SECRET, api_version="v22.0", **options) as session, pytest.raises(InvalidResponseError):
        session.get("/x")
    assert len(secure.asked) == 1


def test_requests_go_through_a_proxy(server, transport):
    through = transport(proxies={"http": server.url, "https": server.url})
    assert through.send(request(form=[]), "http://tenant.example/x", {}).body == b"ok"
    assert server.asked[0][0] == "http://tenant.example/x"
    # Over https the proxy sees the host and no more; what it refuses was not sent.
    with pytest.raises(ConnectionFailedError) as caught:
        through.send(request(form=[("apiKey", SECRET)]), "https://tenant.example/x", {"Authorization": SECRET})
    assert caught.value.sent is False
    assert server.asked[1][0] == "CONNECT tenant.example:443"
    assert SECRET not in str(server.asked[1])


def test_an_answer_is_read_piece_by_piece(server, transport):
    made = transport()
    stream = made.open(Request(operation="listen", method="POST", path="/plain"), f"{server.url}/plain", {})
    body = b"".join(stream)
    whole = made.send(Request(operation="listen", method="POST", path="/plain"), f"{server.url}/plain", {})
    assert (stream.status, body) == (whole.status, whole.body)
    assert stream.headers["Content-Length"] == str(len(body))
    stream.close()
    assert list(stream) == []


def test_an_open_answer_takes_no_place_and_ends_when_it_is_closed(server, transport):
    made = transport()
    streams = [
        made.open(Request(operation="listen", method="POST", path="/stall"), f"{server.url}/stall", {})
        for _ in range(made.throttle.most + 1)
    ]
    ended = []
    reader = threading.Thread(target=lambda: ended.append(list(streams[0])))
    reader.start()
    streams[0].close()
    reader.join(4)
    assert ended == [[]]
    for stream in streams:
        stream.close()


def test_a_piece_that_does_not_come_in_time(server, transport):
    made = transport()
    request = Request(operation="listen", method="POST", path="/stall")
    with pytest.raises(RequestTimeoutError, match="listen"):
        list(made.open(request, f"{server.url}/stall", {}, silence=0.1))
    broken = Request(operation="listen", method="POST", path="/break")
    with pytest.raises(ConnectionFailedError):
        list(made.open(broken, f"{server.url}/break", {}))
