"""Processes and cases: classes from definitions, levels of detail, history and forms, beginning and executing."""

import pickle
from datetime import UTC, date, datetime

import pytest

from workfront_orm.core.errors import FieldNotLoaded, LazyLoadError, NotSupportedError, UnknownNameError
from workfront_orm.services.blizwork import Attachment
from workfront_orm.services.blizwork.errors import (
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknown,
)


def test_a_process_is_a_class_with_the_fields_of_its_definition(session, sales):
    assert sales.__name__ == "SalesCase"
    assert issubclass(sales, session.api.Case)
    assert {"amount", "approved", "close_date", "customer", "observación", "quote"} <= set(sales._members)
    assert sales.close_date.workfront_name == "fields.closeDate"
    assert session.process("sales") is sales
    assert pickle.loads(pickle.dumps(sales)) is sales


def test_the_definition_is_read_once_and_from_a_case_that_is_named_without_a_list(session, asked):
    session.process("onboarding")
    assert asked() == ["/process/case-list", "/process/case"]
    session.process("onboarding")
    session.process("purchase-order", 1)
    assert asked() == ["/process/case"]


def test_a_process_that_there_is_not(session):
    with pytest.raises(InvalidRequestError, match="definition of process 'slaes'"):
        session.process("slaes")
    for wrong in (None, "", 1):
        with pytest.raises(TypeError):
            session.process(wrong)
    with pytest.raises(TypeError):
        session.process("sales", "1")


def test_a_list_gives_summaries_and_details_come_when_they_are_read(session, sales, asked):
    cases = session.search(sales)
    assert len(cases) == 45
    assert cases[0].id == ("production", "sales", 1)
    assert cases[0].create_audit.date.tzinfo is not None
    assert asked() == ["/process/case-list"]
    assert cases[1].amount == 2860
    assert cases[1].close_date == date(2023, 5, 1)
    # The case, and those after it, as many as there are connections.
    assert asked() == ["/process/case"] * session.max_concurrent
    assert cases[2].customer is None
    assert cases[1].quote.name.endswith(".txt")
    assert asked() == []
    assert [case.history[0].form for case in cases] == ["start"] * 45
    assert asked() == ["/process/case"] * 45


def test_a_level_of_detail_brings_the_lower_ones(session, sales, asked):
    case = session.load(sales, 2)
    assert asked() == ["/process/case"]
    assert case.definition.forms["review"].actions == ("done", "negotiate")
    assert asked() == ["/process/case"]
    assert case.history
    assert case.users[0]["userId"]
    assert asked() == []
    assert case.company["name"] == "Acme Chile"
    assert asked() == ["/process/case"]


def test_lazy_details_obey_the_rule_of_the_session(connect):
    session = connect(lazy="raise")
    case = session.search(session.process("sales"))[0]
    with pytest.raises(LazyLoadError):
        _ = case.amount
    (case,) = session.search(session.process("sales"), ["amount", "history"], case_number=2)
    assert case.amount == 2860
    assert len(case.history) > 1


def test_history_and_forms_are_value_objects(session, sales):
    case = session.load(sales, 2, fields=["history"])
    first, last = case.history[0], case.history[-1]
    assert (first.form, first.next_form) == ("start", "review")
    assert first.updated_on < last.updated_on <= datetime.now(UTC)
    assert case.initiator == first.updated_by
    assert case.entries("start") == (first,)
    assert case.latest("review") == case.entries("review")[-1]
    with pytest.raises(NotFoundError, match="did you mean 'review'"):
        case.latest("reviw")
    assert case.is_closed == (last.next_form is None)
    with pytest.raises(AttributeError):
        first.form = "other"
    with pytest.raises(AttributeError, match="read-only"):
        case.history = []


