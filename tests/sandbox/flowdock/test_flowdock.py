"""What the conformance cases leave out: access, OAuth, people, the older interfaces, demo data, log and faults."""

import base64
import json
from datetime import timedelta

import pytest
import requests

from workfront_orm.sandbox import Sandbox, SandboxError
from workfront_orm.sandbox.backend import Response

MAIN = "/flows/acme/main"
MESSAGES = f"{MAIN}/messages"

streaming = pytest.mark.skipif(
    "stream" not in Response.__dataclass_fields__, reason="the frame of the sandboxes cannot stream yet"
)


# --- who may what -------------------------------------------------------------------------


def test_e_mail_and_password_are_credentials_too(sandbox, nobody):
    auth = (sandbox.username, sandbox.password)
    assert nobody.get("/user", auth=auth).json()["id"] == sandbox.user_id
    assert nobody.get("/user", auth=(sandbox.username, "wrong")).status_code == 401
    assert nobody.get("/user", headers={"Authorization": "Basic ?"}).status_code == 401


def test_a_flow_token_opens_two_doors_only(sandbox, nobody):
    params = {"flow_token": sandbox.flow_token}
    assert nobody.get("/sources", params=params).status_code == 200
    for path in ("/users", "/flows", MESSAGES):
        assert nobody.get(path, params=params).status_code == 401
    assert nobody.post(MESSAGES, {**params, "event": "message", "content": "x"}).status_code == 401


def test_who_has_not_joined_a_flow_is_kept_out(ray, hubot):
    ray.post("/flows/acme", {"name": "Closed"})
    for answer in (
        hubot.get("/flows/acme/closed"),
        hubot.get("/flows/acme/closed/messages"),
        hubot.post("/flows/acme/closed/messages", {"event": "message", "content": "x"}),
    ):
        assert (answer.status_code, answer.json()) == (403, {"message": "Access denied"})
    # Open to the organization it can be seen and, by opening it, joined.
    ray.put("/flows/acme/closed", {"access_mode": "organization"})
    assert hubot.get("/flows/acme/closed").json()["joined"] is False
    assert hubot.get("/flows/acme/closed/messages").status_code == 403
    assert len(hubot.get("/flows").json()) == 1
    assert len(hubot.get("/flows/all").json()) == 2
    assert hubot.put("/flows/acme/closed", {"open": True}).json()["joined"] is True
    assert hubot.get("/flows/acme/closed/messages").json() == []


def test_a_blocked_user_is_kept_out(ray, hubot):
    assert ray.put(f"{MAIN}/users/42", {"disabled": True}).json() == {}
    assert hubot.get(MESSAGES).status_code == 403
    assert [user["disabled"] for user in ray.get(f"{MAIN}/users").json()] == [False, True]
    ray.put(f"{MAIN}/users/42", {"disabled": False})
    assert hubot.get(MESSAGES).status_code == 200


def test_users_change_themselves_only(ray):
    assert ray.put("/users/2", {"nick": "Ray"}).json() == {}
    assert ray.get("/user").json()["nick"] == "Ray"
    assert ray.put("/users/42", {"nick": "Robot"}).status_code == 403
    assert ray.put("/users/2", {"nick": "hubot"}).json()["errors"] == {"nick": ["has already been taken"]}
    assert ray.get("/users/999").status_code == 404


def test_organizations(ray, hubot):
    [organization] = ray.get("/organizations").json()
    assert "users" not in organization
    full = ray.get("/organizations/acme").json()
    assert full["subscription"]["trial"] is False
    assert [(user["id"], user["admin"]) for user in full["users"]] == [(2, True), (42, False)]
    assert ray.get("/organizations/find", params={"id": 1}).json() == full
    assert ray.put("/organizations/acme", {"name": "ACME Ltd"}).json()["name"] == "ACME Ltd"
    assert hubot.put("/organizations/acme", {"name": "Mine"}).status_code == 403
    assert hubot.delete("/organizations/acme/users/2").status_code == 403
    assert ray.get("/organizations/acme/users").json()[1]["admin"] is False
    assert ray.delete("/organizations/acme/users/42").status_code == 204
    assert [user["id"] for user in ray.get(f"{MAIN}/users").json()] == [2]
    assert hubot.get(MESSAGES).status_code == 403


