import copy
import enum
import pickle
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.core import types

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones, min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1))  # noqa: DTZ001
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


def milliseconds(moment):
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# --- moments and dates ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2030-05-18T17:00:00:000-0600",
        "2030-05-18T17:00:00.000-0600",
        "2030-05-18T17:00:00.000-06:00",
        "2030-05-18T17:00:00-0600",
        "2030-05-18T23:00:00:000+0000",
        "2030-05-18T23:00:00.000Z",
        "2030-05-18T23:00:00Z",
        "2030-05-18T23:00:00.000",
        "2030-05-18T23:00:00",
    ],
)
def test_every_documented_form_of_a_moment_is_the_same_aware_moment(text):
    moment = types.parse_datetime(text)
    assert moment == datetime(2030, 5, 18, 23, tzinfo=UTC)
    assert moment.tzinfo is not None


def test_a_moment_keeps_its_own_zone():
    assert types.parse_datetime("2030-05-18T17:00:00:000-0600").utcoffset() == timedelta(hours=-6)


def test_a_day_alone_is_a_date():
    day = types.parse_datetime("2030-05-18")
    assert type(day) is date
    assert day == date(2030, 5, 18)


@pytest.mark.parametrize("text", ["", "soon", "2030-13-01", "2030-05-18T25:00:00:000-0600", "18.05.2030"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=r"isoformat|range|hour|month|day"):
        types.parse_datetime(text)


@given(moments)
def test_moments_travel_both_ways(moment):
    codec = types.DateTime(datetime.isoformat)
    assert codec.decode(codec.encode(moment)) == moment


@given(moments)
def test_the_same_moment_written_in_two_ways_is_the_same(moment):
    codec = types.DateTime(datetime.isoformat)
    there = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert codec.same(there, codec.encode(moment))
    assert not codec.same(there, codec.encode(moment + timedelta(seconds=1)))


@given(st.datetimes())
def test_a_moment_without_a_zone_is_refused_with_the_remedy(moment):
    with pytest.raises(ValueError, match="astimezone"):
        types.DateTime(datetime.isoformat).encode(moment)


def test_a_zone_that_gives_no_offset_is_no_zone():
    class Nowhere(timezone.__base__):
        def utcoffset(self, _moment):
            return None

    with pytest.raises(ValueError, match="time zone"):
        types.DateTime(datetime.isoformat).encode(datetime(2030, 1, 1, tzinfo=Nowhere()))


@given(st.dates())
def test_dates_travel_both_ways(day):
    assert types.DATE.decode(types.DATE.encode(day)) == day
    assert types.DateTime(datetime.isoformat).encode(day) == day.isoformat()


def test_a_date_is_no_moment():
    with pytest.raises(TypeError, match="takes a date, not datetime"):
        types.DATE.encode(datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("codec", [types.DATE, types.DateTime(datetime.isoformat)])
@pytest.mark.parametrize("value", ["2030-01-01", 5, 5.0, True, ["2030-01-01"]])
def test_moments_take_no_text_or_number(codec, value):
    with pytest.raises(TypeError, match="takes a"):
        codec.encode(value)


@pytest.mark.parametrize("codec", [types.DATE, types.DateTime(datetime.isoformat)])
@pytest.mark.parametrize("wire", [5, True, ["2030-01-01"], {}])
def test_moments_decode_text_only(codec, wire):
    with pytest.raises(TypeError):
        codec.decode(wire)
    assert codec.same(wire, copy.deepcopy(wire))


# --- numbers ----------------------------------------------------------------------------


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_are_exact_both_ways(value):
    wire = types.DECIMAL.encode(value)
    assert types.DECIMAL.decode(wire) == value
    assert isinstance(wire, (float, str))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_the_wire_is_the_decimal_that_it_shows(number):
    assert str(types.DECIMAL.decode(number)) == str(Decimal(repr(number)))


def test_decimals_compare_by_value():
    assert types.DECIMAL.same(1.5, "1.50")
    assert types.DECIMAL.same(1, 1.0)
    assert not types.DECIMAL.same("1.5", "1.51")
    assert types.DECIMAL.same("many", "many")
    assert not types.DECIMAL.same("many", 1)


@pytest.mark.parametrize("codec", [types.DECIMAL, types.FLOAT])
@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf"), float("-inf")])
def test_only_finite_numbers_are_written(codec, value):
    with pytest.raises(ValueError, match="finite"):
        codec.encode(value)


@pytest.mark.parametrize("wire", ["", "many", True, [], {}])
def test_what_is_no_number_is_no_decimal(wire):
    with pytest.raises((ValueError, TypeError)):
        types.DECIMAL.decode(wire)


@pytest.mark.parametrize(
    ("codec", "value"),
    [(codec, value) for codec in (types.INTEGER, types.FLOAT, types.DECIMAL) for value in (True, False, "5", None, [])],
)
def test_numbers_take_neither_truth_nor_text(codec, value):
    with pytest.raises(TypeError, match="takes"):
        codec.encode(value)


def test_an_integer_takes_no_fraction():
    with pytest.raises(TypeError, match="takes int, not float"):
        types.INTEGER.encode(5.0)


@given(st.integers())
def test_integers_travel_as_they_are(value):
    wire = types.INTEGER.encode(value)
    assert wire == value
    assert type(wire) is int
    assert types.INTEGER.decode is None


@pytest.mark.parametrize("value", [0, 1, "true", None, 1.0])
def test_truth_takes_only_truth(value):
    with pytest.raises(TypeError, match="takes bool"):
        types.BOOLEAN.encode(value)


def test_one_is_not_true():
    assert not types.ANY.same(1, True)
    assert not types.INTEGER.same(False, 0)
    assert types.INTEGER.same(1, 1)


def test_a_decimal_is_taken_where_a_float_holds_it():
    assert types.FLOAT.encode(Decimal("1.5")) == 1.5


# --- text -------------------------------------------------------------------------------


@given(st.text())
def test_text_travels_as_it_is(value):
    assert types.TEXT.encode(value) == value


@given(plain.filter(lambda value: not isinstance(value, str)))
def test_text_takes_only_text(value):
    with pytest.raises(TypeError, match="takes str"):
        types.TEXT.encode(value)


def test_a_member_of_an_enumeration_that_is_text_is_its_text():
    class Old(str, enum.Enum):  # noqa: UP042 - the older kind, whose str() is another text
        RED = "r"

    wire = types.TEXT.encode(Old.RED)
    assert wire == "r"
    assert type(wire) is str


def test_messages_cut_long_values():
    with pytest.raises(TypeError) as caught:
        types.INTEGER.encode("x" * 1000)
    assert len(str(caught.value)) < 120


# --- lists and maps ---------------------------------------------------------------------


@given(st.lists(st.text()))
def test_lists_travel_both_ways(values):
    codec = types.ListOf(types.TEXT)
    assert codec.decode(codec.encode(values)) == values
    assert codec.decode(codec.encode(tuple(values))) == values


def test_a_single_value_is_a_list_of_one():
    codec = types.ListOf(types.TEXT)
    assert codec.decode("west") == ["west"]
    assert codec.same("west", ["west"])
    assert not codec.same("west", ["west", "east"])
    assert not codec.same(["east", "west"], ["west", "east"])


@given(st.lists(moments))
def test_lists_convert_and_compare_their_items(values):
    codec = types.ListOf(types.DateTime(datetime.isoformat))
    wire = codec.encode(values)
    assert codec.decode(wire) == values
    assert codec.same([moment.astimezone(UTC).isoformat() for moment in values], wire)


def test_a_decoded_list_is_not_that_of_the_row():
    wire = ["a"]
    assert types.ListOf(types.TEXT).decode(wire) is not wire
    assert types.MAP.decode(wire_map := {"a": 1}) is not wire_map


def test_lists_keep_what_is_missing():
    codec = types.ListOf(types.DateTime(datetime.isoformat))
    assert codec.decode([None]) == [None]
    assert codec.encode([None]) == [None]


@pytest.mark.parametrize("value", ["west", 5, None, {"a": 1}, b"west"])
def test_lists_take_no_single_value(value):
    with pytest.raises(TypeError, match="takes a list"):
        types.ListOf(types.TEXT).encode(value)


@pytest.mark.parametrize("value", ["west", 5, ["a"]])
def test_maps_take_only_maps(value):
    with pytest.raises(TypeError, match="takes a dict"):
        types.MAP.encode(value)
    with pytest.raises(TypeError):
        types.MAP.decode(value)


# --- enumerations -----------------------------------------------------------------------

STATUS = types.Enumeration("TaskStatus", (("NEW", "New"), ("CPL", "Complete")), is_open=False, base=types.TEXT)
OPEN = types.Enumeration("TaskStatus", (("NEW", "New"),), is_open=True, base=types.TEXT)
PRIORITY = types.Enumeration("TaskPriority", ((0, "None"), (1, "Low")), is_open=False, base=types.INTEGER)


def test_a_code_reads_as_a_member_that_equals_the_code():
    member = STATUS.decode("CPL")
    assert member is STATUS.choices.COMPLETE
    assert member == "CPL"
    assert {member: 1}["CPL"] == 1
    assert f"{member}" == "CPL"
    assert PRIORITY.decode(1) == 1
    assert PRIORITY.decode(1) is PRIORITY.choices.LOW


def test_an_unknown_code_reads_as_itself():
    for code in ("XYZ", 5, None, ["CPL"], {"a": 1}):
        assert STATUS.decode(code) == code
    assert type(STATUS.decode("XYZ")) is str
    assert type(PRIORITY.decode(7)) is int


def test_members_and_codes_are_assigned():
    assert STATUS.encode(STATUS.choices.COMPLETE) == "CPL"
    assert type(STATUS.encode(STATUS.choices.COMPLETE)) is str
    assert STATUS.encode("CPL") == "CPL"
    assert PRIORITY.encode(PRIORITY.choices.LOW) == 1
    assert type(PRIORITY.encode(PRIORITY.choices.LOW)) is int


def test_a_closed_enumeration_refuses_unknown_codes_with_near_ones():
    with pytest.raises(
        ValueError, match=r"'NEW' \(New\), 'CPL' \(Complete\); 'CPLT' is none of them.*did you mean 'CPL'"
    ):
        STATUS.encode("CPLT")


def test_an_open_enumeration_takes_unknown_codes():
    assert OPEN.encode("XYZ") == "XYZ"


@pytest.mark.parametrize(("codec", "value"), [(STATUS, 5), (STATUS, ["CPL"]), (PRIORITY, "1"), (PRIORITY, True)])
def test_an_enumeration_takes_only_its_type(codec, value):
    with pytest.raises(TypeError, match="takes"):
        codec.encode(value)


def test_members_copy_and_pickle():
    for member in (STATUS.choices.COMPLETE, PRIORITY.choices.LOW):
        assert copy.copy(member) is member
        assert copy.deepcopy([member])[0] is member
        assert pickle.loads(pickle.dumps(member)) == member


def test_labels_become_names_that_are_apart():
    codec = types.Enumeration(
        "Odd",
        (("a", "In Progress"), ("b", "In-Progress"), ("c", "1st"), ("d", ""), ("e", None), ("f", "mro"), ("g", "Ünï!")),
        is_open=False,
        base=types.TEXT,
    )
    names = [member.name for member in codec.choices]
    assert names == ["IN_PROGRESS", "IN_PROGRESS_", "N1ST", "D", "E", "MRO_", "ÜNÏ"]
    assert [member.value for member in codec.choices] == list("abcdefg")


def test_threads_share_one_enumeration():
    codec = types.Enumeration("Shared", tuple((f"c{n}", None) for n in range(50)), is_open=False, base=types.TEXT)
    start = threading.Barrier(8)
    found = []

    def read():
        start.wait()
        found.append(codec.decode("c7"))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(member is codec.choices.C7 for member in found)


# --- conditions -------------------------------------------------------------------------


@pytest.mark.parametrize("operator", ["contains", "startswith", "like", "sounds_like"])
def test_text_operators_take_text_whatever_the_field_holds(operator):
    assert types.filter_value(STATUS, operator, "C") == "C"
    with pytest.raises(TypeError, match="takes str"):
        types.filter_value(types.TEXT, operator, 5)


def test_a_condition_on_a_list_compares_an_item():
    assert types.filter_value(types.ListOf(types.TEXT), "eq", "west") == "west"
    with pytest.raises(ValueError, match="none of them"):
        types.filter_value(types.ListOf(STATUS), "eq", "west")


def test_codecs_name_their_type():
    assert repr(types.ListOf(types.TEXT)) == "<codec list of text>"
    assert types.NAMED["decimal"] is types.DECIMAL
