"""Random filters: the rows that the server returns are those that a plain reading of the facts selects.

The reading here is Python over rows read without filters. It knows nothing of SQL, of the server's code, or of its indexes.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
ALL = {"$$LIMIT": "2000"}

FIELDS = {
    "name": "text",
    "status": "text",
    "description": "text",
    "wbs": "text",
    "extRefID": "text",
    "percentComplete": "number",
    "workRequired": "number",
    "taskNumber": "number",
    "priority": "number",
    "plannedStartDate": "date",
    "plannedCompletionDate": "date",
    "actualCompletionDate": "date",
    "isStatusComplete": "bool",
    "canStart": "bool",
    "assignedToID": "text",
    "parentID": "text",
}
THROUGH = {
    "project": {"name": "text", "status": "text", "percentComplete": "number", "plannedCompletionDate": "date"},
    "assignedTo": {"firstName": "text", "lastName": "text", "isActive": "bool"},
    "parent": {"name": "text", "percentComplete": "number"},
    "project:owner": {"firstName": "text"},
}
MEMBERS = {
    "assignments": {"status": "text", "assignmentPercent": "number", "isPrimary": "bool"},
    "children": {"name": "text", "percentComplete": "number", "plannedCompletionDate": "date"},
    "predecessors": {"predecessorType": "text", "lagDays": "number"},
}
PATHS = {
    **FIELDS,
    **{f"{ref}:{name}": kind for ref, names in THROUGH.items() for name, kind in names.items()},
    **{f"{ref}:{name}": kind for ref, names in MEMBERS.items() for name, kind in names.items()},
}
TEXT = ["eq", "cieq", "ne", "nee", "cine", "lt", "lte", "gt", "gte", "contains", "cicontains", "notcontains", "cinotcontains",
        "cicontainsany", "cicontainsall", "cinotcontainsany", "cinotcontainsall", "like", "cilike", "startswith", "between",
        "cibetween", "notbetween", "cinotbetween", "in", "ciin", "notin", "cinotin", "isnull", "notnull", "isblank", "notblank",
        "length_lt", "length_eq", "length_gt"]  # fmt: skip
NUMBER = [
    "eq",
    "ne",
    "nee",
    "lt",
    "lte",
    "gt",
    "gte",
    "between",
    "notbetween",
    "in",
    "notin",
    "isnull",
    "notnull",
    "isblank",
    "notblank",
]
MODIFIERS = {
    "text": TEXT,
    "number": [*NUMBER],
    "date": [*NUMBER, "exacttime"],
    "bool": ["eq", "ne", "nee", "in", "notin", "isnull", "notnull"],
}


# --- the plain reading ---------------------------------------------------------------------------


def values_at(row, path):
    """Every value at a path; a missing reference gives None, a collection one value a member."""
    head, _, rest = path.partition(":")
    value = row[head]
    if not rest:
        return [value]
    if isinstance(value, list):
        return [found for member in value for found in values_at(member, rest)]
    return [None] if value is None else values_at(value, rest)


def typed(kind, text):
    if kind == "number":
        return float(text)
    if kind == "bool":
        return text == "true"
    if kind == "date":
        return when(text)
    return text


def when(text):
    if len(text) == 10:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S:%f%z")


def pattern(text):
    signs = {"%": ".*", "_": "."}
    return "".join(signs.get(sign, re.escape(sign)) for sign in text) + r"\Z"


def holds(kind, modifier, value, wanted, upper):  # noqa: PLR0911 - one return a rule
    """Whether one value satisfies one modifier."""
    if modifier == "isnull":
        return value is None
    if modifier == "isblank":
        return value is None or value == ""
    negative = {"ne": "eq", "cine": "cieq", "notin": "in", "cinotin": "ciin", "notcontains": "contains", "cinotcontains": "cicontains",
                "cinotcontainsany": "cicontainsany", "cinotcontainsall": "cicontainsall", "notbetween": "between",
                "cinotbetween": "cibetween", "notnull": "isnull", "notblank": "isblank"}  # fmt: skip
    if modifier in negative:
        return not holds(kind, negative[modifier], value, wanted, upper)
    if value is None:
        return False
    if modifier == "nee":
        return not holds(kind, "eq", value, wanted, upper)
    if kind == "date":
        value = when(value)
        if modifier in ("eq", "in"):
            return any(value.date() == when(one).date() for one in wanted)
    if modifier in ("ciin", "cieq", "cibetween", "cilike", "startswith") or modifier.startswith("cicontains"):
        value, wanted = value.lower(), [one.lower() for one in wanted]
        upper = upper.lower() if upper is not None else None
        modifier = {"ciin": "in", "cieq": "eq", "cibetween": "between", "cilike": "like"}.get(modifier, modifier)
    first = wanted[0]
    tests = {
        "eq": lambda: value == typed(kind, first),
        "exacttime": lambda: value == typed(kind, first),
        "in": lambda: value in [typed(kind, one) for one in wanted],
        "lt": lambda: value < typed(kind, first),
        "lte": lambda: value <= typed(kind, first),
        "gt": lambda: value > typed(kind, first),
        "gte": lambda: value >= typed(kind, first),
        "between": lambda: typed(kind, first) <= value <= typed(kind, upper),
        "contains": lambda: first in value,
        "cicontains": lambda: first in value,
        "cicontainsany": lambda: any(word in value for word in first.split(" ") if word),
        "cicontainsall": lambda: bool(first.split()) and all(word in value for word in first.split(" ") if word),
        "startswith": lambda: value.startswith(first),
        "like": lambda: re.match(pattern(first), value, re.DOTALL) is not None,
        "length_lt": lambda: len(value) < int(first),
        "length_eq": lambda: len(value) == int(first),
        "length_gt": lambda: len(value) > int(first),
    }
    return tests[modifier]()


def selects(condition, row):
    path, modifier, wanted, upper = condition
    return any(holds(PATHS[path], modifier, value, wanted, upper) for value in values_at(row, path))


# --- random filters --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(workfront_server):
    workfront_server.reset()
    workfront_server.clock = NOW
    return workfront_server


@pytest.fixture(scope="module")
def http(server):
    with requests.Session() as session:
        session.headers["apiKey"] = server.api_key
        yield session


def search(http, server, **params):
    answer = http.post(f"{server.url}/attask/api/v22.0/task/search", {"method": "GET", **ALL, **params}, timeout=30)
    assert answer.status_code == 200, (answer.text, params)
    return answer.json()["data"]


@pytest.fixture(scope="module")
def rows(http, server):
    """All tasks, some with empty or odd texts, each with everything that a path can reach."""
    base = f"{server.url}/attask/api/v22.0/task"
    keys = [row["ID"] for row in search(http, server, ID_Sort="asc")]
    odd = ["100% [a]*?_x", "ÄRGER und Straße", "back\\slash", "'quoted'", "MiXeD CaSe", "a,b", "  ", "x" * 300]
    for key, name in zip(keys[::9], odd * 20, strict=False):
        assert http.put(f"{base}/{key}", json={"name": name, "extRefID": name[:5]}, timeout=5).status_code == 200
    return search(http, server, fields=",".join(dict.fromkeys([*PATHS])), ID_Sort="asc")


@st.composite
def conditions(draw):
    """A condition with the words to build its values from: positions in the rows that exist, or odd ones."""
    path = draw(st.sampled_from(sorted(PATHS)))
    kind = PATHS[path]
    modifier = draw(st.sampled_from(MODIFIERS[kind]))
    seeds = draw(
        st.lists(
            st.tuples(st.integers(0, 10_000), st.integers(0, 40), st.integers(1, 12), st.integers(0, 5)),
            min_size=1,
            max_size=3,
        )
    )
    return path, kind, modifier, seeds


def value_from(rows, path, kind, modifier, seed):  # noqa: PLR0911 - one return a kind
    """A value for a condition: mostly one that occurs, or a piece or neighbour of one."""
    row, start, length, twist = seed
    found = None
    for step in range(len(rows)):
        found = next((value for value in values_at(rows[(row + step) % len(rows)], path) if value is not None), None)
        if found is not None:
            break
    if kind == "number":
        return str((found or 0) + [0, 0, 1, -1, 0.5, 100][twist])
    if kind == "bool":
        return "true" if twist % 2 else "false"
    if kind == "date":
        moment = when(found or "2026-05-20T00:00:00:000+0000") + timedelta(days=[0, 0, 1, -1, 30, 0][twist])
        return moment.strftime("%Y-%m-%d") if twist == 5 else moment.strftime("%Y-%m-%dT%H:%M:%S:000+0000")
    text = str(found or "nothing")
    if modifier.startswith("length"):
        return str(len(text) + [0, 0, 1, -1, 5, -5][twist])
    if "contains" in modifier or modifier == "startswith":
        piece = text[:length] if modifier == "startswith" else text[start % max(len(text), 1) :][:length] or "e"
        return [piece, piece.upper(), piece.lower(), piece + " zz", f"{piece} {text[:3]}", "é"][twist]
    if "like" in modifier:
        cut = start % max(len(text), 1)
        return [
            text,
            text[:cut] + "%",
            "%" + text[cut:],
            text[:cut] + "_" + text[cut + 1 :],
            text.upper(),
            f"%{text[cut : cut + 2]}%",
        ][twist]
    return [text, text, text.upper(), text.lower(), text + "x", text[:length]][twist]


def complete(rows, condition):
    path, kind, modifier, seeds = condition
    values = [value_from(rows, path, kind, modifier, seed) for seed in seeds]
    upper = None
    if "between" in modifier:
        upper = values[-1]
    if modifier not in ("in", "ciin", "notin", "cinotin"):
        values = values[:1]
    # A comma list is split, so a single value of a list has no comma here; repeated values may.
    if len(values) == 1 and modifier in ("in", "ciin", "notin", "cinotin"):
        values = [values[0].replace(",", "")]
    return path, modifier, values, upper


def parameters(condition, prefix=""):
    path, modifier, values, upper = condition
    found = {f"{prefix}{path}": values, f"{prefix}{path}_Mod": modifier}
    if modifier in ("isnull", "notnull", "isblank", "notblank"):
        del found[f"{prefix}{path}"]
    if upper is not None:
        found[f"{prefix}{path}_Range"] = upper
    return found


SETTINGS = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@SETTINGS
@given(conditions())
def test_one_condition(http, server, rows, condition):
    wanted = complete(rows, condition)
    expected = [row["ID"] for row in rows if selects(wanted, row)]
    found = [row["ID"] for row in search(http, server, ID_Sort="asc", **parameters(wanted))]
    assert found == expected, wanted


@SETTINGS
@given(st.lists(st.lists(conditions(), min_size=1, max_size=3, unique_by=lambda c: c[0]), min_size=1, max_size=3))
def test_groups(http, server, rows, groups):
    """The first group is the base, the others OR groups; within one all hold, each condition by itself."""
    completed = [[complete(rows, condition) for condition in group] for group in groups]
    params = {}
    for number, group in enumerate(completed):
        for condition in group:
            params.update(parameters(condition, f"OR:{number}:" if number else ""))
    expected = [row["ID"] for row in rows if any(all(selects(c, row) for c in group) for group in completed)]
    assert [row["ID"] for row in search(http, server, ID_Sort="asc", **params)] == expected


@SETTINGS
@given(conditions(), conditions())
def test_and_groups_repeat_a_path(http, server, rows, one, other):
    first, second = complete(rows, one), complete(rows, other)
    expected = [row["ID"] for row in rows if selects(first, row) and selects(second, row)]
    params = {**parameters(first), **parameters(second, "AND:1:")}
    assert [row["ID"] for row in search(http, server, ID_Sort="asc", **params)] == expected


COMPARED = st.sampled_from(
    [
        ("actualCompletionDate", "plannedCompletionDate"),
        ("percentComplete", "taskNumber"),
        ("wbs", "status"),
        ("plannedStartDate", "plannedCompletionDate"),
    ]
)


@SETTINGS
@given(COMPARED, st.sampled_from(["eq", "ne", "nee", "lt", "lte", "gt", "gte"]))
def test_fields_compared(http, server, rows, names, modifier):
    one, other = names
    signs = {"lt": lambda a, b: a < b, "lte": lambda a, b: a <= b, "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b}

    def compares(row):
        a, b = row[one], row[other]
        if modifier == "ne":
            return a is None or b is None or a != b
        if a is None or b is None:
            return False
        return {"eq": a == b, "nee": a != b}[modifier] if modifier in ("eq", "nee") else signs[modifier](a, b)

    found = search(http, server, ID_Sort="asc", **{one: f"FIELD:{other}", f"{one}_Mod": modifier})
    assert [row["ID"] for row in found] == [row["ID"] for row in rows if compares(row)]


SORTED = st.lists(
    st.sampled_from(
        [
            "name",
            "status",
            "percentComplete",
            "plannedCompletionDate",
            "project:name",
            "assignedTo:lastName",
            "actualCompletionDate",
        ]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


@SETTINGS
@given(SORTED, st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 1100), st.integers(1, 300))
def test_order_and_pages(http, server, rows, paths, descending, first, limit):
    """Any order, ended by the ID; nulls come first going up."""
    params = {
        f"{path}_{number}_Sort": "desc" if down else "asc"
        for number, (path, down) in enumerate(zip(paths, descending, strict=False), 1)
    }
    params["ID_9_Sort"] = "asc"
    expected = sorted(rows, key=lambda row: row["ID"])
    for path, down in reversed(list(zip(paths, descending, strict=False))):
        expected.sort(key=lambda row: key_of(values_at(row, path)[0]), reverse=down)
    found = search(http, server, **{**params, "$$FIRST": first, "$$LIMIT": limit})
    # Rows that are equal in all keys are in the order of their IDs either way, since the last key is unique.
    assert [row["ID"] for row in found] == [row["ID"] for row in expected[first : first + limit]]


def key_of(value):
    return (value is not None, value if value is not None else 0)
