"""Value objects: what stands inside messages and threads. They are checked when they are made, and never change.

`None` means absent: what is None does not travel. Sources: `API.md` sections 4 of the facts, "Threads",
"Integration posts" and "Files".
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from attrs import Attribute, asdict, field, frozen

__all__ = ["COLORS", "Attachment", "Author", "LabelValue", "Status", "ThreadState", "Upload", "wire_of"]

COLORS = ("black", "blue", "cyan", "green", "grey", "lime", "orange", "purple", "red", "yellow")
"""The colours that a status can have."""

_ACTIONS = ("ViewAction", "UpdateAction")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _text(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{type(instance).__name__}.{attribute.name} takes str, not {type(value).__name__} {value!r}")


def _filled(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    _text(instance, attribute, value)
    if not value.strip():
        raise ValueError(f"{type(instance).__name__}.{attribute.name} takes a text that is not blank")


def _perhaps(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    if value is not None:
        _text(instance, attribute, value)


def _color(instance: Any, attribute: Attribute[Any], value: Any) -> None:  # noqa: ARG001 - what attrs hands over
    if value not in COLORS:
        raise ValueError(f"Status.color takes one of {', '.join(COLORS)}, not {value!r}")


class _Value:
    """What the value objects have in common."""

    @classmethod
    def of(cls, wire: Any) -> Self:
        """The value of a map; members that nobody knows are left out.

        Raises:
            TypeError, ValueError: It is none.
        """
        if isinstance(wire, cls):
            return wire
        if not isinstance(wire, Mapping):
            raise TypeError(f"takes {cls.__name__} or a dict of its members, not {type(wire).__name__} {wire!r}")
        known = {one.name for one in cls.__attrs_attrs__}  # type: ignore[attr-defined] # frozen makes it
        return cls(**{name: value for name, value in wire.items() if name in known and value is not None})

    @classmethod
    def given(cls, value: Any) -> Self:
        """The value that a program gives, of which each member must be known.

        Raises:
            TypeError, ValueError: It is none, or has a member that there is not.
        """
        if isinstance(value, Mapping):
            known = [one.name for one in cls.__attrs_attrs__]  # type: ignore[attr-defined] # frozen makes it
            unknown = sorted(map(str, set(value) - set(known)))
            if unknown:
                raise TypeError(f"{cls.__name__} has no member {', '.join(unknown)}; it has {', '.join(known)}")
        return cls.of(value)


@frozen
class Author(_Value):
    """Who did, outside of Flowdock, what an activity or discussion tells.

    Attributes:
        name: The name that is shown.
        avatar: The address of a picture.
        email: The e-mail address.
    """

    name: str = field(validator=_filled)
    avatar: str | None = field(default=None, validator=_perhaps)
    email: str | None = field(default=None, validator=_perhaps)


@frozen
class Status(_Value):
    """The status of a thread: a word on a colour.

    Attributes:
        color: One of `COLORS`.
        value: The word, such as `TODO`.
    """

    color: str = field(validator=_color)
    value: str = field(validator=_text)


@frozen
class LabelValue(_Value):
    """One of the fields that a thread shows.

    Attributes:
        label: Its name; HTML with links.
        value: Its value; HTML with links.
    """

    label: str = field(validator=_text)
    value: str = field(validator=_text)


@frozen
class Attachment(_Value):
    """A file that stands on the server. `session.download()` reads it.

    Attributes:
        path: Where it is read.
        file_name: Its name.
        file_size: Its size in bytes.
        content_type: Its media type.
        content_id: What the body of an activity names it by, `cid:<id>`.
        image: Width and height of a picture.
        thumbnail: Path, width and height of a smaller picture.
    """

    path: str = field(validator=_text)
    file_name: str = ""
    file_size: int | None = None
    content_type: str | None = None
    content_id: str | None = None
    image: Any = None
    thumbnail: Any = None


def _fields(values: Any) -> tuple[LabelValue, ...]:
    return tuple(map(LabelValue.given, values or ()))


def _status(value: Any) -> Status | None:
    return None if value is None else Status.given(value)


def _actions(values: Any) -> tuple[dict[str, Any], ...]:
    found = []
    for value in values or ():
        if not isinstance(value, Mapping) or value.get("@type") not in _ACTIONS or not value.get("name"):
            raise ValueError(f"takes actions with '@type' ({' or '.join(_ACTIONS)}) and 'name', not {value!r}")
        if value["@type"] == "UpdateAction":
            target = value.get("target")
            if not isinstance(target, Mapping) or not target.get("urlTemplate"):
                raise ValueError(f"UpdateAction {value['name']!r} takes a 'target' with 'urlTemplate' and 'httpMethod'")
            if target.get("httpMethod", "POST") not in _METHODS:
                raise ValueError(f"httpMethod takes one of {', '.join(_METHODS)}, not {target['httpMethod']!r}")
        found.append(dict(value))
    return tuple(found)


@frozen
class ThreadState(_Value):
    """What an integration says of an item; each post replaces the members that it gives.

    Attributes:
        title: The title; HTML with links.
        body: A description; HTML.
        external_url: Where the item is. It tells threads of different items apart.
        status: A word on a colour.
        fields: Labels with values.
        actions: What users can do: maps with `@type` ViewAction or UpdateAction, `name`, and `url` or `target`.
    """

    title: str = field(validator=_filled)
    body: str | None = field(default=None, validator=_perhaps)
    external_url: str | None = field(default=None, validator=_perhaps)
    status: Status | None = field(default=None, converter=_status)
    fields: tuple[LabelValue, ...] = field(default=(), converter=_fields)
    actions: tuple[dict[str, Any], ...] = field(default=(), converter=_actions)


@frozen(repr=False)
class Upload:
    """A file to send, as the content of a message: `Message(session, flow_id=flow, content=Upload.of("report.pdf"))`.

    Attributes:
        data: What it holds.
        file_name: Its name.
        content_type: Its media type; guessed from the name where None is given.
    """

    data: bytes
    file_name: str = field(validator=_filled)
    content_type: str | None = None

    @classmethod
    def of(cls, path: str | Path) -> Upload:
        """A file of this machine; it is read now.

        Raises:
            OSError: It cannot be read.
        """
        place = Path(path)
        return cls(place.read_bytes(), place.name)

    def __repr__(self) -> str:
        """Name and size, not the data."""
        return f"<Upload {self.file_name}, {len(self.data)} bytes>"

    def wire(self) -> dict[str, Any]:
        """The form in which it travels: base64 in JSON."""
        kind = self.content_type or mimetypes.guess_type(self.file_name)[0] or "application/octet-stream"
        data = base64.b64encode(self.data).decode("ascii")
        return {"data": data, "content_type": kind, "file_name": self.file_name}


def wire_of(value: Any) -> dict[str, Any]:
    """A value object as it travels: without what is None or empty."""

    def kept(_attribute: Any, inner: Any) -> bool:
        return inner is not None and inner != ()

    found: dict[str, Any] = asdict(value, filter=kept)
    return {name: list(inner) if isinstance(inner, tuple) else inner for name, inner in found.items()}
