"""A tour of the sandbox with workfrontapi_plus; runs in an environment of its own, prints what it found as JSON."""

import io
import json
import sys

from workfrontapi_plus.api import Api
from workfrontapi_plus.core_wf_object import WorkfrontAPIException

url, api_key, username, password, other = sys.argv[1:]
Api.CORE_URL = url + "/attask/api/v{version}"
api = Api(subdomain="sandbox", env="sandbox", api_version="20.0", api_key=api_key)
found = {}

found["login"] = api.login(username, password)["userID"]
api.session_id = None
project = api.post("PROJ", {"name": "made by another client", "description": "é & /"}, fields=["description"])
found["created"] = project
key = project["ID"]
found["edited"] = api.put("PROJ", key, {"name": "changed"})["name"]
tasks = api.bulk_create("TASK", [{"name": f"t{number}", "projectID": key} for number in range(30)])
found["bulk created"] = [task["name"] for task in tasks]
api.bulk("TASK", [{"ID": task["ID"], "priority": 3} for task in tasks])
rows = api.search("TASK", {"projectID": key, "priority": 3}, fields=["priority", "project:name"], get_all=True)
found["bulk edited"] = [len(rows), rows[0]["project"]["name"]]
found["list in a parameter"] = len(api.search("TASK", {"projectID": key, "name": ["t1", "t2", "t3"], "name_Mod": "in"}))
found["count"] = api.count("TASK", {"projectID": key})
found["all"] = len({row["ID"] for row in api.search("TASK", {"ID_Sort": "asc"}, get_all=True)})
found["several"] = [
    row["ID"] == task["ID"]
    for row, task in zip(api.get_list("TASK", [t["ID"] for t in tasks[:3]]), tasks[:3], strict=True)
]
found["action"] = api.action("TASK", "markDone", {"status": "CPL"}, obj_id=tasks[0]["ID"])
found["after"] = api.get("TASK", tasks[0]["ID"], fields=["status"])["status"]
report = api.report(
    "TASK", {"projectID": key}, agg_field="priority", agg_func="sum", group_by_field="project:name", rollup=True
)
found["report"] = report["changed"]["sum_priority"]
found["rollup"] = report["$$ROLLUP"]["dcount_ID"]
api.share_obj("PROJ", key, other, "USER", "view")
found["shared"] = [rule["coreAction"] for rule in api.get("PROJ", key, fields=["accessRules:*"])["accessRules"]]
api.upload_document(io.BytesIO(b"content"), "a document", "PROJ", key)
found["document"] = [row["name"] for row in api.search("DOCU", {"projectID": key})]
found["deleted"] = api.delete("TASK", tasks[0]["ID"])
found["bulk deleted"] = api.bulk_delete("TASK", [task["ID"] for task in tasks[1:]])
found["left"] = api.count("TASK", {"projectID": key})
try:
    api.get("PROJ", "0" * 32)
except WorkfrontAPIException as error:
    found["error"] = "not found" in str(error)
user = Api(subdomain="sandbox", env="sandbox", api_version="20.0", api_key=api_key)
user.login(username, password)
user.api_key = None
found["as another"] = user.post("PROJ", {"name": "on behalf"}, fields=["enteredByID"])["enteredByID"]
found["logout"] = user.logout()
sys.stdout.write(json.dumps(found))
