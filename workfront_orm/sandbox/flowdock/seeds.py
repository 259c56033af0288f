"""The data that a Flowdock starts with: an organization, and for the demo what its people said over two months.

`empty` is the organization `acme` with its flow `main`, the users 2 (`Ray_`, an administrator) and 42 (`Hubot`), and one source.
`demo` adds people, flows, some 900 messages with files, comments and edits, and the items of two integrations. `large` has fifteen
times as many messages. All but the tokens depends on the seed alone; dates lie in spring 2018.
"""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock import words
from workfront_orm.sandbox.flowdock.world import Conversation

if TYPE_CHECKING:
    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.backend import FlowdockBackend

START = datetime(2018, 3, 5, 8, 0, tzinfo=UTC)
ADMINISTRATOR = 2
OTHER = 42
PASSWORD = "changeme"  # noqa: S105 - of a sandbox, told in its JSON line
MESSAGES = {"empty": 0, "demo": 800, "large": 12000}

_FLOWS = ("Design", "Support", "Release planning", "Random")


def plant(backend: FlowdockBackend, data: str, seed: int) -> None:
    """Fill a new Flowdock.

    Args:
        backend: whose data it is.
        data: `empty`, `demo` or `large`.
        seed: of what is random.

    Raises:
        ValueError: the kind of data is unknown.
    """
    if data not in MESSAGES:
        raise ValueError(f"the sandbox of flowdock has no data {data!r}; it has {', '.join(MESSAGES)}")
    world = backend.world
    world.plan(seed)
    world.at(START)
    main, source = _foundation(backend)
    if MESSAGES[data]:
        _Demo(backend, seed).tell(main, source, MESSAGES[data])
    world.live()
    tokens = {name: world.new_secret() for name in ("token", "other_token")}
    for name, user in (("token", ADMINISTRATOR), ("other_token", OTHER)):
        world.documents["tokens"].add(tokens[name], {"user": user})
    oauth = {"client_id": world.new_secret(), "client_secret": world.new_secret()}
    grant = "flow private manage profile integration"
    info: Document = {
        **tokens,
        "oauth_token": backend.access.grant(ADMINISTRATOR, grant)["access_token"],
        "flow_token": source["_flow_token"],
        "user_id": ADMINISTRATOR,
        "username": world.user(ADMINISTRATOR)["email"],
        "password": PASSWORD,
        "org": main["organization"],
        "flow": main["parameterized_name"],
    }
    world.documents["settings"].add("oauth", oauth)
    world.documents["settings"].add("info", info)


def _foundation(backend: FlowdockBackend) -> tuple[Document, Document]:
    """Make the organization with its first flow, users and source."""
    world = backend.world
    add_user(backend, ADMINISTRATOR, "Ray_", "Ray Lin")
    add_user(backend, OTHER, "Hubot", "Hubot")
    world.organizations.add(
        "acme",
        {
            "id": 1,
            "parameterized_name": "acme",
            "name": "Acme",
            "user_limit": 50,
            "active": True,
            "subscription": {"trial": False, "billing_date": "2018-04-01"},
            "members": {str(ADMINISTRATOR): {"admin": True}, str(OTHER): {"admin": False}},
        },
    )
    members = {str(number): {"disabled": False, "open": True} for number in (ADMINISTRATOR, OTHER)}
    main = backend.flows.add("acme", "Main", members)
    source = backend.sources.add(main, world.user(ADMINISTRATOR), "External service", "https://external.example")
    return main, source


def add_user(backend: FlowdockBackend, number: int, nick: str, name: str) -> Document:
    """Make a user."""
    return backend.world.users.add(
        str(number),
        {
            "id": number,
            "nick": nick,
            "name": name,
            "email": f"{nick.strip('_').lower()}@acme.example",
            "avatar": f"https://d2cxspbh1aoie1.cloudfront.example/avatars/{number:08x}/",
            "website": None,
            "status": None,
            "last_activity": None,
            "last_ping": None,
            "_password": PASSWORD,
        },
    )


