"""The conformance cases of facts/flowdock/API.md, section 9, by their numbers, over plain HTTP."""

import base64
import json
import re

import pytest

from workfront_orm.sandbox.backend import Response

MAIN = "/flows/acme/main"
MESSAGES = f"{MAIN}/messages"
NOT_FOUND = b'{"message":"not found"}'
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x02\0\0\0\x03" + b"\x08\x02\0\0\0"

streaming = pytest.mark.skipif(
    "stream" not in Response.__dataclass_fields__, reason="the frame of the sandboxes cannot stream yet"
)


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [message["id"] for message in answer.json()]


def activity(sandbox, **changes):
    return {
        "flow_token": sandbox.flow_token,
        "event": "activity",
        "author": {"name": "Ray", "avatar": None},
        "title": "created item",
        "external_thread_id": "I1",
        "thread": {"title": "Item"},
        **changes,
    }


def test_1_users(ray):
    answer = ray.get("/users")
    assert answer.status_code == 200
    assert answer.headers["Flowdock-User"] == "2"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert {"id", "nick", "name", "email", "avatar", "website"} == set(answer.json()[0])
    assert [(user["id"], user["nick"]) for user in answer.json()] == [(2, "Ray_"), (42, "Hubot")]


def test_2_no_credentials(nobody):
    answer = nobody.get("/users")
    assert answer.status_code == 401
    assert set(answer.json()) == {"message"}


