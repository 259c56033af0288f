// A tour of the sandbox with the vendor's own JavaScript client (npm: workfront-api 6.2.0), in Node.
// Arguments: folder of the package, url, user name, password, version. Prints what it found as JSON.
'use strict'

const [, , folder, url, username, password, version] = process.argv
const fs = require('fs')
// The client was written for a Node without fetch: it brings one of its own, which takes its streams.
for (const name of ['fetch', 'Headers', 'Request', 'Response', 'FormData']) delete globalThis[name]
const { NodeApi } = require(folder)

// The client's own edit() writes method=GET into a batch's uri; its request() takes the method that is meant.
function change(batch, id, name) {
    return batch.request('TASK/' + id, { method: 'PUT', updates: JSON.stringify({ name }) })
}

async function main() {
    const found = {}
    const api = new NodeApi({ url, version })
    const session = await api.login(username, password)
    found.login = session.userID
    const project = await api.create('PROJ', { name: 'made by JavaScript é / <b>', plannedStartDate: '2026-06-01T09:00:00.000Z' }, ['owner:name'])
    found.created = [project.name, typeof project.owner.name]
    const id = project.ID
    found.edited = (await api.edit('PROJ', id, { name: 'changed' })).name
    const tasks = await api.create('TASK', [1, 2, 3, 4].map((n) => ({ name: 't' + n, projectID: id })))
    found.bulkCreated = tasks.map((task) => task.name)
    const ids = tasks.map((task) => task.ID)
    const many = await api.editMultiple('TASK', ids.map((ID) => ({ ID, priority: 4 })), 'priority')
    found.bulkEdited = many.map((task) => task.priority)
    found.several = (await api.get('TASK', ids)).map((task) => ids.indexOf(task.ID))
    found.one = (await api.get('TASK', ids[0], ['project:name'])).project.name
    found.me = (await api.get('USER', '$$USER.ID')).ID
    const query = { projectID: id, name: ['t1', 't2'], name_Mod: 'in', name_Sort: 'desc' }
    found.search = (await api.search('TASK', query, ['name'])).map((task) => task.name)
    found.searchByPost = (await api.search('TASK', query, ['name'], true)).map((task) => task.name)
    found.count = await api.count('TASK', { projectID: id })
    found.report = (await api.report('TASK', { projectID: id, priority_AggFunc: 'sum', 'project:name_1_GroupBy': true })).changed.sum_priority
    found.action = await api.execute('TASK', ids[0], 'markDone', { status: 'CPL' })
    found.status = (await api.get('TASK', ids[0], 'status')).status
    found.assigned = await api.execute('TASK', ids[1], 'assign', { objID: session.userID, objCode: 'USER' })
    found.work = (await api.namedQuery('WORK', 'myWork', { projectID: id }, 'name')).map((item) => item.name)
    found.statuses = (await api.namedQuery('CSTEM', 'taskStatuses', {}, '*')).length > 3
    const copy = await api.copy('PROJ', id, { name: 'a copy' }, ['tasks:name'], ['clearAssignments'])
    found.copy = [copy.name, copy.tasks.length]
    const batch = await api.batch((b) => [b.get('PROJ', id, 'name'), b.count('TASK', { projectID: id }), change(b, ids[2], 'by batch')])
    found.batch = [batch[0].name, batch[1].count, batch[2].name]
    found.atomic = (await api.batch((b) => [change(b, ids[2], 'atomic')], true)) === undefined
    found.afterBatch = (await api.get('TASK', ids[2])).name
    const types = await api.metadata()
    found.metadata = [types.objects.Project.objCode, (await api.metadata('TASK', 'fields')).fields.name.fieldType]
    const handle = (await api.uploadFromStream(fs.createReadStream(__filename), 'plan.txt')).handle
    const document = await api.create('DOCU', { name: 'plan.txt', handle, docObjCode: 'PROJ', objID: id }, ['downloadURL'])
    const content = await fetch(url + document.downloadURL, { headers: { sessionID: session.sessionID } })
    found.download = (await content.text()) === fs.readFileSync(__filename, 'utf8')
    found.removed = (await api.remove('TASK', ids[3])) === undefined
    found.left = await api.count('TASK', { projectID: id })
    try {
        await api.get('PROJ', '0'.repeat(32))
    } catch (error) {
        found.error = [error.status, error.message]
    }
    await api.logout()
    try {
        api.setSessionID(session.sessionID)
        await api.get('PROJ', id)
    } catch (error) {
        found.afterLogout = error.status
    }
    const keyed = new NodeApi({ url, version })
    const key = await keyed.getApiKey(username, password)
    found.key = key.length
    found.byKey = (await keyed.get('PROJ', id)).name
    const getting = new NodeApi({ url, version, apiKey: key, alwaysUseGet: true })
    found.alwaysGet = (await getting.edit('PROJ', id, { name: 'by GET' })).name
    await getting.remove('PROJ', id, true)
    await keyed.clearApiKey()
    console.log(JSON.stringify(found))
}

main().catch((error) => {
    console.error(error)
    process.exit(1)
})
