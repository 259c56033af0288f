"""Conformance cases 52-81: filters, modifiers, groups, wildcards, paging, sorting, map, count."""

import json
from datetime import UTC, datetime, timedelta

import pytest

ALL = {"$$LIMIT": 2000}


def everything(wf, code, fields):
    return wf.search(code, fields=fields, ID_Sort="asc", **ALL)


def ids(rows):
    return sorted(row["ID"] for row in rows)


def found(wf, code, **params):
    return ids(wf.search(code, **params, **ALL))


@pytest.fixture
def tasks(wf):
    return everything(
        wf,
        "task",
        "status,percentComplete,entryDate,plannedCompletionDate,actualCompletionDate,assignedTo:firstName,description,workRequired",
    )


def test_case_052_default_limit(wf):
    assert wf.count("task") > 100
    assert len(wf.search("task")) == 100


@pytest.mark.parametrize("limit", ["$$LIMIT", "%24%24LIMIT"])
def test_case_053_limit(wf, limit):
    rows = wf.ok(wf.get(f"{wf.base}/task/search?{limit}=200"))
    assert len(rows) == len({row["ID"] for row in rows}) == 200


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_case_053_a_limit_that_is_none_is_the_default(wf, limit):
    assert len(wf.search("task", **{"$$LIMIT": limit})) == 100


def test_case_054_limit_above_the_maximum(wf):
    message = wf.error(wf.get("/task/search", {"$$LIMIT": 2001}), 422, "IllegalArgumentException")
    assert "2000" in message
    assert len(wf.search("task", **{"$$LIMIT": 2000})) == wf.count("task")


def test_case_055_page(wf):
    rows = everything(wf, "task", "ID")
    page = wf.search("task", **{"$$FIRST": 200, "$$LIMIT": 50, "ID_Sort": "asc"})
    assert [row["ID"] for row in page] == [row["ID"] for row in rows[200:250]]
    assert wf.search("task", **{"$$FIRST": 1_000_000}) == []


def test_case_056_eq(wf, tasks):
    assert found(wf, "task", status="CPL") == ids(t for t in tasks if t["status"] == "CPL") != []


def test_case_057_repeated_value_is_in(wf, tasks):
    wanted = ids(t for t in tasks if t["status"] in ("CPL", "INP"))
    assert found(wf, "task", status=["CPL", "INP"]) == wanted != []


def test_case_058_comma_list(wf, tasks):
    wanted = ids(t for t in tasks if t["status"] in ("CPL", "INP"))
    assert found(wf, "task", status="CPL,INP", status_Mod="in") == wanted
    assert found(wf, "task", status=["CPL", "INP"], status_Mod="in") == wanted


def test_case_059_notin_is_the_complement(wf, tasks):
    assert found(wf, "task", status="CPL,INP", status_Mod="notin") == ids(
        t for t in tasks if t["status"] not in ("CPL", "INP")
    )


def test_case_060_contains_and_cicontains(wf, tasks):
    word = "age"
    exact = ids(t for t in tasks if word in t["name"])
    any_case = ids(t for t in tasks if "AGE" in t["name"].upper())
    assert found(wf, "task", name=word, name_Mod="contains") == exact != []
    assert found(wf, "task", name="AGE", name_Mod="contains") == []
    assert found(wf, "task", name="AGE", name_Mod="cicontains") == any_case != []


def test_case_061_isnull_with_and_without_value(wf, tasks):
    wanted = ids(t for t in tasks if t["actualCompletionDate"] is None)
    assert found(wf, "task", actualCompletionDate_Mod="isnull") == wanted != []
    assert found(wf, "task", actualCompletionDate="x", actualCompletionDate_Mod="isnull") == wanted
    assert found(wf, "task", actualCompletionDate_Mod="notnull") == ids(t for t in tasks if t["actualCompletionDate"])