class _Demo:
    """What was said, drawn from a seed.

    Args:
        backend: whose data it is.
        seed: of what is random.
    """

    def __init__(self, backend: FlowdockBackend, seed: int) -> None:
        self._backend = backend
        self._world = backend.world
        self._random = random.Random(seed)  # noqa: S311 - reproducible demo data
        self._moment = START
        self._step = timedelta(hours=1)
        self._items: dict[str, int] = {}

    def tell(self, main: Document, source: Document, count: int) -> None:
        """Let people talk until there are so many messages."""
        people = self._people()
        flows = [main, *self._flows(people)]
        tracker = self._backend.sources.add(flows[2], self._world.user(ADMINISTRATOR), "Ticket desk", None)
        self._step = timedelta(days=60) / count
        for _ in range(count):
            self._moment += self._step * self._random.uniform(0.2, 1.8)
            self._world.at(self._moment)
            flow = self._random.choices(flows, weights=[8, 3, 4, 2, 2])[0]
            kind = self._random.random()
            if flow is main and kind < 0.12:  # noqa: PLR2004 - shares of what happens
                self._item(flow, source, "ITEM")
            elif flow is flows[2] and kind < 0.4:  # noqa: PLR2004
                self._item(flow, tracker, "TICKET")
            elif kind < 0.16:  # noqa: PLR2004
                self._file(flow)
            elif kind < 0.22:  # noqa: PLR2004
                self._private(people)
            else:
                self._say(flow)
        self._backend.flows.invite(main, {"email": "guest@partner.example"})
        self._world.flows.update(flows[4]["id"], {"access_mode": "organization"})

    def _people(self) -> list[int]:
        members: dict[str, Any] = dict(self._world.organizations["acme"]["members"])
        numbers = [ADMINISTRATOR, OTHER]
        for number, (nick, name) in enumerate(words.PEOPLE, start=101):
            add_user(self._backend, number, nick, name)
            members[str(number)] = {"admin": False}
            numbers.append(number)
        self._world.organizations.update("acme", {"members": members})
        return numbers

    def _flows(self, people: list[int]) -> list[Document]:
        main = self._world.flow_at("acme", "main")
        everyone = {str(number): {"disabled": False, "open": True} for number in people}
        self._world.flows.update(main["id"], {"members": everyone})
        flows = []
        for name in _FLOWS:
            # The administrator and the bot are everywhere, the others in some.
            kept = {
                number: membership
                for number, membership in everyone.items()
                if int(number) in (ADMINISTRATOR, OTHER) or self._random.random() < 0.6  # noqa: PLR2004
            }
            flows.append(self._backend.flows.add("acme", name, kept))
        return flows

    def _say(self, flow: Document) -> None:
        conversation = Conversation.of_flow(flow)
        members = list(flow["members"])
        author = int(self._random.choice(members))
        nick = self._world.users[self._random.choice(members)]["nick"]
        text = self._random.choice(words.SAYINGS).format(
            nick=nick, subject=self._random.choice(words.SUBJECTS), number=self._random.randint(100, 999)
        )
        params: Document = {"event": "message", "content": text}
        if self._random.random() < 0.15:  # noqa: PLR2004
            params["tags"] = self._random.sample(words.TAGS, k=self._random.randint(1, 2))
        threads = [thread["id"] for thread in islice(reversed(self._world.threads(conversation)), 6)]
        if threads and self._random.random() < 0.55:  # noqa: PLR2004
            params["thread_id"] = self._random.choice(threads)
        sent = self._backend.messages.send(conversation, author, params)
        if self._random.random() < 0.03:  # noqa: PLR2004
            self._backend.messages.edit(conversation, author, str(sent["id"]), {"content": f"{text} (edited)"})

    def _item(self, flow: Document, source: Document, prefix: str) -> None:
        conversation = Conversation.of_flow(flow)
        known = self._items.get(prefix, 0)
        number = self._random.randint(max(1, known - 3), known + 1)
        self._items[prefix] = max(known, number)
        subject = words.SUBJECTS[number % len(words.SUBJECTS)]
        color, status = self._random.choice(words.STATUSES)
        item = f"{prefix}-{number:02d}"
        address = f"https://external.example/item/{item}"
        params: Document = {
            "event": "activity",
            "author": {"name": self._random.choice(words.PEOPLE)[1]},
            "title": f"set the status to {status}",
            "external_thread_id": item,
            "thread": {
                "title": f"{item}: {subject}",
                "body": f"<p>What to do about the {subject}.</p>",
                "external_url": address,
                "status": {"color": color, "value": status},
                "fields": [
                    {"label": "Priority", "value": self._random.choice(("low", "normal", "high"))},
                    {"label": "Link", "value": f'<a href="{address}">{item}</a>'},
                ],
                "actions": [{"@type": "ViewAction", "name": "Open", "url": address}],
            },
        }
        if self._random.random() < 0.4:  # noqa: PLR2004
            params.update(event="discussion", title="commented", body=f"<p>Any news on the {subject}?</p>")
        self._backend.messages.present(conversation, source, params)

    def _file(self, flow: Document) -> None:
        name = f"{self._random.choice(words.SUBJECTS).replace(' ', '-')}-{self._random.randint(1, 99)}.txt"
        content = f"Notes on {name}\n".encode() * self._random.randint(1, 40)
        params = {
            "event": "file",
            "content": {"data": base64.b64encode(content).decode(), "content_type": "text/plain", "file_name": name},
        }
        self._backend.messages.send(Conversation.of_flow(flow), int(self._random.choice(list(flow["members"]))), params)

    def _private(self, people: list[int]) -> None:
        other = self._random.choice([number for number in people if number != ADMINISTRATOR])
        pair = (ADMINISTRATOR, other) if self._random.random() < 0.5 else (other, ADMINISTRATOR)  # noqa: PLR2004
        for one, two in (pair, pair[::-1]):
            key = f"{one}/{two}"
            self._world.documents["conversations"].add(key, {"key": key, "other": two, "open": True})
        text = self._random.choice(words.SAYINGS).format(
            nick=self._world.user(pair[1])["nick"],
            subject=self._random.choice(words.SUBJECTS),
            number=self._random.randint(100, 999),
        )
        params = {"event": "message", "content": text}
        self._backend.messages.send(Conversation.of_users(*pair), pair[0], params)
