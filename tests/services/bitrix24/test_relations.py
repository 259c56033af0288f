"""References and collections: what an object leads to, for all objects of a page at once."""

import pytest

from workfront_orm.core.errors import LazyLoadError, NotSupportedError
from workfront_orm.services.bitrix24 import classes
from workfront_orm.services.bitrix24.relations import kind_of


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (2, "deal"),
        ("3", "contact"),
        ("D", "deal"),
        ("CO", "company"),
        ("T80", "item:128"),
        (128, "item:128"),
        (31, "item:31"),
        ("SI", "item:31"),
        (5, None),
        ("TXX", None),
        (None, None),
        ("", None),
    ],
)
def test_kinds_by_number_and_letters(number, kind):
    assert kind_of(number) == kind


def test_a_reference_stands_beside_its_field(session):
    deal = session.load(session.api.Deal, 1)
    assert deal.assigned_by_id == deal.assigned_by.id
    assert deal.assigned_by.last_name
    assert session.load(session.api.User, deal.assigned_by_id) is deal.assigned_by


def test_references_are_read_for_a_whole_page(session, sandbox):
    deals = session.search(session.api.Deal)
    sandbox.requests.clear()
    assert all(deal.assigned_by.id == deal.assigned_by_id for deal in deals)
    # Pages of the search know their own objects: one look-up for each.
    assert len(sandbox.requests) <= 2
    sandbox.requests.clear()
    assert sum(deal.company is not None for deal in deals) > 100
    assert len(sandbox.requests) <= 2
    sandbox.requests.clear()
    assert all(deal.stage.status_id == deal.stage_id for deal in deals)
    assert len(sandbox.requests) <= 3


def test_no_id_means_none(session):
    (deal, *_rest) = session.search(session.api.Deal, company_id=None)
    assert deal.company is None
    card = next(card for card in session.search(session.item_type(128)) if card.mycompany_id is None)
    assert card.mycompany is None


def test_stages_are_those_of_the_pipeline(session):
    deal_type = session.api.Deal
    (first, *_rest) = session.search(deal_type, category_id=0)
    (second, *_rest) = session.search(deal_type, category_id=2)
    assert first.stage.entity_id == "DEAL_STAGE"
    assert second.stage.entity_id == "DEAL_STAGE_2"
    assert first.category.id == (2, 0)
    card = session.load(session.item_type(128), 1)
    assert card.stage.entity_id == "DYNAMIC_128_STAGE_10"
    assert card.category.id == (128, 10)
    assert [stage.sort for stage in card.category.stages] == sorted(stage.sort for stage in card.category.stages)


def test_a_reference_reads_the_fields_that_it_needs(session, sandbox):
    deals = session.search(session.api.Deal, ["title"], id=[1, 2, 3])
    sandbox.requests.clear()
    assert deals[0].stage.name
    assert deals[1].stage.name
    # The codes and pipelines of all three, then the stages.
    assert len(sandbox.requests) <= 3
    assert {"STAGE_ID", "CATEGORY_ID"} <= set(deals[2].fields)


def test_owners_of_several_kinds(session):
    activities = session.search(session.api.Activity)
    kinds = {type(activity.owner).__name__ for activity in activities}
    assert kinds == {"Deal", "Contact", "Lead"}
    assert all(activity.owner.id == activity.owner_id for activity in activities)


def test_requisites_addresses_and_their_owners(session):
    contact = session.load(session.api.Contact, 3)
    (requisite,) = contact.requisites
    assert requisite.entity is contact
    assert requisite.preset.name == "Person"
    (address,) = contact.addresses
    assert address.anchor is contact
    assert address.entity is requisite
    assert address in requisite.addresses


def test_collections_by_search_are_read_for_a_whole_page(session, sandbox):
    companies = session.search(session.api.Company)
    sandbox.requests.clear()
    found = {company.id: [deal.id for deal in company.deals] for company in companies}
    assert len(sandbox.requests) <= 4
    deals = session.search(session.api.Deal)
    assert found == {company.id: [deal.id for deal in deals if deal.company_id == company.id] for company in companies}


