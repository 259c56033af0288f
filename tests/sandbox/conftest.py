"""A toy system behind the frame, registered the way another package would (by an entry point), and raw access to Workfront's."""

import textwrap

import pytest
import requests

TOY = """
import json

from workfront_orm.sandbox.backend import Backend, Response


class Toy(Backend):
    secret_names = frozenset({"apikey", "sessionid", "password"})

    def __init__(self, settings):
        self.settings = settings
        self.stored = []
        self.ended = set()
        if "wrong" in settings.options:
            raise ValueError("the toy has no option 'wrong'")

    def info(self):
        return {"api_key": "toy-key", "username": "toy", "password": "toy-password", "seed": self.settings.seed,
                "options": dict(self.settings.options)}

    def method(self, request):
        return dict(request.form).get("method", request.method).upper()

    def has_session(self, request):
        return "sessionid" in request.headers

    def expire_session(self, request):
        self.ended.add(request.headers["sessionid"])
        return True

    def handle(self, request):
        if request.headers.get("sessionid") in self.ended:
            return self.fault_response("expired", request)
        if request.path == "/bug":
            raise KeyError("bug")
        if request.path == "/now":
            return Response(json.dumps(self.settings.clock.now().isoformat()).encode())
        if self.method(request) == "POST":
            self.stored.append(request.path)
        return Response(json.dumps({"path": request.path, "query": request.query, "form": request.form,
            "stored": len(self.stored), "files": [[f.name, f.filename, len(f.content)] for f in request.files],
            "padding": "x" * int(dict(request.query).get("padding", "0"))}).encode())

    def fault_response(self, kind, request):
        status = {"429": 429, "500": 500, "expired": 401, "error_200": 200}[kind]
        return Response(json.dumps({"error": kind}).encode(), status)

    def reset(self):
        self.stored.clear()

    def close(self):
        pass


def create(settings):
    return Toy(settings)


def session(info, **options):
    return dict(info), options
"""


@pytest.fixture(scope="module")
def toy_service(tmp_path_factory):
    """Name of a service that an installed package offers."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "toy_sandbox.py").write_text(textwrap.dedent(TOY))
    package = folder / "toy_sandbox-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: toy_sandbox\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[workfront_orm.sandboxes]\ntoy = toy_sandbox\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("PYTHONPATH", str(folder))
        yield "toy"


@pytest.fixture(scope="module")
def toy_server(toy_service):
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service=toy_service, seed=7) as sandbox:
        yield sandbox


@pytest.fixture
def toy(toy_server):
    toy_server.reset()
    toy_server.latency = 0
    return toy_server


# --- Workfront over raw HTTP ---------------------------------------------------------------


class Raw:
    """Requests to a Workfront sandbox as any client would send them; nothing of ours in between."""

    def __init__(self, sandbox, version="v22.0", **headers):
        self.sandbox = sandbox
        self.base = f"{sandbox.url}/attask/api/{version}" if version else f"{sandbox.url}/attask/api"
        self.http = requests.Session()
        self.http.headers.update(headers)

    def send(self, verb, path, **kw):
        kw.setdefault("timeout", 30)
        return self.http.request(verb, path if path.startswith("http") else self.base + path, **kw)

    def get(self, path, params=None, **kw):
        return self.send("GET", path, params=params, **kw)

    def post(self, path, data=None, **kw):
        return self.send("POST", path, data=data, **kw)

    def put(self, path, params=None, **kw):
        return self.send("PUT", path, params=params, **kw)

    def delete(self, path, params=None, **kw):
        return self.send("DELETE", path, params=params, **kw)

    # Shortcuts that expect success.

    def search(self, code, **params):
        return ok(self.get(f"/{code}/search", params))

    def one(self, code, key, fields=None):
        return ok(self.get(f"/{code}/{key}", {"fields": fields} if fields else None))

    def make(self, code, **fields):
        return ok(self.post(f"/{code}", json=fields))["ID"]

    def count(self, code, **params):
        return ok(self.get(f"/{code}/count", params))["count"]


def ok(response):
    """The data of a successful answer."""
    assert response.status_code == 200, response.text
    answer = response.json()
    assert set(answer) == {"data"}, answer
    return answer["data"]


def error(response, status, kind=None):
    """The message of a failed answer."""
    assert response.status_code == status, response.text
    answer = response.json()
    assert set(answer) == {"error"}, answer
    assert answer["error"]["class"]
    if kind is not None:
        assert answer["error"]["class"].rpartition(".")[2] == kind, answer
    return answer["error"]["message"]


Raw.ok = staticmethod(ok)
Raw.error = staticmethod(error)


@pytest.fixture(scope="session")
def workfront_server():
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="workfront", data="demo", seed=1, clock="2026-05-20T12:30:00Z") as sandbox:
        yield sandbox


@pytest.fixture
def wf(workfront_server):
    """The administrator, by API key, on demo data as new."""
    workfront_server.reset()
    raw = Raw(workfront_server, apiKey=workfront_server.api_key)
    yield raw
    raw.http.close()


@pytest.fixture
def anybody(wf):
    """Somebody without credentials."""
    raw = Raw(wf.sandbox)
    yield raw
    raw.http.close()


@pytest.fixture
def ben(wf):
    """The second user, who is no administrator, with a session."""
    raw = Raw(wf.sandbox)
    login = {"username": wf.sandbox.user_username, "password": wf.sandbox.user_password}
    session = ok(raw.post("/login", login))
    raw.http.cookies.clear()
    raw.http.headers["sessionID"] = session["sessionID"]
    raw.user_id = session["userID"]
    yield raw
    raw.http.close()
