"""A BlizWork as the conformance cases want it: token, user, company, process `sales`, an empty table `Clientes`, a receiver of calls."""

import http.server
import json
import queue
import threading

import pytest
import requests

from workfront_orm.sandbox import Sandbox


class Client:
    """Plain HTTP in one environment; `ok` and `refused` look at the result code."""

    def __init__(self, sandbox, environment="production"):
        self.sandbox = sandbox
        self.environment = environment
        self._http = requests.Session()
        self._http.trust_env = False

    def raw(self, method, path, **options):
        url = path if path.startswith("http") else self.sandbox.url + path
        return self._http.request(method, url, timeout=10, **options)

    def post(self, operation, slash="/", token=None, **params):
        body = {"userId": self.sandbox.user_id, "environment": self.environment, **params}
        return self.raw("POST", f"/{operation}/{token or self.sandbox.token}{slash}", json=body)

    def ok(self, operation, **params):
        answer = self.post(operation, **params)
        assert answer.status_code == 200, answer.text
        assert answer.json()["resultCode"] == 0, answer.text
        return answer.json()

    def refused(self, operation, **params):
        answer = self.post(operation, **params)
        assert answer.status_code == 200, answer.text
        assert answer.json()["resultCode"] != 0
        assert answer.json()["resultMessage"]
        return answer.json()

    def init(self, **params):
        return self.ok("init", companyId=self.sandbox.company_id, workflowId="sales", **params)["caseNumber"]

    def case(self, number, include=0, process="sales"):
        return self.ok("process/case", processId=process, caseNumber=number, include=include)["payload"]

    def exec(self, number, form="review", following="done", *, check=None, **params):
        """Execute an activity of `sales`, without extensions unless told; `check` is `ok` unless given."""
        values = {
            "companyId": self.sandbox.company_id,
            "workflowId": "sales",
            "caseNumber": number,
            "formId": form,
            "nextFormId": following,
            "formData": {},
            "skipExtensions": True,
            **params,
        }
        return (check or self.ok)("exec", **values)

    def close(self):
        self._http.close()


class Receiver(http.server.ThreadingHTTPServer):
    """Somebody's server that is called as an extension."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/extension"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.put((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="package")
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="package")
def server(receiver):
    with Sandbox(service="blizwork", data="empty", webhook=receiver.url) as sandbox:
        yield sandbox


@pytest.fixture
def calls(receiver):
    """What the receiver was called with, as a queue."""
    while not receiver.calls.empty():
        receiver.calls.get()
    return receiver.calls


@pytest.fixture
def sandbox(server, calls):
    server.reset()
    return server


@pytest.fixture
def client(sandbox):
    made = Client(sandbox)
    yield made
    made.close()


@pytest.fixture
def draft(sandbox):
    made = Client(sandbox, "draft")
    yield made
    made.close()


@pytest.fixture(scope="module")
def connect():
    """Make clients of any sandbox."""
    made = []

    def make(sandbox, environment="production"):
        made.append(Client(sandbox, environment))
        return made[-1]

    yield make
    for client in made:
        client.close()
