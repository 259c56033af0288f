"""Reading from the demo portal: complete, in order, in few requests."""

from datetime import date
from decimal import Decimal

import pytest

from workfront_orm.core.errors import IncompleteRead, NotSupportedError, UnknownNameError
from workfront_orm.services.bitrix24 import Session
from workfront_orm.services.bitrix24.errors import NotFoundError


def methods(sandbox):
    return [entry.path.rsplit("/", 1)[-1] for entry in sandbox.requests]


def test_a_search_is_complete_and_in_order(session, sandbox):
    contact_type = session.api.Contact
    sandbox.requests.clear()
    found = session.search(contact_type)
    assert [contact.id for contact in found] == list(range(1, 421))
    # One page to see how much there is, then fifty pages in one batch.
    assert methods(sandbox) == ["crm.contact.list", "batch"]


def test_a_short_result_takes_one_request(session, sandbox):
    contact_type = session.api.Contact
    sandbox.requests.clear()
    assert [contact.id for contact in session.search(contact_type, id=[1, 2, 3])] == [1, 2, 3]
    assert methods(sandbox) == ["crm.contact.list"]


def test_reading_page_by_page_gives_the_same(connect, sandbox):
    paged = connect(page_size=50)
    contact_type = paged.api.Contact
    sandbox.requests.clear()
    assert [contact.id for contact in paged.search(contact_type, ["id"])] == list(range(1, 421))
    assert methods(sandbox) == ["crm.contact.list"] * 9


@pytest.mark.parametrize(
    ("limit", "offset"), [(7, 0), (120, 0), (120, 60), (5, 70), (500, 0), (0, 0), (49, 1), (50, 50)]
)
def test_limits_and_offsets_cut_exactly(session, limit, offset):
    contact_type = session.api.Contact
    found = session.query(contact_type).fields("id").limit(limit).offset(offset).all()
    assert [contact.id for contact in found] == list(range(1, 421))[offset : offset + limit]


@pytest.mark.parametrize("size", [7, 20, 50, 51, 130])
def test_any_page_size_reads_the_same(connect, size):
    session = connect(page_size=size, reflect=False)
    deal_type = session.api.Deal
    assert [deal.id for deal in session.search(deal_type, ["id"])] == list(range(1, 261))
    assert len(session.query(deal_type).fields("id").order_by(deal_type.opportunity).all()) == 260


def test_an_order_of_the_callers_own(session):
    contact_type = session.api.Contact
    found = session.query(contact_type).order_by(contact_type.last_name, contact_type.id.desc()).all()
    assert found == sorted(found, key=lambda contact: (contact.last_name, -contact.id))
    assert len(found) == 420


def test_counts(session, sandbox):
    deal_type = session.api.Deal
    sandbox.requests.clear()
    assert session.query(deal_type).count() == 260
    assert session.query(deal_type).where(deal_type.id <= 7).count() == 7
    assert session.query(session.api.Status).where(session.api.Status.entity_id == "CONTACT_TYPE").count() == 4
    assert session.query(session.item_type(128)).count() == 75


def test_conditions_select_what_they_say(session):
    contact_type = session.api.Contact
    everybody = session.search(
        contact_type, ["name", "last_name", "birthdate", "company_id", "uf_crm_colour", "phones"]
    )
    queries = {
        contact_type.name != "Ana": lambda one: one.name != "Ana",
        contact_type.last_name.icontains("er"): lambda one: "er" in one.last_name.lower(),
        contact_type.last_name.startswith("S"): lambda one: one.last_name.startswith("S"),
        (contact_type.name == "Ana") | (contact_type.last_name == "Silva"): lambda one: (
            one.name == "Ana" or one.last_name == "Silva"
        ),
        contact_type.birthdate < date(1980, 1, 1): lambda one: one.birthdate < date(1980, 1, 1),
        contact_type.company_id.is_null(): lambda one: one.company_id is None,
        contact_type.company.id == 7: lambda one: one.company_id == 7,
        contact_type.uf_crm_colour == 2: lambda one: one.uf_crm_colour == 2,
        contact_type.id.in_(range(1, 300)): lambda one: one.id < 300,
        contact_type.phones.in_(["+55 21 900000005", "+55 21 900000006"]): lambda one: one.id in {5, 6},
    }
    for condition, holds in queries.items():
        query = session.query(contact_type).where(condition)
        wanted = [one.id for one in everybody if holds(one)]
        assert [one.id for one in query] == wanted, condition
        assert query.count() == len(wanted), condition


