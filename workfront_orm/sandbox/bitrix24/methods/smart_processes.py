# ruff: noqa: S608 - names in the SQL come from the metadata, values are bound
"""Smart-process types and pipelines: crm.type.* and crm.category.*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.bitrix24 import filters, listing, model, php, rows
from workfront_orm.sandbox.bitrix24.errors import bad, missing_argument
from workfront_orm.sandbox.bitrix24.portal import LARGEST_ID, Method
from workfront_orm.sandbox.bitrix24.values import moment, to_stored

if TYPE_CHECKING:
    from workfront_orm.sandbox.bitrix24.listing import Page
    from workfront_orm.sandbox.bitrix24.model import Entity
    from workfront_orm.sandbox.bitrix24.portal import Call, Portal

DEFAULT_STAGES = (
    ("NEW", "Start", None),
    ("PREPARATION", "In progress", None),
    ("CLIENT", "Review", None),
    ("SUCCESS", "Success", "S"),
    ("FAIL", "Failure", "F"),
)
_SWITCHES = {
    **dict.fromkeys(("IS_CATEGORIES_ENABLED", "IS_STAGES_ENABLED", "IS_BEGIN_CLOSE_DATES_ENABLED"), "Y"),
    **dict.fromkeys(("IS_CLIENT_ENABLED", "IS_LINK_WITH_PRODUCTS_ENABLED", "IS_SOURCE_ENABLED"), "Y"),
    **dict.fromkeys(("IS_OBSERVERS_ENABLED", "IS_MYCOMPANY_ENABLED", "IS_AUTOMATION_ENABLED"), "Y"),
    **dict.fromkeys(("IS_USE_IN_USERFIELD_ENABLED", "IS_DOCUMENTS_ENABLED", "IS_RECYCLEBIN_ENABLED"), "N"),
    **dict.fromkeys(("IS_BIZ_PROC_ENABLED", "IS_SET_OPEN_PERMISSIONS"), "N"),
}


def methods() -> dict[str, Method]:
    """Return the methods of this family."""
    return {
        "crm.type.list": Method(list_types, "crm"),
        "crm.type.get": Method(get_type, "crm"),
        "crm.type.getByEntityTypeId": Method(get_type_by_entity, "crm"),
        "crm.type.add": Method(add_type, "crm"),
        "crm.type.update": Method(update_type, "crm"),
        "crm.type.delete": Method(delete_type, "crm"),
        "crm.type.fields": Method(type_fields, "crm"),
        "crm.category.list": Method(list_categories, "crm"),
        "crm.category.get": Method(get_category, "crm"),
        "crm.category.add": Method(add_category, "crm"),
        "crm.category.update": Method(update_category, "crm"),
        "crm.category.delete": Method(delete_category, "crm"),
        "crm.category.fields": Method(category_fields, "crm"),
    }


# --- types ----------------------------------------------------------------------------------


def list_types(call: Call) -> Page:
    """Serve crm.type.list; the key of `order` must be lower case."""
    call.need_administrator()
    entity = call.portal.store.entities["type"]
    order = php.as_map(call.params.get("order"))
    if any(name not in entity.universal for name in order):
        raise bad("100", "Invalid value {order}: fields of the order are named in camelCase")
    condition = filters.strict(entity, call.params.get("filter"))
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    sorting = listing.strict_order(entity, order)
    page = listing.read(call.portal.store, entity, shown, condition, sorting, call.start, by_page=False)
    page.wrap = "types"
    return page


def get_type(call: Call) -> dict[str, Any]:
    """Serve crm.type.get."""
    call.need_administrator()
    return _type_answer(call, call.require_integer("id"))


def get_type_by_entity(call: Call) -> dict[str, Any]:
    """Serve crm.type.getByEntityTypeId."""
    call.need_administrator()
    number = call.portal.store.value(
        "SELECT ID FROM type WHERE ENTITY_TYPE_ID = ?", call.require_integer("entityTypeId")
    )
    return _type_answer(call, number)


def add_type(call: Call) -> dict[str, Any]:
    """Serve crm.type.add: makes the type with a default pipeline and its stages."""
    call.need_administrator()
    values = _values(call, "type")
    if not values.get("TITLE"):
        raise missing_argument("title")
    store = call.portal.store
    wanted = values.get("ENTITY_TYPE_ID")
    if wanted is not None and wanted < model.DYNAMIC_FROM:
        raise bad("BAD_ENTITY_TYPE_ID", f"entityTypeId of a smart process is {model.DYNAMIC_FROM} or above")
    if wanted is not None and store.by_type(wanted) is not None:
        raise bad("BAD_ENTITY_TYPE_ID", f"entityTypeId {wanted} is taken")
    number = make_type(call.portal, values, call.user)
    return _type_answer(call, number)


def make_type(portal: Portal, values: dict[str, Any], user: int, category: int | None = None) -> int:
    """Make a smart-process type.

    Args:
        portal: the portal.
        values: columns of the type; ENTITY_TYPE_ID is the next free one unless given.
        user: who makes it.
        category: id of its default pipeline, None for the next one.

    Returns:
        Its id.
    """
    store = portal.store
    type_id = values.get("ENTITY_TYPE_ID")
    if type_id is None:
        last = store.value("SELECT MAX(ENTITY_TYPE_ID) FROM type WHERE ENTITY_TYPE_ID >= ?", model.DYNAMIC_FROM)
        type_id = model.DYNAMIC_FROM if last is None else last + 1
    now = moment(portal.clock.now())
    row = {**_SWITCHES, **values, "ENTITY_TYPE_ID": type_id, "CREATED_BY": user, "UPDATED_BY": user}
    number = store.add_type({**row, "CREATED_TIME": now, "UPDATED_TIME": now})
    make_category(portal, type_id, "General", default=True, number=category)
    return number


def update_type(call: Call) -> dict[str, Any]:
    """Serve crm.type.update."""
    call.need_administrator()
    number = _existing_type(call)
    values = _values(call, "type")
    values.pop("ENTITY_TYPE_ID", None)
    values |= {"UPDATED_TIME": moment(call.portal.clock.now()), "UPDATED_BY": call.user}
    call.portal.store.update("type", "ID", number, values)
    call.portal.store.load_model()
    return _type_answer(call, number)


def delete_type(call: Call) -> list[Any]:
    """Serve crm.type.delete: refused while there are items."""
    call.need_administrator()
    store = call.portal.store
    number = _existing_type(call)
    type_id = store.value("SELECT ENTITY_TYPE_ID FROM type WHERE ID = ?", number)
    entity = store.entities[f"item:{type_id}"]
    if store.value(f"SELECT 1 FROM {entity.table} LIMIT 1"):
        raise bad("ERROR_CORE", "The smart process has items: delete them first")
    store.execute("DELETE FROM status WHERE ENTITY_ID LIKE ?", f"{model.stage_prefix(type_id)}_STAGE%")
    store.execute("DELETE FROM category WHERE ENTITY_TYPE_ID = ?", type_id)
    store.drop_type(entity)
    return []


def type_fields(call: Call) -> dict[str, Any]:
    """Serve crm.type.fields."""
    return {"fields": _described(call.portal.store.entities["type"])}


def _existing_type(call: Call) -> int:
    number = call.require_integer("id")
    if call.portal.store.value("SELECT 1 FROM type WHERE ID = ?", number) is None:
        raise bad("NOT_FOUND", "SPA not found")
    return number


def _type_answer(call: Call, number: int | None) -> dict[str, Any]:
    entity = call.portal.store.entities["type"]
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    found = listing.record(call.portal.store, entity, shown, number)
    if found is None:
        raise bad("NOT_FOUND", "SPA not found")
    return {"type": php.Raw(found)}


# --- pipelines ------------------------------------------------------------------------------


def list_categories(call: Call) -> Page:
    """Serve crm.category.list: all pipelines of a type, without pages, filter or order."""
    type_id = _with_categories(call)
    entity = call.portal.store.entities["category"]
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    found = call.portal.store.texts(
        f"SELECT {shown} FROM category WHERE ENTITY_TYPE_ID = ? ORDER BY SORT, ID", [type_id]
    )
    return listing.Page(found, len(found), wrap="categories")


def get_category(call: Call) -> dict[str, Any]:
    """Serve crm.category.get."""
    return _category_answer(call, _existing_category(call))


def add_category(call: Call) -> dict[str, Any]:
    """Serve crm.category.add: the pipeline comes with stages."""
    type_id = _with_categories(call)
    values = _values(call, "category")
    number = make_category(call.portal, type_id, values.get("NAME") or "Pipeline", sort=values.get("SORT"))
    extra = {name: values[name] for name in ("ORIGIN_ID", "ORIGINATOR_ID", "CODE") if values.get(name)}
    call.portal.store.update("category", "ID", number, extra)
    return _category_answer(call, number)


def make_category(
    portal: Portal,
    type_id: int,
    name: str,
    *,
    default: bool = False,
    sort: int | None = None,
    number: int | None = None,
) -> int:
    """Make a pipeline with its stages; returns its id."""
    store = portal.store
    if sort is None:
        sort = 10 * (store.value("SELECT COUNT(*) FROM category WHERE ENTITY_TYPE_ID = ?", type_id) + 1)
    row = {"NAME": name, "SORT": sort, "ENTITY_TYPE_ID": type_id, "IS_DEFAULT": "Y" if default else "N"}
    row["IS_SYSTEM"] = "N"
    if number is not None:
        row["ID"] = number
    number = store.insert("category", row)
    directory = model.stage_directory(type_id, number)
    prefix = model.stage_code_prefix(type_id, number)
    stages = portal.stages("DEAL_STAGE") if type_id == model.DEAL else []
    plan = [(stage["STATUS_ID"], stage["NAME"], stage["SEMANTICS"]) for stage in stages] or DEFAULT_STAGES
    store.insert_many(
        "status",
        [
            {
                "ENTITY_ID": directory,
                "STATUS_ID": prefix + code,
                "NAME": label,
                "NAME_INIT": label,
                "SORT": 10 * (position + 1),
                "SYSTEM": "Y" if semantics or position == 0 else "N",
                "CATEGORY_ID": number,
                "SEMANTICS": semantics,
            }
            for position, (code, label, semantics) in enumerate(plan)
        ],
    )
    return number


def update_category(call: Call) -> dict[str, Any]:
    """Serve crm.category.update."""
    number = _existing_category(call)
    values = _values(call, "category")
    values.pop("ENTITY_TYPE_ID", None)
    call.portal.store.update("category", "ID", number, values)
    return _category_answer(call, number)


def delete_category(call: Call) -> None:
    """Serve crm.category.delete: refused for the default pipeline and for one that has items."""
    number = _existing_category(call)
    store = call.portal.store
    type_id = call.require_integer("entityTypeId")
    entity = store.by_type(type_id)
    row = store.row("SELECT IS_DEFAULT FROM category WHERE ID = ?", number) or {}
    if row.get("IS_DEFAULT") == "Y":
        raise bad("ERROR_CORE", "The default pipeline cannot be deleted")
    if entity is not None and store.value(f"SELECT 1 FROM {entity.table} WHERE CATEGORY_ID = ? LIMIT 1", number):
        raise bad("ERROR_CORE", "The pipeline has items")
    store.execute("DELETE FROM category WHERE ID = ?", number)
    store.execute("DELETE FROM status WHERE ENTITY_ID = ?", model.stage_directory(type_id, number))


def category_fields(call: Call) -> dict[str, Any]:
    """Serve crm.category.fields."""
    return {"fields": _described(call.portal.store.entities["category"])}


def _with_categories(call: Call) -> int:
    """Return the `entityTypeId` of a call, if its type has pipelines."""
    type_id = call.require_integer("entityTypeId")
    entity = call.portal.store.by_type(type_id)
    if entity is None:
        raise bad("NOT_FOUND", "SPA not found")
    if type_id != model.DEAL and not entity.is_dynamic:
        raise bad("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {entity.title} does not support categories")
    return type_id


def _existing_category(call: Call) -> int:
    type_id = _with_categories(call)
    number = call.require_integer("id")
    found = call.portal.store.value("SELECT 1 FROM category WHERE ID = ? AND ENTITY_TYPE_ID = ?", number, type_id)
    if found is None:
        raise bad("NOT_FOUND", "Element not found")
    return number


def _category_answer(call: Call, number: int) -> dict[str, Any]:
    entity = call.portal.store.entities["category"]
    shown = rows.expression(entity, entity.universal.values(), rows.UNIVERSAL)
    return {"category": php.Raw(listing.record(call.portal.store, entity, shown, number) or "null")}


def _values(call: Call, key: str) -> dict[str, Any]:
    """Return the sent fields by column, read-only ones left out."""
    entity = call.portal.store.entities[key]
    found = {}
    for name, value in call.require_map("fields").items():
        item = entity.universal_field(name)
        if item is None or (item.read_only and item.column != "ENTITY_TYPE_ID"):
            continue
        stored = to_stored(item, value, strict=True, save_file=call.portal.store.save_file)
        found[item.column] = min(stored, LARGEST_ID) if isinstance(stored, int) else stored
    return found


def _described(entity: Entity) -> dict[str, Any]:
    return {item.universal or item.column: model.describe(item, universal=True) for item in entity.fields.values()}
