from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm import exists
from workfront_orm.core.errors import NotSupportedError
from workfront_orm.core.evaluation import matches
from workfront_orm.core.expressions import Comparison, Expression
from workfront_orm.core.logic import crosses_collection, groups, never
from workfront_orm.versions.v220 import Hour, Project, Task, User

A, B, C, D = (Task.work == number for number in (1, 2, 3, 4))
NAMED = Task.name == "x"


def told(found):
    return [[(leaf.operand.path[-1], leaf.operator, leaf.value) for leaf in group] for group in found]


def test_conditions_that_all_hold_are_one_group():
    assert groups([A, NAMED]) == [(A, NAMED)]
    assert groups([A & NAMED & C]) == [(A, NAMED, C)]
    assert groups([]) == [()]


def test_alternatives_are_groups_of_their_own_with_what_holds_beside_them():
    assert groups([A, NAMED | (B & C)]) == [(A, NAMED), (A, B, C)]
    assert groups([(A | NAMED) & (B | NAMED)]) == [(A, B), (A, NAMED), (NAMED, B), (NAMED, NAMED)]


def test_equal_values_of_one_field_become_one_list():
    assert told(groups([A | B | Task.work.in_([2, 3])])) == [[("work", "in", (1, 2, 3))]]
    assert told(groups([A | NAMED | B])) == [[("work", "in", (1, 2))], [("name", "eq", "x")]]
    # Upper and lower case, computed values and days say more than a list can.
    assert len(groups([Task.name.ieq("x") | NAMED])) == 2
    assert len(groups([A | (Task.work == Task.actual_work)])) == 2
    assert len(groups([(Task.entry_date == date(2030, 1, 1)) | (Task.entry_date == date(2030, 1, 2))])) == 2


def test_a_negation_is_carried_to_the_comparisons():
    assert told(groups([~(A & NAMED)])) == [[("work", "ne", 1)], [("name", "ne", "x")]]
    assert told(groups([~(A | NAMED)])) == [[("work", "ne", 1), ("name", "ne", "x")]]
    assert groups([~~A]) == [(A,)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Task.work < 1, [[("ge", 1)], [("is_null", None)]]),
        (Task.work >= 1, [[("lt", 1)], [("is_null", None)]]),
        (Task.work == 1, [[("ne", 1)]]),
        (Task.work.in_([1, 2]), [[("not_in", (1, 2))]]),
        (Task.work.between(1, 2), [[("not_between", 1)]]),
        (Task.work.is_null(), [[("is_not_null", None)]]),
        (Task.name.is_not_blank(), [[("is_blank", None)]]),
        (Task.name.not_contains("x"), [[("contains", "x")]]),
        (Task.name.icontains_any("x"), [[("not_contains_any", "x")]]),
        (Task.work.ne_and_not_null(1), [[("eq", 1)], [("is_null", None)]]),
        (Task.name.has_length(2), [[("length_lt", 2)], [("length_gt", 2)], [("is_null", None)]]),
        (Task.task_number.any_bits(2), [[("no_bits", 2)]]),
        (Task.entry_date.at(date(2030, 1, 1)), [[("lt", "2030-01-01")], [("gt", "2030-01-01")], [("is_null", None)]]),
    ],
)
def test_the_opposite_of_a_comparison_selects_all_other_rows(condition, expected):
    assert [[(leaf.operator, leaf.value) for leaf in group] for group in groups([~condition])] == expected


def test_the_opposite_of_an_order_of_two_fields_includes_rows_that_lack_either():
    found = groups([~(Task.work < Task.actual_work)])
    assert [(group[0].operand.path, group[0].operator) for group in found] == [
        (("work",), "ge"), (("work",), "is_null"), (("actualWork",), "is_null"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (~Task.name.like("x%"), "the opposite of like is no comparison"),
        (~Task.name.startswith("x"), "the opposite of startswith is no comparison"),
        (~(Project.tasks.name == "x"), "any member, so its opposite is no comparison; use ~exists"),
    ],
)
def test_an_opposite_that_no_comparison_says_is_refused_with_the_remedy(condition, reason):
    with pytest.raises(NotSupportedError, match=reason):
        groups([condition])


def test_the_opposite_of_exists_is_that_there_is_none():
    link = exists(Hour, Hour.owner_id == User.id)
    (group,) = groups([~(link | NAMED)])
    assert group[0].negated
    assert group[1].operator == "ne"


def test_empty_lists_decide_by_themselves():
    assert groups([Task.work.in_([])]) == []
    assert groups([A, Task.work.in_([])]) == []
    assert groups([NAMED | Task.work.in_([])]) == [(NAMED,)]
    assert groups([Task.work.not_in([])]) == [()]
    assert groups([A | Task.work.not_in([])]) == [()]
    assert groups([~Task.work.in_([])]) == [()]
    assert never([Task.work.in_([])])
    assert not never([A])
    assert not never([~Task.name.like("x")])


def test_what_would_become_an_absurd_request_is_refused():
    many = [(Task.work == number) | NAMED for number in range(7)]
    with pytest.raises(NotSupportedError, match=r"become \d+ groups, more than 60"):
        groups(many)


def test_something_else_than_a_condition_is_refused():
    class Odd(Expression):
        __slots__ = ()

    with pytest.raises(NotSupportedError, match="no condition that can be sent"):
        groups([Odd()])


def test_paths_tell_whether_they_go_through_a_collection():
    assert crosses_collection(Project.tasks.name)
    assert crosses_collection(Task.project.tasks.name)
    assert not crosses_collection(Task.project.owner.name)
    assert not crosses_collection(Task.name)


LEAVES = [
    lambda v: Task.work == v, lambda v: Task.work < v, lambda v: Task.work.in_([v, v + 1]),
    lambda v: Task.work.between(v, v + 1), lambda v: Task.name == "x", lambda v: Task.name.contains("x"),
    Task.work.ne_and_not_null, lambda v: Task.work.is_null(), lambda v: Task.work >= Task.actual_work,
]  # fmt: skip
TREES = st.recursive(
    st.builds(lambda leaf, value: leaf(value), st.sampled_from(LEAVES), st.integers(0, 3)),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a: ~a, inner),
    ),
    max_leaves=5,
)
ROWS = [
    {"work": work, "name": name, "actualWork": actual}
    for work in (None, 0, 1, 2, 3, 4)
    for name in (None, "x", "yx")
    for actual in (None, 1, 2)
]


@given(TREES)
def test_the_groups_of_a_tree_select_what_the_tree_selects(tree):
    found = groups([tree])
    assert all(isinstance(leaf, Comparison) for group in found for leaf in group)
    for row in ROWS:
        assert matches(row, (tree,)) is any(matches(row, group) for group in found)
