"""What kinds of records the portal has: their fields, columns and names in each family of methods.

Everything begins with the metadata file that the client's classes are made of too. The portal adds what only a portal has:
smart-process types and custom fields. A record is stored under the upper-case names of the old methods, and each family
reads and writes it under its own: `ASSIGNED_BY_ID` in crm.deal.*, `assignedById` in crm.item.*.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workfront_orm.core import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERSION = "rest-2026-08"

LEAD, DEAL, CONTACT, COMPANY, QUOTE, REQUISITE, INVOICE = 1, 2, 3, 4, 7, 8, 31
DYNAMIC_FROM = 128

LINK_TYPES = frozenset({"crm_company", "crm_contact", "crm_lead", "crm_deal", "crm_quote", "crm_entity"})
"""Types whose empty value newer methods print as 0."""

MULTIFIELD_TYPES = ("PHONE", "EMAIL", "WEB", "IM", "LINK")

_LINK_LISTS = frozenset({"CONTACT_IDS", "COMPANY_IDS", "CONTACTS"})

_STORAGE = {
    **dict.fromkeys(("integer", "user", "employee", "location", "crm_category", *LINK_TYPES), "integer"),
    **dict.fromkeys(("crm_enum_ownertype", "crm_enum_activitytype", "crm_enum_activitystatus"), "integer"),
    **dict.fromkeys(("crm_enum_activitypriority", "crm_enum_activitynotifytype"), "integer"),
    **dict.fromkeys(("crm_enum_contenttype", "crm_enum_activitydirection"), "integer"),
    "double": "real",
    "boolean": "flag",
    "char": "flag",
    "date": "date",
    "datetime": "datetime",
    **dict.fromkeys(("file", "diskfile", "disk_file", "object", "array", "crm_status_extra"), "json"),
    **dict.fromkeys(("currency_localization", "crm_activity_binding", "crm_activity_communication"), "json"),
}

# Columns that the old methods and crm.item.* name differently, and what crm.item.* does not have.
_UNIVERSAL_NAMES = {
    "DATE_CREATE": "CREATED_TIME",
    "DATE_MODIFY": "UPDATED_TIME",
    "CREATED_BY_ID": "CREATED_BY",
    "MODIFY_BY_ID": "UPDATED_BY",
    "MOVED_BY_ID": "MOVED_BY",
    "STATUS_ID": "STAGE_ID",
    "STATUS_SEMANTIC_ID": "STAGE_SEMANTIC_ID",
    "COMPANY_TYPE": "TYPE_ID",
}
_NOT_UNIVERSAL = re.compile(r"(REG_)?ADDRESS(_|$)")
# Fields that belong to some smart-process types only, by the switch of the type.
_SWITCHED = {
    "BEGINDATE": "IS_BEGIN_CLOSE_DATES_ENABLED",
    "CLOSEDATE": "IS_BEGIN_CLOSE_DATES_ENABLED",
    "COMPANY_ID": "IS_CLIENT_ENABLED",
    "CONTACT_ID": "IS_CLIENT_ENABLED",
    "CONTACT_IDS": "IS_CLIENT_ENABLED",
    "CONTACTS": "IS_CLIENT_ENABLED",
    "OBSERVERS": "IS_OBSERVERS_ENABLED",
    "STAGE_ID": "IS_STAGES_ENABLED",
    "PREVIOUS_STAGE_ID": "IS_STAGES_ENABLED",
    "SOURCE_ID": "IS_SOURCE_ENABLED",
    "SOURCE_DESCRIPTION": "IS_SOURCE_ENABLED",
    "CURRENCY_ID": "IS_LINK_WITH_PRODUCTS_ENABLED",
    "IS_MANUAL_OPPORTUNITY": "IS_LINK_WITH_PRODUCTS_ENABLED",
    "OPPORTUNITY": "IS_LINK_WITH_PRODUCTS_ENABLED",
    "TAX_VALUE": "IS_LINK_WITH_PRODUCTS_ENABLED",
    "MYCOMPANY_ID": "IS_MYCOMPANY_ENABLED",
}


@dataclass(slots=True)
class Field:
    """One field of one kind of record.

    Attributes:
        column: upper-case name, which is also the column's.
        type: the system's name of the type.
        read_only: writes to it are ignored.
        required: flagged as required in the metadata.
        multiple: holds a list.
        immutable: taken when a record is made, ignored later.
        deprecated: flagged as deprecated in the metadata.
        custom: made by the portal's administrator (`UF_...`).
        write_only: never returned by the old methods.
        by_name: comes only when `select` names it.
        title: label.
        status_type: directory of a `crm_status` field.
        settings: further settings that the metadata shows.
        items: values of an enumeration: id -> text.
        universal: name in crm.item.*; None where that family does not have it.
        row: name in returned rows of tasks.
    """

    column: str
    type: str
    read_only: bool = False
    required: bool = False
    multiple: bool = False
    immutable: bool = False
    deprecated: bool = False
    custom: bool = False
    write_only: bool = False
    by_name: bool = False
    title: str = ""
    status_type: Any = None
    settings: dict[str, Any] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    universal: str | None = None
    row: str | None = None

    @property
    def virtual(self) -> bool:
        """Whether it has no column: lists of links and of phones and addresses live in tables of their own."""
        return self.type == "crm_multifield" or self.write_only or self.column in _LINK_LISTS

    @property
    def storage(self) -> str:
        """How its column holds it: integer, real, flag, text, date, datetime or json."""
        if self.multiple:
            return "json"
        return _STORAGE.get(self.type, "text")

    @property
    def element(self) -> str:
        """How one value of it is held, be it multiple or not."""
        return _STORAGE.get(self.type, "text")


class Entity:
    """One kind of record: a table, its fields and their names.

    Args:
        key: key in the metadata file, or `item:{entityTypeId}`.
        table: table that holds it.
        fields: the fields in the order in which they are shown.
        type_id: entityTypeId, None where the kind has none.
        code: short letter in product rows and bindings: `D`, `T80`.
        title: name of the type, for default titles.
        key_column: column of the key.

    Attributes:
        expressions: SQL that was made to print its rows, see `rows.expression`.
    """

    def __init__(
        self,
        key: str,
        table: str,
        fields: Iterable[Field],
        *,
        type_id: int | None = None,
        code: str = "",
        title: str = "",
        key_column: str = "ID",
    ) -> None:
        self.key = key
        self.table = table
        self.type_id = type_id
        self.code = code
        self.title = title
        self.key_column = key_column
        self.fields: dict[str, Field] = {item.column: item for item in fields}
        self.expressions: dict[tuple[object, ...], str] = {}
        self._universal: dict[str, Field] | None = None

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a smart process (or an invoice, which behaves like one)."""
        return self.type_id is not None and (self.type_id >= DYNAMIC_FROM or self.type_id == INVOICE)

    @property
    def stage_column(self) -> str | None:
        """The column that holds the stage."""
        for name in ("STAGE_ID", "STATUS_ID"):
            if name in self.fields and self.key in {"deal", "lead", "quote"} | (
                {self.key} if self.is_dynamic else set()
            ):
                return name
        return None

    @property
    def has_multifields(self) -> bool:
        """Whether records have phones and addresses."""
        return "PHONE" in self.fields

    @property
    def universal(self) -> dict[str, Field]:
        """Fields by their names in crm.item.*."""
        if self._universal is None:
            self._universal = {item.universal: item for item in self.fields.values() if item.universal}
        return self._universal

    def add(self, item: Field) -> None:
        """Add a custom field."""
        self.fields[item.column] = item
        self._universal = None
        self.expressions.clear()

    def universal_field(self, name: str) -> Field | None:
        """Find a field by its name in crm.item.*; the original upper-case name is accepted too, as is any case of `id`."""
        found = self.universal.get(name)
        if found is None:
            if name.upper() == "ID":
                return self.fields["ID"]
            found = self.fields.get(name)
            if found is not None and found.universal is None:
                return None
        return found


