"""A canned Workfront for unit tests: rows in memory, answered through `responses`, requests counted.

It speaks just enough of the wire for the mapper's own tests; the sandbox is the real thing.
"""

import json
import re
from urllib.parse import parse_qsl, urlsplit

import responses

from workfront_orm import Session

URL = "https://acme.example/attask/api/v22.0"
TEMPLATE = "https://{domain}.example/attask/{api}"


class Asked:
    """One request: the verb it stands for, the path below the version, and its parameters."""

    def __init__(self, request):
        self.url = request.url
        self.headers = request.headers
        body = request.body
        self.pairs = parse_qsl(body.decode() if isinstance(body, bytes) else body or "", keep_blank_values=True)
        self.params = {}
        for name, value in self.pairs:
            known = self.params.get(name)
            if known is None:
                self.params[name] = value
            else:
                self.params[name] = [*known, value] if isinstance(known, list) else [known, value]
        self.method = self.params.pop("method", request.method)
        self.params.pop("apiKey", None)
        self.path = urlsplit(request.url).path.removeprefix(urlsplit(URL).path)

    def __repr__(self):
        return f"<{self.method} {self.path} {self.params}>"


class Canned:
    """Rows by code and id, and what was asked."""

    url = URL
    template = TEMPLATE

    def __init__(self, mock):
        self.mock = mock
        self.rows = {}
        self.requests = []
        self.answers = []
        self.sessions = []
        mock.add_callback(responses.POST, re.compile(r"https?://.*"), self._answer)

    def session(self, **options):
        """A session with this server; closed after the test."""
        options = {"api_key": "canned-key", "api_version": "v22.0", "url_template": TEMPLATE, **options}
        session = Session("acme", **options)
        self.sessions.append(session)
        return session

    def add(self, code, *rows, **row):
        """Put rows into the server; returns their ids."""
        rows = [*rows, row] if row else list(rows)
        for one in rows:
            self.rows.setdefault(code, {})[one["ID"]] = {"objCode": code, **one}
        return [one["ID"] for one in rows]

    def will_answer(self, body, status=200, **options):
        """Answer the next request with this body instead: JSON for everything but text and exceptions."""
        self.answers.append((body, status, options))

    def sent(self):
        """What was asked since the last call, as (verb, path, parameters)."""
        asked, self.requests = self.requests, []
        return [(one.method, one.path, one.params) for one in asked]

    def _answer(self, request):
        asked = Asked(request)
        self.requests.append(asked)
        if self.answers:
            body, status, options = self.answers.pop(0)
            if isinstance(body, Exception):
                raise body
            text = body if isinstance(body, (str, bytes)) else json.dumps(body)
            return status, options.get("headers", {}), text
        try:
            data = self._data(asked)
        except LookupError as error:
            return 404, {}, json.dumps({"error": {"class": "x", "message": f'{error} with primary key value(s) "?"'}})
        return 200, {}, json.dumps({"data": data})

    def _data(self, asked):
        _, code, *rest = asked.path.split("/")
        rows = self.rows.setdefault(code, {})
        fields = asked.params.get("fields")
        if rest == ["search"]:
            return self._search(rows, asked.params, fields)
        if rest == ["count"]:
            return {"count": len(rows)}
        if asked.method == "POST":
            row = {"ID": f"{code.lower()}{len(rows) + 1:03}", "objCode": code, **self._values(asked)}
            rows[row["ID"]] = row
            return row
        if not rest:
            return [self._project(rows[one], fields) for one in asked.params["id"].split(",")]
        return self._one(rows, rest, asked, fields)

    def _one(self, rows, rest, asked, fields):
        row = rows[rest[0]]
        if len(rest) > 1:
            return {"result": "done"}
        if asked.method == "DELETE":
            del rows[rest[0]]
            return {"success": True}
        if asked.method == "PUT":
            row.update(self._values(asked))
        return self._project(row, fields)

    def _search(self, rows, params, fields):
        wanted = params.get("ID")
        found = [rows[key] for key in sorted(rows)]
        if params.get("ID_Mod") == "gt":
            found = [row for row in found if row["ID"] > wanted]
        elif wanted is not None:
            several = wanted if isinstance(wanted, list) else [wanted]
            found = [rows[key] for key in several if key in rows]
        start = int(params.get("$$FIRST", 0))
        return [self._project(row, fields) for row in found[start : start + int(params.get("$$LIMIT", 100))]]

    def _project(self, row, fields):
        if fields is None:
            return {name: value for name, value in row.items() if not isinstance(value, (dict, list))}
        shown = {name: row[name] for name in ("ID", "name", "objCode") if name in row}
        for name in fields.split(","):
            target = row.get(f"{name}ID")
            code = {"owner": "USER", "assignedTo": "USER", "project": "PROJ", "parent": "TASK"}.get(name)
            if code is not None and name not in row:
                shown[name] = None if target is None else self._project(self.rows[code][target], "ID")
            else:
                shown[name] = row.get(name)
        return shown

    @staticmethod
    def _values(asked):
        values = {name: value for name, value in asked.params.items() if name != "fields"}
        values.update(json.loads(values.pop("updates", "{}")))
        return {name: _stored(value) for name, value in values.items()}


def _stored(value):
    """What a server keeps of a parameter: nothing for an empty text, lists and maps for JSON."""
    if value == "":
        return None
    return json.loads(value) if isinstance(value, str) and value[:1] in {"[", "{"} else value
