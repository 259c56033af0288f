"""What the conformance cases leave out: rights, filters, extensions, demo data, log and faults."""

from datetime import timedelta
from itertools import pairwise

import pytest

from workfront_orm.sandbox import Sandbox, SandboxError

CLIENTES = {"table": "Clientes"}


# --- rights -------------------------------------------------------------------------------


def test_a_token_is_good_for_a_year(client):
    client.sandbox.clock += timedelta(days=364)
    client.init()
    client.sandbox.clock += timedelta(days=2)
    assert client.post("master-data", **CLIENTES, filter={}).status_code == 401


def test_a_user_must_be_entitled(client):
    for user in (client.sandbox.guest_user_id, "unknown@x.com", None):
        assert client.post("master-data", **CLIENTES, filter={}, userId=user).status_code == 403


def test_unknown_operations(client):
    for operation in ("nonsense", "process", "master-data/drop", "attachment"):
        assert client.post(operation).status_code == 404
    assert client.raw("GET", "/attachment/file/unknown/a.pdf").status_code == 404


# --- cases ---------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [{"unknown": 1}, {"amount": [1]}, {"amount": {"a": 1}}, [1]])
def test_data_must_fit_the_process(client, data):
    client.init()
    client.exec(1, formData=data, check=client.refused)
    assert len(client.case(1, include=2)["history"]) == 1


def test_only_what_is_sent_changes(client):
    client.init()
    client.exec(1, following="negotiate", formData={"amount": 10, "observación": "ñandú"})
    client.exec(1, form="negotiate", following="review", formData={"amount": 20})
    assert client.case(1)["fields"] == {"amount": 20, "observación": "ñandú"}


@pytest.mark.parametrize("level", [-1, 5, "2", True, None])
def test_levels_of_detail_are_numbers_from_0_to_4(client, level):
    client.init()
    client.refused("process/case", processId="sales", caseNumber=1, include=level)


def test_the_definition_tells_which_forms_can_follow(client):
    client.init()
    definition = client.case(1, include=3)["processDefinition"]
    forms = {form["formId"]: form["actions"] for form in definition["forms"]}
    assert forms["review"] == ["done", "negotiate"]
    assert forms["done"] == []
    assert {"slug": "quote", "type": "file"} in definition["fields"]


# --- filters and master data -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({}, ["1", "2", "3"]),
        ({"Nombre": "Ana"}, ["1", "3"]),
        ({"Nombre": "Ana", "Código": "C3"}, ["3"]),
        ({"Código": {"$in": ["C1", "C2"]}}, ["1", "2"]),
        ({"Código": {"$nin": ["C1", "C2"]}}, ["3"]),
        ({"Código": {"$gt": "C1", "$lte": "C3"}}, ["2", "3"]),
        ({"Código": {"$gte": "C3"}}, ["3"]),
        ({"Código": {"$lt": 5}}, []),
        ({"Nombre": {"$ne": "Ana"}}, ["2"]),
        ({"Nombre": {"$eq": "Eva"}}, ["2"]),
        ({"Estado": None}, ["1", "2", "3"]),
        ({"Estado": {"$exists": True}}, []),
    ],
)
def test_filters(client, condition, found):
    for rut, name in (("1", "Ana"), ("2", "Eva"), ("3", "Ana")):
        client.ok("master-data/upsert", **CLIENTES, filter={"RUT": rut}, update={"Nombre": name, "Código": f"C{rut}"})
    payload = client.ok("master-data", **CLIENTES, filter=condition)["payload"]
    assert [row["RUT"] for row in payload] == found


def test_true_is_not_one(client):
    client.ok("master-data/upsert", table="Productos", filter={"Código": "P1"}, update={"Activo": True})
    client.ok("master-data/upsert", table="Productos", filter={"Código": "P2"}, update={"Activo": 1})
    for wanted, code in ((True, "P1"), (1, "P2")):
        payload = client.ok("master-data", table="Productos", filter={"Activo": wanted})["payload"]
        assert [row["Código"] for row in payload] == [code]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("master-data", {"filter": {"Unknown": 1}}),
        ("master-data", {"filter": {"RUT": {"$regex": "1"}}}),
        ("master-data", {"filter": {"RUT": {"$in": "1"}}}),
        ("master-data", {"filter": "RUT"}),
        ("master-data/upsert", {"filter": {"RUT": "1"}, "update": {"Unknown": 1}}),
        ("master-data/upsert", {"filter": {"RUT": "1"}, "update": {"Nombre": []}}),
        ("master-data/upsert", {"filter": {"RUT": "1"}}),
    ],
)
def test_refused_filters_and_updates(client, operation, params):
    client.refused(operation, **CLIENTES, **params)
    assert client.ok("master-data", **CLIENTES, filter={})["payload"] == []


def test_an_upsert_changes_all_that_meet_the_filter(client):
    for rut in ("1", "2"):
        client.ok("master-data/upsert", **CLIENTES, filter={"RUT": rut}, update={"Nombre": "Ana"})
    client.ok("master-data/upsert", **CLIENTES, filter={"Nombre": "Ana"}, update={"Estado": "Activo"})
    payload = client.ok("master-data", **CLIENTES, filter={"Estado": "Activo"})["payload"]
    assert len(payload) == 2


