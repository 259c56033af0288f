"""`python -m workfront_orm.get_api_key`: what a person sees, on a terminal of its own."""

import os
import pty
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from workfront_orm import get_api_key
from workfront_orm.sandbox import Sandbox

COMMAND = [sys.executable, "-m", "workfront_orm.get_api_key"]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(service="workfront", data="demo") as started:
        yield started


@pytest.fixture
def url(sandbox):
    return sandbox.url_template.format(api_version="v22.0")


def typed(*lines, arguments):
    """What the command shows to a person who types these lines, and its status."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments], stdin=its, stdout=its, stderr=its, start_new_session=True, close_fds=True
    ) as process:
        os.close(its)
        shown = b""
        for prompt, line in zip((b"username: ", b"Password: "), lines, strict=False):
            while prompt not in shown:
                shown += os.read(ours, 4096)
            os.write(ours, line.encode() + b"\n")
        while True:
            try:
                more = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            shown += more
        status = process.wait(timeout=60)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), status


def test_it_asks_and_prints_the_key(sandbox, url):
    shown, status = typed(sandbox.username, sandbox.password, arguments=["--url", url])
    assert shown == f"username: {sandbox.username}\nPassword: \nYour API key is: {sandbox.api_key!r}\n"
    assert status == 0


def test_the_password_is_neither_shown_nor_in_the_address_nor_logged(sandbox, url):
    sandbox.requests.clear()
    shown, _status = typed(sandbox.username, sandbox.password, arguments=["--url", url, "--log-level", "0"])
    assert "INFO:workfront:url: " in shown
    assert sandbox.password not in shown
    (asked,) = sandbox.requests
    assert (asked.verb, asked.method) == ("POST", "PUT")
    assert asked.path.endswith("/user")
    # All of it is in the body.
    form = {"action": "getApiKey", "username": sandbox.username, "password": sandbox.password, "method": "PUT"}
    assert int(asked.headers["content-length"]) == len(urlencode(form))


def test_a_wrong_password_is_one_line_and_no_traceback(sandbox, url):
    shown, status = typed(sandbox.username, "wrong", arguments=["--url", url])
    assert shown.splitlines()[2:] == ["wrong user name or password: The username or password you entered is incorrect."]
    assert status == 1


def test_a_user_without_a_key_is_told_so():
    with Sandbox(service="workfront", data="empty") as sandbox:
        with sandbox.session(api_version="v22.0") as session:
            session.put("/user", {"action": "clearApiKey"})
        url = sandbox.url_template.format(api_version="v22.0")
        shown, status = typed(sandbox.username, sandbox.password, arguments=["--url", url])
    assert shown.splitlines()[2].startswith("you have no API key yet; ")
    assert status == 1


def test_an_address_where_nothing_answers_is_named(url):
    shown, status = typed("somebody", "secret", arguments=["--url", "http://127.0.0.1:9/attask/api/v22.0"])
    message = shown.splitlines()[2]
    assert message.startswith("no API key: ")
    assert "http://127.0.0.1:9/attask/api/v22.0/user" in message
    assert "secret" not in shown
    assert status == 1


def test_an_end_of_input_is_no_traceback(url):
    shown, status = typed("\x04", arguments=["--url", url])
    assert shown.splitlines()[-1] == "cancelled"
    assert status == 1


@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        ([], "https://api-cl01.attask-ondemand.com/attask/api/unsupported"),
        (["--domain", "acme", "--version", "v4.0"], "https://acme.attask-ondemand.com/attask/api/v4.0"),
        (["--protocol", "http"], "http://api-cl01.attask-ondemand.com/attask/api/unsupported"),
        (["--url", "https://acme.my.workfront.com/attask/api/v22.0"], "https://acme.my.workfront.com/attask/api/v22.0"),
    ],
)
def test_the_options_are_those_of_the_predecessor(monkeypatch, arguments, url):
    asked = []
    monkeypatch.setattr(get_api_key, "get_api_key", lambda session: asked.append(session.url) or "a key")
    assert get_api_key.run(arguments) == 0
    assert asked == [url]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", "https://x/attask/api/v22.0", "--domain", "acme"], "--url can not be used with"),
        (["--url", "https://x/attask/api/v22.0", "--version", "v4.0"], "--url can not be used with"),
        (["--password", "secret"], "unrecognized arguments"),
        (["--username", "somebody"], "unrecognized arguments"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_asked(capsys, arguments, message):
    with pytest.raises(SystemExit) as ended:
        get_api_key.main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
