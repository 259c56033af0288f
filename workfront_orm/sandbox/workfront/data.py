"""Demo data of the Workfront sandbox, made by code from a seed.

The same size, seed and clock give the same rows, down to the ids. Everything is invented; dates lie around the clock; relations
hold and numbers add up (tests/sandbox/test_data.py says which). Rows come with the values that the store keeps: `model.py`
describes their form. Objects may refer to rows that come later.

Facts for tests and demos: the two people who can log in (`ADMIN_USERNAME`, `USER_USERNAME`), the administrator's API key
(`api_key`), and the projects of `NAMED_PROJECTS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import (
    data_forms,
    data_people,
    data_projects,
    data_records,
    data_templates,
    data_tenant,
)
from workfront_orm.sandbox.workfront.data_projects import NAMED_PROJECTS
from workfront_orm.sandbox.workfront.data_tenant import ADMIN_USERNAME, USER_USERNAME
from workfront_orm.sandbox.workfront.data_world import Profile, Row, Tables, World, identifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = [
    "ADMIN_PASSWORD",
    "ADMIN_USERNAME",
    "NAMED_PROJECTS",
    "PROFILES",
    "SIZES",
    "USER_PASSWORD",
    "USER_USERNAME",
    "api_key",
    "identifier",
    "tables",
]

ADMIN_PASSWORD = "sandbox-admin"  # noqa: S105 - of a server on loopback with invented data
"""Password of the administrator."""

USER_PASSWORD = "sandbox-user"  # noqa: S105 - likewise
"""Password of the second user."""

PROFILES = {
    "demo": Profile(
        people=38,
        projects=40,
        tasks=(14, 40),
        days=(1, 8),
        issues=(2, 10),
        documents=(1, 5),
        threads=(2, 8),
        assigned=0.9,
        seconded=0.15,
        booked=0.6,
        formed=0.4,
        rich=True,
    ),
    "large": Profile(
        people=198,
        projects=1000,
        tasks=(100, 100),
        days=(1, 5),
        issues=(3, 3),
        documents=(0, 1),
        threads=(1, 2),
        assigned=0.6,
        seconded=0.0,
        booked=0.1,
        formed=0.1,
        rich=False,
    ),
}
"""What the sizes with work in them hold."""

SIZES = ("empty", *PROFILES)
"""Sizes of the data: `empty` is a tenant before anybody works in it."""

_BATCH = 2000  # rows that go to the store at a time
_EMPTY = Profile(0, 0, (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), 0.0, 0.0, 0.0, 0.0, rich=False)


def api_key(seed: int) -> str:
    """The administrator's API key."""
    return identifier(seed, "apiKey", ADMIN_USERNAME)


def tables(data: str, *, seed: int, now: datetime) -> Iterator[tuple[str, list[Row]]]:
    """Rows of a tenant in batches: pairs of object code and rows. A code may come several times.

    Two batches hold no objects: `credentials` ({userID, password, apiKey}, the administrator first) and `handles` ({handle,
    fileName, content}, the bytes of document versions).

    Args:
        data: One of `SIZES`.
        seed: Any number; another one gives other ids, people and work.
        now: The clock of the sandbox, aware.

    Raises:
        ValueError: No such size, or `now` is naive.
    """
    if data not in SIZES:
        raise ValueError(f"no demo data called {data!r}: there are {', '.join(SIZES)}")
    world = World.make(seed, now, PROFILES.get(data, _EMPTY))
    start = data_tenant.base(world)
    yield "credentials", _credentials(world)
    if data in PROFILES:
        for more in (
            data_people.people(world, world.profile.people),
            data_forms.forms(world),
            data_templates.settings(world),
            data_templates.templates(world),
            data_projects.portfolios(world),
        ):
            _add(start, more)
        _fill_forms(world, start)
    yield from _batches(start)
    yield from _projects(world)
    if world.sheets:
        yield "TSHET", data_records.time_sheets(world)


def _credentials(world: World) -> list[Row]:
    return [
        {"userID": world.admin, "password": ADMIN_PASSWORD, "apiKey": api_key(world.seed)},
        {"userID": world.id("USER", USER_USERNAME), "password": USER_PASSWORD, "apiKey": None},
    ]


def _fill_forms(world: World, start: Tables) -> None:
    """Put custom forms on users and companies."""
    dice = world.dice("forms of people")
    start["OBJCAT"] = [
        place
        for code in ("USER", "CMPY")
        for row in start[code][::2]
        for place in data_forms.fill(world, dice, code, row)
    ]


def _projects(world: World) -> Iterator[tuple[str, list[Row]]]:
    """All projects, several to a batch."""
    batch: Tables = {}
    for number in range(world.profile.projects):
        _add(batch, data_projects.project(world, number))
        if sum(map(len, batch.values())) >= _BATCH:
            yield from _batches(batch)
            batch = {}
    yield from _batches(batch)


def _batches(found: Tables) -> Iterator[tuple[str, list[Row]]]:
    return ((code, rows) for code, rows in found.items() if rows)


def _add(into: Tables, more: Tables) -> None:
    for code, rows in more.items():
        into.setdefault(code, []).extend(rows)
