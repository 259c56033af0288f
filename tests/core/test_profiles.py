"""Profiles: credentials by reference, and never in a message."""

import sys
from types import SimpleNamespace

import pytest

from workfront_orm.core.profiles import ProfileError, load_profile, profile_names
from workfront_orm.session import Session

SECRET = "s3cr3t-key"


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    """Writes the user's file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("WORKFRONT_ORM_PROFILES", raising=False)

    def write(text):
        path = tmp_path / "workfront_orm" / "profiles.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(call, *parts):
    """The message of a refusal, which holds all parts, and no credential."""
    with pytest.raises(ProfileError) as caught:
        call()
    message = str(caught.value)
    assert SECRET not in message
    assert SECRET not in repr(caught.value.__cause__)
    for part in parts:
        assert part in message
    return message


def test_a_credential_from_the_environment(profiles, monkeypatch):
    profiles('[acme]\nurl = "https://acme.example"\napi_key = "env:ACME_KEY"\n')
    profile = load_profile("acme")
    refused(
        lambda: profile.secret("api_key"), "profile acme: api_key is in the environment variable ACME_KEY, which is not"
    )
    monkeypatch.setenv("ACME_KEY", SECRET)
    assert profile.secret("api_key") == SECRET
    assert profile.text("url") == "https://acme.example"
    assert profile.secret("session_id") is None
    assert SECRET not in repr(profile)


def test_a_credential_from_a_file(profiles, tmp_path):
    place = tmp_path / "key"
    profiles(f'[acme]\napi_key = "file:{place}"\n')
    profile = load_profile("acme")
    refused(lambda: profile.secret("api_key"), f"the file {place}, which cannot be read")
    place.write_text(f"{SECRET}\nsecond line\n")
    place.chmod(0o640)
    refused(lambda: profile.secret("api_key"), f"which others can read: chmod 600 {place}")
    place.chmod(0o600)
    assert profile.secret("api_key") == SECRET
    place.write_text("\n")
    refused(lambda: profile.secret("api_key"), "which is empty")


def test_a_file_below_the_users_home(profiles, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "key").chmod(0o600)
    profiles('[acme]\napi_key = "file:~/key"\n')
    assert load_profile("acme").secret("api_key") == SECRET


def test_a_credential_from_the_keyring(profiles, monkeypatch):
    profiles('[acme]\napi_key = "keyring:wf/ann@example.com"\n')
    profile = load_profile("acme")
    monkeypatch.setitem(sys.modules, "keyring", None)
    refused(lambda: profile.secret("api_key"), "the library is missing: pip install keyring")
    kept = {("wf", "ann@example.com"): SECRET}
    keyring = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert profile.secret("api_key") == SECRET
    kept.clear()
    refused(lambda: profile.secret("api_key"), "service 'wf', user 'ann@example.com', where there is none")


@pytest.mark.parametrize("value", [SECRET, f"key:{SECRET}", "env:", f"ENV:{SECRET}"])
def test_a_credential_itself_is_refused(profiles, value):
    profiles(f'[acme]\napi_key = "{value}"\n')
    refused(lambda: load_profile("acme").secret("api_key"), "a credential itself does not belong in this file")


def test_values_that_are_no_text(profiles):
    profiles("[acme]\nurl = 5\n")
    refused(lambda: load_profile("acme").text("url"), "url has to be a text, not int")


def test_files_that_cannot_be_used(profiles, monkeypatch, tmp_path):
    assert profile_names() == []
    refused(lambda: load_profile("acme"), "cannot be read: it has a table such as [acme]")
    path = profiles('[acme]\nurl = "x"\n[beta]\n')
    assert profile_names() == ["acme", "beta"]
    refused(lambda: load_profile("gamma"), f"{path} has no profile 'gamma'; it has: acme, beta")
    profiles(f'api_key = {SECRET}"')
    refused(lambda: load_profile("acme"), "is no TOML file")
    other = tmp_path / "other.toml"
    other.write_text("[gamma]\n")
    monkeypatch.setenv("WORKFRONT_ORM_PROFILES", str(other))
    assert profile_names() == ["gamma"]


# --- sessions of a profile ----------------------------------------------------------------------


@pytest.fixture
def acme(profiles, monkeypatch):
    """Writes a profile with one more line."""
    monkeypatch.setenv("ACME_KEY", SECRET)

    def write(*lines, url="https://acme.my.workfront.com", key='api_key = "env:ACME_KEY"'):
        return profiles("\n".join(["[acme]", f'url = "{url}"', key, *lines]))

    return write


def test_a_session_of_a_profile(acme):
    acme('version = "v14.0"')
    with Session.from_profile("acme") as session:
        assert session.url == "https://acme.my.workfront.com/attask/api/v14.0"
        assert session.api_key == SECRET
        assert (session.profile, session.api_version) == ("acme", "v14.0")
        assert session.session_id is None
        assert SECRET not in repr(session)
    with Session.from_profile("acme", api_version="v22.0", values="wire") as session:
        assert (session.api.version, session.values) == ("v22.0", "wire")


def test_the_version_may_stand_in_the_address(acme):
    acme(url="https://acme.my.workfront.com/attask/api/v20.0")
    with Session.from_profile("acme") as session:
        assert session.url == "https://acme.my.workfront.com/attask/api/v20.0"
    acme(url="https://acme.my.workfront.com")
    with Session.from_profile("acme") as session:
        assert session.api_version == "v22.0", "the newest that there is metadata for"


def test_an_access_token_in_place_of_a_key(acme):
    acme(key='session_id = "env:ACME_KEY"')
    with Session.from_profile("acme") as session:
        assert (session.api_key, session.session_id) == (None, SECRET)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"url": "http://acme.my.workfront.com"},
            "profile acme: url is http, which would send credentials in the clear",
        ),
        ({"url": f"https://me:{SECRET}@acme.my.workfront.com"}, "profile acme: url takes an address such as"),
        (
            {"key": f'apikey = "{SECRET}"'},
            "profile acme has apikey; it may have api_key, service, session_id, url, version",
        ),
        ({"key": 'service = "bitrix24"'}, "profile acme is one of bitrix24, not of workfront"),
        ({"key": "api_key = 5"}, "api_key has to be a text, not int"),
    ],
)
def test_profiles_that_make_no_session(acme, options, message):
    acme(**options)
    refused(lambda: Session.from_profile("acme"), message)


def test_a_profile_without_an_address(profiles):
    profiles("[acme]\n")
    refused(lambda: Session.from_profile("acme"), "profile acme has no url")


def test_a_name_that_no_module_can_have(profiles):
    profiles('["a-b"]\nurl = "https://acme.my.workfront.com"\n')
    refused(lambda: Session.from_profile("a-b"), "'a-b' cannot name a profile")
