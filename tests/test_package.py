"""The public names: where they are found, and what finding them costs. What ships is in `test_house.py`."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import workfront_orm
from workfront_orm.core import metadata

VERSIONS = Path(workfront_orm.__file__).parent / "versions"


def run(code):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.split()


def test_every_public_name_is_there():
    for name in workfront_orm.__all__:
        assert getattr(workfront_orm, name) is not None
        assert name in dir(workfront_orm)
    assert sorted(workfront_orm.__all__) == sorted(workfront_orm._HOMES)
    with pytest.raises(AttributeError, match="module 'workfront_orm' has no attribute 'Sesion'"):
        _ = workfront_orm.Sesion


def test_the_names_of_the_design():
    from workfront_orm import FieldNotLoaded, Session, WorkfrontAPIError
    from workfront_orm.meta import APIVersion, Collection, Field, Object, Reference
    from workfront_orm.session import ONDEMAND_TEMPLATE, SANDBOX_TEMPLATE
    from workfront_orm.versions.v40 import Task, api

    assert api.Task is Task
    assert issubclass(Task, Object)
    assert Session.version_registry["v4.0"] is api
    assert isinstance(api, APIVersion)
    assert issubclass(WorkfrontAPIError, workfront_orm.APIError)
    assert not issubclass(FieldNotLoaded, AttributeError)
    assert {type(Task.status), type(Task.project), type(Task.assignments)} == {Field, Reference, Collection}
    assert ONDEMAND_TEMPLATE == "{protocol}://{domain}.attask-ondemand.com/attask/api/{api_version}"
    assert SANDBOX_TEMPLATE == "{protocol}://{domain}.attasksandbox.com/attask/api/{api_version}"


def test_a_module_for_every_version():
    modules = {path.stem for path in VERSIONS.glob("*.py")} - {"__init__"}
    assert modules == {version.replace(".", "") for version in metadata.versions("workfront")}
    for version in metadata.versions("workfront"):
        module = importlib.import_module(f"workfront_orm.versions.{version.replace('.', '')}")
        assert module.api.version == version
        assert "Task" in dir(module)
        with pytest.raises(AttributeError, match="did you mean 'Task'"):
            _ = module.Taks


def test_a_mistyped_class_cannot_be_imported():
    with pytest.raises(ImportError, match="cannot import name 'Taks'"):
        from workfront_orm.versions.v220 import Taks  # noqa: F401


def test_error_classes_load_no_session():
    loaded = run("import sys; from workfront_orm import FieldNotLoaded, APIError, Field; print(*sys.modules)")
    assert not set(loaded) & {"requests", "attr", "jsonschema", "workfront_orm.core.session"}


def test_a_session_loads_no_schema_and_no_server():
    loaded = run("import sys; from workfront_orm import Session; Session('x').close(); print(*sys.modules)")
    assert "requests" in loaded
    assert not set(loaded) & {"jsonschema", "starlette", "uvicorn", "sqlite3", "click", "rich"}


def test_going_through_a_version_in_a_process_of_its_own():
    counts = run(
        "from workfront_orm.versions.v220 import api\n"
        "print(len([cls for cls in api.by_code.values()]), len(api.by_code))"
    )
    assert counts[0] == counts[1]
    assert int(counts[0]) > 100