def test_collections_by_links_are_read_for_a_whole_page(session, sandbox):
    companies = session.search(session.api.Company)
    sandbox.requests.clear()
    found = {company.id: {contact.id for contact in company.contacts} for company in companies}
    # Fifty owners a batch, for each of the two pages of the search, and the contacts.
    assert len(sandbox.requests) <= 4
    contacts = session.search(session.api.Contact)
    assert found == {
        company.id: {contact.id for contact in contacts if contact.company_id == company.id} for company in companies
    }
    assert [company.id for company in session.load(session.api.Contact, 1).companies] == [contacts[0].company_id]


def test_collections_by_a_field_of_the_owner(session, sandbox):
    users = session.search(session.api.User)
    sandbox.requests.clear()
    assert all([one.id for one in user.departments] == user.uf_department for user in users)
    assert len(sandbox.requests) == 1
    tasks = session.search(session.api.Task)
    sandbox.requests.clear()
    assert any(task.accomplice_users for task in tasks)
    assert len(sandbox.requests) <= 2


def test_fields_that_come_by_name_only_are_read_when_a_collection_needs_them(session):
    tasks = session.search(session.api.Task, ["title"])
    found = [one for task in tasks for one in task.crm_objects]
    assert found
    assert all(isinstance(one, classes.Deal) for one in found)


def test_a_departments_tree(session):
    department = session.load(session.api.Department, 3)
    assert department.parent_department.id == department.parent
    assert department in department.parent_department.children
    assert department.uf_head_user.id == department.uf_head
    assert all(3 in user.uf_department for user in department.employees)


def test_product_rows(session, sandbox):
    deals = session.search(session.api.Deal)
    sandbox.requests.clear()
    deal = next(deal for deal in deals if deal.productrows)
    # Lists of rows name one owner, so there is one command for each, fifty in a request.
    assert len(sandbox.requests) <= 6
    row = deal.productrows[0]
    assert row.owner is deal
    assert row.owner_type == "D"
    row.quantity = 7
    row.save()
    assert session.call("crm.item.productrow.get", {"id": row.id})["productRow"]["quantity"] == 7


def test_what_is_linked_and_gone_is_left_out(session):
    task = next(task for task in session.search(session.api.Task, ["uf_crm_task"]) if task.uf_crm_task)
    number = int(task.uf_crm_task[0].removeprefix("D_"))
    session.call("crm.deal.delete", {"id": number})
    assert task.crm_objects == ()


def test_lazy_reads_can_be_forbidden(session):
    (deal,) = session.query(session.api.Deal).where(session.api.Deal.id == 1).lazy("raise").all()
    for name in ("assigned_by", "contacts", "activities"):
        with pytest.raises(LazyLoadError, match=f"(?i){name}"):
            getattr(deal, name)


def test_a_target_that_nobody_knows_says_so(session):
    rows = session.api.by_code["deal"]
    deal = next(deal for deal in session.search(rows) if deal.productrows)
    with pytest.raises(NotSupportedError, match="product"):
        _ = deal.productrows[0].product


# --- links, addresses, product rows: methods of their own ------------------------------------


def test_linking_and_unlinking(session):
    deal = session.load(session.api.Deal, 1)
    contacts = session.load(session.api.Contact, [7, 8])
    before = [contact.id for contact in deal.contacts]
    deal.link(*contacts, primary=True)
    assert {contact.id for contact in deal.contacts} == {*before, 7, 8}
    deal.load("contact_id")
    assert deal.contact_id == 7
    assert deal.contact is contacts[0]
    deal.link(contacts[1])
    deal.unlink(*contacts)
    assert [contact.id for contact in deal.contacts] == before
    contact, company = contacts[0], session.load(session.api.Company, 9)
    contact.link(company)
    assert company in contact.companies
    assert contact in company.contacts
    with pytest.raises(NotSupportedError, match="has no links"):
        deal.link(company)


