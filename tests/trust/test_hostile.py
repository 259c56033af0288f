"""What hostile servers, files and pages get; SECURITY.md has the list, and names these tests."""

import gzip
import json
import logging
import os
import re
import socket
import tracemalloc
import zlib
from pathlib import Path

import pytest
import requests

import workfront_orm
from workfront_orm import metadata
from workfront_orm.core.errors import AnswerTooLargeError, APIError, InvalidResponseError, TransportError
from workfront_orm.core.exchange import Request, Response
from workfront_orm.core.report import Report, ReportRow
from workfront_orm.core.retrying import Retrying
from workfront_orm.core.transport import Transport
from workfront_orm.sandbox import Sandbox
from workfront_orm.services import bitrix24

PACKAGE = Path(workfront_orm.__file__).parent
SYSTEMS = ("workfront", "bitrix24", "cloudbees_cd", "blizwork", "flowdock")
DEEP = b"[" * 100_000 + b"]" * 100_000


# --- answers -----------------------------------------------------------------------------------


class Raw:
    """A server that sends the bytes it was given, whatever it is asked."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.pieces = [b""]
        self._thread = __import__("threading").Thread(target=self._run, daemon=True)
        self._thread.start()

    def answer(self, body, *headers, status="200 OK"):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        self.pieces = ["\r\n".join(lines).encode("latin-1"), body]

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    for piece in self.pieces:
                        connection.sendall(piece)
                except OSError:
                    # The client had enough.
                    pass

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def raw(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Raw()
    yield server
    server.stop()


def ask(server, **options):
    transport = Transport(timeout=5, **options)
    try:
        return transport.send(Request(operation="test", method="GET", path="/x"), f"{server.url}/x", {})
    finally:
        transport.close()


def bomb(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(size // 2**20)), packer.flush()])


@pytest.mark.parametrize("size", [2**22, 2**28])
def test_a_decompression_bomb_is_not_unpacked(raw, size):
    packed = bomb(size)
    assert len(packed) < size / 500
    raw.answer(packed, "Content-Encoding: gzip", "Content-Type: application/json")
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLargeError, match="more than 1,000,000 bytes"):
            ask(raw, largest_answer=1_000_000)
        # In the order of what is allowed, however large the bomb is.
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()


def test_encodings_within_encodings_are_refused(raw):
    body = b"{}"
    for _ in range(20):
        body = gzip.compress(body)
    raw.answer(body, f"Content-Encoding: {', '.join(['gzip'] * 20)}")
    with pytest.raises(TransportError):
        ask(raw)


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b'{"data": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        DEEP.decode().encode("utf-16"),
        b"\xef\xbb\xbf  " + DEEP,
        b'{"a": "' + b"[" * 50 + b'\\"", "b": ' + DEEP,
    ],
)
def test_nested_json_is_refused(raw, body):
    raw.answer(body, "Content-Type: application/json")
    with pytest.raises(InvalidResponseError, match="nested more than 100 levels"):
        ask(raw)


@pytest.mark.parametrize(
    "body", [b"NaN", b'{"data": NaN}', b'{"data": [Infinity]}', b'{"data": -Infinity}', b"\xff\xfe\x00", b"9" * 5000]
)
def test_what_is_no_json_is_refused_without_being_repeated(body):
    response = Response(status=200, headers={}, body=body, request=Request(operation="x", method="GET", path="/"))
    with pytest.raises(ValueError, match=r".") as caught:
        response.decoded()
    assert caught.value.__context__ is None
    assert not isinstance(caught.value, (json.JSONDecodeError, UnicodeDecodeError))


def test_of_a_name_that_is_repeated_the_last_value_counts():
    body = b'{"data": {"ID": "a", "ID": "b"}}'
    response = Response(status=200, headers={}, body=body, request=Request(operation="x", method="GET", path="/"))
    assert response.decoded() == {"data": {"ID": "b"}}


@pytest.mark.parametrize(
    "rows", ['["x"]', '{"ID": {"ID": []}}', "[[]]", "[null]", '"x"', "1", '[{"ID": null}]', '[{"name": {}}]']
)
def test_rows_of_a_strange_shape_are_an_error_or_are_shown_as_they_are(raw, rows):
    raw.answer(f'{{"data": {rows}}}'.encode())
    template = f"{raw.url}/attask/{{api}}"
    with workfront_orm.Session(
        None, "k", url_template=template, api_version="v22.0", retrying=Retrying(attempts=1)
    ) as session:
        try:
            found = session.search(session.api.Task, **{"$$LIMIT": 5})
            assert [repr(task) for task in found]
        except APIError as error:
            assert error.operation  # noqa: PT017 - either will do


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method",
    [
        "//evil.example/x",
        "https://evil.example/x",
        "@evil.example/x",
        "../../../evil",
        "\\\\evil.example",
        "x?auth=1#y",
    ],
)
def test_a_method_is_never_another_host(raw, method):
    """The secret of a web hook is in the address: wherever a method leads, the host stays."""
    raw.answer(b'{"result": 1}')
    with bitrix24.Session(f"{raw.url}/rest/1/hookhookhook/", reflect=False, retrying=Retrying(attempts=1)) as session:
        request = bitrix24.wire.call("x", method, {})
        address = session._credentials.address(request)
        prepared = requests.Request("POST", address).prepare().url
    assert prepared.startswith(f"{raw.url}/rest/1/hookhookhook/") or "hookhookhook" not in prepared
    assert requests.utils.urlparse(prepared).netloc == raw.url.removeprefix("http://")


def test_a_downgrade_is_another_address():
    with workfront_orm.Session("acme", "k", url_template="https://acme.example/attask/{api}") as session:
        for url in (
            "http://acme.example/attask/api-unsupported/user",
            "https://acme.example:8443/attask/api-unsupported/user",
        ):
            with pytest.raises(TypeError, match="url not for this session"):
                session.get(url)


# --- files -----------------------------------------------------------------------------------------


def importers(*modules):
    """The files of the package that import one of some modules."""
    pattern = re.compile(rf"^\s*(import|from)\s+({'|'.join(modules)})\b", re.MULTILINE)
    files = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    return {name for name, text in files.items() if pattern.search(text)}


def test_no_archive_is_unpacked():
    """Zip-slip needs a program that unpacks; here is none."""
    assert importers("json")
    assert not importers("zipfile", "tarfile")
    assert not [path for path in PACKAGE.rglob("*.py") if "unpack_archive" in path.read_text(encoding="utf-8")]


def test_nothing_is_unpickled_but_what_the_same_process_pickled():
    assert importers("pickle", "marshal", "shelve", "dill") <= {"sandbox/documents.py", "testing.py"}


@pytest.fixture(scope="module")
def workfront():
    with Sandbox(data="empty") as server:
        yield server


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\x.exe",
        "/etc/passwd",
        "a\r\nSet-Cookie: x=1",
        'a"; filename="b',
        "nul\0x",
        "\u202egpj.exe",
    ],
)
def test_a_documents_name_is_no_path(workfront, name):
    login = requests.post(f"{workfront.url}/attask/api/v22.0/login", data={"username": workfront.username, "password": workfront.password}, timeout=10)  # fmt: skip
    http = requests.Session()
    http.headers["SessionID"] = login.json()["data"]["sessionID"]
    base = f"{workfront.url}/attask/api/v22.0"
    project = http.post(f"{base}/project", data={"name": "p"}, timeout=10).json()["data"]["ID"]
    handle = http.post(f"{base}/upload", files={"uploadedFile": ("x.txt", b"content")}, timeout=10).json()["data"][
        "handle"
    ]
    updates = {
        "name": name,
        "handle": handle,
        "docObjCode": "PROJ",
        "objID": project,
        "currentVersion": {"version": "v1.0", "fileName": name},
    }
    made = http.post(f"{base}/document", data={"updates": json.dumps(updates)}, timeout=10)
    assert made.status_code == 200, made.text
    answer = http.get(f"{workfront.url}/document/download", params={"ID": made.json()["data"]["ID"]}, timeout=10)
    assert answer.content == b"content"
    told = answer.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[^"\\/\r\n]*"; filename\*=UTF-8\'\'[^/\\\r\n; ]*', told)
    assert "Set-Cookie" not in answer.headers


# --- notebooks -----------------------------------------------------------------------------------------

MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</table><svg onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_notebook_is_text(text, canned, tmp_path):
    session = canned.session()
    row = {
        "ID": text,
        "objCode": "TASK",
        "name": text,
        text: text,
        "project": {"ID": "2" * 32, "name": text},
        "customField": [text],
    }
    task = session.wrap(session.api.Task, row)
    task.description = text
    report = Report(
        [ReportRow(0, task, "failed", error=APIError({"message": text}, 400, operation=text, remedy=text))], requests=1
    )
    entry = {"type": "string", "label": text, "values": [[text, text]]}
    paths = []
    for number, fields in enumerate(({"a": entry, text: entry}, {"a": {"type": "string"}})):
        objects = {"TASK": {"name": "Task", "code": "TASK", "label": text * (number + 1), "fields": fields}}
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(
            json.dumps({"format": 1, "service": "workfront", "version": f"v{number}.0", "objects": objects})
        )
    difference = metadata.diff(*paths)
    assert text in {entry.name for entry in difference}
    shown = [task._repr_html_(), report._repr_html_(), difference._repr_html_()]
    for html in shown:
        assert html.count("<") == sum(html.count(f"<{tag}") for tag in TAGS), html
        assert not re.search(r"<[^>]*\s(on\w+|src|href|style)\s*=", html)


TAGS = [
    f"{slash}{tag}>"
    for slash in ("", "/")
    for tag in ("p", "b", "table", "thead", "tbody", "tr", "th", "td", "details", "summary")
]
TAGS.append("details open>")


# --- the sandbox as a target ---------------------------------------------------------------------------


@pytest.fixture(scope="module", params=SYSTEMS)
def server(request):
    with Sandbox(service=request.param, data="empty" if request.param == "workfront" else "demo") as server:
        yield server


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b"{" * 50_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"NaN",
        b"\xff\xfe",
        b"9" * 5000,
        b'{"a": "' + b"x" * 3_000_000 + b'"}',
    ],
)
def test_no_body_ends_a_sandbox(server, body):
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = requests.post(f"{server.url}/x", data=body, headers={"Content-Type": kind}, timeout=30)
        assert answer.status_code < 500 or "bug" not in answer.text
    assert server.running
    assert len(server.requests) >= 1


def test_every_sandbox_keeps_pages_of_other_sites_and_other_names_out(server):
    port = server.url.rpartition(":")[2]
    path = f"{server.url}/"
    for headers in (
        {"Host": f"evil.example:{port}"},
        {"Host": f"127.0.0.1.evil.example:{port}"},
        {"Host": f"localhost.evil.example:{port}"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://localhost.evil.example:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        for verb in ("GET", "POST", "OPTIONS"):
            answer = requests.request(verb, path, headers=headers, timeout=10)
            assert answer.status_code in {400, 403, 405, 421}, (verb, headers)
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_sandbox_is_bound_to_loopback(server):
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    others = {address for address in addresses if not address.startswith("127.")}
    port = int(server.url.rpartition(":")[2])
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0


def test_no_credential_is_among_the_arguments_of_a_process(server):
    if not os.path.exists(f"/proc/{server.pid}/cmdline"):
        pytest.skip("this system does not tell the arguments of processes")
    arguments = Path(f"/proc/{server.pid}/cmdline").read_text(encoding="utf-8")
    for name, value in server.info.items():
        if any(word in name for word in ("key", "password", "token", "secret", "webhook")):
            assert str(value) not in arguments


# --- the log --------------------------------------------------------------------------------------------


def test_a_log_line_of_a_hostile_answer_is_one_line(raw, caplog):
    caplog.set_level(logging.INFO)
    raw.answer(b'{"error": {"message": "x\\r\\nCRITICAL forged line"}}', status="400 Bad Request")
    with (
        workfront_orm.Session(
            None, "k", url_template=f"{raw.url}/attask/{{api}}", retrying=Retrying(attempts=1)
        ) as session,
        pytest.raises(APIError),
    ):
        session.get("/x\r\nCRITICAL forged line", {"name": "a\r\nCRITICAL forged line"})
    assert not any(line.startswith("CRITICAL") for line in caplog.text.splitlines())


# --- what no library would send to a sandbox ------------------------------------------------------------


def say(server, lines, body=b""):
    """Send a request byte by byte as it is written; the status of the answer and the whole of it."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    answer = b"".join(pieces)
    return int(answer.split(b" ", 2)[1]), answer