def test_a_user_of_the_organization_is_added_to_a_flow(ray):
    ray.post("/flows/acme", {"name": "New"})
    assert ray.post("/flows/acme/new/users", {"id": 42}).json() == {}
    assert [user["id"] for user in ray.get("/flows/acme/new/users").json()] == [2, 42]
    assert ray.post("/flows/acme/new/users", {"id": 999}).status_code == 400


def test_unknown_paths_and_verbs(ray):
    assert ray.get("/nonsense").json() == {"message": "not found"}
    assert ray.delete(MAIN).status_code == 405
    assert ray("PATCH", MAIN, {"name": "Renamed"}).json()["parameterized_name"] == "main"
    assert ray.post(MESSAGES, data="event=", headers={"Content-Type": "application/json"}).status_code == 400


# --- OAuth -------------------------------------------------------------------------------


def oauth(sandbox, nobody, **params):
    client = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    return nobody.post("/oauth/token", data={**client, **params}, headers={"Accept": "application/json"})


def test_tokens_for_a_password_expire_and_are_refreshed(sandbox, nobody):
    password = {"grant_type": "password", "username": sandbox.username, "password": sandbox.password}
    given = oauth(sandbox, nobody, **password, scope="flow offline_access").json()
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert nobody.get("/flows", headers=bearer).status_code == 200
    assert nobody.get("/private", headers=bearer).status_code == 403
    assert nobody.get("/flows", params={"access_token": given["access_token"]}).status_code == 200
    sandbox.clock += timedelta(hours=3)
    assert nobody.get("/flows", headers=bearer).status_code == 401
    again = oauth(sandbox, nobody, grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert nobody.get("/flows", params={"access_token": again["access_token"]}).status_code == 200


def test_refusals_of_the_token_endpoint(sandbox, nobody):
    password = {"grant_type": "password", "username": sandbox.username, "password": "wrong"}
    assert oauth(sandbox, nobody, **password).json() == {"error": "invalid_grant"}
    assert oauth(sandbox, nobody, grant_type="magic").json() == {"error": "unsupported_grant_type"}
    answer = nobody.post("/oauth/token", data={**password, "client_id": "unknown"})
    assert (answer.status_code, answer.text) == (401, "error=invalid_client")


def test_an_expired_token_is_a_fault(sandbox, application, ray):
    sandbox.faults = [{"kind": "expired", "path": "/user"}]
    assert application.get("/user").status_code == 401
    sandbox.faults = None
    assert application.get("/user").status_code == 401
    assert ray.get("/user").status_code == 200


# --- messages ----------------------------------------------------------------------------


def test_comments_quote_their_message_and_join_its_thread(ray):
    parent = ray.say("question")
    answer = ray.post(f"{MESSAGES}/{parent['id']}/comments", {"content": "answer"})
    assert answer.status_code == 201
    comment = answer.json()
    assert comment["content"] == {"title": "question", "text": "answer"}
    assert comment["tags"] == [f"influx:{parent['id']}"]
    assert comment["thread_id"] == parent["thread_id"]
    ray.put(f"{MESSAGES}/{comment['id']}", {"content": "better answer"})
    assert ray.get(f"{MESSAGES}/{comment['id']}").json()["content"]["text"] == "better answer"
    ray.delete(f"{MESSAGES}/{comment['id']}")
    assert ray.get(f"{MESSAGES}/{comment['id']}").json()["content"] == {"title": "question", "text": ""}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#bug here", ["bug"]),
        ("mail a@hubot.org", [":url"]),
        ("@everyone", [":user:everyone"]),
        ("@nobody", []),
        ("ask hubot", [":highlight:42"]),
        ("@hubot, hubot!", [":user:42", ":unread:42"]),
        ("page#part", []),
    ],
)
def test_tags_that_the_server_finds(ray, text, tags):
    assert ray.say(text)["tags"] == tags


def test_tags_as_text_and_as_list(ray):
    assert ray.say("x", tags="#a, b,A")["tags"] == ["a", "b"]
    assert ray.say("x", tags=["@Hubot", "#c"])["tags"] == [":user:42", "c"]
    answer = ray.post(MESSAGES, {"event": "message", "content": "x", "tags": {"a": 1}})
    assert list(answer.json()["errors"]) == ["tags"]


