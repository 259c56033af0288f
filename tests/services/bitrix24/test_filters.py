"""Filters as maps, without a portal: what is sent, and what is refused before anything is."""

from datetime import UTC, date, datetime

import pytest

from workfront_orm.core.errors import NotSupportedError, UnknownNameError
from workfront_orm.core.exchange import Select
from workfront_orm.services.bitrix24.filters import is_expressible, read_parameters, where_of
from workfront_orm.services.bitrix24.splitting import split


def sent(cls, **parameters):
    return where_of(read_parameters(cls, None, parameters))


def where(*conditions, cls=None, **options):
    return where_of(Select(type=cls or conditions[0].operand.root, where=conditions, **options))


# --- keyword parameters ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"last_name": "Doe"}, {"=LAST_NAME": "Doe"}),
        ({"LAST_NAME": "Doe"}, {"=LAST_NAME": "Doe"}),
        ({"%last_name": "oe"}, {"%LAST_NAME": "oe"}),
        ({"!%last_name": "oe"}, {"!%LAST_NAME": "oe"}),
        ({"=%last_name": "D%"}, {"=%LAST_NAME": "D%"}),
        ({"!=%last_name": "D%"}, {"!=%LAST_NAME": "D%"}),
        ({"!last_name": "Doe"}, {"!LAST_NAME": "Doe"}),
        ({"id": [1, 2]}, {"@ID": [1, 2]}),
        ({"!id": (1, 2)}, {"!@ID": [1, 2]}),
        ({"@id": [1]}, {"@ID": [1]}),
        ({">=id": 5, "<id": 8}, {">=ID": 5, "<ID": 8}),
        ({"opened": True}, {"=OPENED": "Y"}),
        ({"birthdate": date(1980, 1, 2)}, {"=BIRTHDATE": "1980-01-02"}),
        ({">date_create": datetime(2026, 1, 2, tzinfo=UTC)}, {">DATE_CREATE": "2026-01-02T00:00:00+00:00"}),
        ({"company": 7}, {"=COMPANY_ID": 7}),
        ({"company_id": "7"}, {"=COMPANY_ID": 7}),
        ({"company_id": None}, {"=COMPANY_ID": ""}),
        ({"!company_id": None}, {"!COMPANY_ID": ""}),
        ({"phones": "+1"}, {"PHONE": "+1"}),
        ({"=EMAIL": "a@b"}, {"EMAIL": "a@b"}),
    ],
)
def test_keywords(api, parameters, expected):
    assert sent(api.Contact, **parameters) == expected


def test_objects_stand_for_their_ids(api):
    assert sent(api.Contact, company=api.Company(ID=7)) == {"=COMPANY_ID": 7}
    assert sent(api.Contact, company=[api.Company(ID=7), 8]) == {"@COMPANY_ID": [7, 8]}
    with pytest.raises(ValueError, match="save it first"):
        sent(api.Contact, company=api.Company())


@pytest.mark.parametrize(
    "name", ["lst_name", "%lst_name", "deals", "uf_crm_x", "UF_CRM_X", "=@LAST_NAME", "company.title", ""]
)
def test_names_that_the_portal_would_ignore_are_refused(api, name):
    with pytest.raises(UnknownNameError):
        sent(api.Contact, **{name: "x"})


def test_an_unknown_name_has_near_matches(api):
    with pytest.raises(UnknownNameError, match=r"LAST_NAME.*return every row"):
        sent(api.Contact, lst_name="x")


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"last_name": []}, "empty list"),
        ({">id": [1]}, "one value"),
        ({"@id": 1}, "takes a list"),
        ({">id": None}, "not None"),
        ({"id": "abc"}, "takes int"),
        ({"opened": "maybe"}, "takes bool"),
        ({"last_name": 5}, "takes str"),
        ({"date_create": datetime(2026, 1, 2)}, "time zone"),  # noqa: DTZ001 - a naive one is the point
        ({"last_name": "a", "=LAST_NAME": "b"}, "are both"),
    ],
)
def test_values_that_the_field_does_not_have_are_refused(api, parameters, error):
    with pytest.raises((TypeError, ValueError), match=error):
        sent(api.Contact, **parameters)


