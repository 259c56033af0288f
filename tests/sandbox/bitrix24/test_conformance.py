"""The conformance cases of the facts about Bitrix24, by number, over raw HTTP.

Cases 72 to 74 run other people's clients against the sandbox; they are no part of this file.
"""

import http.server
import queue
import threading
import xml.etree.ElementTree as ET
from datetime import timedelta
from urllib.parse import parse_qs, quote

import pytest


def ids(rows, name="ID"):
    return [row[name] for row in rows]


# --- paging ---------------------------------------------------------------------------


def test_01_a_list_gives_fifty_rows_total_and_next(hook):
    answer = hook.envelope("crm.deal.list")
    assert len(answer["result"]) == 50
    assert (answer["total"], answer["next"]) == (120, 50)


def test_02_start_50_points_to_100(hook):
    answer = hook.envelope("crm.deal.list", {"start": 50})
    assert ids(answer["result"])[0] == "51"
    assert answer["next"] == 100


def test_03_the_last_page_has_no_next(hook):
    answer = hook.envelope("crm.deal.list", {"start": 100})
    assert len(answer["result"]) == 20
    assert "next" not in answer


def test_04_old_methods_round_start_down_to_pages(hook):
    answer = hook.envelope("crm.deal.list", {"start": 70})
    assert ids(answer["result"]) == [str(number) for number in range(51, 101)]
    assert answer["next"] == 100


def test_04_newer_methods_take_start_as_it_is(hook):
    answer = hook.envelope("crm.item.list", {"entityTypeId": 2, "start": 70})
    assert ids(answer["result"]["items"], "id") == list(range(71, 121))
    assert "next" not in answer
    assert hook.envelope("crm.item.list", {"entityTypeId": 2, "start": 30})["next"] == 80


def test_05_start_minus_one_does_not_count(hook):
    answer = hook.envelope("crm.deal.list", {"start": -1})
    assert len(answer["result"]) == 50
    assert answer["total"] == 0
    assert "next" not in answer


def test_06_keyset(hook):
    answer = hook.envelope("crm.deal.list", {"start": -1, "order": {"ID": "ASC"}, "filter": {">ID": 100}})
    assert ids(answer["result"]) == [str(number) for number in range(101, 121)]


def test_07_beyond_the_end_there_is_nothing(hook):
    answer = hook.envelope("crm.deal.list", {"start": 1000})
    assert answer["result"] == []
    assert answer["total"] == 120
    assert "next" not in answer


# --- addresses and bodies ----------------------------------------------------------------


@pytest.mark.parametrize("method", ["CRM.Deal.List.json", "crm.deal.list/", "crm.deal.list"], ids=["08", "09", "01"])
def test_08_09_case_suffix_and_slash_do_not_matter(hook, method):
    answer = hook.post(method)
    assert answer.status_code == 200
    assert len(answer.json()["result"]) == 50
    assert answer.headers["Content-Type"].lower() == "application/json; charset=utf-8"


def test_10_get_with_brackets(sandbox):
    address = sandbox.webhook_url + "crm.deal.list?select[]=ID&filter[<=ID]=2&order[ID]=DESC"
    answer = sandbox.hook.session.get(address, timeout=30).json()
    assert answer["result"] == [{"ID": "2"}, {"ID": "1"}]


def test_11_form_in_upper_case(hook):
    answer = hook.post("crm.deal.list", json=None, data={"FILTER[@ID][0]": "3", "FILTER[@ID][1]": "4"})
    assert ids(answer.json()["result"]) == ["3", "4"]


def test_11_multipart(hook):
    parts = {"FILTER[@ID][0]": (None, "3"), "FILTER[@ID][1]": (None, "4")}
    assert ids(hook.post("crm.deal.list", json=None, files=parts).json()["result"]) == ["3", "4"]


# --- filters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param({"%TITLE": "eal 12"}, ["12", "120"], id="12"),
        pytest.param({"=%TITLE": "Deal 11%"}, ["11", *map(str, range(110, 120))], id="13"),
        pytest.param({">=ID": 5, "<ID": 8}, ["5", "6", "7"], id="16"),
        pytest.param({"ID": [1, 2, 3]}, ["1", "2", "3"], id="17"),
    ],
)
def test_12_13_16_17_filters(hook, sent, expected):
    assert ids(hook("crm.deal.list", {"filter": sent})) == expected


