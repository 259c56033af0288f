"""Other mappers, from other fields: what they take to make objects of decoded rows. Runs inside their environment."""

import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from side import FIELDS, rows, serve


def sqlalchemy(names, count):
    """Rows of a table in memory to objects of a session; the fetching cannot be taken apart from it."""
    from sqlalchemy import JSON, String, create_engine, insert, select
    from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
    from sqlalchemy.pool import StaticPool

    data = rows(names, count)
    columns = {name: mapped_column(String if name == "ID" else JSON, primary_key=name == "ID") for name in data[0]}

    class Base(DeclarativeBase):
        pass

    task = type("Task", (Base,), {"__tablename__": "task", **columns})
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(task), data)
    with Session(engine) as session:
        gc.collect()
        start = time.perf_counter()
        objects = session.scalars(select(task)).all()
        elapsed = time.perf_counter() - start
    if len(objects) != count:
        raise SystemExit(f"{len(objects)} of {count} rows")
    return elapsed / count


def pyairtable(names, count):
    from pyairtable.orm import Model, fields

    types = {"boolean": fields.CheckboxField, "int": fields.IntegerField, "double": fields.FloatField}
    members = {name: types.get(kind, fields.TextField)(name) for name, kind in list(names.items())[: FIELDS - 2]}
    meta = {"api_key": "key", "base_id": "app", "table_name": "Task"}
    # Names of our own, since some of the fields are called as its methods are.
    task = type(
        "Task", (Model,), {f"f_{name}": field for name, field in members.items()} | {"Meta": type("Meta", (), meta)}
    )
    records = [
        {
            "id": row["ID"],
            "createdTime": "2030-05-01T17:00:00.000Z",
            "fields": {name: value for name, value in row.items() if name in members},
        }
        for row in rows(names, count)
    ]
    gc.collect()
    start = time.perf_counter()
    objects = [task.from_record(record) for record in records]
    elapsed = time.perf_counter() - start
    del objects
    return elapsed / count


def gitlab(names, count):
    from gitlab import Gitlab
    from gitlab.v4.objects import ProjectManager

    manager = ProjectManager(Gitlab("http://localhost"))
    data = [{**row, "id": number} for number, row in enumerate(rows(names, count))]
    gc.collect()
    start = time.perf_counter()
    # As its lists do.
    objects = [manager._obj_cls(manager, row, created_from_list=True) for row in data]
    elapsed = time.perf_counter() - start
    del objects
    return elapsed / count


if __name__ == "__main__":
    serve({name: globals()[name] for name in ("sqlalchemy", "pyairtable", "gitlab")})
