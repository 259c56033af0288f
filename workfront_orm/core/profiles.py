"""Profiles: where a user's tenants are and where their credentials are kept, in one file of the user's.

`profiles.toml` in the user's configuration folder, or the file that `WORKFRONT_ORM_PROFILES` names, has a
table for each profile. Credentials are never in it, only where they are:

    [acme]
    url = "https://acme.example.com"
    version = "v22.0"
    api_key = "env:ACME_KEY"            # or "keyring:service/user", or "file:~/.secrets/acme"
"""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any

from . import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Profile", "ProfileError", "load_profile", "profile_names", "profiles_path"]


class ProfileError(ValueError):
    """A profile that is not there or cannot be used; the message says what to do, and never holds a credential."""


class Profile:
    """What the user's file says of one tenant.

    Attributes:
        name: The profile's name.
        path: The file.
        values: The table as it stands there.
    """

    def __init__(self, name: str, path: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self.path = path
        self.values = values

    def text(self, key: str) -> str | None:
        """A plain value such as the address, or None.

        Raises:
            ProfileError: It is no text.
        """
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise ProfileError(f"{self.path}, profile {self.name}: {key} has to be a text, not {type(value).__name__}")
        return value

    def secret(self, key: str) -> str | None:
        """A credential from where the profile says it is, or None when it says nothing.

        Raises:
            ProfileError: The credential itself stands in the file, or is not where it should be.
        """
        reference = self.text(key)
        if reference is None:
            return None
        kind, _colon, place = reference.partition(":")
        read = _PLACES.get(kind)
        if read is None or not place:
            # The value may be the credential itself: it must not get into a message.
            raise ProfileError(
                f"{self.path}, profile {self.name}: {key} has to say where the credential is, as env:NAME, "
                "keyring:SERVICE/USER or file:PATH; a credential itself does not belong in this file"
            )
        return read(place, f"{self.path}, profile {self.name}: {key}")

    def __repr__(self) -> str:
        """Name and file; no values."""
        return f"<Profile {self.name} in {self.path}>"


def profiles_path() -> str:
    """The file with the profiles; it need not exist."""
    return os.environ.get("WORKFRONT_ORM_PROFILES") or os.path.join(metadata.config_folder(), "profiles.toml")


def profile_names() -> list[str]:
    """The names of the profiles in the user's file; none without a file.

    Raises:
        ProfileError: The file cannot be read.
    """
    return [] if not os.path.exists(profiles_path()) else sorted(_tables(profiles_path()))


def load_profile(name: str) -> Profile:
    """A profile of the user's file.

    Raises:
        ProfileError: There is no such profile, or the file cannot be read.
    """
    path = profiles_path()
    tables = _tables(path)
    if name not in tables:
        known = ", ".join(sorted(tables)) or "none"
        raise ProfileError(f"{path} has no profile {name!r}; it has: {known}")
    return Profile(name, path, tables[name])


def _tables(path: str) -> dict[str, dict[str, Any]]:
    try:
        with open(path, "rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        raise ProfileError(
            f"there is no file {path} with profiles, so it cannot be read: it has a table such as [acme] for each, with url, "
            "version and api_key, the last as env:NAME, keyring:SERVICE/USER or file:PATH"
        ) from None
    except OSError as error:
        raise ProfileError(f"the file with the profiles cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Without the cause: it may quote a line with a credential.
        raise ProfileError(f"{path} is no TOML file") from None
    return {name: table for name, table in found.items() if isinstance(table, dict)}


def _from_environment(name: str, what: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ProfileError(f"{what} is in the environment variable {name}, which is not set")
    return value


def _from_keyring(place: str, what: str) -> str:
    try:
        # An optional library, for those who keep credentials there.
        import keyring  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError:
        raise ProfileError(f"{what} is in the keyring, for which the library is missing: pip install keyring") from None
    service, _slash, user = place.partition("/")
    value: str | None = keyring.get_password(service, user)
    if not value:
        raise ProfileError(f"{what} is in the keyring as service {service!r}, user {user!r}, where there is none")
    return value


def _from_file(place: str, what: str) -> str:
    path = os.path.expanduser(place)
    try:
        with open(path, encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            value = file.readline().strip()
    except (OSError, UnicodeDecodeError):
        raise ProfileError(f"{what} is in the file {path}, which cannot be read") from None
    if os.name == "posix" and mode & 0o077:
        raise ProfileError(f"{what} is in the file {path}, which others can read: chmod 600 {path}")
    if not value:
        raise ProfileError(f"{what} is in the first line of the file {path}, which is empty")
    return value


_PLACES: Mapping[str, Callable[[str, str], str]] = {
    "env": _from_environment,
    "keyring": _from_keyring,
    "file": _from_file,
}