def test_what_the_portal_cannot_filter_is_applied_here_when_allowed(session):
    contact_type = session.api.Contact
    query = session.query(contact_type).where(contact_type.name.contains("na"), contact_type.id > 100)
    with pytest.raises(NotSupportedError, match="icontains"):
        query.all()
    found = query.filter_locally().all()
    assert found
    assert all("na" in contact.name and contact.id > 100 for contact in found)
    assert "applied here" in str(query.filter_locally().explain())
    by_phone = session.query(contact_type).where(contact_type.phones.icontains("0000005")).filter_locally().all()
    assert all(any("0000005" in phone.value for phone in contact.phones) for contact in by_phone)
    with pytest.raises(NotSupportedError, match="leads through a reference"):
        session.query(contact_type).where(contact_type.company.title == "x").filter_locally().all()


def test_a_search_by_a_wrong_name_sends_nothing(session, sandbox):
    contact_type = session.api.Contact
    sandbox.requests.clear()
    for name in ("lst_name", "UF_CRM_NOPE", "uf_crm_nope"):
        with pytest.raises(UnknownNameError):
            session.search(contact_type, **{name: "x"})
    assert len(sandbox.requests) == 0


def test_only_what_was_asked_for_is_loaded(session):
    contact_type = session.api.Contact
    (contact,) = session.search(contact_type, ["last_name", "assigned_by", "phones"], id=5)
    assert set(contact.fields) == {"ID", "LAST_NAME", "ASSIGNED_BY_ID", "PHONE"}


@pytest.mark.parametrize("name", ["contact_ids", "company.title", "deals_of_mine"])
def test_fields_that_no_answer_holds_are_refused(session, name):
    with pytest.raises((NotSupportedError, UnknownNameError)):
        session.search(session.api.Deal, [name])


def test_loading_by_id(session, sandbox):
    contact_type = session.api.Contact
    sandbox.requests.clear()
    contact = session.load(contact_type, "5")
    assert contact.id == 5
    assert contact.emails[0].value == "person5@contact.example"
    assert contact.messengers == []
    assert session.load(contact_type, 5) is contact
    many = session.load(contact_type, [300, "5", 7, 300])
    assert [one.id for one in many] == [300, 5, 7, 300]
    assert many[1] is contact
    sandbox.requests.clear()
    assert len(session.load(contact_type, range(1, 401))) == 400
    assert methods(sandbox) == ["batch"]


def test_ids_without_an_object(session):
    with pytest.raises(NotFoundError):
        session.load(session.api.Contact, 99999)
    with pytest.raises(NotFoundError, match="99999"):
        session.load(session.api.Contact, [1, 99999])
    with pytest.raises(NotFoundError):
        session.load(session.api.Task, 99999)
    with pytest.raises(NotFoundError):
        session.load(session.api.User, 99999)
    with pytest.raises(NotFoundError):
        session.load(session.item_type(128), 99999)
    with pytest.raises(NotFoundError):
        session.load(session.api.Status, ("SOURCE", "NOPE"))


def test_values_are_typed(session):
    deal = session.load(session.api.Deal, 1)
    assert isinstance(deal.opportunity, Decimal)
    assert isinstance(deal.begindate, date)
    assert deal.date_create.utcoffset() is not None
    assert isinstance(deal.closed, bool)
    assert isinstance(deal.assigned_by_id, int)
    assert deal.category_id == 0
    item = session.load(session.item_type(128), 1)
    assert isinstance(item.opportunity, Decimal)
    assert isinstance(item.opened, bool)
    assert item.created_time.utcoffset() is not None
    user = session.load(session.api.User, 3)
    assert user.active is True
    assert user.uf_department
    task = session.load(session.api.Task, 1)
    assert isinstance(task.responsible_id, int)
    assert task.created_date.utcoffset() is not None