def test_case_062_ne_includes_null_nee_does_not(wf, tasks):
    def first(task):
        return task["assignedTo"]["firstName"] if task["assignedTo"] else None

    name = next(first(t) for t in tasks if first(t))
    params = {"assignedTo:firstName": name}
    ne = found(wf, "task", **params, **{"assignedTo:firstName_Mod": "ne"})
    nee = found(wf, "task", **params, **{"assignedTo:firstName_Mod": "nee"})
    assert any(first(t) is None for t in tasks)
    assert ne == ids(t for t in tasks if first(t) != name)
    assert nee == ids(t for t in tasks if first(t) not in (None, name)) != ne


def test_case_063_range_with_wildcards(wf, tasks):
    wf.sandbox.clock = datetime(2026, 5, 20, 15, tzinfo=UTC)
    low, high = "2026-05-13T00:00:00:000+0000", "2026-05-20T00:00:00:000+0000"
    field = "plannedCompletionDate"
    params = {field: "$$TODAY-7d", f"{field}_Range": "$$TODAY"}
    wanted = ids(t for t in tasks if low <= t[field] <= high)
    assert found(wf, "task", **params, **{f"{field}_Mod": "between"}) == wanted != []
    assert found(wf, "task", **params) == wanted


def test_case_064_a_date_is_its_whole_day(wf, tasks):
    moment = tasks[0]["plannedCompletionDate"]
    day = moment[:10]
    wanted = ids(t for t in tasks if t["plannedCompletionDate"][:10] == day)
    assert found(wf, "task", plannedCompletionDate=day) == wanted
    assert found(wf, "task", plannedCompletionDate=day, plannedCompletionDate_Mod="exacttime") == []
    same = ids(t for t in tasks if t["plannedCompletionDate"] == moment)
    assert found(wf, "task", plannedCompletionDate=moment, plannedCompletionDate_Mod="exacttime") == same
    assert found(wf, "task", plannedCompletionDate=moment) == wanted


def test_case_065_numbers_compare_as_numbers(wf, tasks):
    assert found(wf, "task", percentComplete="50", percentComplete_Mod="gte") == ids(
        t for t in tasks if t["percentComplete"] >= 50
    )
    assert found(wf, "task", workRequired="1000", workRequired_Mod="lt") == ids(
        t for t in tasks if t["workRequired"] < 1000
    )
    wf.error(wf.get("/task/search", {"percentComplete": "half"}), 422)


def test_case_066_through_a_reference(wf, tasks):
    name = next(t["assignedTo"]["firstName"] for t in tasks if t["assignedTo"])
    wanted = ids(t for t in tasks if t["assignedTo"] and t["assignedTo"]["firstName"] == name)
    assert found(wf, "task", **{"assignedTo:firstName": name}) == wanted != []


def test_case_066_through_two_references(wf):
    rows = everything(wf, "task", "project:owner:firstName")
    name = rows[0]["project"]["owner"]["firstName"]
    wanted = ids(t for t in rows if t["project"]["owner"] and t["project"]["owner"]["firstName"] == name)
    assert found(wf, "task", **{"project:owner:firstName": name}) == wanted


def test_case_067_through_a_collection_any_member_counts(wf):
    rows = everything(wf, "project", "tasks:name")
    word = "review"
    wanted = ids(p for p in rows if any(word in t["name"].lower() for t in p["tasks"]))
    assert found(wf, "project", **{"tasks:name": word, "tasks:name_Mod": "cicontains"}) == wanted != []
    without = ids(p for p in rows if any(word not in t["name"].lower() for t in p["tasks"]))
    assert found(wf, "project", **{"tasks:name": word, "tasks:name_Mod": "cinotcontains"}) == without


def test_case_067_issues_is_another_name_of_the_collection(wf):
    issue = wf.search("optask", fields="projectID", **{"$$LIMIT": 1})[0]
    assert issue["projectID"] in found(wf, "project", **{"issues:name": issue["name"]})


