"""The methods of the API, one module a family; `methods()` of each names what it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Method


def build() -> dict[str, Method]:
    """Return every method by its lower-case name."""
    from workfront_orm.sandbox.bitrix24.methods import (
        activities,
        addresses,
        directories,
        items,
        legacy,
        links,
        people,
        products,
        smart_processes,
        system,
        tasks,
        userfields,
    )

    families = (
        *(legacy, items, smart_processes, directories, addresses, links, products),
        *(people, tasks, activities, userfields, system),
    )
    found: dict[str, Method] = {}
    for family in families:
        found |= {name.lower(): method for name, method in family.methods().items()}
    return found