def test_14_does_not_contain(hook):
    titles = ids(hook("crm.deal.list", {"filter": {"!%TITLE": "1"}, "select": ["TITLE"]}), "TITLE")
    assert titles
    assert not [title for title in titles if "1" in title]


def test_15_not_in(hook):
    assert hook.envelope("crm.deal.list", {"filter": {"!ID": [1, 2]}})["total"] == 118


@pytest.mark.parametrize(
    "sent",
    [
        {"logic": "OR", "0": {"id": 1}, "1": {"id": 2}},
        [{"logic": "OR", "0": {"id": 1}, "1": {"id": 2}}],
        {"0": {"logic": "OR", "0": {"=id": 1}, "1": {"=id": 2}}},
    ],
)
def test_18_groups(hook, sent):
    answer = hook("crm.item.list", {"entityTypeId": 2, "filter": sent})
    assert ids(answer["items"], "id") == [1, 2]


def test_19_newer_methods_refuse_an_unknown_field(hook):
    status, code, _ = hook.refused("crm.item.list", {"entityTypeId": 2, "filter": {"nope": 1}})
    assert (status, code) == (400, "INVALID_ARG_VALUE")


def test_19_old_methods_drop_it_and_return_the_whole_table(hook):
    assert hook.envelope("crm.deal.list", {"filter": {"NOPE": 1}})["total"] == 120
    assert hook.envelope("crm.deal.list", {"filter": {"=@COMPANY_IDS": 1}})["total"] == 120


def test_20_newer_methods_refuse_an_unknown_direction(hook):
    status, code, _ = hook.refused("crm.item.list", {"entityTypeId": 2, "order": {"id": "UP"}})
    assert (status, code) == (400, "INVALID_ARG_VALUE")


def test_21_entity_type_is_required(hook):
    assert hook.refused("crm.item.list")[:2] == (400, "100")


def test_22_unknown_entity_type(hook):
    assert hook.refused("crm.item.list", {"entityTypeId": 999})[:2] == (400, "NOT_FOUND")


# --- single records --------------------------------------------------------------------------


def test_23_old_ids_are_strings_new_ones_numbers(hook):
    assert hook("crm.deal.get", {"id": 1})["ID"] == "1"
    assert hook("crm.deal.get", {"id": 1})["OPPORTUNITY"] == "100.50"
    item = hook("crm.item.get", {"entityTypeId": 2, "id": 1})["item"]
    assert (item["id"], item["opportunity"], item["companyId"]) == (1, 100.5, 0)


def test_24_unknown_id_of_an_old_method(hook):
    assert hook.refused("crm.deal.get", {"id": 9999}) == (400, "", "Not found")


@pytest.mark.parametrize("params", [{"id": 0}, {}, {"id": "x"}])
def test_25_no_id(hook, params):
    status, code, text = hook.refused("crm.deal.get", params)
    assert (status, code) == (400, "")
    assert "ID is not defined or invalid" in text


def test_26_unknown_id_of_a_newer_method(hook):
    assert hook.refused("crm.item.get", {"entityTypeId": 2, "id": 9999})[:2] == (400, "NOT_FOUND")


def test_27_unknown_task_is_an_empty_array(hook):
    assert hook("tasks.task.get", {"taskId": 9999}) == []


def test_28_a_contact_with_a_phone(hook):
    number = hook("crm.contact.add", {"fields": {"NAME": "A", "PHONE": [{"VALUE": "1", "VALUE_TYPE": "WORK"}]}})
    assert isinstance(number, int)
    contact = hook("crm.contact.get", {"id": number})
    (phone,) = contact["PHONE"]
    assert (phone["TYPE_ID"], phone["VALUE"], contact["HAS_PHONE"]) == ("PHONE", "1", "Y")
    assert int(phone["ID"]) > 0


@pytest.fixture
def phone(hook):
    """A contact with one phone: its id and the phone's."""
    number = hook("crm.contact.add", {"fields": {"NAME": "A", "PHONE": [{"VALUE": "1", "VALUE_TYPE": "WORK"}]}})
    return number, hook("crm.contact.get", {"id": number})["PHONE"][0]["ID"]