def here(server):
    return f"Host: {server.url.removeprefix('http://')}"


@pytest.mark.parametrize(
    "host",
    [
        "[::1", "[zz]:5", "\xe9vil", "a\xbd.x", "127.0.0.1 evil.example", "127.0.0.1:x", "127.0.0.1/evil.example",
        "evil.example@127.0.0.1", "127.0.0.1@evil.example", "localhost.", "127.0.0.1,evil.example", "#", "?127.0.0.1", ":80", "0", "127.1",
    ],
)  # fmt: skip
def test_a_host_that_is_none_is_refused(server, host):
    for path in ("/", "/x", "/_sandbox/requests"):
        status, answer = say(server, [f"GET {path} HTTP/1.1", f"Host: {host}"])
        assert status == 421
        assert b"access-control" not in answer.lower()


@pytest.mark.parametrize("path", ["/", "/x", "/_sandbox/requests"])
def test_of_two_hosts_none_counts(server, path):
    for hosts in ([here(server), "Host: evil.example"], ["Host: evil.example", here(server)], []):
        assert say(server, [f"GET {path} HTTP/1.1", *hosts])[0] == 421


@pytest.mark.parametrize(
    "headers",
    [
        ["Origin: "],
        ["Origin: {own}", "Origin: https://evil.example"],
        ["Sec-Fetch-Site: Cross-Site"],
        ["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"],
        ["Origin: https://evil.example", "Upgrade: websocket", "Sec-WebSocket-Key: a", "Sec-WebSocket-Version: 13"],
    ],
)
def test_a_page_of_another_site_is_refused_however_it_says_so(server, headers):
    lines = ["POST /x HTTP/1.1", here(server), *(line.format(own=server.url) for line in headers), "Content-Length: 0"]
    assert say(server, lines)[0] == 403


