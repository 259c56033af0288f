"""The address of a web hook is the key to the portal: nothing that is shown, logged or raised holds it."""

import logging
import pickle
import traceback

import pytest
import requests

from workfront_orm.core.errors import ConnectionFailedError, TransportError
from workfront_orm.core.retrying import Retrying
from workfront_orm.services import bitrix24

SECRET = "s3cr3tw0rdofthehook"
URL = f"http://127.0.0.1:9/rest/1/{SECRET}/"


@pytest.fixture
def nobody():
    """A session with an address where nobody listens."""
    with bitrix24.Session(URL, reflect=False, retrying=Retrying(attempts=1)) as session:
        yield session


def everything(error):
    """An error, all that it came from, and the whole traceback."""
    seen, text = [], "".join(traceback.format_exception(error))
    while error is not None and error not in seen:
        seen.append(error)
        text += repr(error) + str(error) + repr(error.args)
        error = error.__cause__ or error.__context__
    return text, seen


def test_neither_repr_nor_attributes_show_it(nobody):
    assert SECRET not in repr(nobody)
    assert SECRET not in nobody.url
    assert SECRET not in repr(nobody._credentials)
    assert SECRET not in repr(nobody.api)


def test_a_connection_that_fails_does_not_tell_it(nobody):
    with pytest.raises(ConnectionFailedError) as caught:
        nobody.call("crm.deal.get", {"id": 1})
    text, chain = everything(caught.value)
    assert SECRET not in text
    assert "/rest/1/***" in text
    # The library's own error, which repeats the address, does not come along.
    assert not any(isinstance(error, requests.RequestException) for error in chain)
    assert SECRET not in repr(pickle.loads(pickle.dumps(caught.value)))


def test_a_timeout_does_not_tell_it(sandbox):
    sandbox.latency = 1.0
    secret = sandbox.info["webhook_url"].split("/")[-2]
    with bitrix24.Session(
        sandbox.info["webhook_url"], reflect=False, timeout=0.2, retrying=Retrying(attempts=1)
    ) as session:
        with pytest.raises(TransportError) as caught:
            session.search(session.api.Deal)
        sandbox.latency = 0
    assert secret not in everything(caught.value)[0]


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_no_log_tells_it(sandbox, caplog, level):
    caplog.set_level(level)
    secret = sandbox.info["webhook_url"].split("/")[-2]
    with bitrix24.Session(sandbox.info["webhook_url"]) as session:
        session.search(session.api.Deal, title="x")
    text = caplog.text
    assert secret not in text
    if level == logging.DEBUG:
        # The HTTP library logs the path of each request.
        assert "/rest/1/***/crm.deal.list" in text


def test_people_are_not_in_the_log_of_a_normal_day(sandbox, caplog):
    caplog.set_level(logging.INFO)
    with bitrix24.Session(sandbox.info["webhook_url"], reflect=False) as session:
        session.search(session.api.Contact, last_name="Becker")
    assert "crm.contact.list" in caplog.text
    assert "Becker" not in caplog.text


def test_a_session_does_not_pickle(nobody):
    with pytest.raises(TypeError, match="credentials"):
        pickle.dumps(nobody)


@pytest.mark.parametrize(
    "url",
    [
        f"http://portal.bitrix24.com/rest/1/{SECRET}/",
        f"https://portal.bitrix24.com/rest/{SECRET}/",
        f"https://portal.bitrix24.com/rest/1/{SECRET}/crm.deal.list",
        f"https://portal.bitrix24.com/rest/1/{SECRET}/?x=1",
        f"ftp://portal.bitrix24.com/rest/1/{SECRET}/",
        f"https://user@portal.bitrix24.com/rest/1/{SECRET}/",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match="webhook_url") as caught:
        bitrix24.Session(url)
    assert SECRET not in everything(caught.value)[0]


def test_tokens_are_secrets_too(sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    info = sandbox.info
    with bitrix24.Session(
        rest_url=info["rest_url"], access_token=info["access_token"], retrying=Retrying(attempts=1), reflect=False
    ) as session:
        session.search(session.api.Deal, id=1)
        assert info["access_token"] not in repr(session.__dict__["_credentials"])
    assert info["access_token"] not in caplog.text
