"""The portal beside the conformance cases: demo data, rules of records, events, faults, files."""

import json
import random

import pytest
import requests

from workfront_orm.sandbox import SandboxError
from workfront_orm.sandbox.backend import Request, Settings
from workfront_orm.sandbox.bitrix24 import create
from workfront_orm.sandbox.clock import Clock


@pytest.fixture
def crm(demo):
    return demo.hook


def total(hook, method, **params):
    return hook.envelope(method, params)["total"]


# --- data ---------------------------------------------------------------------------------


def test_demo_data_is_a_small_firm(crm):
    counts = {kind: total(crm, f"crm.{kind}.list") for kind in ("contact", "company", "deal", "lead", "quote")}
    assert counts == {"contact": 420, "company": 90, "deal": 260, "lead": 160, "quote": 20}
    assert total(crm, "crm.item.list", entityTypeId=128) == 75
    assert total(crm, "tasks.task.list") == 130
    assert total(crm, "user.get") == 15
    assert total(crm, "department.get") == 6
    assert [row["id"] for row in crm("crm.category.list", {"entityTypeId": 2})["categories"]] == [0, 2]
    assert [row["id"] for row in crm("crm.category.list", {"entityTypeId": 128})["categories"]] == [10, 12]


def test_demo_data_hangs_together(crm):
    deals = crm("crm.deal.list", {"filter": {"CATEGORY_ID": 2}})
    assert all(deal["STAGE_ID"].startswith("C2:") for deal in deals)
    stages = {row["STATUS_ID"] for row in crm("crm.status.list", {"filter": {"ENTITY_ID": "DEAL_STAGE_2"}})}
    assert {deal["STAGE_ID"] for deal in deals} <= stages
    deal = crm("crm.deal.get", {"id": 3})
    links = crm("crm.deal.contact.items.get", {"id": 3})
    assert str(links[0]["CONTACT_ID"]) == deal["CONTACT_ID"]
    rows = crm("crm.item.productrow.list", {"filter": {"=ownerType": "D", "=ownerId": 3}})["productRows"]
    assert float(deal["OPPORTUNITY"]) == sum(row["price"] * row["quantity"] for row in rows)
    (address, *_) = crm("crm.address.list", {"filter": {"ANCHOR_TYPE_ID": 4, "ANCHOR_ID": 1}})
    assert address["ENTITY_TYPE_ID"] == "8"


def test_the_same_seed_makes_the_same_data():
    def rows(seed):
        backend = create(Settings("bitrix24", "http://127.0.0.1:1", "demo", None, seed, Clock(), {}))
        found = backend.rows("contact", {}, 0, 500)
        backend.close()
        return found

    assert rows(5) == rows(5)
    assert rows(5) != rows(6)


def test_large_data_is_read_in_batches(start_portal):
    with start_portal(data="large") as portal:
        commands = {str(page): f"crm.contact.list?start={50 * page}&select[]=ID" for page in range(50)}
        answer = portal.hook.batch(commands)
        found = [row["ID"] for page in answer["result"] for row in page]
        assert found == [str(number) for number in range(1, 2501)]
        assert set(answer["result_total"]) == {50_000}


def test_unknown_data_and_options_are_named(start_portal):
    with pytest.raises(SandboxError, match="no option 'nope'"), start_portal(nope=1):
        pass
    with pytest.raises(SandboxError, match="no data 'nope'"), start_portal(fixture="nope"):
        pass
    with pytest.raises(SandboxError, match="rate_limit is on or off"), start_portal(rate_limit="perhaps"):
        pass


# --- records ---------------------------------------------------------------------------------


def test_moving_a_stage_sets_what_follows_from_it(crm):
    crm("crm.deal.update", {"id": 1, "fields": {"STAGE_ID": "WON"}})
    deal = crm("crm.deal.get", {"id": 1})
    assert (deal["CLOSED"], deal["STAGE_SEMANTIC_ID"], deal["IS_NEW"]) == ("Y", "S", "N")
    item = crm("crm.item.update", {"entityTypeId": 2, "id": 1, "fields": {"stageId": "NEW"}})["item"]
    assert (item["closed"], item["stageSemanticId"]) == ("N", "P")