def test_case_068_custom_field(wf):
    rows = everything(wf, "project", "parameterValues")
    name, value = next((k, v) for p in rows for k, v in p["parameterValues"].items() if isinstance(v, str))
    wanted = ids(p for p in rows if value in as_list(p["parameterValues"].get(name)))
    assert found(wf, "project", **{name: value}) == wanted != []
    assert found(wf, "project", **{name: value.upper(), f"{name}_Mod": "cieq"}) == wanted
    assert found(wf, "project", **{f"{name}_Mod": "isnull"}) == ids(p for p in rows if name not in p["parameterValues"])
    tasks = everything(wf, "task", "project")
    through = ids(t for t in tasks if t["project"]["ID"] in wanted)
    assert found(wf, "task", **{f"project:{name}": value}) == through


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def test_case_068_one_of_several_selected(wf):
    rows = [
        row
        for code in ("project", "task", "optask", "user")
        for row in everything(wf, code, "parameterValues")
        if row["parameterValues"]
    ]
    row, name, values = next((r, k, v) for r in rows for k, v in r["parameterValues"].items() if isinstance(v, list))
    assert row["ID"] in found(wf, row["objCode"], **{name: values[-1]})
    assert row["ID"] in found(wf, row["objCode"], **{name: values, f"{name}_Mod": "allof"})
    assert row["ID"] not in found(wf, row["objCode"], **{name: [*values, "none of them"], f"{name}_Mod": "allof"})


def test_case_068_unknown_custom_field(wf):
    message = wf.error(wf.get("/project/search", {"DE:Nosuch": "x"}), 404)
    assert message == 'Parameter with primary key value(s) "Nosuch" not found'


def test_case_069_or_groups_are_not_distributed(wf, tasks):
    params = {
        "name": "a", "name_Mod": "contains",
        "status": "CPL",
        "OR:1:percentComplete": "0", "OR:1:status": "NEW",
        "OR:b:status": "RVW",
    }  # fmt: skip
    wanted = ids(
        t
        for t in tasks
        if ("a" in t["name"] and t["status"] == "CPL")
        or (t["percentComplete"] == 0 and t["status"] == "NEW")
        or t["status"] == "RVW"
    )
    assert found(wf, "task", **params) == wanted
    assert any(t["status"] == "RVW" and "a" not in t["name"] for t in tasks)


def test_case_069_or_groups_alone(wf, tasks):
    assert found(wf, "task", **{"OR:1:status": "CPL", "OR:2:status": "RVW"}) == ids(
        t for t in tasks if t["status"] in ("CPL", "RVW")
    )


def test_case_070_and_on_the_same_field(wf, tasks):
    params = {"name": "page", "name_Mod": "cicontains", "AND:1:name": "home", "AND:1:name_Mod": "cinotcontains"}
    wanted = ids(t for t in tasks if "page" in t["name"].lower() and "home" not in t["name"].lower())
    assert found(wf, "task", **params) == wanted != []


def test_case_071_not_exists(wf):
    logged = {row["ownerID"] for row in everything(wf, "hour", "ownerID")}
    users = everything(wf, "user", "ID")
    params = {"EXISTS:1:$$OBJCODE": "HOUR", "EXISTS:1:ownerID": "FIELD:ID", "EXISTS:1:$$EXISTSMOD": "NOTEXISTS"}
    assert found(wf, "user", **params) == ids(u for u in users if u["ID"] not in logged) != []
    del params["EXISTS:1:$$EXISTSMOD"]
    assert found(wf, "user", **params) == ids(u for u in users if u["ID"] in logged) != []


