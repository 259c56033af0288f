"""Properties as a mapping: reading, writing, sheets, references in texts, and what belongs to no object."""

import pickle
from datetime import UTC, date, datetime

import pytest

from workfront_orm.core.errors import APIError
from workfront_orm.services.cloudbees_cd.errors import (
    ConflictError,
    NoSuchPropertyError,
    NotFoundError,
    NotSupportedError,
    UnresolvedReferenceError,
)


@pytest.fixture
def project(session, api, asked):
    """A project without properties."""
    project = api.Project(session, project_name="P")
    project.save()
    asked()
    return project


def test_a_property_is_made_changed_and_deleted(project, asked):
    properties = project.properties
    properties["x"] = "1"
    assert properties["x"] == "1"
    key = properties.describe("x").id
    properties["x"] = "2"
    assert (properties["x"], properties.describe("x").id) == ("2", key)
    del properties["x"]
    assert "x" not in properties
    with pytest.raises(KeyError):
        properties["x"]
    with pytest.raises(NoSuchPropertyError, match="Property 'x' does not exist"):
        del properties["x"]
    assert {one.partition("?")[0] for one in asked()} == {f"{verb} /properties/x" for verb in ("GET", "PUT", "DELETE")}


def test_it_is_a_mapping(project):
    properties = project.properties
    assert (len(properties), list(properties), properties.get("x"), properties.get("x", 7)) == (0, [], None, 7)
    properties.update({"b": "2", "a": "1"})
    assert properties.setdefault("a", "9") == "1"
    assert properties.pop("b") == "2"
    assert dict(properties) == {"a": "1"}
    assert ("a" in properties, "b" in properties, 5 in properties) == (True, False, False)
    assert list(properties.items()) == [("a", "1")]
    assert list(properties.values()) == ["1"]
    properties.clear()
    assert not properties


def test_all_are_read_in_one_request(project, asked):
    project.properties.update({str(number): "x" for number in range(5)})
    asked()
    assert len(dict(project.properties.items())) == 5
    assert asked() == ["GET /properties"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ("a&b#c ñ", "a&b#c ñ"),
        (True, "1"),
        (7, "7"),
        (1.5, "1.5"),
        (date(2024, 7, 1), "2024-07-01"),
        (datetime(2024, 7, 1, 12, 30, 0, 5000, UTC), "2024-07-01T12:30:00.005Z"),
    ],
)
def test_values_become_text(project, value, text):
    project.properties["x"] = value
    assert project.properties["x"] == text


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (None, "deletes it"),
        ({"a": 1}, "sheet"),
        (["a"], "sheet"),
        (object(), "takes text"),
        (datetime(2024, 7, 1), "with a time zone"),  # noqa: DTZ001 - that is what is refused
    ],
)
def test_what_is_no_text_is_refused(project, asked, value, remedy):
    with pytest.raises((TypeError, ValueError), match=remedy):
        project.properties["x"] = value
    assert asked() == []


@pytest.mark.parametrize("name", ["50 %", "ñ", "a?b", "a#b", "a+b", "a;b", "..x"])
def test_every_name_finds_its_way(project, name):
    project.properties[name] = "v"
    assert project.properties[name] == "v"
    assert list(project.properties) == [name]
    del project.properties[name]


@pytest.mark.parametrize("name", ["", "/", 5, None])
def test_what_is_no_name_is_refused(project, name):
    with pytest.raises(TypeError, match="takes the name"):
        project.properties[name] = "v"


def test_create_fails_where_set_does_not(project):
    made = project.properties.create("x", 1, description="d", expandable=False)
    assert (made.property_name, made.value, made.description, made.expandable) == ("x", "1", "d", False)
    with pytest.raises(ConflictError):
        project.properties.create("x", 2)
    project.properties.set("x", description="e")
    found = project.properties.describe("x")
    assert (found.value, found.description) == ("1", "e")
    assert found is made


def test_rename(project):
    project.properties["x"] = "1"
    key = project.properties.describe("x").id
    project.properties.rename("x", "y")
    assert project.properties.describe("y").id == key
    with pytest.raises(NoSuchPropertyError):
        project.properties.rename("x", "z")
    assert list(project.properties) == ["y"]


# --- sheets ------------------------------------------------------------------------------