def camel(name: str) -> str:
    """Return the camelCase form of an UPPER_SNAKE name: `ASSIGNED_BY_ID` is `assignedById`."""
    first, *others = name.lower().split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def custom_universal_name(column: str, type_id: int | None) -> str:
    """Return the name of a custom field in crm.item.*: `UF_CRM_1_X` is `ufCrm1_x`, `UF_CRM_169` is `ufCrm_169`."""
    rest = column.removeprefix("UF_CRM_")
    prefix = "ufCrm"
    if type_id is not None and (type_id >= DYNAMIC_FROM or type_id == INVOICE):
        number, _, rest = rest.partition("_")
        prefix += number
    return f"{prefix}_{camel(rest)}"


def build() -> dict[str, Entity]:
    """Return the kinds of records that every portal has, from the metadata file."""
    entities = {}
    for key, spec in _source().read_all().items():
        if key in {"item", "multifield"}:
            continue
        extra = spec.raw.get("extra", {})
        fields = [_field(key, name, item.raw) for name, item in spec.fields.items()]
        entities[key] = Entity(
            key,
            key,
            fields,
            type_id=extra.get("entityTypeId"),
            code=extra.get("abbreviation", ""),
            title=spec.name,
            key_column="CURRENCY" if key == "currency" else "ID",
        )
    return entities