def test_tags_find_who_was_mentioned(ray):
    number = ray.say("@hubot look")["id"]
    ray.say("nobody")
    assert [one["id"] for one in ray.get(MESSAGES, params={"tags": "@hubot"}).json()] == [number]


def test_edits_are_listed_only_when_they_are_named(ray):
    number = ray.say("a")["id"]
    ray.put(f"{MESSAGES}/{number}", {"content": "b"})
    assert len(ray.get(MESSAGES).json()) == 1
    [edit] = ray.get(MESSAGES, params={"event": "message-edit"}).json()
    assert edit["content"] == {"message": number, "updated_content": "b"}


def test_an_anonymous_message(ray):
    message = ray.say("x", external_user_name="Guest")
    assert (message["user"], message["external_user_name"]) == ("0", "Guest")


def test_files_with_a_presented_item(sandbox, nobody, ray):
    form = {
        "flow_token": sandbox.flow_token,
        "event": "discussion",
        "author[name]": "Ray",
        "title": "commented",
        "body": '<img src="cid:one">',
        "external_thread_id": "I1",
        "thread[title]": "Item",
        "thread[status][color]": "green",
        "thread[status][value]": "TODO",
    }
    answer = nobody.post("/messages", data=form, files={"attachments[one]": ("a.txt", b"x")})
    assert answer.status_code == 202
    [message] = ray.get(MESSAGES).json()
    assert message["attachments"][0]["content_id"] == "one"
    assert message["tags"] == [":file"]
    assert message["thread"]["status"] == {"color": "green", "value": "TODO"}
    # Anybody who sees it may delete it; its thread stays.
    assert ray.delete(f"{MESSAGES}/{message['id']}").status_code == 204
    assert ray.get(f"{MAIN}/threads").json()[0]["external_comments"] == 0
    assert ray.get(f"{MAIN}/threads", params={"empty": 0}).json() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"author": {}}, "author.name"),
        ({"title": ""}, "title"),
        ({"event": "discussion"}, "body"),
        ({"event": "gossip"}, "event"),
        ({"external_thread_id": None}, "external_thread_id"),
        ({"thread": {}}, "thread.title"),
        ({"thread": {"title": "x", "status": {"color": "pink", "value": "x"}}}, "thread.status.color"),
        ({"thread": {"title": "x", "fields": [{"label": "x"}]}}, "thread.fields"),
        ({"thread": {"title": "x", "actions": [{"@type": "Other"}]}}, "thread.actions"),
    ],
)
def test_what_an_integration_must_say(sandbox, nobody, changes, field):
    params = {
        "flow_token": sandbox.flow_token,
        "event": "activity",
        "author": {"name": "Ray"},
        "title": "x",
        "external_thread_id": "I1",
        "thread": {"title": "Item"},
        **changes,
    }
    answer = nobody.post("/messages", params)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_threads_between_moments(ray):
    made = [ray.get(f"{MAIN}/threads/{ray.say(str(number))['thread_id']}").json()["created_at"] for number in range(3)]
    assert len(set(made)) == 3
    for params, left in (
        ({"since": made[0]}, [made[2], made[1]]),
        ({"until": made[2]}, [made[1], made[0]]),
        ({"since": made[0], "until": made[2]}, [made[1]]),
        ({"application": "inbox"}, []),
    ):
        assert [one["created_at"] for one in ray.get(f"{MAIN}/threads", params=params).json()] == left
    assert ray.get(f"{MAIN}/threads", params={"since": "yesterday"}).status_code == 400


def test_an_address_of_the_storage_expires(sandbox, ray, nobody):
    file = {"data": base64.b64encode(b"x").decode(), "content_type": "text/plain", "file_name": "a.txt"}
    path = ray.post(MESSAGES, {"event": "file", "content": file}).json()["content"]["path"]
    assert nobody.get(path).status_code == 401
    address = ray.get(path, allow_redirects=False).headers["Location"]
    assert nobody.get(address).content == b"x"
    sandbox.clock += timedelta(minutes=2)
    assert nobody.get(address).status_code == 403


def test_private_files_are_private(sandbox, ray):
    ray.post("/flows/acme", {"name": "New"})
    sent = ray.post("/private/42/messages", data={"event": "file"}, files={"content": ("a.txt", b"x")}).json()
    assert sent["content"]["path"].startswith("/private/2/42/files/")
    assert ray.get(sent["content"]["path"]).content == b"x"


