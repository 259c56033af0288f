from urllib.parse import parse_qsl

import pytest

from workfront_orm.core.exchange import Effect
from workfront_orm.services.bitrix24.batch import Command, batch, command_text
from workfront_orm.services.bitrix24.errors import InvalidResponseError, NotFoundError, OperatingLimitError
from workfront_orm.services.bitrix24.wire import as_map


def pairs(params):
    method, _, query = command_text(Command("m", params)).partition("?")
    assert method == "m"
    return parse_qsl(query, keep_blank_values=True)


@pytest.mark.parametrize(
    ("params", "sent"),
    [
        ({}, []),
        ({"id": 5}, [("id", "5")]),
        ({"fields": {"NAME": "a&b=c +é😀%"}}, [("fields[NAME]", "a&b=c +é😀%")]),
        ({"filter": {">=ID": 5, "!%TITLE": "x"}}, [("filter[>=ID]", "5"), ("filter[!%TITLE]", "x")]),
        ({"select": ["ID", "TITLE"]}, [("select[0]", "ID"), ("select[1]", "TITLE")]),
        (
            {"fields": {"PHONE": [{"VALUE": "1", "VALUE_TYPE": "WORK"}]}},
            [("fields[PHONE][0][VALUE]", "1"), ("fields[PHONE][0][VALUE_TYPE]", "WORK")],
        ),
        ({"fields": {"TAGS": []}}, [("fields[TAGS][0]", "")]),
        ({"a": None, "b": True, "c": False, "d": 1.5}, [("a", ""), ("b", "1"), ("c", "0"), ("d", "1.5")]),
        ({"id": "$result[c0][0][ID]"}, [("id", "$result[c0][0][ID]")]),
    ],
)
def test_commands_travel_as_php_queries(params, sent):
    assert pairs(params) == sent


def envelope(**result):
    return {"result": {"result": [], "result_error": [], "result_total": [], "result_next": [], **result}}


def test_answers_come_in_the_order_of_the_commands():
    request = batch("x", [Command("a", {}), Command("B.c", {"id": 1})], decode=lambda answers: answers)
    assert request.path == "/batch"
    assert request.methods == ("a", "b.c")
    assert request.json == {"halt": 0, "cmd": {"c0": "a", "c1": "B.c?id=1"}}
    first, second = request.decode(
        envelope(result={"c1": 2, "c0": [1]}, result_total={"c0": 7}, result_next={"c0": 50})
    )
    assert (first.result, first.total, first.next) == ([1], 7, 50)
    assert (second.result, second.total) == (2, None)


def test_empty_maps_of_php_are_lists():
    assert as_map([]) == {}
    assert as_map(["a"]) == {"0": "a"}
    assert as_map(None) == {}
    request = batch("x", [Command("a", {})], decode=lambda answers: answers)
    (answer,) = request.decode({"result": []})
    assert not answer.ran


def test_each_command_has_its_own_error():
    request = batch("x", [Command("a", {}), Command("b", {}), Command("c", {})], decode=lambda answers: answers)
    found = request.decode(
        envelope(
            result={"c1": None},
            result_error={
                "c0": {"error": "", "error_description": "Not found"},
                "c2": {"error": "OPERATION_TIME_LIMIT", "error_description": ""},
            },
        )
    )
    assert isinstance(found[0].error, NotFoundError)
    assert found[1].ran
    assert found[1].error is None
    assert isinstance(found[2].error, OperatingLimitError)


def test_an_answer_that_is_no_map_is_refused():
    request = batch("x", [Command("a", {})], decode=lambda answers: answers, effect=Effect.READ)
    with pytest.raises(InvalidResponseError):
        request.decode({"result": "done"})
