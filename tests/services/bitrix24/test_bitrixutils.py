"""The table of docs/bitrixutils.md: each line runs, beside the function of bitrixUtils 0.1.8 that it stands for.

The original runs in an environment of its own, against the same sandbox. Where it does its job,
both find or leave the same data; where it does not, the test says how it fails.
"""

import ast
import logging
import re
import shutil
from pathlib import Path

import pytest

from workfront_orm.core.errors import IncompleteRead, UnknownNameError
from workfront_orm.core.objects import Object
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.bitrix24.errors import ConflictError, NotFoundError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "bitrixutils.md"
TABLE = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \| .*\|$", PAGE.read_text(), re.MULTILINE))
TIMES = re.compile("DATE|TIME|Time")


@pytest.fixture(scope="session")
def bitrixutils(peers):
    """The process in which the original runs, as a function; None where this machine cannot have it."""
    environment = peers.environment("bitrixUtils==0.1.8")
    # It writes to somebody's portal when it is imported.
    shutil.rmtree(environment.packages / "tests", ignore_errors=True)
    with environment.process(Path(__file__).with_name("bitrixutils_client.py")) as ask:
        yield ask


@pytest.fixture
def original(bitrixutils, sandbox):
    """Call a function of the original with the sandbox's web hook."""

    def call(function, **arguments):
        name = {"getTypeId": "bitrixWebhookUrl"}.get(function, "bitrix_webhook_url")
        where = {} if function in {"logDetailedMessage", "mapFieldValues"} else {name: sandbox.webhook_url}
        return bitrixutils(function=function, arguments={**arguments, **where})

    return call


@pytest.fixture
def counterpart(session):
    """Run the line of the table that stands for a function, and return what it gives."""
    api = session.api
    classes = {
        name: getattr(api, name)
        for name in ("Company", "Contact", "Deal", "Lead", "Requisite", "Status", "Type", "User")
    }

    def run(function, **names):
        *statements, last = ast.parse(TABLE[function]).body
        space = {"session": session, "logging": logging, "Card": session.item_type(128), **classes, **names}
        exec(compile(ast.Module(statements, []), str(PAGE), "exec"), space)
        return eval(compile(ast.Expression(last.value), str(PAGE), "eval"), space)

    return run


@pytest.fixture
def both_write(sandbox, session, original, counterpart):
    """Have the original and ours write on two fresh portals, and compare what is there afterwards."""

    def compare(function, read, arguments, prepare=None, **names):
        if prepare is not None:
            session.call(*prepare)
        theirs = original(function, **arguments)["result"]
        there = without_times(read(session, theirs))
        sandbox.reset()
        session.identity_map.clear()
        if prepare is not None:
            session.call(*prepare)
        ours = counterpart(function, **names)
        here = without_times(read(session, ours))
        assert here == there
        return theirs, ours

    return compare


def without_times(value):
    """An answer without the moments at which things were done."""
    if isinstance(value, dict):
        return {name: without_times(one) for name, one in value.items() if not TIMES.search(name)}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def row_of(obj):
    """The row of an object as the portal wrote it: old methods write numbers of keys as text, and leave empty lists out."""
    return {name: as_text(name, value) for name, value in obj.fields.items() if value != []}


def as_text(name, value):
    return str(value) if name in {"ID", "TYPE_ID", "ENTITY_ID", "ENTITY_TYPE_ID"} and isinstance(value, int) else value


def contact_of(session, number):
    return session.call("crm.contact.get", {"id": number})


def card_of(session, number):
    return session.call("crm.item.get", {"entityTypeId": 128, "id": number})["item"]


def company_of(session, number):
    return session.call("crm.company.get", {"id": number})


# --- the table -----------------------------------------------------------------------


@pytest.mark.peer
def test_the_table_names_every_function(bitrixutils):
    public = [name for name in bitrixutils() if not name.startswith("_")]
    assert len(public) == len(TABLE) == 32
    assert sorted(TABLE) == public


def test_every_function_of_the_table_has_a_test():
    text = Path(__file__).read_text()
    assert [name for name in TABLE if f'"{name}"' not in text] == []


@pytest.mark.peer
def test_messages(original, counterpart, caplog):
    assert original("logDetailedMessage", mensagem="done", tag_log=True)["result"] is None
    with caplog.at_level(logging.INFO):
        assert counterpart("logDetailedMessage", message="done") is None
    assert caplog.messages == ["done"]


