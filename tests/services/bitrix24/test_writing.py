"""Writing to the demo portal: what changed travels, once, and each row tells how it went."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from workfront_orm.core.errors import OutcomeUnknown, UnknownNameError
from workfront_orm.sandbox import Sandbox
from workfront_orm.services.bitrix24 import File, MultiField
from workfront_orm.services.bitrix24.errors import ConflictError, InvalidRequestError, NotFoundError


def sent(sandbox):
    """What was asked, without look-ups."""
    return [(entry.path.rsplit("/", 1)[-1], entry.json) for entry in sandbox.requests]


def raw(session, method, **params):
    return session.call(method, params)


# --- one object -----------------------------------------------------------------------


def test_only_what_changed_is_sent(session, sandbox):
    contact = session.load(session.api.Contact, 5)
    sandbox.requests.clear()
    contact.post = "Head of sales"
    contact.opened = False
    assert contact.save().fields == ("POST", "OPENED")
    ((method, params),) = sent(sandbox)
    assert method == "crm.contact.update"
    assert params == {"id": 5, "fields": {"POST": "Head of sales", "OPENED": "N"}}
    assert not contact.save()
    assert len(sandbox.requests) == 1


def test_setting_the_same_value_in_another_spelling_is_no_change(session):
    deal = session.load(session.api.Deal, 1)
    deal.opportunity = Decimal(deal.fields["OPPORTUNITY"]) + 0
    deal.begindate = deal.begindate
    deal.company_id = deal.company_id
    assert deal.dirty == {}


def test_a_custom_field_that_the_portal_lacks_is_refused_before_anything_is_sent(session, sandbox):
    deal = session.load(session.api.Deal, 1)
    deal.custom["UF_CRM_MARGN"] = "1"
    sandbox.requests.clear()
    with pytest.raises(UnknownNameError, match="no field 'UF_CRM_MARGN' on this portal; did you mean 'UF_CRM_MARGIN'"):
        deal.save()
    report = session.save_all([deal])
    assert report.counts() == {"failed": 1}
    assert not sandbox.requests
    deal.revert()


def test_a_new_object_gets_its_id_and_loads_the_rest(session):
    contact = session.api.Contact(
        session,
        name="Ana",
        last_name="Nova",
        birthdate=date(1980, 1, 2),
        opened=True,
        company_id=session.load(session.api.Company, 3),
        phones=["+49 30 1"],
        emails=[MultiField("ana@nova.example", "HOME")],
        uf_crm_cpf="111",
        uf_crm_colour=2,
    )
    assert contact.save().created
    assert contact.id == 421
    assert contact.phones[0].id is not None
    contact.load()
    assert contact.birthdate == date(1980, 1, 2)
    assert contact.company.id == 3
    assert contact.uf_crm_colour.label == "Green"
    assert contact.emails == [MultiField("ana@nova.example", "HOME")]
    assert session.load(session.api.Contact, 421) is contact


def test_clearing_a_field(session):
    deal = session.load(session.api.Deal, 1)
    deal.comments = "x"
    deal.save()
    deal.comments = None
    deal.uf_crm_margin = None
    deal.save()
    row = raw(session, "crm.deal.get", id=1)
    assert row["COMMENTS"] is None
    assert row["UF_CRM_MARGIN"] is None


def test_clearing_a_list_also_inside_a_batch(session):
    companies = session.load(session.api.Company, [1, 2, 3])
    assert companies[0].uf_crm_regions
    for company in companies:
        company.uf_crm_regions = []
    session.save_all(companies).raise_for_errors()
    assert raw(session, "crm.company.get", id=2)["UF_CRM_REGIONS"] in (None, [], False)


def test_newer_methods_answer_the_whole_object(session):
    item = session.item_type(128)(session, title="Card", contact_id=5)
    item.save()
    assert item.stage_id == "DT128_10:NEW"
    assert item.assigned_by_id == 1
    assert item.created_time is not None
    item.title = "Card 2"
    before = item.updated_time
    item.save()
    assert item.updated_time >= before
    item.delete()
    with pytest.raises(NotFoundError):
        session.load(type(item), item.id)


def test_moving_a_stage_takes_the_code_on_the_reference(session):
    card = session.load(session.item_type(128), 1)
    card.stage = "DT128_10:SUCCESS"
    assert card.dirty == {"stageId": (card.dirty["stageId"].old, "DT128_10:SUCCESS")}
    card.save()
    assert card.stage.name == "Success"
    assert card.stage_id.label == "Success"
    status = session.load(session.api.Status, ("DYNAMIC_128_STAGE_10", "DT128_10:FAIL"))
    card.stage = status
    card.save()
    assert raw(session, "crm.item.get", entityTypeId=128, id=1)["item"]["stageId"] == "DT128_10:FAIL"


def test_a_stage_that_is_none_is_refused_with_near_ones(session, sandbox):
    card = session.load(session.item_type(128), 1)
    with pytest.raises(ValueError, match=r"DT128_10:SUCCES'.*did you mean 'DT128_10:SUCCESS'"):
        card.stage = "DT128_10:SUCCES"
    assert card.dirty == {}


def test_other_references_name_their_id_field(session):
    deal = session.load(session.api.Deal, 1)
    user = session.load(session.api.User, 4)
    with pytest.raises(AttributeError, match="assigned_by_id"):
        deal.assigned_by = user
    deal.assigned_by_id = user
    deal.save()
    assert deal.assigned_by is user


def test_read_only_and_immutable_fields_are_refused_here(session):
    deal = session.load(session.api.Deal, 1)
    with pytest.raises(AttributeError, match="read-only"):
        deal.date_create = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(AttributeError, match="before the object is created"):
        deal.category_id = 2
    assert session.api.Deal(session, title="x", category_id=2).save().created


def test_a_pipeline_stands_for_its_number(session):
    pipeline = session.load(session.api.Category, (2, 2))
    deal = session.api.Deal(session, title="x", category_id=pipeline)
    deal.save()
    deal.load()
    assert deal.category is pipeline
    assert deal.stage_id == "C2:NEW"


def test_deleting(session):
    deal = session.load(session.api.Deal, 1)
    session.delete(deal)
    assert deal.id == 1
    with pytest.raises(NotFoundError):
        session.load(session.api.Deal, 1)


def test_refusals_name_operation_and_object(session):
    contact = session.api.Contact(session, phones=["+1"])
    with pytest.raises(InvalidRequestError, match=r"create Contact.*Required fields"):
        contact.save()
    assert contact.id is None
    contact.name = "Now"
    assert contact.save().created


# --- phones and files -----------------------------------------------------------------


def test_phones_are_written_by_their_difference(session, sandbox):
    contact = session.load(session.api.Contact, 5)
    (old,) = contact.phones
    contact.phones[0].value = "+1"
    contact.phones.append(MultiField("+2", "HOME"))
    sandbox.requests.clear()
    contact.save()
    assert [method for method, _ in sent(sandbox)] == ["batch"]
    assert [(phone.id == old.id, phone.value) for phone in contact.phones] == [(True, "+1"), (False, "+2")]
    assert all(phone.id for phone in contact.phones)
    contact.phones = ["+1", "+2", "+3"]
    contact.save()
    del contact.phones[0]
    contact.save()
    values = {entry["VALUE"] for entry in raw(session, "crm.contact.get", id=5)["PHONE"]}
    assert values == {"+2", "+3"}
    contact.phones = []
    contact.save()
    assert "PHONE" not in raw(session, "crm.contact.get", id=5)
    assert contact.phones == []


def test_writing_the_same_list_again_doubles_nothing(session):
    for _ in range(2):
        contact = session.load(session.api.Contact, 5)
        contact.load("phones")
        contact.phones = ["+55 1", "+55 2"]
        contact.save()
    assert len(raw(session, "crm.contact.get", id=5)["PHONE"]) == 2


def test_phones_that_were_never_read_are_not_replaced_blindly(session):
    (contact,) = session.search(session.api.Contact, ["name"], id=5)
    contact.phones = ["+1"]
    with pytest.raises(ValueError, match=r"call load\('phones'\) first"):
        contact.save()
    contact.revert()
    contact.load("phones")
    contact.phones = ["+1"]
    contact.save()
    assert len(raw(session, "crm.contact.get", id=5)["PHONE"]) == 1


def test_phones_of_many_are_read_back_in_the_same_requests(session, sandbox):
    contacts = session.load(session.api.Contact, range(1, 99))
    for contact in contacts:
        contact.phones.append("+99")
    sandbox.requests.clear()
    assert len(session.save_all(contacts).updated) == 98
    # 49 writes and one read fill a batch.
    assert len(sandbox.requests) == 2
    assert all(phone.id for contact in contacts for phone in contact.phones)


def test_a_file_is_written_kept_and_removed(session):
    contact = session.load(session.api.Contact, 5)
    contact.photo = File("face.png", b"\x89PNG")
    contact.save()
    assert contact.photo.id is not None
    contact.post = "x"
    contact.save()
    assert raw(session, "crm.contact.get", id=5)["PHOTO"]["id"] == contact.photo.id
    contact.photo = None
    contact.save()
    assert raw(session, "crm.contact.get", id=5)["PHOTO"] is None


# --- other keys -----------------------------------------------------------------------


def test_addresses_are_created_with_the_key_that_the_program_gives(session):
    address_type = session.api.Address
    address = address_type(session, type_id=6, entity_type_id=8, entity_id=1, city="Rio")
    assert address.save().created
    assert address.id == (6, 8, 1)
    address.city = "Lisboa"
    assert address.save().updated
    assert raw(session, "crm.address.list", filter={"ENTITY_ID": 1, "TYPE_ID": 6})[0]["CITY"] == "Lisboa"
    with pytest.raises(ConflictError):
        address_type(session, type_id=6, entity_type_id=8, entity_id=1, city="x").save()
    with pytest.raises(AttributeError):
        address.type_id = 1
    address.delete()
    with pytest.raises(NotFoundError):
        session.load(address_type, (6, 8, 1))


def test_statuses_are_known_by_directory_and_code(session):
    status = session.api.Status(session, entity_id="SOURCE", status_id="FAIR", name="Fair")
    status.save()
    assert status.id == ("SOURCE", "FAIR")
    status.name = "Trade fair"
    status.save()
    contact = session.load(session.api.Contact, 5)
    contact.source = status
    contact.save()
    contact.refresh()
    assert contact.source is status
    status.delete()


def test_pipelines_currencies_tasks_users_departments_and_types(session):
    pipeline = session.api.Category(session, entity_type_id=2, name="VIP")
    pipeline.save()
    assert pipeline.id[0] == 2
    assert [stage.name for stage in pipeline.stages][:2] == ["New", "Create papers"]
    pipeline.name = "Very"
    pipeline.save()
    assert raw(session, "crm.category.get", entityTypeId=2, id=pipeline.id[1])["category"]["name"] == "Very"
    pipeline.delete()

    currency = session.api.Currency(session, CURRENCY="CHF", amount=Decimal("1.1"), amount_cnt=1)
    currency.save()
    currency.amount = 2
    currency.save()
    assert Decimal(raw(session, "crm.currency.get", id="CHF")["AMOUNT"]) == 2
    currency.delete()

    task = session.api.Task(session, title="T", responsible_id=1, deadline=datetime(2030, 1, 1, tzinfo=UTC))
    task.save()
    task.status = "5"
    task.save()
    assert task.closed_date is not None
    task.delete()
    with pytest.raises(NotFoundError):
        session.load(session.api.Task, task.id)

    user = session.api.User(session, email="x@y.example", name="X")
    user.save()
    user.active = False
    user.save()
    assert raw(session, "user.get", ID=user.id)[0]["ACTIVE"] is False
    assert user.id not in [one.id for one in session.search(session.api.User, active=True)]

    department = session.api.Department(session, name="New", parent=1)
    department.save()
    department.name = "Newer"
    department.save()
    department.load()
    assert department.name == "Newer"
    department.delete()

    kind = session.api.Type(session, title="Returns")
    kind.save()
    item = session.item_type(kind)(session, title="first")
    item.save()
    assert item.stage_id.label == "Start"


# --- many objects -----------------------------------------------------------------------


def test_many_changes_take_a_fiftieth_of_the_requests(session, sandbox):
    deals = session.search(session.api.Deal)
    for deal in deals:
        deal.comments = f"seen {deal.id}"
    sandbox.requests.clear()
    report = session.save_all(deals)
    assert len(report.updated) == 260
    assert report.requests == len(sandbox.requests) == 6
    assert raw(session, "crm.deal.get", id=77)["COMMENTS"] == "seen 77"


def test_a_bad_command_names_itself_and_leaves_the_others_alone(session, sandbox):
    contacts = session.load(session.api.Contact, range(1, 61))
    for contact in contacts:
        contact.post = "x"
    contacts[7].emails = ["no address"]
    sandbox.requests.clear()
    report = session.save_all(contacts)
    assert len(report.updated) == 59
    (bad,) = report.failed
    assert bad.index == 7
    assert "update Contact 8" in str(bad.error)
    assert "no address" in str(bad.error)
    assert contacts[7].dirty.keys() == {"POST", "EMAIL"}
    assert len(sandbox.requests) == 2


def test_new_objects_may_refer_to_each_other(session):
    company = session.api.Company(session, title="New Ltd.")
    contact = session.api.Contact(session, name="N", company_id=company)
    deal = session.api.Deal(session, title="D", contact_id=contact, company_id=company)
    report = session.save_all([deal, contact, company])
    assert len(report.created) == 3
    assert raw(session, "crm.deal.get", id=deal.id)["COMPANY_ID"] == str(company.id)


def test_deleting_many_in_batches(session, sandbox):
    deals = session.search(session.api.Deal, id=list(range(1, 101)))
    raw(session, "crm.deal.delete", id=50)
    sandbox.requests.clear()
    report = session.delete_all(deals)
    # What is gone already is gone.
    assert len(report.deleted) == 100
    assert len(sandbox.requests) == 2
    assert session.query(session.api.Deal).count() == 160


def test_a_querys_update_and_delete(session):
    deal_type = session.api.Deal
    report = session.query(deal_type).where(deal_type.id <= 60).update(comments="all")
    assert len(report.updated) == 60
    assert len(session.query(deal_type).where(deal_type.id <= 60).delete().deleted) == 60
    assert session.query(deal_type).count() == 200


def test_upserts_find_what_is_there_by_their_key(session, sandbox):
    contact_type = session.api.Contact

    def people(numbers, post):
        return [contact_type(session, name=f"N{i}", uf_crm_cpf=f"K{i}", phones=[f"+{i}"], post=post) for i in numbers]

    first = session.save_all(people(range(100), "a"), key="uf_crm_cpf")
    assert len(first.created) == 100
    again = session.save_all(people(range(100), "a"), key="uf_crm_cpf")
    assert len(again.unchanged) == 100
    mixed = session.save_all(people(range(50, 150), "b"), key="uf_crm_cpf")
    assert (len(mixed.created), len(mixed.updated)) == (50, 50)
    found = session.search(contact_type, ["uf_crm_cpf", "phones", "post"], **{"%uf_crm_cpf": "K"})
    assert len(found) == 150
    assert {len(contact.phones) for contact in found} == {1}
    assert Counter(contact.post for contact in found) == {"a": 50, "b": 100}


def test_upserts_by_two_fields(session):
    lead_type = session.api.Lead
    for title in ("first", "second"):
        leads = [lead_type(session, title=title, originator_id="shop", origin_id=str(i)) for i in range(20)]
        session.save_all(leads, key=("originator_id", "origin_id")).raise_for_errors()
    found = session.search(lead_type, originator_id="shop")
    assert [lead.title for lead in found] == ["second"] * 20


@pytest.mark.parametrize("seed", range(4))
def test_on_bad_days_keyed_upserts_lose_and_double_nothing(session, sandbox, seed):
    contact_type = session.api.Contact

    def people(numbers, *phones):
        return [contact_type(session, name=f"N{i}", uf_crm_cpf=f"K{i}", phones=[f"+{i}", *phones]) for i in numbers]

    # Another seed than the sandbox's: the same draws would hit the same requests.
    kinds = ["429", "500", "502", "502_after", "503", "reset_before", "reset_after", "truncated", "wrong_json"]
    sandbox.faults = [{"kind": [*kinds[seed:], *kinds[:seed]], "rate": 0.15}]
    reports = [
        session.save_all(people(range(400)), key="uf_crm_cpf"),
        session.save_all(people(range(200, 600), "+0"), key="uf_crm_cpf"),
    ]
    sandbox.faults = None
    assert [report.failed for report in reports] == [[], []]
    assert [report.unknown for report in reports] == [[], []]
    found = session.search(contact_type, ["uf_crm_cpf", "phones"], **{"%uf_crm_cpf": "K"})
    assert sorted(contact.uf_crm_cpf for contact in found) == sorted(f"K{i}" for i in range(600))
    assert all(len(contact.phones) == (1 if int(contact.uf_crm_cpf[1:]) < 200 else 2) for contact in found)


def test_a_create_without_an_answer_is_found_by_what_was_sent(session, sandbox):
    sandbox.faults = [{"kind": "reset_after", "count": 1, "path": "*/batch"}]
    contacts = [session.api.Contact(session, name=f"N{i}", last_name="Lost") for i in range(10)]
    report = session.save_all(contacts)
    assert len(report.created) == 10
    assert session.query(session.api.Contact).where(session.api.Contact.last_name == "Lost").count() == 10


def test_a_single_create_without_an_answer_is_not_repeated(session, sandbox):
    sandbox.faults = [{"kind": "reset_after", "count": 1}]
    with pytest.raises(OutcomeUnknown):
        session.api.Contact(session, name="Once", last_name="Only").save()
    assert session.query(session.api.Contact).where(session.api.Contact.last_name == "Only").count() == 1


def test_a_delete_is_done_when_the_answer_was_lost(session, sandbox):
    contact_type = session.api.Contact
    one, *others = session.load(contact_type, range(1, 11))
    sandbox.faults = [{"kind": "reset_after", "count": 1}]
    one.delete()
    sandbox.faults = [{"kind": "reset_after", "count": 1}]
    assert len(session.delete_all(others).deleted) == 9


def test_commands_over_a_methods_budget_are_sent_again():
    """The portal puts off what is over a method's run time: that is no failure."""
    waits = []
    with Sandbox(service="bitrix24", data="demo", operating_cost=10) as sandbox:
        session = sandbox.session(requests_per_second=None, reflect=False)
        throttle = session._transport.throttle

        def sleep(seconds):
            waits.append(seconds)
            sandbox.clock += timedelta(seconds=seconds + 60)
            throttle._budget.until.clear()

        throttle._sleep = sleep
        deals = session.search(session.api.Deal, id=list(range(1, 101)))
        for deal in deals:
            deal.comments = "x"
        report = session.save_all(deals)
        session.close()
    assert len(report.updated) == 100
    assert waits
