"""Whatever is asked, the backend answers: never an exception, always one envelope, and nothing stored by what was refused."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workfront_orm.sandbox.backend import Request, Settings
from workfront_orm.sandbox.clock import Clock, parse_moment
from workfront_orm.sandbox.workfront.app import Workfront

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(scope="module")
def backend():
    found = Workfront(
        Settings("workfront", "http://sandbox", "demo", None, 1, Clock(parse_moment("2026-05-20T12:30:00Z")))
    )
    yield found
    found.close()


@pytest.fixture(scope="module")
def known(backend):
    """Ids of some objects."""
    return [
        row["ID"]
        for code in ("PROJ", "TASK", "OPTASK", "USER", "NOTE", "CTGY")
        for row in backend.store.select(code)[:3]
    ]


def ask(backend, verb, path, pairs=(), body=b"", kind="application/json"):
    headers = {"content-type": kind} if body else {}
    query = [*pairs, ("apiKey", backend.info()["api_key"])]
    answer = backend.handle(Request(verb, path, query, [], headers, {}, body, (), 10))
    assert 200 <= answer.status < 500, answer.body
    assert answer.status != 200 or answer.body
    decoded = json.loads(answer.body)
    assert answer.body.isascii()
    assert set(decoded) == ({"data"} if answer.status == 200 else {"error"})
    return answer.status, decoded


WORDS = st.sampled_from(
    [
        "search",
        "count",
        "report",
        "metadata",
        "replace",
        "share",
        "unshare",
        "move",
        "assign",
        "markDone",
        "convertToTask",
        "myWork",
        "helpDeskQueues",
        "copyIssue",
        "bulkCopy",
        "getApiKey",
        "taskGroupStatuses",
        "nonsense",
        "0",
        "ID",
        "*",
        "$$USER.ID",
        "00000000000000000000000000000000",
    ]
)
CODES = st.sampled_from(
    [
        "PROJ",
        "task",
        "optask",
        "issue",
        "user",
        "note",
        "docu",
        "ctgy",
        "param",
        "cstem",
        "work",
        "update",
        "approval",
        "assgn",
        "hour",
        "role",
        "team",
        "CUST",
        "objcat",
        "jrnle",
        "batch",
        "login",
        "nothing",
    ]
)
NAMES = st.sampled_from(
    [
        "name",
        "status",
        "ID",
        "fields",
        "filters",
        "updates",
        "parentID",
        "projectID",
        "assignedToID",
        "DE:Region",
        "DE:x",
        "parameterValues",
        "tasks",
        "assignments",
        "owner",
        "project",
        "project:name",
        "tasks:name",
        "OR:1:name",
        "AND:1:name",
        "EXISTS:1:ID",
        "EXISTS:1:$$OBJCODE",
        "$$LIMIT",
        "$$FIRST",
        "$$ROLLUP",
        "name_Mod",
        "name_Range",
        "name_Sort",
        "name_1_GroupBy",
        "percentComplete_AggFunc",
        "plannedStartDate",
        "percentComplete",
        "isActive",
        "categoryID",
        "objectCategories",
        "action",
        "method",
        "force",
        "atomic",
        "id",
        "copySourceID",
        "options",
        "map",
        "taskIDs",
        "userIDs",
        "task",
        "objID",
        "objCode",
        "accessorID",
        "coreAction",
        "handle",
        "docObjCode",
        "replacementID",
        "noteText",
        "objObjCode",
        "uri",
        "hours",
        "entryDate",
        "priority",
        "extRefID",
        "durationMinutes",
        "duration",
        "work",
        "workRequired",
        "children",
        "predecessors",
        "accessRules",
    ]
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "name",
            "*",
            "ID,name",
            "tasks:assignments:assignedTo:name",
            '["ID"]',
            "[",
            "{",
            "{}",
            "[]",
            "[{}]",
            '{"name":"x"}',
            '[{"ID":"0"}]',
            "$$TODAY",
            "$$NOWb",
            "$$USER.ID",
            "FIELD:name",
            "FIELD:x",
            "in\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "between",
            "isnull",
            "like",
            "cicontains",
            "bitwiseor",
            "length_gt",
            "allof",
            "asc",
            "desc",
            "sum",
            "true",
            "false",
            "null",
            "0",
            "-1",
            "2001",
            "1e999",
            "2026-05-01",
            "2026-13-45\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "2026-05-18T17:00:00:000-0600",
            "TASK",
            "PROJ",
            "markDone",
            "move",
            "put",
            "GET",
            "00000000000000000000000000000000",
            "NOTEXISTS",
            "%",
            "_",
            "'",
            '"',
            "\\",
            "\x00",
        ]
    ),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=10)
    | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
VERBS = st.sampled_from(["GET", "POST", "PUT", "DELETE"])
VERSIONS = st.sampled_from(["api/v22.0", "api/v4.0", "api-unsupported", "api-internal", "api"])


def path_of(version, code, words):
    return "/attask/" + "/".join([version, code, *words])


@SETTINGS
@given(st.data())
def test_any_parameters(backend, known, data):
    words = data.draw(st.lists(WORDS | st.sampled_from(known), max_size=2))
    path = path_of(data.draw(VERSIONS), data.draw(CODES), words)
    values = VALUES | st.sampled_from(known)
    pairs = data.draw(st.lists(st.tuples(NAMES, values), max_size=5))
    ask(backend, data.draw(VERBS), path, pairs)


@SETTINGS
@given(st.data())
def test_any_body(backend, known, data):
    words = data.draw(st.lists(WORDS | st.sampled_from(known), max_size=2))
    path = path_of(data.draw(VERSIONS), data.draw(CODES), words)
    body = json.dumps(data.draw(JSON)).encode()
    ask(
        backend,
        data.draw(st.sampled_from(["POST", "PUT", "DELETE"])),
        path,
        data.draw(st.lists(st.tuples(NAMES, VALUES), max_size=2)),
        body,
    )


@SETTINGS
@given(st.data())
def test_what_is_refused_stores_nothing(backend, data):
    backend.store.pending.__init__()
    counts = {
        code: backend.store.value(f'SELECT count(*) FROM "{code}"')
        for code in ("TASK", "PROJ", "NOTE", "ASSGN", "OBJCAT")
    }
    fields = data.draw(st.dictionaries(NAMES, JSON, max_size=4))
    project = backend.store.select("PROJ")[0]["ID"]
    status, _ = ask(
        backend,
        "POST",
        "/attask/api/v22.0/task",
        (),
        json.dumps({"name": "t", "projectID": project, **fields}).encode(),
    )
    if status != 200:
        assert counts == {code: backend.store.value(f'SELECT count(*) FROM "{code}"') for code in counts}


@SETTINGS
@given(st.text(alphabet="/abc*?%.:0_-éx", max_size=30), VERBS)
def test_any_path(backend, path, verb):
    ask(backend, verb, "/" + path)
    ask(backend, verb, "/attask/api/v22.0/" + path)


@pytest.mark.parametrize("depth", [10, 60, 100, 300, 900, 990, 10_000, 1_000_000])
def test_deep_json(backend, depth):
    for text in ("[" * depth, '{"a":' * depth, "[" * depth + "]" * depth, "{a:" * depth):
        ask(backend, "POST", "/attask/api/v22.0/project", (), text.encode())
        ask(backend, "POST", "/attask/api/v22.0/project", [("updates", text)])
        ask(backend, "GET", "/attask/api/v22.0/project/search", [("filters", text)])
        ask(backend, "GET", "/attask/api/v22.0/project/search", [("fields", text)])


def test_long_values(backend):
    long = "x" * 1_000_000
    assert ask(backend, "POST", "/attask/api/v22.0/project", (), json.dumps({"name": long}).encode())[0] == 200
    for modifier in ("eq", "contains", "cicontains", "like", "cilike", "startswith", "soundex", "cicontainsany", "in"):
        ask(backend, "GET", "/attask/api/v22.0/project/search", [("name", long), ("name_Mod", modifier)])
        ask(backend, "GET", "/attask/api/v22.0/project/search", [("name", "%_" * 5000), ("name_Mod", modifier)])
    ask(backend, "GET", "/attask/api/v22.0/project/search", [("fields", ",".join(["name"] * 50_000))])
    ask(backend, "GET", "/attask/api/v22.0/project/search", [(f"OR:{n}:name", "x") for n in range(2000)])
    ask(backend, "GET", "/attask/api/v22.0/project/search", [(f"AND:{n}:tasks:name", "x") for n in range(100)])
    ask(backend, "GET", "/attask/api/v22.0/project/search", [(f"name_{n}_Sort", "asc") for n in range(3000)])
    ask(backend, "GET", "/attask/api/v22.0/task/search", [("fields", ":".join(["project", "tasks"] * 1000))])