@pytest.mark.peer
def test_types_of_contacts(original, counterpart):
    assert counterpart("getTypeId") == original("getTypeId")["result"]


@pytest.mark.peer
def test_smart_processes(original, counterpart):
    assert counterpart("listSpaEntities") == original("listSpaEntities")["result"] != []


@pytest.mark.peer
def test_the_address_of_a_contact_is_not_that_of_somebody_with_the_same_number(original, counterpart, session):
    theirs = original("getContactAddressById", contact_id=3)["result"]
    (ours,) = counterpart("getContactAddressById", contact_id=3)
    assert (theirs["ANCHOR_TYPE_ID"], theirs["ANCHOR_ID"]) == ("4", "3"), (
        "the original returns the address of company 3"
    )
    assert ours.anchor is session.load(session.api.Contact, 3)
    # A contact without any address gets one from the original all the same.
    assert original("getContactAddressById", contact_id=60)["result"]
    assert counterpart("getContactAddressById", contact_id=200) == ()


@pytest.mark.peer
def test_finding_a_contact(original, counterpart, session):
    key = session.load(session.api.Contact, 77).uf_crm_cpf
    theirs = original("checkContactExists", key=key, keyField="UF_CRM_CPF")["result"]
    assert counterpart("checkContactExists", key=key).id == int(theirs) == 77
    assert original("checkContactExists", key="nobody", keyField="UF_CRM_CPF")["result"] is None
    assert counterpart("checkContactExists", key="nobody") is None
    # The portal ignores what it does not know.
    assert original("checkContactExists", key="nobody", keyField="UF_CRM_CPV")["result"] == "1"
    with pytest.raises(UnknownNameError, match="CPV"):
        session.search(session.api.Contact, UF_CRM_CPV="nobody")


@pytest.mark.peer
def test_creating_a_contact_from_four_values(both_write, session):
    data = {"cpf": "123", "name": "Ana", "email": "ana@x.example", "celular": "+55 1"}
    both_write(
        "createContact",
        contact_of,
        {"contact_data": data, "cpf_field": "UF_CRM_CPF"},
        name="Ana",
        email="ana@x.example",
        phone="+55 1",
        key="123",
    )
    # What is not given is not sent.
    plain = session.api.Contact(session, name="B")
    assert plain.save().fields == ("NAME",)


@pytest.mark.peer
def test_creating_a_contact(both_write, original, session):
    wire = {"NAME": "Bo", "LAST_NAME": "Ek", "PHONE": [{"VALUE": "+1", "VALUE_TYPE": "WORK"}]}
    fields = {"name": "Bo", "last_name": "Ek", "phones": ["+1"]}
    both_write("createContact_new", contact_of, {"fields": wire}, fields=fields)
    number = original("createContact_new", fields={"NAME": "Cy", "LAST_NAMO": "Ek"})["result"]
    assert contact_of(session, number)["LAST_NAME"] is None, "what the name meant is lost"
    with pytest.raises(AttributeError, match="last_namo"):
        session.api.Contact(session, last_namo="x")


@pytest.mark.peer
def test_creating_an_address(original, counterpart, session):
    parts = {"rua": "Rua A", "numero": "5", "cidade": "Lisboa", "cep": "1000", "estado": "L"}
    assert original("createContactAddress", contact_id=200, address_data=parts)["result"] is None, "refused today"
    address = {"address_1": "Rua A, 5", "city": "Lisboa", "postal_code": "1000", "province": "L"}
    made = counterpart("createContactAddress", contact_id=200, address=address)
    assert made.id[:2] == (1, 8)
    made.load("country", "address_2")
    assert (made.country, made.address_2) == (None, None)
    assert session.load(session.api.Contact, 200).addresses == (made,)


@pytest.mark.peer
def test_the_first_address(original, counterpart):
    assert original("getContactAddress", contact_id=3)["result"] is None, "it looks where portals keep none today"
    assert counterpart("getContactAddress", contact_id=3).anchor_id == 3
    assert counterpart("getContactAddress", contact_id=200) is None


@pytest.mark.peer
@pytest.mark.parametrize(
    ("function", "name"),
    [("getContactFields", "contact_id"), ("getLeadFields", "lead_id"), ("getCompanyFields", "company_id")],
)
def test_reading_one(original, counterpart, function, name):
    assert row_of(counterpart(function, **{name: 5})) == original(function, **{name: 5})["result"]
    assert original(function, **{name: 99999})["result"] is None, "no word of what is wrong"
    with pytest.raises(NotFoundError, match="99999"):
        counterpart(function, **{name: 99999})


