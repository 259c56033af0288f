"""The data that a CloudBees CD starts with: users and the project Default, and for the demo what a team of developers leaves behind.

`empty` has the project Default and two users. `demo` adds projects with procedures, applications, environments, pipelines and
releases, resources, artifacts, properties, some 240 jobs and 30 pipeline runs. `large` has twenty times as many jobs and artifact
versions. All but the token depends on the seed alone; dates lie in 2024.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.cloudbees_cd import model

if TYPE_CHECKING:
    from workfront_orm.sandbox.cloudbees_cd.backend import CloudbeesBackend
    from workfront_orm.sandbox.documents import Document

START = datetime(2024, 2, 5, 7, 0, tzinfo=UTC)
ADMINISTRATOR = "admin"
READER = "reader"
PASSWORD = "changeme"  # noqa: S105 - of a sandbox, told in its JSON line
SCALE = {"empty": 0, "demo": 1, "large": 20}
JOBS = 240
VERSIONS = 90
RUNS = 30

_PROJECTS = ("Web shop", "Mobile app", "Data platform", "Infrastructure", "Größenprüfung")
_PROCEDURES = ("Build", "Unit tests", "Package", "Smoke test", "Clean up")
_COMMANDS = ("make all", "make test", "make package", "curl -f $[/myJob/url]", "rm -rf build")
_ENVIRONMENTS = ("Development", "QA", "Production")
_TIERS = ("web", "database")
_STAGES = ("Dev", "Test", "Production")
_GROUPS = ("com.acme.shop", "com.acme.mobile", "com.acme.data")
_PARTS = ("core", "client", "tools")


def plant(backend: CloudbeesBackend, data: str, seed: int) -> None:
    """Fill a new server.

    Args:
        backend: whose data it is.
        data: `empty`, `demo` or `large`.
        seed: of what is random.

    Raises:
        ValueError: the kind of data is unknown.
    """
    if data not in SCALE:
        raise ValueError(f"the sandbox of cloudbees_cd has no data {data!r}; it has {', '.join(SCALE)}")
    world = backend.world
    world.plan(seed)
    world.at(START)
    world.documents["sheets"].add("server", {"owner": "server"})
    for user, writes in ((ADMINISTRATOR, True), (READER, False)):
        backend.access.users.add(user, {"userName": user, "password": PASSWORD, "writes": writes})
    world.create(model.kinds()["project"], None, {"projectName": "Default"})
    if SCALE[data]:
        _Demo(backend, seed).fill(SCALE[data])
    world.live()
    token = world.new_secret()
    world.documents["tokens"].add(token, {"user": ADMINISTRATOR})
    world.documents["settings"].add(
        "info",
        {
            "username": ADMINISTRATOR,
            "password": PASSWORD,
            "reader_username": READER,
            "reader_password": PASSWORD,
            "api_token": token,
        },
    )


class _Demo:
    """Projects and what happened in them, drawn from a seed.

    Args:
        backend: whose data it is.
        seed: of what is random.
    """

    def __init__(self, backend: CloudbeesBackend, seed: int) -> None:
        self._backend = backend
        self._world = backend.world
        self._random = random.Random(seed)  # noqa: S311 - reproducible demo data
        self._moment = START

    def fill(self, scale: int) -> None:
        """Make all of it, with so many times the usual number of jobs and versions."""
        for number in range(8):
            self._make(
                "resource", None, resourceName=f"agent-{number + 1:02d}", hostName=f"10.0.0.{number + 1}", port=7800
            )
        self._make("resourcePool", None, resourcePoolName="builders", resourceName=["agent-01", "agent-02"])
        self._make("workspace", None, workspaceName="default", agentUnixPath="/opt/workspace")
        self._make("repository", None, repositoryName="default", url="https://repository.acme.example:8200")
        self._make("zone", None, zoneName="default")
        self._property({"projectName": "Default"}, "PythonProperty", "PythonRestApi")
        self._artifacts(VERSIONS * scale)
        procedures = [one for name in _PROJECTS for one in self._project(name)]
        for _ in range(JOBS * scale):
            self._tick()
            procedure = self._random.choice(procedures)
            actual = [{"actualParameterName": "branch", "value": self._random.choice(("main", "develop", "fix-1"))}]
            self._backend.runs.procedure(procedure, {"actualParameter": actual})
        self._runs()

    def _project(self, name: str) -> list[Document]:
        project = self._make("project", None, projectName=name, description=f"All about the {name.lower()}")
        where = {"projectName": name}
        self._property(where, "owner team", self._random.choice(("red", "blue", "green")))
        self._property(where, "settings/retries", str(self._random.randint(1, 5)))
        self._property(where, "settings/notify", "$[/projects/Default/PythonProperty]")
        procedures = []
        for number, word in enumerate(_PROCEDURES):
            procedure = self._make("procedure", project, procedureName=word, timeLimit="30", timeLimitUnits="minutes")
            self._make("formalParameter", procedure, formalParameterName="branch", required="1", defaultValue="main")
            self._make("formalParameter", procedure, formalParameterName="verbose", type="checkbox")
            fails = number == 1 and self._random.random() < 0.5  # noqa: PLR2004 - shares of what happens
            for command in (*_COMMANDS[: number + 1], *(["exit 1"] if fails else [])):
                self._make("step", procedure, stepName=command.split("$", 1)[0].strip(), command=command)
            procedures.append(procedure)
        self._delivery(project)
        return procedures

    def _delivery(self, project: Document) -> None:
        """Make application, environments, pipeline and release of a project."""
        name = project["projectName"]
        application = self._make("application", project, applicationName=f"{name} application")
        process = self._make("process", application, processName="Deploy", processType="DEPLOY")
        for word in ("stop", "copy", "start"):
            self._make("processStep", process, processStepName=word)
        self._make("component", application, componentName="server", pluginKey="EC-Artifact")
        for word in _ENVIRONMENTS:
            environment = self._make("environment", project, environmentName=word)
            for tier in _TIERS:
                made = self._make("environmentTier", environment, environmentTierName=tier)
                self._world.set(made, {"_resources": [f"agent-{self._random.randint(1, 8):02d}"]})
        pipeline = self._make("pipeline", project, pipelineName=f"{name} pipeline")
        for one in self._world.children(pipeline, model.kinds()["stage"]):
            self._world.remove(one)
        for word in _STAGES:
            self._make("stage", pipeline, stageName=word)
        self._make("formalParameter", pipeline, formalParameterName="version")
        self._make(
            "release",
            project,
            releaseName="2024.1",
            pipelineName=pipeline["pipelineName"],
            plannedStartDate="2024-03-01",
            plannedEndDate="2024-04-15",
        )
        self._make(
            "schedule", project, scheduleName="Nightly", procedureName="Build", startTime="02:00", weekDays="MONDAY"
        )
        self._make("credential", project, credentialName="deployer", userName="deploy", password=PASSWORD)

    def _artifacts(self, count: int) -> None:
        names = [(group, part) for group in _GROUPS for part in _PARTS]
        for group, part in names:
            self._make("artifact", None, groupId=group, artifactKey=part)
        for number in range(count):
            self._tick()
            group, part = names[number % len(names)]
            serial = number // len(names)
            self._make(
                "artifactVersion",
                None,
                groupId=group,
                artifactKey=part,
                version=f"{1 + serial // 10}.{serial % 10}.0",
                repositoryName="default",
            )

    def _runs(self) -> None:
        kinds = model.kinds()
        for _ in range(RUNS):
            self._tick()
            project = self._world.find(kinds["project"], None, self._random.choice(_PROJECTS))
            [pipeline] = self._world.children(project, kinds["pipeline"])
            [release] = self._world.children(project, kinds["release"])
            chosen = release if self._random.random() < 0.4 else None  # noqa: PLR2004
            self._backend.runs.pipeline(pipeline, chosen, {})

    def _make(self, kind: str, parent: Document | None, **values: Any) -> Document:
        return self._backend.commands.create(model.kinds()[kind], parent, values)

    def _property(self, where: dict[str, str], name: str, value: str) -> None:
        properties = self._backend.properties
        properties.create(properties.address(name, where), {"value": value})

    def _tick(self) -> None:
        self._moment += timedelta(minutes=self._random.randint(5, 600))
        self._world.at(self._moment)
