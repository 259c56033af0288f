"""Users and departments: parameters without a wrapper, order in two parts, answers as lists even for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, php, rows
from workfront_orm.sandbox.bitrix24.errors import access_denied, bad, legacy
from workfront_orm.sandbox.bitrix24.methods.legacy import known
from workfront_orm.sandbox.bitrix24.portal import ADMINISTRATOR, Method, bounded
from workfront_orm.sandbox.bitrix24.values import moment, to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Call

_PARAMETERS = frozenset({"FILTER", "SELECT", "SORT", "ORDER", "START", "ADMIN_MODE", "AUTH", "LIMIT"})
_SEARCHED = ("NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION")
_SEARCH_FILTERS = {
    "FIND": _SEARCHED,
    "NAME": ("NAME",),
    "LAST_NAME": ("LAST_NAME",),
    "WORK_POSITION": ("WORK_POSITION",),
}


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "user.get": Method(get_users, "user"),
        "user.search": Method(search_users, "user"),
        "user.current": Method(current_user, "user"),
        "user.add": Method(add_user, "user"),
        "user.update": Method(update_user, "user"),
        "user.fields": Method(user_fields, "user"),
        "department.get": Method(get_departments, "department"),
        "department.add": Method(add_department, "department"),
        "department.update": Method(update_department, "department"),
        "department.delete": Method(delete_department, "department"),
        "department.fields": Method(department_fields, "department"),
    }


# --- users ------------------------------------------------------------------------------


def get_users(call: Call) -> Page:
    """Serve user.get: a filter under FILTER or beside it, `start` counts rows."""
    entity = call.portal.store.entities["user"]
    sent = {name: value for name, value in call.upper.items() if name not in _PARAMETERS}
    sent |= php.as_map(call.upper.get("FILTER"))
    return _page(call, entity, filters.lenient(entity, sent))


def search_users(call: Call) -> Page:
    """Serve user.search: words anywhere in a name or position; `FIND` looks in all of them."""
    entity = call.portal.store.entities["user"]
    sent = {name: value for name, value in call.upper.items() if name not in _PARAMETERS}
    sent |= {name.upper(): value for name, value in php.as_map(call.upper.get("FILTER")).items()}
    conditions, parameters = [], []
    for name, columns in _SEARCH_FILTERS.items():
        if name in sent:
            word = php.text(sent.pop(name)).strip("%")
            conditions.append("(" + " OR ".join(f"user.{column} LIKE ?" for column in columns) + ")")
            parameters += [f"%{word}%"] * len(columns)
    rest, values = filters.lenient(entity, sent)
    return _page(call, entity, (" AND ".join([*conditions, rest]), [*parameters, *values]))


def current_user(call: Call) -> php.Raw:
    """Serve user.current: one object."""
    entity = call.portal.store.entities["user"]
    shown = rows.expression(entity, entity.fields.values(), rows.FLAT)
    return php.Raw(listing.record(call.portal.store, entity, shown, call.user) or "[]")


def add_user(call: Call) -> int:
    """Serve user.add: flat fields; administrators only."""
    _need_administrator(call)
    values = _values(call, call.portal.store.entities["user"])
    email = values.get("EMAIL")
    if not email or "@" not in str(email):
        raise bad("ERROR_CORE", "Wrong email")
    if call.portal.store.value("SELECT 1 FROM user WHERE EMAIL = ?", email):
        raise bad("ERROR_CORE", f"The user with the e-mail {email} exists already")
    now = moment(call.portal.clock.now())
    defaults = {"ACTIVE": "Y", "IS_ONLINE": "N", "USER_TYPE": "employee", "DATE_REGISTER": now, "TIMESTAMP_X": now}
    return call.portal.store.insert("user", {**defaults, **values})


def update_user(call: Call) -> bool:
    """Serve user.update: flat fields with the ID among them; others than oneself for administrators only."""
    entity = call.portal.store.entities["user"]
    number = bounded(call.upper.get("ID"))
    if number != call.user:
        _need_administrator(call)
    if call.portal.store.value("SELECT 1 FROM user WHERE ID = ?", number) is None:
        raise bad("ERROR_CORE", "User not found")
    call.portal.store.update("user", "ID", number, _values(call, entity))
    return True


def user_fields(call: Call) -> dict[str, str]:
    """Serve user.fields: labels only."""
    return _labels(call.portal.store.entities["user"])


# --- departments ------------------------------------------------------------------------


def get_departments(call: Call) -> Page:
    """Serve department.get: equality filters at the top level, paging by `START`."""
    entity = call.portal.store.entities["department"]
    sent = {name: value for name, value in call.upper.items() if name in entity.fields and name != "SORT"}
    if php.text(call.upper.get("SORT")).isdigit():
        sent["SORT"] = call.upper["SORT"]
    return _page(call, entity, filters.lenient(entity, sent, prefixes=()))


def add_department(call: Call) -> int:
    """Serve department.add: flat fields."""
    _need_administrator(call)
    values = _values(call, call.portal.store.entities["department"])
    if not values.get("NAME"):
        raise legacy("The field NAME is required.")
    _check_parent(call, values.get("PARENT"))
    return call.portal.store.insert("department", {"SORT": 500, **values})


def update_department(call: Call) -> bool:
    """Serve department.update: flat fields with the ID among them."""
    _need_administrator(call)
    number = _existing_department(call)
    values = _values(call, call.portal.store.entities["department"])
    if "PARENT" in values:
        _check_parent(call, values["PARENT"])
    call.portal.store.update("department", "ID", number, values)
    return True


def delete_department(call: Call) -> bool:
    """Serve department.delete."""
    _need_administrator(call)
    call.portal.store.execute("DELETE FROM department WHERE ID = ?", _existing_department(call))
    return True


def department_fields(call: Call) -> dict[str, str]:
    """Serve department.fields: labels only."""
    return _labels(call.portal.store.entities["department"])


def _existing_department(call: Call) -> int:
    number = bounded(call.upper.get("ID"))
    if call.portal.store.value("SELECT 1 FROM department WHERE ID = ?", number) is None:
        raise bad("ERROR_CORE", "Department not found")
    return number


def _check_parent(call: Call, parent: Any) -> None:
    if call.portal.store.value("SELECT 1 FROM department WHERE ID = ?", parent) is None:
        raise legacy("The field PARENT is required and names a department.")


# --- both -------------------------------------------------------------------------------


def _page(call: Call, entity: Entity, condition: filters.Condition) -> Page:
    chosen = listing.legacy_fields(entity, call.upper.get("SELECT"))
    order = call.upper.get("ORDER")
    if isinstance(order, str) or order is None:
        order = {php.text(call.upper.get("SORT") or "ID"): order or "ASC"}
    start = call.params.get("start", call.upper.get("START", 0))
    shown = rows.expression(entity, chosen, rows.FLAT)
    sorting = listing.legacy_order(entity, order)
    return listing.read(call.portal.store, entity, shown, condition, sorting, start, by_page=False)


def _values(call: Call, entity: Entity) -> dict[str, Any]:
    save = call.portal.store.save_file
    return {
        name: to_stored(entity.fields[name], value, strict=False, save_file=save)
        for name, value in known(entity, call.upper).items()
        if not entity.fields[name].read_only
    }


def _labels(entity: Entity) -> dict[str, str]:
    return {name: name.removeprefix("UF_").capitalize().replace("_", " ") for name in entity.fields}


def _need_administrator(call: Call) -> None:
    if call.user != ADMINISTRATOR:
        raise access_denied()