def test_wire_values_for_scripts_that_want_them(connect):
    session = connect(values="wire", reflect=False)
    deal = session.load(session.api.Deal, 1)
    assert deal.assigned_by_id == str(int(deal.assigned_by_id))
    assert deal.closed in {"Y", "N"}


def test_every_kind_that_can_be_listed_is_read(session):
    counts = {
        "Company": 90,
        "Deal": 260,
        "Lead": 160,
        "Quote": 20,
        "Requisite": 100,
        "BankDetail": 20,
        "Preset": 3,
        "User": 15,
        "Department": 6,
        "Task": 130,
        "Activity": 80,
        "Type": 1,
        "Currency": 3,
    }
    for name, count in counts.items():
        cls = getattr(session.api, name)
        found = session.search(cls)
        assert len(found) == count, name
        assert len({one.id for one in found}) == count, name
        some = [one.id for one in found[:3]]
        assert [one.id for one in session.load(cls, some)] == some, name


def test_addresses_have_a_key_of_three_parts(session):
    address_type = session.api.Address
    found = session.search(address_type)
    assert len(found) > 50
    assert found[0].id == (found[0].type_id, found[0].entity_type_id, found[0].entity_id)
    key = found[0].id
    again = session.load(address_type, key)
    assert again is found[0]
    assert session.load(address_type, [found[3].id, key]) == [found[3], found[0]]


def test_pipelines_are_those_of_one_kind(session):
    category_type = session.api.Category
    assert [one.id for one in session.search(category_type, entity_type_id=2)] == [(2, 0), (2, 2)]
    assert session.load(category_type, (2, 0)).name == "General"
    with pytest.raises(NotSupportedError, match="entity_type_id"):
        session.search(category_type)


def test_product_rows_are_those_of_one_owner(session):
    with pytest.raises(NotSupportedError, match="owner_type"):
        session.search(session.api.ProductRow)
    assert session.search(session.api.ProductRow, owner_type="D", owner_id=1) == []


def test_the_generic_item_is_no_class_to_read(session):
    with pytest.raises(NotSupportedError, match="item_type"):
        session.search(session.api.Item)


def test_streams_ask_for_pages_as_they_are_needed(session, sandbox):
    contact_type = session.api.Contact
    sandbox.requests.clear()
    stream = iter(session.query(contact_type))
    next(stream)
    assert len(sandbox.requests) == 1


def test_windows_read_what_the_query_reads(session):
    contact_type = session.api.Contact
    query = session.query(contact_type).where(contact_type.id > 20)
    windows = query.partitions(4)
    assert len(windows) == 4
    assert [one.id for window in windows for one in window.read(session)] == query.ids()


def test_an_interrupted_read_goes_on(connect, sandbox):
    session = connect(page_size=50, reflect=False)
    sandbox.faults = [{"kind": "500", "skip": 4, "count": 20}]
    with pytest.raises(IncompleteRead) as caught:
        session.query(session.api.Contact).fields("id").all()
    assert [one.id for one in caught.value.objects] == list(range(1, 201))
    sandbox.faults = None
    rest = session.query(session.api.Contact).fields("id").resume(caught.value.token)
    assert [one.id for one in rest] == list(range(201, 421))


def test_text_that_looks_like_a_reference_is_data(session, sandbox):
    contact_type = session.api.Contact
    name = "$result[c0][0][ID]"
    made = [contact_type(session, name=name, last_name=f"n{number}") for number in range(60)]
    report = session.save_all(made)
    assert len(report.created) == 60
    assert [contact.name for contact in session.search(contact_type, name=name)] == [name] * 60


