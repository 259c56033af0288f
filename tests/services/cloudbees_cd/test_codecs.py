"""Values: text on the wire, typed here."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from workfront_orm.core.specs import FieldSpec
from workfront_orm.services.cloudbees_cd.codecs import codec_of, encode_argument, text_of


def codec(type_name, **raw):
    return codec_of(None, FieldSpec("x", {"type": type_name, **raw}))


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("bool01", "1", True),
        ("bool01", "0", False),
        ("int", "7800", 7800),
        ("int_ms", "1200", 1200),
        ("datetime", "2017-11-27T16:34:26.271Z", datetime(2017, 11, 27, 16, 34, 26, 271000, UTC)),
        ("date", "2024-07-01", date(2024, 7, 1)),
        ("newline list", "a\nb", ["a", "b"]),
        ("list<string>", ["a"], ["a"]),
        ("list<actualParameter>", [{"actualParameterName": "a", "value": "1"}], {"a": "1"}),
        ("list<pipelineParameter>", [{"pipelineParameterName": "a", "value": "1"}], {"a": "1"}),
    ],
)
def test_both_ways(kind, wire, value):
    assert codec(kind).decode(wire) == value
    assert codec(kind).encode(value) == wire
    assert codec(kind).same(wire, wire)


@pytest.mark.parametrize(("wire", "value"), [(1, True), (0, False), ("true", True), ("false", False), ("", False)])
def test_switches_come_in_several_forms(wire, value):
    assert codec("bool").decode(wire) is value
    assert codec("bool").same(wire, "1" if value else "0")


@pytest.mark.parametrize(
    ("kind", "wire"), [("bool01", "maybe"), ("int", "many"), ("newline list", 5), ("datetime", "once")]
)
def test_what_does_not_read_is_an_error_of_the_caller(kind, wire):
    with pytest.raises((ValueError, TypeError)):
        codec(kind).decode(wire)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("bool01", 1),
        ("int", "7800"),
        ("int", True),
        ("newline list", "a"),
        ("newline list", [5]),
        ("list<actualParameter>", [("a", "b")]),
        ("string", 5),
        ("datetime", "2024-07-01"),
    ],
)
def test_what_is_of_another_type_is_refused(kind, value):
    with pytest.raises(TypeError):
        codec(kind).encode(value)


def test_moments_travel_in_utc():
    moment = datetime(2024, 7, 1, 2, 0, tzinfo=timezone(timedelta(hours=5)))
    assert codec("datetime").encode(moment) == "2024-06-30T21:00:00.000Z"


def test_documented_values(session, api):
    choices = api.Job.status.choices
    assert [member.value for member in choices] == ["pending", "runnable", "running", "scheduled", "completed"]
    with pytest.raises(ValueError, match="'completed'"):
        _ = api.Job.status == "complete"


def test_arguments():
    assert encode_argument("bool01", value=True) == "1"
    assert encode_argument("string", 5) == "5"
    assert encode_argument("list<actualParameter>", {"a": True}) == [{"actualParameterName": "a", "value": "1"}]
    ready = [{"actualParameterName": "a", "value": "1"}]
    assert encode_argument("list<actualParameter>", ready) is ready
    assert encode_argument("list<string>", ["a"]) == ["a"]


def test_a_text_of_an_enumeration_is_its_code(api):
    assert text_of(api.Job.priority.choices.HIGH) == "high"
    with pytest.raises(TypeError):
        text_of(None)