def test_case_071_exists_with_conditions_inside(wf):
    tasks = everything(wf, "task", "status,projectID")
    wanted = sorted({t["projectID"] for t in tasks if t["status"] == "RVW"})
    params = {
        "AND:A:EXISTS:A:$$OBJCODE": "TASK",
        "AND:A:EXISTS:A:projectID": "FIELD:ID",
        "AND:A:EXISTS:A:status": "RVW",
    }
    assert found(wf, "project", **params) == wanted != []
    wf.error(wf.get("/project/search", {"EXISTS:1:projectID": "FIELD:ID"}), 422)
    wf.error(wf.get("/project/search", {"EXISTS:1:$$OBJCODE": "NOSUCH"}), 422)


def test_case_072_fields_compare(wf, tasks):
    params = {"actualCompletionDate": "FIELD:plannedCompletionDate", "actualCompletionDate_Mod": "gt"}
    wanted = ids(
        t for t in tasks if t["actualCompletionDate"] and t["actualCompletionDate"] > t["plannedCompletionDate"]
    )
    assert found(wf, "task", **params) == wanted
    wf.error(wf.get("/task/search", {"name": "FIELD:booo"}), 422)


def test_case_073_filters_parameter(wf):
    username = wf.sandbox.user_username
    rows = wf.search("user", filters=f'{{"username":"{username}"}}')
    assert [row["username"] for row in rows] == [username]
    assert wf.count("user", username=username) == wf.count("user")
    both = wf.search("user", filters=json.dumps({"username": [username, wf.sandbox.username], "username_Mod": "in"}))
    assert len(both) == 2
    wf.error(wf.get("/user/search", {"filters": "username"}), 422)


def test_case_074_user_wildcards(wf, ben):
    projects = everything(wf, "project", "ownerID,groupID")
    for spelling in ("$$USER.ID", "$$USER"):
        assert found(ben, "project", ownerID=spelling) == ids(p for p in projects if p["ownerID"] == ben.user_id) != []
    user = wf.one("user", ben.user_id, "otherGroups,homeGroupID,firstName")
    others = {group["ID"] for group in user["otherGroups"]}
    assert found(ben, "project", groupID="$$USER.otherGroupIDs") == ids(p for p in projects if p["groupID"] in others)
    assert found(ben, "project", groupID="$$USER.homeGroupID") == ids(
        p for p in projects if p["groupID"] == user["homeGroupID"]
    )
    assert found(ben, "user", firstName="$$USER.firstName", ID=ben.user_id) == [ben.user_id]
    assert ben.ok(ben.get("/user", {"id": "$$USER.ID"}))["ID"] == ben.user_id
    customer = found(ben, "user", customerID="$$CUSTOMER")
    assert len(customer) == wf.count("user")


@pytest.mark.parametrize(
    ("wildcard", "moment"),
    [
        ("$$TODAY", "2026-05-20T00:00:00:000+0000"),
        ("$$NOW", "2026-05-20T15:30:00:000+0000"),
        ("$$TODAYbm", "2026-05-01T00:00:00:000+0000"),
        ("$$TODAYem", "2026-05-31T23:59:59:999+0000"),
        ("$$TODAY-7d", "2026-05-13T00:00:00:000+0000"),
        ("$$NOW+2h", "2026-05-20T17:30:00:000+0000"),
        ("$$TODAYe+1w", "2026-05-30T23:59:59:999+0000"),
        ("$$TODAYb", "2026-05-17T00:00:00:000+0000"),
        ("$$TODAYe", "2026-05-23T23:59:59:999+0000"),
        ("$$TODAYbq", "2026-04-01T00:00:00:000+0000"),
        ("$$TODAYey", "2026-12-31T23:59:59:999+0000"),
        ("$$TODAYbh", "2026-05-20T00:00:00:000+0000"),
        ("$$NOWbh", "2026-05-20T15:00:00:000+0000"),
        ("$$TODAY+1y", "2027-05-20T00:00:00:000+0000"),
        ("$$TODAY-3m", "2026-02-20T00:00:00:000+0000"),
        ("$$TODAYed", "2026-05-20T23:59:59:999+0000"),
        ("$$TODAY+1q", "2026-08-20T00:00:00:000+0000"),
    ],
)
def test_case_074_date_wildcards(wf, wildcard, moment):
    """A task that ends at the very moment is found, whatever else there is."""
    key = wf.search("task", **{"$$LIMIT": 1})[0]["ID"]
    wf.ok(wf.put(f"/task/{key}", {"commitDate": moment}))
    wf.sandbox.clock = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
    params = {"commitDate": wildcard, "commitDate_Mod": "exacttime", "ID": key}
    if wildcard.startswith("$$NOW") and not wildcard.endswith("bh"):
        later = (datetime(2026, 5, 20, 15, 30, tzinfo=UTC) + timedelta(hours=3)).isoformat()
        params.update({"commitDate_Mod": "lte"})
        assert found(wf, "task", **params) == [key]
        wf.ok(wf.put(f"/task/{key}", {"commitDate": later}))
        assert found(wf, "task", **params) == []
    else:
        assert found(wf, "task", **params) == [key]


