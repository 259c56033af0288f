import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workfront_orm.services.workfront import wire

few = settings(max_examples=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


class Colour(Enum):
    RED = "r"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("x", "x"),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (1.5, "1.5"),
        (Decimal("1.10"), "1.10"),
        (date(2030, 1, 2), "2030-01-02"),
        (datetime(2030, 1, 2, tzinfo=UTC), "2030-01-02T00:00:00:000+0000"),
        (Colour.RED, "r"),
        ([], "[]"),
        (("a", 1), '["a", 1]'),
        ({"a": Colour.RED, 5: None}, '{"a": "r", "5": null}'),
    ],
)
def test_the_text_of_a_value(value, text):
    assert wire.text_of(value) == text


@few
@given(values)
def test_every_value_of_json_has_a_text(value):
    text = wire.text_of(value)
    assert isinstance(text, str)
    if isinstance(value, (list, dict)):
        assert json.loads(text) == value


@few
@given(values)
def test_json_holds_no_null(value):
    def holds_none(part):
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return part is None or any(holds_none(one) for one in inner)

    assert not holds_none(wire.wire_json(value))


@pytest.mark.parametrize(
    "values",
    [
        {"username": "x"},
        {"action": "x"},
        {"ID": "x"},
        {"sessionID": "x"},
        {"name_Mod": "x"},
        {"name_Sort": "x"},
        {"$$LIMIT": "x"},
        {"name": "$$USER.ID"},
        {"name": "FIELD:other"},
        {"name": '{"a": 1}'},
        {"name": "[1]"},
        {"name": "x", "description": "$$NOW"},
    ],
)
def test_what_could_be_misread_travels_inside_updates(values):
    ((name, text),) = wire.updates_or_fields(values)
    assert name == "updates"
    assert json.loads(text) == values


@pytest.mark.parametrize("value", ["x", "", None, "5 $", "Field: x", "F", "$5", "null", "a,b", True, 5, ["a", "b"], []])
def test_plain_values_travel_as_they_are(value):
    ((name, sent),) = wire.updates_or_fields({"name": value})
    assert name == "name"
    assert wire.text_of(sent) == wire.text_of(value)


def test_no_null_inside_updates():
    ((_, text),) = wire.updates_or_fields({"username": None, "list": [None]})
    assert json.loads(text) == {"username": "", "list": [""]}


def test_a_form():
    request = wire.form_request("test", "PUT", "/x", [("a", None), ("b", [1])])
    assert (request.method, request.path) == ("POST", "/x")
    assert request.form == [("a", ""), ("b", "[1]"), ("method", "PUT")]
    assert repr(request) == "<Request test: POST /x>"


def test_rows():
    assert wire.rows_of([{"ID": "1"}]) == [{"ID": "1"}]
    assert wire.rows_of({"ID": "1"}) == [{"ID": "1"}]
    assert wire.rows_of(None) == wire.rows_of([]) == []