@pytest.mark.peer
def test_the_values_of_a_field(original, counterpart):
    theirs = original("getSpecificContactField", campo_personalizado=" uf_crm_colour ")["result"]
    assert counterpart("getSpecificContactField") == theirs
    theirs = original("getSpaSpecificField", campo_personalizado="ufCrm1_colour", entity_type_id=128)["result"]
    assert counterpart("getSpaSpecificField") == theirs


@pytest.mark.peer
def test_changing_a_contact(both_write, original, sandbox, session):
    arguments = {"contact_id": 5, "campos": ["COMMENTS"], "data": ["called"]}
    theirs, ours = both_write(
        "updateContactFields", lambda s, _: contact_of(s, 5), arguments, contact_id=5, text="called"
    )
    assert theirs is True
    assert ours.fields == ("COMMENTS",)
    # Phones: the original adds to what is there each time.
    entry = [{"VALUE": "+55 9", "VALUE_TYPE": "WORK"}]
    for _ in range(2):
        original("updateContactFields", contact_id=5, campos=["PHONE"], data=[entry])
    assert [one["VALUE"] for one in contact_of(session, 5)["PHONE"]].count("+55 9") == 2
    sandbox.reset()
    session.identity_map.clear()
    contact = session.load(session.api.Contact, 5)
    for _ in range(2):
        contact.phones = ["+55 9"]
        contact.save()
    assert [one["VALUE"] for one in contact_of(session, 5)["PHONE"]] == ["+55 9"]


@pytest.mark.peer
def test_creating_a_card(both_write):
    wire = {"title": "New", "contactId": 7, "ufCrm1_colour": 5}
    fields = {"title": "New", "contact_id": 7, "uf_crm1_colour": 5}
    arguments = {"entity_type_id": 128, "fields": wire}
    both_write("createSpaCard", card_of, arguments, fields=fields)


@pytest.mark.peer
def test_the_fields_of_a_smart_process(original, counterpart, session):
    theirs = original("getSpaCustomFields", entity_type_id=128)["result"]["fields"]
    ours = counterpart("getSpaCustomFields")
    assert {name: one["title"] for name, one in theirs.items()} == {name: ours[name].label for name in theirs}
    custom = session.field_specs(session.item_type(128), custom=True)
    assert list(custom) == [name for name in theirs if theirs[name]["isDynamic"]]


@pytest.mark.peer
def test_texts_for_codes(original, counterpart, session):
    told = session.call("crm.contact.fields")
    row = {"UF_CRM_COLOUR": contact_of(session, 5)["UF_CRM_COLOUR"]}
    done = original("mapFieldValues", campos=row, metadados=told)
    assert (
        counterpart("mapFieldValues", contact=session.load(session.api.Contact, 5)) == done["result"]["UF_CRM_COLOUR"]
    )
    assert done["arguments"]["campos"] != row, "it changed the caller's dict"


@pytest.mark.peer
def test_reading_a_card_with_texts(original, counterpart, session):
    theirs = original("getSpaCardFields", entity_type_id=128, item_id=1)["result"]
    assert theirs["ufCrm1_colour"] == "4", "never translated"
    assert counterpart("getSpaCardFields", card_id=1) == "Red"
    card = session.load(session.item_type(128), 1)
    assert {name: value for name, value in card.fields.items() if name in theirs} == theirs


@pytest.mark.peer
def test_the_card_of_a_contact(original, counterpart, session):
    number = session.load(session.item_type(128), 1).contact_id
    theirs = original("getSpaCardByContactId", contact_id=number, entity_type_id=128)["result"]
    assert counterpart("getSpaCardByContactId", contact_id=number).id == theirs
    assert counterpart("getSpaCardByContactId", contact_id=99999) is None


@pytest.mark.peer
def test_moving_a_card(both_write, session):
    arguments = {"stage_id": "DT128_10:SUCCESS", "card_id": 1, "entity_type_id": 128}
    read = {"stage_id": "DT128_10:SUCCESS", "card_id": 1}
    both_write("moveSpaCardStage", lambda s, _: card_of(s, 1), arguments, **read)
    assert card_of(session, 1)["stageId"] == "DT128_10:SUCCESS"


