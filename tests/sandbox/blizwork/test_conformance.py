"""The conformance cases of facts/blizwork/API.md, section 6, by their numbers, over plain HTTP.

Cases 33 to 35 are about the published client alone: what it takes for success and how it chooses the environment. Of them, what a
server can do is shown: it answers 200 with `resultCode`, and keeps the environments apart.
"""

import base64
import queue

import pytest

PROCESS = {"processId": "sales"}


def test_1_init(client):
    answer = client.ok("init", slash="", companyId=client.sandbox.company_id, workflowId="sales")
    assert answer["resultMessage"]
    assert answer["caseNumber"] == 1
    assert "payload" not in answer


def test_2_cases_are_counted_by_process_and_environment(client, draft):
    assert [client.init(), client.init(), draft.init()] == [1, 2, 1]
    other = client.ok("init", companyId=client.sandbox.company_id, workflowId="onboarding")
    assert other["caseNumber"] == 1


def test_3_init_of_no_process(client):
    answer = client.refused("init", companyId=client.sandbox.company_id, workflowId="unknown")
    assert "caseNumber" not in answer


def test_4_a_wrong_token(client):
    answer = client.post("init", token="wrong", companyId=client.sandbox.company_id, workflowId="sales")
    assert answer.status_code == 401
    assert answer.text


def test_5_a_company_that_is_not_the_tokens(client):
    client.refused("init", companyId="0" * 24, workflowId="sales")


def test_6_level_0(client):
    client.init()
    case = client.case(1)
    assert case["caseNumber"] == 1
    assert case["fields"] == {}
    assert (case["environment"], case["processSlug"], case["processVersion"]) == ("production", "sales", 1)
    assert case["createAudit"]["user"] == client.sandbox.user_id
    assert "history" not in case


def test_7_level_1(client):
    client.init()
    case = client.case(1, include=1)
    assert case["users"] == [{"userId": client.sandbox.user_id, "name": "Ana Rojas", "role": "Administrator"}]
    assert "history" not in case


def test_8_level_2(client):
    client.init()
    history = client.case(1, include=2)["history"]
    assert history[-1]["nextActivity"]["formId"] == "review"
    client.exec(1, following="negotiate")
    history = client.case(1, include=2)["history"]
    assert [entry["currentActivity"]["formId"] for entry in history] == ["start", "review"]
    assert history[0]["updatedOn"] <= history[1]["updatedOn"]


def test_9_level_3(client):
    client.init()
    definition = client.case(1, include=3)["processDefinition"]
    assert definition["companyId"] == client.sandbox.company_id
    assert "company" not in client.case(1, include=3)


def test_10_level_4(client):
    client.init()
    case = client.case(1, include=4)
    assert case["company"]["companyId"] == client.sandbox.company_id
    assert {"users", "history", "processDefinition"} <= set(case)


def test_11_drafts_are_apart(client, draft):
    client.init()
    draft.refused("process/case", **PROCESS, caseNumber=1, include=0)


