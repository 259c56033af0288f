"""No credential is shown: whatever a session does, its canaries are in no log, error, repr, pickle, traceback or file.

Each way of giving credentials goes through success and failure, against a sandbox and against a server that repeats
what it was told. Everything that a program, a notebook or an error reporter could keep is searched.
"""

import base64
import importlib.util
import io
import itertools
import json
import logging
import pickle
import re
import subprocess
import sys
import traceback
import warnings
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import requests
from rich.console import Console
from rich.traceback import Traceback

from workfront_orm import Session, sandbox
from workfront_orm.core.errors import APIError, AuthenticationError
from workfront_orm.core.exchange import Effect, Request
from workfront_orm.core.redaction import MASK
from workfront_orm.core.retrying import Retrying
from workfront_orm.services import bitrix24, blizwork, cloudbees_cd, flowdock


def _load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Echo = _load("echo").Echo

# Each with characters that are written differently in an address, a form and JSON.
KEY = "canary+key/& 4711 abcdef"
PASSWORD = 'canary"password\\& 4712'
TOKEN = "canary.session=id%4713"
HOOK = "canaryhook4714xyz"
ACCESS = "canary/access+4715"
REFRESH = "canary/refresh+4716"
CLIENT = "canary-client-4717&"
HANDSHAKE = "ca7a4719c0ffee0123456789"
BLIZWORK = "canaryblizwork4718abcdefghijkl"
BASIC = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
ONCE = Retrying(attempts=1, deadline=0.5)


def workfront_key(address):
    return Session("acme", KEY, url_template=f"http://{address}/attask/{{api}}", timeout=0.4, retrying=ONCE)


def workfront_session_id(address):
    session = Session("acme", url_template=f"http://{address}/attask/{{api}}", timeout=0.4, retrying=ONCE)
    session.session_id = TOKEN
    return session


def bitrix24_hook(address):
    return bitrix24.Session(f"http://{address}/rest/1/{HOOK}/", timeout=0.4, reflect=False, retrying=ONCE)


def bitrix24_application(address):
    return bitrix24.Session(
        rest_url=f"http://{address}/rest/",
        access_token=ACCESS,
        refresh_token=REFRESH,
        client_id="local.1",
        client_secret=CLIENT,
        oauth_url=f"http://{address}/oauth/",
        timeout=0.4,
        reflect=False,
        retrying=ONCE,
    )


def cloudbees_cd_session(address):
    return cloudbees_cd.Session(f"http://{address}", session_id=TOKEN, timeout=0.4, retrying=ONCE)


def cloudbees_cd_login(address):
    return cloudbees_cd.Session(f"http://{address}", "ann", PASSWORD, timeout=0.4, retrying=ONCE)


def cloudbees_cd_token(address):
    return cloudbees_cd.Session(f"http://{address}", token=ACCESS, timeout=0.4, retrying=ONCE)


def cloudbees_cd_basic(address):
    return cloudbees_cd.Session(f"http://{address}", "ann", PASSWORD, basic=True, timeout=0.4, retrying=ONCE)


def flowdock_token(address):
    return flowdock.Session(ACCESS, url=f"http://{address}", timeout=0.4, retrying=ONCE)


def flowdock_password(address):
    return flowdock.Session(username="ann", password=PASSWORD, url=f"http://{address}", timeout=0.4, retrying=ONCE)


def blizwork_token(address):
    return blizwork.Session(
        BLIZWORK, "ann@example.com", environment="draft", url=f"http://{address}", timeout=0.4, retrying=ONCE
    )


WAYS = {
    workfront_key: (KEY,),
    workfront_session_id: (TOKEN,),
    bitrix24_hook: (HOOK,),
    bitrix24_application: (ACCESS, REFRESH, CLIENT),
    cloudbees_cd_session: (TOKEN,),
    cloudbees_cd_login: (PASSWORD,),
    cloudbees_cd_token: (ACCESS,),
    cloudbees_cd_basic: (BASIC, PASSWORD),
    flowdock_token: (base64.b64encode(f"{ACCESS}:".encode()).decode(), ACCESS),
    flowdock_password: (BASIC, PASSWORD),
    blizwork_token: (BLIZWORK,),
}
MODES = ("error", "page", "text", "headers", "break", "silence", "redirect")


def read(session):
    """A search that the system knows."""
    if isinstance(session, Session):
        return session.search(session.api.Task, id="0" * 32)
    if isinstance(session, cloudbees_cd.Session):
        return session.search(session.api.Project)
    if isinstance(session, flowdock.Session):
        return session.search(session.api.Flow)
    if isinstance(session, blizwork.Session):
        return session.search(session.process("sales"))
    return session.search(session.api.Deal, id=1)


