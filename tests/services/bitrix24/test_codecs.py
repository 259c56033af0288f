from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.core.specs import FieldSpec
from workfront_orm.services.bitrix24 import codecs
from workfront_orm.services.bitrix24.codecs import codec_of


def codec(kind, **entry):
    return codec_of(None, FieldSpec("FIELD", {"type": kind, **entry}))


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("integer", "75", 75),
        ("integer", 75, 75),
        ("double", "19999.99", Decimal("19999.99")),
        ("double", 0.1, Decimal("0.1")),
        ("double", "", None),
        ("boolean", "Y", True),
        ("boolean", "N", False),
        ("boolean", "1", True),
        ("boolean", 0, False),
        ("boolean", True, True),
        ("char", "Y", True),
        ("char", "N", False),
        ("char", "S", "S"),
        ("user", "13", 13),
        ("user", 13, 13),
        ("crm_company", "0", None),
        ("crm_company", 0, None),
        ("crm_contact", False, None),
        ("crm_category", "0", 0),
        ("date", "2026-02-03", date(2026, 2, 3)),
        ("date", "2026-02-03T03:00:00+03:00", date(2026, 2, 3)),
        ("date", "2026-02-02T19:00:00-05:00", date(2026, 2, 3)),
        ("date", "2026-02-03T00:00:00+03:00", date(2026, 2, 3)),
        ("date", "2001-11-11T02:00:00+02:00", date(2001, 11, 11)),
        ("datetime", "2026-02-03T10:00:00+03:00", datetime(2026, 2, 3, 7, tzinfo=UTC)),
        ("datetime", "", None),
        ("money", "100|USD", "100|USD"),
        ("crm_enum_ownertype", "2", 2),
    ],
)
def test_every_form_of_a_value_is_read(kind, wire, value):
    decode = codec(kind).decode
    assert (wire if decode is None else decode(wire)) == value


@pytest.mark.parametrize(
    ("kind", "value", "wire"),
    [
        ("integer", 75, 75),
        ("double", Decimal("19999.99"), "19999.99"),
        ("double", 3, "3"),
        ("double", 1e22, "10000000000000000000000"),
        ("boolean", True, "Y"),
        ("boolean", False, "N"),
        ("char", True, "Y"),
        ("char", "S", "S"),
        ("user", 13, 13),
        ("user", "13", 13),
        ("date", date(2026, 2, 3), "2026-02-03"),
        ("datetime", datetime(2026, 2, 3, 10, tzinfo=timezone(timedelta(hours=3))), "2026-02-03T10:00:00+03:00"),
    ],
)
def test_a_value_is_written_in_one_form(kind, value, wire):
    assert codec(kind).encode(value) == wire


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("integer", "75", TypeError),
        ("integer", True, TypeError),
        ("double", "1", TypeError),
        ("double", float("nan"), ValueError),
        ("boolean", 1, TypeError),
        ("char", "YES", TypeError),
        ("user", "x", TypeError),
        ("date", datetime(2026, 2, 3, tzinfo=UTC), TypeError),
        ("datetime", datetime(2026, 2, 3), ValueError),  # noqa: DTZ001 - a naive one is the point
        ("datetime", "2026-02-03", TypeError),
    ],
)
def test_a_wrong_value_is_refused(kind, value, error):
    with pytest.raises(error):
        codec(kind).encode(value)


@pytest.mark.parametrize(
    ("kind", "wire"), [("boolean", "maybe"), ("double", "much"), ("double", True), ("integer", "x")]
)
def test_what_does_not_read_says_so(kind, wire):
    with pytest.raises((ValueError, TypeError)):
        codec(kind).decode(wire)


@pytest.mark.parametrize(
    ("kind", "old", "new", "same"),
    [
        ("integer", "75", 75, True),
        ("integer", "75", 76, False),
        ("double", "10.00", "10", True),
        ("double", 10.0, "10", True),
        ("boolean", True, "Y", True),
        ("boolean", "0", "N", True),
        ("date", "2026-02-03T03:00:00+03:00", "2026-02-03", True),
        ("date", "2026-02-03T03:00:00+03:00", "2026-02-04", False),
        ("datetime", "2026-02-03T10:00:00+03:00", "2026-02-03T07:00:00+00:00", True),
    ],
)
def test_values_are_compared_by_what_they_mean(kind, old, new, same):
    assert codec(kind).same(old, new) is same


def test_a_list_of_values_is_an_enumeration_of_numbers_with_labels():
    colour = codec("enumeration", values=[[44, "Red"], [45, "Green"]])
    assert colour.decode("44") == colour.decode(44) == 44
    assert colour.decode("44").label == "Red"
    assert colour.decode("99") == 99
    assert colour.decode("") is None
    assert colour.encode(colour.choices.GREEN) == 45
    assert colour.same("44", 44)


def test_a_directory_is_an_enumeration_of_codes():
    stage = codec("crm_status", values=[["NEW", "New"], ["C2:NEW", "New"], ["WON", "Deal won"]])
    assert stage.decode("WON") == "WON"
    assert stage.decode("WON").label == "Deal won"
    assert [member.value for member in stage.choices] == ["NEW", "C2:NEW", "WON"]
    # The portal decides about codes that were added since.
    assert stage.encode("LATER") == "LATER"


def test_yes_and_no_as_values_are_a_switch():
    assert codec("enum", values=[["N", None], ["Y", None]]).decode("Y") is True


def test_several_values_are_a_list():
    tags = codec("string", multiple=True)
    assert tags.decode(["a", "b"]) == ["a", "b"]
    assert tags.encode(("a",)) == ["a"]
    with pytest.raises(TypeError):
        tags.encode("a")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_amounts_survive_both_ways(amount):
    assert codecs.DECIMAL.decode(codecs.DECIMAL.encode(amount)) == amount


@given(st.datetimes(min_value=datetime(1800, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - zones are drawn beside it
def test_moments_survive_both_ways(moment):
    moment = moment.replace(microsecond=0)
    assert codecs.DATETIME.decode(codecs.DATETIME.encode(moment)).astimezone(UTC) == moment.astimezone(UTC)


@given(st.dates())
def test_days_survive_the_portals_form(day):
    shown = f"{day.isoformat()}T03:00:00+03:00"
    if day.year > 1:
        assert codecs.DATE.decode(shown) == day
    assert codecs.DATE.decode(codecs.DATE.encode(day)) == day


def test_every_field_of_the_metadata_has_a_codec(api):
    for code in api.by_code:
        cls = api.by_code[code]
        for name, field in cls._spec.fields.items():
            found = codec_of(cls._spec, field)
            assert found.name, (code, name)
            # An empty text is what many portals send for no value.
            if found.decode is not None and not field.multiple and field.type != "object":
                assert found.decode("") in (None, "", False), (code, name)
