"""Other people's clients tour the portal, as published, in environments of their own (conformance cases 72 to 74).

What such a client breaks by itself is asserted as well: it is listed in docs/bitrix24.md. The tour of
bitrixUtils is `tests/services/bitrix24/test_bitrixutils.py`, function by function.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from workfront_orm.sandbox import Sandbox

pytestmark = pytest.mark.peer
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def tour(peers):
    """Send a client around a fresh demo portal; what it told of each step, by the step's name."""

    def tour(script, *requirements):
        environment = peers.environment(*requirements)
        with Sandbox(service="bitrix24", data="demo") as sandbox:
            url = urlsplit(sandbox.webhook_url)
            given = {
                "webhook_url": sandbox.webhook_url,
                "webhook_token": url.path.removeprefix("/rest/").rstrip("/"),
                "address": [url.hostname, url.port],
            }
            done = environment.run(HERE / script, stdin=json.dumps(given))
        return {one["step"]: one["told"] for one in map(json.loads, done.stdout.splitlines())}

    return tour


@pytest.fixture(scope="module")
def fast_bitrix24(tour):
    return tour("tour_of_fast_bitrix24.py", "fast_bitrix24==1.8.14")


@pytest.fixture(scope="module")
def b24pysdk(tour):
    return tour("tour_of_b24pysdk.py", "b24pysdk==1.3.2", "trustme==1.2.1")


def first(count):
    return list(range(1, count + 1))


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        ("all contacts", 420),
        ("all deals", 260),
        ("all cards", 75),
        ("all tasks", 130),
        ("all users", 15),
        ("all departments", 6),
        ("a filter", 120),
    ],
)
def test_fast_bitrix24_reads_all_rows(fast_bitrix24, step, rows):
    # Its order is lost where it reads more than one page.
    assert sorted(fast_bitrix24[step]) == first(rows)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("all statuses", 69),
        ("by id", ["1", "2", "3"]),
        ("by id, 60 of them", 60),
        ("a raw call", "Nina"),
        ("a user by id", "1"),
        ("a create of a card", "x"),
        ("a switch", True),
        ("the switch afterwards", "N"),
        ("a batch", ["a", "b"]),
        ("list and get", 160),
    ],
)
def test_fast_bitrix24_calls(fast_bitrix24, step, told):
    assert fast_bitrix24[step] == told


def test_fast_bitrix24_creates(fast_bitrix24):
    # The order in which batches are carried out is not that of the list, the answers' is.
    assert sorted(fast_bitrix24["several creates"]) == list(range(421, 481))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        # It orders by `ID`, which this method does not know.
        ("all types", {"error": "ClientResponseError"}),
        # One that is missing fails all.
        ("by id, one missing", {"error": "ErrorInServerResponseException"}),
        ("a batch with a bad command", {"error": "ErrorInServerResponseException"}),
        # The row is the value of an inner key.
        ("one call", ["order0000000000"]),
        # In its batches None is the text `None`.
        ("the name afterwards", "None"),
        # It looks for a limiter that it did not make, once an answer tells of run time.
        ("no limits", {"error": "KeyError"}),
        # The portal drops the name; nobody says so.
        ("an unknown filter", 480),
    ],
)
def test_what_fast_bitrix24_breaks_by_itself(fast_bitrix24, step, told):
    assert fast_bitrix24[step] == told


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        ("one page of contacts", 50),
        ("all contacts", 420),
        ("all contacts, fast", 420),
        ("all deals", 260),
        ("all deals, fast", 260),
        ("all cards", 75),
        ("all cards, fast", 75),
        ("all tasks", 130),
        ("all users", 15),
        ("all departments", 6),
        ("users as objects", 15),
    ],
)
def test_b24pysdk_reads_all_rows_in_order(b24pysdk, step, rows):
    assert b24pysdk[step] == first(rows)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("all types", [128]),
        ("statuses", 4),
        ("one contact", "Nina"),
        ("one card", "Onboarding 1"),
        ("one task", "1"),
        ("a missing contact", {"error": "BitrixAPIBadRequest"}),
        ("a missing card", {"error": "BitrixAPINotFound"}),
        ("an unknown method", {"error": "BitrixAPINotFound"}),
        ("a create", 421),
        ("an update", True),
        ("the name afterwards", "Bea"),
        ("a delete", True),
        ("clearing with None", True),
        ("the name after clearing", None),
        ("a batch", [[1, 2], [1, 2]]),
        ("a batch with a bad command", [["b"], ["a"]]),
        ("60 commands", 60),
        ("fields", "string"),
        ("the address of a contact", 1),
        ("product rows", []),
    ],
)
def test_b24pysdk_calls(b24pysdk, step, told):
    assert b24pysdk[step] == told