def new(session):
    """An object that is not saved."""
    if isinstance(session, Session):
        return session.api.Portfolio(session, name="x")
    if isinstance(session, cloudbees_cd.Session):
        return session.api.Project(session, project_name=f"x {next(_numbers)}")
    if isinstance(session, flowdock.Session):
        return session.api.Message(session, flow_id="acme/main", content="x")
    if isinstance(session, blizwork.Session):
        return session.table("Clientes", key="RUT")(session, rut=f"x {next(_numbers)}")
    return session.api.Deal(session, title="x")


_numbers = itertools.count()


def write(session):
    """A create, which is never blindly repeated."""
    if isinstance(session, (flowdock.Session, blizwork.Session)):
        return session.execute(Request(operation="x", method="POST", path="/x", json={"a": 1}, effect=Effect.UNSAFE))
    return new(session).save()


def forms(secret):
    """A secret as it is, and as addresses, forms, JSON and Python write it."""
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        urlencode({"": secret})[1:],
        ascii(secret)[1:-1],
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
    }


def assert_none(text, secrets, where):
    found = [secret for secret in secrets if any(form in text for form in forms(secret))]
    assert not found, f"{where} shows {found}"


def chain(error):
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def shown(error):
    """All that a program or a reporter of errors could make of an error, by where."""
    library = error.__traceback__
    # The frames of this file are the test's own.
    while library is not None and library.tb_frame.f_code.co_filename == __file__:
        library = library.tb_next
    of_library = error.with_traceback(library)
    return {
        "str": "".join(map(str, chain(error))),
        "repr": "".join(map(repr, chain(error))),
        "args": repr([one.args for one in chain(error)]),
        "attributes": repr([vars(one) for one in chain(error)]),
        "pickle": repr(pickle.dumps(error)) + repr(vars(pickle.loads(pickle.dumps(error)))),
        "traceback": "".join(traceback.format_exception(error)),
        "traceback with locals": "".join(
            traceback.TracebackException.from_exception(of_library, capture_locals=True).format()
        ),
    }


def rich_traceback(error):
    """The traceback that the best known printer of them makes, with variables; it takes a while."""
    told = io.StringIO()
    library = error.__traceback__.tb_next
    made = Traceback.from_exception(type(error), error, library, show_locals=True, locals_max_string=None)
    Console(file=told, width=400).print(made)
    return told.getvalue()


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.stop()


@pytest.fixture
def log(monkeypatch):
    """All that is logged, at the lowest level, as handlers of all kinds write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    raw = _Raw(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.addHandler(raw)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)
    root.removeHandler(raw)


class _Raw(logging.Handler):
    """Keeps what handlers get that look at a record's parts."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream

    def emit(self, record):
        self._stream.write(repr({**vars(record), "exc_info": repr(record.exc_info)}) + "\n")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("act", [read, write], ids=["read", "write"])
def test_no_failure_shows_a_credential(echo, log, capfd, way, mode, act):
    other = Echo()
    echo.mode, echo.target = mode, other.url
    try:
        with way(echo.address) as session, warnings.catch_warnings(record=True) as warned:
            with pytest.raises(APIError) as caught:
                act(session)
            kept = repr(session) + repr(vars(session.identity_map)) + repr(session.api) + repr(session.dirty)
    finally:
        other.stop()
    secrets = WAYS[way]
    assert echo.asked, "the canary did not travel"
    assert any(form in "".join(echo.asked) for form in forms(secrets[0])), "the canary did not travel"
    for where, text in shown(caught.value).items():
        assert_none(text, secrets, where)
    assert_none(log.getvalue(), secrets, "the log")
    assert_none("".join(capfd.readouterr()), secrets, "the terminal")
    assert_none("".join(str(one.message) for one in warned), secrets, "a warning")
    assert_none(kept, secrets, "a repr")
    if mode == "error":
        assert_none(rich_traceback(caught.value), secrets, "rich's traceback")
    if mode == "redirect":
        assert not other.asked, "a redirect was followed"


def test_the_canaries_are_found_where_they_are(echo, log):
    """The search itself finds what it looks for: a program that uses requests alone leaks nearly everywhere."""

    def ask(secret):
        requests.get(f"{echo.url}/rest/1/{secret}/x", timeout=1).raise_for_status()

    # Not among those that sessions of this process hide.
    with pytest.raises(requests.HTTPError) as caught:
        ask("canarybird4799")
    found = [where for where, text in shown(caught.value).items() if "canarybird4799" in text]
    assert {"str", "repr", "args", "pickle", "traceback", "traceback with locals"} <= set(found)
    assert "canarybird4799" in rich_traceback(caught.value)
    assert "canarybird4799" in log.getvalue()