@pytest.mark.peer
def test_listing_cards(original, counterpart, sandbox, session):
    sandbox.requests.clear()
    arguments = {"entity_type_id": 128, "category_id": 12, "returnFilter": ["id", "title"]}
    theirs = original("listSpaCards", **arguments)["result"]
    asked = len(sandbox.requests)
    sandbox.requests.clear()
    ours = counterpart("listSpaCards", category_id=12)
    assert [{"id": one.id, "title": one.title} for one in ours] == theirs
    assert (asked, len(sandbox.requests)) == (2, 1)
    # Where a page fails, the original returns what it has.
    broken = [{"kind": "500", "skip": 1}]
    sandbox.faults = broken
    assert len(original("listSpaCards", entity_type_id=128)["result"]) == 50
    sandbox.faults = broken
    with pytest.raises(IncompleteRead) as caught:
        session.search(session.item_type(128))
    assert len(caught.value.objects) == 50
    sandbox.faults = None


@pytest.mark.peer
def test_deleting_a_card_with_what_is_linked(both_write, original, counterpart, sandbox, session):
    def own_card():
        number = session.call("crm.contact.add", {"fields": {"NAME": "Own"}})
        company = session.call("crm.company.add", {"fields": {"TITLE": "Own"}})
        fields = {"title": "x", "contactId": number, "companyId": company}
        return session.call("crm.item.add", {"entityTypeId": 128, "fields": fields})["item"]["id"], number, company

    def left():
        totals = (("crm.item.list", {"entityTypeId": 128}), ("crm.contact.list", {}), ("crm.company.list", {}))
        return [
            len(session.call(name, {**params, "order": {"id": "DESC"}, "select": ["id"]})) for name, params in totals
        ]

    card_id, contact_id, company_id = own_card()
    arguments = {"entity_type_id": 128, "card_id": card_id, "excludeAll": True}
    assert original("deleteSpaCard", **arguments)["result"] is True
    there = left()
    sandbox.reset()
    card_id, contact_id, company_id = own_card()
    assert [row.status for row in counterpart("deleteSpaCard", card_id=card_id)] == ["deleted"] * 3
    assert left() == there
    for read, number in ((contact_of, contact_id), (company_of, company_id)):
        with pytest.raises(NotFoundError):
            read(session, number)
    # Card 1 has a company that others refer to: refused here, deleted there.
    with pytest.raises(ConflictError, match="nothing was deleted"):
        counterpart("deleteSpaCard", card_id=1)
    shared = card_of(session, 1)["companyId"]
    assert company_of(session, shared)
    assert original("deleteSpaCard", entity_type_id=128, card_id=1, excludeAll=True)["result"] is True
    with pytest.raises(NotFoundError):
        company_of(session, shared)
    # A card that is gone: the original does not get as far as its NameError, since the delete fails first.
    assert original("deleteSpaCard", entity_type_id=128, card_id=1, excludeAll=True)["result"] is False


@pytest.mark.peer
def test_clearing_a_field_of_a_card(both_write):
    filled = ("crm.item.update", {"entityTypeId": 128, "id": 2, "fields": {"sourceDescription": "x"}})
    arguments = {"entity_type_id": 128, "card_id": 2, "campos": ["sourceDescription"]}
    both_write("clearSpaCardFields", lambda s, _: empty(card_of(s, 2)), arguments, prepare=filled, card_id=2)


def empty(row):
    """A row whose empty values are all the same: null and an empty text are one to the portal."""
    return {name: value or None for name, value in row.items()}


@pytest.mark.peer
def test_changing_a_card(both_write):
    arguments = {"entity_type_id": 128, "card_id": 1, "campos": ["title"], "data": ["Changed"]}
    both_write("updateSpaCardFields", lambda s, _: card_of(s, 1), arguments, card_id=1, title="Changed")


@pytest.mark.peer
def test_employees(original, counterpart):
    theirs = original("listEmployees", returnFilter=["ID", "NAME", "LAST_NAME", "EMAIL"])["result"]
    ours = counterpart("listEmployees")
    assert [[str(one.id), one.name, one.last_name, one.email] for one in ours] == [list(one.values()) for one in theirs]
    assert len(ours) == 14