# --- conditions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda c: c.name == "Ana", {"=NAME": "Ana"}),
        (lambda c: c.name != "Ana", {"!NAME": "Ana"}),
        (lambda c: c.name.in_(["a", "b"]), {"@NAME": ["a", "b"]}),
        (lambda c: c.name.not_in(["a"]), {"!@NAME": ["a"]}),
        (lambda c: c.name.icontains("na"), {"%NAME": "na"}),
        (lambda c: c.name.not_icontains("na"), {"!%NAME": "na"}),
        (lambda c: c.name.startswith("A"), {"=%NAME": "A%"}),
        (lambda c: c.name.ilike("A%a"), {"=%NAME": "A%a"}),
        (lambda c: c.name.is_null(), {"=NAME": ""}),
        (lambda c: c.name.is_not_null(), {"!NAME": ""}),
        (lambda c: c.id.between(3, 5), {">=ID": 3, "<=ID": 5}),
        (lambda c: c.name.ne_and_not_null("Ana"), {"!NAME": "Ana", "!=NAME": ""}),
        (lambda c: ~(c.name == "Ana"), {"!NAME": "Ana"}),
        (lambda c: (c.name == "Ana") | (c.name == "Eva"), {"@NAME": ["Ana", "Eva"]}),
        (lambda c: (c.name == "Ana") & (c.id > 5), {"=NAME": "Ana", ">ID": 5}),
        (lambda c: (c.name != "Ana") & (c.name != "Eva"), {"!NAME": "Ana", "!=NAME": "Eva"}),
        (lambda c: c.company.is_null(), {"=COMPANY_ID": ""}),
    ],
)
def test_conditions(api, make, expected):
    assert where(make(api.Contact), cls=api.Contact) == expected


def test_a_condition_on_a_day_is_the_day(api):
    assert where(api.Contact.birthdate < date(1980, 1, 1)) == {"<BIRTHDATE": "1980-01-01"}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda c: c.name.contains("na"), "icontains"),
        (lambda c: c.name.like("A%"), "ilike"),
        (lambda c: c.name.endswith("a"), "cannot be filtered by endswith"),
        (lambda c: c.name.ieq("ana"), "without case"),
        (lambda c: c.name.icontains("5%"), "wildcard"),
        (lambda c: c.name.ilike("A_a"), "% only"),
        (lambda c: c.company.title == "x", "through references"),
        (lambda c: c.phones.icontains("1"), "equality only"),
        (lambda c: c.type_id.icontains("CLI"), "code or an id"),
        (lambda c: c.company_id.startswith("1"), "code or an id"),
        (lambda c: c.address_loc_addr_id.is_null(), "0 for empty"),
        (lambda c: c.name == c.last_name, "values only"),
        (lambda c: c.photo.is_null(), "cannot be filtered by"),
        (lambda c: c.id.not_between(3, 5), "not_between"),
        (lambda c: (c.name != "a") & (c.name != "b") & (c.name != "c"), "no further condition"),
    ],
)
def test_what_the_portal_cannot_filter_is_refused_with_the_reason(api, make, reason):
    condition = make(api.Contact)
    select = Select(type=api.Contact, where=(condition,))
    with pytest.raises(NotSupportedError, match=reason):
        where_of(select)
    assert not is_expressible(select, condition)


def test_conditions_of_an_alternative_are_merged_reads_of_old_methods(api):
    contact_type = api.Contact
    either = (contact_type.name == "Ana") | (contact_type.id > 5)
    parts = split(Select(type=contact_type, where=(either, contact_type.post == "x"))).selects
    assert [where_of(part) for part in parts] == [{"=NAME": "Ana", "=POST": "x"}, {">ID": 5, "=POST": "x"}]
    with pytest.raises(NotSupportedError, match="order_by"):
        split(Select(type=contact_type, where=(either,), order=(contact_type.name.asc(),)))


def test_newer_methods_take_alternatives_in_one_filter(api):
    item_type = api.Item
    either = (item_type.title.icontains("a")) | (item_type.id > 5)
    select = Select(type=item_type, where=(either, item_type.opened == True))  # noqa: E712 - a condition, no comparison
    assert split(select).selects == (select,)
    assert where_of(select) == {
        "0": {"logic": "OR", "0": {"%title": "a", "=opened": "Y"}, "1": {">id": 5, "=opened": "Y"}}
    }


