"""What a script of 2016 does with python-workfront: it runs on the predecessor, and on ours with its imports changed.

It reads where to log in from standard input and prints one JSON line a step. The tests change
nothing in it but the name of the package and the session's `values`.
"""

import json
import sys

from workfront import Session
from workfront.meta import FieldNotLoaded
from workfront.session import WorkfrontAPIError

given = json.load(sys.stdin)


def tell(step, **values):
    """Print what a step gave."""
    sys.stdout.write(json.dumps({"step": step, **values}) + "\n")
    sys.stdout.flush()


def refused(call, *arguments):
    """Status and class of the error with which the server refuses a call; None when it does not."""
    try:
        call(*arguments)
    except WorkfrontAPIError as error:
        return [error.code, error.data["class"].rpartition(".")[2], error.data["message"]]
    return None


session = Session(None, url_template=given["url_template"], api_version=given["version"])
api = session.api
tell("session", url=session.url, version=api.version)

# Credentials.
tell("wrong password", refused=refused(session.login, given["username"], "wrong"), session_id=session.session_id)
session.login(given["username"], given["password"])
tell("login", session_id=bool(session.session_id), user_id=session.user_id)
key = session.get_api_key(given["username"], given["password"])
other = Session(None, key, url_template=given["url_template"], api_version=given["version"])
tell("api key", key=key, name=other.load(other.api.User, session.user_id).fields["objCode"])

# Reading.
projects = session.search(api.Project, fields=["owner_id", "entryDate"], status="CUR", name_1_Sort="asc")
tell("search", names=[project.name for project in projects], types=sorted({type(one).__name__ for one in projects}))
project = next(one for one in projects if one.name == "Website relaunch")
tell("field", owner_id=project.owner_id, entry_date=project.entry_date, wire=project.fields["entryDate"], id=project.id)
parameters = {"name": "e", "name_Mod": "cicontains", "project:status": "CUR", "$$LIMIT": 3, "ID_1_Sort": "desc"}
tell("search by path and limit", ids=[task.id for task in session.search(api.Task, **parameters)])
tell("search all tasks", count=len(session.search(api.Task)))
tell("nothing found", found=session.search(api.Task, name="no such task"))
ids = [one.id for one in projects[:3]]
tell("load one", id=session.load(api.Project, ids[0]).id, url=project.api_url())
several = session.load(api.Project, ids, ["name", api.Project.status])
tell("load several", ids=sorted(one.id for one in several), fields=sorted(several[0].fields))
tell("load missing", refused=refused(session.load, api.Project, "0" * 32))
try:
    tell("not loaded", description=several[0].description)
except FieldNotLoaded as error:
    tell("not loaded", error=isinstance(error, AttributeError))
several[0].load("description", "priority")
tell("load more", fields=sorted(several[0].fields), priority=several[0].priority)
rows = session.get("/TASK/search", {"projectID": project.id, "fields": "projectID", "ID_Sort": "asc", "$$LIMIT": 2})
by_hand = [api.Task(session, **row) for row in rows]
tell("rows by hand", ids=[one.id for one in by_hand], projects=[one.project_id for one in by_hand])
tell("row by its type", same=[api.from_data(session, row).id for row in rows] == [one.id for one in by_hand])

# References and collections.
fields = ["projectID", "assignments:*"]
task = session.search(api.Task, fields=fields, projectID=project.id, assignedToID_Mod="notnull", wbs_1_Sort="asc")[0]
tell("lazy reference", id=task.project.id, type=type(task.project).__name__, name=task.project.name)
tell("reference of a reference", id=task.project.owner.id, type=type(task.project.owner).__name__)
tell("lazy collection", kind=type(project.tasks).__name__, ids=sorted(one.id for one in project.tasks))
tell(
    "members",
    types=sorted({type(one).__name__ for one in project.tasks}),
    codes=sorted({one.code for one in project.tasks}),
)
along = [(type(one).__name__, one.task_id == task.id) for one in task.assignments]
tell("collection that came along", id=task.id, assignments=along)
project.load("updates:*")
update = project.updates[0]
tell("update", type=type(update).__name__, id=update.id, of=[update.update_obj.code, update.update_obj.id])

# Writing.
made = api.Project(session, name="Made by a script", description="line one\nüñí <&>")
made.save()
tell("create", id=bool(made.id), dirty=made.fields.dirty(), obj_code=made.fields["objCode"])
tell("empty collection", tasks=list(made.tasks), kind=type(made.tasks).__name__)
task = api.Task(session, name="A task", project_id=made.id)
task.save()
tell("create a task", url=task.api_url() == "/TASK/" + task.id)
task.description = "told later"
task.priority = 3
tell("dirty", dirty=task.fields.dirty())
task.save()
tell("saved", dirty=task.fields.dirty())
task.save()
again = session.get(task.api_url(), {"fields": "description,priority,name"})
tell("read back", row={name: again[name] for name in ("description", "priority", "name")})
task.priority = 77
tell("wrong value", refused=refused(task.save), dirty=task.fields.dirty())
task.priority = 2
task.save()
tell("by hand", row=session.put(task.api_url(), {"updates": {"name": "A task, renamed"}})["name"])
task.load("name")
tell("loaded again", name=task.name)

# Actions and helpers.
tell("action", result=task.mark_done("CPL"))
task.load("status", "percent_complete")
tell("acted", status=task.status, percent_complete=task.percent_complete)
target = api.Project(session, name="Another project")
target.save()
tell("action with arguments", result=task.move(project_id=target.id))
tell("moved", here=session.get(task.api_url(), {"fields": "projectID"})["projectID"] == target.id)
comment = task.add_comment("Well done")
reply = comment.add_comment("Thank you")
notes = session.search(api.Note, fields=["noteText", "parentNoteID"], objID=task.id, entryDate_1_Sort="asc")
tell("comment", texts=sorted(note.note_text for note in notes), types=[type(comment).__name__, type(reply).__name__])
tell("reply", parent=reply.parent_note_id == comment.id)
issue = api.Issue(session, name="An issue", description="of some kind", project_id=target.id)
issue.save()
issue.load("entered_by_id")
converted = issue.convert_to_task()
converted.load("name", "description", "projectID")
tell("convert", type=type(converted).__name__, name=converted.name, here=converted.project_id == target.id)

# The end.
try:
    tell("no id", url=api.Task(session, name="never saved").api_url())
except ValueError as error:
    tell("no id", error=str(error))
reply.delete()
tell("deleted", refused=refused(session.get, reply.api_url()))
session.delete(target.api_url(), {"force": "true"})
session.delete(made.api_url())
session.logout()
tell("logout", session_id=session.session_id, user_id=session.user_id)
tell("after logout", refused=refused(session.search, api.Project))
