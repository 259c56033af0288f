"""The processes and master-data tables of the sandbox's company.

A form is an activity: executing it leads to one of the forms of its actions. A form without actions ends the case.
"""

from __future__ import annotations

from typing import Any

Definition = dict[str, Any]


def _process(slug: str, name: str, fields: dict[str, str], forms: dict[str, tuple[str, ...]]) -> Definition:
    return {
        "processId": slug,
        "name": name,
        "processVersion": 1,
        "start": next(iter(forms)),
        "fields": [{"slug": field, "type": kind} for field, kind in fields.items()],
        "forms": [{"formId": form, "actions": list(actions)} for form, actions in forms.items()],
    }


PROCESSES = (
    _process(
        "sales",
        "Ventas",
        {
            "customer": "text",
            "amount": "number",
            "closeDate": "date",
            "approved": "boolean",
            "quote": "file",
            "observación": "text",
        },
        {
            "start": ("review",),
            "review": ("done", "negotiate"),
            "negotiate": ("review", "lost"),
            "done": (),
            "lost": (),
        },
    ),
    _process(
        "onboarding",
        "Alta de cliente",
        {"company": "text", "contact": "text", "rut": "text", "contract": "file", "signedOn": "date"},
        {"request": ("documents",), "documents": ("check", "request"), "check": ("active", "documents"), "active": ()},
    ),
    _process(
        "purchase-order",
        "Orden de compra",
        {"supplier": "text", "total": "number", "urgent": "boolean", "invoice": "file"},
        {"draft": ("approval",), "approval": ("order", "draft"), "order": ("received",), "received": ()},
    ),
)

TABLES = {
    "Clientes": ("RUT", "Nombre", "Código", "Estado", "Teléfono", "Última compra"),
    "Productos": ("Código", "Descripción", "Precio", "Activo"),
    "Listas de precios": ("Código", "Cliente", "Descuento"),
}
"""Columns of each table. The first ones are its natural key: `RUT`, `Código`, `Código` and `Cliente`."""


def form_of(definition: Definition, form: str) -> Definition | None:
    """Return a form of a process, None when it has none of that id."""
    return next((one for one in definition["forms"] if one["formId"] == form), None)