@pytest.mark.parametrize("call", ["login", "get_api_key"])
@pytest.mark.parametrize("mode", MODES)
def test_no_failed_login_shows_the_password(echo, log, call, mode):
    echo.mode = mode
    with Session("acme", url_template=f"{echo.url}/attask/{{api}}", timeout=0.4, retrying=ONCE) as session:
        with pytest.raises(APIError) as caught:
            getattr(session, call)("ann@example.com", PASSWORD)
        assert_none(repr(session), [PASSWORD], "repr")
    for where, text in shown(caught.value).items():
        assert_none(text, [PASSWORD], where)
    assert_none(log.getvalue(), [PASSWORD], "the log")


def test_low_level_calls_with_credentials_among_the_parameters(echo, log):
    with Session("acme", url_template=f"{echo.url}/attask/{{api}}", timeout=0.4, retrying=ONCE) as session:
        with pytest.raises(APIError) as caught:
            session.post(f"/login?password={quote(PASSWORD, safe='')}", {"username": "ann", "password": PASSWORD})
        with pytest.raises(TypeError) as foreign:
            session.get(f"https://elsewhere.example/?apiKey={quote(KEY, safe='')}", {"password": PASSWORD})
    for error in (caught.value, foreign.value):
        for where, text in shown(error).items():
            assert_none(text, [PASSWORD, KEY], where)
    assert_none(log.getvalue(), [PASSWORD], "the log")


@pytest.mark.parametrize(
    ("make", "secrets"),
    [
        (lambda: Session("acme", KEY, values="nonsense"), (KEY,)),
        (lambda: Session("acme", KEY, url_template="{nonsense}"), (KEY,)),
        (lambda: Session("acme", KEY, timeout=0), (KEY,)),
        (lambda: bitrix24.Session(f"https://acme.bitrix24.com/rest/{HOOK}"), (HOOK,)),
        (lambda: bitrix24.Session(f"http://acme.bitrix24.com/rest/1/{HOOK}/"), (HOOK,)),
        (lambda: bitrix24.Session(f"https://acme.bitrix24.com/rest/1/{HOOK}/", lazy="nonsense"), (HOOK,)),
        (lambda: bitrix24.Session(access_token=ACCESS, client_secret=CLIENT), (ACCESS, CLIENT)),
        (lambda: bitrix24.Session(rest_url=f"https://a/{HOOK}?auth=x", access_token=ACCESS), (ACCESS,)),
    ],
)  # fmt: skip
def test_a_session_that_cannot_be_made_shows_nothing(make, secrets):
    with pytest.raises((ValueError, KeyError)) as caught:
        make()
    for where, text in shown(caught.value).items():
        assert_none(text, secrets, where)


def test_what_was_handled_before_keeps_its_variables(echo):
    """Only what the library's own calls held is taken away."""

    def own():
        mine = "a value of the program"
        raise LookupError(mine)

    def fail_while_handling(session):
        try:
            own()
        except LookupError:
            read(session)

    with workfront_key(echo.address) as session, pytest.raises(APIError) as caught:
        fail_while_handling(session)
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "mine = 'a value of the program'" in text
    assert "in execute" in text


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_breaks_in_from_outside_shows_nothing(echo, monkeypatch, interrupt):
    with workfront_key(echo.address) as session:
        original = session._transport._http.send

        def broken(request, **options):
            original(request, **options)
            raise interrupt

        monkeypatch.setattr(session._transport._http, "send", broken)
        with pytest.raises(interrupt) as caught:
            read(session)
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    own = text.index("in execute")
    assert_none(text[own:], [KEY], "the traceback")


# --- against sandboxes: success, and faults ---------------------------------------------------

FAULTS = [
    "500",
    "502",
    "502_after",
    "503",
    "429",
    "reset_before",
    "reset_after",
    "truncated",
    "wrong_json",
    "error_200",
    "expired",
]


@pytest.fixture(scope="module", params=["workfront", "bitrix24", "cloudbees_cd", "blizwork", "flowdock"])
def server(request):
    with sandbox.Sandbox(service=request.param, data="empty" if request.param == "workfront" else "demo") as server:
        yield server


def canaries(info):
    """The credentials of a sandbox's JSON line, but for user names and addresses."""
    found = set()
    for name, value in info.items():
        if any(word in name for word in ("key", "password", "token", "secret")) and isinstance(value, str):
            found.add(value)
        elif "webhook" in name:
            found.add(value.rstrip("/").rpartition("/")[2])
    return found