def test_linking_what_is_not_saved_or_not_there(session):
    deal = session.load(session.api.Deal, 1)
    with pytest.raises(ValueError, match="save it first"):
        deal.link(session.api.Contact(session, name="x"))
    with pytest.raises(Exception, match="Contact is not found"):
        deal.link(session.api.Contact(session, ID=99999))


def test_replacing_product_rows(session):
    deal = session.api.Deal(session, title="With rows")
    deal.save()
    row_type = session.api.ProductRow
    rows = deal.set_product_rows(
        [{"product_name": "A", "price": 10, "quantity": 2}, row_type(session, product_name="B", price=5, quantity=1)]
    )
    assert [(row.product_name, row.price * row.quantity) for row in rows] == [("A", 20), ("B", 5)]
    assert deal.productrows == rows
    deal.load("opportunity")
    assert deal.opportunity == 25
    with pytest.raises(AttributeError, match="product_nam"):
        deal.set_product_rows([{"product_nam": "A"}])
    assert deal.set_product_rows([]) == ()
    card = session.load(session.item_type(128), 1)
    assert len(card.set_product_rows([{"product_name": "C", "price": 1, "quantity": 1}])) == 1


def test_adding_an_address_where_portals_keep_it(session):
    contact = session.load(session.api.Contact, 200)
    assert contact.addresses == ()
    address = contact.add_address(city="Lisboa", address_1="Rua Augusta, 5")
    assert contact.addresses == (address,)
    assert address.anchor is contact
    (requisite,) = contact.requisites
    assert requisite.address_only is True
    other = contact.add_address(type_id=6, city="Porto")
    assert set(contact.addresses) == {address, other}
    with pytest.raises(Exception, match="TypeAddress exists"):
        contact.add_address(city="Faro")
    lead = session.load(session.api.Lead, 1)
    assert lead.add_address(city="Berlin").id == (1, 1, 1)


# --- deleting with what is linked ------------------------------------------------------------


def test_what_would_be_deleted_is_shown_first(session, sandbox):
    card = session.load(session.item_type(128), 1)
    plan = session.deletion(card, linked=["contact", "company"])
    assert plan.linked == (card.contact, card.company)
    text = str(plan)
    assert f"delete Contact {card.contact_id}" in text
    assert "also used by" in text
    assert session.load(type(card), 1) is card


def test_shared_records_stay_unless_the_caller_says_so(session):
    card = session.load(session.item_type(128), 1)
    company = card.company
    plan = session.deletion(card, linked=["contact", "company"])
    assert company in plan.shared
    with pytest.raises(Exception, match="nothing was deleted"):
        plan.apply()
    session.refresh(card)
    report = plan.apply(shared=True)
    assert [row.status for row in report] == ["deleted", "deleted", "deleted"]
    assert [row.index for row in report] == [0, 1, 2]


def test_nothing_linked_goes_when_the_object_stays(session, sandbox):
    contact = session.api.Contact(session, name="Own")
    contact.save()
    card = session.item_type(128)(session, title="x", contact_id=contact)
    card.save()
    plan = session.deletion(card, linked=["contact"])
    assert plan.shared == ()
    sandbox.faults = [{"kind": "500", "path": "*/crm.item.delete"}]
    report = plan.apply()
    sandbox.faults = None
    assert [row.status for row in report] == ["unknown", "failed"]
    assert session.load(session.api.Contact, contact.id)


def test_a_deletion_by_an_unknown_name(session):
    card = session.load(session.item_type(128), 1)
    with pytest.raises(AttributeError, match="contakt"):
        session.deletion(card, linked=["contakt"])
    with pytest.raises(TypeError, match="not the string"):
        session.deletion(card, linked="contact")
