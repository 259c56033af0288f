import pytest

from workfront_orm.core import errors as core
from workfront_orm.services.workfront import errors, service


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (401, {"message": "x"}, errors.AuthenticationError),
        (403, {"message": "x"}, errors.AccessDeniedError),
        (404, {"message": "x"}, errors.NotFoundError),
        (409, {"message": "x"}, errors.ConflictError),
        (410, {"message": "x"}, errors.NotSupportedError),
        (414, "x", errors.InvalidRequestError),
        (422, {"message": "APIModel V21_0 does not support field x (Task)"}, errors.InvalidRequestError),
        (429, {"message": "x"}, errors.ThrottledError),
        (500, {"message": "x"}, errors.ServerError),
        (503, "<html>", errors.ServerError),
        (400, {"class": "java.lang.UnsupportedOperationException"}, errors.NotSupportedError),
        (400, {"message": "x"}, errors.InvalidRequestError),
        (422, {"class": "com.attask.common.ProjectStatusViolationException"}, errors.ConflictError),
        (422, {"message": 'Task with primary key value(s) "x" not found'}, errors.NotFoundError),
        # Old versions and proxies answer errors with status 200.
        (200, {"class": "com.attask.common.AuthenticationException"}, errors.AuthenticationError),
        (200, {"class": "java.lang.IllegalArgumentException"}, errors.InvalidRequestError),
        (200, {"class": "com.attask.common.InvalidParameterException"}, errors.InvalidRequestError),
        (200, {"message": "You do not have sufficient access to edit this Task"}, errors.AccessDeniedError),
        (200, {"message": 'Task with primary key value(s) "x" not found'}, errors.NotFoundError),
        (200, {"message": "x"}, errors.WorkfrontAPIError),
        (200, "x", errors.WorkfrontAPIError),
        (200, None, errors.WorkfrontAPIError),
    ],
)
def test_the_cause_of_an_error(status, data, kind):
    error = errors.error_for(status, data)
    assert type(error) is kind
    assert (error.data, error.code) == (data, status)
    assert isinstance(error, errors.WorkfrontAPIError)


def test_every_error_is_one_of_the_tree_as_well():
    for name in errors.__all__:
        kind = getattr(errors, name)
        if name not in {"WorkfrontAPIError", "error_for", "own_kind"}:
            assert issubclass(kind, getattr(core, name))
            assert issubclass(kind, errors.WorkfrontAPIError)
            assert service.error(getattr(core, name)) is kind


def test_errors_without_a_kind_of_workfronts_stay_what_they_are():
    assert service.error(core.ConnectionFailedError) is core.ConnectionFailedError
    assert service.error(core.IncompleteRead) is core.IncompleteRead


def test_remedies():
    assert "login" in errors.error_for(401, "x").remedy
    assert "max_concurrent" in errors.error_for(429, "x").remedy
    assert errors.error_for(422, "x").remedy == ""
