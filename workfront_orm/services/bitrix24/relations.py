"""References and collections: what leads from one object to others, as the metadata describes it.

The wire knows fields only. A field may hold an id; a code of a directory that other fields of the
row decide (the stages of a pipeline); an id whose kind another field names (the owner of an
activity); or a list of these. Collections are searches by the owner's id, links kept in a table of
their own, or such lists. Sources: `API.md` sections 7 and 10 of the facts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Request, Select

from .batch import LIMIT, Command, batch
from .codecs import number_of
from .kinds import family_of
from .wire import as_map, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workfront_orm.core.objects import Object
    from workfront_orm.core.relations import Collection, Reference
    from workfront_orm.core.specs import FieldSpec, ObjectSpec, ReferenceSpec

    from .batch import Answer
    from .families import Family

__all__ = [
    "collection_owner",
    "collection_select",
    "directory_of",
    "kind_of",
    "links",
    "member_keys",
    "owner_code",
    "reference_fields",
    "resolve",
    "tenant_values",
    "values_place",
]

_TYPES = {1: "lead", 2: "deal", 3: "contact", 4: "company", 7: "quote", 8: "requisite"}
_LETTERS = {"L": "lead", "D": "deal", "C": "contact", "CO": "company", "Q": "quote", "RQ": "requisite", "SI": "item:31"}
_CODES = {key: letters for letters, key in _LETTERS.items()}
_CHOICE = re.compile(r"(\S+) when (\w+)=(\S+) else (\S+)")
_NAME = re.compile(r"\{(\w+)\}")
_NONE = (None, "", 0, "0", False)


def kind_of(number: Any) -> str | None:
    """The key of the kind of object that an entityTypeId, or a short code such as `D` or `T80`, means."""
    word = number_of(number)
    if isinstance(word, int):
        return _TYPES.get(word) or (f"item:{word}" if word > max(_TYPES) else None)
    if isinstance(word, str) and word[:1] == "T" and word[1:]:
        try:
            return f"item:{int(word[1:], 16)}"
        except ValueError:
            return None
    return _LETTERS.get(str(word))


def owner_code(spec: ObjectSpec) -> str:
    """The short code of a kind of object: `D` for deals, `T80` for the smart process 128."""
    known = _CODES.get(spec.key)
    if known is not None:
        return known
    number = spec.key.partition(":")[2]
    return f"T{int(number):x}" if number.isdigit() else ""


# --- references -------------------------------------------------------------------------


def reference_fields(reference: Reference) -> tuple[str, ...]:
    """The fields of a row that tell what a reference means."""
    spec = reference.spec
    extra = spec.raw.get("extra") or {}
    names = [spec.field] if spec.field else []
    names += [extra["by"]] if "by" in extra else []
    for text in (extra.get("where") or {}).values():
        names += _names_in(text)
    own = reference._owner._spec.fields
    return tuple(name for name in dict.fromkeys(names) if name in own)


def resolve(reference: Reference, row: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The kind and key of the object that a reference means; None where the row does not tell."""
    spec = reference.spec
    if spec.field is None or spec.field not in row:
        return None
    value = row[spec.field]
    extra = spec.raw.get("extra") or {}
    target = spec.target
    if target is None:
        by = extra.get("by")
        target = None if by is None or by not in row else kind_of(row[by])
        if target is None:
            return None
    if target == "status":
        directory = directory_of(spec, reference._owner._spec, row)
        return None if directory is None else (target, (directory, value) if value not in (None, "") else None)
    if target == "category":
        number = _filled((extra.get("where") or {}).get("entityTypeId"), reference._owner._spec, row)
        # The id 0 is a real one: the default pipeline of deals.
        return None if number is None else (target, None if value in (None, "") else (int(number), number_of(value)))
    if spec.raw.get("key") not in (None, "ID", "id"):
        return None
    return target, None if value in _NONE else number_of(value)


def directory_of(spec: ReferenceSpec, owner: ObjectSpec, row: Mapping[str, Any]) -> str | None:
    """The directory that holds the codes of a reference; None where the row does not tell."""
    where = (spec.raw.get("extra") or {}).get("where") or {}
    text = where.get("ENTITY_ID")
    if isinstance(text, list):
        text = text[0] if text else None
    choice = _CHOICE.fullmatch(str(text))
    if choice:
        first, name, value, other = choice.groups()
        if name not in row:
            return None
        text = first if str(row[name] or 0) == value else other
    return _filled(text, owner, row)


def _filled(text: Any, owner: ObjectSpec, row: Mapping[str, Any]) -> str | None:
    """A text with the names in braces filled in from the row, or from what all calls of the kind carry."""
    if text is None:
        return None
    known = {**((owner.raw.get("extra") or {}).get("parameters") or {}), **row}
    names = _names_in(text)
    if any(known.get(name) is None for name in names):
        return None
    return _NAME.sub(lambda match: str(known[match[1]]), str(text))


def _names_in(text: Any) -> list[str]:
    choice = _CHOICE.fullmatch(str(text))
    return [*([choice[2]] if choice else []), *_NAME.findall(str(text))]