def test_invitations_of_a_list(ray):
    answer = ray.post(f"{MAIN}/invitations/import", {"list": "a@b.c, wrong\nhubot@acme.example"}).json()
    assert [one["email"] for one in answer["invitations"]] == ["a@b.c"]
    assert [one["id"] for one in answer["added_users"]] == [42]
    assert answer["erroneous_emails"] == ["wrong"]


def test_the_deprecated_push_interface(sandbox, nobody, ray):
    token = sandbox.flow_token
    chat = {"content": "built", "external_user_name": "CI"}
    assert nobody.post(f"/v1/messages/chat/{token}", chat).json() == {}
    mail = {"source": "CI", "from_address": "ci@x.org", "subject": "Build", "content": "<p>red</p>"}
    assert nobody.post(f"/v1/messages/team_inbox/{token}", data=mail).json() == {}
    assert nobody.post("/v1/messages/chat/unknown", chat).status_code == 401
    first, second = ray.get(MESSAGES).json()
    assert (first["user"], first["external_user_name"]) == ("0", "CI")
    assert (second["event"], second["app"], second["content"]["subject"]) == ("mail", "influx", "Build")
    assert all(token not in entry.path for entry in sandbox.requests)


# --- the stream -----------------------------------------------------------------------------


def data_of(lines):
    return json.loads(next(line for line in lines if line.startswith(b"data: ")).removeprefix(b"data: "))


@streaming
def test_a_stream_of_several_conversations(ray, hubot):
    ray.post("/flows/acme", {"name": "Other"})
    params = {"filter": "acme/main", "user": 1, "accept": "text/event-stream"}
    answer = ray.get(f"{ray.sandbox.stream_url}/flows", params=params, stream=True)
    lines = answer.iter_lines(chunk_size=1)
    assert next(lines) == b":"
    ray.say("not this one", "/flows/acme/other/messages")
    sent = hubot.say("in private", "/private/2/messages")
    assert data_of(lines) == sent
    assert data_of(iter([b"data: " + json.dumps(ray.say("in main")).encode()])) == data_of(lines)
    answer.close()


@streaming
def test_a_stream_needs_the_right_to_read(ray, hubot, nobody):
    ray.post("/flows/acme", {"name": "Closed"})
    url = ray.sandbox.stream_url
    assert nobody.get(f"{url}/flows/acme/main").status_code == 401
    assert hubot.get(f"{url}/flows/acme/closed").status_code == 403
    assert hubot.get(f"{url}/flows/acme/unknown").status_code == 404


@streaming
@pytest.mark.parametrize("kind", ["truncated", "reset_after"])
def test_a_stream_that_breaks_is_taken_up_again(sandbox, ray, kind):
    sandbox.faults = [{"kind": kind, "path": "/stream/*", "count": 1}]
    sse = {"Accept": "text/event-stream", "Last-Event-ID": "0"}
    answer = ray.get(f"{sandbox.stream_url}{MAIN}", headers=sse, stream=True)
    with pytest.raises(requests.RequestException):
        list(answer.iter_lines(chunk_size=1))
    sent = ray.say("meanwhile")
    answer = ray.get(f"{sandbox.stream_url}{MAIN}", headers=sse, stream=True)
    assert data_of(answer.iter_lines(chunk_size=1)) == sent
    answer.close()


@streaming
def test_a_quiet_stream_shows_that_it_lives(ray):
    answer = ray.get(f"{ray.sandbox.stream_url}{MAIN}", headers={"Accept": "text/event-stream"}, stream=True)
    lines = answer.iter_lines(chunk_size=1)
    assert [line for _, line in zip(range(4), lines, strict=False)] == [b":", b"", b":", b""]
    answer.close()
    # It is in the log while it is open.
    assert ray.sandbox.requests[-1].path == f"/stream{MAIN}"


# --- the frame --------------------------------------------------------------------------------


