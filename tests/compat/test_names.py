"""Every name of python-workfront 0.8.0 exists here, with the same kind and the same wire name.

The predecessor's modules are read as source text, never imported.
"""

import ast
import importlib
import inspect
import re
from collections import Counter

import pytest

from workfront_orm.meta import Collection, Field, Object, Reference

pytestmark = pytest.mark.peer

KINDS = {"Field": Field, "Reference": Reference, "Collection": Collection}
MODULES = {"v40": 86, "unsupported": 197}


class PeerClass:
    """One class of the predecessor, as its source says it."""

    def __init__(self, node):
        self.name = node.name
        self.code = None
        self.members = {}
        self.methods = {}
        self.properties = set()
        for statement in node.body:
            if isinstance(statement, ast.Assign):
                self._assignment(statement.targets[0].id, statement.value)
            elif isinstance(statement, ast.FunctionDef):
                self._function(statement)
            else:
                pytest.fail(f"{self.name}: {ast.unparse(statement)} is not understood")

    def _assignment(self, name, value):
        if isinstance(value, ast.Constant):
            assert name == "code", f"{self.name}.{name} is not understood"
            self.code = value.value
        else:
            self.members[name] = (value.func.id, value.args[0].value)

    def _function(self, node):
        if any(isinstance(decorator, ast.Name) and decorator.id == "property" for decorator in node.decorator_list):
            self.properties.add(node.name)
            return
        arguments = [argument.arg for argument in node.args.args]
        optional = arguments[len(arguments) - len(node.args.defaults) :] if node.args.defaults else []
        wire_name = re.search("``(.+?)``", ast.get_docstring(node) or "")
        sent = {}
        for part in ast.walk(node):
            # The parameter of the request that an argument becomes.
            if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Subscript):
                sent[part.value.id] = part.targets[0].slice.value
        self.methods[node.name] = (arguments, optional, wire_name[1] if wire_name else None, sent)


@pytest.fixture(scope="module", params=list(MODULES))
def peer(request, predecessor_source):
    """Module name, the predecessor's classes of it, and our module of the same name."""
    source = predecessor_source(f"workfront/versions/{request.param}.py")
    classes = [PeerClass(node) for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    # Nothing of the source was overlooked.
    kinds = Counter(kind for cls in classes for kind, _wire_name in cls.members.values())
    assert kinds == {kind: source.count(f" = {kind}('") for kind in KINDS}
    assert sum(len(cls.methods) + len(cls.properties) for cls in classes) == source.count("    def ")
    return request.param, classes, importlib.import_module(f"workfront_orm.versions.{request.param}")


def test_every_class_exists_with_its_code(peer):
    module, classes, ours = peer
    assert len(classes) == MODULES[module]
    wrong = []
    for cls in classes:
        found = getattr(ours, cls.name)
        if not issubclass(found, Object) or found.__name__ != cls.name or found.code != cls.code:
            wrong.append(f"{cls.name}: code {found.code!r} instead of {cls.code!r}")
        assert ours.api.by_code[cls.code] is found
        assert getattr(ours.api, cls.name) is found
    assert not wrong
    assert {cls.name for cls in classes} <= set(dir(ours))


def test_every_field_reference_and_collection_has_its_kind_and_wire_name(peer, capsys):
    module, classes, ours = peer
    wrong, count = [], Counter()
    for cls in classes:
        found = getattr(ours, cls.name)
        for name, (kind, wire_name) in cls.members.items():
            member = inspect.getattr_static(found, name, None)
            if type(member) is not KINDS[kind] or member.workfront_name != wire_name:
                wrong.append(f"{cls.name}.{name}: {member!r} instead of {kind}({wire_name!r})")
            elif getattr(found, name) is not member or found.convert_name(name) != wire_name:
                wrong.append(f"{cls.name}.{name}: not reached by its name")
            count[kind] += 1
    assert not wrong, f"{len(wrong)} of {count.total()}: {wrong[:20]}"
    with capsys.disabled():
        kinds = ", ".join(f"{number} of kind {kind}" for kind, number in count.items())
        print(f"\n{module}: {len(classes)} classes, {kinds}: all here", end=" ")  # noqa: T201 - the count is the proof


def test_field_names_are_those_of_the_predecessor(peer):
    _module, classes, ours = peer
    wrong = []
    for cls in classes:
        fields = {name for name, (kind, _wire) in cls.members.items() if kind == "Field"}
        if getattr(ours, cls.name).field_names != fields:
            wrong.append((cls.name, sorted(getattr(ours, cls.name).field_names ^ fields)))
    assert not wrong


def test_every_action_and_helper_has_its_arguments_and_wire_name(peer, capsys):
    module, classes, ours = peer
    wrong, count = [], Counter()
    for cls in classes:
        found = getattr(ours, cls.name)
        for name, told in cls.methods.items():
            getattr(found, name, None)  # methods are made when they are first looked up
            method = inspect.getattr_static(found, name, None)
            wrong += [f"{cls.name}.{name} {difference}" for difference in differences(found, method, *told)]
            count["actions" if told[2] else "helpers"] += 1
        for name in cls.properties:
            if not isinstance(inspect.getattr_static(found, name, None), property):
                wrong.append(f"{cls.name}.{name} is no property")
            count["properties"] += 1
    assert not wrong, f"{len(wrong)} of {count.total()}: {wrong[:20]}"
    with capsys.disabled():
        kinds = ", ".join(f"{number} {kind}" for kind, number in count.items())
        print(f"\n{module}: {kinds}: all here", end=" ")  # noqa: T201 - the count is the proof


def differences(cls, method, arguments, optional, wire_name, sent):
    """How our method differs from what the predecessor's takes and sends."""
    if not inspect.isfunction(method):
        yield "is no method"
        return
    parameters = inspect.signature(method).parameters
    if list(parameters) != arguments:
        yield f"takes {list(parameters)} instead of {arguments}"
    if not all(parameters[argument].default is None for argument in optional if argument in parameters):
        yield "has an optional argument with another default than None"
    if wire_name is None:
        return
    if not method.__doc__.startswith(f"The ``{wire_name}`` action."):
        yield f"is not documented as the action {wire_name!r}"
    known = [argument.name for argument in cls._spec.actions[wire_name].arguments]
    # One name of the metadata of 2016 ends in a blank, which the facts take for a slip: assignableID.
    if known != [sent[argument].strip() for argument in arguments[1:]]:
        yield f"sends {known} instead of {list(sent.values())}"
