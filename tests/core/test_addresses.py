"""Addresses of servers: which are taken, and that no message repeats what is refused. Which addresses of their files are asked."""

import pytest

from workfront_orm.core.addresses import file_address, is_local, server_address


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


HOME = "https://api.example.com/v1"


@pytest.mark.parametrize(
    "address",
    [
        "https://files.example.com/a?key=1",
        "https://93.184.215.14/a",
        "https://api.example.com/a",
        "HTTPS://Files.Example.com:8443/a",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/a",
    ],
)
def test_what_stands_in_the_open_network_is_asked_over_https(address):
    assert file_address(address, HOME) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://files.example.com/a",
        "http://api.example.com/a",
        "file:///etc/passwd",
        "ftp://files.example.com/a",
        "/a",
        "",
        "https://",
        "https:///a",
        "https://ann:secret@files.example.com/a",
        "https://@files.example.com/a",
        "https://files.example.com\\@evil.example/a",
        "https://[::1/a",
        "https://[zz]/a",
        "https://files.example.com:x/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/a",
        "https://192.168.1.1/a",
        "https://0.0.0.0/a",
        "https://localhost/a",
        "https://localhost./a",
        "https://metadata.google.internal/a",
        "https://a.localhost/a",
        "https://127.1/a",
        "https://2130706433/a",
        "https://0x7f000001/a",
        "https://0x7f.1/a",
        "https://0177.0.0.1/a",
    ],
)
def test_what_only_the_program_can_reach_is_not(address):
    with pytest.raises(ValueError, match=r"^it is "):
        file_address(address, HOME)


def test_below_the_server_itself_the_server_is_asked():
    home = "http://127.0.0.1:8080/api"
    assert file_address("http://127.0.0.1:8080/files/a", home)
    for other in ("http://127.0.0.1:8081/a", "https://127.0.0.1:8080/a", "http://localhost:8080/a"):
        with pytest.raises(ValueError, match=r"^it is "):
            file_address(other, home)
