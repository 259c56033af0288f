import json
import pickle

import pytest

from workfront_orm.core import errors as core
from workfront_orm.core.exchange import Response
from workfront_orm.services.bitrix24 import errors
from workfront_orm.services.bitrix24.errors import error_for
from workfront_orm.services.bitrix24.wire import call, read_answer


def body(error, text=""):
    return {"error": error, "error_description": text}


@pytest.mark.parametrize(
    ("status", "error", "text", "kind"),
    [
        (400, "", "Not found", errors.NotFoundError),
        (400, "", "Contact is not found", errors.NotFoundError),
        (400, "", "Access denied.", errors.AccessDeniedError),
        (400, "", "TypeAddress exists", errors.ConflictError),
        (400, "", "Parameter 'fields' must be array.", errors.InvalidRequestError),
        (400, "NOT_FOUND", "Element not found", errors.NotFoundError),
        (400, "INVALID_ARG_VALUE", "", errors.InvalidRequestError),
        (400, "100", "", errors.InvalidRequestError),
        (400, 0, "", errors.InvalidRequestError),
        (400, "ERROR_CORE", "Task not found or not accessible", errors.NotFoundError),
        (400, "ENTITY_TYPE_NOT_SUPPORTED", "", errors.NotSupportedError),
        (401, "NO_AUTH_FOUND", "", errors.AuthenticationError),
        (401, "expired_token", "", errors.TokenExpiredError),
        (401, "EXPIRED_TOKEN", "", errors.TokenExpiredError),
        (401, "insufficient_scope", "", errors.AccessDeniedError),
        (403, "insufficient_scope", "", errors.AccessDeniedError),
        (403, "anything", "", errors.AccessDeniedError),
        (404, "ERROR_METHOD_NOT_FOUND", "Method not found!", errors.NotSupportedError),
        (429, "OPERATION_TIME_LIMIT", "", errors.OperatingLimitError),
        (503, "QUERY_LIMIT_EXCEEDED", "", errors.ThrottledError),
        (503, "overload_limit", "", errors.ThrottledError),
        (500, "INTERNAL_SERVER_ERROR", "", errors.ServerError),
        (200, "INTERNAL_SERVER_ERROR", "", errors.ServerError),
        (502, "", "", errors.ServerError),
        (None, "ERROR_BATCH_LENGTH_EXCEEDED", "", errors.InvalidRequestError),
    ],
)
def test_causes(status, error, text, kind):
    found = error_for(status, body(error, text))
    assert type(found) is kind
    assert isinstance(found, errors.Bitrix24APIError)
    assert found.code == status
    assert found.error == str(error)


def test_errors_of_rest_3_carry_a_map():
    found = error_for(400, {"error": {"code": "BITRIX_REST_V3_EXCEPTION_X", "message": "no"}})
    assert found.error == "BITRIX_REST_V3_EXCEPTION_X"


def test_each_cause_is_one_of_the_mappers():
    for kind in ("AuthenticationError", "NotFoundError", "ThrottledError", "ServerError", "ConflictError"):
        assert issubclass(getattr(errors, kind), getattr(core, kind))


def test_errors_pickle():
    found = pickle.loads(pickle.dumps(error_for(400, body("", "Not found"))))
    assert type(found) is errors.NotFoundError
    assert found.data == body("", "Not found")


def answer(content, status=200, headers=None):
    request = call("do it", "crm.contact.list", {})
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Response(status=status, headers=headers or {}, body=text, request=request)


def test_an_envelope_is_read():
    assert read_answer(answer({"result": [], "total": 0}))["total"] == 0


def test_an_error_under_status_200_is_an_error():
    with pytest.raises(errors.ServerError):
        read_answer(answer(body("INTERNAL_SERVER_ERROR")))


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"<html>busy</html>", 200, errors.InvalidResponseError),
        (b"<html>busy</html>", 502, errors.ServerError),
        (b"", 503, errors.ServerError),
        ({"time": {}}, 200, errors.InvalidResponseError),
        ([1], 200, errors.InvalidResponseError),
        ({"result": 1}, 500, errors.ServerError),
        ({}, 302, errors.InvalidResponseError),
    ],
)
def test_what_is_no_answer_of_a_portal(content, status, kind):
    with pytest.raises(kind):
        read_answer(answer(content, status))


def test_a_redirect_is_not_followed_and_named_without_secrets():
    moved = answer(b"", 302, {"Location": "https://new.bitrix24.com/rest/1/x/crm.lead.list?auth=abcdef"})
    with pytest.raises(errors.InvalidResponseError, match=r"new\.bitrix24\.com") as caught:
        read_answer(moved)
    assert "abcdef" not in str(caught.value)