def phones(hook, number):
    return [(row["ID"], row["VALUE"]) for row in hook("crm.contact.get", {"id": number}).get("PHONE", [])]


def test_29_the_same_phone_without_its_id_doubles(hook, phone):
    number, _ = phone
    hook("crm.contact.update", {"id": number, "fields": {"PHONE": [{"VALUE": "1", "VALUE_TYPE": "WORK"}]}})
    assert [value for _, value in phones(hook, number)] == ["1", "1"]


@pytest.mark.parametrize("removal", [{"DELETE": "Y"}, {"VALUE": ""}])
def test_30_delete_by_id(hook, phone, removal):
    number, key = phone
    hook("crm.contact.update", {"id": number, "fields": {"PHONE": [{"ID": key, **removal}]}})
    assert phones(hook, number) == []
    assert hook("crm.contact.get", {"id": number})["HAS_PHONE"] == "N"


def test_31_edit_by_id(hook, phone):
    number, key = phone
    hook("crm.contact.update", {"id": number, "fields": {"PHONE": [{"ID": key, "VALUE": "2"}]}})
    assert phones(hook, number) == [(key, "2")]


def test_32_fields_must_be_an_array(hook):
    assert hook.refused("crm.contact.add", {"fields": "x"}) == (400, "", "Parameter 'fields' must be array.")


def test_33_unknown_fields_are_ignored(hook):
    assert hook("crm.contact.add", {"fields": {"NAME": "A", "FOO": "x"}}) == 4


def test_34_read_only_fields_are_ignored(hook):
    before = hook("crm.deal.get", {"id": 1})["DATE_CREATE"]
    assert hook("crm.deal.update", {"id": 1, "fields": {"DATE_CREATE": "2001-01-01T00:00:00+00:00"}}) is True
    assert hook("crm.deal.get", {"id": 1})["DATE_CREATE"] == before


def test_35_immutable_fields_stay(hook):
    assert hook("crm.deal.update", {"id": 1, "fields": {"CATEGORY_ID": 5}}) is True
    assert hook("crm.deal.get", {"id": 1})["CATEGORY_ID"] == "0"


def test_36_update_needs_an_id(hook):
    assert hook.refused("crm.deal.update", {"fields": {"TITLE": "x"}})[:2] == (400, "")


def test_37_null_clears(hook):
    assert hook("crm.deal.get", {"id": 1})["COMMENTS"] == "Comment 1"
    hook("crm.deal.update", {"id": 1, "fields": {"COMMENTS": None}})
    assert hook("crm.deal.get", {"id": 1})["COMMENTS"] is None


# --- smart processes ------------------------------------------------------------------------


def test_38_defaults_of_an_item(hook):
    item = hook("crm.item.add", {"entityTypeId": 128, "fields": {}})["item"]
    assert item["title"] == f"Card #{item['id']}"
    assert (item["categoryId"], item["stageId"], item["assignedById"]) == (10, "DT128_10:NEW", 1)


def test_39_custom_fields_under_both_names(hook):
    item = hook("crm.item.update", {"entityTypeId": 128, "id": 1, "fields": {"ufCrm1_x": "one"}})["item"]
    assert item["ufCrm1_x"] == "one"
    original = {"entityTypeId": 128, "id": 1, "useOriginalUfNames": "Y"}
    item = hook("crm.item.update", {**original, "fields": {"UF_CRM_1_X": "two"}})["item"]
    assert item["UF_CRM_1_X"] == "two"
    assert "ufCrm1_x" not in item
    found = hook("crm.item.list", {"entityTypeId": 128, "select": ["id", "ufCrm1_x"], "filter": {"ufCrm1_x": "two"}})
    assert found["items"] == [{"id": 1, "ufCrm1_x": "two"}]


def test_40_a_multiple_field_needs_an_array(hook):
    update = {"entityTypeId": 128, "id": 1}
    assert hook.refused("crm.item.update", {**update, "fields": {"ufCrm1_tags": "one"}})[:2] == (400, "100")
    assert hook("crm.item.update", {**update, "fields": {"ufCrm1_tags": ["a", "b"]}})["item"]["ufCrm1_tags"] == [
        "a",
        "b",
    ]


