"""Custom forms of the demo: parameters of every kind, the forms that hold them, and values for objects.

A custom field is a Parameter (PARAM) with its options (POPT); a custom form is a Category (CTGY); the place of a field on a form
is a CategoryParameter (CTGYPA) in a section (PGRP); a form on an object is an ObjectCategory (OBJCAT). Values travel as
`DE:` + the parameter's name. Codes of displayType beyond those of the facts (TYAH) are what practitioners report.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from workfront_orm.sandbox.workfront.data_world import Row, Tables, World, chance

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


class Parameter(NamedTuple):
    """A custom field: name, dataType, displayType, options, type of the objects a typeahead finds, formula."""

    name: str
    data: str
    display: str
    options: tuple[str, ...] = ()
    target: str | None = None
    formula: str | None = None


class Form(NamedTuple):
    """A custom form: name, types it can be put on, names of its parameters in order."""

    name: str
    codes: tuple[str, ...]
    parameters: tuple[str, ...]


PARAMETERS = (
    Parameter("Region", "TEXT", "SLCT", ("North", "South", "East", "West")),
    Parameter("Budget", "CURC", "TEXT"),
    Parameter("Budget with reserve", "CURC", "CALC", formula="ROUND(PROD({DE:Budget},1.1),2)"),
    Parameter("Risk score", "NMBR", "TEXT"),
    Parameter("Launch date", "DATE", "TEXT"),
    Parameter("Channels", "TEXT", "CHCK", ("Email", "Web", "Print", "Social, paid", "Café & events")),
    Parameter("Audience", "TEXT", "MULT", ("B2B", "B2C", "Press", "Staff")),
    Parameter("Visibility", "TEXT", "RDIO", ("Internal", "Public")),
    Parameter("Summary", "TEXT", "TXTA"),
    Parameter("Brief", "RICH", "RICH"),
    Parameter("Client contact", "TEXT", "TYAH", target="USER"),
    Parameter("Cost centre", "TEXT", "TEXT"),
    Parameter("Reviewed on", "DATE", "TEXT"),
    Parameter("Effort class", "TEXT", "SLCT", ("S", "M", "L", "XL")),
    Parameter("Checks", "TEXT", "CHCK", ("Spelling", "Links", "Colours")),
    Parameter("Impact", "TEXT", "RDIO", ("One person", "A team", "Everybody")),
    Parameter("Wanted by", "DATE", "TEXT"),
    Parameter("Steps", "TEXT", "TXTA"),
    Parameter("Keywords", "TEXT", "MULT", ("red", "green", "blue", "with blank ", "été")),
    Parameter("Notes / internal <draft> é", "TEXT", "TEXT"),
    Parameter("Skills", "TEXT", "MULT", ("Writing", "Design", "Code", "Español")),
    Parameter("T-shirt size", "TEXT", "SLCT", ("S", "M", "L", "XL")),
    Parameter("Customer since", "DATE", "TEXT"),
    Parameter("Discount %", "NMBR", "TEXT"),
)

FORMS = (
    Form(
        "Campaign brief",
        ("PROJ",),
        (
            "Region",
            "Budget",
            "Budget with reserve",
            "Risk score",
            "Launch date",
            "Channels",
            "Audience",
            "Visibility",
            "Summary",
            "Brief",
            "Client contact",
        ),
    ),
    Form("Task details", ("TASK",), ("Effort class", "Cost centre", "Reviewed on", "Region", "Checks")),
    Form("Intake request", ("OPTASK",), ("Impact", "Wanted by", "Region", "Steps")),
    Form("Tags", ("PROJ", "TASK", "OPTASK"), ("Keywords", "Notes / internal <draft> é")),
    Form("People", ("USER",), ("Skills", "T-shirt size")),
    Form("Company profile", ("CMPY",), ("Customer since", "Discount %")),
)

_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
_SECTIONS = ("Briefing", "More")
_FIRST_SECTION = 3  # parameters of a form that stand in its first section


def forms(world: World) -> Tables:
    """Parameters, options, forms and their sections."""
    return {
        "PGRP": [_section(world, name, order) for order, name in enumerate(_SECTIONS)],
        "PARAM": [_parameter(world, parameter) for parameter in PARAMETERS],
        "POPT": [
            _option(world, parameter, value, order)
            for parameter in PARAMETERS
            for order, value in enumerate(parameter.options)
        ],
        "CTGY": [_form(world, form) for form in FORMS],
        "CTGYPA": [_place(world, form, name, order) for form in FORMS for order, name in enumerate(form.parameters)],
    }


def fill(world: World, dice: random.Random, code: str, row: Row) -> list[Row]:
    """Put the forms of its type on an object, with values for most of their fields.

    Sets `categoryID` (the first form) and `parameterValues` of the row.

    Returns:
        The OBJCAT rows: one form for most objects, a second one for some.
    """
    own = [form for form in FORMS if code in form.codes]
    chosen = own if len(own) > 1 and chance(dice, 0.3) else own[:1]
    values: dict[str, Any] = {}
    for form in chosen:
        for name in form.parameters:
            if chance(dice, 0.85):
                value = _value(world, dice, _BY_NAME[name])
                if value is not None:
                    values[f"DE:{name}"] = value
    if "Budget with reserve" in chosen[0].parameters:
        budget = values.get("DE:Budget")
        values["DE:Budget with reserve"] = None if budget is None else round(budget * 1.1, 2)
    row["categoryID"] = world.id("CTGY", chosen[0].name)
    row["parameterValues"] = values
    return [
        {
            "ID": world.id("OBJCAT", f"{row['ID']}/{form.name}"),
            "customerID": world.customer,
            "objID": row["ID"],
            "objObjCode": code,
            "categoryID": world.id("CTGY", form.name),
            "categoryOrder": order,
        }
        for order, form in enumerate(chosen)
    ]


# --- definitions ---------------------------------------------------------------------------


def _section(world: World, name: str, order: int) -> Row:
    return {
        "ID": world.id("PGRP", name),
        "customerID": world.customer,
        "name": name,
        "description": None,
        "displayOrder": order,
        "isDefault": order == 0,
        **_entered(world),
    }


def _parameter(world: World, parameter: Parameter) -> Row:
    return {
        "ID": world.id("PARAM", parameter.name),
        "customerID": world.customer,
        "name": parameter.name,
        "label": parameter.name.strip(),
        "description": None,
        "dataType": parameter.data,
        "displayType": parameter.display,
        "displaySize": 0,
        "formatConstraint": None,
        "refObjCode": parameter.target,
        "isRequired": False,
        "isActive": True,
        **_entered(world),
    }


def _option(world: World, parameter: Parameter, value: str, order: int) -> Row:
    return {
        "ID": world.id("POPT", f"{parameter.name}/{value}"),
        "customerID": world.customer,
        "parameterID": world.id("PARAM", parameter.name),
        "label": f"{value} (label)" if parameter.name == "Effort class" else value,
        "value": value,
        "displayOrder": order,
        "isDefault": False,
        "isHidden": False,
        "extRefID": None,
    }


def _form(world: World, form: Form) -> Row:
    return {
        "ID": world.id("CTGY", form.name),
        "customerID": world.customer,
        "name": form.name,
        "description": None,
        "catObjCode": form.codes[0],
        "objTypes": list(form.codes),
        "groupID": world.group,
        "isActive": True,
        "extRefID": None,
        **_entered(world),
    }


def _place(world: World, form: Form, name: str, order: int) -> Row:
    return {
        "ID": world.id("CTGYPA", f"{form.name}/{name}"),
        "customerID": world.customer,
        "categoryID": world.id("CTGY", form.name),
        "parameterID": world.id("PARAM", name),
        "parameterGroupID": world.id("PGRP", _SECTIONS[order >= _FIRST_SECTION]),
        "displayOrder": order,
        "customExpression": _BY_NAME[name].formula,
        "isRequired": False,
        "isInvalidExpression": False,
        "isJournaled": False,
        "rowShared": False,
    }


def _entered(world: World) -> Row:
    return {
        "enteredByID": world.admin,
        "entryDate": world.created,
        "lastUpdateDate": world.created,
        "lastUpdatedByID": world.admin,
    }


# --- values --------------------------------------------------------------------------------


def _value(world: World, dice: random.Random, parameter: Parameter) -> Any:
    return _MAKERS.get(parameter.display, _typed)(world, dice, parameter)


def _one(_world: World, dice: random.Random, parameter: Parameter) -> str:
    return dice.choice(parameter.options)


def _several(_world: World, dice: random.Random, parameter: Parameter) -> str | list[str]:
    """A list, or a plain text for a single value: live servers answer both (API.md 16)."""
    chosen = [option for option in parameter.options if chance(dice, 0.4)] or [parameter.options[0]]
    return chosen[0] if len(chosen) == 1 else chosen


def _text(_world: World, dice: random.Random, _parameter: Parameter) -> str:
    return dice.choice(
        (
            "One line.",
            "Two\nlines with “quotes” & <angle brackets>",
            "Schritt 1: öffnen\nSchritt 2: schließen",
            "Ends with a blank ",
        )
    )


def _rich(_world: World, dice: random.Random, _parameter: Parameter) -> str:
    """Draft.js JSON as a text, as the rich text fields of the API hold it (API.md 16)."""
    lines = dice.sample(("Who: everybody", "What: a “simple” page", "When: before Été", "Why: <because>"), 2)
    blocks = [
        {
            "key": f"b{number}",
            "text": line,
            "type": "unstyled",
            "depth": 0,
            "inlineStyleRanges": [{"offset": 0, "length": line.index(":"), "style": "BOLD"}],
            "entityRanges": [],
            "data": {},
        }
        for number, line in enumerate(lines)
    ]
    return json.dumps({"blocks": blocks, "entityMap": {}})


def _somebody(world: World, dice: random.Random, _parameter: Parameter) -> str:
    found: str = dice.choice(world.people)["ID"]
    return found


def _typed(world: World, dice: random.Random, parameter: Parameter) -> Any:
    if parameter.data == "CURC":
        return dice.randrange(5, 500) * 100 + dice.choice((0.0, 0.5, 0.99))
    if parameter.data == "NMBR":
        return dice.choice((0, 1, 2.5, 3, 4.75, 8, 13, -1))
    if parameter.data == "DATE":
        return world.calendar.day(dice.randrange(-200, 200))
    return dice.choice(("4711", "0815 / B", "Kostenstelle „Süd“", "007", " 12 "))


def _calculated(_world: World, _dice: random.Random, _parameter: Parameter) -> None:
    """Nothing: `fill` calculates it when the other values are there."""


_MAKERS: dict[str, Callable[[World, random.Random, Parameter], Any]] = {
    "SLCT": _one,
    "RDIO": _one,
    "CHCK": _several,
    "MULT": _several,
    "TXTA": _text,
    "RICH": _rich,
    "TYAH": _somebody,
    "CALC": _calculated,
}