def test_12_no_case(client):
    answer = client.refused("process/case", **PROCESS, caseNumber=999, include=0)
    assert answer["resultCode"] == 1
    assert "999" in answer["resultMessage"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_13_the_slash_at_the_end_says_nothing(client, slash):
    client.init()
    answer = client.post("process/case", slash=slash, **PROCESS, caseNumber=1, include=0)
    assert answer.history == []
    assert answer.json()["payload"]["caseNumber"] == 1


def test_14_exec(client):
    client.init()
    client.exec(1, formData={"amount": 10})
    case = client.case(1, include=2)
    assert case["fields"]["amount"] == 10
    assert len(case["history"]) == 2


def test_15_a_case_number_is_no_text(client):
    client.init()
    client.exec("1", check=client.refused)


def test_16_not_the_current_form(client):
    client.init()
    client.exec(1, form="start", following="review", check=client.refused)


@pytest.mark.parametrize("following", ["unknown", "start", None])
def test_17_no_form_that_can_follow(client, following):
    client.init()
    client.exec(1, following=following, check=client.refused)


def test_18_a_closed_case(client):
    client.init()
    client.exec(1)
    assert "nextActivity" not in client.case(1, include=2)["history"][-1]
    client.exec(1, check=client.refused)
    client.exec(1, form="done", following="done", check=client.refused)


def test_19_on_behalf_of_somebody(client):
    client.init(execUserId="first@other.example")
    client.exec(1, execUserId="second@other.example")
    case = client.case(1, include=2)
    assert [entry["updatedBy"] for entry in case["history"]] == ["first@other.example", "second@other.example"]
    assert case["createAudit"]["user"] == "first@other.example"


def test_20_a_file_as_a_value(client):
    client.init()
    quote = {"fileName": "a.pdf", "fileUrl": "https://files.example/a.pdf"}
    client.exec(1, formData={"quote": quote, "amount": 1})
    values = {entry["slug"]: entry for entry in client.case(1)["fieldValues"]}
    assert values["quote"]["fileUrl"] == quote["fileUrl"]
    assert values["amount"]["fileUrl"] is None
    client.init()
    client.exec(2, formData={"quote": {"name": "a.pdf"}}, check=client.refused)


def test_21_extensions_can_be_skipped(client, calls):
    client.init()
    client.exec(1, following="negotiate", skipExtensions=True)
    client.exec(1, form="negotiate", following="review", skipExtensions=False)
    assert calls.get(timeout=5)[2]["caseNumber"] == 1
    with pytest.raises(queue.Empty):
        calls.get(timeout=0.2)


def test_22_all_cases(client, draft):
    for _ in range(3):
        client.init()
    draft.init()
    payload = client.ok("process/case-list", **PROCESS, filter={})["payload"]
    assert [case["caseNumber"] for case in payload] == [1, 2, 3]
    assert "history" not in payload[0]
    assert len(draft.ok("process/case-list", **PROCESS, filter={})["payload"]) == 1
    assert client.ok("process/case-list", processId="onboarding", filter={})["payload"] == []


def test_23_cases_that_meet_a_filter(client):
    for amount in (10, 20):
        client.exec(client.init(), formData={"amount": amount})
    client.init()
    payload = client.ok("process/case-list", **PROCESS, filter={"fields.amount": 10})["payload"]
    assert [case["caseNumber"] for case in payload] == [1]


CLIENTES = {"table": "Clientes"}


def rows(client, **condition):
    return client.ok("master-data", **CLIENTES, filter=condition)["payload"]


def test_24_upsert_adds(client):
    client.ok("master-data/upsert", **CLIENTES, filter={"RUT": "1"}, update={"Nombre": "Ana"})
    assert rows(client, RUT="1") == [{"RUT": "1", "Nombre": "Ana"}]


def test_25_upsert_changes(client):
    client.ok("master-data/upsert", **CLIENTES, filter={"RUT": "1"}, update={"Nombre": "Ana", "Código": "C1"})
    client.ok("master-data/upsert", **CLIENTES, filter={"RUT": "1"}, update={"Nombre": "Eva"})
    assert rows(client) == [{"RUT": "1", "Nombre": "Eva", "Código": "C1"}]


def test_26_no_table(client):
    for operation in ("master-data", "master-data/upsert", "master-data/delete"):
        client.refused(operation, table="Unknown", filter={"RUT": "1"}, update={})


def test_27_all_records(client, draft):
    for number in ("1", "2"):
        client.ok("master-data/upsert", **CLIENTES, filter={"RUT": number}, update={"Nombre": "Ana"})
    assert {row["RUT"]: row for row in rows(client)} == {
        "1": {"RUT": "1", "Nombre": "Ana"},
        "2": {"RUT": "2", "Nombre": "Ana"},
    }
    assert rows(draft) == []


def test_28_delete(client):
    client.ok("master-data/upsert", **CLIENTES, filter={"RUT": "1"}, update={})
    client.ok("master-data/delete", **CLIENTES, filter={"RUT": "1"})
    assert rows(client) == []
    client.refused("master-data/delete", **CLIENTES, filter={})


def test_29_upload(client):
    content = bytes(range(256))
    params = {"module": "form", "filename": "año 1.pdf", "file": base64.b64encode(content).decode()}
    address = client.ok("attachment/upload", **params)["payload"]["fileUrl"]
    answer = client.raw("GET", address)
    assert (answer.status_code, answer.content) == (200, content)
    client.refused("attachment/upload", **{**params, "file": "no base64"})
    client.refused("attachment/upload", **{**params, "module": "other"})


def call_of(client, calls):
    """Make a call of the extension and return its body."""
    client.exec(client.init(), formData={"amount": 10}, skipExtensions=False)
    path, content_type, body = calls.get(timeout=5)
    assert (path, content_type) == ("/extension", "application/json")
    return body


def test_30_a_call_is_validated_once(client, calls):
    body = call_of(client, calls)
    assert body == {
        "environment": "production",
        "processId": "sales",
        "processVersion": 1,
        "caseNumber": 1,
        "handshakeToken": body["handshakeToken"],
        "fields": {"amount": 10},
    }
    path = f"/utils/validatecall/{body['handshakeToken']}/{client.sandbox.token}/"
    assert client.raw("POST", path, json={}).json()["resultCode"] == 0
    assert client.raw("POST", path, json={}).json()["resultCode"] == 1


def test_31_the_documented_form_of_validation(client, calls, receiver):
    handshake = call_of(client, calls)["handshakeToken"]
    path = f"/utils/validatecall/{client.sandbox.token}"
    other = {"endpoint": "https://elsewhere.example/", "token": handshake}
    assert client.raw("POST", path, json=other).json()["resultCode"] == 1
    right = {"endpoint": receiver.url, "token": handshake}
    assert client.raw("POST", path, json=right).json()["resultCode"] == 0


def test_32_an_unknown_handshake(client):
    answer = client.raw("POST", f"/utils/validatecall/unknown/{client.sandbox.token}/", json={})
    assert (answer.status_code, answer.json()["resultCode"]) == (200, 1)


def test_33_34_success_is_200_with_a_result_code(client):
    for operation, params in (
        ("init", {"companyId": client.sandbox.company_id, "workflowId": "sales"}),
        ("process/case", {**PROCESS, "caseNumber": 1, "include": 0}),
        ("master-data/upsert", {**CLIENTES, "filter": {"RUT": "1"}, "update": {}}),
    ):
        answer = client.post(operation, **params)
        assert answer.status_code == 200
        assert {"resultCode", "resultMessage"} <= set(answer.json())


def test_35_environments(client, draft):
    client.init()
    assert client.case(1)["environment"] == "production"
    draft.init()
    assert draft.case(1)["environment"] == "draft"
    client.refused("process/case-list", **PROCESS, filter={}, environment="Production")


@pytest.mark.parametrize("operation", ["init", "exec", "process/case", "master-data", "utils/validatecall/x"])
def test_36_get(client, operation):
    assert client.raw("GET", f"/{operation}/{client.sandbox.token}").status_code in (404, 405)


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b""])
def test_37_a_body_that_is_no_json_object(client, body):
    answer = client.raw(
        "POST", f"/init/{client.sandbox.token}", data=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