def test_a_stage_of_another_pipeline_is_refused(crm):
    assert crm.refused("crm.deal.update", {"id": 1, "fields": {"STAGE_ID": "C2:NEW"}})[:2] == (400, "ERROR_CORE")
    update = {"entityTypeId": 128, "id": 1, "fields": {"stageId": "DT128_12:NEW"}}
    assert crm.refused("crm.item.update", update)[:2] == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")
    assert crm.refused("crm.item.update", {**update, "fields": {"categoryId": 99}})[0] == 400


def test_an_update_without_a_change_saves_nothing(crm):
    before = crm("crm.item.get", {"entityTypeId": 128, "id": 1})["item"]
    same = {"title": before["title"], "stageId": before["stageId"], "contactIds": before["contactIds"]}
    after = crm("crm.item.update", {"entityTypeId": 128, "id": 1, "fields": same})["item"]
    assert after == before
    changed = crm("crm.item.update", {"entityTypeId": 128, "id": 1, "fields": {"title": "x"}})["item"]
    assert changed["updatedTime"] > before["updatedTime"]


def test_fm_carries_phones_in_the_newer_family(crm):
    made = crm("crm.item.add", {"entityTypeId": 3, "fields": {"name": "A", "fm": [{"typeId": "PHONE", "value": "7"}]}})
    (entry,) = made["item"]["fm"]
    assert (entry["typeId"], entry["valueType"], entry["value"]) == ("PHONE", "WORK", "7")
    removed = {"entityTypeId": 3, "id": made["item"]["id"], "fields": {"fm": [{"id": entry["id"], "value": ""}]}}
    assert crm("crm.item.update", removed)["item"]["fm"] == []


def test_bad_values_are_refused_or_read_loosely(crm):
    assert crm.refused("crm.contact.add", {"fields": {"NAME": "A", "EMAIL": [{"VALUE": "x"}]}})[1] == "ERROR_CORE"
    assert crm.refused("crm.contact.add", {"fields": {}})[:2] == (400, "")
    bad = {"entityTypeId": 2, "id": 1, "fields": {"opportunity": "much"}}
    assert crm.refused("crm.item.update", bad)[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    crm("crm.deal.update", {"id": 1, "fields": {"OPPORTUNITY": "12.5x"}})
    assert crm("crm.deal.get", {"id": 1})["OPPORTUNITY"] == "12.50"


def test_dates_come_back_as_midnight_in_utc(crm):
    for sent in ("2026-02-03", "2026-02-03T03:00:00+03:00", "03.02.2026"):
        crm("crm.deal.update", {"id": 1, "fields": {"BEGINDATE": sent}})
        assert crm("crm.deal.get", {"id": 1})["BEGINDATE"] == "2026-02-03T03:00:00+03:00"
    found = crm("crm.deal.list", {"filter": {">=BEGINDATE": "2026-02-03", "<=BEGINDATE": "2026-02-03"}})
    assert "1" in [row["ID"] for row in found]


def test_moments_are_compared_across_zones(crm):
    created = crm("crm.deal.get", {"id": 2})["DATE_CREATE"]
    assert created.endswith("+03:00")
    moment = created.replace("+03:00", "+00:00")
    later = {row["ID"] for row in crm("crm.deal.list", {"filter": {">=DATE_CREATE": moment}, "select": ["ID"]})}
    assert "2" not in later
    assert "1" in {row["ID"] for row in crm("crm.deal.list", {"filter": {"<DATE_CREATE": moment}, "select": ["ID"]})}


def test_contacts_of_a_company_are_companies_of_the_contacts(crm):
    made = crm("crm.company.add", {"fields": {"TITLE": "New", "CONTACT_ID": [5, 6]}})
    assert [link["CONTACT_ID"] for link in crm("crm.company.contact.items.get", {"id": made})] == [5, 6]
    assert made in [link["COMPANY_ID"] for link in crm("crm.contact.company.items.get", {"id": 5})]
    crm("crm.company.contact.items.set", {"id": made, "items": [{"CONTACT_ID": 6}]})
    assert made not in [link["COMPANY_ID"] for link in crm("crm.contact.company.items.get", {"id": 5})]
    crm("crm.company.delete", {"id": made})
    assert made not in [link["COMPANY_ID"] for link in crm("crm.contact.company.items.get", {"id": 6})]


def test_links_one_by_one(crm):
    crm("crm.deal.contact.items.delete", {"id": 1})
    assert crm("crm.deal.get", {"id": 1})["CONTACT_ID"] is None
    crm("crm.deal.contact.add", {"id": 1, "fields": {"CONTACT_ID": 8}})
    crm("crm.deal.contact.add", {"id": 1, "fields": {"CONTACT_ID": 9, "IS_PRIMARY": "Y"}})
    links = crm("crm.deal.contact.items.get", {"id": 1})
    assert [(link["CONTACT_ID"], link["IS_PRIMARY"]) for link in links] == [(8, "N"), (9, "Y")]
    crm("crm.deal.contact.delete", {"id": 1, "fields": {"CONTACT_ID": 9}})
    assert crm("crm.deal.get", {"id": 1})["CONTACT_ID"] == "8"
    assert crm.refused("crm.deal.contact.add", {"id": 1, "fields": {"CONTACT_ID": 99999}})[0] == 400


def test_phones_come_only_when_named(crm):
    row = crm("crm.contact.list", {"filter": {"ID": 1}})[0]
    assert "PHONE" not in row
    assert row["UF_CRM_CPF"]
    row = crm("crm.contact.list", {"filter": {"ID": 1}, "select": ["PHONE"]})[0]
    assert [entry["TYPE_ID"] for entry in row["PHONE"]] == ["PHONE"]
    assert "UF_CRM_REGIONS" not in crm("crm.company.list", {"filter": {"ID": 1}})[0]
    assert crm("crm.company.list", {"filter": {"ID": 1}, "select": ["UF_CRM_REGIONS"]})[0]["UF_CRM_REGIONS"]
    number = row["PHONE"][0]["VALUE"]
    assert [found["ID"] for found in crm("crm.contact.list", {"filter": {"PHONE": number}})] == ["1"]


def test_old_addresses_of_contacts_need_the_old_mode(crm, start_portal):
    fields = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 3, "ENTITY_ID": 1, "CITY": "Porto"}
    assert crm.refused("crm.address.add", {"fields": fields})[0] == 400
    with start_portal(fixture="conformance", old_addresses=True) as portal:
        assert portal.hook("crm.address.add", {"fields": fields}) is True
        (row,) = portal.hook("crm.address.list", {"filter": {"ANCHOR_TYPE_ID": 3, "ANCHOR_ID": 1}})
        assert row["CITY"] == "Porto"


