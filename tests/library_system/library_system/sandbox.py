"""The sandbox: a library on loopback, with faults and a log like those of the other systems."""

import json

from workfront_orm.sandbox.backend import Backend, Response

TOKEN = "a-token-of-the-library"


def create(settings):
    return LibraryBackend()


def session(info, **options):
    from .session import Session

    return Session(info["url"], **{"token": info["token"], **options})


class LibraryBackend(Backend):
    secret_names = frozenset({"x-user-token", "token"})

    def __init__(self):
        self.reset()

    def info(self):
        return {"token": TOKEN}

    def reset(self):
        self.made = 0
        self.tables = {
            "author": {key: {"id": key, "name": name} for key, name in [("a1", "Le Guin"), ("a2", "Lem")]},
            "book": {
                f"b{number:03}": {
                    "id": f"b{number:03}",
                    "title": f"Volume {number}",
                    "writtenBy": f"a{number % 2 + 1}",
                    "pages": 100 + number,
                }
                for number in range(1, 13)
            },
        }

    def close(self):
        """Nothing is held."""

    def handle(self, request):
        if request.headers.get("x-user-token") != TOKEN:
            return refusal(401, "no token, or a wrong one")
        name, _, key = request.path.strip("/").partition("/")
        table = self.tables.get(name)
        if table is None or (key and key not in table):
            return refusal(404, f"no {name} {key}".rstrip())
        if request.method in {"POST", "PATCH"}:
            return self.write(name, key, request.json() or {})
        if request.method == "DELETE":
            del table[key]
            return answer({})
        return answer(table[key]) if key else self.list(table, dict(request.query))

    def list(self, table, query):
        size, after = int(query.pop("size", 20)), query.pop("after", "")
        ids = query.pop("ids", None)
        unknown = query.keys() - next(iter(table.values()), {}).keys()
        if unknown:
            return refusal(400, f"no field {', '.join(sorted(unknown))}")
        rows = [row for key, row in sorted(table.items()) if key > after]
        rows = [row for row in rows if ids is None or row["id"] in ids.split(",")]
        rows = [row for row in rows if all(str(row[name]) == value for name, value in query.items())]
        return answer(rows[:size])

    def write(self, name, key, values):
        author = values.get("writtenBy")
        if author is not None and author not in self.tables["author"]:
            return refusal(400, f"no author {author}")
        if not key:
            self.made += 1
            key = f"{name[0]}{500 + self.made}"
        row = self.tables[name].setdefault(key, {"id": key, "title": None, "writtenBy": None, "pages": None})
        row.update(values)
        return answer(row)

    def fault_response(self, kind, request):
        return refusal({"429": 429, "expired": 401}.get(kind, 500), f"fault {kind}")


def answer(data, status=200):
    return Response(json.dumps(data).encode(), status)


def refusal(status, text):
    return answer({"error": text}, status)
