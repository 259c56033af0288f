"""Classes of a portal: its own fields, lists and smart processes, on top of those that every portal has."""

import pickle
import subprocess
import sys

import pytest

from workfront_orm.core.errors import UnknownNameError
from workfront_orm.services.bitrix24 import classes
from workfront_orm.services.bitrix24.errors import AccessDeniedError


def test_a_class_is_read_once_in_one_request(connect, sandbox):
    session = connect()
    sandbox.requests.clear()
    contact_type = session.api.Contact
    assert session.api.Contact is contact_type is session.api["Contact"] is session.api.by_code["contact"]
    assert len(sandbox.requests) == 1
    # The directories are known by now.
    _ = session.api.Lead
    assert len(sandbox.requests) == 2
    # What portals do not extend needs no request.
    _ = session.api.Currency, session.api.Status, session.api.User
    assert len(sandbox.requests) == 2


def test_the_class_of_a_portal_is_a_kind_of_the_general_one(session):
    assert issubclass(session.api.Contact, classes.Contact)
    assert session.api.Contact is not classes.Contact
    contact = session.load(classes.Contact, 5)
    assert type(contact) is classes.Contact
    # Asked for by the portal's class, the same object knows more of the same row.
    assert session.load(session.api.Contact, 5) is contact
    assert type(contact) is session.api.Contact
    assert contact.uf_crm_cpf


def test_the_portals_own_fields(session):
    contact_type = session.api.Contact
    assert {"uf_crm_cpf", "uf_crm_colour", "uf_crm_newsletter"} <= contact_type.field_names
    assert contact_type.uf_crm_colour.spec.values == ((1, "Red"), (2, "Green"), (3, "Blue"))
    assert contact_type.uf_crm_cpf.spec.label == "CPF"
    contact = session.load(contact_type, 5)
    assert contact.uf_crm_colour.label in {"Red", "Green", "Blue"}
    assert isinstance(contact.uf_crm_newsletter, bool)
    assert contact.custom["UF_CRM_CPF"] == contact.uf_crm_cpf
    assert list(session.field_specs(contact_type, custom=True)) == ["UF_CRM_CPF", "UF_CRM_COLOUR", "UF_CRM_NEWSLETTER"]


def test_fields_say_where_they_come_from(session):
    contact_type = session.api.Contact
    assert contact_type.uf_crm_cpf.spec.marks["src"] == "live"
    assert contact_type.uf_crm_cpf.spec.marks["portal"].startswith("127.0.0.1")
    assert "live" in contact_type.uf_crm_cpf.__doc__
    assert "src" not in classes.Contact.name.spec.marks


def test_directories_and_pipelines_have_names(session):
    deal_type = session.api.Deal
    labels = {code.value: code.label for code in deal_type.stage_id.choices}
    assert labels["WON"] == "Deal won"
    assert labels["C2:WON"] == "Deal won"
    assert {code.value: code.label for code in deal_type.category_id.choices} == {0: "General", 2: "Renewals"}
    assert {code.value for code in session.api.Contact.type_id.choices} == {"CLIENT", "SUPPLIER", "PARTNER", "OTHER"}
    deal = session.load(deal_type, 1)
    assert deal.stage_id.label == deal.stage.name
    assert deal.category_id.label == deal.category.name


def test_smart_processes_by_number_title_and_object(session):
    card_type = session.item_type(128)
    assert card_type.__name__ == "Item128"
    assert session.item_type("Onboarding") is card_type
    assert session.item_type("128") is card_type
    (kind,) = session.search(session.api.Type)
    assert session.item_type(kind) is card_type
    assert session.api.Item128 is card_type
    assert card_type._spec.label == "Onboarding"
    assert {"uf_crm1_colour", "uf_crm1_tags"} <= card_type.field_names
    assert session.item_type(2) is session.api.Deal
    card = session.load(card_type, 1)
    assert card.uf_crm1_tags is None or isinstance(card.uf_crm1_tags, list)


def test_a_smart_process_that_is_none(session):
    with pytest.raises(UnknownNameError, match="no smart process 999"):
        session.item_type(999)
    with pytest.raises(UnknownNameError, match=r"'Onboarding' \(128\)"):
        session.item_type("Onbording")


def test_fields_that_a_portal_lacks_are_refused(session):
    session.call("crm.type.update", {"id": 1, "fields": {"isMycompanyEnabled": "N", "isObserversEnabled": "N"}})
    session.reflect()
    card_type = session.item_type(128)
    assert hasattr(classes.Item, "mycompany_id")
    assert not hasattr(card_type, "mycompany_id")
    with pytest.raises(UnknownNameError, match="mycompany_id"):
        session.search(card_type, mycompany_id=1)
    card = session.load(card_type, 1)
    with pytest.raises(UnknownNameError):
        card.mycompany_id = 1