def dynamic(type_row: Mapping[str, Any]) -> Entity:
    """Return the kind of record that a smart-process type makes.

    Args:
        type_row: stored row of the type: ID, ENTITY_TYPE_ID, TITLE and its switches.
    """
    spec = _source().read_all()["item"]
    fields = []
    for name, item in spec.fields.items():
        if name in {"entityTypeId", "fm"}:
            continue
        made = _field("item", name, item.raw)
        switch = _SWITCHED.get(made.column)
        if switch is None or type_row.get(switch) != "N":
            fields.append(made)
    type_id = int(type_row["ENTITY_TYPE_ID"])
    for made in fields:
        if made.status_type and "DYNAMIC_" in made.status_type:
            made.status_type = f"{stage_prefix(type_id)}_STAGE"
    code = "SI" if type_id == INVOICE else f"T{type_id:x}"
    return Entity(
        f"item:{type_id}", f"dynamic_{type_id}", fields, type_id=type_id, code=code, title=str(type_row["TITLE"])
    )


def stage_prefix(type_id: int) -> str:
    """Return the beginning of the names of a type's stage directories."""
    return "SMART_INVOICE" if type_id == INVOICE else f"DYNAMIC_{type_id}"


def stage_directory(type_id: int, category: int) -> str:
    """Return the directory that holds the stages of a type and pipeline."""
    if type_id == LEAD:
        return "STATUS"
    if type_id == QUOTE:
        return "QUOTE_STATUS"
    if type_id == DEAL:
        return "DEAL_STAGE" if category == 0 else f"DEAL_STAGE_{category}"
    return f"{stage_prefix(type_id)}_STAGE_{category}"


def stage_code_prefix(type_id: int, category: int) -> str:
    """Return what every stage code of a pipeline begins with: `C2:` or `DT128_10:`."""
    if type_id in {LEAD, QUOTE} or (type_id == DEAL and category == 0):
        return ""
    return f"C{category}:" if type_id == DEAL else f"DT{type_id}_{category}:"


def describe(item: Field, *, universal: bool) -> dict[str, Any]:
    """Return a field's entry in the answer of a `*.fields` method."""
    entry: dict[str, Any] = {
        "type": item.type,
        "isRequired": item.required,
        "isReadOnly": item.read_only,
        "isImmutable": item.immutable,
        "isMultiple": item.multiple,
        "isDynamic": item.custom,
        "title": item.title or item.column.capitalize().replace("_", " "),
    }
    if item.custom:
        entry |= {"listLabel": item.title, "formLabel": item.title, "filterLabel": item.title}
        entry["settings"] = item.settings
    if item.status_type:
        entry["statusType"] = item.status_type
    if item.items:
        entry["items"] = [{"ID": key, "VALUE": value} for key, value in item.items.items()]
    if item.deprecated:
        entry["isDeprecated"] = True
    if universal:
        entry["upperName"] = _UNIVERSAL_NAMES.get(item.column, item.column)
    return entry


@functools.cache
def _source() -> metadata.MetadataFile:
    return metadata.find("bitrix24", VERSION)


def _field(key: str, name: str, raw: Mapping[str, Any]) -> Field:
    names = raw.get("names", {})
    own_family = names.get("upper")
    column = own_family or name
    if own_family is None and not name.isupper():
        column = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).upper()
    universal: str | None = name if own_family or column != name else None
    if key in {"contact", "company", "deal", "lead", "quote"}:
        universal = _universal_name(key, column)
    return Field(
        column=column,
        type=raw["type"],
        read_only=bool(raw.get("readOnly")),
        required=bool(raw.get("required")),
        multiple=bool(raw.get("multiple")),
        immutable=bool(raw.get("immutable")),
        deprecated=bool(raw.get("deprecated")),
        write_only=bool(raw.get("writeOnly")),
        by_name=bool(raw.get("extra", {}).get("selectByName")),
        status_type=raw.get("statusType"),
        universal=universal,
        row=names.get("row"),
    )


def _universal_name(key: str, column: str) -> str | None:
    if _NOT_UNIVERSAL.match(column) or column in MULTIFIELD_TYPES or (key == "company" and column == "CONTACT_ID"):
        return None
    return camel(_UNIVERSAL_NAMES.get(column, column))
