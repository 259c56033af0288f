"""Calls on a type: which of reading, writing, actions, sharing, named queries and metadata a path and verb mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront import actions, copying, meta, named, reading, report, rollup, sharing
from workfront_orm.sandbox.workfront.call import updates_of
from workfront_orm.sandbox.workfront.fields import tree
from workfront_orm.sandbox.workfront.files import first_version
from workfront_orm.sandbox.workfront.model import ID_FORM
from workfront_orm.sandbox.workfront.wire import (
    ILLEGAL_ARGUMENT,
    UNSUPPORTED,
    WireError,
    data_response,
    invalid,
    text_response,
)
from workfront_orm.sandbox.workfront.writes import Writer

if TYPE_CHECKING:
    from workfront_orm.core.specs import ObjectSpec
    from workfront_orm.sandbox.backend import Response
    from workfront_orm.sandbox.workfront.auth import Auth
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity

BULK = 100
_SHARING = ("share", "unshare", "sharePublic", "unsharePublic")


def answer(context: Context, code: str, auth: Auth, url: str) -> Response:
    """Answer a call on a type.

    Args:
        context: the call.
        code: the type.
        auth: for passwords that are written.
        url: base of this version's paths, for metadata.

    Raises:
        WireError: whatever the caller did wrong.
    """
    return _Calls(context, code, auth, url).answer()


class _Calls:
    def __init__(self, context: Context, code: str, auth: Auth, url: str) -> None:
        spec = context.version.spec(code)
        if spec is None:
            raise AssertionError(f"{code} was checked to be in {context.version.name}")
        self.context = context
        self.call = context.call
        self.store = context.store
        self.spec: ObjectSpec = spec
        self.entity: Entity = context.store.entity(code)
        self.auth = auth
        self.url = url

    def answer(self) -> Response:
        rest = self.call.segments[1:]
        method = self.call.method
        if method == "GET":
            rollup.flush(self.store, self.context.now)
            return self._get(rest)
        if method == "POST":
            return self._post(rest)
        if method == "PUT":
            return self._put(rest)
        if method == "DELETE":
            return self._delete(rest)
        raise WireError(400, UNSUPPORTED, f"{method} is not supported: use GET, POST, PUT or DELETE")

    # --- reading -----------------------------------------------------------------------

    def _get(self, rest: list[str]) -> Response:
        context, entity = self.context, self.entity
        word = rest[0] if rest else None
        if len(rest) > 1:
            raise self._no_query("/".join(rest[1:]))
        if word == "metadata":
            return data_response(meta.of_object(context.model, self.spec, self.url, self.call.all("fields")))
        if word is None or _is_id(word):
            self._operation("get")
            ids = [word] if word is not None else self.call.ids()
            if not ids:
                raise invalid(
                    f"An ID is needed to get a {entity.name}; use {self.call.segments[0]}/search to find some"
                )
            return text_response(reading.get_text(context, entity, ids))
        if word in ("search", "count", "report"):
            self._operation(word)
            self._top_level()
            if word == "count":
                return data_response({"count": reading.count(context, entity)})
            return text_response(
                reading.search_text(context, entity) if word == "search" else report.text(context, entity)
            )
        query = self.spec.queries.get(word)
        if query is None and (entity.code, word) not in named.SERVED:
            raise self._no_query(word)
        return text_response(named.text(context, entity, word, query))

    def _no_query(self, name: str) -> WireError:
        return invalid(f"APIModel {self.context.version.label} does not support namedQuery {name} ({self.entity.name})")

    # --- creating ----------------------------------------------------------------------

    def _post(self, rest: list[str]) -> Response:
        if rest:
            if _is_id(rest[0]) or len(rest) > 1:
                raise WireError(
                    400, UNSUPPORTED, f"POST makes new objects: it takes no ID ({'/'.join(rest)}). Use PUT to edit."
                )
            raise WireError(400, UNSUPPORTED, f"POST to {rest[0]} is not supported")
        source = self.call.get("copySourceID")
        self._operation("copy" if source else "add")
        self._top_level()
        written = updates_of(self.call, self.entity)
        if source is not None:
            if not isinstance(written, dict):
                raise invalid("A copy takes one object of overriding fields")
            with self.store.transaction():
                key = copying.copy(
                    self.context, self._writer(), self.entity, source, written, copying.options_of(self.call)
                )
            return self._state([key], single=True)
        if isinstance(written, dict):
            with self.store.transaction():
                key = self._create(written)
            return self._state([key], single=True)
        return self._bulk(written, self._create)

    def _create(self, written: dict[str, Any]) -> str:
        writer = self._writer()
        version = None
        if self.entity.code == "DOCU":
            version = written.get("currentVersion")
            written = {name: value for name, value in written.items() if name != "currentVersion"}
        key = writer.create(self.entity, written)
        if self.entity.code == "DOCU":
            first_version(self.context, writer, key, version if isinstance(version, dict) else {})
        return key

    # --- editing -----------------------------------------------------------------------

    def _put(self, rest: list[str]) -> Response:  # noqa: PLR0911 - one return a spelling
        word = rest[0] if rest else None
        name = self.call.get("action")
        if word is not None and _is_id(word):
            if len(rest) > 1:
                return self._act(rest[1], [word])
            return self._act(name, [word]) if name else self._edit([word])
        if word == "replace":
            return self._replace()
        if word is not None:
            return self._act(word, self.call.ids())
        if name:
            return self._act(name, self.call.ids())
        written = updates_of(self.call, self.entity)
        if isinstance(written, list):
            self._operation("edit")
            return self._bulk(written, self._edit_item)
        ids = self.call.ids() or ([str(written["ID"])] if written.get("ID") else [])
        if not ids:
            raise WireError(400, UNSUPPORTED, f"An action must be specified to PUT to {self.entity.name} without an ID")
        return self._edit(ids)

    def _edit(self, ids: list[str]) -> Response:
        self._operation("edit")
        self._top_level()
        written = updates_of(self.call, self.entity)
        if not isinstance(written, dict):
            raise invalid("An edit of one object takes one object of fields")
        written = {name: value for name, value in written.items() if name != "ID"}
        keys = [key for text in ids for key in reading.expand_ids(self.context, text)]
        with self.store.transaction():
            for key in keys:
                self._writer().edit(self.entity, key, written)
        return self._state(keys, single=len(keys) == 1)

    def _edit_item(self, item: dict[str, Any]) -> str:
        key = item.get("ID")
        if not key:
            raise invalid(f"Each {self.entity.name} of a bulk edit needs its ID")
        self._writer().edit(self.entity, str(key), item)
        return str(key)

    def _bulk(self, items: list[Any], write: Any) -> Response:
        """Write many objects: one transaction with `atomic`, else each its own, until the first that fails."""
        self._top_level()
        if len(items) > BULK:
            raise WireError(422, ILLEGAL_ARGUMENT, f"At most {BULK} objects can be written at once, not {len(items)}")
        if not all(isinstance(item, dict) for item in items):
            raise invalid("Each item of a bulk call is an object of fields")
        if self.call.flag("atomic"):
            with self.store.transaction():
                for item in items:
                    write(item)
            return data_response({"success": True})
        keys = []
        for item in items:
            with self.store.transaction():
                keys.append(write(item))
        return self._state(keys, single=False)

    def _state(self, keys: list[str], *, single: bool) -> Response:
        """The new state of written objects, as a GET would give it."""
        node = tree(self.store, self.context.version, self.entity, self.call.all("fields"))
        if (
            node.objects()
            or self.entity.code not in ("TASK", "OPTASK", "ASSGN", "HOUR", "NOTE")
            or "*" in "".join(self.call.all("fields"))
        ):
            rollup.flush(self.store, self.context.now)
        texts = reading.objects_text(self.context, node, keys)
        return text_response(texts[0] if single else "[" + ",".join(texts) + "]")

    def _act(self, name: str, ids: list[str]) -> Response:
        keys = [key for text in ids for key in reading.expand_ids(self.context, text)]
        if name in _SHARING and name not in self.spec.actions:
            return sharing.run(self.context, self._writer(), self.entity, name, keys)
        return actions.run(self.context, self._writer(), self.entity, self.spec, name, keys)

    # --- deleting ----------------------------------------------------------------------

    def _delete(self, rest: list[str]) -> Response:
        self._operation("delete")
        self._top_level()
        ids = rest[:1] or self.call.ids()
        if not ids:
            raise invalid(f"An ID is needed to delete a {self.entity.name}")
        force = self.call.flag("force")
        if self.call.flag("atomic"):
            with self.store.transaction():
                self._delete_together(ids, force=force)
            return data_response({"success": True})
        for key in ids:
            with self.store.transaction():
                self._writer().delete(self.entity, key, force=force)
        return data_response({"success": True})

    def _delete_together(self, ids: list[str], *, force: bool) -> None:
        """Delete several as one: children that are on the list keep no parent from going."""
        writer = self._writer()
        left = [writer.existing(self.entity, key)["ID"] for key in ids]
        while left:
            stuck: list[str] = []
            refusal: WireError | None = None
            for key in left:
                if self.store.get(self.entity.code, key) is None:
                    continue
                try:
                    writer.delete(self.entity, key, force=force)
                except WireError as error:
                    stuck.append(key)
                    refusal = error
            if refusal is not None and len(stuck) == len(left):
                raise refusal
            left = stuck

    def _replace(self) -> Response:
        self._operation("replace")
        ids, replacement = self.call.ids(), self.call.get("replacementID")
        if not ids or not replacement:
            raise invalid("replace needs id and replacementID")
        writer = self._writer()
        with self.store.transaction():
            writer.existing(self.entity, replacement)
            for key in ids:
                if key == replacement:
                    raise invalid(f"{self.entity.name} {key} cannot replace itself")
                writer.existing(self.entity, key)
                writer.clear_references(self.entity, key, replacement)
                writer.delete(self.entity, key, force=True)
        return data_response({"success": True})

    # --- what a type takes ----------------------------------------------------------------

    def _writer(self) -> Writer:
        return Writer(self.context, self.auth)

    def _operation(self, name: str) -> None:
        """Refuse what the metadata says that the type does not take; unknown operations refuse nothing."""
        operations = self.spec.operations
        if operations is None:
            operations = self.entity.overlay.get("operations")
        if operations is not None and name not in operations:
            raise WireError(400, UNSUPPORTED, f"{self.entity.name} does not support the operation {name}")
        if self.entity.view is not None and name in ("add", "edit", "delete", "copy", "replace"):
            raise WireError(400, UNSUPPORTED, f"{self.entity.name} does not support the operation {name}")

    def _top_level(self) -> None:
        if self.entity.overlay.get("topLevel") is False:
            raise WireError(
                400,
                UNSUPPORTED,
                f"{self.entity.name} is not a top level object: read and write it through the object that it belongs to",
            )


def _is_id(word: str) -> bool:
    return ID_FORM.match(word) is not None or word.startswith("$$")