def test_an_empty_filter_deletes_where_it_is_allowed_to(connect):
    with Sandbox(service="blizwork", data="demo", delete_all=True) as sandbox:
        client = connect(sandbox)
        client.ok("master-data/delete", **CLIENTES, filter={})
        assert client.ok("master-data", **CLIENTES, filter={})["payload"] == []


# --- the frame ----------------------------------------------------------------------------------


def test_no_secret_is_in_the_log(client, calls):
    client.exec(client.init(), skipExtensions=False)
    handshake = calls.get(timeout=5)[2]["handshakeToken"]
    token = client.sandbox.token
    client.raw("POST", f"/utils/validatecall/{handshake}x/{token}/", json={})
    client.raw("POST", f"/utils/validatecall/{token}", json={"endpoint": "x", "token": handshake})
    client.post("init", token="mistyped-token")
    text = "".join(repr(entry) for entry in client.sandbox.requests)
    for secret in (token, handshake, "mistyped-token"):
        assert secret not in text
    assert [entry.path for entry in client.sandbox.requests] == [
        "/init/***/",
        "/exec/***/",
        "/utils/validatecall/***/***/",
        "/utils/validatecall/***",
        "/init/***/",
    ]
    assert token not in repr(client.sandbox.info)


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("error_200", 200), ("503", 503)])
def test_faults_speak_the_services_language(client, kind, status):
    client.sandbox.faults = [{"kind": kind, "count": 1}]
    answer = client.post("master-data", **CLIENTES, filter={})
    assert answer.status_code == status
    if kind == "error_200":
        assert answer.json()["resultCode"] == 2
    client.ok("master-data", **CLIENTES, filter={})


def test_reset_brings_all_back(client):
    client.exec(client.init(), formData={"amount": 1})
    client.ok("master-data/upsert", **CLIENTES, filter={"RUT": "1"}, update={})
    client.sandbox.reset()
    assert client.ok("process/case-list", processId="sales", filter={})["payload"] == []
    assert client.ok("master-data", **CLIENTES, filter={})["payload"] == []
    assert client.init() == 1


def test_a_file_keeps_the_data(tmp_path, connect):
    path = tmp_path / "blizwork.db"
    with Sandbox(service="blizwork", data="empty", path=path) as sandbox:
        client = connect(sandbox)
        client.exec(client.init(), formData={"observación": "ñ"})
        sandbox.kill()
        token = sandbox.token
    with Sandbox(service="blizwork", data="empty", path=path) as sandbox:
        assert sandbox.token == token
        client = connect(sandbox)
        assert client.case(1)["fields"] == {"observación": "ñ"}
        assert client.init() == 2


@pytest.mark.parametrize("options", [{"data": "huge"}, {"speed": "high"}, {"webhook": "http://192.0.2.1/x"}])
def test_unknown_options_and_hosts_are_refused(options):
    with pytest.raises(SandboxError, match=r"huge|speed|this machine"):
        Sandbox(service="blizwork", **options)


# --- demo data ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(connect):
    with Sandbox(service="blizwork", data="demo", seed=1) as sandbox:
        yield connect(sandbox)


def test_the_json_line_leads_to_an_open_case_and_to_rows(demo):
    info = demo.sandbox.info
    first = demo.ok("process/case-list", processId=info["process"], filter={})["payload"][0]
    history = demo.case(first["caseNumber"], include=2, process=info["process"])["history"]
    assert history[-1]["nextActivity"]
    assert len(demo.ok("master-data", table=info["table"], filter={})["payload"]) == 120


def test_the_parts_of_the_demo_fit(demo):
    closed = 0
    for process in ("sales", "onboarding", "purchase-order"):
        summaries = demo.ok("process/case-list", processId=process, filter={})["payload"]
        assert [one["caseNumber"] for one in summaries] == list(range(1, 46))
        for one in summaries:
            case = demo.case(one["caseNumber"], include=3, process=process)
            forms = {form["formId"]: form["actions"] for form in case["processDefinition"]["forms"]}
            history = case["history"]
            closed += "nextActivity" not in history[-1]
            for entry, later in pairwise(history):
                assert entry["nextActivity"] == later["currentActivity"]
                assert later["currentActivity"]["formId"] in forms[entry["currentActivity"]["formId"]]
                assert entry["updatedOn"] < later["updatedOn"]
            assert set(case["fields"]) <= {field["slug"] for field in case["processDefinition"]["fields"]}
            for value in case["fieldValues"]:
                if value["fileUrl"] and one["caseNumber"] < 5:
                    assert demo.raw("GET", value["fileUrl"]).status_code == 200
    assert 10 < closed < 125


def test_keys_of_master_data_are_unique(demo):
    for table, key in (("Clientes", ["RUT"]), ("Productos", ["Código"]), ("Listas de precios", ["Código", "Cliente"])):
        payload = demo.ok("master-data", table=table, filter={})["payload"]
        assert len({tuple(row[name] for name in key) for row in payload}) == len(payload)


def test_one_seed_gives_the_same_data(demo, connect):
    def content(client):
        texts = [client.post("master-data", table="Clientes", filter={}).text]
        texts += [client.post("process/case", processId="sales", caseNumber=n, include=4).text for n in (1, 2, 3)]
        return "".join(texts).replace(client.sandbox.url, "")

    for seed, same in ((1, True), (2, False)):
        with Sandbox(service="blizwork", data="demo", seed=seed) as sandbox:
            assert (content(connect(sandbox)) == content(demo)) is same