def test_beginning_a_case_gives_its_number_and_keeps_its_values_for_the_first_action(session, sales, sandbox, asked):
    case = sales(session, amount=12)
    saved = case.save()
    assert (saved.created, saved.fields) == (True, ())
    assert (case.number, case.id) == (46, ("production", "sales", 46))
    assert set(case.dirty) == {"fields.amount"}
    assert asked() == ["/init"]
    assert case.execute("done").fields == ("fields.amount",)
    assert case.dirty == {}
    assert asked() == ["/process/case", "/exec"]
    assert case.is_closed
    assert case.amount == 12
    assert session.load(sales, 46) is case


def test_executing_sends_what_changed_and_nothing_else(connect, session, sales, sent):
    case = session.load(sales, 1, fields=["process_definition"])
    case.amount = 5
    case.customer = "Ñandú"
    case.customer = None
    del sent[:]
    assert case.actions == ("done", "negotiate")
    case.execute("negotiate", skip_extensions=True, exec_user_id="bruno.diaz@acme.example")
    (body,) = sent
    assert body["formData"] == {"amount": 5}
    assert (body["formId"], body["nextFormId"]) == ("review", "negotiate")
    assert body["caseNumber"] == 1
    assert body["skipExtensions"] is True
    assert case.current.updated_by == "bruno.diaz@acme.example"
    other = connect(values="wire")
    assert other.load(other.process("sales"), 1).amount == 5


def test_an_action_that_there_is_not_is_refused_before_anything_is_sent(session, sales, asked):
    case = session.load(sales, 1, fields=["process_definition"])
    asked()
    with pytest.raises(UnknownNameError, match="did you mean 'negotiate'"):
        case.execute("negotiat")
    with pytest.raises(UnknownNameError):
        case.execute(None)
    with pytest.raises(TypeError, match="skip_extensions"):
        case.execute("done", skip_extensions="yes")
    assert asked() == []
    case.execute("done")
    asked()
    with pytest.raises(ValueError, match="closed"):
        case.execute("done")
    assert "/exec" not in asked()
    with pytest.raises(ValueError, match="save"):
        sales(session).execute("done")


def test_whoever_is_late_is_told_by_the_server_and_keeps_his_changes(connect, session, sales):
    case = session.load(sales, 1, fields=["process_definition"])
    other = connect()
    other.load(other.process("sales"), 1).execute("negotiate")
    case.amount = 7
    with pytest.raises(InvalidRequestError, match="not the current activity"):
        case.execute("done")
    assert set(case.dirty) == {"fields.amount"}
    case.load("history")
    assert case.actions == ("review", "lost")
    case.execute("review")
    assert case.dirty == {}


def test_a_case_is_not_saved_without_an_action(session, sales, asked):
    case = session.load(sales, 1)
    case.amount = 3
    asked()
    with pytest.raises(NotSupportedError, match="execute"):
        case.save()
    report = session.save_all([case])
    assert "execute" in str(report.failed[0].error)
    with pytest.raises(NotSupportedError):
        case.delete()
    assert asked() == []


def test_a_case_gets_its_key_from_the_server(session, sales, asked):
    for wrong in ({"case_number": 5}, {"environment": "draft"}, {"process_slug": "onboarding"}):
        with pytest.raises(ValueError, match="cannot be given"):
            sales(session, **wrong).save()
    assert asked() == []


def test_many_cases_are_begun_with_a_row_for_each(session, sales):
    report = session.save_all([sales(session, amount=number) for number in range(3)])
    # They go in parallel, so that the server numbers them in any order.
    assert sorted(row.object.number for row in report.created) == [46, 47, 48]


def test_beginning_is_never_repeated_by_itself(session, sales, sandbox):
    case = sales(session)
    sandbox.faults = [{"kind": "reset_after", "path": "/init*", "count": 1}]
    try:
        with pytest.raises(OutcomeUnknown):
            case.save()
    finally:
        sandbox.faults = None
    assert len([one for one in sandbox.requests if one.path.startswith("/init")]) == 1


