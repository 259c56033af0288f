"""A script for python-workfront and v4.0, with uses of what v22.0 does not have; the comments name them."""

import os

from workfront import Session
from workfront.versions.v40 import DocumentVersion, Project, Task, TemplateTask

DOMAIN = "acme"
DROPPED = ["name", "masterTaskID", "reserved_time:task:name"]  # gone: Task.masterTaskID, Task.reserved_time, ReservedTime.task
PROVIDER = "QUIP"  # gone: DocumentVersion.externalIntegrationType 'QUIP'


def connect():
    return Session(DOMAIN, api_key=os.environ["KEY"], api_version="v4.0")


class Report:
    """Collects what it is given."""

    def __init__(self, session, owner):
        self.session = session
        self.api = session.api
        self.owner = owner
        self.tasks = []

    def read(self, project_id):
        found = self.session.search(
            self.api.Task,
            fields=DROPPED,
            project_id=project_id,
            master_task_id_Mod="notnull",  # gone: Task.master_task_id
        )
        self.tasks.extend(task for task in found if task.reserved_time_id)  # gone: Task.reserved_time_id
        return self

    def lines(self):
        for task in sorted(self.tasks, key=lambda task: task.master_task_id):  # gone: Task.master_task_id
            yield task.name, task.reserved_time.task  # gone: Task.reserved_time, ReservedTime.task

    @property
    def first(self):
        return self.tasks[0]


def teams(session):
    params = {"my_work_view_id": "x", "name": "A"}  # gone: Team.my_work_view_id
    for number, team in enumerate(session.search(session.api.Team, **params)):
        print(number, team.name, team["requestsViewID"])  # gone: Team.requestsViewID
    by_name = {team.name: team for team in session.search(session.api.Team)}
    return by_name["A"].my_work_view  # gone: Team.my_work_view


def low_level(session, task_id):
    session.get("/task/search", {"masterTaskID": task_id, "name": "x"})  # gone: Task.masterTaskID
    session.get(f"/TASK/{task_id}", params=dict(fields="name,reservedTime:name"))  # gone: Task.reservedTime
    session.put("/docv/" + task_id, {"updates": {"externalIntegrationType": "QUIP"}})  # gone: DocumentVersion.externalIntegrationType 'QUIP'
    return session.request("GET", "/user/%s" % task_id, {"fields": ["roles:*"]})  # gone: User.roles


def clean_up(session):
    version = session.load(DocumentVersion, "abc")
    if version.external_integration_type == PROVIDER:
        version.external_integration_type = "QUIP" if version.id else "BOX"  # gone: DocumentVersion.externalIntegrationType 'QUIP'
    version.fields["externalIntegrationType"] = PROVIDER
    template = TemplateTask(session, work_required=5)  # changed: TemplateTask.work_required
    template.work_required += 1  # changed: TemplateTask.work_required
    template.save()


def main():
    session = connect()
    me = session.load(session.api.User, session.user_id)
    me.last_whats_new = None  # gone: User.last_whats_new
    report = Report(session, me)
    for project in session.search(Project, owner_id=me.id):
        report.read(project.id)
        print([issue.name for issue in project.open_op_tasks])  # gone: Project.open_op_tasks
    print(dict(report.lines()), report.first.master_task_id)  # gone: Task.master_task_id
    print(report.owner.roles)  # gone: User.roles
    Task.field_spec("name", "reserved_time_id")  # gone: Task.reserved_time_id
    with_all = session.search(Task, fields=["*", "project:openOpTasks:name", Task.master_task_id])  # gone: Project.openOpTasks, Task.master_task_id
    return with_all, teams(session), low_level(session, "x"), clean_up(session)


if __name__ == "__main__":
    main()