# --- types and custom fields --------------------------------------------------------------------


def test_a_type_made_at_run_time_has_items_stages_and_fields(crm):
    made = crm("crm.type.add", {"fields": {"title": "Contract"}})["type"]
    assert made["entityTypeId"] == 129
    field = {"entityId": f"CRM_{made['id']}", "fieldName": f"UF_CRM_{made['id']}_PRICE", "userTypeId": "money"}
    crm("userfieldconfig.add", {"moduleId": "crm", "field": field})
    name = f"ufCrm{made['id']}_price"
    item = crm("crm.item.add", {"entityTypeId": 129, "fields": {name: "100|USD"}})["item"]
    assert (item["title"], item[name]) == ("Contract #1", "100|USD")
    assert item["stageId"] == f"DT129_{item['categoryId']}:NEW"
    assert crm.refused("crm.type.delete", {"id": made["id"]})[1] == "ERROR_CORE"
    crm("crm.item.delete", {"entityTypeId": 129, "id": 1})
    assert crm("crm.type.delete", {"id": made["id"]}) == []
    assert crm.refused("crm.item.list", {"entityTypeId": 129})[1] == "NOT_FOUND"


def test_custom_fields_of_the_old_family(crm):
    made = crm(
        "crm.contact.userfield.add",
        {
            "fields": {
                "FIELD_NAME": "SIZE",
                "LIST": [{"VALUE": "S"}, {"VALUE": "L"}],
                "USER_TYPE_ID": "enumeration",
                "EDIT_FORM_LABEL": "Size",
            }
        },
    )
    shown = crm("crm.contact.fields")["UF_CRM_SIZE"]
    assert [entry["VALUE"] for entry in shown["items"]] == ["S", "L"]
    assert (shown["isDynamic"], shown["listLabel"]) == (True, "Size")
    crm("crm.contact.update", {"id": 1, "fields": {"UF_CRM_SIZE": shown["items"][1]["ID"]}})
    assert crm("crm.contact.get", {"id": 1})["UF_CRM_SIZE"] == shown["items"][1]["ID"]
    (row,) = crm("crm.contact.userfield.list", {"filter": {"FIELD_NAME": "UF_CRM_SIZE"}})
    assert row["ID"] == str(made)
    crm("crm.contact.userfield.delete", {"id": made})
    assert "UF_CRM_SIZE" not in crm("crm.contact.get", {"id": 1})


