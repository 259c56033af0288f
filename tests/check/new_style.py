"""A script for workfront_orm and v14.0, with uses of what v22.0 does not have; the comments name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import workfront_orm
from workfront_orm import Field, Session
from workfront_orm.versions import v140
from workfront_orm.versions.v140 import AssignmentBillingRole, Company, Issue  # gone: AssignmentBillingRole

if TYPE_CHECKING:
    from workfront_orm.core.query import Query


class Client(Company):
    """A company with a custom field."""

    region = Field("DE:Region")

    def interface(self):
        return self.default_interface  # gone: Company.default_interface


def costs(session: Session[v140.API]) -> float:
    total = 0.0
    for task in session.query(session.api.Task).where(v140.Task.actual_cost > 5):  # changed: Task.actual_cost
        total += task.actual_cost or 0.0  # changed: Task.actual_cost
    return total


def interfaces(query: Query[v140.Group], names: list[str]) -> Iterator[str | None]:
    for group in query.where(v140.Group.name.in_(names)).fields("name", "defaultInterface"):  # gone: Group.defaultInterface
        yield group.default_interface  # gone: Group.default_interface


def assign(task: v140.Task, issue: "v140.Issue | None") -> None:
    task.assign_multiple(["u"], ["r"])
    task.assign_multiple(["u"], ["r"], "team")  # changed: Task.assignMultiple
    task.assign_multiple(user_ids=["u"], team_id="team")
    if issue is not None:
        issue.convert_to_project(options=["preserveIssue"])


def group_by_interface(session, companies):
    found = defaultdict(list)
    for company in companies:
        found[company.default_interface].append(company)  # gone: Company.default_interface
    for members in found.values():
        print(members[0].default_interface)  # gone: Company.default_interface
    return found


def plan(work: v140.Work) -> None:
    work.planned_duration = 5  # changed: Work.planned_duration
    match work.project:
        case None:
            return
        case project:
            print(project.company.default_interface)  # gone: Company.default_interface


def main() -> None:
    with Session("acme", api_version="v14.0") as session:
        companies = session.search(session.api.Company, ["name"], name="x")
        group_by_interface(session, companies)
        role: AssignmentBillingRole = session.query(AssignmentBillingRole).first()
        print(role)
        for assignment in session.query(session.api.Assignment).limit(5):
            print(assignment.assignment_billing_roles)  # gone: Assignment.assignment_billing_roles
        client = Client(session, name="x", default_interface="y")  # gone: Company.default_interface
        print(client.interface(), client.region, costs(session))
        issue = session.query(Issue).one_or_none()
        assign(session.load(session.api.Task, "t"), issue)
        print(list(interfaces(session.query(session.api.Group), ["a"])))
        teams, roles = session.search(session.api.Team), session.search(session.api.Role)
        for team, role in zip(teams, roles, strict=False):
            print(team.default_interface, role.default_interface)  # gone: Team.default_interface, Role.default_interface
    other = workfront_orm.Session("acme", api_version="v14.0")
    print(other.api.by_code["ASBLRL"], other.api["AssignmentBillingRole"])  # gone: AssignmentBillingRole, AssignmentBillingRole


main()
