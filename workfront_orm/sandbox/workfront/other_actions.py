"""Actions on other types: custom forms, comments, documents, users, programs, templates, enumerations."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront import permissions, rollup
from workfront_orm.sandbox.workfront.calendar import minutes_between
from workfront_orm.sandbox.workfront.defaults import fill
from workfront_orm.sandbox.workfront.wire import invalid, invalid_value, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from workfront_orm.sandbox.workfront.actions import Action


def recalculate(action: Action) -> None:
    """Calculated custom fields are not worked out: the call is taken and changes nothing."""
    for key in action.keys:
        action.writer.existing(action.entity, key)


def recalculate_project(action: Action) -> None:
    """Work out a project's sums again."""
    action.context.store.pending.projects.add(action.key)
    rollup.flush(action.context.store, action.context.now)


# --- custom forms ------------------------------------------------------------------------


def _forms(action: Action) -> list[str]:
    found = action.many("categoryIDs") or action.many("categoryID")
    for key in found:
        action.writer.existing(action.entity, key)
    return found


def _set_forms(action: Action, change: Callable[[list[str], list[str]], list[str]]) -> None:
    """Change the forms that an object carries."""
    store = action.context.store
    code = store.model.code(action.needed("objCode"))
    if code is None or "objectCategories" not in store.model.entity(code).collections:
        raise invalid_value("objCode", action.needed("objCode"))
    entity = store.entity(code)
    key = action.needed("objID")
    permissions.check(action.context, "edit", entity, action.writer.existing(entity, key))
    store.index("OBJCAT", "objID")
    places = store.select("OBJCAT", '"objID" = ?', [key], '"categoryOrder"')
    wanted = change([place["categoryID"] for place in places], _forms(action))
    by_form = {place["categoryID"]: place["ID"] for place in places}
    items: list[dict[str, Any]] = []
    for number, form in enumerate(wanted):
        item: dict[str, Any] = {"categoryOrder": number}
        if form in by_form:
            item["ID"] = by_form[form]
        else:
            item["categoryID"] = form
        items.append(item)
    action.writer.replace_members(entity, key, entity.collections["objectCategories"], items)


def assign_categories(action: Action) -> None:
    """Attach custom forms to an object."""
    _set_forms(action, lambda old, given: [*old, *(form for form in given if form not in old)])


def unassign_categories(action: Action) -> None:
    """Detach custom forms from an object."""
    _set_forms(action, lambda old, given: [form for form in old if form not in given])


def reorder_categories(action: Action) -> None:
    """Give an object's custom forms another order."""
    _set_forms(
        action,
        lambda old, given: [*(form for form in given if form in old), *(form for form in old if form not in given)],
    )


# --- comments -------------------------------------------------------------------------------


def like(action: Action) -> None:
    """The caller likes a comment or journal entry."""
    key, column = action.key, _liked(action)
    store = action.context.store
    likes = store.entity("LIKE")
    user = action.context.user["ID"]
    if not store.select("LIKE", f'"{column}" = ? AND "enteredByID" = ?', [key, user]):
        row = {"ID": secrets.token_hex(16), column: key}
        fill(action.context, likes, row)
        store.insert("LIKE", row)


def unlike(action: Action) -> None:
    """The caller does not like it any more."""
    key, column = action.key, _liked(action)
    store = action.context.store
    for row in store.select("LIKE", f'"{column}" = ? AND "enteredByID" = ?', [key, action.context.user["ID"]]):
        store.delete("LIKE", row["ID"])


def _liked(action: Action) -> str:
    return {"NOTE": "noteID", "JRNLE": "journalEntryID"}[action.entity.code]


def liked_notes(action: Action) -> list[str]:
    """Those of the given comments that the caller likes."""
    store = action.context.store
    store.entity("LIKE")
    mine = {row["noteID"] for row in store.select("LIKE", '"enteredByID" = ?', [action.context.user["ID"]])}
    return [key for key in action.many("noteIDs") if key in mine]


def add_note_to_objects(action: Action) -> list[str]:
    """The same comment on several objects; returns the new ids."""
    code = action.needed("noteObjCode")
    fields = {"noteText": action.needed("noteText"), "noteObjCode": code}
    if action.text("isPrivate") is not None:
        fields["isPrivate"] = str(action.text("isPrivate"))
    return [action.writer.create(action.entity, {**fields, "objID": key}) for key in action.many("objIDs")]


# --- documents ------------------------------------------------------------------------------


def move_document(action: Action) -> None:
    """A document belongs to another object from now on."""
    code, key = action.needed("docObjCode"), action.needed("objID")
    store = action.context.store
    entry = action.entity.overlay["polymorphic"][0]
    if code not in entry["columns"]:
        raise invalid_value("docObjCode", code)
    action.writer.existing(store.entity(code), key)
    cleared: dict[str, Any] = dict.fromkeys(entry["columns"].values())
    cleared.update({"objID": key, "docObjCode": code, entry["columns"][code]: key})
    store.update("DOCU", action.key, cleared)


