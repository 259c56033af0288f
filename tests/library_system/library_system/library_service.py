"""What a library is to the mapper: its names, values, requests and answers. It never sends."""

import os

from workfront_orm.core import types
from workfront_orm.core.errors import (
    APIError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    NotSupportedError,
    ServerError,
    ThrottledError,
)
from workfront_orm.core.exchange import Effect, Outcome, Page, Request, Select
from workfront_orm.core.expressions import Comparison
from workfront_orm.core.service import Capabilities, Service, known_operations

PAGE = 100
ERRORS = {400: InvalidRequestError, 401: AuthenticationError, 404: NotFoundError, 429: ThrottledError}


class LibraryService(Service):
    name = "library"
    metadata_folder = os.path.join(os.path.dirname(__file__), "metadata")

    # --- names, keys, values ------------------------------------------------------------

    def codec(self, spec, field):
        return types.NAMED.get(field.type, types.ANY)

    # --- reading ----------------------------------------------------------------------

    def capabilities(self, spec):
        return Capabilities(
            operations=known_operations(spec), paging="keyset", page_size=PAGE, key_filter=PAGE, order=False
        )

    def read_parameters(self, cls, fields, parameters):
        where = tuple(getattr(cls, cls.convert_name(name), cls.custom) == value for name, value in parameters.items())
        return Select(type=cls, fields=fields, where=where)

    def local_conditions(self, select):
        return tuple(condition for condition in select.where if not filters(condition))

    def plan_page(self, select, position, size):
        name = select.type.__name__
        if select.order:
            raise NotSupportedError(f"search {name}: the library sorts by id alone; sort the list in Python")
        query = [("size", str(size))]
        for condition in select.where:
            if not filters(condition):
                raise NotSupportedError(
                    f"search {name}: the library filters by == alone; allow it with filter_locally()"
                )
            query.append((condition.operand.path[0], str(condition.value)))
        if select.ids is not None:
            query.append(("ids", ",".join(select.ids)))
        if position.after is not None:
            query.append(("after", position.after))
        return Request(
            operation=f"search {name}", path=f"/{select.type.code}", query=query, decode=lambda rows: Page(rows=rows)
        )

    def plan_read(self, obj, fields):
        return Request(operation=f"load {obj._label()}", path=f"/{obj.code}/{obj.id}")

    def plan_lookup(self, cls, ids, fields):
        chunks = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
        query = [[("ids", ",".join(chunk)), ("size", str(PAGE))] for chunk in chunks]
        return [Request(operation=f"load {cls.__name__}", path=f"/{cls.code}", query=pairs) for pairs in query]

    plan_load = plan_lookup

    def collection_select(self, owners, collection):
        book = collection.spec.target
        if len(owners) > 1:
            return None
        cls = owners[0].session.api.by_code[book]
        return Select(type=cls, where=(cls.written_by == owners[0].id,))

    def is_embedded(self, relation):
        return False

    # --- writing ----------------------------------------------------------------------

    def plan_changes(self, changes):
        return [(self.plan_change(change), [change]) for change in changes]

    def plan_change(self, change):
        obj, new = change.object, change.kind == "create"
        return Request(
            operation=f"{change.kind} {obj._label()}",
            method={"create": "POST", "update": "PATCH", "delete": "DELETE"}[change.kind],
            path=f"/{obj.code}" if new else f"/{obj.code}/{obj.id}",
            json=change.values or None,
            effect=Effect.UNSAFE if new else Effect.IDEMPOTENT,
            gone_is_done=change.kind == "delete",
            decode=lambda row: [Outcome(key=row.get("id"), row=row if new else None)],
        )

    # --- answers ----------------------------------------------------------------------

    def read_answer(self, response):
        try:
            data = response.decoded()
        except ValueError:
            kind = ServerError if response.status >= 500 or response.status < 400 else APIError
            raise kind("the answer is no JSON", response.status) from None
        if response.status >= 400:
            kind = ERRORS.get(response.status, ServerError if response.status >= 500 else APIError)
            raise kind(data["error"], response.status)
        return data


def filters(condition):
    """Whether the library can filter by a condition: one field equal to a value."""
    return isinstance(condition, Comparison) and condition.operator == "eq" and len(condition.operand.path) == 1
