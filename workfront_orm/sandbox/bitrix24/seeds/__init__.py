"""Data that a portal starts with, made from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.portal import Portal

KINDS = ("empty", "demo", "large", "conformance")


def plant(portal: Portal, data: str, seed: int) -> None:
    """Fill a new portal.

    Args:
        portal: the portal, with empty tables.
        data: `empty` (directories and two users), `demo`, `large` (50,000 contacts) or `conformance` (what the
            conformance cases of the facts start from).
        seed: seed of the demo data: the same seed makes the same records.

    Raises:
        ValueError: the kind of data is unknown.
    """
    from workfront_orm.sandbox.bitrix24.seeds import conformance, demo, foundation

    if data not in KINDS:
        raise ValueError(f"the sandbox of bitrix24 has no data {data!r}; it has {', '.join(KINDS)}")
    foundation.plant(portal)
    if data == "conformance":
        conformance.plant(portal)
    elif data == "demo":
        demo.plant(portal, seed)
    elif data == "large":
        demo.plant_large(portal, seed)
