"""The tests that every system gets for free, over all systems of the package."""

from workfront_orm.testing import Example, SystemTests

EXAMPLES = [
    Example(
        service="workfront",
        type="Project",
        field="description",
        missing="0" * 32,
        new=lambda session, number: session.api.Project(session, name=f"new {number}"),
        bad=lambda session: session.api.Project(session, name="bad", portfolio_id="f" * 32),
        reference="owner",
        secrets=("api_key", "password"),
        options={"api_version": "v22.0"},
    ),
    Example(
        service="bitrix24",
        type="Company",
        field="comments",
        missing=99_999_999,
        new=lambda session, number: session.api.Company(session, title=f"new {number}"),
        reference="assigned_by",
        secrets=("webhook_url",),
        options={"requests_per_second": None},
    ),
    Example(
        service="cloudbees_cd",
        type="Procedure",
        field="description",
        missing="00000000-0000-4000-8000-000000000000",
        new=lambda session, number: session.api.Procedure(
            session, procedure_name=f"new {number}", project_name="Default"
        ),
        bad=lambda session: session.api.Procedure(session, procedure_name="bad", project_name="nowhere"),
        reference="project",
        secrets=("password", "api_token"),
    ),
    Example(
        service="blizwork",
        type=lambda session: session.process("sales"),
        field="customer",
        missing=("production", "sales", 99_999),
        new=lambda session, number: session.process("sales")(session),
        secrets=("token",),
    ),
    Example(
        service="flowdock",
        type="Flow",
        field="name",
        missing="00000000-0000-4000-8000-000000000000",
        new=lambda session, number: session.api.Flow(session, org="acme", name=f"new {number}"),
        bad=lambda session: session.api.Flow(session, org="nobody", name="bad"),
        reference="organization",
        secrets=("token", "flow_token", "password"),
    ),
]


class TestEverySystem(SystemTests):
    examples = EXAMPLES