def test_case_074_day_begins_in_the_callers_zone(wf, ben):
    wf.ok(wf.put(f"/user/{ben.user_id}", {"timeZone": "America/Denver"}))
    key = wf.search("task", **{"$$LIMIT": 1})[0]["ID"]
    wf.ok(wf.put(f"/task/{key}", {"commitDate": "2026-05-20T05:00:00:000+0000"}))
    wf.sandbox.clock = datetime(2026, 5, 20, 5, 30, tzinfo=UTC)
    assert found(ben, "task", ID=key, commitDate="$$TODAY") == [key]
    assert found(ben, "task", ID=key, commitDate="2026-05-19") == [key]
    assert found(wf, "task", ID=key, commitDate="2026-05-19") == []
    assert ben.one("task", key, "commitDate")["commitDate"] == "2026-05-19T23:00:00:000-0600"


def test_case_075_unknown_field(wf):
    assert wf.error(wf.get("/task/search", {"booo": "1"}), 422) == "APIModel V22_0 does not support field booo (Task)"
    assert "Name" in wf.error(wf.get("/task/search", {"Name": "1"}), 422)
    assert "(User)" in wf.error(wf.get("/task/search", {"assignedTo:booo": "1"}), 422)
    assert "(Task)" in wf.error(wf.get("/project/search", {"tasks:booo": "1"}), 422)
    wf.error(wf.get("/task/search", {"booo_Sort": "asc"}), 422)
    wf.error(wf.get("/task/count", {"booo": "1"}), 422)


def test_case_076_unknown_modifier(wf):
    for name in ("name_Mod", "OR:1:name_Mod"):
        message = wf.error(wf.get("/task/search", {"name": "x", name: "sounds"}), 422)
        assert 'value "sounds"' in message


def test_case_077_two_level_order(wf):
    rows = wf.search("task", fields="status,workRequired", status_1_Sort="asc", workRequired_2_Sort="desc", **ALL)
    keys = [(row["status"], -row["workRequired"]) for row in rows]
    assert keys == sorted(keys)
    assert len({row["status"] for row in rows}) > 1


def test_case_077_unnumbered_keys_in_order_of_appearance(wf):
    rows = wf.ok(
        wf.get(f"{wf.base}/task/search?fields=status,workRequired&workRequired_Sort=desc&status_Sort=asc&$$LIMIT=2000")
    )
    keys = [(-row["workRequired"], row["status"]) for row in rows]
    assert keys == sorted(keys)


def test_case_077_ciasc_ignores_case(wf):
    for name in ("zz b", "ZZ a", "ZZ C"):
        wf.make("project", name=name)
    rows = wf.search("project", name="zz", name_Mod="startswith", name_Sort="ciasc")
    assert [row["name"] for row in rows] == ["ZZ a", "zz b", "ZZ C"]
    rows = wf.search("project", name="zz", name_Mod="startswith", name_Sort="asc")
    assert [row["name"] for row in rows] == ["ZZ C", "ZZ a", "zz b"]
    rows = wf.search("project", name="zz", name_Mod="startswith", name_Sort="cidesc")
    assert [row["name"] for row in rows] == ["ZZ C", "zz b", "ZZ a"]