@pytest.mark.peer
def test_creating_a_lead(original, counterpart, session):
    wire = {"TITLE": "Important", "NAME": "Lea", "COMMENTS": "x"}
    done = original("createLead", fields=wire)
    assert "TITLE" not in done["arguments"]["fields"], "it takes the title from the caller's dict"
    theirs = session.call("crm.lead.get", {"id": done["result"]})
    assert theirs["TITLE"] != "Important"
    fields = {"title": "Important", "name": "Lea", "comments": "x"}
    ours = session.call("crm.lead.get", {"id": counterpart("createLead", fields=fields)})
    assert fields == {"title": "Important", "name": "Lea", "comments": "x"}
    assert ours["TITLE"] == "Important"
    others = without_times({**ours, "TITLE": None, "ID": None})
    assert others == without_times({**theirs, "TITLE": None, "ID": None})


@pytest.mark.peer
def test_creating_a_company(both_write):
    wire = {"TITLE": "New Ltd", "EMAIL": [{"VALUE": "a@x.example", "VALUE_TYPE": "WORK"}], "UF_CRM_CNPJ": "1"}
    fields = {"title": "New Ltd", "emails": ["a@x.example"], "uf_crm_cnpj": "1"}
    both_write("createCompany", company_of, {"fields": wire}, fields=fields)


@pytest.mark.peer
def test_clearing_a_field_of_a_company(both_write):
    filled = ("crm.company.update", {"id": 5, "fields": {"COMMENTS": "x"}})
    arguments = {"company_id": 5, "campos": ["COMMENTS"]}
    both_write("clearCompanyFields", lambda s, _: empty(company_of(s, 5)), arguments, prepare=filled, company_id=5)


@pytest.mark.peer
def test_changing_a_company(both_write):
    arguments = {"company_id": 5, "campos": ["COMMENTS"], "data": ["x"]}
    both_write("updateCompanyFields", lambda s, _: company_of(s, 5), arguments, company_id=5, text="x")


@pytest.mark.peer
def test_finding_companies(original, counterpart, session):
    value = session.load(session.api.Company, 3).uf_crm_cnpj
    theirs = original("searchCompanyByField", search_field="UF_CRM_CNPJ", value=value)["result"]
    ours = counterpart("searchCompanyByField", value=value)
    assert [str(one.id) for one in ours] == [one["ID"] for one in theirs] == ["3"]
    # One page only, and all companies for a name that does not exist.
    assert len(original("searchCompanyByField", search_field="UF_CRM_CNPG", value=value)["result"]) == 50
    assert len(session.search(session.api.Company)) == 90


@pytest.mark.peer
def test_the_deals_of_a_company(original, counterpart, session):
    theirs = original("getDealsByCompany", company_id=1, select_fields=["ID", "COMPANY_ID"])["result"]
    ours = counterpart("getDealsByCompany", company_id=1)
    numbers = [one["ID"] for one in theirs]
    assert len(set(numbers)) == 260, "it returns every deal of the portal"
    assert len(numbers) > 260, "and those of the last page again"
    assert [str(one.id) for one in ours] == sorted({one["ID"] for one in theirs if one["COMPANY_ID"] == "1"}, key=int)
    assert ours


@pytest.mark.peer
def test_addresses_on_a_portal_in_the_old_mode(bitrixutils):
    # The one kind of portal on which the original's three functions for addresses do their job.
    with Sandbox(service="bitrix24", data="demo", old_addresses=True) as old:
        parts = {"rua": "Rua A", "numero": "5", "cidade": "Lisboa", "bairro": "B", "complemento": "c"}

        def call(function, **arguments):
            return bitrixutils(function=function, arguments={**arguments, "bitrix_webhook_url": old.webhook_url})[
                "result"
            ]

        assert call("createContactAddress", contact_id=200, address_data=parts) is True, "called an id"
        theirs = call("getContactAddress", contact_id=200)
        assert theirs == call("getContactAddressById", contact_id=200)
        assert theirs["COUNTRY"] == "Brasil"
        with old.session() as session:
            (ours,) = session.load(session.api.Contact, 200).addresses
            assert row_of(ours) == theirs


# --- hazards that are no function's own ----------------------------------------------


@pytest.mark.parametrize("obj", ["api", "Contact"])
def test_nothing_of_ours_has_the_secret(session, sandbox, obj):
    secret = sandbox.webhook_url.rstrip("/").rpartition("/")[2]
    assert secret not in repr(session) + repr(getattr(session, obj, session.api.Contact))


def test_logs_name_methods_only(session, caplog):
    with caplog.at_level(logging.INFO):
        contact = session.load(session.api.Contact, 5)
        assert isinstance(contact, Object)
    assert "crm.contact.get" in caplog.text
    assert contact.last_name not in caplog.text