def test_switches_read_y_and_filter_by_1(crm):
    query = {"entityTypeId": 128, "filter": {"ufCrm1_agreed": 1}}
    items = crm("crm.item.list", query)["items"]
    assert {item["ufCrm1_agreed"] for item in items} == {"Y"}
    assert crm.refused("crm.item.list", {**query, "filter": {"ufCrm1_agreed": "Y"}})[1] == "INVALID_ARG_VALUE"


def test_a_failed_call_leaves_nothing_behind(crm):
    definition = {"FIELD_NAME": "UF_CRM_SIZE", "USER_TYPE_ID": "nonsense"}
    assert crm.refused("crm.deal.userfield.add", {"fields": definition})[0] == 400
    before = total(crm, "crm.contact.list")
    assert crm.refused("crm.contact.add", {"fields": {"NAME": "A", "EMAIL": [{"VALUE": "wrong"}]}})[0] == 400
    assert total(crm, "crm.contact.list") == before


# --- people and tasks -----------------------------------------------------------------------------


def test_users_are_filtered_and_ordered_in_parts(crm):
    found = crm("user.get", {"sort": "ID", "order": "DESC", "FILTER": {"ACTIVE": "Y"}, "SELECT": ["ID", "NAME"]})
    assert [row["ID"] for row in found] == [str(number) for number in range(14, 0, -1)]
    department = crm("user.get", {"FILTER": {"UF_DEPARTMENT": 1}, "SELECT": ["UF_DEPARTMENT"]})
    assert all(1 in row["UF_DEPARTMENT"] for row in department)
    assert crm("user.get", {"ID": 1})[0]["TIMESTAMP_X"] == {}
    assert crm("user.search", {"NAME": "lic"})[0]["NAME"] == "Alice"


def test_tasks_take_upper_case_and_give_camel_case(crm):
    made = crm("tasks.task.add", {"fields": {"TITLE": "New", "RESPONSIBLE_ID": 2, "UF_CRM_TASK": ["C_1"]}})["task"]
    assert (made["title"], made["responsibleId"], made["status"]) == ("New", "2", "2")
    assert "ufCrmTask" not in made
    number = int(made["id"])
    crm("tasks.task.update", {"taskId": number, "fields": {"STATUS": 5}})
    done = crm("tasks.task.get", {"taskId": number, "select": ["ID", "STATUS", "CLOSED_DATE", "UF_CRM_TASK"]})["task"]
    assert (done["status"], done["ufCrmTask"]) == ("5", ["C_1"])
    assert done["closedDate"]
    found = crm("tasks.task.list", {"filter": {">=ID": number, "REAL_STATUS": 5}, "select": ["ID", "TITLE"]})["tasks"]
    assert found == [{"id": str(number), "title": "New"}]
    assert crm("tasks.task.delete", {"taskId": number}) == {"task": True}
    assert crm.refused("tasks.task.add", {"fields": {"TITLE": "x"}})[0] == 400


def test_activities_need_an_owner(crm):
    todo = {"ownerTypeId": 2, "ownerId": 1, "deadline": "2026-12-01T10:00:00+03:00", "title": "Call"}
    number = crm("crm.activity.todo.add", todo)["id"]
    assert crm("crm.activity.get", {"id": number})["SUBJECT"] == "Call"
    assert crm("crm.activity.binding.list", {"activityId": number}) == [{"entityTypeId": 2, "entityId": 1}]
    assert crm.refused("crm.activity.todo.add", {**todo, "ownerId": 99999})[1] == "OWNER_NOT_FOUND"
    row = crm("crm.activity.list", {"filter": {"ID": 1}})[0]
    assert "COMMUNICATIONS" not in row


