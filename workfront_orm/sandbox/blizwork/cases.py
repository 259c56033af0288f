"""Cases: made, executed, shown at five levels of detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.blizwork import filters
from workfront_orm.sandbox.blizwork.definitions import form_of
from workfront_orm.sandbox.blizwork.errors import BusinessError
from workfront_orm.sandbox.blizwork.world import COMPANY, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workfront_orm.sandbox.blizwork.world import World
    from workfront_orm.sandbox.documents import Document

USERS, HISTORY, DEFINITION, COMPANY_INFO = 1, 2, 3, 4
"""Levels of detail; each brings what the lower ones bring."""

SUMMARY = ("companyId", "environment", "processSlug", "processVersion", "caseNumber", "createAudit")
FILE_KEYS = {"fileName", "fileUrl"}


class Cases:
    """The cases of all processes.

    Args:
        world: the data.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    # --- changing ----------------------------------------------------------------------------

    def init(self, params: Mapping[str, Any], environment: str) -> int:
        """Make a case that waits on its first activity; returns its number.

        Raises:
            BusinessError: there is no such process, or the company is another.
        """
        self._check_company(params)
        process = self._world.process(params.get("workflowId"))
        slug = process["processId"]
        number = self._world.documents.next_number(f"cases/{environment}/{slug}")
        author = _author(params)
        moment = timestamp(self._world.now())
        start = form_of(process, process["start"])
        assert start is not None
        entry = {
            "updatedBy": author,
            "updatedOn": moment,
            "currentActivity": {"formId": start["formId"]},
            "nextActivity": {"formId": start["actions"][0]},
        }
        self._world.cases(environment, slug).add(
            str(number),
            {
                "companyId": COMPANY,
                "environment": environment,
                "processSlug": slug,
                "processVersion": process["processVersion"],
                "caseNumber": number,
                "createAudit": {"user": author, "date": moment},
                "fields": {},
                "history": [entry],
            },
        )
        return number

    def execute(self, params: Mapping[str, Any], environment: str) -> Document:
        """Execute the current activity of a case and return the case.

        Raises:
            BusinessError: the case is not there or closed, the form is not its current one, the next form cannot follow, or
                the data do not fit.
        """
        self._check_company(params)
        process = self._world.process(params.get("workflowId"))
        case = self._case(environment, process["processId"], params.get("caseNumber"))
        waiting = case["history"][-1].get("nextActivity")
        if waiting is None:
            raise BusinessError(f"Case {case['caseNumber']} is closed")
        if params.get("formId") != waiting["formId"]:
            raise BusinessError(f"Form '{params.get('formId')}' is not the current activity, '{waiting['formId']}' is")
        current = form_of(process, waiting["formId"])
        assert current is not None
        following = params.get("nextFormId")
        if following not in current["actions"]:
            raise BusinessError(f"Form '{following}' does not follow '{current['formId']}'")
        data = checked_data(params.get("formData", {}), process)
        target = form_of(process, str(following))
        assert target is not None
        entry: Document = {
            "updatedBy": _author(params),
            "updatedOn": timestamp(self._world.now()),
            "currentActivity": {"formId": current["formId"]},
        }
        # A case whose next form has no actions is closed: nobody is waited for.
        if target["actions"]:
            entry["nextActivity"] = {"formId": target["formId"]}
        values = {"fields": {**case["fields"], **data}, "history": [*case["history"], entry]}
        return self._world.cases(environment, process["processId"]).update(str(case["caseNumber"]), values)

    # --- showing -------------------------------------------------------------------------------

    def summaries(self, params: Mapping[str, Any], environment: str) -> list[Document]:
        """Return the cases of a process that meet a filter, in short.

        Raises:
            BusinessError: there is no such process, or the filter is none.
        """
        process = self._world.process(params.get("processId"))
        condition = filters.checked(params.get("filter", {}))
        return [
            {name: case[name] for name in SUMMARY}
            for case in self._world.cases(environment, process["processId"])
            if filters.matches(case, condition)
        ]

    def document(self, params: Mapping[str, Any], environment: str) -> Document:
        """Return a case as far as the level of detail asks.

        Raises:
            BusinessError: there is no such process, case or level.
        """
        process = self._world.process(params.get("processId"))
        case = self._case(environment, process["processId"], params.get("caseNumber"))
        level = params.get("include", 0)
        if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= COMPANY_INFO:
            raise BusinessError(f"include must be a number from 0 to {COMPANY_INFO}")
        result: Document = {**{name: case[name] for name in SUMMARY}, "fields": case["fields"]}
        result["fieldValues"] = [_field_value(name, value) for name, value in case["fields"].items()]
        if level >= USERS:
            involved = dict.fromkeys([case["createAudit"]["user"], *(one["updatedBy"] for one in case["history"])])
            result["users"] = [self._shown_user(user) for user in involved]
        if level >= HISTORY:
            result["history"] = case["history"]
        if level >= DEFINITION:
            result["processDefinition"] = {"companyId": COMPANY, **process}
        if level >= COMPANY_INFO:
            result["company"] = self._world.documents["settings"]["company"]
        return result

    # --- helpers -------------------------------------------------------------------------------

    def _case(self, environment: str, process: str, number: Any) -> Document:
        if isinstance(number, bool) or not isinstance(number, int):
            raise BusinessError("caseNumber must be a number")
        found = self._world.cases(environment, process).get(str(number))
        if found is None:
            raise BusinessError(f"Case {process} #{number} does not exist in {environment}")
        return found

    def _check_company(self, params: Mapping[str, Any]) -> None:
        if params.get("companyId") != COMPANY:
            raise BusinessError("The token does not belong to this company")

    def _shown_user(self, user: str) -> Document:
        known = self._world.users.get(user)
        return {"userId": user} if known is None else {name: known[name] for name in ("userId", "name", "role")}


def checked_data(data: Any, process: Document) -> Document:
    """Return the data of a form.

    Raises:
        BusinessError: they are no object, name a field that the process lacks, or a value is neither a scalar nor a file.
    """
    if not isinstance(data, dict):
        raise BusinessError("formData must be an object")
    known = {field["slug"] for field in process["fields"]}
    for name, value in data.items():
        if name not in known:
            raise BusinessError(f"Unknown field '{name}'")
        is_file = (
            isinstance(value, dict) and set(value) == FILE_KEYS and all(isinstance(v, str) for v in value.values())
        )
        if isinstance(value, (dict, list)) and not is_file:
            raise BusinessError(f"The value of '{name}' must be a scalar or a file")
    return data


def _field_value(name: str, value: Any) -> Document:
    if isinstance(value, dict):
        return {"slug": name, "value": value["fileName"], "fileUrl": value["fileUrl"]}
    return {"slug": name, "value": value, "fileUrl": None}


def _author(params: Mapping[str, Any]) -> str:
    """Return whose act a call is: of the user, or of whom he acts for."""
    return str(params.get("execUserId") or params["userId"])
