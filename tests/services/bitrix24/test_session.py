"""Sessions: web hooks, applications with tokens, limits of a portal, low-level calls."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from workfront_orm.core.service import find_service, services
from workfront_orm.sandbox import Sandbox
from workfront_orm.services import bitrix24
from workfront_orm.services.bitrix24.errors import (
    AuthenticationError,
    Bitrix24APIError,
    NotFoundError,
    NotSupportedError,
    TokenExpiredError,
)


def application(sandbox, **options):
    info = sandbox.info
    options.setdefault("refresh_token", info["refresh_token"])
    return bitrix24.Session(
        rest_url=info["rest_url"],
        access_token=info["access_token"],
        client_id=info["client_id"],
        client_secret=info["client_secret"],
        oauth_url=info["oauth_url"],
        requests_per_second=None,
        **options,
    )


def test_the_service_is_registered():
    assert "bitrix24" in services()
    assert find_service("bitrix24") is bitrix24.service


def test_the_first_lines_of_a_program(sandbox):
    with bitrix24.Session(webhook_url=sandbox.webhook_url) as session:
        found = session.search(session.api.Contact, last_name="Becker")
    assert found
    assert {contact.last_name for contact in found} == {"Becker"}


def test_a_session_knows_its_user(session):
    assert session.user_id == 1
    assert session.url.endswith("/rest")


def test_low_level_calls(session):
    assert session.call("crm.deal.get", {"id": 1})["ID"] == "1"
    assert session.call("CRM.Deal.Get.json", {"id": 1})["ID"] == "1"
    with pytest.raises(NotFoundError):
        session.call("crm.deal.get", {"id": 99999})
    with pytest.raises(NotSupportedError, match="Method not found"):
        session.call("no.such.method")


def test_wrong_credentials(sandbox):
    wrong = sandbox.webhook_url.replace("/rest/1/", "/rest/1/x")
    with (
        bitrix24.Session(wrong, reflect=False) as session,
        pytest.raises(AuthenticationError, match="web hook's address"),
    ):
        session.search(session.api.Contact)


@pytest.mark.parametrize("options", [{}, {"access_token": "x"}, {"rest_url": "https://a.bitrix24.com/rest/"}])
def test_half_a_credential_is_none(options):
    with pytest.raises(ValueError, match="either webhook_url"):
        bitrix24.Session(**options)


def test_both_credentials_are_one_too_many(sandbox):
    with pytest.raises(ValueError, match="either webhook_url"):
        bitrix24.Session(sandbox.webhook_url, rest_url="https://a.bitrix24.com/rest/", access_token="x")


def test_an_application_reads_and_writes(sandbox):
    with application(sandbox) as session:
        deal = session.load(session.api.Deal, 1)
        deal.comments = "by an application"
        deal.save()
        assert session.call("crm.deal.get", {"id": 1})["COMMENTS"] == "by an application"


def test_an_expired_token_is_renewed_once_for_all_threads(sandbox):
    told = []
    with application(sandbox, reflect=False, on_tokens=told.append) as session:
        sandbox.clock += timedelta(hours=2)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda number: session.call("crm.deal.get", {"id": number})["ID"], range(1, 9)))
        assert found == [str(number) for number in range(1, 9)]
        assert len(told) == 1
        assert told[0]["access_token"] != sandbox.info["access_token"]
        assert session.user_id == 1


def test_without_a_refresh_token_the_error_is_told(sandbox):
    with application(sandbox, refresh_token=None, reflect=False) as session:
        sandbox.clock += timedelta(hours=2)
        with pytest.raises(TokenExpiredError):
            session.search(session.api.Deal)


def test_a_refresh_token_that_is_none(sandbox):
    with application(sandbox, refresh_token="x" * 32, reflect=False) as session:
        sandbox.clock += timedelta(hours=2)
        with pytest.raises(AuthenticationError, match="authorize the application again"):
            session.search(session.api.Deal, id=1)


def test_the_portals_own_limit_is_never_touched():
    with Sandbox(service="bitrix24", data="empty", rate_limit=True) as sandbox:
        session = sandbox.session(reflect=False)
        waits = []
        session._transport.throttle._bucket._sleep = waits.append
        for _ in range(50):
            session.call("profile")
        assert waits == []
        statuses = [entry.status for entry in sandbox.requests]
        session.close()
    assert set(statuses) == {200}


def test_a_portal_that_is_too_busy_is_asked_again(connect, sandbox):
    session = connect(reflect=False)
    sandbox.faults = [{"kind": "429", "count": 3}]
    assert len(session.search(session.api.Deal, ["id"])) == 260
    assert sum(entry.status == 503 for entry in sandbox.requests) == 3


def test_https_is_demanded_by_real_portals():
    with Sandbox(service="bitrix24", data="empty", https=True) as sandbox:
        session = sandbox.session(reflect=False)
        with pytest.raises(Bitrix24APIError, match="Https required"):
            session.search(session.api.Contact)
        session.close()


def test_a_session_can_be_used_again_after_close(session):
    session.close()
    assert session.call("crm.deal.get", {"id": 1})["ID"] == "1"
