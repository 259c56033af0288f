"""Sharing: access rules of an object are made and taken away by actions of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront.call import updates_of
from workfront_orm.sandbox.workfront.wire import data_response, invalid, invalid_value

if TYPE_CHECKING:
    from workfront_orm.sandbox.backend import Response
    from workfront_orm.sandbox.workfront.call import Context
    from workfront_orm.sandbox.workfront.model import Entity
    from workfront_orm.sandbox.workfront.writes import Writer

ACCESSORS = ("USER", "TEAMOB", "ROLE", "GROUP", "CMPY")
ACTIONS = ("VIEW", "LIMITED_EDIT", "EDIT", "CREATE", "DELETE")
_EVERYBODY = ("sharePublic", "unsharePublic")


def run(context: Context, writer: Writer, entity: Entity, name: str, keys: list[str]) -> Response:
    """Do `share`, `unshare`, `sharePublic` or `unsharePublic` on objects.

    Raises:
        WireError: no object, an accessor that is not there, or a wrong word.
    """
    collection = entity.collections.get("accessRules")
    if collection is None or collection.target != "ACSRUL":
        raise invalid(f"{entity.name} objects cannot be shared")
    if not keys:
        raise invalid(f"{name} needs the ID of a {entity.name}")
    arguments = updates_of(context.call, context.store.entity("ACSRUL"))
    arguments = arguments if isinstance(arguments, dict) else {}
    if name in _EVERYBODY:
        accessor, code = context.user["customerID"], "CUST"
    else:
        accessor, code = str(arguments.get("accessorID") or ""), str(arguments.get("accessorObjCode") or "USER")
        if code not in ACCESSORS:
            raise invalid_value("accessorObjCode", code)
        writer.existing(context.store.entity(code), accessor)
    action = str(arguments.get("coreAction") or "VIEW")
    if action not in ACTIONS:
        raise invalid_value("coreAction", action)
    forbidden = arguments.get("forbiddenActions") or []
    rules = context.store.entity("ACSRUL")
    with context.store.transaction():
        for key in keys:
            writer.existing(entity, key)
            context.store.index("ACSRUL", "securityObjID")
            for rule in context.store.select("ACSRUL", '"securityObjID" = ? AND "accessorID" = ?', [key, accessor]):
                context.store.delete("ACSRUL", rule["ID"])
            if not name.startswith("un"):
                writer.create(
                    rules,
                    {
                        "coreAction": action,
                        "forbiddenActions": forbidden,
                        "accessorID": accessor,
                        "accessorObjCode": code,
                    },
                    within={"securityObjID": key, "securityObjCode": entity.code},
                )
    return data_response({"success": True})
