import json
from datetime import UTC, datetime

import pytest

from workfront_orm.services.workfront import filters


@pytest.fixture
def pairs(api):
    def pairs(**parameters):
        return filters.protected(filters.form_pairs(filters.read_parameters(api.Task, None, parameters)))

    return pairs


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ({"planned_start_date": "x"}, [("plannedStartDate", "x")]),
        ({"plannedStartDate_Mod": "isnull"}, [("plannedStartDate_Mod", "isnull")]),
        ({"planned_start_date_Range": "x"}, [("plannedStartDate_Range", "x")]),
        ({"planned_start_date_Sort": "asc"}, [("plannedStartDate_Sort", "asc")]),
        ({"planned_start_date_2_Sort": "desc"}, [("plannedStartDate_2_Sort", "desc")]),
        ({"status": ["A", "B,C"]}, [("status", "A"), ("status", "B,C")]),
        ({"status": ("A",)}, [("status", "A")]),
        ({"project:owner:name": "x"}, [("project:owner:name", "x")]),
        ({"project:planned_start_date": "x"}, [("project:plannedStartDate", "x")]),
        ({"DE:Region": "West", "DE:Region_Mod": "cieq"}, [("DE:Region", "West"), ("DE:Region_Mod", "cieq")]),
        ({"OR:1:planned_start_date": "x"}, [("OR:1:plannedStartDate", "x")]),
        ({"OR:a:AND:2:name_Mod": "eq"}, [("OR:a:AND:2:name_Mod", "eq")]),
        ({"AND:1:EXISTS:1:$$OBJCODE": "HOUR"}, [("AND:1:EXISTS:1:$$OBJCODE", "HOUR")]),
        ({"id": "x"}, [("ID", "x")]),
        ({"ID": ["x", "y"]}, [("ID", "x"), ("ID", "y")]),
        ({"name": None, "name_Mod": "isnull"}, [("name", ""), ("name_Mod", "isnull")]),
        ({"entryDate": datetime(2030, 1, 1, tzinfo=UTC)}, [("entryDate", "2030-01-01T00:00:00:000+0000")]),
        ({"isCritical": True, "priority": 2}, [("isCritical", "true"), ("priority", "2")]),
        ({"assignedToID": "$$USER.ID"}, [("assignedToID", "$$USER.ID")]),
        ({"filters": {"name": "x"}}, [("filters", '{"name": "x"}')]),
        ({"filters": '{"name": "x"}'}, [("filters", '{"name": "x"}')]),
    ],
)
def test_parameters(pairs, parameters, sent):
    assert pairs(**parameters) == sent


def test_fields_named_like_control_words_travel_inside_filters(api):
    select = filters.read_parameters(api.User, None, {"username": ["a", "b"], "username_Mod": "in", "name": "x"})
    assert filters.protected(filters.form_pairs(select)) == [
        ("name", "x"),
        ("filters", json.dumps({"username": ["a", "b"], "username_Mod": "in"})),
    ]


def test_what_the_caller_puts_into_filters_stays(api):
    select = filters.read_parameters(api.User, None, {"username": "a", "filters": {"name": "x"}})
    ((name, text),) = filters.protected(filters.form_pairs(select))
    assert name == "filters"
    assert json.loads(text) == {"name": "x", "username": "a"}


def test_limit_and_first(api):
    def read(**parameters):
        select = filters.read_parameters(api.Task, None, parameters)
        return select.offset, select.limit, select.parameters

    assert read() == (0, None, ())
    assert read(**{"$$LIMIT": 5}) == (0, 5, ())
    assert read(**{"$$LIMIT": "5"}) == (0, 5, ())
    assert read(**{"$$FIRST": 5}) == (5, 100, ())
    assert read(**{"$$FIRST": 0, "$$LIMIT": 3000}) == (0, 3000, ())


@pytest.mark.parametrize("value", [True, 2.5, "2.5", "-1", None, [5], ""])
def test_a_limit_is_a_whole_number(api, value):
    with pytest.raises(ValueError, match="takes a whole number"):
        filters.read_parameters(api.Task, None, {"$$LIMIT": value})


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"action": "x"}, "control word"),
        ({"sessionID": "x"}, "control word"),
        ({"method": "x"}, "control word"),
        ({"status_Mod": ["ne"]}, "is no modifier"),
        ({"name_Sort": ["asc"]}, "takes asc"),
        ({"name": [None]}, "name_Mod='isnull'"),
        ({"OR:1:nmae": "x"}, "did you mean 'name'"),
    ],
)
def test_what_is_refused(api, parameters, message):
    with pytest.raises(ValueError, match=message):
        filters.read_parameters(api.Task, None, parameters)


def test_what_pairs_tell():
    pairs = [("OR:1:name", "x"), ("OR:2:ID", "y"), ("OR:1:status", "z"), ("name_2_Sort", "asc"), ("status_Sort", "asc")]
    assert filters.groups_of(pairs) == ["1", "2"]
    assert filters.names_id(pairs, "2")
    assert not filters.names_id(pairs, "1")
    assert not filters.names_id(pairs)
    assert filters.is_sorted(pairs)
    assert filters.next_sort(pairs) == "_3"
    assert filters.next_sort([]) == ""
