"""A BlizWork with demo data over real HTTP, a receiver of its web hook's calls, and sessions that repeat quickly."""

import http.server
import json
import queue
import threading

import pytest

from workfront_orm.sandbox import Sandbox
from workfront_orm.testing import sandbox_fixtures


class Receiver(http.server.ThreadingHTTPServer):
    """Takes the calls of the web hook; the test looks at them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.calls.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="session")
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def server(receiver):
    with Sandbox(service="blizwork", data="demo", webhook=receiver.url) as sandbox:
        yield sandbox


# Classes are shared by all sessions of a user, and tests change the data.
sandbox, connect = sandbox_fixtures(lambda session: session.reflect())


@pytest.fixture
def session(connect):
    return connect()


@pytest.fixture
def sales(session, sandbox):
    """The class of the process `sales`; the log is empty, so that a test counts its own requests."""
    cls = session.process("sales")
    sandbox.requests.clear()
    return cls


@pytest.fixture
def clientes(session, sandbox):
    cls = session.table("Clientes", key="RUT")
    sandbox.requests.clear()
    return cls


@pytest.fixture
def asked(sandbox):
    """The operations that were asked for since the last look, without the token."""

    def asked():
        found = [one.path.rsplit("/", 1)[0] for one in sandbox.requests]
        sandbox.requests.clear()
        return found

    return asked


@pytest.fixture(scope="session")
def called_by(receiver):
    """Have a session make a genuine call of the web hook, by executing a case in production."""

    def make(session):
        while not receiver.calls.empty():
            receiver.calls.get()
        case = session.process("sales")(session, amount=1)
        case.save()
        case.execute("negotiate")
        return receiver.calls.get(timeout=30)

    return make


@pytest.fixture
def hook_call(session, called_by):
    """Make a genuine call of the web hook."""
    return lambda: called_by(session)


@pytest.fixture
def sent(session, monkeypatch):
    """The bodies that the session sends, decoded, in order."""
    found = []
    send = session._transport.send

    def record(request, url, headers):
        found.append(request.json)
        return send(request, url, headers)

    monkeypatch.setattr(session._transport, "send", record)
    return found
