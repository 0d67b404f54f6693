/** A project as people write it, deployed with its template and called as its users do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject, parseJson, stringMember, type JsonValue } from '../../../src/base/json.ts'
import { startForTest } from '../../test-platform.ts'

const project = 'tests/conformance/logic-apps/projects/approvals'

async function read(response: Response): Promise<JsonValue> {
  return parseJson(await response.text())
}

test('a deployed app is called by the address that its management gives', async (t) => {
  const platform = await startForTest(t, { projects: [project] })
  const base = platform.endpoints.logicApps?.['approvals']
  assert.ok(base)
  const key = platform.endpoints.logicAppKeys?.['approvals']?.masterKey ?? ''
  const headers = { 'x-functions-key': key }
  const management = `${base}/runtime/webhooks/workflow/api/management`
  const listed = await read(
    await fetch(
      `${management}/workflows/approve/triggers/manual/listCallbackUrl?api-version=2018-11-01`,
      {
        method: 'POST',
        headers,
      },
    ),
  )
  const answer = await fetch(stringMember(listed, 'value') ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      items: [
        { price: 12.5, count: 2 },
        { price: 100, count: 1 },
      ],
    }),
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(await read(answer), {
    approved: false,
    by: 'rules',
    total: 125,
    expensive: [100],
  })
  const runId = answer.headers.get('x-ms-workflow-run-id') ?? ''
  // The answer is given while the run still ends.
  await platform.idle.untilIdle()
  const run = await read(await fetch(`${management}/workflows/approve/runs/${runId}`, { headers }))
  const properties = isJsonObject(run) ? run['properties'] : undefined
  assert.ok(isJsonObject(properties))
  assert.equal(properties['status'], 'Succeeded')
})
