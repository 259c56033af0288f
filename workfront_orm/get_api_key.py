"""Ask for a user name and a password and print the user's API key.

For example: `python -m workfront_orm.get_api_key --url https://acme.my.workfront.com/attask/api/v22.0`

The user must be able to log in with a password: organisations on the Adobe platform and users
with single sign-on make their keys in Workfront itself. User name and password are asked for
and never taken from the command line, where other programs could read them.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
from typing import TYPE_CHECKING

from workfront_orm.core.errors import APIError, AuthenticationError
from workfront_orm.core.retrying import Retrying
from workfront_orm.services.workfront.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["get_api_key", "main", "run"]

DOMAIN = "api-cl01"


def get_api_key(session: Session) -> str:
    """Ask for user name and password and print the API key.

    Sends one `PUT /user?action=getApiKey`.

    Args:
        session: The session to ask with, without credentials of its own.

    Returns:
        The key; empty, and not printed, when the user has none.

    Raises:
        AuthenticationError: Wrong user name or password.
        APIError: The server refuses, or cannot be reached.
    """
    username = input("username: ")
    password = getpass.getpass()
    key = session.get_api_key(username, password)
    if key:
        print("Your API key is:", repr(key))  # noqa: T201 - what the command is for
    return key


def main(arguments: Sequence[str] | None = None) -> str:
    """Do what the command does; errors of the server are raised.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        The key; empty when the user has none.

    Raises:
        SystemExit: Wrong options.
        APIError: The server refuses, or cannot be reached.
    """
    options = _parse(arguments)
    logging.basicConfig(level=options.log_level)
    address = (
        {"domain": None, "url_template": options.url}
        if options.url
        else {"domain": options.domain, "protocol": options.protocol, "api_version": options.version}
    )
    # A person waits, and can repeat it better.
    session = Session(**address, verify=not options.unsafe_certs, retrying=Retrying(attempts=1))
    with session:
        return get_api_key(session)


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what the command does, with a message in place of a traceback.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        The status that the process ends with.
    """
    try:
        key = main(arguments)
    except AuthenticationError as error:
        return _failed(f"wrong user name or password: {error.message}")
    except APIError as error:
        return _failed(f"no API key: {error}")
    except (EOFError, KeyboardInterrupt):
        return _failed("\ncancelled")
    return 0 if key else _failed("you have no API key yet; make one in Workfront, or ask an administrator to")


def _failed(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201 - a command line speaks there
    return 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m workfront_orm.get_api_key",
        description=__doc__,
        formatter_class=_Formatter,
    )
    parser.add_argument("--unsafe-certs", action="store_true", help="do not check the server's certificate")
    parser.add_argument(
        "--log-level", default=logging.WARNING, type=int, metavar="LEVEL", help="pass a lower number to see more"
    )
    group = parser.add_argument_group("address, on the historic hosts")
    group.add_argument("--protocol", default="https", help="https or http")
    group.add_argument("--domain", default=DOMAIN, help="the part of the host before .attask-ondemand.com")
    group.add_argument("--version", default="unsupported", help="the version of the API")
    group = parser.add_argument_group("address as a whole")
    group.add_argument(
        "--url", help="the address of the API with its version; in place of --protocol, --domain and --version"
    )
    options = parser.parse_args(arguments)
    parts = ("protocol", "domain", "version")
    if options.url and any(getattr(options, name) != parser.get_default(name) for name in parts):
        parser.error("--url can not be used with --protocol, --domain or --version")
    return options


class _Formatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Paragraphs as they are written, and the defaults."""


if __name__ == "__main__":
    sys.exit(run())