def test_41_answers_of_delete(hook):
    assert hook("crm.item.delete", {"entityTypeId": 128, "id": 1}) == []
    assert hook.refused("crm.item.delete", {"entityTypeId": 128, "id": 1})[:2] == (400, "NOT_FOUND")
    assert hook("crm.deal.delete", {"id": 1}) is True
    assert hook.refused("crm.deal.delete", {"id": 1}) == (400, "", "Not found")
    made = hook("crm.category.add", {"entityTypeId": 128, "fields": {"name": "Second"}})["category"]["id"]
    assert hook("crm.category.delete", {"entityTypeId": 128, "id": made}) is None
    assert hook.refused("crm.category.delete", {"entityTypeId": 128, "id": made})[:2] == (400, "NOT_FOUND")


# --- metadata --------------------------------------------------------------------------------


def test_42_fields_have_seven_flags(hook):
    flags = {"type", "isRequired", "isReadOnly", "isImmutable", "isMultiple", "isDynamic", "title"}
    shown = hook("crm.contact.fields")
    assert all(flags <= set(entry) for entry in shown.values())
    assert shown["TYPE_ID"]["statusType"] == "CONTACT_TYPE"
    fields = hook("crm.item.fields", {"entityTypeId": 128})["fields"]
    assert fields["assignedById"]["upperName"] == "ASSIGNED_BY_ID"
    assert fields["ufCrm1_x"]["isDynamic"] is True


def test_43_labels_only(hook):
    assert hook("user.fields")["LAST_NAME"] == "Last name"
    assert len(hook("department.fields")) == 5
    assert hook("tasks.task.getFields")["fields"]["TITLE"]["required"] is True


def test_44_statuses(hook):
    answer = hook.envelope("crm.status.list", {"filter": {"ENTITY_ID": "CONTACT_TYPE"}})
    assert {row["ENTITY_ID"] for row in answer["result"]} == {"CONTACT_TYPE"}
    row = answer["result"][0]
    assert (row["STATUS_ID"], row["NAME"], row["SORT"]) == ("CLIENT", "Clients", "10")
    assert answer["total"] == len(answer["result"])
    assert "next" not in hook.envelope("crm.status.list")


def test_45_items_of_a_directory(hook):
    items = hook("crm.status.entity.items", {"entityId": "DEAL_STAGE"})
    assert set(items[0]) == {"NAME", "SORT", "STATUS_ID"}
    sorts = [item["SORT"] for item in items]
    assert sorts == sorted(sorts)
    assert isinstance(sorts[0], int)


def test_46_the_default_pipeline_of_deals_is_0(hook):
    categories = hook("crm.category.list", {"entityTypeId": 2})["categories"]
    assert [row["isDefault"] for row in categories if row["id"] == 0] == ["Y"]


def test_47_contacts_have_no_pipelines(hook):
    assert hook.refused("crm.category.list", {"entityTypeId": 3})[:2] == (400, "ENTITY_TYPE_NOT_SUPPORTED")


def test_48_id_and_entity_type_id_of_a_type_differ(hook):
    (row,) = hook("crm.type.list")["types"]
    assert (row["id"], row["entityTypeId"]) == (1, 128)
    assert hook("crm.type.getByEntityTypeId", {"entityTypeId": 128})["type"]["id"] == 1


def test_48_types_are_ordered_by_a_lower_case_id(hook):
    assert hook.refused("crm.type.list", {"order": {"ID": "ASC"}})[:2] == (400, "100")
    assert len(hook("crm.type.list", {"order": {"id": "ASC"}})["types"]) == 1


# --- people ------------------------------------------------------------------------------------


def test_49_users(hook):
    found = hook("user.get", {"FILTER": {"ACTIVE": True}, "SELECT": ["ID"], "start": 0})
    assert found == [{"ID": "1"}, {"ID": "2"}]
    (user,) = hook("user.get", {"ID": 1})
    assert user["ACTIVE"] is True
    assert user["UF_DEPARTMENT"] == [1]
    assert hook("user.current")["ID"] == "1"


def test_50_departments(hook):
    made = hook("department.add", {"NAME": "Sales", "PARENT": 1})
    (row,) = hook("department.get", {"PARENT": 1})
    assert (row["ID"], row["PARENT"]) == (str(made), "1")
    assert isinstance(row["SORT"], int)


