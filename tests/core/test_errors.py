import copy
import inspect
import pickle

import pytest

from workfront_orm.core import errors

KINDS = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.APIError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_keeps_what_the_server_said_through_pickling(kind):
    error = kind({"message": "no"}, 422, operation="save Task 5", remedy="try later")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert (other.data, other.code) == ({"message": "no"}, 422)
        assert str(other) == str(error) == "save Task 5: 422: {'message': 'no'} (try later)"
        assert repr(other) == repr(error)


def test_details_of_special_errors_survive_pickling():
    lost = pickle.loads(pickle.dumps(errors.OutcomeUnknown("no answer", request="save Task 5")))
    assert lost.request == "save Task 5"
    cut = pickle.loads(pickle.dumps(errors.IncompleteRead("cut", objects=(1, 2), token=7)))
    assert (cut.objects, cut.token) == ((1, 2), 7)


def test_an_error_shows_as_the_predecessor_showed_it():
    error = errors.APIError({"class": "x"}, 500)
    assert str(error) == "500: {'class': 'x'}"
    assert repr(error) == "APIError({'class': 'x'}, 500)"


def test_an_error_without_a_status_shows_none():
    assert str(errors.ConnectionFailedError("no answer", operation="search Task")) == "search Task: no answer"


def test_the_message_is_the_servers_sentence():
    assert errors.APIError({"message": "no such field"}).message == "no such field"
    assert errors.APIError({"error_description": "expired"}).message == "expired"
    assert errors.APIError("plain").message == "plain"
    assert errors.APIError({"message": None}).message == "{'message': None}"


def test_a_field_that_is_not_loaded_is_never_hidden_by_getattr():
    assert not issubclass(errors.FieldNotLoaded, AttributeError)
    assert not issubclass(errors.FieldNotLoaded, LookupError)


def test_unknown_names_are_attribute_errors_and_value_errors():
    assert issubclass(errors.UnknownNameError, AttributeError)
    assert issubclass(errors.UnknownNameError, ValueError)


def test_near_matches():
    known = ["status", "name", "plannedStartDate"]
    assert errors.near_matches("Staus", known) == "; did you mean 'status'?"
    assert errors.near_matches("zzzzzz", known) == ""
    assert errors.near_matches("zzzzzz", known, "dir(api) lists them") == "; dir(api) lists them"
    assert errors.near_matches("nane", ["name", "named"]) == "; did you mean 'name' or 'named'?"


def test_all_public_errors_are_exported():
    defined = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert defined <= set(errors.__all__)