def test_cases_are_searched_by_equal_values_and_the_rest_is_refused(session, sales, asked):
    (case,) = session.search(sales, amount=2860)
    assert case.number == 2
    assert session.search(sales, case_number=[3, 2])[0].number == 2
    assert session.query(sales).where(sales.amount == 2860, sales.case_number == 2).count() == 1
    asked()
    for query in (
        session.query(sales).where(sales.amount > 100),
        session.query(sales).where((sales.amount == 1) | (sales.amount == 2)),
        session.query(sales).where(sales.amount.is_null()),
        session.query(sales).where(sales.create_audit == "ana.rojas@acme.example"),
        session.query(sales).order_by(sales.amount),
    ):
        with pytest.raises(NotSupportedError):
            query.all()
    assert asked() == []
    assert [case for window in session.query(sales).partitions(3) for case in window.read(session)] == list(
        session.query(sales)
    )
    local = session.query(sales).where(sales.amount > 4000).filter_locally()
    found = local.all()
    assert found
    assert all(case.amount > 4000 for case in found)
    assert "applied here" in str(local.explain())


def test_names_and_numbers_are_checked(session, sales, asked):
    with pytest.raises(UnknownNameError, match="did you mean 'amount'"):
        session.search(sales, amuont=1)
    for wrong in ("1", 1.5, ("sales", 1), True):
        with pytest.raises(TypeError):
            session.load(sales, wrong)
    with pytest.raises(TypeError):
        sales(session, amount="much")
    with pytest.raises(AttributeError):
        sales(session).nonsense = 1
    assert asked() == []
    with pytest.raises(NotFoundError):
        session.load(sales, 999)
    with pytest.raises(NotFoundError):
        session.load(sales, [1, 999])


def test_cases_in_general_need_a_process(session, sales, sandbox):
    general = session.api.Case
    with pytest.raises(NotSupportedError, match="process"):
        session.search(general)
    assert len(session.search(general, process_slug="sales")) == 45
    case = session.load(general, ("production", "sales", 2))
    assert case.custom["fields.amount"] == 2860
    with pytest.raises(NotSupportedError, match="process"):
        general(session).save()


def test_environments_are_apart(connect, session, sales):
    drafts = connect(environment="draft")
    cls = drafts.process("sales")
    assert cls is not sales
    assert {case.environment for case in drafts.search(cls)} == {"draft"}
    assert len(drafts.search(cls)) == 15
    assert session.search(sales, environment="draft") == []


def test_a_process_without_cases_takes_any_field(connect, sandbox, receiver):
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="blizwork", data="empty") as empty, empty.session() as session:
        sales = session.process("sales")
        assert "amount" not in sales._members
        case = sales(session)
        case.custom["fields.amount"] = 4
        case.save()
        case.execute("done")
        session.reflect()
        again = session.load(session.process("sales"), case.number)
        assert again is case
        assert again.amount == 4


def test_attachments_are_uploaded_and_become_values(session, sales, tmp_path):
    (tmp_path / "offer.pdf").write_bytes(b"%PDF")
    case = sales(session)
    case.save()
    case.quote = session.upload(tmp_path / "offer.pdf")
    with pytest.raises(TypeError, match="an attachment, as session"):
        case.quote = "offer.pdf"
    case.execute("done")
    case = session.load(sales, case.number)
    assert case.quote == case.files["quote"]
    assert case.files["quote"].name == "offer.pdf"
    assert session.download(case.quote) == b"%PDF"
    with (tmp_path / "offer.pdf").open("rb") as file:
        assert session.upload(file).name == "offer.pdf"
    with pytest.raises(ValueError, match="name"):
        session.upload(b"x")
    for wrong in (12, None):
        with pytest.raises(TypeError):
            session.upload(wrong, "x")
    with pytest.raises(ValueError, match="https"):
        session.download(Attachment("x", "http://files.example.com/x"))


def test_cases_pickle_and_merge_with_their_changes(connect, session, sales):
    case = session.load(sales, 2)
    case.amount = 1
    copy = pickle.loads(pickle.dumps(case))
    assert copy.session is None
    with pytest.raises(FieldNotLoaded):
        _ = copy.history
    other = connect()
    merged = other.merge(copy)
    assert merged.session is other
    assert set(merged.dirty) == {"fields.amount"}
    assert merged.history
    session.refresh(case)
    assert case.amount == 2860