def test_sheets_are_mappings_of_their_own(project):
    properties = project.properties
    properties["a/b/c"] = "1"
    properties.sheet("a").update({"d": "2"})
    assert (properties["a/b/c"], properties["a"]["b"]["c"], properties["a/d"]) == ("1", "1", "2")
    assert sorted(properties["a"]) == ["b", "d"]
    assert properties.to_dict() == {"a": {"b": {"c": "1"}, "d": "2"}}
    assert properties["a"].to_dict() == {"b": {"c": "1"}, "d": "2"}
    del properties["a/b"]
    assert properties.to_dict() == {"a": {"d": "2"}}
    properties["a"].rename("d", "e")
    assert "a/e" in properties


def test_a_sheet_that_is_not_there(project):
    with pytest.raises(NoSuchPropertyError):
        list(project.properties.sheet("none"))
    project.properties["x"] = "1"
    with pytest.raises(ConflictError):
        project.properties["x/y"] = "2"


# --- references in texts --------------------------------------------------------------------


def test_references_are_replaced_unless_raw(project):
    properties = project.properties
    properties["who"] = "ann"
    properties["text"] = "ask $[who], $[/projects/P/who]"
    assert properties["text"] == "ask ann, ann"
    assert properties.raw["text"] == "ask $[who], $[/projects/P/who]"
    properties.set("text", expandable=False)
    assert properties["text"] == properties.raw["text"]


def test_a_reference_to_nothing_is_no_missing_property(project):
    properties = project.properties
    properties["text"] = "$[none]"
    assert "text" in properties
    for read in (lambda: properties["text"], lambda: properties.get("text"), lambda: dict(properties.items())):
        with pytest.raises(UnresolvedReferenceError, match=r"\.raw") as caught:
            read()
        assert not isinstance(caught.value, KeyError)
    assert list(properties) == ["text"]
    assert dict(properties.raw.items()) == {"text": "$[none]"}


def test_expand(session, project):
    project.properties["who"] = "ann"
    assert session.expand("ask $[/projects/P/who]") == "ask ann"
    assert session.expand("ask $[who]", project) == "ask ann"
    with pytest.raises(NotFoundError):
        session.expand("$[/projects/P/none]")


# --- whose they are -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "Application",
        "Artifact",
        "ArtifactVersion",
        "Component",
        "Environment",
        "EnvironmentTier",
        "FlowRuntime",
        "Job",
        "JobStep",
        "Pipeline",
        "Procedure",
        "Process",
        "Project",
        "Release",
        "Repository",
        "Resource",
        "ResourcePool",
        "Schedule",
        "Stage",
        "Step",
        "Workspace",
    ],
)
def test_every_object_with_a_sheet_has_them(session, api, kind):
    found = session.search(getattr(api, kind))
    if not found:
        assert kind == "Component"
        application = session.search(api.Application)[0]
        made = api.Component(
            session,
            project_name=application.project_name,
            application_name=application.application_name,
            component_name="c",
        )
        made.save()
        found = [made]
    one = found[-1]
    one.properties["x/y"] = kind
    assert one.properties["x"]["y"] == kind
    assert session.search(getattr(api, kind), **{"$[x/y]": kind}) == [one]


def test_they_stay_with_a_renamed_object(session, api, project):
    project.properties["x"] = "1"
    project.project_name = "Q"
    project.save()
    assert project.properties["x"] == "1"


def test_by_absolute_paths(session, project):
    session.properties["/projects/P/x"] = "1"
    assert project.properties["x"] == "1"
    session.properties["/server/y"] = "2"
    assert session.properties["/server/y"] == "2"
    assert "/server/z" not in session.properties
    with pytest.raises(NotSupportedError, match="of an object only"):
        list(session.properties)


def test_without_a_saved_object_there_are_none(session, api):
    with pytest.raises(ValueError, match="save"):
        api.Project(session).properties["x"] = "1"


def test_they_show_no_values_and_do_not_pickle(project):
    project.properties["x"] = "s3cr3t"
    assert "s3cr3t" not in repr(project.properties)
    assert "sheet 'a'" in repr(project.properties.sheet("a"))
    with pytest.raises(TypeError, match="to_dict"):
        pickle.dumps(project.properties)


def test_a_property_object_is_not_saved(session, project):
    found = project.properties.create("x", "1")
    found.value = "2"
    with pytest.raises(APIError, match="no operation 'update'"):
        found.save()
