"""Conformance cases 82-86: reports."""

from collections import Counter, defaultdict

ALL = {"$$LIMIT": 2000}


def test_case_082_one_group(wf):
    counts = Counter(row["status"] for row in wf.search("task", fields="status", **ALL))
    expected = {status: {"dcount_ID": count, "status": status} for status, count in counts.items()}
    assert wf.ok(wf.get("/task/report", {"status_GroupBy": "true"})) == expected
    assert wf.ok(wf.post("/task/report", {"status_GroupBy": "true", "method": "GET"})) == expected


def test_case_083_group_by_a_path_with_a_sum(wf):
    hours, rows = defaultdict(float), Counter()
    for row in wf.search("hour", fields="hours,project:name", **ALL):
        hours[row["project"]["name"]] += row["hours"]
        rows[row["project"]["name"]] += 1
    found = wf.ok(wf.get("/hour/report", {"project:name_1_GroupBy": "true", "hours_AggFunc": "sum"}))
    assert set(found) == set(hours)
    for name, entry in found.items():
        assert set(entry) == {"sum_hours", "dcount_ID", "project_name"}
        assert entry["project_name"] == name
        assert entry["dcount_ID"] == rows[name]
        assert abs(entry["sum_hours"] - hours[name]) < 1e-6


def test_case_084_rollup(wf):
    params = {"project:name_1_GroupBy": "true", "hours_AggFunc": "sum", "$$ROLLUP": "true"}
    found = wf.ok(wf.get("/hour/report", params))
    total = found.pop("$$ROLLUP")
    assert set(total) == {"sum_hours", "dcount_ID"}
    assert abs(total["sum_hours"] - sum(entry["sum_hours"] for entry in found.values())) < 1e-6
    assert total["dcount_ID"] == wf.count("hour")


def test_case_085_two_groups_nest(wf):
    counts = Counter((row["status"], row["priority"]) for row in wf.search("task", fields="status,priority", **ALL))
    params = {"status_1_GroupBy": "true", "priority_2_GroupBy": "true", "$$ROLLUP": "true"}
    found = wf.ok(wf.get("/task/report", params))
    assert found.pop("$$ROLLUP") == {"dcount_ID": sum(counts.values())}
    for status, inner in found.items():
        assert inner.pop("$$ROLLUP")["dcount_ID"] == sum(n for (s, _), n in counts.items() if s == status)
        for priority, entry in inner.items():
            assert entry == {"dcount_ID": counts[status, int(priority)], "status": status, "priority": int(priority)}
    assert sum(len(inner) for inner in found.values()) == len(counts)


def test_case_086_without_group_flat(wf):
    rows = wf.search("task", fields="percentComplete", status="INP", **ALL)
    values = [row["percentComplete"] for row in rows]
    params = {"percentComplete_AggFunc": "avg", "status": "INP"}
    found = wf.ok(wf.get("/task/report", params))
    assert set(found) == {"avg_percentComplete", "dcount_ID"}
    assert abs(found["avg_percentComplete"] - sum(values) / len(values)) < 1e-9
    assert found["dcount_ID"] == len(values)


def test_every_function(wf):
    values = [row["percentComplete"] for row in wf.search("task", fields="percentComplete", **ALL)]
    mean = sum(values) / len(values)
    distinct = set(values)
    expected = {
        "sum": sum(values), "avg": mean, "min": min(values), "max": max(values), "count": len(values),
        "var": sum((v - mean) ** 2 for v in values) / len(values), "dcount": len(distinct), "dsum": sum(distinct),
        "dmin": min(values), "dmax": max(values), "davg": sum(distinct) / len(distinct),
    }  # fmt: skip
    for function, value in expected.items():
        found = wf.ok(wf.get("/task/report", {"percentComplete_AggFunc": function}))
        assert abs(found[f"{function}_percentComplete"] - value) < 1e-6, function
    for function, of in (("std", "var"), ("dstd", "dvar")):
        deviation = wf.ok(wf.get("/task/report", {"percentComplete_AggFunc": function}))[f"{function}_percentComplete"]
        variance = wf.ok(wf.get("/task/report", {"percentComplete_AggFunc": of}))[f"{of}_percentComplete"]
        assert abs(deviation**2 - variance) < 1e-6
    wf.error(wf.get("/task/report", {"percentComplete_AggFunc": "median"}), 422)
    wf.error(wf.get("/task/report", {"name_AggFunc": "sum"}), 422)


def test_sum_over_a_collection(wf):
    """API.md 10: a project report of hours gave sum_hours_hours."""
    expected = sum(h["hours"] for p in wf.search("project", fields="hours:hours", **ALL) for h in p["hours"])
    found = wf.ok(wf.get("/project/report", {"hours:hours_AggFunc": "sum"}))
    assert abs(found["sum_hours_hours"] - expected) < 1e-6
    assert found["dcount_ID"] == wf.count("project")


def test_null_group_has_an_empty_key(wf):
    rows = wf.search("task", fields="assignedToID", **ALL)
    empty = sum(1 for row in rows if row["assignedToID"] is None)
    found = wf.ok(wf.get("/task/report", {"assignedToID_GroupBy": "true"}))
    assert found[""] == {"dcount_ID": empty, "assignedToID": None}


def test_custom_field_as_group(wf):
    rows = wf.search("project", fields="parameterValues", **ALL)
    name = next(k for p in rows for k, v in p["parameterValues"].items() if isinstance(v, str))
    found = wf.ok(wf.get("/project/report", {f"{name}_1_GroupBy": "true"}))
    assert sum(entry["dcount_ID"] for entry in found.values()) == len(rows)


def test_unknown_group(wf):
    assert "booo" in wf.error(wf.get("/task/report", {"booo_GroupBy": "true"}), 422)
