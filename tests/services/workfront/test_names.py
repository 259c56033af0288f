from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.core import metadata, types
from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.specs import FieldSpec
from workfront_orm.services.workfront import names

zones = st.integers(-14 * 3600, 14 * 3600).map(lambda seconds: timezone(timedelta(seconds=seconds)))
moments = st.datetimes(timezones=zones, min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1))  # noqa: DTZ001


def codec(**raw):
    return names.codec_of(None, FieldSpec("status", raw))


# --- moments ----------------------------------------------------------------------------


@given(moments)
def test_moments_travel_in_the_colon_form(moment):
    wire = names.write_datetime(moment)
    assert names.DATETIME.decode(wire) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert len(wire) == len("2030-05-18T17:00:00:000-0600")
    assert wire[19] == ":"


@pytest.mark.parametrize(
    ("moment", "wire"),
    [
        (datetime(2030, 5, 18, 17, tzinfo=timezone(timedelta(hours=-6))), "2030-05-18T17:00:00:000-0600"),
        (datetime(2030, 5, 18, 17, 1, 2, 345678, tzinfo=UTC), "2030-05-18T17:01:02:345+0000"),
        (datetime(2030, 5, 18, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2030-05-18T00:00:00:000+0530"),
        (datetime(99, 1, 1, tzinfo=UTC), "0099-01-01T00:00:00:000+0000"),
        (datetime(1890, 1, 1, tzinfo=timezone(timedelta(seconds=3208))), "1889-12-31T23:06:32:000+0000"),
    ],
)
def test_the_form(moment, wire):
    assert names.write_datetime(moment) == wire


# --- codecs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, types.TEXT),
        ({"type": "string"}, types.TEXT),
        ({"type": "int"}, types.INTEGER),
        ({"type": "double"}, types.FLOAT),
        ({"type": "double", "javaType": "java.math.BigDecimal"}, types.DECIMAL),
        ({"type": "boolean"}, types.BOOLEAN),
        ({"type": "dateTime"}, names.DATETIME),
        ({"type": "datetime"}, names.DATETIME),
        ({"type": "date"}, types.DATE),
        ({"type": "map"}, types.MAP),
        ({"type": "decimal"}, types.DECIMAL),
        ({"type": "Nonsense"}, types.ANY),
    ],
)
def test_the_codec_of_a_type(raw, expected):
    assert codec(**raw) is expected


def test_documented_values_are_enumerations():
    status = codec(type="string", values=[["NEW", "New"]], open=True)
    assert status.is_open
    assert status.encode("XYZ") == "XYZ"
    closed = codec(type="int", values=[[0, "None"], [1, "Low"]])
    assert not closed.is_open
    assert closed.decode(1).name == "LOW"
    listed = codec(type="string[]", values=[["A", None]])
    assert listed.decode(["A"])[0] is listed.item.choices.A


def test_codes_of_numbers_that_are_listed_as_text():
    effort = codec(type="int", values=[["1", "Small"], ["2", "Medium"]])
    assert effort.decode(2).name == "MEDIUM"
    assert effort.encode(2) == 2


@pytest.mark.parametrize(
    ("marks", "is_open"),
    [
        ({}, False),
        ({"src": "v4.0"}, False),
        ({"inferred": True}, True),
        ({"valuesBasis": "later"}, True),
        ({"changedIn": {"v8.0": ["possibleValues"]}}, True),
        ({"changedIn": {"v8.0": ["arguments"]}}, False),
        ({"changedIn": {"v8.0": ["possibleValues"]}, "valuesAdded": [["A", None, "v8.0"]]}, False),
        ({"changedIn": {"v8.0": ["possibleValues"]}, "valuesRemoved": [["A", None, "v9.0"]]}, True),
    ],
)
def test_values_that_may_be_incomplete_refuse_nothing(marks, is_open):
    assert codec(type="string", values=[["A", None]], marks=marks).is_open is is_open


@pytest.mark.parametrize("version", metadata.versions("workfront"))
def test_every_field_of_every_version_has_a_codec(version):
    for spec in metadata.find("workfront", version).read_all().values():
        for field in spec.fields.values():
            found = names.codec_of(spec, field)
            assert found is not types.ANY, (spec.key, field)
            if field.values:
                codes = found.item if isinstance(found, types.ListOf) else found
                assert isinstance(codes, types.Enumeration)
                assert [
                    found.decode([value])[0] if codes is not found else found.decode(value) for value in codes.values
                ] == list(codes.values)
                assert [codes.encode(value) for value in codes.choices] == list(codes.values)


# --- paths ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wire"),
    [
        ("planned_completion_date", "plannedCompletionDate"),
        ("project", "project"),
        ("project:owner:name", "project:owner:name"),
        ("project:planned_completion_date", "project:plannedCompletionDate"),
        ("assignments:assigned_to:name", "assignments:assignedTo:name"),
        ("*", "*"),
        ("project:*", "project:*"),
        ("assignments:*", "assignments:*"),
        ("DE:Any Name", "DE:Any Name"),
        ("project:DE:Any: Name", "project:DE:Any: Name"),
        ("parameterValues", "parameterValues"),
        ("parameterValues:*", "parameterValues:*"),
        ("parameterValues:DE:Region", "parameterValues:DE:Region"),
        ("project:parameterValues:*", "project:parameterValues:*"),
        ("id", "ID"),
        ("project:id", "project:ID"),
        (" name", "name"),
    ],
)
def test_paths(api, path, wire):
    assert names.wire_path(api.Task, path) == wire


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nmae", "Task has no member 'nmae'; did you mean 'name'"),
        ("project:nmae", "Project has no member 'nmae'; did you mean 'name'"),
        ("name:first", "Task.name is a field; 'name:first' cannot go on behind it"),
        ("", "an empty name names no field"),
        ("Name", "did you mean 'name'"),
        ("project:", None),
    ],
)
def test_paths_that_lead_nowhere(api, path, message):
    if message is None:
        assert names.wire_path(api.Task, path) == "project"
        return
    with pytest.raises(UnknownNameError, match=message.replace(".", r"\.")):
        names.wire_path(api.Task, path)
