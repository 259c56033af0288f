"""The page at `/`: what is in the sandbox and what it was asked, to look at and click through.

Plain HTML made on the server: no script, nothing from elsewhere, nothing that changes anything. Every value is text, whatever
it says, and the policy header forbids the browser all else. On an address that others can reach, the page needs the token of the
JSON line as `?token=`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request as HTTPRequest

    from workfront_orm.sandbox.backend import Backend
    from workfront_orm.sandbox.log import LoggedRequest, Recorder

PAGE = 50
SHOWN = 300
SHORT = 48
ROOT = "/_look"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #888; --hit: #8881; --link: #1d5fbf; --bad: #c0392b; }
@media (prefers-color-scheme: dark) { :root { --link: #7fb2ff; --bad: #ff8a7a; } }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1.2rem 1.5rem 4rem; max-width: 100rem; }
header { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: baseline; border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; } h2 { font-size: 1.05rem; margin: 1.4rem 0 .5rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
.dim { color: var(--dim); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.value { max-width: 32rem; overflow-wrap: anywhere; } td.short { white-space: nowrap; overflow-wrap: normal; } tr:hover td { background: var(--hit); }
code, pre { font: 12.5px/1.4 ui-monospace, monospace; } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--hit); padding: .7rem; }
.types { columns: 17rem; column-gap: 2rem; padding: 0; margin: 0; list-style: none; }
.types li { display: flex; justify-content: space-between; gap: 1rem; break-inside: avoid; border-bottom: 1px solid var(--line); padding: .15rem 0; }
@media (min-width: 70rem) { .split { display: grid; grid-template-columns: minmax(0, 2fr) minmax(18rem, 1fr); gap: 3rem; } }
nav.pages { margin: .8rem 0; display: flex; gap: 1rem; }
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Makes the pages of one server.

    Attributes:
        service: name of the system.
        backend: gives types, rows and relations.
        log: gives requests.
    """

    service: str
    backend: Backend
    log: Recorder

    def answer(self, request: HTTPRequest) -> HTMLResponse:
        """Answer a request for a page: the overview, a type, a row, the log, or a logged request."""
        parts = [part for part in request.url.path.removeprefix(ROOT).split("/") if part]
        query = request.query_params
        if not parts:
            return self._html("Overview", self._overview())
        if parts[0] == "requests":
            return self._requests(parts[1:])
        known = {key: (name, count) for key, name, count in self.backend.types()}
        if parts[0] not in known:
            return self._html("Not found", ["<p>There is no such type with rows.</p>"], 404)
        if len(parts) > 1:
            return self._row(parts[0], known[parts[0]][0], parts[1])
        where = {name: value for name, value in query.items() if name not in ("first", "token")}
        first = int(query["first"]) if query.get("first", "").isdigit() else 0
        return self._type(parts[0], known[parts[0]], where, first)

    # --- pages -------------------------------------------------------------------------

    def _overview(self) -> list[str]:
        types = self.backend.types()
        total = sum(count for _, _, count in types)
        entries = "".join(
            f"<li>{_link(f'{ROOT}/{quote(key)}', name)} <span class=dim>{count:,}</span></li>"
            for key, name, count in types
            if count
        )
        return [
            f"<h2>{total:,} objects of {sum(1 for *_, count in types if count)} types</h2><ul class=types>{entries}</ul>",
            f"<h2>Latest requests {_link(f'{ROOT}/requests', 'all')}</h2>",
            self._log_table(self.log.since()[-15:]),
        ]

    def _type(self, key: str, known: tuple[str, int], where: Mapping[str, str], first: int) -> HTMLResponse:
        name, count = known
        rows = self.backend.rows(key, where, first, PAGE + 1)
        relations = self.backend.relations(key)
        shown = rows[:PAGE]
        columns = [column for column in _columns(shown) if column != "ID"][:12]
        heads = "".join(f"<th>{escape(column)}</th>" for column in columns)
        body = "".join(
            f"<tr><td>{_row_link(key, str(row['ID']))}</td>"
            + "".join(_cell(row.get(column), relations.get(column)) for column in columns)
            + "</tr>"
            for row in shown
        )
        pages = []
        if first:
            pages.append(
                _link(f"{ROOT}/{quote(key)}?{urlencode({**where, 'first': max(first - PAGE, 0)})}", "← earlier")
            )
        if len(rows) > PAGE:
            pages.append(_link(f"{ROOT}/{quote(key)}?{urlencode({**where, 'first': first + PAGE})}", "later →"))
        narrowed = ", ".join(f"{column} = {value}" for column, value in where.items())
        parts = [
            f"<p class=dim>{escape(key)}, {count:,} in all{escape(f', those with {narrowed}') if narrowed else ''}, from row {first + 1}</p>",
            f"<div class=scroll><table><tr><th>ID</th>{heads}</tr>{body}</table></div>",
            f"<nav class=pages>{' '.join(pages)}</nav>",
        ]
        return self._html(name, parts)

    def _row(self, key: str, name: str, identifier: str) -> HTMLResponse:
        rows = self.backend.rows(key, {"ID": identifier}, 0, 1)
        if not rows:
            return self._html("Not found", [f"<p>There is no {escape(name)} with this ID.</p>"], 404)
        relations = self.backend.relations(key)
        fields = "".join(
            f"<tr><th>{escape(column)}</th><td class=value>{_value(value, relations.get(column))}"
            f"{self._name(relations.get(column), value)}</td></tr>"
            for column, value in rows[0].items()
            if value is not None
        )
        empty = ", ".join(column for column, value in rows[0].items() if value is None)
        collections = "".join(
            f"<li>{_link(f'{ROOT}/{quote(target)}?{urlencode({by: identifier})}', collection)} <span class=dim>{escape(target)}</span></li>"
            for collection, (target, by) in sorted(self.backend.collections(key).items())
        )
        title = str(rows[0].get("name") or identifier)
        parts = [
            f"<p class=dim>{_link(f'{ROOT}/{quote(key)}', name)} {escape(identifier)}</p>",
            "<div class=split>",
            f"<div class=scroll><table>{fields}</table></div>",
            f"<div><h2>Collections</h2><ul class=types>{collections}</ul></div>",
            "</div>",
            f"<h2>Fields without a value</h2><p class=dim>{escape(empty)}</p>",
        ]
        return self._html(title, parts)

    def _name(self, target: str | None, identifier: Any) -> str:
        """The name of a related object, after its ID."""
        rows = self.backend.rows(target, {"ID": identifier}, 0, 1) if target is not None else []
        name = rows[0].get("name") if rows else None
        return f" <span class=dim>{escape(_cut(str(name)))}</span>" if name else ""

    def _requests(self, parts: Sequence[str]) -> HTMLResponse:
        entries = self.log.since()
        if not parts:
            return self._html("Requests", [self._log_table(entries[-500:])])
        entry = next((entry for entry in entries if str(entry.number) == parts[0]), None)
        if entry is None:
            return self._html("Not found", ["<p>This request is not in the log any more.</p>"], 404)
        facts = {
            "Method": f"{entry.method} (sent as {entry.verb})" if entry.method != entry.verb else entry.method,
            "Path": entry.path,
            "Status": "none" if entry.status is None else entry.status,
            "Fault": entry.fault or "none",
            "Duration": f"{entry.seconds * 1000:.1f} ms",
            "Answer": f"{entry.size:,} bytes",
        }
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts.items()
        )
        listed = [
            ("Parameters", _pretty(entry.params)),
            ("Body", _pretty(entry.json)),
            ("Headers", _pretty(entry.headers)),
            ("Answer", entry.answer),
        ]
        texts = "".join(f"<h2>{title}</h2><pre>{escape(text)}</pre>" for title, text in listed if text)
        return self._html(f"Request {entry.number}", [f"<table>{rows}</table>", texts])

    def _log_table(self, entries: Iterable[LoggedRequest]) -> str:
        rows = []
        for entry in reversed(list(entries)):
            bad = entry.fault is not None or entry.status is None or entry.status >= 400  # noqa: PLR2004 - HTTP
            status = "none" if entry.status is None else str(entry.status)
            fault = f" <span class=bad>fault {escape(entry.fault)}</span>" if entry.fault else ""
            params = escape(_cut(json.dumps(entry.params or entry.json, ensure_ascii=False)))
            rows.append(
                f"<tr><td>{_link(f'{ROOT}/requests/{entry.number}', str(entry.number))}</td><td>{escape(entry.method)}</td>"
                f"<td class=value>{escape(_cut(entry.path))}</td><td class='{'bad' if bad else ''}'>{status}{fault}</td>"
                f"<td class=number>{entry.seconds * 1000:.1f}</td><td class=value><code>{params}</code></td></tr>"
            )
        if not rows:
            return "<p class=dim>None so far.</p>"
        heads = "<tr><th>No.</th><th>Method</th><th>Path</th><th>Status</th><th>ms</th><th>Parameters</th></tr>"
        return f"<div class=scroll><table>{heads}{''.join(rows)}</table></div>"

    def _html(self, title: str, parts: Iterable[str], status: int = 200) -> HTMLResponse:
        text = (
            "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'>"
            f"<title>{escape(title)} · {escape(self.service)} sandbox</title><style>{_STYLE}</style></head><body>"
            f"<header><h1>{escape(title)}</h1>{_link('/', 'overview')} {_link(f'{ROOT}/requests', 'requests')}"
            f"<span class=dim>{escape(self.service)} sandbox</span></header>{''.join(parts)}</body></html>"
        )
        headers = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return HTMLResponse(text, status, headers=headers)


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns that have a value in some row, in order; the first twenty rows decide."""
    return [column for column in (rows[0] if rows else ()) if any(row.get(column) is not None for row in rows[:20])]


def _value(value: Any, target: str | None, *, short: bool = False) -> str:
    """A value as HTML; an id of another object is a link to it."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if target is not None and isinstance(value, str):
        return _link(f"{ROOT}/{quote(target)}/{quote(value)}", value[:8] if short else value)
    return escape(_cut(text) if short else text)


def _cell(value: Any, target: str | None) -> str:
    """A table's cell; what is short stays on one line."""
    short = " short" if not isinstance(value, str) or len(value) <= SHORT else ""
    return f"<td class='value{short}'>{_value(value, target, short=True)}</td>"


def _row_link(key: str, identifier: str) -> str:
    return _link(f"{ROOT}/{quote(key)}/{quote(identifier)}", identifier[:8])


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