def test_3_send_a_message(ray):
    answer = ray.post(MESSAGES, {"event": "message", "content": "hi", "tags": None, "thread_id": None})
    assert answer.status_code == 201
    message = answer.json()
    assert isinstance(message["id"], int)
    assert (message["content"], message["tags"], message["user"]) == ("hi", [], "2")
    assert message["thread"]["id"] == message["thread_id"]
    assert re.fullmatch(r"[\w-]{27}", message["thread_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["created_at"])


@pytest.mark.parametrize("content", ["", "  ", None])
def test_4_blank_content(ray, content):
    answer = ray.post(MESSAGES, {"event": "message", "content": content, "tags": None, "thread_id": None})
    assert answer.status_code == 400
    assert answer.json() == {"message": "Validation error", "errors": {"content": ["can't be blank"]}}


def test_5_length_of_content(ray):
    answer = ray.post(MESSAGES, {"event": "message", "content": "x" * 8097})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["content"]
    assert ray.post(MESSAGES, {"event": "message", "content": "x" * 8096}).status_code == 201


def test_6_show_a_message(ray):
    sent = ray.say("hi")
    answer = ray.get(f"{MESSAGES}/{sent['id']}")
    assert answer.status_code == 200
    assert answer.json() == sent


def test_7_show_no_message(ray):
    answer = ray.get(f"{MESSAGES}/999999")
    assert answer.status_code == 404
    assert answer.content == NOT_FOUND


def test_8_edit_content(ray):
    number = ray.say("hi")["id"]
    answer = ray.put(f"{MESSAGES}/{number}", {"content": "edited"})
    assert (answer.status_code, answer.json()) == (200, {})
    shown = ray.get(f"{MESSAGES}/{number}").json()
    assert shown["content"] == "edited"
    assert shown["edited"] >= shown["sent"]


def test_9_edit_tags(ray):
    number = ray.say("hi")["id"]
    answer = ray.put(f"{MESSAGES}/{number}", {"tags": ["a", "a", "b"]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert ray.get(f"{MESSAGES}/{number}").json()["tags"] == ["a", "b"]


def test_10_edit_anothers_message(ray, hubot):
    number = hubot.say("hi")["id"]
    assert ray.put(f"{MESSAGES}/{number}", {"content": "no"}).status_code == 403
    answer = ray.put(f"{MESSAGES}/{number}", {"tags": ["x"]})
    assert (answer.status_code, answer.json()) == (200, {})
    shown = ray.get(f"{MESSAGES}/{number}").json()
    assert (shown["content"], shown["tags"]) == ("hi", ["x"])


def test_11_delete_own_message(ray):
    number = ray.say("hi")["id"]
    answer = ray.delete(f"{MESSAGES}/{number}")
    assert (answer.status_code, answer.json()) == (200, {})
    shown = ray.get(f"{MESSAGES}/{number}")
    assert (shown.status_code, shown.json()["content"]) == (200, "")


def test_12_delete_own_file(ray, hubot):
    sent = ray.post(MESSAGES, data={"event": "file"}, files={"content": ("a.txt", b"x")}).json()
    assert hubot.delete(f"{MESSAGES}/{sent['id']}").status_code == 403
    answer = ray.delete(f"{MESSAGES}/{sent['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    shown = ray.get(f"{MESSAGES}/{sent['id']}")
    assert (shown.status_code, shown.content) == (404, NOT_FOUND)
    assert ray.get(sent["content"]["path"]).status_code == 404


def test_13_delete_anothers_message(ray, hubot):
    number = hubot.say("hi")["id"]
    assert ray.delete(f"{MESSAGES}/{number}").status_code == 403
    assert ray.get(f"{MESSAGES}/{number}").json()["content"] == "hi"


def test_14_generated_tags(ray):
    tags = ray.say("see http://x.org @Hubot", tags=["ref"])["tags"]
    assert tags == ["ref", ":user:42", ":unread:42", ":url"]
    assert ray.say("@team, ref here: http://docs.python.org", tags=["ref"])["tags"] == ["ref", ":user:team", ":url"]


def test_15_list_without_parameters(ray):
    sent = [ray.say(str(number))["id"] for number in range(40)]
    assert ids(ray.get(MESSAGES)) == sent[-30:]


def test_16_limit_and_sort(ray):
    sent = [ray.say(str(number))["id"] for number in range(3)]
    assert ids(ray.get(MESSAGES, params={"limit": 1})) == sent[-1:]
    assert ids(ray.get(MESSAGES, params={"limit": 1, "sort": "asc"})) == sent[:1]
    assert ids(ray.get(MESSAGES, params={"limit": 2, "sort": "asc"})) == sent[:2]
    for limit in (0, 101):
        assert ray.get(MESSAGES, params={"limit": limit}).status_code == 400


def test_17_between_ids(ray):
    sent = [ray.say(str(number))["id"] for number in range(5)]
    between = {"since_id": sent[0], "until_id": sent[4]}
    assert ids(ray.get(MESSAGES, params=between)) == sent[1:4]
    assert ids(ray.get(MESSAGES, params={**between, "limit": 1, "sort": "asc"})) == sent[1:2]


def test_18_events(ray):
    first = ray.say("hi")["id"]
    ray.post(MESSAGES, {"event": "status", "content": "away"})
    file = {"data": base64.b64encode(b"x").decode(), "content_type": "text/plain", "file_name": "a.txt"}
    second = ray.post(MESSAGES, {"event": "file", "content": file}).json()["id"]
    assert ids(ray.get(MESSAGES, params={"event": "file,message"})) == [first, second]
    assert ids(ray.get(MESSAGES, params={"event": "file"})) == [second]


def test_19_search(ray):
    one = ray.say("one and two")["id"]
    ray.say("one and a half")
    two = ray.say("Two, then ONE")["id"]
    ray.say("twofold one")
    assert ids(ray.get(MESSAGES, params={"search": "one two"})) == [one, two]
    assert ids(ray.get(MESSAGES, params={"search": "one two", "skip": 1})) == [one]


@pytest.fixture
def tagged(ray):
    """The messages of the client's manual: 1 has the word, 2 and 3 have tags."""
    return [
        ray.say("1. a keyword")["id"],
        ray.say("2. keywords", tags=["A"])["id"],
        ray.say("3. more keywords", tags=["A", "B"])["id"],
    ]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"search": "keyword"}, [1]),
        ({"tags": "A,B"}, [3]),
        ({"tags": "a,#b"}, [3]),
        ({"tags": "A,B", "tag_mode": "or"}, [2, 3]),
        ({"search": "keyword", "tags": "A,B", "tag_mode": "or"}, [1, 2, 3]),
        ({"search": "keyword", "tags": "A,B", "tag_mode": "or", "skip": 1}, [1, 2]),
        ({"search": "keyword", "tags": "A,B", "tag_mode": "or", "limit": 1}, [3]),
        ({"search": "keyword", "tags": "A,B", "tag_mode": "or", "skip": 1, "limit": 1}, [2]),
        # The ids have no say in a search.
        ({"search": "keyword", "tags": "A", "since_id": 10**6}, [1, 2, 3]),
    ],
)
def test_20_tags(ray, tagged, params, found):
    assert ids(ray.get(MESSAGES, params=params)) == [tagged[number - 1] for number in found]


def test_21_parameters_in_the_body_of_a_get(ray, tagged):
    assert ids(ray.get(MESSAGES, json={"tags": ["A", "B"], "tag_mode": "or"})) == tagged[1:]
    assert ids(ray.get(MESSAGES, json={"tags": ["A", "B"]})) == tagged[2:]
    # The query goes first.
    assert ids(ray.get(MESSAGES, json={"tags": ["A", "B"], "tag_mode": "and"}, params={"tag_mode": "or"})) == tagged[1:]


def test_22_answer_in_a_thread(ray):
    first = ray.say("hi")
    ray.say("elsewhere")
    path = f"{MAIN}/threads/{first['thread_id']}/messages"
    answer = ray.say("re", path)
    assert answer["thread_id"] == first["thread_id"]
    assert ids(ray.get(path)) == [first["id"], answer["id"]]
    assert ids(ray.get(path, params={"limit": 1})) == [answer["id"]]


def test_23_threads(ray):
    sent = [ray.say(str(number)) for number in range(3)]
    answer = ray.get(f"{MAIN}/threads", params={"limit": 1})
    assert [thread["id"] for thread in answer.json()] == [sent[2]["thread_id"]]
    found = [thread["id"] for thread in answer.json()]
    while "next" in answer.links:
        assert "until=" in answer.links["next"]["url"]
        answer = ray.get(answer.links["next"]["url"])
        found += [thread["id"] for thread in answer.json()]
    assert found == [message["thread_id"] for message in reversed(sent)]


def test_24_no_thread(ray):
    assert ray.get(f"{MAIN}/threads/{'x' * 27}").status_code == 404
    assert ray.get(f"{MAIN}/threads/{'x' * 27}/messages").status_code == 404
    assert ray.post(f"{MAIN}/threads/{'x' * 27}/messages", {"event": "message", "content": "x"}).status_code == 404


def test_25_present_an_activity(sandbox, nobody):
    answer = nobody.post("/messages", activity(sandbox))
    assert (answer.status_code, answer.json()) == (202, {})


def test_26_find_what_was_presented(sandbox, nobody, ray):
    nobody.post("/messages", activity(sandbox))
    ray.say("later")
    [message] = ray.get(MESSAGES, params={"event": "activity", "limit": 1}).json()
    assert (message["title"], message["user"], message["app"]) == ("created item", "0", "influx")
    assert message["content"] is None
    assert message["author"] == {"name": "Ray"}
    assert message["thread"]["title"] == "Item"
    assert message["thread"]["activities"] == 1


def test_27_discuss_an_item_that_is_known(sandbox, nobody, ray):
    nobody.post("/messages", activity(sandbox))
    discussion = activity(sandbox, event="discussion", title="commented", body="The comment")
    del discussion["thread"]
    answer = nobody.post("/messages", discussion)
    assert (answer.status_code, answer.json()) == (202, {})
    first, second = ray.get(MESSAGES).json()
    assert second["thread_id"] == first["thread_id"]
    assert second["thread"]["external_comments"] == 1
    assert second["thread"]["activities"] == 1


def test_28_an_unknown_item_needs_a_thread(sandbox, nobody):
    params = activity(sandbox, external_thread_id="never seen")
    del params["thread"]
    answer = nobody.post("/messages", params)
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"thread": ["can't be blank"]}