def test_case_077_order_by_a_path(wf):
    rows = wf.search("task", fields="project:name", **{"project:name_Sort": "asc"}, **ALL)
    names = [row["project"]["name"] for row in rows]
    assert names == sorted(names)
    wf.error(wf.get("/project/search", {"tasks:name_Sort": "asc"}), 422)
    wf.error(wf.get("/project/search", {"name_Sort": "up"}), 422)


def test_case_078_map(wf):
    rows = wf.search("project", **{"$$LIMIT": 5, "ID_Sort": "asc"})
    assert wf.search("project", **{"$$LIMIT": 5, "ID_Sort": "asc", "map": "true"}) == {row["ID"]: row for row in rows}
    assert wf.search("project", name="nothing of that name", map="true") == {}


def test_case_079_long_search_by_post(wf):
    rows = everything(wf, "task", "ID")[:600]
    keys = [row["ID"] for row in rows]
    data = [("method", "GET"), ("ID_Mod", "in"), ("$$LIMIT", "2000"), *(("ID", key) for key in keys)]
    assert sum(len(value) for _, value in data) > 19_000
    assert ids(wf.ok(wf.post("/task/search", data))) == keys
    assert (
        ids(wf.ok(wf.post("/task/search", {"method": "GET", "ID": ",".join(keys), "ID_Mod": "in", "$$LIMIT": 2000})))
        == keys
    )


def test_case_079_uri_limit_of_the_cdn(workfront_server):
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="workfront", data="empty", cdn=True) as sandbox:
        import requests

        url = f"{sandbox.url}/attask/api/v22.0/user/search?apiKey={sandbox.api_key}&name="
        limit = 8892 - len(url) + len(sandbox.url)
        assert requests.get(url + "x" * limit, timeout=5).status_code == 200
        refused = requests.get(url + "x" * (limit + 1), timeout=5)
        assert refused.status_code == 414
        assert "json" not in refused.headers["Content-Type"]


def test_case_080_count(wf):
    params = {"status": "CPL", "name": "e", "name_Mod": "contains"}
    total = 0
    while True:
        page = wf.search("task", **params, **{"$$FIRST": total, "$$LIMIT": 50, "ID_Sort": "asc"})
        total += len(page)
        if len(page) < 50:
            break
    assert wf.ok(wf.get("/task/count", params)) == {"count": total}
    assert wf.count("task", **{**params, "$$LIMIT": 1, "$$FIRST": 5}) == total > 50


def test_case_081_like(wf):
    for name in ("yy 50% of all", "yy 500 of all", "YY 50x", "yy [a]*"):
        wf.make("project", name=name)

    def names(pattern, modifier="like"):
        return sorted(row["name"] for row in wf.search("project", name=pattern, name_Mod=modifier))

    assert names("yy 50_ of%") == ["yy 50% of all", "yy 500 of all"]
    assert names("%[a]*") == ["yy [a]*"]
    assert names("yy 50_", "cilike") == ["YY 50x"]
    assert names("yy 50_") == []
    assert names("yy%all") == ["yy 50% of all", "yy 500 of all"]