def move_to_folder(action: Action) -> str:
    """Documents lie in one folder from now on."""
    folder = action.needed("folderID")
    store = action.context.store
    action.writer.existing(store.entity("DOCFDR"), folder)
    for key in action.many("documentIDs"):
        action.writer.existing(action.entity, key)
        store.update("DOCU", key, {"folderIDs": [folder]})
    return folder


def check_out(action: Action) -> None:
    """Documents are checked out by the caller."""
    for key in action.many("documentIDs") or action.many("documentID") or [action.key]:
        row = action.writer.existing(action.entity, key)
        if row.get("checkedOutByID") not in (None, action.context.user["ID"]):
            raise invalid(f"Document {key} is checked out by another user")
        action.context.store.update("DOCU", key, {"checkedOutByID": action.context.user["ID"]})


def check_in(action: Action) -> None:
    """Documents are checked in again."""
    for key in action.many("documentIDs") or action.many("documentID") or [action.key]:
        action.writer.existing(action.entity, key)
        action.context.store.update("DOCU", key, {"checkedOutByID": None})


def is_linked(_: Action) -> bool:
    """Whether a document lies in external storage: never here."""
    return False


# --- users, programs, templates, enumerations ----------------------------------------------


def available_time(action: Action) -> dict[str, float]:
    """Working hours of users between two dates, less nothing: time off is not kept."""
    start = parse_date(action.needed("fromDate"), action.context.zone)
    end = parse_date(action.needed("toDate"), action.context.zone)
    hours = minutes_between(start, end) / 60
    for key in action.many("userIDs"):
        action.writer.existing(action.entity, key)
    return dict.fromkeys(action.many("userIDs"), hours)


def move_program(action: Action) -> None:
    """A program belongs to another portfolio from now on, and its projects with it."""
    portfolio = action.needed("portfolioID")
    store = action.context.store
    action.writer.existing(store.entity("PORT"), portfolio)
    action.writer.edit(action.entity, action.key, {"portfolioID": portfolio})
    store.index("PROJ", "programID")
    for project in store.select("PROJ", '"programID" = ?', [action.key]):
        store.update("PROJ", project["ID"], {"portfolioID": portfolio})


def attach_template(action: Action) -> str:
    """Copy a template's tasks into a project."""
    store = action.context.store
    project = action.key
    template = action.needed("templateID")
    action.writer.existing(store.entity("TMPL"), template)
    store.index("TTSK", "templateID")
    tasks = store.entity("TASK")
    excluded = set(action.many("excludeTemplateTaskIDs"))
    new_ids: dict[str, str] = {}
    names = ("name", "description", "durationMinutes", "work", "workRequired", "taskConstraint", "priority")
    for row in store.select("TTSK", '"templateID" = ?', [template], '"taskNumber", rowid'):
        if row["ID"] in excluded:
            continue
        within = {name: row[name] for name in names if row.get(name) is not None and name in tasks.columns}
        parent = new_ids.get(row.get("parentID") or "") or action.text("parentTaskID")
        within.update(projectID=project, templateTaskID=row["ID"])
        if parent is not None:
            within["parentID"] = parent
        new_ids[row["ID"]] = action.writer.create(tasks, {}, within=within)
    store.update("PROJ", project, {"templateID": template})
    return template


def save_as_template(action: Action) -> str:
    """Make a template with the tasks of a project."""
    store = action.context.store
    project = action.key
    templates, tasks = store.entity("TMPL"), store.entity("TTSK")
    made = action.writer.create(templates, {"name": action.needed("templateName")})
    excluded = set(action.many("excludeIDs"))
    new_ids: dict[str, str] = {}
    names = ("name", "description", "durationMinutes", "work", "workRequired", "taskNumber")
    store.index("TASK", "projectID", "taskNumber")
    for row in store.select("TASK", '"projectID" = ?', [project], '"taskNumber"'):
        if row["ID"] in excluded:
            continue
        within = {name: row[name] for name in names if row.get(name) is not None and name in tasks.columns}
        within["templateID"] = made
        if row.get("parentID") in new_ids:
            within["parentID"] = new_ids[row["parentID"]]
        new_ids[row["ID"]] = action.writer.create(tasks, {}, within=within)
    return made


def delete_projects(action: Action) -> str:
    """Delete projects: at once, where a tenant takes its time. The result names the job."""
    force = str(action.arguments.get("force", "false")).lower() == "true"
    for key in action.many("projectsToDelete"):
        action.writer.delete(action.entity, key, force=force)
    return "done"


def create_project(action: Action) -> str:
    """Make a project of an object of fields."""
    return action.writer.create(action.entity, action.object("project"))


