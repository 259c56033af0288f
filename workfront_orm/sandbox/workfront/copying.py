"""Copies of objects: `copySourceID` with overriding fields and options, and the copies that actions make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.workfront.store import CUSTOM
from workfront_orm.sandbox.workfront.wire import invalid, parse_lenient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.workfront.call import Call, Context
    from workfront_orm.sandbox.workfront.model import Entity
    from workfront_orm.sandbox.workfront.writes import Writer

# What a copy clears, by words within an option's name as they are documented in places (clearAssignments, ...).
_CLEARED = {
    "assignments": ("assignedToID", "roleID", "teamID"),
    "progress": ("percentComplete", "status", "actualStartDate", "actualCompletionDate", "previousStatus"),
    "finances": ("fixedCost", "fixedRevenue", "billingAmount", "billingRecordID"),
    "approval": ("approvalProcessID", "currentApprovalStepID"),
    "constraint": ("taskConstraint", "constraintDate"),
}
_COPIED_ALONG = {"PROJ": (("TASK", "projectID"),), "TASK": (), "OPTASK": (), "TMPL": (("TTSK", "templateID"),)}
_LINKS = {"TASK": "taskID", "OPTASK": "opTaskID"}


def options_of(call: Call) -> list[str]:
    """The options of a call: a JSON list, or repeated or with commas."""
    found: list[str] = []
    for text in call.all("options"):
        if text.strip().startswith("["):
            try:
                items = parse_lenient(text)
            except ValueError:
                raise invalid(f'Invalid Parameter: options value "{text}"') from None
            found += [str(item) for item in items]
        else:
            found += [part.strip() for part in text.split(",") if part.strip()]
    return found


def copy(
    context: Context, writer: Writer, entity: Entity, source: str, written: Mapping[str, Any], options: list[str]
) -> str:
    """Copy an object with what belongs to it and return the new id.

    Raises:
        WireError: no such source, or overriding fields that are wrong.
    """
    row = writer.existing(entity, source)
    options = [option.lower() for option in options]
    base = _copied_fields(entity, row, options)
    key = writer.create(
        entity, {"name": row.get("name"), **written} if "name" in entity.columns else written, within=base
    )
    if row.get(CUSTOM) and not _clears(options, "customdata"):
        writer.store.update(
            entity.code,
            key,
            {CUSTOM: {**row[CUSTOM], **((writer.store.get(entity.code, key) or {}).get(CUSTOM) or {})}},
        )
    _copy_forms(writer, entity, source, key)
    if entity.code in _LINKS and not _clears(options, "assignments"):
        _copy_assignments(writer, entity, source, key)
    for code, column in _COPIED_ALONG.get(entity.code, ()):
        _copy_tree(context, writer, context.store.entity(code), column, source, key, options)
    return key


def _copied_fields(entity: Entity, row: Mapping[str, Any], options: list[str]) -> dict[str, Any]:
    """Fields that a copy takes over: those that a client may write, less what the options clear."""
    overlay = entity.overlay
    left = {
        "ID",
        CUSTOM,
        "extRefID",
        "parentID" if entity.code != "TASK" else "",
        *overlay.get("kept", {}),
        *overlay.get("readOnly", ()),
        *overlay.get("touch", {}),
    }
    for word, names in _CLEARED.items():
        if _clears(options, word):
            left.update(names)
    if "actualCompletionDate" in row and not _clears(options, "progress"):
        left.discard("actualCompletionDate")
    return {
        name: value
        for name, value in row.items()
        if value is not None and name not in left and name in entity.columns and entity.columns[name].sql is None
    }


def _clears(options: list[str], word: str) -> bool:
    return any("clear" in option and word in option for option in options)


def _copy_forms(writer: Writer, entity: Entity, source: str, key: str) -> None:
    if "objectCategories" not in entity.collections:
        return
    store = writer.store
    present = {place["categoryID"] for place in store.select("OBJCAT", '"objID" = ?', [key])}
    for place in store.select("OBJCAT", '"objID" = ?', [source], '"categoryOrder"'):
        if place["categoryID"] not in present:
            within = {
                "objID": key,
                "objObjCode": entity.code,
                "categoryID": place["categoryID"],
                "categoryOrder": place["categoryOrder"],
            }
            writer.create(store.entity("OBJCAT"), {}, within=within)


def _copy_assignments(writer: Writer, entity: Entity, source: str, key: str) -> None:
    column = _LINKS[entity.code]
    store = writer.store
    store.index("ASSGN", column)
    assignments = store.entity("ASSGN")
    for row in store.select("ASSGN", f'"{column}" = ?', [source], "rowid"):
        names = ("assignedToID", "roleID", "teamID", "assignmentPercent", "work", "workRequired")
        within = {name: row[name] for name in names if row.get(name) is not None}
        writer.create(assignments, {}, within={**within, column: key})


def _copy_tree(
    context: Context, writer: Writer, entity: Entity, column: str, source: str, key: str, options: list[str]
) -> None:
    """Copy the tasks of a project in their tree."""
    store = context.store
    store.index(entity.code, column)
    order = '"taskNumber"' if "taskNumber" in entity.columns else "rowid"
    new_ids: dict[str, str] = {}
    for row in store.select(entity.code, f'"{column}" = ?', [source], order):
        base = _copied_fields(entity, row, options)
        base[column] = key
        parent = row.get("parentID")
        base.pop("parentID", None)
        if parent in new_ids:
            base["parentID"] = new_ids[parent]
        new_ids[row["ID"]] = writer.create(entity, {}, within=base)
        if row.get(CUSTOM) and not _clears(options, "customdata"):
            store.update(entity.code, new_ids[row["ID"]], {CUSTOM: row[CUSTOM]})
        _copy_forms(writer, entity, row["ID"], new_ids[row["ID"]])
        if entity.code in _LINKS and not _clears(options, "assignments"):
            _copy_assignments(writer, entity, row["ID"], new_ids[row["ID"]])
    _copy_predecessors(writer, entity, new_ids)


def _copy_predecessors(writer: Writer, entity: Entity, new_ids: Mapping[str, str]) -> None:
    code = {"TASK": "PRED", "TTSK": "TPRED"}.get(entity.code)
    if code is None or not writer.store.has_table(code):
        return
    link = writer.store.entity(code)
    writer.store.index(code, "successorID")
    for old, new in new_ids.items():
        for row in writer.store.select(code, '"successorID" = ?', [old]):
            if row["predecessorID"] in new_ids:
                within = {
                    name: value for name, value in row.items() if name not in ("ID", "customerID") and value is not None
                }
                writer.create(
                    link, {}, within={**within, "predecessorID": new_ids[row["predecessorID"]], "successorID": new}
                )
