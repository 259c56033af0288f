"""Sources: integrations of a flow, each with a token that presents items in its inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.flowdock import people
from workfront_orm.sandbox.flowdock.errors import BLANK, INVALID, invalid, missing
from workfront_orm.sandbox.flowdock.world import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.documents import Document
    from workfront_orm.sandbox.flowdock.world import World


class Sources:
    """The sources of all flows.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, flow: Document) -> list[Document]:
        """Return the sources of a flow, as they are kept."""
        return [one for one in self._world.sources if one["_flow"] == flow["id"] and not one["_deleted"]]

    def find(self, flow: Document, number: str) -> Document:
        """Return a source of a flow, as it is kept.

        Raises:
            FlowdockError: there is none.
        """
        found = self._world.sources.get(number)
        if found is None or found["_flow"] != flow["id"] or found["_deleted"]:
            raise missing()
        return found

    def create(self, flow: Document, creator: Document, params: Mapping[str, Any]) -> Document:
        """Make a source; its answer alone carries the token.

        Raises:
            FlowdockError: the name is blank, or the address is no text.
        """
        name = params.get("name")
        if not isinstance(name, str) or not name.strip():
            raise invalid(name=BLANK)
        external_url = params.get("external_url")
        if external_url is not None and not isinstance(external_url, str):
            raise invalid(external_url=INVALID)
        return self.add(flow, creator, name, external_url)

    def add(self, flow: Document, creator: Document, name: str, external_url: str | None) -> Document:
        """Put a source into a flow."""
        number = self._world.documents.next_number("sources")
        moment = timestamp(self._world.now())
        path = f"{self._world.url}/flows/{flow['organization']}/{flow['parameterized_name']}"
        return self._world.sources.add(
            str(number),
            {
                "id": number,
                "name": name,
                "external_url": external_url,
                "url": f"{path}/sources/{number}",
                "created_at": moment,
                "updated_at": moment,
                "application": {"id": 1, "name": "Sandbox application"},
                "creator": people.shown(creator),
                "_links": {"self": {"href": f"{path}/sources/{number}"}, "flow": {"href": path}},
                "_flow": flow["id"],
                "_flow_token": self._world.new_secret(),
                "_deleted": False,
                "_error_message": None,
                "_configuration_url": None,
            },
        )

    def change(self, source: Document, params: Mapping[str, Any]) -> Document:
        """Change error message or address of the configuration; an empty text clears it.

        Raises:
            FlowdockError: a value is no text.
        """
        values: Document = {}
        for name in ("error_message", "configuration_url"):
            value = params.get(name)
            if value is not None:
                if not isinstance(value, str):
                    raise invalid(**{name: INVALID})
                values[f"_{name}"] = value or None
        if values:
            values["updated_at"] = timestamp(self._world.now())
        return self._world.sources.update(str(source["id"]), values)

    def delete(self, source: Document) -> None:
        """Delete a source; its token is gone from now on."""
        self._world.sources.update(str(source["id"]), {"_deleted": True})


def shown(source: Document) -> Document:
    """Return a source as it is answered."""
    return {name: value for name, value in source.items() if not name.startswith("_") or name == "_links"}
