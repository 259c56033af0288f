"""Addresses of servers: which are taken, and that no message repeats what is refused."""

import pytest

from workfront_orm.core.addresses import is_local, server_address


@pytest.mark.parametrize(
    "url", ["https://x.example.com/a/", " https://x.example.com:8443 ", "http://127.0.0.1:80", "http://[::1]/"]
)
def test_an_address_is_taken_with_its_parts(url):
    assert server_address(url, "https://cd.example.com").geturl() == url.strip()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("x.example.com", "place takes an address such as https://cd.example.com"),
        ("ftp://x.example.com", "takes an address"),
        ("https:///s3cr3t", "takes an address"),
        ("https://me:s3cr3t@x.example.com", "without credentials in it"),
        ("https://:s3cr3t@x.example.com", "without credentials in it"),
        ("https://x.example.com?key=s3cr3t", "without credentials in it"),
        ("https://x.example.com#s3cr3t", "without credentials in it"),
        ("http://x.example.com/s3cr3t", "place is http, which would send credentials in the clear: use https"),
    ],
)
def test_another_is_refused_and_not_repeated(url, told):
    with pytest.raises(ValueError, match=told) as caught:
        server_address(url, "https://cd.example.com", "place")
    assert "s3cr3t" not in str(caught.value)


def test_this_machine_has_several_names():
    assert all(map(is_local, ["localhost", "127.0.0.1", "127.8.0.1", "::1"]))
    assert not any(map(is_local, ["", "localhost.example.com", "10.0.0.1", "0.0.0.0"]))
