"""What is particular about the CloudBees CD metadata file."""

import re
from pathlib import Path

import pytest

from workfront_orm.core import metadata

FOLDER = Path(__file__).resolve().parents[2] / "metadata"


@pytest.fixture(scope="module")
def source():
    return metadata.MetadataFile(FOLDER / "cloudbees_cd" / "v1.0.json")


def test_the_name_of_a_type_is_its_code(source):
    names = source.names()
    assert names["Project"] == "project"
    assert names["FlowRuntime"] == "flowRuntime"
    assert all(spec.code == spec.key for spec in source.read_all().values())


def test_an_object_has_an_id_and_is_reached_by_its_name(source):
    project = source.read("project")
    assert project.raw["key"] == "projectId"
    assert project.raw["extra"]["naturalKey"] == "projectName"
    reference = source.read("procedure").references["project"]
    assert reference.field == "projectName"
    # The field holds the name of the project, not its id.
    assert reference.raw["key"] == "projectName"
    assert "key" not in source.read("project").references["propertySheet"].raw


def test_every_name_in_a_path_is_a_field(source):
    checked = 0
    for spec in source.read_all().values():
        for word in ("get", "update", "delete"):
            for name in re.findall(r"\{(\w+)\}", (spec.raw["ops"].get(word) or "").partition("?")[0]):
                assert name in spec.fields, (spec.key, name)
                checked += 1
    assert checked > 80


def test_names_of_parents_that_stand_in_paths_only_are_marked(source):
    assert source.read("step").fields["procedureName"].marks["inferred"] is True
    assert "inferred" not in source.read("procedure").fields["projectName"].marks


def test_commands_are_actions_with_arguments(source):
    run = source.read("procedure").actions["runProcedure"]
    assert [argument.name for argument in run.arguments] == ["actualParameter", "priority"]
    assert run.result == "job"
    assert source.read("pipeline").queries["getPipelineRuntimes"].result == "flowRuntime[]"
    # Each stands in the calls of the facts as well.
    for spec in source.read_all().values():
        calls = " ".join(call for call in spec.raw["ops"].values() if call)
        for action in spec.actions.values():
            assert action.name in calls or action.raw["endpoint"].split("=")[0].split("?")[0] in calls


def test_the_search_type_of_a_step_differs(source):
    assert source.read("step").raw["extra"]["searchType"] == "procedureStep"