def test_phones_are_compared_one_at_a_time(api):
    parts = split(Select(type=api.Contact, where=(api.Contact.phones.in_(["+1", "+2"]),))).selects
    assert [where_of(part) for part in parts] == [{"PHONE": "+1"}, {"PHONE": "+2"}]


def test_long_lists_are_cut(api):
    contact_type = api.Contact
    parts = split(Select(type=contact_type, where=(contact_type.id.in_(range(1200, 0, -1)),)))
    assert [len(where_of(part)["@ID"]) for part in parts.selects] == [500, 500, 200]
    assert parts.consecutive
    assert parts.disjoint
    assert where_of(parts.selects[0])["@ID"][0] == 1
    names = split(Select(type=contact_type, where=(contact_type.name.in_([f"n{i}" for i in range(600)]),)))
    assert len(names.selects) == 2
    assert not names.consecutive


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda api: api.Task.id.in_([1, 2]), {"ID": [1, 2]}),
        (lambda api: api.Task.status != "5", {"!STATUS": "5"}),
        (lambda api: api.Task.deadline.is_null(), {"DEADLINE": ""}),
        (lambda api: api.Department.name == "Sales", {"NAME": "Sales"}),
        (lambda api: api.Status.entity_id == "SOURCE", {"ENTITY_ID": "SOURCE"}),
        (lambda api: api.User.active == True, {"=ACTIVE": "Y"}),  # noqa: E712 - a condition
        (lambda api: api.Address.anchor_id == 3, {"=ANCHOR_ID": 3}),
    ],
)
def test_each_family_has_its_prefixes(api, make, expected):
    assert where(make(api)) == expected


@pytest.mark.parametrize(
    "make",
    [
        lambda api: api.Task.title.icontains("x"),
        lambda api: api.Department.id > 5,
        lambda api: api.Department.id.in_([1]),
        lambda api: api.Status.name != "x",
        lambda api: api.Currency.sort == 1,
    ],
)
def test_families_without_an_operator_refuse_it(api, make):
    with pytest.raises(NotSupportedError):
        where(make(api))


def test_custom_switches_are_filtered_by_numbers(api):
    from workfront_orm.core.live import LiveAPI

    live = LiveAPI(api, "a portal")
    entry = {"type": "boolean", "custom": True}
    live.describe = lambda key, general: {**general.raw, "fields": {**general.raw["fields"], "ufCrm1_ok": entry}}
    item_type = live.by_code["item:128"]
    assert where(item_type.uf_crm1_ok == True) == {"=ufCrm1_ok": 1}  # noqa: E712 - a condition


def test_a_code_that_no_pipeline_has_is_refused_in_a_condition(session, sandbox):
    deal_type, card_type = session.api.Deal, session.item_type(128)
    sandbox.requests.clear()
    with pytest.raises(ValueError, match=r"no code 'WONN' here; did you mean 'WON'"):
        session.query(deal_type).where(deal_type.stage_id == "WONN")
    with pytest.raises(ValueError, match="no code 'DT128_10:WON' here"):
        session.query(card_type).where(card_type.stage_id.in_(["DT128_10:NEW", "DT128_10:WON"]))
    # One look at all directories for each of the two fields, and none for codes that are known.
    session.query(deal_type).where(deal_type.stage_id == "C2:WON")
    assert [one.path.rpartition("/")[2] for one in sandbox.requests] == ["crm.status.list"] * 2


def test_an_object_is_compared_by_its_id(session):
    deal_type = session.api.Deal
    contacts = session.load(session.api.Contact, [5, 6])
    by_object = session.query(deal_type).where(deal_type.contact_id.in_(contacts)).ids()
    assert by_object
    assert by_object == session.query(deal_type).where(deal_type.contact_id.in_([5, 6])).ids()
    with pytest.raises(ValueError, match="save it first"):
        _ = deal_type.contact_id == session.api.Contact(session, name="new")


def test_an_operator_that_bitrix24_does_not_have_names_itself(session):
    with pytest.raises(UnknownNameError, match=r"=@ in '=@COMPANY_IDS' is no operator of Bitrix24; there are = "):
        session.search(session.api.Deal, **{"=@COMPANY_IDS": 1})