def test_explaining_sends_a_count_at_most(session, sandbox):
    contact_type = session.api.Contact
    sandbox.requests.clear()
    explained = session.query(contact_type).where(contact_type.id > 5).explain()
    assert explained.count == 415
    assert explained.requests == 2
    assert len(sandbox.requests) == 1
    assert "crm.contact.list" in str(explained)


@pytest.fixture
def sent(monkeypatch):
    """The commands of each batch that is sent, as text; a plain call has none."""
    sent = []
    send = Session.send

    def record(self, request):
        sent.append(list((request.json or {}).get("cmd", {}).values()))
        return send(self, request)

    monkeypatch.setattr(Session, "send", record)
    return sent


def test_the_rest_of_a_long_read_is_asked_for_in_ranges(connect, sent):
    session = connect(page_size=200)
    contact_type = session.api.Contact
    gone = {7, 8, 200, 201, 420}
    session.delete_all(session.load(contact_type, sorted(gone))).raise_for_errors()
    sent.clear()
    found = session.search(contact_type, ["last_name"])
    assert [one.id for one in found] == [number for number in range(1, 421) if number not in gone]
    # One page, then the greatest id and three pages, then ranges up to it.
    assert [len(commands) for commands in sent[:2]] == [0, 4]
    assert "DESC" in sent[1][0]
    assert len(sent) == 4
    assert sum("%3C%3DID" in commands[0] for commands in sent[2:]) == 1
    within = session.query(contact_type).where(contact_type.id <= 300, contact_type.id != 50)
    assert within.ids() == [number for number in range(1, 301) if number not in {*gone, 50}]


def test_cards_and_tasks_are_read_in_ranges_too(connect, sent):
    session = connect(page_size=200)
    card_type = session.item_type(128)
    session.save_all([card_type(session, title=f"more {number}") for number in range(600)]).raise_for_errors()
    sent.clear()
    assert [one.id for one in session.search(card_type, ["id"])] == list(range(1, 676))
    assert any("%3C%3Did" in commands[0] for commands in sent[2:])
    tasks = [session.api.Task(session, title=f"more {number}", responsible_id=1) for number in range(400)]
    session.save_all(tasks).raise_for_errors()
    sent.clear()
    assert [one.id for one in session.search(session.api.Task, ["id"])] == list(range(1, 531))
    assert any("%3C%3DID" in commands[0] for commands in sent[2:])


def test_a_day_stands_for_all_its_moments_in_the_portals_zone(session):
    deal_type = session.api.Deal
    field = deal_type.date_create
    days = {deal.id: deal.date_create.date() for deal in session.search(deal_type, ["date_create"])}
    day, later = sorted(set(days.values()))[1:3]
    expected = {
        field == day: lambda one: one == day,
        field < day: lambda one: one < day,
        field <= day: lambda one: one <= day,
        field > day: lambda one: one > day,
        field >= day: lambda one: one >= day,
        field.between(day, later): lambda one: day <= one <= later,
    }
    for condition, holds in expected.items():
        assert session.query(deal_type).where(condition).ids() == [key for key, one in days.items() if holds(one)]
    assert [one.id for one in session.search(deal_type, date_create=day)] == [
        key for key, one in days.items() if one == day
    ]
    with pytest.raises(NotSupportedError, match="a day stands for all its moments"):
        session.query(deal_type).where(field != day).ids()
    others = session.query(deal_type).where(field != day).filter_locally()
    assert others.ids() == [key for key, one in days.items() if one != day]


@pytest.mark.parametrize("kind", ["429", "502_after", "truncated", "wrong_json"])
def test_ranges_on_bad_days_are_complete_and_in_order(connect, sandbox, kind):
    session = connect(page_size=200)
    _ = session.api.Contact
    sandbox.faults = [{"kind": [kind, "500", "reset_before"], "rate": 0.25}]
    query = session.query(session.api.Contact).fields("last_name")
    read, rows = [], iter(query)
    while True:
        try:
            read += [next(rows).id]
        except StopIteration:
            break
        except IncompleteRead as error:
            rows = iter(query.resume(error.token))
    sandbox.faults = None
    assert read == list(range(1, 421))
