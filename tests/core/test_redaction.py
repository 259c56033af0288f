import json

import pytest

from workfront_orm.core.redaction import MASK, is_secret, masked, masked_pairs, masked_url


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "apiKey",
        "api_key",
        "sessionID",
        "SessionID",
        "Authorization",
        "access_token",
        "auth",
        "X-XSRF-TOKEN",
        "client_secret",
        "refreshToken",
        "newPassword",
        "Cookie",
        "jwt_token",
        "authToken",
        "token",
    ],
)
def test_secret_names(name):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["name", "status", "author", "ownerID", "keyword", "tokens left", "auditTypes", "method"]
)
def test_names_that_are_no_secrets(name):
    assert not is_secret(name)


def test_values_are_looked_through():
    value = {"user": {"password": "p", "name": "Ann"}, "list": [{"apiKey": "k"}], "sessionID": ""}
    assert masked("", value) == {"user": {"password": MASK, "name": "Ann"}, "list": [{"apiKey": MASK}], "sessionID": ""}


def test_json_inside_a_parameter_is_looked_through():
    shown = masked_pairs([("updates", json.dumps({"password": "geheim", "name": "Ann"})), ("method", "PUT")])
    assert json.loads(shown["updates"]) == {"password": MASK, "name": "Ann"}
    assert shown["method"] == "PUT"


def test_text_without_secrets_is_shown_as_it_is():
    for text in ('{"name":  "Ann"}', "{not json", "a=b", "[1, 2]", ""):
        assert masked("name", text) == text


def test_an_address_inside_a_parameter_is_looked_through():
    assert (
        masked("uri", "user?action=getApiKey&password=geheim&name=x") == f"user?action=getApiKey&password={MASK}&name=x"
    )


def test_repeated_parameters_become_lists():
    assert masked_pairs([("ID", "1"), ("ID", "2"), ("ID", "3"), ("apiKey", "k")]) == {
        "ID": ["1", "2", "3"],
        "apiKey": MASK,
    }


def test_urls():
    assert masked_url("https://u:p@host/x?apiKey=abc&name=y#z") == f"https://{MASK}@host/x?apiKey={MASK}&name=y#z"
    assert masked_url("https://host/x") == "https://host/x"
