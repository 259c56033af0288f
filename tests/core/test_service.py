import pytest

from workfront_orm.core import service
from workfront_orm.core.errors import APIError, NotSupportedError, UnknownNameError
from workfront_orm.core.service import Capabilities, Service, find_service, register_service, services


class Toy(Service):
    name = "toy"


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    monkeypatch.setattr(service, "_registered", {})


def test_a_service_is_found_by_its_entry_point():
    found = find_service("workfront")
    assert found.name == "workfront"
    assert find_service("workfront") is found


def test_registering_a_service():
    toy = Toy()
    assert register_service(toy) is toy
    assert find_service("toy") is toy
    assert {"toy", "workfront"} <= set(services())
    other = register_service(Toy())
    assert find_service("toy") is other


def test_a_service_needs_a_name():
    with pytest.raises(ValueError, match="has no name to register it under"):
        register_service(Service())


def test_an_unknown_service_names_near_ones():
    with pytest.raises(UnknownNameError, match="no service 'workfrnt'; did you mean 'workfront'"):
        find_service("workfrnt")
    with pytest.raises(UnknownNameError, match=r"known services: .*workfront") as caught:
        find_service("zzz")
    assert isinstance(caught.value, AttributeError)


def test_operations_that_are_known_to_be_missing_are_refused():
    able = Capabilities(operations=frozenset({"search", "load"}))
    able.require("search", "Task")
    with pytest.raises(NotSupportedError, match="Task has no operation 'delete'; its operations: load, search"):
        able.require("delete", "Task")
    with pytest.raises(NotSupportedError, match="its operations: none"):
        Capabilities(operations=frozenset()).require("search", "Task")


def test_operations_that_are_not_known_are_left_to_the_server():
    Capabilities().require("delete", "Task")


def test_the_defaults_of_a_service():
    toy = Toy()
    assert toy.python_name("plannedStartDate") == "planned_start_date"
    assert toy.class_name("TASK", "Task") == "Task"
    assert toy.is_null_id(None)
    assert toy.is_null_id("")
    assert not toy.is_null_id("0")
    assert toy.error(APIError) is APIError
    assert toy.module("v1") == f"{Toy.__module__.rpartition('.')[0]}.classes"