def test_currencies_are_keyed_by_their_code(crm):
    assert crm("crm.currency.add", {"fields": {"CURRENCY": "CHF", "AMOUNT": 1.1}}) == "CHF"
    assert crm("crm.currency.get", {"id": "CHF"})["AMOUNT"] == "1.10"
    assert crm("crm.currency.delete", {"id": "CHF"}) is True
    assert crm.refused("crm.currency.get", {"id": "CHF"})[0] == 400


# --- rights, logs, faults ---------------------------------------------------------------------------


def test_a_user_without_rights_is_refused(demo):
    answer = demo.hook.session.post(f"{demo.restricted_webhook_url}crm.type.list", json={}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (403, "ACCESS_DENIED")
    added = demo.hook.session.post(f"{demo.restricted_webhook_url}crm.lead.add", json={"fields": {}}, timeout=30)
    assert demo.hook("crm.lead.get", {"id": added.json()["result"]})["ASSIGNED_BY_ID"] == "2"


def test_the_log_shows_no_secret(demo):
    demo.hook("profile")
    demo.hook.session.post(f"{demo.rest_url}profile", json={"auth": demo.access_token}, timeout=30)
    grant = {"grant_type": "refresh_token", "refresh_token": demo.refresh_token, "client_id": demo.client_id}
    demo.hook.session.get(f"{demo.oauth_url}token/", params={**grant, "client_secret": demo.client_secret}, timeout=30)
    shown = repr(list(demo.requests))
    secrets = [demo.webhook_url.rstrip("/").rpartition("/")[2], demo.access_token, demo.client_secret]
    assert [secret for secret in [*secrets, demo.refresh_token] if secret in shown] == []
    assert demo.requests[-3].path.endswith("/profile")
    assert "***" in repr(demo.info)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("429", 503, "QUERY_LIMIT_EXCEEDED"),
        ("500", 500, "INTERNAL_SERVER_ERROR"),
        ("error_200", 200, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_faults_speak_the_portals_language(demo, kind, status, code):
    demo.faults = [{"kind": kind, "count": 1}]
    answer = demo.hook.post("profile")
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert demo.hook("profile")["ID"] == "1"


def test_an_expired_token_stays_expired(demo):
    demo.faults = [{"kind": "expired", "count": 1}]
    call = {"json": {"auth": demo.access_token}, "timeout": 30}
    codes = [demo.hook.session.post(f"{demo.rest_url}profile", **call).json().get("error") for _ in range(2)]
    assert codes == ["expired_token", "expired_token"]


def test_batches_keep_their_own_errors(crm):
    answer = crm.batch(
        {
            "a": "crm.contact.add?fields[NAME]=Ann",
            "b": "crm.item.add?entityTypeId=128&fields[title]=Card of $result[a]&fields[contactId]=$result[a]",
            "c": "no.such",
            "d": "crm.contact.update?id=$result[c]&fields[NAME]=x",
            "e": "crm.item.get?entityTypeId=128&id=$result[b][item][id]",
        }
    )
    contact = answer["result"]["a"]
    assert answer["result"]["e"]["item"]["contactIds"] == [contact]
    assert answer["result"]["e"]["item"]["title"] == f"Card of {contact}"
    assert {key: error["error"] for key, error in answer["result_error"].items()} == {
        "c": "ERROR_METHOD_NOT_FOUND",
        "d": "",
    }


def test_a_batch_without_answers_is_an_empty_array(crm):
    assert crm.batch({}) == []
    assert crm("batch", {"CMD": {"a": 5}}) == []


# --- events and OAuth ---------------------------------------------------------------------------------


def test_offline_events_wait_in_a_queue(demo):
    def app(method, **params):
        answer = demo.hook.session.post(
            demo.rest_url + method, json={"auth": demo.access_token, **params}, timeout=30
        ).json()
        return answer["result"]

    assert app("event.bind", event="ONCRMDYNAMICITEMUPDATE_128", event_type="offline") is True
    for title in ("a", "b"):
        demo.hook("crm.item.update", {"entityTypeId": 128, "id": 1, "fields": {"title": title}})
    demo.hook("crm.item.update", {"entityTypeId": 128, "id": 2, "fields": {"title": "c"}})
    assert len(app("event.offline.list")) == 2
    handed = app("event.offline.get", clear=0)
    assert [event["EVENT_DATA"]["FIELDS"] for event in handed["events"]] == [
        {"ID": 1, "ENTITY_TYPE_ID": 128},
        {"ID": 2, "ENTITY_TYPE_ID": 128},
    ]
    assert app("event.offline.get", clear=0)["events"] == []
    assert app("event.offline.clear", process_id=handed["process_id"]) is True
    assert app("event.offline.list") == []
    assert app("event.unbind", event="ONCRMDYNAMICITEMUPDATE_128", event_type="offline") == {"count": 1}


def test_events_go_to_this_machine_only(demo):
    bind = {"auth": demo.access_token, "event": "ONCRMDEALADD", "handler": "https://handler.example/x"}
    answer = demo.hook.session.post(f"{demo.rest_url}event.bind", json=bind, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (400, "ERROR_ARGUMENT")
    unknown = demo.hook.session.post(f"{demo.rest_url}event.bind", json={**bind, "event": "ONNOTHING"}, timeout=30)
    assert unknown.json()["error"] == "ERROR_EVENT_NOT_FOUND"


def test_a_code_becomes_tokens_once(demo):
    get = demo.hook.session.get
    code = get(f"{demo.oauth_url}authorize/", params={"client_id": demo.client_id}, timeout=30).json()["code"]
    identity = {"client_id": demo.client_id, "client_secret": demo.client_secret}
    params = {"grant_type": "authorization_code", "code": code, **identity}
    grant = get(f"{demo.oauth_url}token/", params=params, timeout=30)
    assert grant.json()["member_id"] == demo.member_id
    again = get(f"{demo.oauth_url}token/", params=params, timeout=30)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    wrong = get(f"{demo.oauth_url}token/", params={**params, "client_secret": "x"}, timeout=30)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


# --- files ----------------------------------------------------------------------------------------------


def test_a_file_keeps_data_types_and_credentials(start_portal, tmp_path):
    path = tmp_path / "portal.db"
    with start_portal(path=path, fixture="conformance") as first:
        first.hook("crm.type.add", {"fields": {"title": "Contract"}})
        number = first.hook("crm.deal.add", {"fields": {"TITLE": "kept"}})
        secret = first.webhook_url.rpartition("/rest/")[2]
    with start_portal(path=path) as second:
        assert second.webhook_url.endswith(secret)
        assert second.hook("crm.deal.get", {"id": number})["TITLE"] == "kept"
        assert total(second.hook, "crm.item.list", entityTypeId=129) == 0
        second.hook("crm.deal.delete", {"id": number})
        second.reset()
        assert second.hook("crm.deal.get", {"id": number})["TITLE"] == "kept"


# --- nothing breaks it -------------------------------------------------------------------------------------


def test_no_request_breaks_the_portal():
    backend = create(Settings("bitrix24", "http://127.0.0.1:1", "conformance", None, 0, Clock(), {}))
    hook = backend.info()["webhook_url"].removeprefix("http://127.0.0.1:1")
    draw = random.Random(0)
    entities = backend.portal.store.entities.values()
    names = sorted({name for entity in entities for name in (*entity.fields, *entity.universal)})
    values = [
        0,
        -1,
        1,
        "1",
        "x",
        "",
        None,
        True,
        10**30,
        float("inf"),
        "\ud800",
        "a\0b",
        [],
        {},
        [1, [2]],
        "2026-01-01",
    ]
    operators = ["", "!", ">", "<=", "@", "!@", "%", "!%", "=%", "=", "!="]
    methods = sorted(backend.portal.methods)
    statuses = set()
    for _ in range(1000):
        params = {name: draw.choice(values) for name in draw.sample(["id", "start", "select", "order", "filter"], 2)}
        params |= {"entityTypeId": draw.choice([1, 2, 3, 4, 7, 128, 999]), "id": draw.choice([1, 2, 999, None])}
        params["fields"] = {draw.choice(names): draw.choice(values) for _ in range(4)}
        params["filter"] = {draw.choice(operators) + draw.choice(names): draw.choice(values) for _ in range(2)}
        body = json.dumps(params).encode()
        request = Request("POST", hook + draw.choice(methods), [], [], {"content-type": "application/json"}, {}, body)
        answer = backend.handle(request)
        assert {"result", "error"} & set(json.loads(answer.body)), params
        statuses.add(int(answer.status))
    backend.close()
    assert statuses <= {200, 400, 403}


def test_other_paths_are_no_portal(demo):
    answer = requests.get(demo.url + "/nowhere", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
