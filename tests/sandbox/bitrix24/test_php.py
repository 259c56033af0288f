"""PHP's habits on the wire: bracketed names, arrays that are lists and maps, loose numbers."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.sandbox.bitrix24 import php
from workfront_orm.sandbox.bitrix24.errors import RestError


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1", {"a": "1"}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
        ("a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        ("filter[%3EID]=5&", {"filter": {">ID": "5"}}),
        ("filter[>ID]=5", {"filter": {">ID": "5"}}),
        ("filter[<=ID]=2", {"filter": {"<=ID": "2"}}),
        ("filter[>=ID][]=2", {"filter": {">=ID": {"0": "2"}}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a.b c=1", {"a_b_c": "1"}),
        ("a[b]tail=1", {"a": {"b": "1"}}),
        ("a[b=1", {"a_b": "1"}),
        ("=1&[x]=2", {}),
        ("a+b=c+d%26e", {"a_b": "c d&e"}),
    ],
)
def test_query_strings(query, expected):
    assert php.parse_query(query) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "[]"),
        ({"0": "a", "1": "b"}, '["a","b"]'),
        ({"1": "a"}, '{"1":"a"}'),
        ({"a": {}}, '{"a":[]}'),
        ([php.Raw('{"x":1}'), None, True], '[{"x":1},null,true]'),
        (php.EMPTY_OBJECT, "{}"),
    ],
)
def test_empty_and_counted_maps_are_printed_as_arrays(value, text):
    assert php.dumps(value) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12", 12), (" 12abc", 12), ("abc", 0), ("", 0), (None, 0), (True, 1), (3.9, 3), ("-5", -5), ([1], 1), ([], 0)],
)
def test_integers_are_read_loosely(value, expected):
    assert php.integer(value) == expected


def test_numbers_are_read_loosely():
    assert [php.number(text) for text in ("1.5", "1e2x", ".5", "x", None)] == [1.5, 100.0, 0.5, 0.0, 0.0]


def test_what_counts_as_true():
    assert [php.truth(value) for value in ("0", "", 0, None, False, [], {})] == [False] * 7
    assert all(php.truth(value) for value in ("1", "N", 1, True, [0]))


def test_absurd_depth_is_refused():
    value = []
    for _ in range(100):
        value = [value]
    with pytest.raises(RestError):
        php.arrays(value)


NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=5).filter(lambda name: not name.isdigit())
TREES = st.recursive(
    st.text(max_size=8),
    lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=6,
)


def pairs(value, name):
    """Write a tree the way clients do: `a[b][0]=x`."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in pairs(item, f"{name}[{key}]")]
    if isinstance(value, list):
        return [pair for index, item in enumerate(value) for pair in pairs(item, f"{name}[{index}]")]
    return [(name, value)]


@given(TREES)
def test_what_clients_write_in_brackets_is_read_back(tree):
    # Line breaks inside a form are somebody else's matter: urlencode keeps them.
    read = php.arrays(php.parse_query(urlencode(pairs(tree, "root"))))
    assert read == {"root": tree}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_everything_else_is_printed_as_json_is(value):
    assert json.loads(php.dumps(value)) == value