# --- collections ------------------------------------------------------------------------


def collection_select(owners: Sequence[Object], collection: Collection) -> Select | None:
    """The search for the members of a collection.

    Several owners are asked for at once where each member tells in a plain field whose it is.
    """
    raw = collection.spec.raw
    extra = raw.get("extra") or {}
    owner = owners[0]
    if raw.get("field") or "list" not in (raw.get("methods") or {}) or _is_linked(raw):
        return None
    conditions = {**(extra.get("filter") or {}), **(extra.get("params") or {})}
    if owner.code == "category" and collection.workfront_name == "stages":
        conditions = {"ENTITY_ID": _stage_directory(*owner.id)}
    cls = _target(owner, raw.get("target"), conditions)
    if cls is None:
        return None
    family = family_of(cls._spec)
    parameters: list[tuple[str, Any]] = []
    for name, value in conditions.items():
        filled = _parameter(owner, name, value)
        bare = name.lstrip("=")
        if bare in family.context:
            continue
        if len(owners) > 1 and value == "$id":
            if not _tells_owner(family, bare):
                return None
            parameters.append((f"{family.operators['in'][0]}{bare}", [_last(one.id) for one in owners]))
        else:
            parameters.append((f"{family.operators['eq'][0]}{bare}", filled))
    if len(owners) > 1 and not any(value == "$id" for value in conditions.values()):
        return None
    return Select(type=cls, parameters=tuple(parameters))


def collection_owner(collection: Collection, row: Mapping[str, Any]) -> Any:
    """The id of the owner of a member."""
    extra = collection.spec.raw.get("extra") or {}
    conditions = {**(extra.get("filter") or {}), **(extra.get("params") or {})}
    name = next(name for name, value in conditions.items() if value == "$id")
    return number_of(row.get(name.lstrip("=")))