def open_all(server):
    """A session for each way in which the system takes credentials."""
    if server.service == "workfront":
        yield server.session(api_version="v22.0", retrying=ONCE)
        session = server.session(api_version="v22.0", api_key=None, retrying=ONCE)
        session.login(server.username, server.password)
        yield session
        return
    if server.service == "cloudbees_cd":
        yield server.session(retrying=ONCE)
        yield cloudbees_cd.Session(server.url, server.username, server.password, basic=True, retrying=ONCE)
        return
    if server.service == "blizwork":
        yield server.session(retrying=ONCE)
        yield server.session(retrying=ONCE, environment="draft", exec_user_id=server.user_id)
        return
    info = server.info
    if server.service == "flowdock":
        yield server.session(retrying=ONCE)
        yield server.session(retrying=ONCE, username=server.username, password=server.password)
        yield server.session(retrying=ONCE, access_token=info["oauth_token"], flow_token=info["flow_token"])
        yield granted(server)
        return
    yield server.session(retrying=ONCE, requests_per_second=None)
    yield bitrix24.Session(
        rest_url=info["rest_url"],
        access_token=info["access_token"],
        refresh_token=info["refresh_token"],
        client_id=info["client_id"],
        client_secret=info["client_secret"],
        oauth_url=info["oauth_url"],
        requests_per_second=None,
        retrying=ONCE,
    )


def granted(server):
    """A session of an application whose access token is over, so that it is renewed before anything else."""
    client = {"client_id": server.client_id, "client_secret": server.client_secret}
    form = {"grant_type": "password", "username": server.username, "password": server.password, **client}
    form["scope"] = "flow private manage profile offline_access"
    asked = {"Accept": "application/json"}
    told = requests.post(f"{server.url}/oauth/token", data=form, headers=asked, timeout=10).json()
    return server.session(retrying=ONCE, access_token=ACCESS, refresh_token=told["refresh_token"], **client)


def extras(session):
    """What only one system has and what carries credentials of its own, each as a call."""
    if isinstance(session, flowdock.Session):
        flow = session.load(session.api.Flow, "acme/main")
        file = next(one for one in session.search(session.api.Message, flow=flow, event="file"))
        found = {
            "stream": lambda: session.open_stream([("filter", flow.id)], None, 5).close(),
            "download": lambda: session.download(file.content),
            "low-level call": lambda: session.get("/flows/none", {"access_token": ACCESS}),
        }
        if session._flow_token is not None:
            author = {"name": "x"}
            found["present"] = lambda: session.present("1", author, "x", thread={"title": "x"})
            found["source"] = session.own_source
            found["report"] = lambda: session.report_error("x")
        return found
    if isinstance(session, blizwork.Session):
        call = {"environment": "production", "processId": "sales", "processVersion": 1, "caseNumber": 1, "fields": {}}
        check = {"endpoint": "https://a.example/", "token": HANDSHAKE}
        return {
            "upload": lambda: session.upload(b"x", "x.txt"),
            "download": lambda: session.download(session.upload(b"x", "x.txt")),
            "verify": lambda: session.verify({**call, "handshakeToken": HANDSHAKE}, "https://a.example/"),
            "low-level call": lambda: session.request("/utils/validatecall", check),
        }
    return {}


def held(session):
    """The credentials that a session got from its server."""
    tokens = getattr(getattr(session, "_credentials", None), "_tokens", None)
    found = (getattr(session, "session_id", None), getattr(tokens, "access", None), getattr(tokens, "_refresh", None))
    return {one for one in found if one is not None}


