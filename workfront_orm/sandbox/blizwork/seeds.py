"""The data that a BlizWork starts with: a company with processes and tables, and for the demo its cases and records.

`empty` has one company, four users, three processes and three tables without rows. `demo` has some 180 cases in both environments
and 220 records; the first case of the process `sales` in production is open. `large` has twenty times as many. All but the token
depends on the seed alone; dates lie in 2023.
"""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.blizwork.definitions import PROCESSES, TABLES, form_of
from workfront_orm.sandbox.blizwork.world import COMPANY, ENVIRONMENTS, timestamp

if TYPE_CHECKING:
    from workfront_orm.sandbox.blizwork.backend import BlizworkBackend

START = datetime(2023, 3, 6, 9, 0, tzinfo=UTC)
LIFETIME = timedelta(days=365)
SCALE = {"empty": 0, "demo": 1, "large": 20}
CASES = {"production": 45, "draft": 15}
RECORDS = {"Clientes": 120, "Productos": 60, "Listas de precios": 40}

USERS = (
    ("ana.rojas@acme.example", "Ana Rojas", "Administrator", True),
    ("bruno.diaz@acme.example", "Bruno Díaz", "Seller", True),
    ("carla.munoz@acme.example", "Carla Muñoz", "Seller", True),
    ("guest@acme.example", "Guest", "None", False),
)

_NAMES = (
    "Aconcagua",
    "Bío-Bío",
    "Cordillera",
    "Ñuble",
    "Valdivia",
    "Atacama",
    "Los Ríos",
    "Magallanes",
    "Elqui",
    "Maipo",
)
_KINDS = ("Ltda.", "S.A.", "SpA", "y Cía.")
_PRODUCTS = ("Silla", "Mesa", "Lámpara", "Cajón", "Estantería", "Escritorio", "Sofá", "Colchón")


def plant(backend: BlizworkBackend, data: str, seed: int) -> None:
    """Fill a new BlizWork.

    Args:
        backend: whose data it is.
        data: `empty`, `demo` or `large`.
        seed: of what is random.

    Raises:
        ValueError: the kind of data is unknown.
    """
    if data not in SCALE:
        raise ValueError(f"the sandbox of blizwork has no data {data!r}; it has {', '.join(SCALE)}")
    world = backend.world
    world.plan(seed)
    world.at(START)
    for user, name, role, entitled in USERS:
        world.users.add(user, {"userId": user, "name": name, "role": role, "entitled": entitled})
    for process in PROCESSES:
        world.processes.add(process["processId"], process)
    for table, columns in TABLES.items():
        world.tables.add(table, {"name": table, "columns": list(columns)})
    _Demo(backend, seed).fill(SCALE[data])
    world.live()
    token = world.new_token()
    world.documents["tokens"].add(token, {"expires": timestamp(world.now() + LIFETIME)})
    world.documents["settings"].add("company", {"companyId": COMPANY, "name": "Acme Chile"})
    world.documents["settings"].add(
        "info",
        {
            "token": token,
            "user_id": USERS[0][0],
            "guest_user_id": USERS[-1][0],
            "company_id": COMPANY,
            "process": PROCESSES[0]["processId"],
            "table": next(iter(TABLES)),
        },
    )


class _Demo:
    """Cases and records, drawn from a seed.

    Args:
        backend: whose data it is.
        seed: of what is random.
    """

    def __init__(self, backend: BlizworkBackend, seed: int) -> None:
        self._backend = backend
        self._world = backend.world
        self._random = random.Random(seed)  # noqa: S311 - reproducible demo data
        self._moment = START

    def fill(self, scale: int) -> None:
        """Make so many times the usual number of cases and records."""
        for environment in ENVIRONMENTS:
            for table, count in RECORDS.items():
                for number in range(count * scale):
                    self._record(environment, table, number)
            for process in PROCESSES:
                for number in range(CASES[environment] * scale):
                    # The first case of a list is open: it was begun and no more.
                    self._case(environment, process, steps=0 if number == 0 else self._random.randint(0, 5))

    def _record(self, environment: str, table: str, number: int) -> None:
        name = f"{self._random.choice(_NAMES)} {self._random.choice(_KINDS)}"
        rows: dict[str, dict[str, Any]] = {
            "Clientes": {
                "RUT": f"{76_000_000 + number * 137}-{number % 10}",
                "Nombre": name,
                "Código": f"C{number + 1:04d}",
                "Estado": self._random.choice(("Activo", "Inactivo", "Prospecto")),
                "Teléfono": f"+56 2 {self._random.randint(2_000_000, 2_999_999)}",
                "Última compra": str(START.date() - timedelta(days=self._random.randint(1, 900))),
            },
            "Productos": {
                "Código": f"P{number + 1:04d}",
                "Descripción": f"{self._random.choice(_PRODUCTS)} {number + 1}",
                "Precio": self._random.randint(10, 900) * 1000,
                "Activo": self._random.random() < 0.9,  # noqa: PLR2004 - shares of what happens
            },
            "Listas de precios": {
                "Código": f"P{number % 60 + 1:04d}",
                "Cliente": f"C{number // 60 + 1:04d}",
                "Descuento": self._random.randint(0, 30) / 100,
            },
        }
        row = rows[table]
        key = str(self._world.documents.next_number(f"records/{environment}/{table}"))
        self._world.records(environment, table).add(key, {"_key": key, **row})

    def _case(self, environment: str, process: dict[str, Any], steps: int) -> None:
        self._tick()
        common: dict[str, Any] = {"companyId": COMPANY, "workflowId": process["processId"]}
        number = self._backend.cases.init({**common, "userId": self._person()}, environment)
        for _ in range(steps):
            case = self._world.cases(environment, process["processId"])[str(number)]
            waiting = case["history"][-1].get("nextActivity")
            if waiting is None:
                return
            form = form_of(process, waiting["formId"])
            assert form is not None
            self._tick()
            params = {
                **common,
                "userId": self._person(),
                "caseNumber": number,
                "formId": form["formId"],
                "nextFormId": self._random.choice(form["actions"]),
                "formData": self._data(process),
            }
            self._backend.cases.execute(params, environment)

    def _data(self, process: dict[str, Any]) -> dict[str, Any]:
        chosen = self._random.sample(process["fields"], k=self._random.randint(1, len(process["fields"])))
        return {field["slug"]: self._value(field["type"]) for field in chosen}

    def _value(self, kind: str) -> Any:
        if kind == "number":
            return self._random.randint(1, 500) * 10
        if kind == "boolean":
            return self._random.random() < 0.5  # noqa: PLR2004
        if kind == "date":
            return str((self._moment + timedelta(days=self._random.randint(1, 60))).date())
        if kind == "file":
            name = f"{self._random.choice(_PRODUCTS).lower()}.txt"
            content = base64.b64encode(f"{name}\n".encode()).decode()
            params = {"module": "form", "filename": name, "file": content}
            return self._backend.upload(params)
        return f"{self._random.choice(_NAMES)} {self._random.choice(_KINDS)}"

    def _person(self) -> str:
        return self._random.choice(USERS[:3])[0]

    def _tick(self) -> None:
        self._moment += timedelta(minutes=self._random.randint(5, 600))
        self._world.at(self._moment)
