"""The Workfront backend: takes a call to what answers it."""

from __future__ import annotations

import gc
import random
import re
import sqlite3
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.backend import Backend, Response
from workfront_orm.sandbox.workfront import batch, files, meta, objects, reading, rollup
from workfront_orm.sandbox.workfront.auth import Auth, refused, session_data
from workfront_orm.sandbox.workfront.call import Call, Context, method_of, parse
from workfront_orm.sandbox.workfront.model import Model
from workfront_orm.sandbox.workfront.store import Store
from workfront_orm.sandbox.workfront.wire import (
    BUSY,
    NOT_FOUND,
    SERVER,
    WireError,
    data_response,
    error_response,
    invalid,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Request, Settings

URI_LIMIT = 8892
# What SQLite says of a request that is beyond its limits rather than wrong.
_TOO_MUCH = re.compile("too (large|many|complex|big|long)|overflow")
_OPTIONS = {"cdn", "shuffle", "strict_status"}
_KEY_ACTIONS = ("getApiKey", "generateApiKey", "clearApiKey", "clearAllApiKeys")


class Workfront(Backend):
    """Sandbox of Workfront.

    Options: `cdn` refuses URIs above 8,892 bytes, as the content delivery network of production does; `shuffle` gives rows
    in another order each time unless a call sorts them; `strict_status` refuses to add to or delete from completed projects.

    Args:
        settings: see `Settings`.

    Raises:
        ValueError: an unknown option.
    """

    secret_names = frozenset(
        {"apikey", "sessionid", "password", "attask", "wf-auth", "x-xsrf-token", "x-user-token", "client_secret"}
    )

    def __init__(self, settings: Settings) -> None:
        unknown = set(settings.options) - _OPTIONS
        if unknown:
            raise ValueError(
                f"the Workfront sandbox has no option {', '.join(sorted(unknown))}; it has {', '.join(sorted(_OPTIONS))}"
            )
        self.settings = settings
        self.options = {name: value.lower() in ("1", "true", "yes", "on") for name, value in settings.options.items()}
        self.shuffle = random.Random(settings.seed) if self.options.get("shuffle") else None  # noqa: S311 - an order
        self.model = Model()
        self.store = Store(self.model, settings.path)
        if self.store.setting("data") is None:
            self._fill()
        self.auth = Auth(self.store)
        self.cache = reading.Cache()
        self.store.keep_snapshot()

    def _fill(self) -> None:
        from workfront_orm.sandbox.workfront import data

        # Rows by the hundred thousand hold no cycles: the collector would only walk them again and again.
        gc.disable()
        with self.store.transaction():
            for code, rows in data.tables(self.settings.data, seed=self.settings.seed, now=self.settings.clock.now()):
                if code == "credentials":
                    self.store.connection.executemany(
                        "INSERT INTO _credentials VALUES (:userID, :password, :apiKey)", rows
                    )
                    self.store.keep_setting("administrator", rows[0]["userID"])
                elif code == "handles":
                    values = [(row["handle"], row["fileName"], row["content"]) for row in rows]
                    self.store.connection.executemany(
                        "INSERT INTO _handles (handle, filename, content) VALUES (?, ?, ?)", values
                    )
                else:
                    self.store.load(code, rows)
            self.store.keep_setting("data", self.settings.data)
        gc.enable()

    # --- what the frame asks ---------------------------------------------------------------

    def info(self) -> dict[str, Any]:
        """Addresses, and credentials of the administrator and of a second user without his rights."""
        base = self.settings.url
        rows = self.store.connection.execute(
            "SELECT userID, password, apiKey FROM _credentials WHERE password IS NOT NULL ORDER BY rowid"
        ).fetchall()
        names = {key: (self.auth.user(key) or {}).get("username") for key, _, _ in rows}
        admin = next(row for row in rows if row[0] == self.store.setting("administrator"))
        others = [row for row in rows if row[0] != admin[0]]
        line = {
            "url_template": f"{base}/attask/api/{{api_version}}",
            "api_key": admin[2],
            "username": names[admin[0]],
            "password": admin[1],
            "user_id": admin[0],
            "versions": [*self.model.numbered, "unsupported"],
        }
        if others:
            line["user_username"], line["user_password"] = names[others[0][0]], others[0][1]
        return line

    def method(self, request: Request) -> str:
        """What a request means, after a `method=` override."""
        return method_of(request)

    def has_session(self, request: Request) -> bool:
        """Whether a request carries a session that lives."""
        return self._token(request) in self.auth.sessions

    def expire_session(self, request: Request) -> bool:
        """End the session of a request."""
        return self.auth.sessions.pop(self._token(request), None) is not None

    @staticmethod
    def _token(request: Request) -> str:
        named = [value for name, value in (*request.query, *request.form) if name == "sessionID"]
        return request.headers.get("sessionid") or (named[-1] if named else "") or request.cookies.get("attask", "")

    def fault_response(self, kind: str, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Answers of the service for faults."""
        errors = {
            "429": WireError(429, BUSY, "Too many concurrent API requests. Try again later."),
            "500": WireError(500, SERVER, 'Cannot invoke "java.util.Map.get(Object)" because "values" is null'),
            "expired": refused("You are not currently logged in. Your session has expired."),
            "error_200": WireError(200, SERVER, "An unexpected error occurred. The request was not processed."),
        }
        return error_response(errors[kind])

    def reset(self) -> None:
        """Bring the data back to the start; sessions end."""
        self.store.restore_snapshot()
        self.auth.clear()
        self.cache = reading.Cache()

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    # --- what the page shows ------------------------------------------------------------------

    def types(self) -> list[tuple[str, str, int]]:
        """Types with a table, by name, with the number of rows."""
        self._settle()
        found = []
        for code in self.store.tables():
            entity = self.store.entity(code)
            found.append((code, entity.name, int(self.store.value(f'SELECT count(*) FROM "{code}"'))))  # noqa: S608 - a code of the model
        return sorted(found, key=lambda entry: entry[1])

    def rows(self, key: str, where: Mapping[str, str], first: int, limit: int) -> list[dict[str, Any]]:
        """Rows of a type in the order in which they were made."""
        self._settle()
        entity = self.store.entity(key)
        known = {
            name: value for name, value in where.items() if name in entity.columns and entity.columns[name].sql is None
        }
        for name in known:
            self.store.index(key, name)
        condition = " AND ".join(f'"{name}" = ?' for name in known) or "1"
        rows = self.store.select(key, condition, list(known.values()), f"rowid LIMIT {int(limit)} OFFSET {int(first)}")
        hidden = entity.overlay.get("hidden", ())
        found = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
        if "name" in entity.columns and entity.columns["name"].sql is not None:
            sql = f'SELECT {self.store.sql(entity, "name", "t")} FROM "{key}" t WHERE t."ID" = ?'  # noqa: S608 - of the model
            found = [{"ID": row["ID"], "name": self.store.value(sql, [row["ID"]]), **row} for row in found]
        return found

    def relations(self, key: str) -> dict[str, str]:
        """Fields that hold ids, with the type that they name."""
        references = self.store.entity(key).references.values()
        return {
            reference.column: reference.target
            for reference in references
            if reference.column
            and reference.column != "ID"
            and reference.target
            and self.store.has_table(reference.target)
        }

    def collections(self, key: str) -> dict[str, tuple[str, str]]:
        """Collections whose members name the object in a field."""
        found = {}
        for name, collection in self.store.entity(key).collections.items():
            other = collection.through or collection.in_list or collection.ids or collection.all or collection.where
            if (
                not other
                and collection.source == "ID"
                and collection.target
                and collection.by
                and self.store.has_table(collection.target)
            ):
                found[name] = (collection.target, collection.by)
        return found

    def _settle(self) -> None:
        rollup.flush(self.store, self.settings.clock.now())

    # --- calls -------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if self.options.get("cdn") and request.target_length > URI_LIMIT:
            return Response(b"<html><body><h1>414 Request-URI Too Large</h1></body></html>\n", 414, "text/html")
        try:
            if request.path == "/document/download":
                return files.download(self.store, self.auth, request, self.settings.clock.now())
            call = parse(request)
            return self.answer(call, request)
        except WireError as error:
            return error_response(error)
        except sqlite3.OperationalError as error:
            if _TOO_MUCH.search(str(error)) is None:
                raise
            return error_response(invalid(f"The request is too much for the database: {error}"))

    def answer(self, call: Call, request: Request | None = None) -> Response:  # noqa: PLR0911 - one return a path
        """Answer one call.

        Args:
            call: the call.
            request: the request it came with; None for a member of a batch.

        Raises:
            WireError: whatever the caller did wrong.
        """
        if call.version is None:
            raise WireError(404, NOT_FOUND, "The requested resource was not found")
        version = self.model.version(self.model.numbered[0] if call.version == "newest" else call.version)
        if version is None:
            raise WireError(404, NOT_FOUND, f"API version {call.version} was not found")
        head = call.segments[0] if call.segments else ""
        early = self._before_login(call, head)
        if early is not None:
            return early
        caller = self.auth.identify(call, self.settings.clock.now())
        if caller.read_only and call.method != "GET":
            raise refused("A session cookie alone may only read: send the sessionID or X-XSRF-TOKEN with a write.")
        context = Context(
            self.store,
            version,
            caller.user,
            caller.admin,
            self.settings.clock.now(),
            call,
            options=self.options,
            shuffle=self.shuffle,
        )
        context.use_zone(caller.user.get("timeZone"))
        if head == "logout":
            self.auth.sessions.pop(caller.session or "", None)
            return data_response({"success": True})
        if head == "session":
            return data_response(
                session_data(
                    self.store, caller.user, caller.session or "", versions=self.model.numbered, now=context.now
                )
            )
        if head == "metadata":
            return data_response(meta.overview(version, self._base(call)))
        if head == "batch":
            return batch.run(context, self.answer)
        if head == "upload":
            return files.upload(context, request)
        return self._objects(context)

    def _before_login(self, call: Call, head: str) -> Response | None:
        """Calls that need no credentials."""
        if head == "login":
            now = self.settings.clock.now()
            token, session = self.auth.login(call, now)
            user = self.auth.user(session.user) or {}
            answer = data_response(session_data(self.store, user, token, versions=self.model.numbered, now=now))
            age = int(session.lifetime.total_seconds())
            answer.headers = [
                ("Set-Cookie", f"attask={token}; Path=/; HttpOnly; Max-Age={age}"),
                ("Set-Cookie", f"XSRF-TOKEN={session.xsrf}; Path=/; Max-Age={age}"),
            ]
            return answer
        if head == "info":
            sso = {"ssoType": None, "providerURL": None, "providerPort": None, "signoutURL": None}
            return data_response({"sso": sso, "versions": self.model.numbered})
        if self.model.code(head) == "USER" and call.method == "PUT":
            action = call.get("action") or (call.segments[-1] if len(call.segments) > 1 else "")
            if action in _KEY_ACTIONS:
                key = self.auth.key_action(action, call, self.settings.clock.now())
                answer = data_response({"success": True} if key is None else {"result": key})
                answer.secret = key is not None
                return answer
        return None

    def _objects(self, context: Context) -> Response:
        call = context.call
        if not call.segments:
            raise WireError(404, NOT_FOUND, "The requested resource was not found")
        code = self.model.code(call.segments[0])
        if code is None:
            raise WireError(404, NOT_FOUND, f"Object type {call.segments[0]} was not found")
        if context.version.spec(code) is None:
            raise WireError(
                410, NOT_FOUND, f"Object type {call.segments[0]} is not part of API version {context.version.name}"
            )
        if call.method != "GET":
            return objects.answer(context, code, self.auth, self._base(call))
        lasting = tuple(pair for pair in call.pairs if pair[0] not in ("sessionID", "apiKey", "method"))
        key = (context.version.name, context.zone_name, context.user["ID"], tuple(call.segments), lasting)
        rollup.flush(self.store, context.now)
        kept = self.cache.get(key, self.store.generation) if self.shuffle is None else None
        if kept is not None:
            return kept
        answer = objects.answer(context, code, self.auth, self._base(call))
        if answer.status == 200 and not any("$$NOW" in value or "$$TODAY" in value for _, value in call.pairs):  # noqa: PLR2004 - HTTP
            self.cache.keep(key, answer)
        return answer

    def _base(self, call: Call) -> str:
        name = call.version or ""
        if name == "newest":
            return f"{self.settings.url}/attask/api"
        return (
            f"{self.settings.url}/attask/api/{name}"
            if name.startswith("v")
            else f"{self.settings.url}/attask/api-{name}"
        )