# --- addresses, product rows, links ----------------------------------------------------------------


def test_51_addresses(hook):
    requisite = hook(
        "crm.requisite.add",
        {"fields": {"ENTITY_TYPE_ID": 3, "ENTITY_ID": 1, "PRESET_ID": 1, "NAME": "x", "ADDRESS_ONLY": "Y"}},
    )
    key = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": requisite}
    assert hook("crm.address.add", {"fields": {**key, "CITY": "Lisboa"}}) is True
    assert hook.refused("crm.address.add", {"fields": {**key, "CITY": "Porto"}}) == (400, "", "TypeAddress exists")
    (row,) = hook("crm.address.list", {"filter": {"ANCHOR_TYPE_ID": 3, "ANCHOR_ID": 1}})
    assert (row["CITY"], row["ENTITY_ID"]) == ("Lisboa", str(requisite))
    assert hook("crm.address.update", {"fields": {**key, "CITY": "Faro"}}) is True
    assert hook("crm.address.list", {"filter": key})[0]["CITY"] == "Faro"
    assert hook("crm.address.delete", {"fields": key}) is True
    assert hook("crm.address.list", {"filter": key}) == []


def test_52_product_rows(hook):
    assert hook.refused("crm.item.productrow.list", {"filter": {"=ownerType": "D"}})[:2] == (400, "100")
    rows = [{"productId": 1, "price": 10, "quantity": 2}, {"productId": 2, "price": 5.5, "quantity": 1}]
    first = hook("crm.item.productrow.set", {"ownerType": "D", "ownerId": 1, "productRows": rows})["productRows"]
    second = hook("crm.item.productrow.set", {"ownerType": "D", "ownerId": 1, "productRows": rows})["productRows"]
    owned = {"filter": {"=ownerType": "D", "=ownerId": 1}}
    listed = hook.envelope("crm.item.productrow.list", owned)
    assert listed["result"]["productRows"] == second
    assert listed["total"] == 2
    assert not set(ids(first, "id")) & set(ids(second, "id"))
    assert hook("crm.deal.get", {"id": 1})["OPPORTUNITY"] == "25.50"


def test_53_contacts_of_a_deal(hook):
    items = [{"CONTACT_ID": 1, "IS_PRIMARY": "Y"}, {"CONTACT_ID": 2}]
    assert hook("crm.deal.contact.items.set", {"id": 1, "items": items}) is True
    links = hook("crm.deal.contact.items.get", {"id": 1})
    assert [(link["CONTACT_ID"], link["IS_PRIMARY"]) for link in links] == [(1, "Y"), (2, "N")]
    assert hook("crm.deal.get", {"id": 1})["CONTACT_ID"] == "1"
    assert ids(hook("crm.deal.list", {"filter": {"CONTACT_ID": 2}})) == ["1"]


# --- batch --------------------------------------------------------------------------------------


def test_54_references(hook):
    answer = hook.batch({"a": "crm.deal.list", "b": "crm.deal.get?id=$result[a][0][ID]"})
    assert answer["result"]["b"]["ID"] == "1"
    assert answer["result_next"] == {"a": 50}
    assert answer["result_total"] == {"a": 120}
    assert answer["result_error"] == []
    assert set(answer["result_time"]) == {"a", "b"}


def test_55_a_list_of_commands(hook):
    answer = hook.batch(["crm.deal.get?id=1", "crm.deal.get?id=2"])
    assert ids(answer["result"]) == ["1", "2"]
    assert isinstance(answer["result_time"], list)


BAD_THEN_GOOD = {"bad": "crm.deal.get?id=9999", "good": "crm.deal.get?id=1"}


def test_56_halt_stops_at_the_first_failure(hook):
    answer = hook.batch(BAD_THEN_GOOD, halt=1)
    assert answer["result_error"] == {"bad": {"error": "", "error_description": "Not found"}}
    assert answer["result"] == []


@pytest.mark.parametrize("halt", [0, "0", False, "false"])
def test_57_without_halt_the_others_run(hook, halt):
    answer = hook.batch(BAD_THEN_GOOD, halt=halt)
    assert list(answer["result_error"]) == ["bad"]
    assert answer["result"]["good"]["ID"] == "1"


