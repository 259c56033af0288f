"""Runs inside the environment of fast_bitrix24: what the client does with a portal, one JSON answer a step.

The address of the web hook comes on standard input; nothing of the client is changed.
"""

import json
import sys
import warnings

import fast_bitrix24

given = json.load(sys.stdin)
warnings.simplefilter("ignore")


def connect(**options):
    """A client of the portal that shows no progress bar."""
    return fast_bitrix24.Bitrix(given["webhook_url"], verbose=False, **options)


def step(name, action):
    """Print what a step gives, or the class of the error that it ends with."""
    try:
        told = action()
    except Exception as error:  # noqa: BLE001 - whatever the client raises is told
        told = {"error": type(error).__name__}
    sys.stdout.write(json.dumps({"step": name, "told": told}) + "\n")


def ids(rows, key="ID"):
    """The ids of rows, as numbers."""
    return [int(row[key]) for row in rows]


def contact():
    """A contact, as the portal answers a plain call."""
    return client.call("crm.contact.get", {"ID": 5}, raw=True)["result"]


client = connect()
only_id = {"select": ["ID"]}
card = {"entityTypeId": 128}
step("all contacts", lambda: ids(client.get_all("crm.contact.list", only_id)))
step("all deals", lambda: ids(client.get_all("crm.deal.list")))
step("all cards", lambda: ids(client.get_all("crm.item.list", card), "id"))
step("all tasks", lambda: ids(client.get_all("tasks.task.list"), "id"))
step("all users", lambda: ids(client.get_all("user.get")))
step("all departments", lambda: ids(client.get_all("department.get")))
step("all statuses", lambda: len(client.get_all("crm.status.list")))
step("all types", lambda: client.get_all("crm.type.list"))
step("a filter", lambda: ids(client.get_all("crm.contact.list", {"select": ["ID"], "filter": {"<=ID": 120}})))
step("by id", lambda: sorted(client.get_by_ID("crm.contact.get", [1, 2, 3])))
step("by id, one missing", lambda: sorted(client.get_by_ID("crm.contact.get", [1, 99999])))
step("by id, 60 of them", lambda: len(client.get_by_ID("crm.contact.get", list(range(1, 61)))))
step("one call", lambda: list(client.call("crm.contact.get", {"ID": 5})))
step("a raw call", lambda: contact()["NAME"])
step("a user by id", lambda: client.call("user.get", {"ID": 1})["ID"])
step("several creates", lambda: client.call("crm.contact.add", [{"fields": {"NAME": f"n{n}"}} for n in range(60)]))
step(
    "a create of a card", lambda: client.call("crm.item.add", {"entityTypeId": 128, "fields": {"title": "x"}})["title"]
)
step("a switch", lambda: client.call("crm.contact.update", {"ID": 5, "fields": {"EXPORT": False}}))
step("the switch afterwards", lambda: contact()["EXPORT"])
step("clearing with None", lambda: client.call("crm.contact.update", {"ID": 5, "fields": {"NAME": None}}))
step("the name afterwards", lambda: contact()["NAME"])
step("a batch", lambda: sorted(client.call_batch({"halt": 0, "cmd": {"a": "crm.contact.list", "b": "user.current"}})))
step(
    "a batch with a bad command",
    lambda: client.call_batch({"halt": 0, "cmd": {"a": "crm.contact.get?id=99999", "b": "user.current"}}),
)
step("list and get", lambda: len(client.list_and_get("crm.lead")))
step("no limits", lambda: len(connect(respect_velocity_policy=False).get_all("crm.contact.list", only_id)))
step("an unknown filter", lambda: len(client.get_all("crm.contact.list", {"filter": {"NAMO": "x"}, "select": ["ID"]})))