def test_classes_are_read_anew_on_demand(session, sandbox):
    contact_type = session.api.Contact
    contact = session.load(contact_type, 5)
    contact.post = "unsaved"
    session.call("crm.contact.userfield.add", {"fields": {"FIELD_NAME": "SIZE", "USER_TYPE_ID": "integer"}})
    assert not hasattr(session.api.Contact, "uf_crm_size")
    session.reflect()
    assert session.api.Contact is not contact_type
    assert type(contact) is session.api.Contact
    assert contact.post == "unsaved"
    contact.uf_crm_size = 5
    contact.save()
    contact.refresh()
    assert (contact.uf_crm_size, contact.post) == (5, "unsaved")


def test_references_of_the_portals_own_fields(session):
    for fields in (
        {"FIELD_NAME": "COACH", "USER_TYPE_ID": "employee"},
        {"FIELD_NAME": "TEAM", "USER_TYPE_ID": "employee", "MULTIPLE": "Y"},
        {"FIELD_NAME": "ORIGIN", "USER_TYPE_ID": "crm_status", "SETTINGS": {"ENTITY_TYPE": "SOURCE"}},
    ):
        session.call("crm.deal.userfield.add", {"fields": fields})
    session.reflect()
    deal = session.load(session.api.Deal, 1)
    deal.uf_crm_coach = session.load(session.api.User, 4)
    deal.uf_crm_team = [3, 4]
    deal.save()
    deal.refresh()
    assert deal.uf_crm_coach_user.id == 4
    assert [user.id for user in deal.uf_crm_team_objects] == [3, 4]


def test_without_reflection_classes_are_those_of_the_documentation(connect, sandbox):
    session = connect(reflect=False)
    sandbox.requests.clear()
    contact_type = session.api.Contact
    assert contact_type is classes.Contact
    assert len(sandbox.requests) == 0
    contact = session.load(contact_type, 5)
    assert contact.custom["UF_CRM_CPF"]
    contact.custom["UF_CRM_CPF"] = "changed"
    contact.save()
    assert session.call("crm.contact.get", {"id": 5})["UF_CRM_CPF"] == "changed"
    card_type = session.item_type(128)
    card = session.load(card_type, 1)
    card.title = "x"
    card.save()
    assert session.call("crm.item.get", {"entityTypeId": 128, "id": 1})["item"]["title"] == "x"
    # Nobody vouches for the name, so it is no filter.
    with pytest.raises(UnknownNameError):
        session.search(contact_type, UF_CRM_CPF="x")


def test_codes_are_asked_for_when_no_class_was_read(connect, sandbox):
    session = connect(reflect=False)
    deal = session.load(session.api.Deal, 1)
    sandbox.requests.clear()
    with pytest.raises(ValueError, match="has no code 'WONN'"):
        deal.stage_id = "WONN"
    deal.stage_id = "WON"
    assert [entry.path.rsplit("/", 1)[-1] for entry in sandbox.requests] == ["crm.status.list"]


def test_who_may_not_read_fields_works_with_the_general_classes(connect, sandbox):
    session = connect(webhook_url=sandbox.info["restricted_webhook_url"])
    assert session.api.Contact.uf_crm_cpf
    with pytest.warns(UserWarning, match="custom fields are not known"):
        task_type = session.api.Task
    assert task_type is classes.Task
    with pytest.raises(AccessDeniedError):
        session.search(task_type)


def test_objects_pickle_with_their_unsaved_changes(session):
    card = session.load(session.item_type(128), 1)
    contact = session.load(session.api.Contact, 5)
    card.title, contact.post = "unsaved", "unsaved"
    again = pickle.loads(pickle.dumps([card, contact]))
    assert [type(one) for one in again] == [type(card), type(contact)]
    assert [session.merge(one) for one in again] == [card, contact]


def test_another_process_reads_a_pickle_without_asking(session):
    card = session.load(session.item_type(128), 1)
    card.title = "unsaved"
    script = (
        "import pickle, sys; card = pickle.loads(bytes.fromhex(sys.stdin.read()));"
        "print(type(card).__name__, card.id, card.title, card.code, card.session, sorted(card.dirty), card['ufCrm1_tags'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(card).hex(), capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[:6] == ["Item128", "1", "unsaved", "item:128", "None", "['title']"], done.stderr


def test_sessions_of_one_portal_share_its_classes(connect):
    first, second = connect(), connect()
    assert first.api is second.api
    assert first.item_type(128) is second.item_type(128)
    assert connect(reflect=False).api is not first.api


def test_completion_sends_nothing(session, sandbox):
    _ = session.api.Deal
    sandbox.requests.clear()
    assert "Lead" in dir(session.api)
    assert "uf_crm_margin" in dir(session.api.Deal)
    repr(session.api), repr(session.api.Deal.stage)
    assert len(sandbox.requests) == 0