def test_no_secret_is_in_the_log(sandbox, ray, nobody, application):
    nobody.post("/messages", {"flow_token": sandbox.flow_token, "event": "activity"})
    nobody.get("/sources", params={"flow_token": sandbox.flow_token})
    application.post(f"{MAIN}/sources", {"name": "x"})
    nobody.get("/flows", params={"access_token": sandbox.oauth_token})
    oauth(sandbox, nobody, grant_type="password", username=sandbox.username, password=sandbox.password)
    text = "".join(repr(entry) for entry in sandbox.requests)
    for name in ("token", "flow_token", "oauth_token", "client_secret", "password"):
        assert sandbox.info[name] not in text, name
    assert "access_token" in text
    assert sandbox.flow_token not in repr(sandbox.info)


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("error_200", 200), ("502", 502)])
def test_faults_speak_the_services_language(sandbox, ray, kind, status):
    sandbox.faults = [{"kind": kind, "count": 1}]
    answer = ray.get("/users")
    assert answer.status_code == status
    if kind != "502":
        assert list(answer.json()) == ["message"]
    assert len(ray.get("/users").json()) == 2


def test_reset_brings_all_back(sandbox, ray):
    before = ray.get(MAIN).json()
    ray.say("hi")
    ray.put(MAIN, {"name": "Renamed"})
    sandbox.reset()
    assert ray.get(MAIN).json() == before
    assert ray.get(MESSAGES).json() == []
    assert ray.say("first again")["id"] == 1


def test_a_file_keeps_the_data(tmp_path, connect):
    path = tmp_path / "flowdock.db"
    with Sandbox(service="flowdock", data="empty", path=path) as sandbox:
        sent = connect(sandbox).say("kept")
        sandbox.kill()
        info = sandbox.info
    with Sandbox(service="flowdock", data="empty", path=path) as sandbox:
        assert sandbox.token == info["token"]
        client = connect(sandbox)
        assert client.get(f"{MESSAGES}/{sent['id']}").json()["content"] == "kept"
        assert client.say("next")["id"] == sent["id"] + 1


@pytest.mark.parametrize("options", [{"data": "huge"}, {"speed": "high"}])
def test_unknown_options_are_refused(options):
    with pytest.raises(SandboxError, match=r"huge|speed"):
        Sandbox(service="flowdock", **options)


# --- demo data -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(connect):
    with Sandbox(service="flowdock", data="demo", seed=1) as sandbox:
        yield connect(sandbox)


def whole(client, path):
    """All messages of a conversation, page by page."""
    found = []
    while True:
        since = found[-1]["id"] if found else 0
        page = client.get(path, params={"limit": 100, "sort": "asc", "since_id": since}).json()
        found += page
        if len(page) < 100:
            return found


def test_the_json_line_leads_to_a_flow_with_messages(demo, connect):
    info = demo.sandbox.info
    assert {"token", "flow_token", "org", "flow", "stream_url"} <= set(info)
    path = f"/flows/{info['org']}/{info['flow']}/messages"
    messages = whole(demo, path)
    assert len(messages) > 200
    assert {"message", "file", "activity", "discussion"} <= {message["event"] for message in messages}
    assert [message["sent"] for message in messages] == sorted(message["sent"] for message in messages)
    assert any(message["edited"] for message in messages)
    source = connect(demo.sandbox, auth=None).get("/sources", params={"flow_token": info["flow_token"]})
    assert source.json()[0]["name"] == "External service"


def test_the_parts_of_the_demo_fit(demo):
    flows = demo.get("/flows").json()
    assert len(flows) == 5
    for flow in flows:
        path = f"/flows/acme/{flow['parameterized_name']}"
        members = {str(user["id"]) for user in demo.get(f"{path}/users").json()}
        answered = {}
        for message in whole(demo, f"{path}/messages"):
            assert message["flow"] == flow["id"]
            assert message["user"] in members | {"0"}
            thread = message["thread"]
            assert thread["id"] == message["thread_id"]
            answered.setdefault(thread["id"], []).append(thread)
        for states in answered.values():
            count = sum(states[0][name] for name in ("activities", "internal_comments", "external_comments"))
            assert count == len(states)
    assert len(demo.get("/private").json()) > 3


def test_one_seed_gives_the_same_data(demo, connect):
    def content(client):
        text = client.get(MESSAGES, params={"limit": 100}).text + client.get("/flows").text
        return text.replace(client.sandbox.url, "")

    for seed, same in ((1, True), (2, False)):
        with Sandbox(service="flowdock", data="demo", seed=seed) as sandbox:
            assert (content(connect(sandbox)) == content(demo)) is same
