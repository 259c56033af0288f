"""What is imported when it is first used."""

import inspect
import subprocess
import sys
import textwrap

import pytest

from workfront_orm.core.imports import exports, hook
from workfront_orm.core.service import Service, find_service, services


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of a system whose service leaves reading to another module."""
    folder = tmp_path / "some_system"
    folder.mkdir()
    files = {
        "__init__": """
            from workfront_orm.core.imports import exports

            __getattr__ = exports(__name__, {"reading": ["load", "SIZE"]})
            """,
        "service": """
            from workfront_orm.core.imports import hook
            from workfront_orm.core.service import Service

            class SomeService(Service):
                name = "some"
                plan_load = hook("reading.load")
            """,
        "reading": """
            SIZE = 3

            def load(cls, ids, fields):
                return [cls, ids, fields]
            """,
    }
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "some_system"
    for name in [name for name in sys.modules if name.partition(".")[0] == "some_system"]:
        del sys.modules[name]


def test_a_hook_loads_its_module_when_it_is_first_called(package):
    from some_system.service import SomeService

    service = SomeService()
    assert "some_system.reading" not in sys.modules
    assert service.plan_load("Task", [1], None) == ["Task", [1], None]
    assert service.plan_load is sys.modules["some_system.reading"].load
    assert SomeService.plan_load is service.plan_load


def test_the_names_of_a_package_load_when_they_are_used(package):
    import some_system

    assert "some_system.reading" not in sys.modules
    assert some_system.SIZE == 3
    with pytest.raises(AttributeError, match=r"module 'some_system' has no attribute 'SIZES'"):
        some_system.SIZES  # noqa: B018 - asked for
    with pytest.raises(AttributeError):
        exports("some_system", {})("SIZE")


def hooks():
    """The hooks of the systems that come with the package, as (system, hook, module, function)."""
    kind = type(hook("a.b"))
    for name in services():
        cls = type(find_service(name))
        for word, value in vars(cls).items():
            if isinstance(value, kind):
                yield name, word, f"{value._package}.{value._module}", value._function


def test_each_hook_takes_and_returns_what_the_protocol_says(tmp_path):
    lines = ["from workfront_orm.core.service import Service", "service = Service()"]
    for number, (_system, word, module, function) in enumerate(found := list(hooks())):
        lines += [f"import {module}", f"hook_{number} = service.{word}", f"hook_{number} = {module}.{function}"]
    # One that is wrong, so that this test can fail.
    lines += ["hook_wrong = service.plan_load", "hook_wrong = service.plan_page"]
    (tmp_path / "hooks.py").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", "--no-pretty", "hooks.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert not done.stderr
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert [line.split(":")[1] for line in errors] == [str(len(lines))], done.stdout
    assert len(found) > 60


def test_each_hook_names_its_parameters_as_the_protocol_does():
    for system, word, _module, _function in hooks():
        protocol = [*inspect.signature(getattr(Service, word)).parameters][1:]
        own = inspect.signature(getattr(find_service(system), word)).parameters
        assert [name for name, one in own.items() if one.default is one.empty] == protocol, (system, word)
