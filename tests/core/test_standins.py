"""Names that a class does not have: wire names say which attribute is meant, and nothing lists them."""

import pytest

from workfront_orm.core.errors import UnknownNameError
from workfront_orm.core.standins import StandIn, stands_in
from workfront_orm.versions.v220 import Approval, Task


@pytest.mark.parametrize(
    ("use", "meant"),
    [
        (lambda task: task.plannedCompletionDate, "planned_completion_date"),
        (lambda task: setattr(task, "plannedCompletionDate", None), "planned_completion_date"),
        (lambda task: task.bulkMove([]), "bulk_move"),
        (lambda _task: Task.projectID, "project_id"),
        (lambda task: task.ID, "id"),
    ],
)
def test_a_wire_name_says_which_attribute_is_meant(use, meant):
    with pytest.raises(UnknownNameError, match=f"Task has no attribute '.+'; did you mean '{meant}'"):
        use(Task(name="x"))


def test_stand_ins_are_neither_there_nor_listed():
    task = Task(name="x")
    assert not hasattr(task, "projectID")
    assert not hasattr(Task, "projectID")
    assert {"project_id", "name", "save"} <= {*dir(task)} == {*dir(Task)}
    assert not [name for name in dir(task) if stands_in(Task, name)]


def test_what_is_there_keeps_its_name():
    # The reference `URL` of an approval is called otherwise, since the field `url` has that name.
    assert not stands_in(Approval, "url_")
    assert not stands_in(Task, "name")

    class Renamed(Task):
        def bulkMove(self):  # noqa: N802 - the name of the wire
            return "mine"

    assert Renamed(name="x").bulkMove() == "mine"
    assert "bulkMove" in dir(Renamed)


def test_classes_share_the_stand_ins():
    from workfront_orm.versions.v220 import Issue

    assert isinstance(Task.__dict__["entryDate"], StandIn)
    assert Task.__dict__["entryDate"] is Issue.__dict__["entryDate"]
