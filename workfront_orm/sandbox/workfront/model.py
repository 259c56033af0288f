r"""The model of the sandbox: what all shipped metadata files say together, plus the overlay.

The overlay (`overlay.json`, package data beside this module) holds what no metadata says. Its form, format 1:

    {"format": 1,
     "objects": {
      "TASK": {
       "core": ["ID", "name", "objCode"],
       "defaultFields": ["percentComplete", "status"],
       "required": ["name", "projectID"],
       "readOnly": ["entryDate", "lastUpdateDate"],
       "defaults": {"status": "NEW", "priority": 2, "entryDate": "$now", "enteredByID": "$user", "customerID": "$customer"},
       "computed": {"numberOfChildren": "(SELECT count(*) FROM \"TASK\" m WHERE m.\"parentID\" = {row}.\"ID\")"},
       "references": {"primaryAssignment": {"target": "ASSGN", "by": "taskID", "where": {"isPrimary": true}}},
       "collections": {
        "children": {"target": "TASK", "by": "parentID", "sort": "taskNumber"},
        "documents": {"target": "DOCU", "by": "objID", "where": {"docObjCode": "TASK"}},
        "teams": {"target": "TEAMOB", "through": "TEAMMB", "by": "userID", "to": "teamID"}},
       "aliases": {"issues": "opTasks"},
       "owned": ["assignments", "predecessors"],
       "dependants": ["children", "opTasks", "hours"],
       "names": ["tasks"],
       "indexes": [["projectID", "status"]],
       "operations": ["get", "search"]
      }}}

Every key may be left out.

- `core`: fields that every answer carries; without it those of ID, name, objCode that exist.
- `defaultFields`: what a read without `fields` adds.
- `required`: a create without a value is refused with 422. `readOnly`: a write of another value is refused with 422.
- `defaults`: value of a field that a create leaves out. A text with `$`: `$now`, `$today`, `$user`, `$customer`,
  `$user.homeGroupID` (a field of the caller), `$projectID.ownerID` (a field of the object that `projectID` names), `$ID`.
- `computed`: SQL that gives a field's value when it is read; `{row}` is the row. Such a field has no column and is
  read-only. Tables are named by object code, columns by field.
- `references`: only those whose id no field of the object holds, or whose target the metadata does not know. `field` and
  `target`, or `target`, `by` and `where`: the first object of the type whose field `by` holds our id.
- `collections`: the members' type and their field that holds our id; `where` adds conditions (field = value); `sort`
  their order. With `through`, a type that links both: `by` is its field with our id, `to` its field with the member's.
  A collection that neither overlay nor the rule finds is empty. The rule: the target type has exactly one reference to
  our type, or one named like it (TASK -> task, taskID).
- `aliases`: other names of members in filters and `fields`.
- `owned`: collections whose members go with the object always. `dependants`: collections whose members forbid a delete
  without `force` and go with it. Everything else that refers to a deleted object is set to null.
- `names`: further words for the type in a path, beside code and class name, in any case.
- `indexes`: further indexes; every column that holds the id of a reference has one anyway.
- `operations`: what the type takes, where the metadata does not know.

Demo data come from `data.py` beside this module:

    def tables(data: str, *, seed: int, now: datetime) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]

yields (object code, rows) in batches for `data` in "empty", "demo", "large"; a code may come again. A row maps wire names to
values as the store keeps them: str, int, float, bool, None, a list for `string[]`; a date as aware datetime or, faster, as
text in UTC in the wire form `2030-05-18T17:00:00:000+0000`. `"parameterValues"` is a dict of `DE:` names. Nothing is filled
in: rows carry every value that should not be null (ID, entryDate, status ...), computed fields excepted. The batch
`("credentials", [{"userID", "password", "apiKey"}, ...])` says who can log in; its first row is the administrator, `apiKey`
may be None. Even "empty" has a customer, the administrator, access levels, a group and the statuses (CSTEM).
"""
