"""Reflection: what a tenant's server says of its types becomes a metadata file of a profile.

The list of types is read first, then each type, in parallel; what only others refer to is tried as well.
Each answer is kept beside the file until all are there, so that an interrupted read goes on where it
stopped. The file takes the place of an earlier one only when it is whole and classes can be made of it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import define, field

from workfront_orm.core import metadata, metadata_writer, tenants
from workfront_orm.core.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    NotSupportedError,
)
from workfront_orm.core.redaction import masked_url

from . import service
from .custom_fields import add_custom_fields
from .wire_metadata import Background, listed_types, objects_of, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .session import Session

    Progress = Callable[[int, int, str], None]

__all__ = ["Reflection", "reflect"]

Json = dict[str, Any]

STALE = 24 * 3600.0
"""Seconds after which what an interrupted read has left is no longer used."""

# What a server answers where it does not want to describe one type; the others may still be described.
_REFUSALS = (AccessDeniedError, ConflictError, InvalidRequestError, NotFoundError, NotSupportedError)


@define(frozen=True)
class Reflection:
    """What reflecting a tenant found.

    Attributes:
        profile: The profile.
        path: The metadata file.
        types: The number of types.
        custom_fields: The number of custom fields that some type has.
        requested: The number of types that were asked for now; the rest was left by an interrupted read.
        notes: What was irregular, and what became of it, a sentence each.
    """

    profile: str
    path: str
    types: int
    custom_fields: int = 0
    requested: int = 0
    notes: list[str] = field(factory=list, repr=False)

    @property
    def api(self) -> tenants.TenantAPI:
        """The classes."""
        version = os.path.basename(self.path).removesuffix(".json")
        return tenants.api_of(self.profile, version, service.name)


def reflect(
    session: Session,
    profile: str | None = None,
    *,
    custom_fields: bool = True,
    resume: bool = True,
    progress: Progress | bool = False,
) -> Reflection:
    """See `Session.reflect`."""
    name = profile or session.profile
    if name is None:
        raise ValueError("reflect needs a profile to keep the metadata under: session.reflect(profile='acme')")
    folder = tenants.folder_of(name)
    version = session.api_version
    notes: list[str] = []
    background = Background(_nearest(version))
    store = _Store(os.path.join(folder, service.name, f"{version}.partial"), session.url, resume=resume)
    answer, _asked = store.answer("types", lambda: session.get("/metadata"))
    try:
        listed = listed_types(answer, notes)
    except ValueError as error:
        store.remove()
        raise InvalidResponseError(str(error), operation="reflect") from None
    with _shown(progress) as tell:
        reading = _Reading(session, store, tell, notes)
        answers = reading.read(listed, background)
    objects = objects_of(answers, listed, background, notes)
    count = _custom_fields(session, objects, notes) if custom_fields else 0
    source = {"from": [masked_url(session.url)], "made_by": "reflection", "reconstructed": False}
    source["note"] = f"read {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; marks.shipped names what {background.version} adds"
    document = {"format": metadata.FORMAT, "service": service.name, "version": version, "source": source}
    path = metadata_writer.write({**document, "objects": objects}, folder)
    store.remove()
    return Reflection(name, path, len(answers), count, reading.requested, notes)


def _nearest(version: str) -> metadata.MetadataFile:
    """The shipped metadata of a version, or of the newest one where it is not known yet."""
    folder = next(folder for folder in metadata.packaged_folders() if metadata.versions(service.name, [folder]))
    known = metadata.versions(service.name, [folder])
    numbered = [found for found in known if any(map(str.isdigit, found))]
    return metadata.find(service.name, version if version in known else numbered[-1], folder)


def _custom_fields(session: Session, objects: Json, notes: list[str]) -> int:
    if session.api is None:
        notes.append(f"no custom fields, since there were no classes of {session.api_version} yet: reflect once more")
        return 0
    return add_custom_fields(session, objects, notes)


class _Reading:
    """The types of a server, read in parallel."""

    def __init__(self, session: Session, store: _Store, tell: Progress, notes: list[str]) -> None:
        self._session = session
        self._store = store
        self._tell = tell
        self._notes = notes
        self._answers: dict[str, Json] = {}
        self._tried: set[str] = set()
        self._done = 0
        self.requested = 0

    def read(self, listed: dict[str, str], background: Background) -> dict[str, Json]:
        """What the server says of each type, by code: those it lists, and others that it knows.

        Raises:
            APIError: The server fails, or refuses every type.
        """
        refused = self._read(listed)
        if not self._answers:
            raise next(iter(refused.values()))
        for code, error in sorted(refused.items()):
            self._notes.append(f"{code} ({listed[code]}) is listed but not described, and left out: {error}")
        while unlisted := self._unlisted(background):
            self._read(unlisted)
        found = sorted(set(self._answers) - set(listed))
        if found:
            self._notes.append(f"described although not listed: {', '.join(found)}")
        return self._answers

    def _unlisted(self, background: Background) -> list[str]:
        """Codes that were not tried yet: those that others refer to, and those that are known of the version."""
        referred = {code for answer in self._answers.values() for code in targets(answer)}
        return sorted({*referred, *background.codes} - self._tried)

    def _read(self, codes: Iterable[str]) -> dict[str, Exception]:
        """Read types; those that the server refuses are returned with its reason."""
        wanted = [code for code in codes if code not in self._tried]
        self._tried.update(wanted)
        refused: dict[str, Exception] = {}
        with ThreadPoolExecutor(max(1, self._session.max_concurrent)) as pool:
            futures = {pool.submit(self._one, code): code for code in wanted}
            try:
                for future in as_completed(futures):
                    code = futures[future]
                    try:
                        self._answers[code], asked = future.result()
                        self.requested += asked
                    except _REFUSALS as error:
                        refused[code] = error
                    self._done += 1
                    self._tell(self._done, len(self._tried), code)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return refused

    def _one(self, code: str) -> tuple[Json, bool]:
        """One type, and whether the server was asked.

        The URLs that the list gives are wrong on some servers, so it is asked for by its code.
        """
        path = f"/{code.lower()}/metadata"
        answer, asked = self._store.answer(f"type-{code}", lambda: self._session.get(path))
        if not isinstance(answer, dict):
            raise InvalidRequestError(f"the answer to {path} is no map", operation="reflect")
        return answer, asked


class _Store:
    """The answers of a read that is not finished, a file each.

    Args:
        folder: The folder for them.
        url: The address that is read; what another one has left is thrown away.
        resume: Whether to use what is there.
    """

    def __init__(self, folder: str, url: str, *, resume: bool) -> None:
        self._folder = folder
        if not resume or self._left(url):
            self.remove()
        self._url = url

    def answer(self, name: str, ask: Callable[[], Any]) -> tuple[Any, bool]:
        """The kept answer, or a new one, which is kept; and whether it is new."""
        kept = self._load(name)
        if kept is not None:
            return kept, False
        answer = ask()
        if not os.path.isdir(self._folder):
            # Only now: of a server that refuses everything nothing is to be left.
            os.makedirs(self._folder)
            self._save("address", {"url": self._url})
        self._save(name, answer)
        return answer, True

    def remove(self) -> None:
        """Throw away what was kept."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _left(self, url: str) -> bool:
        """Whether what is there is of another address, or too old."""
        known = self._load("address")
        return known != {"url": url} or time.time() - os.stat(self._path("address")).st_mtime > STALE

    def _load(self, name: str) -> Any:
        try:
            with open(self._path(name), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            # Not there, or written in part when the process died.
            return None

    def _save(self, name: str, value: Any) -> None:
        with open(self._path(name), "w", encoding="utf-8") as file:
            json.dump(value, file)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, f"{name}.json")


@contextmanager
def _shown(progress: Progress | bool) -> Iterator[Progress]:
    """What is told how far a read is: a function of the caller's, a progress bar, or nobody."""
    if callable(progress):
        yield progress
    elif not progress:
        yield lambda _done, _total, _code: None
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bars

        with Bars(
            TextColumn("reading types"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[code]}")
        ) as bars:
            bar = bars.add_task("", total=None, code="")
            yield lambda done, total, code: bars.update(bar, completed=done, total=total, code=code)
