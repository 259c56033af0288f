"""What stubs say of the types of arguments and results of Workfront's actions and named queries."""

from __future__ import annotations

__all__ = ["HELPERS", "annotation"]

HELPERS = {"add_comment": "Note", "convert_to_task": "Task", "update_obj": "Any"}
"""What the helpers of `helpers.HELPERS` return."""

# Objects stand for their ids wherever a text is taken.
_TAKEN = {
    "string": "str | Object",
    "string[]": "Iterable[str | Object]",
    "boolean": "bool",
    "int": "int",
    "dateTime": "datetime | date | str",
    "map": "Mapping[str, Any]",
    "java.lang.Boolean": "bool",
}
_GIVEN = {
    "string": "str",
    "string[]": "list[str]",
    "boolean": "bool",
    "int": "int",
    "dateTime": "datetime",
    "map": "dict[str, Any]",
    "map[]": "list[dict[str, Any]]",
    # Rows of several classes: each says its own.
    "Approval[]": "list[Any]",
    "Work[]": "list[Any]",
    "java.lang.Boolean": "bool",
    "java.lang.Double": "float",
    "java.lang.Integer": "int",
    "java.lang.Long": "int",
}


def annotation(type_name: str | None, *, taken: bool) -> str:
    """The Python type of an argument or a result.

    Args:
        type_name: Workfront's name of the type, None where it is not known.
        taken: Whether it is an argument's.

    Returns:
        The type as stubs write it; `Any` for what has no counterpart, such as classes of the server's own language.
    """
    return (_TAKEN if taken else _GIVEN).get(type_name or "", "Any")