def test_29_tokens_of_sources(sandbox, nobody, application):
    assert nobody.post("/messages", activity(sandbox, flow_token="unknown")).status_code == 401
    made = application.post(f"{MAIN}/sources", {"name": "short-lived"}).json()
    application.delete(f"{MAIN}/sources/{made['id']}")
    assert nobody.post("/messages", activity(sandbox, flow_token=made["flow_token"])).status_code == 410


def test_30_upload(ray):
    answer = ray.post(MESSAGES, data={"event": "file"}, files={"content": ("ünï cödé.png", PICTURE, "image/png")})
    assert answer.status_code == 201
    message = answer.json()
    assert message["event"] == "file"
    assert message["content"]["file_name"] == "ünï cödé.png"
    assert message["content"]["image"] == {"width": 2, "height": 3}
    assert ":file" in message["tags"]
    assert message["attachments"][0]["path"] == message["content"]["path"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_31_download(ray, slash):
    content = bytes(range(256)) * 8
    path = ray.post(MESSAGES, data={"event": "file"}, files={"content": ("a b.bin", content)}).json()["content"]["path"]
    answer = ray.get(slash + path)
    assert [one.status_code for one in answer.history] == [302]
    assert answer.history[0].headers["Location"].startswith(ray.sandbox.url)
    assert (answer.status_code, answer.content) == (200, content)


def test_32_private_messages(ray, hubot):
    answer = ray.post(
        "/private/42/messages", {"event": "message", "content": "ref here: http://x.org", "tags": ["ref"]}
    )
    assert answer.status_code == 201
    message = answer.json()
    assert message["to"] == "42"
    assert message["tags"] == [":unread:42", "ref", ":url"]
    assert "flow" not in message
    assert "thread" not in message
    assert ids(ray.get("/private/42/messages")) == [message["id"]]
    assert ids(hubot.get("/private/2/messages")) == [message["id"]]


def test_33_private_conversations(ray):
    assert ray.get("/private").json() == []
    answer = ray.get("/private/42")
    assert (answer.status_code, answer.json()["open"]) == (200, False)
    assert [user["id"] for user in answer.json()["users"]] == [2, 42]
    answer = ray.put("/private/42", {"open": True})
    assert (answer.status_code, answer.json()["open"]) == (200, True)
    assert [one["id"] for one in ray.get("/private").json()] == [42]
    assert ray.get("/private/999").status_code == 404


def test_34_make_a_flow(ray):
    answer = ray.post("/flows/acme", {"name": "New flow"})
    assert answer.status_code == 201
    flow = answer.json()
    assert flow["parameterized_name"] == "new-flow"
    assert flow["url"] == f"{ray.sandbox.url}/flows/acme/new-flow"
    assert [user["id"] for user in flow["users"]] == [2]
    assert flow["organization"]["user_count"] == 2
    answer = ray.post("/flows/acme", {"name": "x" * 101})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["name"])
    assert ray.post("/flows/acme", {"name": "x" * 100}).status_code == 201


