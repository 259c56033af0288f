import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.core.naming import snake_case, unique_names


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("name", "name"),
        ("plannedCompletionDate", "planned_completion_date"),
        ("BCCompletionState", "bccompletion_state"),
        ("projectID", "project_id"),
        ("ID", "id"),
        ("URL", "url"),
        ("isAPIKeySet", "is_apikey_set"),
        ("address2", "address2"),
        ("extRefID", "ext_ref_id"),
        ("customLabel3Name", "custom_label3name"),
        ("_Mod", "_mod"),
        ("", ""),
    ],
)
def test_names_fold_as_the_predecessor_folded_them(wire, python):
    assert snake_case(wire) == python


@given(st.text("abcXYZ019_"))
def test_a_folded_name_stays_as_it_is(name):
    assert snake_case(snake_case(name)) == snake_case(name)


def test_an_earlier_member_keeps_the_plain_name():
    members = [("fields", "url"), ("references", "URL")]
    assert unique_names((), members) == {("fields", "url"): "url", ("references", "URL"): "url_"}


def test_our_own_names_win_over_all_members():
    assert unique_names({"save"}, [("actions", "save")]) == {("actions", "save"): "save_"}


def test_a_second_collision_fails_and_names_both():
    members = [("fields", "url"), ("references", "URL"), ("actions", "Url")]
    with pytest.raises(ValueError, match="actions 'Url' collides twice: 'url' and 'url_' are both taken"):
        unique_names((), members)


def test_names_that_are_no_identifiers_have_no_python_name():
    members = [("fields", "DE:Region"), ("fields", "1st"), ("fields", "class"), ("fields", "a b"), ("fields", "ok")]
    assert unique_names((), members) == {("fields", "ok"): "ok"}