def test_who_may_not_ask_is_refused_before_the_body(server):
    """Pages cannot fill the memory either: the answer comes though the body never does."""
    lines = ["POST /x HTTP/1.1", here(server), "Origin: https://evil.example", "Content-Length: 500000000"]
    assert say(server, lines, b"x")[0] == 403


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (413, ["Content-Length: 600000000"], b""),
        (400, ["Content-Length: -1"], b"abc"),
        (400, ["Content-Length: abc"], b"abc"),
        (400, ["Content-Length: 99999999999999999999999"], b"abc"),
        (400, ["Content-Length: 3", "Content-Length: 4"], b"abcd"),
        (400, ["Content-Length: 3", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
        (400, ["Transfer-Encoding: chunked"], b"zz\r\nabc\r\n"),
        (400, ["Transfer-Encoding: chunked"], b"fffffffffffffffff\r\nabc\r\n"),
    ],
)
def test_a_body_of_no_certain_length_is_refused(server, status, headers, body):
    assert say(server, ["POST /x HTTP/1.1", here(server), *headers], body)[0] == status


@pytest.mark.parametrize(
    "line",
    [
        "GET /a%00b", "GET /../../etc/passwd", "GET /%2e%2e/%2e%2e/etc/passwd", "GET //_sandbox/requests", "GET /x/../_sandbox/requests",
        "GET /_sandbox/page/../../../etc/passwd", "GET /x%zz%ff%c0%af", "GET /x?%ff=%zz&&=&a[b][c][]=1&a[b]=2&a=1&a[]=", "PROPFIND /x",
        f"GET /x?a{'[a]' * 2000}=1", "OPTIONS *", "GET /files/../../x", "GET /storage/..%2f..%2fx/y", "GET /attachment/%2e%2e/x",
    ],
)  # fmt: skip
def test_no_path_leads_out_and_none_ends_a_sandbox(server, line):
    status, answer = say(server, [f"{line} HTTP/1.1", here(server)])
    assert status != 500
    assert b"root:" not in answer
    assert status != 200 or b"token" not in answer


