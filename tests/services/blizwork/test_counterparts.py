"""The table of docs/blizwork.md: each line runs, beside the function of BlizWorkAPI 0.1.0 that it stands for.

The original runs in an environment of its own, against the same sandbox, as new for both.
"""

import json
import re
from pathlib import Path

import pytest

from workfront_orm.core.objects import Object
from workfront_orm.services.blizwork import Attachment, HistoryEntry, WebhookCall

PAGE = Path(__file__).resolve().parents[3] / "docs" / "blizwork.md"
TABLE = dict(re.findall(r"^\| `(BlizWork\w+\.\w+)` \| `(.+?)` \| .*\|$", PAGE.read_text(), re.MULTILINE))
ADDRESSES = [name for name in TABLE if name.endswith("_uri") and not name.endswith(".get_uri")]
SUMMARY = {"companyId", "environment", "processSlug", "processVersion", "caseNumber", "createAudit"}


@pytest.fixture(scope="module")
def original(peers, server, called_by):
    """What each function of the original returned, by name."""
    environment = peers.environment("BlizWorkAPI==0.1.0", "requests==2.32.3")
    server.reset()
    with server.session() as session:
        session.reflect()
        call = called_by(session)
        info = {name: getattr(server, name) for name in ("url", "token", "user_id", "company_id", "process", "table")}
        done = environment.run(
            Path(__file__).with_name("blizworkapi_client.py"), stdin=json.dumps({**info, "call": call})
        )
    return json.loads(done.stdout)


@pytest.fixture
def names(session, connect, receiver, hook_call, sandbox):
    """What the lines of the table talk of."""
    sales = session.process("sales")
    return {
        "session": session,
        "draft": connect(environment="draft"),
        "Sales": sales,
        "Clientes": session.table("Clientes", key="RUT"),
        "case": session.load(sales, 2),
        "waiting": session.load(sales, 1),
        "call": hook_call(),
        "endpoint": receiver.url,
        "token": sandbox.token,
    }


def plain(value):
    """What a line comes to, as the original writes it."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, HistoryEntry):
        return value.raw
    if isinstance(value, Object):
        row = dict(value.fields)
        fields = {name.removeprefix("fields."): row.pop(name) for name in [*row] if name.startswith("fields.")}
        return {**row, **({"fields": {k: v for k, v in fields.items() if v is not None}} if fields else {})}
    return value


def without_addresses(value):
    """Addresses of files hold keys that are drawn anew."""
    return json.loads(re.sub(r"/attachment/file/\w+/", "/attachment/file/", json.dumps(value, default=str)))


def same(names, value, theirs):
    assert without_addresses(plain(value)) == without_addresses(theirs)


def same_case(names, value, theirs):
    # What our object knows from other reads is more; what the original got is all there.
    ours = plain(value)
    assert without_addresses({key: ours[key] for key in theirs}) == without_addresses(theirs)


def same_list(names, value, theirs):
    # The call of the web hook has made one case more for both, at another moment.
    assert len(value) == len(theirs) == 46
    assert [{key: row[key] for key in SUMMARY} for row in plain(value)[:45]] == theirs[:45]


def same_environment(names, value, theirs):
    assert (value == "production") == (theirs == "production")


def same_address(names, value, theirs):
    assert theirs == f"{value}/x/{names['token']}/"


def same_answer(names, value, theirs):
    assert value["payload"] == theirs


def verified(names, value, theirs):
    assert isinstance(value, WebhookCall)
    assert value.verified


def uploaded(names, value, theirs):
    assert isinstance(value, Attachment)
    assert theirs["fileName"] == value.name


def executed(names, value, theirs):
    case = names["waiting"]
    assert value.fields == ("fields.amount",)
    assert theirs["fields"]["amount"] == case.amount == 77
    assert theirs["history"][-1]["nextActivity"]["formId"] == case.next_form == "negotiate"


def upserted(names, value, theirs):
    assert names["session"].search(names["Clientes"], rut="1-9")[0].nombre == "Ana"


def deleted(names, value, theirs):
    assert names["session"].search(names["Clientes"], rut="1-9") == []


CHECKS = {
    **dict.fromkeys(("case", "get_case", "get_case_from_draft", "get_case_from_production"), same_case),
    **dict.fromkeys(("force_environment", "unforce_environment", "get_environment"), same_environment),
    "case_summary_list": same_list,
    "delete": deleted,
    "exec": executed,
    "get_uri": same_address,
    "is_ok": same,
    "post": same_answer,
    "upload_file": uploaded,
    "upsert": upserted,
    "validate_call": verified,
}


@pytest.mark.peer
def test_no_function_is_left_out(original):
    assert sorted(TABLE) == original["functions"]
    assert set(TABLE) <= set(original)


@pytest.mark.peer
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_line_asks_at_the_address_that_the_original_makes(name, names, original, sandbox):
    sandbox.requests.clear()
    eval(TABLE[name], names)
    asked = [one.path.rsplit("/", 1)[0] for one in sandbox.requests]
    address = original[name].removeprefix(sandbox.url).removesuffix(f"/{sandbox.token}/")
    # The handshake is no part of our addresses.
    assert address.removesuffix("/h").rstrip("/") in asked


@pytest.mark.peer
@pytest.mark.parametrize("name", [name for name in TABLE if name not in ADDRESSES])
def test_a_line_does_what_the_original_does(name, names, original):
    if name.endswith(".exec"):
        names["waiting"].amount = 77
    value = eval(TABLE[name], names)
    theirs = original[name]
    if isinstance(theirs, dict) and "ok" in theirs:
        assert theirs["ok"]
        theirs = theirs["payload"]
    CHECKS.get(name.rpartition(".")[2], same)(names, value, theirs)


@pytest.mark.peer
def test_what_the_original_breaks_by_itself(original):
    assert original["a spoofed call"]["ok"]
    assert original["an upload of bytes"]["error"] == "TypeError"
    assert original["exec with too little detail"]["error"] == "KeyError"
    assert original["exec of a closed case"]["error"] == "KeyError"
    assert original["exec without a process"] is None
    assert original["a field that may be None"]["error"] == "KeyError"
    assert original["a case that is not there"]["error"] == "RuntimeError"
    assert original["prints the token"] == ["prints"]
    assert original["environment without a word"] == "draft"
