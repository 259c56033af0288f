"""A toy system behind the frame, registered the way another package would: by an entry point."""

import textwrap

import pytest

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
