"""A system in memory, for what no sandbox can be made to do: every way of paging, every kind of outcome."""

import json

import pytest

from workfront_orm.core import types
from workfront_orm.core.exchange import Effect, Outcome, Page, Request, Response, Select, Status
from workfront_orm.core.metadata import MetadataFile
from workfront_orm.core.reflection import APIVersion
from workfront_orm.core.service import Capabilities, Service
from workfront_orm.core.session import BaseSession

OBJECTS = {
    "BOX": {
        "fields": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "text"}, "size": {"type": "integer"}},
        "key": ["id"],
    }
}


class MemoryService(Service):
    """Rows in a list. A request holds what it does; sending it does that.

    Attributes:
        rows: The rows by id, in the order in which they are answered.
        asked: What was asked, one word or tuple a request.
        paging_: How it pages.
        size: The size of a page.
        before: Called with each page's position before it is answered.
        told: What the outcomes of writes are, one list a request.
        tells_last: Whether pages tell the greatest id of all, so that the rest is read in ranges.
    """

    name = "memory"

    def __init__(self):
        self.rows = {}
        self.asked = []
        self.paging_ = "keyset"
        self.size = 3
        self.counts = True
        self.overlap = True
        self.before = lambda position: None
        self.told = []
        self.tells_last = False

    def module(self, version):
        return f"memory_versions.{version}"

    def codec(self, spec, field):
        return types.NAMED.get(field.type, types.ANY)

    def capabilities(self, spec):
        return Capabilities(
            paging=self.paging_,
            page_size=None if self.paging_ == "whole" else self.size,
            write_batch=4,
            overlap=self.overlap,
        )

    def plan_page(self, select, position, size):
        def page(_data):
            self.asked.append(("page", position.after or position.token or position.offset, size))
            self.before(position)
            return self.page(select, position, size)

        return Request(operation="page", path="/page", decode=page)

    def page(self, select, position, size):
        rows = [dict(row) for row in self.rows.values()]
        if position.after is not None:
            rows = [row for row in rows if row["id"] > position.after]
        if position.until is not None:
            rows = [row for row in rows if row["id"] <= position.until]
        start = position.offset or position.token or 0
        page = rows[start : None if size is None else start + size]
        ended = start + len(page) >= len(rows)
        last = max(self.rows, default=None) if self.tells_last else None
        return Page(rows=page, token=None if ended or self.paging_ != "cursor" else start + len(page), last=last)

    def plan_count(self, select):
        def count(_data):
            self.asked.append("count")
            return len(self.rows)

        return Request(operation="count", path="/count", decode=count) if self.counts else None

    def read_parameters(self, cls, fields, parameters):
        return Select(type=cls, fields=fields)

    def plan_lookup(self, cls, ids, fields):
        def rows(_data):
            self.asked.append(("lookup", tuple(ids)))
            return [dict(self.rows[key]) for key in ids if key in self.rows]

        return [Request(operation="lookup", path="/lookup", decode=rows)]

    def plan_changes(self, changes):
        return [
            (self.plan_batch(changes[start : start + 4]), list(changes[start : start + 4]))
            for start in range(0, len(changes), 4)
        ]

    def plan_batch(self, changes):
        def write(_data):
            self.asked.append((changes[0].kind, *(change.values.get("name", change.object.id) for change in changes)))
            told = self.told.pop(0) if self.told else [Outcome() for _ in changes]
            if isinstance(told, Exception):
                raise told
            return [self.carry_out(change, outcome) for change, outcome in zip(changes, told, strict=True)]

        return Request(operation="write", path="/write", effect=Effect.IDEMPOTENT, decode=write)

    def carry_out(self, change, outcome):
        if outcome.status is not Status.DONE:
            return outcome
        if change.kind == "delete":
            self.rows.pop(change.object.id)
            return outcome
        key = change.object.id or max(self.rows, default=0) + 1
        self.rows[key] = {"id": key, **self.rows.get(key, {}), **change.values}
        return Outcome(key=key, row=dict(self.rows[key]))

    def read_answer(self, response):
        return json.loads(response.body)


class MemorySession(BaseSession):
    """A session whose requests go nowhere."""

    def send(self, request):
        return Response(status=200, headers={}, body=b"null", request=request)


@pytest.fixture
def memory(tmp_path):
    """A system in memory."""
    return MemoryService()


@pytest.fixture
def boxes(memory, tmp_path):
    """A session with the system in memory; its classes are `boxes.api`."""
    lines = ",\n".join(f'"{key}": {json.dumps({"name": "Box", "code": key, **raw})}' for key, raw in OBJECTS.items())
    path = tmp_path / "v1.json"
    path.write_text(
        f'{{"format": 1, "service": "memory", "version": "v1", "source": {{}}, "objects": {{\n{lines}\n}}}}\n'
    )
    api = APIVersion("v1", memory, MetadataFile(path))
    with MemorySession(memory, "memory://", api) as session:
        yield session