@pytest.mark.parametrize(
    "header",
    [
        "Authorization: Basic \xff\xfe", "Authorization: Basic =", "Authorization: Basic", "Authorization: Bearer ", "Authorization: \xff",
        'Cookie: =;;a;"b', f'Cookie: a="{chr(92) * 20_000}', "Range: bytes=99999999999999999999-", "Accept-Encoding: \xff",
        f"Last-Event-ID: {'9' * 5000}", "Content-Type: application/json; charset=\xff", "Content-Type: multipart/form-data",
        "X-Sandbox-Token: \xff\xfe", "sessionId: \xff", f"X-A: {'a' * 60_000}",
    ],
)  # fmt: skip
def test_no_header_ends_a_sandbox(server, header):
    for line in ("GET /flows", "GET /rest/v1.0/projects", "POST /master-data/x/", "GET /stream/flows"):
        status, answer = say(server, [f"{line} HTTP/1.1", here(server), header, "Content-Length: 2"], b"{}")
        assert status != 500, answer
    assert server.running


def test_slow_clients_keep_nobody_waiting(server):
    port = int(server.url.rpartition(":")[2])
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            half = f"POST /x HTTP/1.1\r\n{here(server)}\r\n" + (
                "Content-Length: 10\r\n\r\nab" if number % 2 else "X-A: "
            )
            connection.sendall(half.encode())
        assert say(server, ["GET / HTTP/1.1", here(server)])[0] == 200
    finally:
        for connection in slow:
            connection.close()