@pytest.mark.parametrize(
    ("modifier", "value", "names"),
    [
        ("startswith", "QQ AL", ["qq alpha beta"]),
        ("cieq", "QQ ALPHA BETA", ["qq alpha beta"]),
        ("cine", "QQ ALPHA BETA", ["qq Gamma", "qq été"]),
        ("cicontainsany", "gamma beta", ["qq Gamma", "qq alpha beta"]),
        ("cicontainsall", "beta alpha", ["qq alpha beta"]),
        ("cinotcontainsany", "gamma beta", ["qq été"]),
        ("cinotcontainsall", "beta alpha", ["qq Gamma", "qq été"]),
        ("notcontains", "Gamma", ["qq alpha beta", "qq été"]),
        ("cicontains", "ÉTÉ", ["qq été"]),
        ("cieq", "QQ ÉTÉ", ["qq été"]),
        ("cilike", "QQ É%", ["qq été"]),
        ("startswith", "QQ É", ["qq été"]),
        ("ciin", "QQ ÉTÉ,qq gamma", ["qq Gamma", "qq été"]),
        ("length_eq", "6", ["qq été"]),
        ("length_gt", "6", ["qq Gamma", "qq alpha beta"]),
        ("length_lt", "7", ["qq été"]),
        ("notblank", "", ["qq Gamma", "qq alpha beta", "qq été"]),
        ("isblank", "", []),
    ],
)
def test_text_modifiers(wf, modifier, value, names):
    for name in ("qq alpha beta", "qq Gamma", "qq été"):
        wf.make("project", name=name, extRefID="qq")
    rows = wf.search("project", extRefID="qq", name=value, name_Mod=modifier)
    assert sorted(row["name"] for row in rows) == names


def test_soundex(wf):
    wf.make("user", firstName="Rupert", lastName="Zz", emailAddr="r@sandbox.example")
    rows = wf.search("user", firstName="Robert", firstName_Mod="soundex", lastName="Zz")
    assert [row["name"] for row in rows] == ["Rupert Zz"]


def test_bits(wf):
    keys = {bits: wf.make("project", name=f"bits {bits}", displayOrder=bits) for bits in (1, 2, 3, 4)}

    def which(modifier, bits):
        rows = wf.search("project", name="bits", name_Mod="startswith", displayOrder=bits, displayOrder_Mod=modifier)
        return sorted(n for n, key in keys.items() if key in ids(rows))

    assert which("bitwiseor", 3) == [1, 2, 3]
    assert which("bitwiseand", 3) == [3]
    assert which("bitwisenand", 3) == [4]


def test_ranges(wf, tasks):
    params = {"percentComplete": "25", "percentComplete_Range": "75"}
    assert found(wf, "task", **params) == ids(t for t in tasks if 25 <= t["percentComplete"] <= 75) != []
    assert found(wf, "task", **params, percentComplete_Mod="notbetween") == ids(
        t for t in tasks if not 25 <= t["percentComplete"] <= 75
    )
    wf.error(wf.get("/task/search", {"percentComplete": "25", "percentComplete_Mod": "between"}), 422)


def test_keyset_paging_by_id(wf):
    """API.md 9: stable client strategy."""
    rows = everything(wf, "task", "ID")
    read, last = [], ""
    while True:
        page = wf.search("task", ID=last, ID_Mod="gt", ID_Sort="asc", **{"$$LIMIT": 300})
        read += page
        if len(page) < 300:
            break
        last = page[-1]["ID"]
    assert [row["ID"] for row in read] == [row["ID"] for row in rows]


def test_values_that_look_like_sql_or_wildcards(wf):
    for name in ("x' OR '1'='1", 'x" OR ""="', "$$money", "*", "100%"):
        wf.make("project", name=name)
        assert [row["name"] for row in wf.search("project", name=name)] == [name]
    assert wf.search("project", name="*un*") == []


def test_rows_without_a_sort_can_be_shuffled(workfront_server):
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="workfront", data="demo", shuffle=True) as sandbox:
        import requests

        def order(**params):
            params = {"apiKey": sandbox.api_key, "$$LIMIT": 200, **params}
            answer = requests.get(f"{sandbox.url}/attask/api/v22.0/task/search", params=params, timeout=5)
            return [row["ID"] for row in answer.json()["data"]]

        assert order() != order()
        assert order(ID_Sort="asc") == order(ID_Sort="asc")