def test_neither_success_nor_faults_show_a_credential(server, log, capfd, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    secrets = canaries(server.info) | {ACCESS, PASSWORD, HANDSHAKE}
    assert len(secrets) > 2
    texts = {}
    for number, session in enumerate(open_all(server)):
        with session:
            secrets |= held(session)
            found = read(session)
            secrets |= held(session)
            made = new(session)
            made.save()
            shows = [session, session.api, made, made.fields, vars(session._transport.throttle), session.dirty]
            texts[f"repr {number}"] = repr(shows) + "".join(one._repr_html_() for one in [made, *found[:2]])
            texts[f"report {number}"] = session.save_all([new(session)])._repr_html_()
            texts[f"pickle {number}"] = repr(pickle.dumps([made, *found[:2]]))
            texts[f"explain {number}"] = str(session.query(type((found or [made])[0])).explain())
            with pytest.raises(TypeError) as caught:
                pickle.dumps(session)
            texts.update({f"{where} {number}": text for where, text in shown(caught.value).items()})
            acts = {"read": lambda: read(session), "write": lambda: new(session).save(), **extras(session)}  # noqa: B023 - called in this round
            for kind in [None, *FAULTS]:
                server.faults = None if kind is None else [{"kind": kind}]
                for name, act in acts.items():
                    try:
                        act()
                    except APIError as error:
                        assert kind or name in {"low-level call", "verify"}, error  # noqa: PT017 - some may fail
                        texts.update({f"{kind} {name} {where} {number}": text for where, text in shown(error).items()})
            server.faults = None
            secrets |= held(session)
    entries = server.requests
    texts["sandbox.requests"] = repr(list(entries)) + repr(entries)
    texts["sandbox"] = repr(server) + repr(server.info)
    texts["the log"] = log.getvalue()
    texts["the terminal"] = "".join(capfd.readouterr())
    texts["files"] = "".join(
        path.read_bytes().decode("latin-1") + str(path) for path in tmp_path.rglob("*") if path.is_file()
    )
    if sys.platform == "linux":
        texts["arguments of the process"] = (
            Path(f"/proc/{server.pid}/cmdline").read_text() + Path("/proc/self/cmdline").read_text()
        )
    assert len(texts) > 100
    assert MASK in texts["sandbox.requests"]
    for where, text in texts.items():
        assert_none(text, secrets, where)


def test_a_refused_password_and_a_refused_token(server):
    if server.service == "workfront":
        with (
            server.session(api_version="v22.0", api_key=None, retrying=ONCE) as session,
            pytest.raises(AuthenticationError) as caught,
        ):
            session.login(server.username, PASSWORD)
        secrets = [PASSWORD]
    elif server.service == "cloudbees_cd":
        session = cloudbees_cd.Session(server.url, server.username, PASSWORD, retrying=ONCE)
        with session, pytest.raises(APIError) as caught:
            read(session)
        secrets = [PASSWORD]
    elif server.service == "flowdock":
        with (
            server.session(username=server.username, password=PASSWORD, retrying=ONCE) as session,
            pytest.raises(AuthenticationError) as caught,
        ):
            read(session)
        secrets = [PASSWORD, BASIC]
    elif server.service == "blizwork":
        with server.session(token=BLIZWORK, retrying=ONCE) as session, pytest.raises(AuthenticationError) as caught:
            read(session)
        secrets = [BLIZWORK]
    else:
        info = server.info
        session = bitrix24.Session(
            rest_url=info["rest_url"], access_token=ACCESS, refresh_token=REFRESH, client_id="x", client_secret=CLIENT, reflect=False,
            oauth_url=info["oauth_url"], retrying=ONCE,
        )  # fmt: skip
        with session, pytest.raises(APIError) as caught:
            read(session)
        secrets = [ACCESS, REFRESH, CLIENT]
    for where, text in shown(caught.value).items():
        assert_none(text, secrets, where)


# --- over the whole suite ---------------------------------------------------------------------

LEAKS = {
    "log": "logging.getLogger('x').warning('%s', server.password)",
    "terminal": "print(server.password)",
    "capsys": "print(server.password); capsys.readouterr()",
    "file": "(tmp_path / 'x').write_text(server.password)",
    "error": "APIError('no ' + server.password)",
    "requests": "server.session(api_version='v22.0').get('/user/search', {'name': server.password}); server.requests",
    "nothing": "server.session(api_version='v22.0').search(server.session(api_version='v22.0').api.Task)",
}


def test_the_plugin_that_watches_all_tests_finds_what_they_let_out(tmp_path):
    """tests/canary.py, in a run of its own: one test for each way out, and one that lets nothing out."""
    tests = Path(__file__).parents[1]
    (tmp_path / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(tests)!r})\nimport canary\n\ndef pytest_configure(config):\n    canary.install(config)\n"
    )
    cases = "".join(
        f"def test_{name}(server, capsys, tmp_path):\n    {code}\n\n"
        for name, code in LEAKS.items()
        if name != "terminal"
    )
    (tmp_path / "test_leaks.py").write_text(
        "import logging\nimport pytest\nfrom workfront_orm.core.errors import APIError\n"
        "from workfront_orm.sandbox import Sandbox\n\n"
        "@pytest.fixture(scope='module')\ndef server():\n    with Sandbox(data='empty') as one:\n        yield one\n\n"
        f"{cases}def test_terminal(server):\n    {LEAKS['terminal']}\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "-rA", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    # What a test leaves in its folder is found when it is over, which pytest counts as an error.
    failed = {
        name for name in LEAKS if re.search(rf"(FAILED|ERROR) test_leaks.py::test_{name} - test_leaks", run.stdout)
    }
    assert failed == set(LEAKS) - {"nothing"}, run.stdout
