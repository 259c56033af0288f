"""Runs inside the environment of b24pysdk: what the client does with a portal, one JSON answer a step.

The client speaks https only, so a front with a certificate of its own stands before the sandbox;
nothing of the client is changed.
"""

import json
import os
import socket
import ssl
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import trustme

given = json.load(sys.stdin)
authority = trustme.CA()
bundle = Path(tempfile.mkdtemp()) / "ca.pem"
authority.cert_pem.write_to_path(bundle)
os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)


def pump(source, target):
    """Pass bytes on until one side ends."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def serve(listener):
    """Take TLS connections and pass what they carry to the sandbox."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    while True:
        plain, _ = listener.accept()
        with suppress(OSError):
            secure = context.wrap_socket(plain, server_side=True)
            behind = socket.create_connection(given["address"])
            threading.Thread(target=pump, args=(secure, behind), daemon=True).start()
            threading.Thread(target=pump, args=(behind, secure), daemon=True).start()


front = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(front,), daemon=True).start()

from b24pysdk import BitrixWebhook, Client, Config  # noqa: E402 - the certificate comes first
from b24pysdk.objects.user import User  # noqa: E402


def step(name, action):
    """Print what a step gives, or the class of the error that it ends with."""
    try:
        told = action()
    except Exception as error:  # noqa: BLE001 - whatever the client raises is told
        told = {"error": type(error).__name__}
    sys.stdout.write(json.dumps({"step": name, "told": told}) + "\n")
    sys.stdout.flush()


def ids(rows, key="ID"):
    """The ids of rows, as numbers."""
    return [int(row[key]) for row in rows]


def parts(batch):
    """What a batch answered, and what failed in it, by the keys of its commands."""
    return [sorted(batch.result), sorted(batch.result_error)]


domain = f"localhost:{front.getsockname()[1]}"
client = Client(BitrixWebhook(domain=domain, webhook_token=given["webhook_token"]))
crm = client.crm
step("one page of contacts", lambda: ids(crm.contact.list().result))
step("all contacts", lambda: ids(crm.contact.list().as_list().result))
step("all contacts, fast", lambda: ids(crm.contact.list().as_list_fast().result))
step("all deals", lambda: ids(crm.deal.list().as_list().result))
step("all deals, fast", lambda: ids(crm.deal.list().as_list_fast().result))
step("all cards", lambda: ids(crm.item.list(entity_type_id=128).as_list().result, "id"))
step("all cards, fast", lambda: ids(crm.item.list(entity_type_id=128).as_list_fast().result, "id"))
step("all tasks", lambda: ids(client.tasks.task.list().as_list().result, "id"))
step("all users", lambda: ids(client.user.get().as_list().result))
step("all departments", lambda: ids(client.department.get().as_list().result))
step("all types", lambda: [one["entityTypeId"] for one in crm.type.list().as_list().result])
step("statuses", lambda: len(crm.status.list(filter={"ENTITY_ID": "CONTACT_TYPE"}).result))
step("one contact", lambda: crm.contact.get(5).result["NAME"])
step("one card", lambda: crm.item.get(128, 1).result["item"]["title"])
step("one task", lambda: client.tasks.task.get(1).result["task"]["id"])
step("a missing contact", lambda: crm.contact.get(99999).result)
step("a missing card", lambda: crm.item.get(128, 99999).result)
step("an unknown method", lambda: client.get_token().call_method("no.such", {}))
step("a create", lambda: crm.contact.add(fields={"NAME": "Ana"}).result)
step("an update", lambda: crm.contact.update(5, fields={"NAME": "Bea"}).result)
step("the name afterwards", lambda: crm.contact.get(5).result["NAME"])
step("a delete", lambda: crm.contact.delete(421).result)
step("clearing with None", lambda: crm.contact.update(5, fields={"NAME": None}).result)
step("the name after clearing", lambda: crm.contact.get(5).result["NAME"])
step(
    "a batch",
    lambda: [ids(one)[:2] for one in client.call_batch([crm.contact.list(), crm.deal.list()]).result.result],
)
step(
    "a batch with a bad command",
    lambda: parts(client.call_batch({"a": crm.contact.get(99999), "b": crm.contact.get(5)}).result),
)
step(
    "60 commands", lambda: len(client.call_batches([crm.contact.get(number) for number in range(1, 61)]).result.result)
)
step("fields", lambda: crm.contact.fields().result["NAME"]["type"])
Config().configure(default_client_factory=lambda: client)
step("users as objects", lambda: [user.bitrix_id for user in User.objects.all().to_list()])
step("the address of a contact", lambda: len(crm.address.list(filter={"ANCHOR_ID": 3, "ANCHOR_TYPE_ID": 3}).result))
step("product rows", lambda: crm.deal.productrows.get(1).result[:0])
