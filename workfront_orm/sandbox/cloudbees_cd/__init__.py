"""The sandbox of CloudBees CD: projects with what belongs to them, properties, jobs, pipelines and findObjects, on loopback.

    with Sandbox(service="cloudbees_cd", data="demo") as sandbox:
        requests.get(f"{sandbox.rest_url}/projects", auth=(sandbox.username, sandbox.password))

The JSON line has `rest_url`, `username` and `password` of an administrator, `reader_username` and `reader_password` of a user who
may only read, `api_token` for a login by token. Options: `step_seconds` (default 0.2) is how long a step of a job and a stage of a
pipeline take by the server's clock.

Jobs and pipelines do nothing but pass the time; a step whose command is `exit 1` (any number but 0) fails. Not served: the DSL,
catalog items, deployment packages, build details and the XML interface; the publishing of artifacts, which is no part of the REST
interface.

What is inferred where nobody tells: a listed property of `select` stands in the object's `propertySheet`; text is compared without
regard to case unless `caseSensitiveSearch` says otherwise; `isNull` is met by an empty text too; getObjects leaves out what is not
there; a new pipeline has one stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.backend import Backend, Settings


def create(settings: Settings) -> Backend:
    """Make the backend; runs in the server's process.

    Raises:
        ValueError: an option or the kind of data is unknown.
    """
    from workfront_orm.sandbox.cloudbees_cd.backend import CloudbeesBackend

    return CloudbeesBackend(settings)


def session(info: Mapping[str, Any], **options: Any) -> Any:
    """Return a session for a running server, as its administrator unless the options say otherwise.

    Args:
        info: the server's JSON line.
        **options: arguments of `workfront_orm.services.cloudbees_cd.Session`.
    """
    from importlib import import_module

    service = import_module("workfront_orm.services.cloudbees_cd")
    if not {"username", "token", "session_id"} & set(options):
        options.update(username=info["username"], password=info["password"])
    return service.Session(**{"url": info["url"], **options})
