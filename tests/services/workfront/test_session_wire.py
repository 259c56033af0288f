"""The exact wire forms of the session, and every way an answer can fail."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests

from workfront_orm import APIError, Session, WorkfrontAPIError
from workfront_orm.core.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidResponseError,
    OutcomeUnknown,
    RequestTimeoutError,
    ServerError,
    UnknownNameError,
)
from workfront_orm.core.metadata import MetadataError, MetadataNotFoundError
from workfront_orm.core.reflection import APIVersion
from workfront_orm.core.retrying import Retrying
from workfront_orm.services.workfront.session import (
    CURRENT_TEMPLATE,
    ONDEMAND_TEMPLATE,
    PREVIEW_TEMPLATE,
    SANDBOX_TEMPLATE,
)

ONCE = Retrying(attempts=1)


@pytest.fixture
def once(canned):
    """A session that repeats nothing."""
    return canned.session(retrying=ONCE)


# --- addresses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "version", "url"),
    [
        (ONDEMAND_TEMPLATE, "v4.0", "https://acme.attask-ondemand.com/attask/api/v4.0"),
        (ONDEMAND_TEMPLATE, "unsupported", "https://acme.attask-ondemand.com/attask/api/unsupported"),
        (SANDBOX_TEMPLATE, "v4.0", "https://acme.attasksandbox.com/attask/api/v4.0"),
        (CURRENT_TEMPLATE, "v22.0", "https://acme.my.workfront.com/attask/api/v22.0"),
        (CURRENT_TEMPLATE, "unsupported", "https://acme.my.workfront.com/attask/api-unsupported"),
        (PREVIEW_TEMPLATE, "v22.0", "https://acme.preview.workfront.com/attask/api/v22.0"),
    ],
)
def test_the_address(template, version, url):
    with Session("acme", api_version=version, url_template=template) as session:
        assert session.url == url
        assert session.api.version == session.api_version == version
        assert repr(session) == f"<Session {url}>"


def test_the_historic_defaults():
    with Session("acme") as session:
        assert session.url == "https://acme.attask-ondemand.com/attask/api/unsupported"
        assert session.api.version == "unsupported"
        assert (session.api_key, session.session_id, session.user_id, session.ssl_context) == (None, None, None, None)


@pytest.mark.parametrize(
    "path",
    [
        "https://acme.example.evil.com/attask/api/v22.0/login",
        "https://acme.exampleevil.com/attask/api/v22.0/login",
        "https://acme.example@evil.com/attask/api/v22.0/login",
        "https://acme.example:443@evil.com/attask/api/v22.0",
        "https://acme.example\\@evil.com/attask/api/v22.0",
        "https://acme.example/attask/api/v22.0.evil.com/login",
        "https://acme.example/attask/api/v22.0evil/login",
        "https://acme.example/attask/api/v21.0/login",
        "https://acme.example/other",
        "https://acme.example:8443/attask/api/v22.0/login",
        "https://user@acme.example/attask/api/v22.0/login",
        "http://acme.example/attask/api/v22.0/login",
        "ftp://acme.example/attask/api/v22.0/login",
        "//evil.com/attask/api/v22.0/login",
        "\\\\evil.com/x",
        "https:evil.com",
        "javascript:alert(1)",
    ],
)
def test_addresses_of_others_are_refused_before_anything_is_sent(canned, session, path):
    for send in (session.get, session.post, session.put, session.delete):
        with pytest.raises(TypeError, match="url not for this session"):
            send(path, {"name": "x"})
    assert not canned.requests


def test_the_refusal_shows_no_secret(session):
    with pytest.raises(TypeError) as caught:
        session.get("https://ann:geheim@evil.com/?apiKey=geheim")
    assert "geheim" not in str(caught.value)


def test_a_full_address_of_this_session_is_taken(canned, session):
    session.get(session.url + "/PROJ/search")
    assert [asked.url for asked in canned.requests] == [f"{canned.url}/PROJ/search"]


def test_a_path_never_continues_the_hosts_name(canned):
    canned.will_answer({"data": 1})
    session = canned.session(url_template="https://{domain}.example", api_version="v22.0")
    session.get(".evil.com/x")
    assert canned.requests[0].url == "https://acme.example/.evil.com/x"


def test_a_path_with_an_address_in_its_query_is_a_path(canned, session):
    canned.will_answer({"data": 1})
    session.get("/x?u=http://elsewhere")
    assert canned.requests[0].url == f"{canned.url}/x?u=http://elsewhere"


# --- low-level requests -----------------------------------------------------------------


@pytest.mark.parametrize("verb", ["get", "post", "put", "delete"])
def test_everything_is_a_posted_form_with_the_verb_in_it(canned, session, verb):
    canned.will_answer({"data": [1]})
    assert getattr(session, verb)("/x", {"a": "ä"}) == [1]
    (asked,) = canned.requests
    assert asked.url == f"{canned.url}/x"
    assert asked.pairs == [("a", "ä"), ("method", verb.upper()), ("apiKey", "canned-key")]
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded;charset=utf-8"


def test_any_verb(canned, session):
    canned.will_answer({"data": 1})
    assert session.request("OPTIONS", "/x") == 1
    assert canned.sent() == [("OPTIONS", "/x", {})]


def test_parameters_become_text(canned, session, api):
    canned.will_answer({"data": 1})
    session.get(
        "/x",
        {
            "none": None,
            "yes": True,
            "number": 5,
            "float": 1.5,
            "money": Decimal("1.50"),
            "moment": datetime(2030, 1, 1, tzinfo=UTC),
            "list": ["a", 1, None],
            "map": {"a": {"b": None}},
            "code": api.Task.status.choices.COMPLETE,
            "object": api.Task(None, ID="t1"),
        },
    )
    assert canned.requests[0].params == {
        "none": "",
        "yes": "true",
        "number": "5",
        "float": "1.5",
        "money": "1.50",
        "moment": "2030-01-01T00:00:00:000+0000",
        "list": '["a", 1, null]',
        "map": '{"a": {"b": null}}',
        "code": "CPL",
        "object": "t1",
    }


@pytest.mark.parametrize("value", [object(), b"bytes", datetime(2030, 1, 1), 1j])  # noqa: DTZ001 - naive on purpose
def test_values_without_a_wire_form_are_refused_before_anything_is_sent(canned, session, value):
    with pytest.raises((TypeError, ValueError), match=r"wire|time zone"):
        session.get("/x", {"a": [value]})
    assert not canned.requests


# --- credentials ------------------------------------------------------------------------


def test_credentials_travel_in_the_body_only(canned):
    session = canned.session(api_key="geheim")
    session.get("/PROJ/search")
    (asked,) = canned.requests
    assert asked.pairs[-1] == ("apiKey", "geheim")
    assert "geheim" not in asked.url
    assert not any("geheim" in value for value in asked.headers.values())


def test_login_and_logout(canned):
    session = canned.session(api_key=None)
    canned.will_answer({"data": {"sessionID": "s1", "userID": "u1", "other": 1}})
    session.login("ann", "pw")
    assert (session.session_id, session.user_id) == ("s1", "u1")
    session.get("/PROJ/search")
    canned.will_answer({"data": {"success": True}})
    session.logout()
    assert (session.session_id, session.user_id) == (None, None)
    session.get("/PROJ/search")
    assert [(asked.path, asked.pairs) for asked in canned.requests] == [
        ("/login", [("username", "ann"), ("password", "pw"), ("method", "GET")]),
        ("/PROJ/search", [("method", "GET"), ("sessionID", "s1")]),
        ("/logout", [("method", "GET"), ("sessionID", "s1")]),
        ("/PROJ/search", [("method", "GET")]),
    ]


def test_a_refused_login_starts_no_session(canned):
    session = canned.session(api_key=None)
    canned.will_answer({"error": {"class": "com.attask.common.AuthenticationException", "message": "wrong"}}, 401)
    with pytest.raises(AuthenticationError, match="wrong"):
        session.login("ann", "pw")
    assert (session.session_id, session.user_id) == (None, None)


def test_an_api_key_goes_before_a_session(canned):
    session = canned.session()
    session.session_id = "s1"
    session.get("/PROJ/search")
    assert [name for name, _ in canned.requests[0].pairs] == ["method", "apiKey"]


def test_get_api_key(canned):
    session = canned.session(api_key=None)
    canned.will_answer({"data": {"result": "k"}})
    assert session.get_api_key("ann", "pw") == "k"
    assert canned.sent() == [("PUT", "/user", {"action": "getApiKey", "username": "ann", "password": "pw"})]


def test_without_credentials_the_error_says_what_to_do(canned):
    session = canned.session(api_key=None)
    canned.will_answer(
        {"error": {"class": "com.attask.common.AuthenticationException", "message": "not logged in"}}, 401
    )
    with pytest.raises(
        WorkfrontAPIError, match=r"search Task: 401: .*give the session an api_key, or call session\.login"
    ):
        session.search(session.api.Task)


def expire(canned, sessions):
    """Answer 401 to every request with none of these session ids, and log in with the next one."""
    ids = iter(sessions)
    good = set()

    def answer(asked):
        from urllib.parse import parse_qs

        form = parse_qs(asked.body.decode())
        if asked.url.endswith("/login"):
            assert "sessionID" not in form
            key = next(ids)
            good.add(key)
            return 200, {}, f'{{"data": {{"sessionID": "{key}", "userID": "u"}}}}'
        if form.get("sessionID", [""])[0] in good:
            return 200, {}, '{"data": []}'
        return 401, {}, '{"error": {"message": "expired"}}'

    canned.mock.registered()[0].callback = answer
    return good


def test_an_expired_session_logs_in_once_more(canned):
    session = canned.session(api_key=None)
    good = expire(canned, ["s1", "s2"])
    session.login("ann", "pw")
    good.clear()
    assert session.search(session.api.Task) == []
    assert session.session_id == "s2"


def test_threads_share_one_new_login(canned):
    session = canned.session(api_key=None)
    good = expire(canned, ["s1", "s2"])
    session.login("ann", "pw")
    good.clear()
    start, results = threading.Barrier(6), []

    def search():
        start.wait()
        results.append(session.search(session.api.Task))

    threads = [threading.Thread(target=search) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[]] * 6
    assert session.session_id == "s2"


# --- answers that fail ------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 404, 422])
def test_an_error_is_an_error_at_any_status(canned, once, status):
    canned.will_answer({"error": {"class": "java.lang.X", "message": "no"}}, status)
    with pytest.raises(WorkfrontAPIError) as caught:
        once.get("/x")
    assert caught.value.data == {"class": "java.lang.X", "message": "no"}
    assert caught.value.code == status
    assert caught.value.message == "no"


@pytest.mark.parametrize("error", ["text", None, 5, [], {}, {"code": 1}])
def test_an_error_of_any_shape(canned, session, error):
    canned.will_answer({"error": error}, 422)
    with pytest.raises(WorkfrontAPIError) as caught:
        session.get("/x")
    assert caught.value.data == error


@pytest.mark.parametrize(
    ("body", "status"), [("<html>Bad Gateway</html>", 502), ("", 501), (b"\xff\xfe", 503), ("[]", 500), ("null", 500)]
)
def test_a_page_of_a_gateway(canned, once, body, status):
    canned.will_answer(body, status)
    with pytest.raises(ServerError) as caught:
        once.get("/x")
    assert isinstance(caught.value, WorkfrontAPIError)
    assert caught.value.code == status


@pytest.mark.parametrize(
    "body", ["<html>Sign in</html>", "", b"\xff", "{", "[1]", "5", "null", '"x"', '{"other": 1}', "{}"]
)
def test_an_answer_that_is_none(canned, once, body):
    canned.will_answer(body)
    with pytest.raises(InvalidResponseError) as caught:
        once.get("/x")
    assert isinstance(caught.value, WorkfrontAPIError)
    assert caught.value.code == 200


def test_a_page_that_is_no_json_keeps_what_came(canned, once):
    canned.will_answer("<html>Sign in</html>")
    with pytest.raises(InvalidResponseError, match="does a proxy stand between") as caught:
        once.search(once.api.Task)
    assert caught.value.data["response"] == "<html>Sign in</html>"
    assert caught.value.operation == "search Task"


def test_a_status_without_an_error(canned, once):
    canned.will_answer({"data": "foo"}, 500)
    with pytest.raises(WorkfrontAPIError) as caught:
        once.get("/x")
    assert (caught.value.data, caught.value.code) == ("Unknown error, check log", 500)
    canned.will_answer({"statusCode": 400, "message": "bad grant"}, 400)
    with pytest.raises(WorkfrontAPIError) as caught:
        once.get("/x")
    assert caught.value.data == {"statusCode": 400, "message": "bad grant"}


def test_a_redirect_is_not_followed_and_named(canned, once):
    canned.will_answer("", 302, headers={"Location": "https://elsewhere/?sessionID=geheim"})
    with pytest.raises(InvalidResponseError, match=r"redirected to https://elsewhere/\?sessionID=\*\*\*.*not followed"):
        once.get("/x")
    assert len(canned.requests) == 1


def test_no_answer(canned, once):
    for failure, kind in (
        (requests.ConnectionError("apiKey=canned-key"), ConnectionFailedError),
        (requests.ReadTimeout("apiKey=canned-key"), RequestTimeoutError),
        (requests.exceptions.ChunkedEncodingError(), ConnectionFailedError),
    ):
        canned.will_answer(failure)
        with pytest.raises(
            kind, match=r"search Task: no answer from https://acme\.example/attask/api/v22\.0/TASK/search"
        ) as caught:
            once.search(once.api.Task)
        assert "canned-key" not in str(caught.value)
        assert isinstance(caught.value, APIError)


def test_rows_that_are_none(canned, once):
    for data in ("text", 5, [1], [[]]):
        canned.will_answer({"data": data})
        with pytest.raises(InvalidResponseError, match="no objects where objects were asked for"):
            once.search(once.api.Task)


def test_no_data_is_no_rows(canned, session):
    canned.will_answer({"data": None})
    assert session.search(session.api.Task) == []


# --- what is repeated -------------------------------------------------------------------


def test_reads_and_edits_are_repeated_creates_and_actions_are_not(canned):
    session = canned.session(retrying=Retrying(attempts=3, sleep=lambda _: None))
    canned.add("TASK", ID="0" * 32, name="x")
    for act in (
        lambda: session.get("/TASK/search"),
        lambda: session.put(f"/TASK/{'0' * 32}", {"name": "y"}),
        lambda: session.search(session.api.Task),
    ):
        canned.sent()
        canned.will_answer("", 502)
        act()
        assert len(canned.sent()) == 2
    task = session.load(session.api.Task, "0" * 32)
    for act in (
        lambda: session.post("/TASK", {"name": "x"}),
        lambda: session.put(f"/TASK/{'0' * 32}/move", {"projectID": "p"}),
        lambda: session.put("/user", {"action": "getApiKey"}),
        lambda: session.put(f"/TASK/{'0' * 32}", {"action": "move"}),
        lambda: task.move("p"),
        lambda: session.api.Task(session, name="x").save(),
    ):
        canned.sent()
        canned.will_answer("", 502)
        with pytest.raises(OutcomeUnknown) as caught:
            act()
        assert isinstance(caught.value, WorkfrontAPIError)
        assert caught.value.code == 502
        assert len(canned.sent()) == 1


# --- search and load --------------------------------------------------------------------


def test_search(canned, session, api):
    canned.add("TASK", ID="t1", name="x")
    (task,) = session.search(
        api.Task,
        ["name"],
        project_id="p1",
        status=["NEW", "INP"],
        planned_completion_date=datetime(2030, 1, 1, tzinfo=UTC),
        planned_completion_date_Mod="gt",
    )
    assert task.name == "x"
    assert canned.sent() == [
        (
            "GET",
            "/TASK/search",
            {
                "projectID": "p1",
                "status": ["NEW", "INP"],
                "plannedCompletionDate": "2030-01-01T00:00:00:000+0000",
                "plannedCompletionDate_Mod": "gt",
                "fields": "name",
                "ID_Sort": "asc",
                "$$LIMIT": "2000",
            },
        )
    ]


def test_search_reads_to_the_end_by_id(canned, api):
    session = canned.session(page_size=3)
    canned.add("TASK", *({"ID": f"t{n}"} for n in range(8)))
    assert [task.id for task in session.search(api.Task)] == [f"t{n}" for n in range(8)]
    assert [(params.get("ID"), params.get("ID_Mod")) for _, _, params in canned.sent()] == [
        (None, None),
        ("t2", "gt"),
        ("t5", "gt"),
    ]


def test_an_exact_number_of_pages_needs_one_more_look(canned, api):
    session = canned.session(page_size=4)
    canned.add("TASK", *({"ID": f"t{n}"} for n in range(8)))
    assert len(session.search(api.Task)) == 8
    assert len(canned.sent()) == 3


def test_search_with_limit_and_first(canned, session, api):
    canned.add("TASK", *({"ID": f"t{n}"} for n in range(8)))
    assert len(session.search(api.Task, **{"$$LIMIT": 3})) == 3
    assert [task.id for task in session.search(api.Task, **{"$$FIRST": 2, "$$LIMIT": 3})] == ["t2", "t3", "t4"]
    assert len(session.search(api.Task, **{"$$FIRST": 2})) == 6
    assert [params["$$LIMIT"] for _, _, params in canned.sent()] == ["3", "3", "100"]


def test_objects_without_an_id_are_read_too(canned, session, api):
    canned.will_answer({"data": [{"objCode": "CSTEM", "value": "A"}, {"objCode": "CSTEM", "value": "B"}]})
    assert [status.value for status in session.search(api.CustomEnum)] == ["A", "B"]


def test_load_takes_names_in_every_form(canned, session, api):
    canned.add("TASK", ID="t1", name="x")
    session.load(api.Task, "t1", ["planned_completion_date", "plannedCompletionDate", api.Task.status, "DE:Region"])
    assert canned.sent() == [("GET", "/TASK", {"id": "t1", "fields": "plannedCompletionDate,status,DE:Region"})]


# --- bad input --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "parameters", "kind", "message"),
    [
        (["statsu"], {}, UnknownNameError, "did you mean 'status'"),
        (["project:nmae"], {}, UnknownNameError, "Project has no member 'nmae'; did you mean 'name'"),
        (["name:first"], {}, UnknownNameError, "is a field"),
        ("name", {}, TypeError, "takes a sequence of names, not the string 'name'"),
        ([5], {}, TypeError, "named by a string or a descriptor"),
        (None, {"statsu": "x"}, UnknownNameError, "search Task: Task has no member 'statsu'; did you mean 'status'"),
        (None, {"project:nmae": "x"}, UnknownNameError, "search Task: Project has no member 'nmae'"),
        (None, {"statsu_Mod": "ne"}, UnknownNameError, "did you mean 'status'"),
        (None, {"status_Mod": "neq"}, ValueError, "is no modifier; did you mean 'ne'"),
        (None, {"name_Sort": "up"}, ValueError, "takes asc, desc, ciasc or cidesc"),
        (None, {"$$LIMIT": 0}, ValueError, "takes a whole number of at least 1, not 0"),
        (None, {"$$LIMIT": "many"}, ValueError, "takes a whole number of at least 1"),
        (None, {"$$FIRST": -1}, ValueError, "takes a whole number of at least 0"),
        (None, {"name": None}, ValueError, "name_Mod='isnull'"),
        (None, {"name": []}, ValueError, "an empty list, which no row can meet"),
        (None, {"plannedStartDate": datetime(2030, 1, 1)}, ValueError, "time zone"),  # noqa: DTZ001 - naive on purpose
        (None, {"name": object()}, TypeError, "has no form on the wire"),
    ],
)
def test_a_wrong_search_is_refused_before_anything_is_sent(canned, session, api, fields, parameters, kind, message):
    with pytest.raises(kind, match=message.replace("$", r"\$")):
        session.search(api.Task, fields, **parameters)
    assert not canned.requests


@pytest.mark.parametrize("what", [None, "Task", 5, int, Session])
def test_what_is_no_class_is_refused(canned, session, what):
    for act in (session.search, lambda cls: session.load(cls, "t1")):
        with pytest.raises(TypeError, match=r"takes a class such as session\.api\.Task"):
            act(what)
    assert not canned.requests


def test_a_class_of_another_version_is_refused(canned, session):
    other = canned.session(api_version="v4.0").api.Task
    with pytest.raises(
        TypeError, match=r"search Task: the class is of version v4\.0, the session of v22\.0; use session\.api\.Task"
    ):
        session.search(other)
    assert not canned.requests


def test_an_unknown_class_names_near_ones(session):
    with pytest.raises(AttributeError, match=r"v22\.0 has no class 'Taks'; did you mean 'Task'"):
        _ = session.api.Taks


def test_an_unknown_version_warns_and_leaves_low_level_calls(canned):
    with pytest.warns(UserWarning, match=r"No APIVersion for v99\.0, only basic requests possible") as caught:
        session = Session("acme", api_key="k", api_version="v99.0", url_template=canned.template)
    assert caught[0].filename == __file__
    canned.sessions.append(session)
    assert session.api is None
    canned.will_answer({"data": 1})
    assert session.get("/x") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": "raw"}, "values takes one of typed, wire, not 'raw'"),
        ({"lazy": "never"}, "lazy takes one of load, warn, raise, not 'never'"),
        ({"page_size": 0}, "page_size takes a whole number of at least 1"),
        ({"page_size": True}, "page_size takes a whole number of at least 1"),
        ({"timeout": 0}, "timeout takes positive seconds"),
        ({"max_concurrent": 0}, "max_concurrent"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Session("acme", **options)


def test_options_are_keyword_only():
    with pytest.raises(TypeError, match="positional"):
        Session("acme", None, None, "https", "v22.0", ONDEMAND_TEMPLATE, "wire")


def test_metadata_of_ones_own(canned, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(
        '{"format": 1, "service": "workfront", "version": "v22.0", "source": {}, "objects": {\n'
        '"TASK": {"name": "Task", "code": "TASK", "fields": {"mine": {"type": "string"}}}\n}}\n'
    )
    session = canned.session(metadata=str(path))
    assert session.api.Task.mine.workfront_name == "mine"
    assert not hasattr(session.api, "Project")
    with pytest.raises(MetadataNotFoundError, match=r"typo\.json"):
        canned.session(metadata=str(tmp_path / "typo.json"))
    path.write_text("{")
    with pytest.raises(MetadataError, match=r"mine2\.json|mine\.json"):
        _ = canned.session(metadata=str(path.rename(tmp_path / "mine2.json"))).api.Task


# --- versions ---------------------------------------------------------------------------


def test_registering_a_version(canned, monkeypatch):
    monkeypatch.setattr(Session.version_registry, "_registered", {})
    mine = APIVersion("mine")
    Session.register(mine)
    assert Session.version_registry["mine"] is mine
    assert canned.session(api_version="mine").api is mine
    assert list(Session.version_registry)[-1] == "mine"
    assert len(Session.version_registry) == len(list(Session.version_registry))
    assert "v22.0" in Session.version_registry
    assert "v99.0" not in Session.version_registry
    del Session.version_registry["mine"]
    assert "mine" not in Session.version_registry


# --- actions and named queries ----------------------------------------------------------


def test_actions(canned, session, api):
    canned.add("TASK", ID="t1", name="x")
    task = session.load(api.Task, "t1")
    canned.sent()
    assert task.move(api.Project(session, ID="p1"), options=["a", "b"]) == "done"
    # `options` is a control word of the protocol, so the arguments travel together inside `updates`.
    assert canned.sent() == [("PUT", "/TASK/t1/move", {"updates": '{"projectID": "p1", "options": ["a", "b"]}'})]
    task.assign("u1", obj_code="USER")
    task.mark_done()
    assert canned.sent() == [
        ("PUT", "/TASK/t1/assign", {"objID": "u1", "objCode": "USER"}),
        ("PUT", "/TASK/t1/markDone", {}),
    ]
    with pytest.raises(ValueError, match=r"Task\.move: the object is not saved; save\(\) it first"):
        api.Task(session).move("p1")
    assert not canned.requests


def test_named_queries(canned, session, api):
    canned.will_answer({"data": [{"ID": "t1", "objCode": "TASK", "name": "x"}, {"ID": "i1", "objCode": "OPTASK"}]})
    task, issue = api.Work.my_work(session, fields=["name"])
    assert (type(task), type(issue)) == (api.Task, api.Issue)
    assert canned.sent() == [("GET", "/WORK/myWork", {"fields": "name"})]
    canned.will_answer({"data": []})
    assert session.named_query(api.Work, "my_work") == []
    with pytest.raises(UnknownNameError, match="did you mean 'myWork'"):
        session.named_query(api.Work, "myWrk")


def test_objects_without_an_id_are_not_sorted_by_it(canned, session, api):
    assert "ID" not in api.by_code["CLSF"]._spec.fields
    canned.will_answer({"data": [{"objCode": "CLSF", "name": "A"}]})
    assert len(session.search(api.by_code["CLSF"])) == 1
    assert canned.sent() == [("GET", "/CLSF/search", {"$$LIMIT": "2000"})]
