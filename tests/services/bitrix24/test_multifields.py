import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.services.bitrix24.multifields import MultiField, MultiFields, difference

PHONES = MultiFields("PHONE")
OLD = [
    {"ID": "5", "VALUE_TYPE": "WORK", "VALUE": "+1", "TYPE_ID": "PHONE"},
    {"ID": "6", "VALUE_TYPE": "MOBILE", "VALUE": "+2", "TYPE_ID": "PHONE"},
]


def change(edit):
    values = PHONES.decode(OLD)
    edit(values)
    return difference(OLD, PHONES.encode(values))


def test_entries_are_values_with_ids():
    assert PHONES.decode(OLD) == [MultiField("+1"), MultiField("+2", "MOBILE")]
    assert [entry.id for entry in PHONES.decode(OLD)] == [5, 6]
    assert str(PHONES.decode(OLD)[0]) == "+1"
    assert PHONES.decode([]) == []


def test_the_newer_spelling_reads_the_same():
    assert PHONES.decode([{"id": 5, "typeId": "PHONE", "valueType": "HOME", "value": "+1"}]) == [
        MultiField("+1", "HOME")
    ]


def test_nothing_changed_sends_nothing():
    assert change(lambda values: None) == []
    assert PHONES.same(OLD, PHONES.encode(PHONES.decode(OLD)))
    assert PHONES.same(OLD, list(reversed(OLD)))


def test_a_changed_entry_goes_with_its_id():
    def edit(values):
        values[0].value = "+9"

    assert change(edit) == [{"ID": 5, "VALUE": "+9", "VALUE_TYPE": "WORK"}]


def test_a_new_entry_goes_without_an_id():
    assert change(lambda values: values.append(MultiField("+3", "HOME"))) == [{"VALUE": "+3", "VALUE_TYPE": "HOME"}]


def test_a_removed_entry_is_deleted_by_its_id():
    assert change(lambda values: values.pop(0)) == [{"ID": "5", "DELETE": "Y"}]


def test_a_list_of_plain_texts_written_twice_adds_nothing():
    sent = PHONES.encode(["+1", MultiField("+2", "MOBILE")])
    assert difference(OLD, sent) == []


def test_replacing_all_removes_the_old_ones():
    assert difference(OLD, PHONES.encode(["+7"])) == [
        {"VALUE": "+7", "VALUE_TYPE": "WORK"},
        {"ID": "5", "DELETE": "Y"},
        {"ID": "6", "DELETE": "Y"},
    ]


def test_equal_texts_are_matched_one_by_one():
    twice = [{"ID": "1", "VALUE": "x", "VALUE_TYPE": "WORK"}, {"ID": "2", "VALUE": "x", "VALUE_TYPE": "WORK"}]
    assert difference(twice, PHONES.encode(["x"])) == [{"ID": "2", "DELETE": "Y"}]
    assert difference(twice, PHONES.encode(["x", "x", "x"])) == [{"VALUE": "x", "VALUE_TYPE": "WORK"}]


@pytest.mark.parametrize("value", ["+1", MultiField("+1"), 5, {"a": 1}])
def test_only_lists_are_taken(value):
    with pytest.raises(TypeError, match="takes a list of MultiField"):
        PHONES.encode(value)


def test_entries_need_a_value():
    with pytest.raises(ValueError, match="remove an entry"):
        PHONES.encode([MultiField("  ")])
    with pytest.raises(TypeError, match="MultiField or str"):
        PHONES.encode([5])


entries = st.lists(
    st.builds(MultiField, st.text("abc", min_size=1, max_size=2), st.sampled_from(["WORK", "HOME"])), max_size=5
)


def apply(old, sent):
    """What the portal makes of the entries."""
    kept = {str(entry["ID"]): dict(entry) for entry in old}
    number = 1000
    for entry in sent:
        if entry.get("DELETE"):
            kept.pop(str(entry["ID"]))
        elif "ID" in entry:
            kept[str(entry["ID"])].update(entry)
        else:
            number += 1
            kept[str(number)] = {"ID": number, **entry}
    return sorted((entry["VALUE"], entry["VALUE_TYPE"]) for entry in kept.values())


@given(entries, entries)
def test_the_difference_makes_the_new_list_of_the_old_one(before, after):
    old = [{"ID": str(place), **entry} for place, entry in enumerate(PHONES.encode(before), 1)]
    new = PHONES.encode(after)
    assert apply(old, difference(old, new)) == sorted((one.value, one.type) for one in after)


@given(entries, st.randoms())
def test_entries_that_keep_their_ids_are_edited_in_place(before, random):
    old = [{"ID": str(place), **entry} for place, entry in enumerate(PHONES.encode(before), 1)]
    values = PHONES.decode(old)
    random.shuffle(values)
    for value in values[: len(values) // 2]:
        value.value = "new"
    sent = difference(old, PHONES.encode(values))
    assert all("ID" in entry and "DELETE" not in entry for entry in sent)
    assert apply(old, sent) == sorted((one.value, one.type) for one in values)
