"""Reading and writing of single values: dates, numbers, booleans, lenient JSON, escapes, calendar."""

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.sandbox.workfront import calendar, wire

ZONES = st.sampled_from(
    [UTC, ZoneInfo("America/Denver"), ZoneInfo("Asia/Kolkata"), timezone(timedelta(hours=-3, minutes=-30))]
)
MOMENTS = st.integers(-2_177_452_800_000, 7_226_582_400_000).map(
    lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
)


@given(MOMENTS, ZONES)
def test_dates_go_round(moment, zone):
    text = wire.stored(moment.astimezone(zone))
    assert wire.moment_of(text) == moment
    assert wire.parse_date(text, zone) == moment


@given(MOMENTS, ZONES.filter(lambda zone: not isinstance(zone, timezone) or zone is UTC))
def test_local_text_is_the_same_moment(moment, zone):
    text = wire.local_text(wire.stored(moment), zone)
    assert datetime.strptime(text, "%Y-%m-%dT%H:%M:%S:%f%z") == moment
    assert wire.parse_date(text, UTC) == moment


@given(MOMENTS, MOMENTS)
def test_kept_dates_sort_as_time_does(one, other):
    assert (wire.stored(one) < wire.stored(other)) == (one < other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_strict_json_is_read_as_it_is(value):
    assert wire.parse_lenient(json.dumps(value)) == value
    assert json.loads(wire.escape(json.dumps(value, ensure_ascii=False))) == value
    assert wire.escape(json.dumps(value, ensure_ascii=False)).isascii()


@given(JSON)
def test_what_is_read_can_be_kept(value):
    json.dumps(wire.parse_lenient(json.dumps(value)), ensure_ascii=False).encode()


def test_halves_of_surrogate_pairs():
    assert wire.parse_lenient('{"a":"x\\ud800y"}')["a"].encode().decode().startswith("x")


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ValueError):
        wire.parse_lenient(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{name: 'a', b: 1}", {"name": "a", "b": 1}),
        ("{'a': [1, 2,], }", {"a": [1, 2]}),
        ("{DE:Region: 'West', x: true}", {"DE:Region": "West", "x": True}),
        ("{'DE:A b': \"it's\"}", {"DE:A b": "it's"}),
        ("{a: 'say \"hi\"'}", {"a": 'say "hi"'}),
        ("{a: 'it\\'s'}", {"a": "it's"}),
        ("[{a: -1.5e3}]", [{"a": -1500.0}]),
        ("{a: None, b: True}", {"a": None, "b": True}),
        ("{a: {b: {c: []}}}", {"a": {"b": {"c": []}}}),
    ],
)
def test_lenient_json(text, value):
    assert wire.parse_lenient(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "}",
        "{a}",
        "{a:}",
        "{a:1 b:2}",
        "[1 2]",
        "{a:1}}",
        "{a:word}",
        "'a",
        "{:1}",
        "[" * 100 + "]" * 100 + "x",
    ],
)
def test_broken_json(text):
    with pytest.raises(ValueError, match=r"."):
        wire.parse_lenient(text)


@pytest.mark.parametrize("value", [True, "true", "True", "TRUE", "1", 1, "yes", "t"])
def test_true(value):
    assert wire.parse_bool(value) is True


@pytest.mark.parametrize("value", ["", "perhaps", None, 2, [], "truth"])
def test_no_boolean(value):
    with pytest.raises(ValueError, match=r".|^$"):
        wire.parse_bool(value)


@pytest.mark.parametrize("value", ["", "x", None, True, [], "nan", "inf", "1e999"])
def test_no_number(value):
    with pytest.raises((ValueError, TypeError)):
        wire.parse_number(value, whole=False)


def test_whole_numbers():
    assert wire.parse_number("12", whole=True) == 12
    assert wire.parse_number(12.0, whole=True) == 12
    assert wire.parse_number("9007199254740993", whole=True) == 9007199254740993
    with pytest.raises(ValueError, match=r"12\.5"):
        wire.parse_number("12.5", whole=True)


# --- the calendar ------------------------------------------------------------------------------

WORKING = st.integers(0, 60 * 366 * 24 * 60).map(
    lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(WORKING, st.integers(1, 1_000_000))
def test_minutes_added_are_minutes_between(start, minutes):
    end = calendar.add_minutes(start, minutes)
    assert calendar.minutes_between(start, end) == minutes
    assert end.weekday() < 5
    assert (9, 0) < (end.hour, end.minute) <= (17, 0)


@given(WORKING, WORKING, WORKING)
def test_minutes_add_up(one, two, three):
    first, second, third = sorted([one, two, three])
    total = calendar.minutes_between(first, second) + calendar.minutes_between(second, third)
    assert total == calendar.minutes_between(first, third)
    assert calendar.minutes_between(third, first) in (0, calendar.minutes_between(first, third))


def test_a_day_is_480_minutes():
    monday = datetime(2026, 5, 18, 9, tzinfo=UTC)
    assert calendar.add_minutes(monday, 480) == datetime(2026, 5, 18, 17, tzinfo=UTC)
    assert calendar.add_minutes(monday, 481) == datetime(2026, 5, 19, 9, 1, tzinfo=UTC)
    assert calendar.add_minutes(monday, 2400) == datetime(2026, 5, 22, 17, tzinfo=UTC)
    assert calendar.minutes_between(monday, monday + timedelta(days=7)) == 2400
    assert calendar.add_minutes(monday, 0) == monday
