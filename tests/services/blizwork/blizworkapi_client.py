"""The published client BlizWorkAPI 0.1.0, every function of it once; runs in an environment of its own, without us.

Takes what it is to talk to as JSON on its standard input, and prints what each function returned, or the error that it
raised, by its name, as one line of JSON.
"""

import contextlib
import io
import json
import os
import sys

import blizworkapi as bw

given = json.loads(sys.stdin.read())
bw.API_BASE_URI = given["url"]
found = {}


def shown(value):
    if isinstance(value, bw.BlizWorkCallResponse):
        return {
            "ok": value.is_ok(),
            "status": value.http_status,
            "code": value.blizwork_status,
            "payload": value.payload,
        }
    if isinstance(value, bw.BlizWorkCase):
        return value.case_document
    return value


def tour(name, call):
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            value = call()
        found[name] = shown(value)
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is asked for
        value = None
        found[name] = {"error": type(error).__name__, "message": str(error)}
    if given["token"] in printed.getvalue():
        found.setdefault("prints the token", []).append(name)
    return value


api = bw.BlizWorkAPIInstance(given["token"], given["user_id"])
os.environ.pop("NODE_ENV", None)
tour("BlizWorkAPIInstance.get_environment", api.get_environment)
tour("environment without a word", lambda: api.get_base_payload()["environment"])
tour("prints", lambda: bw.BlizWorkMasterDataTable(api, given["table"]).get_records({"Código": "C0001"}).is_ok())
os.environ["NODE_ENV"] = "test"
tour("BlizWorkAPIInstance.unforce_environment", lambda: (api.unforce_environment(), api.get_environment())[1])
tour("BlizWorkAPIInstance.force_environment", lambda: (api.force_environment("Production"), api.get_environment())[1])

tour("BlizWorkAPIInstance.get_uri", lambda: api.get_uri("x"))
tour("BlizWorkAPIInstance.get_utils_uri", lambda: api.get_utils_uri("validatecall"))
tour("BlizWorkAPIInstance.get_call_validation_uri", lambda: api.get_call_validation_uri("h"))
tour("BlizWorkAPIInstance.get_upload_file_uri", api.get_upload_file_uri)
tour("BlizWorkAPIInstance.get_process_uri", lambda: api.get_process_uri("case"))
tour("BlizWorkAPIInstance.get_process_caselist_uri", api.get_process_caselist_uri)
tour("BlizWorkAPIInstance.get_process_casedata_uri", api.get_process_casedata_uri)
tour("BlizWorkAPIInstance.get_case_uri", lambda: api.get_case_uri("exec"))
tour("BlizWorkAPIInstance.get_case_exec_uri", api.get_case_exec_uri)
tour("BlizWorkAPIInstance.get_masterdata_uri", lambda: api.get_masterdata_uri("upsert"))
tour("BlizWorkAPIInstance.get_masterdata_query_uri", api.get_masterdata_query_uri)
tour("BlizWorkAPIInstance.get_masterdata_upsert_uri", api.get_masterdata_upsert_uri)
tour("BlizWorkAPIInstance.get_masterdata_delete_uri", api.get_masterdata_delete_uri)
tour("BlizWorkAPIInstance.get_base_payload", api.get_base_payload)
body = {**api.get_base_payload(), "table": given["table"], "filter": {"Código": "C0001"}}
tour("BlizWorkAPIInstance.post", lambda: api.post(api.get_masterdata_query_uri(), body))
tour("BlizWorkCallResponse.is_ok", api.last_response.is_ok)

process = bw.BlizWorkProcess(api, given["process"])
tour("BlizWorkProcess.get_base_payload", process.get_base_payload)
tour("BlizWorkProcess.case_summary_list", lambda: process.case_summary_list({}))
tour("BlizWorkProcess.case", lambda: process.case(2))
tour("BlizWorkProcess.get_case", lambda: process.get_case(2, False, 2))
tour("BlizWorkProcess.get_case_from_draft", lambda: process.get_case_from_draft(2))
tour("a case that is not there", lambda: process.get_case(999))
case = tour("BlizWorkProcess.get_case_from_production", lambda: process.get_case_from_production(2, 3))
for name in ("companyId", "environment", "process", "version", "number", "initiator", "history", "current_form"):
    tour(f"BlizWorkCase.{name}", getattr(case, name))
tour("BlizWorkCase.form", lambda: case.form("review"))
tour("BlizWorkCase.latest_form", lambda: case.latest_form("review"))
tour("BlizWorkCase.get_form_execution_date", lambda: case.get_form_execution_date(case.latest_form("review")))
tour("BlizWorkCase.get_field_value", lambda: case.get_field_value("amount"))
tour("a field that may be None", lambda: case.get_field_value("nothing", None))
tour("BlizWorkCase.get_download_url", lambda: case.get_download_url("quote"))
waiting = process.get_case_from_production(1, 3)
tour("BlizWorkCase.exec", lambda: waiting.exec("negotiate", {"amount": 77}, True))
tour("exec with too little detail", lambda: process.get_case(1).exec("review", {}, True, given["company_id"]))
tour("exec of a closed case", lambda: process.get_case(2, False, 3).exec("review", {}, True))
orphan = bw.BlizWorkCase(process.get_case(1, False, 3).case_document)
tour("exec without a process", lambda: orphan.exec("review", {}, True, None, api))

table = bw.BlizWorkMasterDataTable(api, given["table"])
tour("BlizWorkMasterDataTable.get_base_payload", table.get_base_payload)
tour("BlizWorkMasterDataTable.get_records", lambda: table.get_records({"Estado": "Activo"}))
tour("BlizWorkMasterDataTable.get_dictionary", lambda: table.get_dictionary({}, "RUT"))
tour("BlizWorkMasterDataTable.upsert", lambda: table.upsert({"RUT": "1-9"}, {"Nombre": "Ana"}))
tour("BlizWorkMasterDataTable.delete", lambda: table.delete({"RUT": "1-9"}))

utils = bw.BlizWorkUtils(api)
tour("BlizWorkUtils.validate_call", lambda: utils.validate_call(given["call"]))
tour("a spoofed call", lambda: utils.validate_call({"processId": "sales", "caseNumber": 1}))
tour("BlizWorkUtils.get_field_from_call", lambda: utils.get_field_from_call(given["call"], "amount"))
tour("BlizWorkUtils.upload_file", lambda: utils.upload_file(given["user_id"], "a.txt", "YWJj"))
tour("an upload of bytes", lambda: utils.upload_file(given["user_id"], "a.txt", b"abc"))

classes = [value for name, value in vars(bw).items() if isinstance(value, type) and name.startswith("BlizWork")]
found["functions"] = sorted(
    f"{cls.__name__}.{name}"
    for cls in classes
    for name, value in vars(cls).items()
    if callable(value) and name[0] != "_"
)
sys.stdout.write(json.dumps(found))
