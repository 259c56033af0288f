"""The directory of flows: messages name their flow by its id, paths by its address.

Both stay what they are when a flow is renamed, so what was found once is kept for the session. Source:
`API.md` section 3 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import InvalidResponseError
from .wire import Answer, Call, Place, flow_path, row_of

if TYPE_CHECKING:
    from .session import Session

__all__ = ["Directory"]


class Directory:
    """The flows that a session knows, by id and by address.

    Args:
        session: The session that asks.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._places: dict[str, Place] = {}

    def place(self, flow: str, *, needs_id: bool = False) -> Place:
        """Where a flow is; sends one request where neither the session nor one of its objects tells.

        Args:
            flow: Its id, or its address `org/flow`.
            needs_id: Whether its id is needed too.

        Raises:
            NotFoundError: The user sees no such flow.
            ValueError: It is neither.
        """
        known = self._places.get(flow) or self._of_object(flow)
        if known is not None:
            return known
        if "/" in flow:
            path = flow_path(flow)
            if not needs_id:
                return Place(None, path)
            call = Call(operation=f"find flow {flow}", path=f"/flows/{path}", decode=_place)
        else:
            call = Call(operation=f"find flow {flow}", path="/flows/find", query=[("id", flow)], decode=_place)
        return self._keep(flow, self._session.execute(call))

    def _of_object(self, flow: str) -> Place | None:
        cls = self._session.api.Flow
        found = self._session.identity_map.get(cls, tuple(flow.split("/")) if "/" in flow else flow)
        if found is None or not found._row.get("org") or not found._row.get("parameterized_name"):
            return None
        return self._keep(flow, Place(found.id, flow_path(f"{found._row['org']}/{found._row['parameterized_name']}")))

    def _keep(self, flow: str, place: Place) -> Place:
        self._places[flow] = place
        return place


def _place(answer: Answer) -> Place:
    row = row_of(answer)
    organization = row.get("organization")
    slug = organization.get("parameterized_name") if isinstance(organization, dict) else None
    if not row.get("id") or not slug or not row.get("parameterized_name"):
        raise InvalidResponseError(row, None, remedy="a flow with id, organization and parameterized_name was expected")
    return Place(str(row["id"]), flow_path(f"{slug}/{row['parameterized_name']}"))