def test_58_fifty_commands_at_most(hook):
    answer = hook.batch({f"k{number}": "server.time" for number in range(51)})
    assert len(answer["result"]) == 50
    assert [error["error"] for error in answer["result_error"].values()] == ["ERROR_BATCH_LENGTH_EXCEEDED"]


def test_59_no_batch_within_a_batch(hook):
    answer = hook.batch({"a": "batch?cmd[x]=server.time"})
    assert answer["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_60_a_chain_of_fifty_pages(hook):
    commands = {"1": "crm.deal.list?start=-1&order[ID]=ASC&filter[>ID]=0"}
    for number in range(2, 51):
        reference = quote(f"$result[{number - 1}][49][ID]")
        commands[str(number)] = f"crm.deal.list?start=-1&order[ID]=ASC&filter[%3EID]={reference}&"
    answer = hook.batch(commands)
    sizes = [len(answer["result"][str(number)]) for number in range(1, 51)]
    assert sizes == [50, 50, 20] + [0] * 47
    assert answer["result_error"] == []


def test_60_the_same_chain_in_crm_item_list(hook):
    commands = {"1": "crm.item.list?entityTypeId=2&start=-1&order[id]=ASC&filter[>id]=0"}
    for number in range(2, 6):
        commands[str(number)] = (
            f"crm.item.list?entityTypeId=2&start=-1&order[id]=ASC&filter[>id]=$result[{number - 1}][items][49][id]"
        )
    answer = hook.batch(commands)
    assert [len(page["items"]) for page in answer["result"].values()] == [50, 50, 20, 0, 0]


# --- refusals --------------------------------------------------------------------------------------


def test_61_an_unknown_method_is_404_even_with_a_wrong_code(sandbox):
    assert sandbox.hook.refused("no.such")[:2] == (404, "ERROR_METHOD_NOT_FOUND")
    answer = sandbox.hook.session.post(f"{sandbox.rest_url}1/wrong/no.such", json={}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")


def test_62_a_wrong_code_is_401(sandbox):
    answer = sandbox.hook.session.post(f"{sandbox.rest_url}1/wrong/crm.deal.list", json={}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (401, "NO_AUTH_FOUND")


def test_63_a_method_outside_of_the_scope_is_403(sandbox):
    answer = sandbox.hook.session.post(f"{sandbox.restricted_webhook_url}user.get", json={}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_64_an_expired_token_is_401_and_can_be_refreshed(sandbox):
    def call(token):
        answer = sandbox.hook.session.post(f"{sandbox.rest_url}crm.deal.list", json={"auth": token}, timeout=30)
        return answer.status_code, answer.json().get("error")

    sandbox.clock = sandbox.clock - timedelta(minutes=1)
    assert call(sandbox.access_token) == (200, None)
    sandbox.clock = sandbox.clock + timedelta(hours=2)
    assert call(sandbox.access_token) == (401, "expired_token")
    grant = {"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token}
    identity = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    answer = sandbox.hook.session.get(f"{sandbox.oauth_url}token/", params={**grant, **identity}, timeout=30).json()
    assert call(answer["access_token"]) == (200, None)
    assert answer["refresh_token"] != sandbox.refresh_token
    assert answer["expires_in"] == 3600
    assert call("nonsense") == (401, "invalid_token")


# --- limits ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def limited(start_portal):
    with start_portal(data="empty", rate_limit=True, operating_cost=100, operating_limit=250) as sandbox:
        yield sandbox


def test_65_the_bucket_holds_fifty(limited):
    limited.reset()
    statuses = [limited.hook.post("no.such").status_code for _ in range(60)]
    assert statuses[:50] == [404] * 50
    assert 503 in statuses
    answer = next(answer for answer in (limited.hook.post("no.such") for _ in range(9)) if answer.status_code == 503)
    assert answer.json()["error"] == "QUERY_LIMIT_EXCEEDED"


def test_65_two_a_second_never_fill_it(limited):
    limited.reset()
    moment = limited.clock
    for number in range(60):
        limited.clock = moment + timedelta(seconds=0.5 * number)
        assert limited.hook.post("no.such").status_code == 404


def test_66_the_load_limit_stops_one_method(limited):
    limited.reset()
    times = [limited.hook.envelope("server.time")["time"] for _ in range(3)]
    assert [round(time["operating"]) for time in times] == [100, 200, 300]
    status, code, _ = limited.hook.refused("server.time")
    assert (status, code) == (429, "OPERATION_TIME_LIMIT")
    assert limited.hook("profile")["ID"] == "1"
    answer = limited.hook.batch({"a": "server.time", "b": "scope"})
    assert answer["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert "b" in answer["result"]
    limited.clock = limited.clock + timedelta(minutes=12)
    assert limited.hook.post("server.time").status_code == 200


def test_67_plain_http_can_be_refused(start_portal):
    with start_portal(data="empty", https=True, operating=False) as sandbox:
        assert sandbox.hook.refused("crm.deal.list") == (400, "INVALID_REQUEST", "Https required.")
        body = {"auth": sandbox.access_token}
        answer = sandbox.hook.session.post(f"{sandbox.rest_url}crm.deal.list", json=body, timeout=30)
        assert answer.status_code == 200
        assert set(answer.json()["time"]) == {
            *("start", "finish", "duration", "processing", "date_start", "date_finish"),
        }


def test_68_xml(hook):
    answer = hook.post("crm.deal.get.xml", {"id": 1})
    root = ET.fromstring(answer.content)
    assert root.tag == "response"
    assert root.findtext("result/TITLE") == "Deal 1"
    assert root.findtext("time/duration")


# --- events ------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """Takes events and keeps them."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.events.put((self.headers["Content-Type"], parse_qs(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def listener():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.events = queue.Queue()
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_69_events_go_to_applications(sandbox, listener):
    handler = f"http://127.0.0.1:{listener.server_port}/handler"
    bind = {"event": "onCrmContactUpdate", "handler": handler}
    assert sandbox.hook.refused("event.bind", bind)[0] == 403
    address = f"{sandbox.rest_url}event.bind"
    answer = sandbox.hook.session.post(address, json={**bind, "auth": sandbox.access_token}, timeout=30)
    assert answer.json()["result"] is True
    sandbox.hook("crm.contact.update", {"id": 2, "fields": {"NAME": "New"}})
    kind, event = listener.events.get(timeout=10)
    assert kind == "application/x-www-form-urlencoded"
    assert event["event"] == ["ONCRMCONTACTUPDATE"]
    assert event["data[FIELDS][ID]"] == ["2"]
    assert event["auth[application_token]"] == [sandbox.application_token]
    assert event["auth[domain]"] == [sandbox.domain]


# --- text ----------------------------------------------------------------------------------------------

ODD = "Ünï & co + 100 % = \N{PARTY POPPER} <b> \"q\" 'a' ; ?"


def test_70_odd_text_survives_json_form_and_batch(hook):
    first = hook("crm.deal.add", {"fields": {"TITLE": ODD}})
    second = hook.post("crm.deal.add", json=None, data={"fields[TITLE]": ODD}).json()["result"]
    third = hook.batch({"a": f"crm.deal.add?fields[TITLE]={quote(ODD)}"})["result"]["a"]
    fourth = hook.batch({"a": f"crm.deal.add?fields%5BTITLE%5D={quote(ODD).replace('%20', '+')}"})["result"]["a"]
    for number in (first, second, third, fourth):
        assert hook("crm.deal.get", {"id": number})["TITLE"] == ODD
    assert len(hook("crm.deal.list", {"filter": {"TITLE": ODD}})) == 4


def test_71_rest_3(sandbox):
    base = sandbox.webhook_url.replace("/rest/", "/rest/api/")
    post = sandbox.hook.session.post
    answer = post(f"{base}tasks.task.get", json={"id": 1}, timeout=30).json()
    assert answer["result"]["item"]["id"] == 1
    refused = post(f"{base}tasks.task.get", json={"id": 99}, timeout=30)
    assert refused.status_code == 404
    assert refused.json()["error"]["code"].startswith("BITRIX_REST_V3_EXCEPTION_")
    batch = post(f"{base}batch", json=[{"method": "tasks.task.get", "query": {"id": 1}}], timeout=30).json()
    assert batch["result"][0]["item"]["title"] == "Task 1"
