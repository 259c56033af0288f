"""What the figures of the documentation are made of: numbers of requests, which no machine changes."""

import pytest

from workfront_orm.sandbox import Sandbox


@pytest.fixture(scope="module")
def portal():
    with Sandbox(service="bitrix24", data="empty") as sandbox:
        yield sandbox


def test_two_thousand_changed_contacts_take_at_most_sixty_requests(portal):
    with portal.session(requests_per_second=None) as session:
        contact_type = session.api.Contact
        contacts = [contact_type(session, name=f"N{number}", phones=[f"+{number}"]) for number in range(2000)]
        created = session.save_all(contacts)
        assert len(created.created) == 2000
        assert created.requests <= 60
        for contact in contacts:
            contact.last_name = "Changed"
            contact.phones = [contact.phones[0].value + "0"]
        portal.requests.clear()
        report = session.save_all(contacts)
        assert len(report.updated) == 2000
        # Forty-nine in a batch, and one command that reads the phones back.
        assert report.requests == 41
        assert report.requests == len([one for one in portal.requests if one.status == 200])
        assert session.query(contact_type).where(contact_type.last_name == "Changed").count() == 2000
