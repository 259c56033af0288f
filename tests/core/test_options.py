"""The options of all sessions: each constructor shows them, and takes no other."""

import inspect
from importlib import import_module

import pytest

from workfront_orm.core.options import CommonOptions, SessionOptions
from workfront_orm.core.service import find_service, services
from workfront_orm.core.session import BaseSession

# What each constructor needs, so that nothing but the option can be wrong.
NEEDED = {
    "bitrix24": {"webhook_url": "https://portal.example.com/rest/1/secret-of-the-hook/"},
    "blizwork": {"token": "a-token-of-blizwork", "user_id": "ann@example.com", "environment": "draft"},
    "cloudbees_cd": {"url": "https://cd.example.com"},
    "flowdock": {"api_token": "a-token-of-flowdock"},
    "workfront": {"domain": "acme", "api_version": "v22.0"},
}
SYSTEMS = [name for name in services() if find_service(name).metadata_folder is None]


def session_of(name):
    """The Session of a system that comes with the package."""
    return import_module(type(find_service(name)).__module__.rpartition(".")[0]).Session


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_signature_shows_each_option_with_its_default(name):
    shown = inspect.signature(session_of(name)).parameters
    known = inspect.signature(BaseSession).parameters
    assert CommonOptions.__optional_keys__ <= shown.keys()
    assert not [one for one in shown.values() if one.kind is one.VAR_KEYWORD]
    for option in shown.keys() & SessionOptions.__optional_keys__:
        assert shown[option].default == known[option].default
        assert shown[option].annotation == known[option].annotation


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_mistyped_option_is_an_error(name):
    session_of(name)(**NEEDED[name], timeout=5).close()
    with pytest.raises(TypeError, match="tmeout"):
        session_of(name)(**NEEDED[name], tmeout=5)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("values", "raw"),
        ("lazy", "never"),
        ("page_size", 0),
        ("timeout", 0),
        ("largest_answer", 0),
        ("max_concurrent", 0),
    ],
)
def test_no_option_is_ignored(name, option, wrong):
    with pytest.raises(ValueError, match=option):
        session_of(name)(**NEEDED[name], **{option: wrong})


def test_the_options_are_those_of_the_base():
    known = inspect.signature(BaseSession).parameters
    own = {one for one in known if known[one].kind is inspect.Parameter.KEYWORD_ONLY and one != "throttle"}
    assert own == SessionOptions.__optional_keys__
    for option, kind in {**CommonOptions.__annotations__, **SessionOptions.__annotations__}.items():
        assert known[option].annotation == kind.__forward_arg__