def approve_hour(action: Action) -> None:
    """Hours are approved by the caller."""
    changes = {"status": "APR", "approvedByID": action.context.user["ID"], "approvedOnDate": action.context.now_text}
    known = {name: value for name, value in changes.items() if name in action.entity.columns}
    for key in action.keys or [action.key]:
        action.context.store.update("HOUR", key, known)


def unapprove_hour(action: Action) -> None:
    """Hours are not approved any more."""
    for key in action.keys or [action.key]:
        action.context.store.update("HOUR", key, {"status": "SUB", "approvedByID": None, "approvedOnDate": None})


def _default_code(kind: str) -> Callable[[Action], Any]:
    """The first of an enumeration's codes."""

    def answer(action: Action) -> Any:
        store = action.context.store
        rows = store.select("CSTEM", '"enumClass" = ? AND "groupID" IS NULL', [kind], '"isPrimary" DESC, rowid')
        if not rows:
            return None
        first = rows[0]
        return first["valueAsInt"] if first.get("valueAsInt") is not None else first["value"]

    return answer


def enumeration_colour(action: Action) -> str | None:
    """The colour of a code."""
    kind = f"{action.needed('enumClass').upper()}_{action.needed('enumObjCode').upper()}"
    rows = action.context.store.select("CSTEM", '"enumClass" = ? AND "value" = ?', [kind, action.needed("value")])
    return rows[0]["color"] if rows else None


def currency(action: Action) -> str:
    """The currency of a project: its own, or the customer's."""
    row = action.writer.existing(action.entity, action.key)
    customer = action.context.store.get("CUST", action.context.user.get("customerID") or "") or {}
    return str(row.get("currency") or customer.get("currency") or "USD")


def count_work(action: Action) -> int:
    """How many open items are assigned to the caller."""
    store = action.context.store
    for code in ("ASSGN", "TASK", "OPTASK"):
        store.entity(code)
    found: int = store.value(
        'SELECT count(DISTINCT coalesce(a."taskID", a."opTaskID")) FROM "ASSGN" a LEFT JOIN "TASK" t ON t."ID" = a."taskID"'
        ' LEFT JOIN "OPTASK" o ON o."ID" = a."opTaskID" WHERE a."assignedToID" = ?'
        ' AND coalesce(t."isStatusComplete", o."isComplete", 0) = 0',
        [action.context.user["ID"]],
    )
    return found


SERVED: dict[tuple[str, str], Callable[[Action], Any]] = {
    ("*", "calculateDataExtension"): recalculate,
    ("*", "calculateDataExtensions"): recalculate,
    ("PROJ", "calculateFinance"): recalculate_project,
    ("PROJ", "calculateTimeline"): recalculate_project,
    ("PROJ", "attachTemplate"): attach_template,
    ("PROJ", "saveProjectAsTemplate"): save_as_template,
    ("PROJ", "asyncDelete"): delete_projects,
    ("PROJ", "createProjectWithOverride"): create_project,
    ("PROJ", "getProjectCurrency"): currency,
    ("PRGM", "move"): move_program,
    ("CTGY", "assignCategory"): assign_categories,
    ("CTGY", "assignCategories"): assign_categories,
    ("CTGY", "unassignCategory"): unassign_categories,
    ("CTGY", "unassignCategories"): unassign_categories,
    ("CTGY", "reorderCategories"): reorder_categories,
    ("NOTE", "like"): like,
    ("NOTE", "unlike"): unlike,
    ("JRNLE", "like"): like,
    ("JRNLE", "unlike"): unlike,
    ("NOTE", "getLikedNoteIDs"): liked_notes,
    ("NOTE", "addNoteToObjects"): add_note_to_objects,
    ("DOCU", "move"): move_document,
    ("DOCU", "moveToFolder"): move_to_folder,
    ("DOCU", "checkOut"): check_out,
    ("DOCU", "checkIn"): check_in,
    ("DOCU", "isLinkedDocument"): is_linked,
    ("USER", "getUsersAvailableTime"): available_time,
    ("HOUR", "approve"): approve_hour,
    ("HOUR", "unapprove"): unapprove_hour,
    ("WORK", "getMyWorkCount"): count_work,
    ("CSTEM", "getDefaultProjectStatusEnum"): _default_code("STATUS_PROJ"),
    ("CSTEM", "getDefaultTaskPriorityEnum"): _default_code("PRIORITY_TASK"),
    ("CSTEM", "getDefaultOpTaskPriorityEnum"): _default_code("PRIORITY_OPTASK"),
    ("CSTEM", "getDefaultSeverityEnum"): _default_code("SEVERITY_OPTASK"),
    ("CSTEM", "getEnumColor"): enumeration_colour,
}
"""What serves an action of a type; `*` stands for any type."""