def member_keys(collection: Collection, row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The members whose keys a field lists: plain ids, or codes such as `D_1`."""
    raw = collection.spec.raw
    values = row.get(raw["field"])
    if not isinstance(values, list):
        values = [] if values in _NONE else [values]
    target = raw.get("target")
    found: list[tuple[str, Any]] = []
    for value in values:
        kind, key = target, number_of(value)
        if target is None:
            letters, _underscore, number = str(value).rpartition("_")
            kind, key = kind_of(letters), number_of(number)
        if kind is not None and key not in _NONE:
            found.append((kind, key))
    return found


def links(owners: Sequence[Object], collection: Collection) -> list[tuple[Request, Sequence[Object]]] | None:
    """Requests that read links from a table of their own, fifty owners in one."""
    raw = collection.spec.raw
    if not _is_linked(raw):
        return _lists(owners, collection) if len(owners) > 1 else None
    method = raw["methods"]["list"]
    label = f"load {type(owners[0]).__name__}.{collection.workfront_name}"
    is_bound = method == "crm.activity.binding.list"
    name = "activityId" if is_bound else "id"
    read = _bound if is_bound else _linked_by(str(raw["target"]))
    planned: list[tuple[Request, Sequence[Object]]] = []
    for start in range(0, len(owners), LIMIT):
        chunk = owners[start : start + LIMIT]
        commands = [Command(method, {name: owner.id}) for owner in chunk]

        def decode(answers: list[Answer]) -> list[list[tuple[str, Any]]]:
            found = []
            for answer in answers:
                if answer.error is not None:
                    raise answer.error
                rows = answer.result if isinstance(answer.result, list) else list(as_map(answer.result).values())
                found.append([pair for row in rows if (pair := read(row)) is not None])
            return found

        planned.append((batch(label, commands, decode=decode), chunk))
    return planned


def _lists(owners: Sequence[Object], collection: Collection) -> list[tuple[Request, Sequence[Object]]] | None:
    """Requests that read the members of each owner by a list of its own, where one search cannot tell whose they are."""
    if collection_select(owners, collection) is not None:
        return None
    selects = [collection_select([owner], collection) for owner in owners]
    if any(select is None for select in selects):
        return None
    label = f"load {type(owners[0]).__name__}.{collection.workfront_name}"
    planned: list[tuple[Request, Sequence[Object]]] = []
    for start in range(0, len(owners), LIMIT):
        chunk = [select for select in selects[start : start + LIMIT] if select is not None]
        cls = chunk[0].type
        family = family_of(cls._spec)
        order = {} if family.paging == "whole" else dict.fromkeys(family.key, "ASC")
        commands = [family.listing(dict(select.parameters), order=order) for select in chunk]

        def decode(
            answers: list[Answer], family: Family = family, cls: type[Object] = cls
        ) -> list[list[tuple[str, Any]] | None]:
            found: list[list[tuple[str, Any]] | None] = []
            for answer in answers:
                if answer.error is not None:
                    raise answer.error
                rows = family.rows(answer.result)
                found.append([(str(cls.code), row) for row in rows] if answer.next is None else None)
            return found

        planned.append((batch(label, commands, decode=decode), owners[start : start + LIMIT]))
    return planned


def _is_linked(raw: Mapping[str, Any]) -> bool:
    method = str((raw.get("methods") or {}).get("list", ""))
    return method.endswith((".items.get", ".binding.list"))


def _linked_by(target: str) -> Callable[[Mapping[str, Any]], tuple[str, Any] | None]:
    name = f"{target.upper()}_ID"

    def read(row: Mapping[str, Any]) -> tuple[str, Any] | None:
        key = number_of(row.get(name))
        return None if key in _NONE else (target, key)

    return read


def _bound(row: Mapping[str, Any]) -> tuple[str, Any] | None:
    kind = kind_of(row.get("entityTypeId"))
    return None if kind is None else (kind, number_of(row.get("entityId")))


def _target(owner: Object, target: str | None, conditions: Mapping[str, Any]) -> type[Object] | None:
    if target == "item":
        # Whose items they are the owner tells.
        number = owner._row.get("entityTypeId")
        target = kind_of(number) if "entityTypeId" in conditions and number is not None else None
    if target is None:
        return None
    found: type[Object] = owner._session("load").api.by_code[target]
    return found


def _parameter(owner: Object, name: str, value: Any) -> Any:
    if value == "$id":
        return _last(owner.id)
    if isinstance(value, str) and value.startswith("$"):
        return owner._row.get(value[1:])
    if name == "=ownerType":
        return owner_code(owner._spec)
    return value


def _last(key: Any) -> Any:
    return key[-1] if isinstance(key, tuple) else key


def _tells_owner(family: Any, name: str) -> bool:
    """Whether a field of the members names their one owner, and can be filtered by several."""
    field = family.spec.fields.get(name)
    # A deal's contact is the first of several that it is linked with.
    able = "in" in family.operators and not family.single_owner
    return field is not None and not field.multiple and able and name != "CONTACT_ID"


def _stage_directory(type_id: int, category: int) -> str:
    if type_id == 2:  # noqa: PLR2004 - deals
        return "DEAL_STAGE" if category == 0 else f"DEAL_STAGE_{category}"
    prefix = "SMART_INVOICE" if type_id == 31 else f"DYNAMIC_{type_id}"  # noqa: PLR2004 - invoices
    return f"{prefix}_STAGE_{category}"


# --- a portal's own values ----------------------------------------------------------------


def values_place(cls: type[Object], field: FieldSpec, row: Mapping[str, Any]) -> Any:
    """What the values of a field are remembered by: the directory for codes, so that fields share it."""
    directory = _directory_of_field(cls, field, row)
    return (str(cls.code), field.name) if directory is None else ("status", directory)


def tenant_values(cls: type[Object], field: FieldSpec, row: Mapping[str, Any]) -> Request | None:
    """A call that reads the portal's own values of a field, as (code, label) pairs."""
    label = f"read the values of {cls.__name__}.{field.name}"
    directory = _directory_of_field(cls, field, row)
    if directory is not None:

        def statuses(envelope: Mapping[str, Any]) -> list[tuple[Any, str]]:
            return [(entry.get("STATUS_ID"), str(entry.get("NAME"))) for entry in envelope["result"]]

        return call(label, "crm.status.list", {"filter": {"ENTITY_ID": directory}}, decode=statuses)
    pattern = _directories_of_field(cls, field)
    if pattern is not None:

        def of_all_pipelines(envelope: Mapping[str, Any]) -> list[tuple[Any, str]]:
            rows = [entry for entry in envelope["result"] if pattern.fullmatch(str(entry.get("ENTITY_ID")))]
            return [(entry.get("STATUS_ID"), str(entry.get("NAME"))) for entry in rows]

        return call(label, "crm.status.list", {}, decode=of_all_pipelines)
    if field.type == "crm_currency":

        def currencies(envelope: Mapping[str, Any]) -> list[tuple[Any, str]]:
            return [(entry.get("CURRENCY"), str(entry.get("FULL_NAME"))) for entry in envelope["result"]]

        return call(label, "crm.currency.list", {}, decode=currencies)
    return None


def _directories_of_field(cls: type[Object], field: FieldSpec) -> re.Pattern[str] | None:
    """The directories that a field may take its codes from where no row tells which: those of all pipelines."""
    reference = cls._spec.references.get(field.reference or "")
    if field.type != "crm_status" or reference is None:
        return None
    text = ((reference.raw.get("extra") or {}).get("where") or {}).get("ENTITY_ID")
    if not isinstance(text, str):
        return None
    choice = _CHOICE.fullmatch(text)
    known = (cls._spec.raw.get("extra") or {}).get("parameters") or {}
    found = [
        _NAME.sub(lambda match: str(known.get(match[1], r"\d+")), one)
        for one in ((choice[1], choice[4]) if choice else (text,))
    ]
    return re.compile("|".join(found))


def _directory_of_field(cls: type[Object], field: FieldSpec, row: Mapping[str, Any]) -> str | None:
    if field.type != "crm_status":
        return None
    reference = cls._spec.references.get(field.reference or "")
    if reference is not None:
        return directory_of(reference, cls._spec, row)
    kind = field.raw.get("statusType")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    return kind if isinstance(kind, str) and "{" not in kind else None