def test_35_access_mode(ray):
    ray.post("/flows/acme", {"name": "New flow"})
    answer = ray.put("/flows/acme/new-flow", {"access_mode": "link"})
    assert answer.status_code == 200
    assert answer.json()["join_url"]
    assert "users" not in answer.json()
    assert "join_url" not in ray.put("/flows/acme/new-flow", {"access_mode": "invitation"}).json()
    assert ray.put("/flows/acme/new-flow", {"access_mode": "open house"}).status_code == 400


def test_36_archive_a_flow(ray):
    ray.post("/flows/acme", {"name": "New flow"})
    assert ray.put("/flows/acme/new-flow", {"disabled": True}).status_code == 200
    assert [flow["parameterized_name"] for flow in ray.get("/flows").json()] == ["main"]
    answer = ray.post("/flows/acme/new-flow/messages", {"event": "message", "content": "x"})
    assert answer.status_code == 403


def test_37_find_a_flow_by_id(ray):
    flow = ray.get(MAIN).json()
    assert ray.get("/flows/find", params={"id": flow["id"]}).json() == flow
    assert ray.get("/flows/find", params={"id": "unknown"}).status_code == 404


def test_38_make_a_source(application, ray):
    answer = application.post(f"{MAIN}/sources", {"name": "Trello", "external_url": "https://x.org"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["flow_token"]
    shown = ray.get(f"{MAIN}/sources/{made['id']}").json()
    assert shown == {name: value for name, value in made.items() if name != "flow_token"}
    # A personal token has no scopes, and none is integration.
    assert ray.post(f"{MAIN}/sources", {"name": "Trello"}).status_code == 403


def test_39_error_message_of_a_source(sandbox, nobody):
    for text in ("x", ""):
        answer = nobody.put("/sources", {"flow_token": sandbox.flow_token, "error_message": text})
        assert answer.status_code == 200
        assert "flow_token" not in answer.json()


def test_40_delete_a_source(application, nobody):
    made = application.post(f"{MAIN}/sources", {"name": "Trello"}).json()
    assert nobody.get("/sources", params={"flow_token": made["flow_token"]}).json()[0]["id"] == made["id"]
    answer = application.delete(f"{MAIN}/sources/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert application.get(f"{MAIN}/sources/{made['id']}").status_code == 404
    assert nobody.put("/sources", {"flow_token": made["flow_token"]}).status_code == 410


class Events:
    """Server-sent events of a stream, read field by field."""

    def __init__(self, client, path, **headers):
        url = client.sandbox.stream_url + path
        self.answer = client.get(url, stream=True, headers={"Accept": "text/event-stream", **headers})
        assert self.answer.status_code == 200
        self._lines = self.answer.iter_lines(chunk_size=1)
        self.last = None

    def __enter__(self):
        # The first sign of life: from here on nothing is missed.
        assert next(self._lines) == b":"
        return self

    def __exit__(self, *_):
        self.answer.close()

    def next(self):
        while True:
            name, _, value = next(self._lines).partition(b": ")
            if name == b"id":
                self.last = value.decode()
            if name == b"data":
                return json.loads(value)


@streaming
def test_41_stream_as_server_sent_events(ray):
    with Events(ray, MAIN) as events:
        assert events.answer.headers["Content-Type"].startswith("text/event-stream")
        sent = ray.say("line one\nline two")
        assert events.next() == sent
        ray.put(f"{MESSAGES}/{sent['id']}", {"content": "edited"})
        event = events.next()
        assert event["event"] == "message-edit"
        assert event["content"] == {"message": sent["id"], "updated_content": "edited"}
        assert event["id"] > sent["id"]
        ray.put(f"{MESSAGES}/{sent['id']}", {"tags": ["x"]})
        assert events.next()["content"] == {"message": sent["id"], "add": ["x"], "remove": []}


@streaming
def test_42_stream_as_json(ray):
    answer = ray.get(ray.sandbox.stream_url + MAIN, stream=True, headers={"Accept": "application/json"})
    assert answer.headers["Content-Type"].startswith("application/json")
    pieces = iter(answer.iter_content(1))
    # A stray line feed keeps the stream alive.
    assert next(pieces) == b"\n"
    sent = [ray.say("one"), ray.say("two")]
    assert [json.loads(b"".join(iter(pieces.__next__, b"\r"))) for _ in sent] == sent
    answer.close()


@streaming
def test_43_take_a_stream_up_again(ray):
    with Events(ray, MAIN) as events:
        ray.say("seen")
        events.next()
        last = events.last
    missed = [ray.say("missed"), ray.say("missed too")]
    with Events(ray, MAIN, **{"Last-Event-ID": last}) as events:
        assert [events.next(), events.next()] == missed
        later = ray.say("live again")
        assert events.next() == later


def test_44_invitations(ray):
    answer = ray.post(f"{MAIN}/invitations", {"email": "a@b.c"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["state"] == "pending"
    assert ray.post(f"{MAIN}/invitations", {"email": "A@b.c"}).json()["id"] == made["id"]
    assert ray.get(f"{MAIN}/invitations/{made['id']}").json() == made
    answer = ray.delete(f"{MAIN}/invitations/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert ray.get(f"{MAIN}/invitations").json() == []
