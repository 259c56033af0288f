"""One read of all contacts, by our session or by fast_bitrix24; it runs in the environment of either.

The whole use is measured: making the session, reading the portal's fields where the client does so, and the rows.
"""

import json
import sys
import time
import warnings

given = json.load(sys.stdin)
warnings.simplefilter("ignore")

if given["side"] == "ours":
    from workfront_orm.services import bitrix24

    start = time.perf_counter()
    with bitrix24.Session(webhook_url=given["webhook_url"]) as session:
        contacts = session.search(session.api.Contact, given["fields"])
        seconds = time.perf_counter() - start
        rows = [dict(contact.fields) for contact in contacts]
else:
    import fast_bitrix24

    start = time.perf_counter()
    client = fast_bitrix24.Bitrix(given["webhook_url"], verbose=False)
    rows = client.get_all("crm.contact.list", {"select": given["fields"]})
    seconds = time.perf_counter() - start

ids = [int(row["ID"]) for row in rows]
# A hundredth of the rows, as text: a client that leaves out empty lists is not wrong.
kept = sorted((row for row in rows if int(row["ID"]) % 100 == 0), key=lambda row: int(row["ID"]))
sample = [
    json.dumps({name: row[name] for name in given["fields"][1:] if row.get(name)}, sort_keys=True) for row in kept
]
json.dump({"seconds": seconds, "ids": ids, "sample": sample}, sys.stdout)
