"""Methods that no metadata has: links between objects, and the product rows of deals and their like.

Links and product rows are written by methods of their own, not with the fields of an object.
Sources: `API.md` sections 5 and 6 of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.core.exchange import Effect
from workfront_orm.core.objects import Object
from workfront_orm.core.relations import Collection

from .batch import Command, batch
from .codecs import number_of
from .errors import NotSupportedError
from .relations import owner_code
from .wire import call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .batch import Answer

__all__ = ["helpers_of"]

_LINKED = frozenset({"contact", "company", "deal", "lead", "quote"})
_SOLD = frozenset({"deal", "lead", "quote"})
_ENDING = ".items.get"
_LEAD, _REQUISITE = 1, 8
PHYSICAL = 1
"""The type of an address where somebody is."""


def link(self: Any, *objects: Object, primary: bool = False) -> None:  # noqa: D417 - self is no argument
    """Link this object with others: contacts with a deal, companies with a contact.

    Sends one batch; what is linked already stays as it is.

    Args:
        objects: Saved contacts or companies.
        primary: Whether the first of them becomes the main one.

    Raises:
        NotSupportedError: Objects of these classes are not linked by a table of their own.
    """
    commands = []
    for number, obj in enumerate(objects):
        name, prefix = _table(self, obj)
        fields = {name: obj.id, **({"IS_PRIMARY": "Y"} if primary and number == 0 else {})}
        commands.append(Command(f"{prefix}.add", {"id": self.id, "fields": fields}))
    _carry_out(self, "link", commands)
    _forget(self, objects)


def unlink(self: Any, *objects: Object) -> None:  # noqa: D417 - self is no argument
    """Take links of this object with others away; the objects stay.

    Sends one batch.

    Args:
        objects: Contacts or companies.

    Raises:
        NotSupportedError: Objects of these classes are not linked by a table of their own.
    """
    commands = []
    for obj in objects:
        name, prefix = _table(self, obj)
        commands.append(Command(f"{prefix}.delete", {"id": self.id, "fields": {name: obj.id}}))
    _carry_out(self, "unlink", commands)
    _forget(self, objects)


def set_product_rows(self: Any, rows: Iterable[Any]) -> tuple[Object, ...]:  # noqa: D417 - self is no argument
    """Replace all product rows of this object; the new ones get ids of their own.

    Sends one call. The portal computes the amount of the object anew, unless it is set by hand.

    Args:
        rows: Unsaved objects of the class `ProductRow`, or dicts of their fields by wire or Python name.

    Returns:
        The rows as the portal keeps them.

    Raises:
        UnknownNameError: A field that product rows do not have.
    """
    session = self._session("set_product_rows")
    cls = session.api.by_code["productrow"]
    sent = [_row(cls, session, row) for row in rows]
    request = call(
        f"set the product rows of {self._label()}",
        "crm.item.productrow.set",
        {"ownerType": owner_code(self._spec), "ownerId": self.id, "productRows": sent},
        effect=Effect.IDEMPOTENT,
    )
    found = session.execute(request)
    made = tuple(session.identity_map.wrap_page(cls, found["productRows"]))
    self._remember("productrows", made)
    for name in ("OPPORTUNITY", "opportunity", "TAX_VALUE", "taxValue"):
        _outdated(self, name)
    return made


def add_address(self: Any, *, type_id: int = PHYSICAL, **fields: Any) -> Object:  # noqa: D417 - self is no argument
    """Add an address to this contact, company or lead.

    Addresses of contacts and companies stand on a requisite, which is made where there is none: with
    the portal's first template, and for the address alone. Sends two batches; one for a lead.

    Args:
        type_id: Its type: 1 physical, 4 registered, 6 legal, 8 mailing, 9 beneficiary, 11 shipping.
        fields: Its other fields by wire or Python name: `city="Lisboa"`.

    Returns:
        The address, saved.

    Raises:
        ConflictError: There is an address of that type already: it is changed, not added.
    """
    session = self._session("add_address")
    cls = session.api.by_code["address"]
    place = {"ENTITY_TYPE_ID": _LEAD, "ENTITY_ID": self.id}
    if self.code != "lead":
        place = {"ENTITY_TYPE_ID": _REQUISITE, "ENTITY_ID": _requisite(self, session)}
    address: Object = cls(session, type_id=type_id, **place, **fields)
    address.save()
    self._forget("addresses")
    return address


def _requisite(owner: Any, session: Any) -> Any:
    """The id of the first requisite of an object, which is made where there is none."""
    type_id = owner._spec.raw["extra"]["entityTypeId"]
    where = {"ENTITY_TYPE_ID": type_id, "ENTITY_ID": owner.id}
    label = f"add an address to {owner._label()}"

    def decode(answers: list[Answer]) -> list[Any]:
        for answer in answers:
            if answer.error is not None:
                raise answer.error
        return [answer.result for answer in answers]

    commands = [
        Command("crm.requisite.list", {"filter": where, "select": ["ID"], "order": {"ID": "ASC"}}),
        Command("crm.requisite.preset.list", {"select": ["ID"], "order": {"ID": "ASC"}}),
    ]
    present, presets = session.execute(batch(label, commands, decode=decode))
    if present:
        return number_of(present[0]["ID"])
    if not presets:
        raise NotSupportedError(f"{label}: the portal has no template of requisites to make one with", None)
    fields = {**where, "PRESET_ID": presets[0]["ID"], "NAME": owner._label(), "ADDRESS_ONLY": "Y"}
    return number_of(session.execute(call(label, "crm.requisite.add", {"fields": fields}, effect=Effect.UNSAFE)))


def _row(cls: type[Object], session: Any, row: Any) -> dict[str, Any]:
    if not isinstance(row, Object):
        row = cls(session, **row)
    return {
        name: value for name, value in row.fields.items() if value is not None and name not in {"ownerId", "ownerType"}
    }


def _carry_out(obj: Any, what: str, commands: list[Command]) -> None:
    def decode(answers: list[Answer]) -> None:
        for answer in answers:
            if answer.error is not None:
                raise answer.error

    if commands:
        # A link that is there already is not made again.
        request = batch(f"{what} {obj._label()}", commands, decode=decode, effect=Effect.IDEMPOTENT)
        obj._session(what).execute(request)


def _table(owner: Any, target: Object) -> tuple[str, str]:
    """The name of the target's id in links of two classes, and what the methods begin with."""
    for member in type(owner)._members.values():
        if isinstance(member, Collection) and member.spec.target == target.code:
            method = str((member.spec.raw.get("methods") or {}).get("list", ""))
            if method.endswith(_ENDING):
                if target.id is None:
                    raise ValueError(f"link {owner._label()}: {target._label()} has no id yet; save it first")
                return f"{str(target.code).upper()}_ID", method.removesuffix(_ENDING)
    raise NotSupportedError(f"{owner._label()} has no links with {target._label()}", None)


def _forget(owner: Any, objects: Iterable[Object]) -> None:
    """Forget what the links said, on both sides."""
    for one, others in ((owner, objects), *((other, (owner,)) for other in objects)):
        codes = {other.code for other in others}
        for member in type(one)._members.values():
            if isinstance(member, Collection) and member.spec.target in codes:
                one._forget(member.workfront_name)
        for code in codes:
            # The main one may be another now.
            _outdated(one, f"{str(code).upper()}_ID")


def _outdated(obj: Any, name: str) -> None:
    """Take a field for not loaded, unless it has an unsaved change."""
    if name in obj._row and name not in obj.dirty:
        del obj._row[name]
        obj._forget(name)
        obj._forget_reference(name)


def helpers_of(key: str) -> Mapping[str, Any]:
    """The methods of a class, by the key of its kind."""
    found: dict[str, Any] = {}
    if key in _LINKED:
        found |= {"link": link, "unlink": unlink}
    if key in {"contact", "company", "lead"}:
        found["add_address"] = add_address
    if key in _SOLD or key == "item" or key.startswith("item:"):
        found["set_product_rows"] = set_product_rows
    return found
