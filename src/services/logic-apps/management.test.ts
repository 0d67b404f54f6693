import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  isJsonObject,
  objectMember,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import { requestWorkflow, startApp, writeFiles, type AppFixture } from './app-fixture.ts'

const loop = requestWorkflow({
  Before: { type: 'Compose', inputs: "@triggerBody()?['n']", runAfter: {} },
  Loop: {
    type: 'Foreach',
    foreach: ['a', 'b'],
    operationOptions: 'Sequential',
    actions: { Inner: { type: 'Compose', inputs: '@item()', runAfter: {} } },
    runAfter: { Before: ['Succeeded'] },
  },
  Secret: {
    type: 'Compose',
    inputs: 'password',
    runtimeConfiguration: { secureData: { properties: ['inputs', 'outputs'] } },
    runAfter: { Loop: ['Succeeded'] },
  },
  Check: {
    type: 'Compose',
    inputs: "@div(1, outputs('Before'))",
    runAfter: { Secret: ['Succeeded'] },
  },
  Big: { type: 'Compose', inputs: '@range(0, 20000)', runAfter: { Check: ['Succeeded'] } },
})

async function startLoop(t: TestContext): Promise<AppFixture> {
  return startApp(t, {
    files: {
      'w/workflow.json': loop,
      'broken/workflow.json': requestWorkflow({
        A: { type: 'Compose', inputs: '@nope()', runAfter: {} },
      }),
    },
  })
}

async function runOnce(fixture: AppFixture, body: JsonValue): Promise<string> {
  const answer = await fixture.call('w', { body })
  const id = answer.headers.get('x-ms-workflow-run-id') ?? ''
  while ((await fixture.service.pendingRuns()) > 0)
    await new Promise((resolve) => setImmediate(resolve))
  return id
}

function valuesOf(body: JsonValue): JsonObject[] {
  const { value } = isJsonObject(body) ? body : {}
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

test('workflows are listed, those that were refused with the reason', async (t) => {
  const fixture = await startLoop(t)
  const { body } = await fixture.manage('/workflows')
  assert.ok(Array.isArray(body))
  const states = body.map((each) => [
    stringMember(each, 'name'),
    stringMember(objectMember(each, 'health'), 'state'),
  ])
  assert.deepEqual(states, [
    ['broken', 'Unhealthy'],
    ['w', 'Healthy'],
  ])
  const called = await fetch(`${fixture.app.baseUrl}/api/broken/triggers/manual/invoke`, {
    method: 'POST',
  })
  assert.equal(called.status, 400)
})

test('the management asks for the key of the app', async (t) => {
  const fixture = await startLoop(t)
  const url = `${fixture.app.baseUrl}/runtime/webhooks/workflow/api/management/workflows`
  assert.equal((await fetch(url)).status, 401)
  assert.equal((await fetch(`${url}?code=${fixture.app.keys.masterKey}`)).status, 200)
})

test('a callback address works, and only with its own signature', async (t) => {
  const fixture = await startLoop(t)
  const { body } = await fixture.manage('/workflows/w/triggers/manual/listCallbackUrl', {
    method: 'POST',
  })
  const url = new URL(stringMember(body, 'value') ?? '')
  const post = (address: URL) =>
    fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"n":1}',
    })
  assert.equal((await post(url)).status, 202)
  url.searchParams.set('sig', 'x')
  const wrong = await post(url)
  assert.equal(wrong.status, 401)
  assert.equal(
    stringMember(objectMember(await json(wrong), 'error'), 'code'),
    'AuthorizationFailed',
  )
  url.searchParams.delete('sig')
  const none = await post(url)
  assert.equal(
    stringMember(objectMember(await json(none), 'error'), 'code'),
    'DirectApiAuthorizationRequired',
  )
})

test('runs are listed newest first, filtered and in pages', async (t) => {
  const fixture = await startLoop(t)
  const ids = [
    await runOnce(fixture, { n: 1 }),
    await runOnce(fixture, { n: 0 }),
    await runOnce(fixture, { n: 2 }),
  ]
  const all = await fixture.manage('/workflows/w/runs')
  assert.deepEqual(
    valuesOf(all.body).map((run) => run['name']),
    ids.toReversed(),
  )
  const failed = await fixture.manage(
    `/workflows/w/runs?$filter=${encodeURIComponent("status eq 'Failed'")}`,
  )
  assert.deepEqual(
    valuesOf(failed.body).map((run) => run['name']),
    [ids[1]],
  )
  const first = await fixture.manage('/workflows/w/runs?$top=2')
  const next = new URL(stringMember(first.body, 'nextLink') ?? '')
  const second = await fixture.manage(`/workflows/w/runs${next.search}`)
  assert.deepEqual(
    valuesOf(second.body).map((run) => run['name']),
    [ids[0]],
  )
  assert.equal((await fixture.manage('/workflows/w/runs?$filter=x')).status, 400)
})

test('a run shows its trigger and its actions, with contents by link and nothing that is secure', async (t) => {
  const fixture = await startLoop(t)
  const id = await runOnce(fixture, { n: 4 })
  const { body } = await fixture.manage(`/workflows/w/runs/${id}?$expand=properties/actions`)
  const properties = objectMember(body, 'properties')
  assert.equal(properties['status'], 'Succeeded')
  const actions = objectMember(properties, 'actions')
  assert.deepEqual(Object.keys(actions).toSorted(), ['Before', 'Big', 'Check', 'Loop', 'Secret'])
  assert.equal(objectMember(actions, 'Before')['outputs'], 4)
  assert.equal(objectMember(actions, 'Secret')['outputs'], null)
  assert.ok(!JSON.stringify(body).includes('password'))
  const big = objectMember(actions, 'Big')
  assert.equal(big['outputs'], undefined)
  const link = stringMember(objectMember(big, 'outputsLink'), 'uri') ?? ''
  const content = await json(await fetch(link))
  assert.ok(Array.isArray(content))
  assert.equal(content.length, 20_000)
  assert.equal((await fetch(link.replace(/sig=.*/, 'sig=x'))).status, 401)
})

test('inputs that use secured outputs are secured too', async (t) => {
  const secure = { secureData: { properties: ['outputs'] } }
  const fixture = await startApp(t, {
    files: {
      'w/workflow.json': requestWorkflow({
        A: { type: 'Compose', inputs: 'secret', runtimeConfiguration: secure, runAfter: {} },
        B: {
          type: 'ParseJson',
          inputs: { content: "@outputs('A')", schema: {} },
          runAfter: { A: ['Succeeded'] },
        },
      }),
    },
  })
  const id = await runOnce(fixture, {})
  const { body } = await fixture.manage(`/workflows/w/runs/${id}/actions/B`)
  assert.equal(objectMember(body, 'properties')['inputs'], null)
})

test('an action of a loop has a repetition for each item', async (t) => {
  const fixture = await startLoop(t)
  const id = await runOnce(fixture, { n: 1 })
  const { body } = await fixture.manage(`/workflows/w/runs/${id}/actions/Inner/repetitions`)
  const shown = valuesOf(body).map((each) => [
    each['name'],
    objectMember(each, 'properties')['outputs'],
  ])
  assert.deepEqual(shown, [
    ['000000', 'a'],
    ['000001', 'b'],
  ])
  const one = await fixture.manage(`/workflows/w/runs/${id}/actions/Inner/repetitions/000001`)
  assert.deepEqual(objectMember(one.body, 'properties')['repetitionIndexes'], [
    { scopeName: 'Loop', itemIndex: 1 },
  ])
})

test('a run is resubmitted from its start and from an action', async (t) => {
  const fixture = await startLoop(t)
  const id = await runOnce(fixture, { n: 0 })
  const histories = await fixture.manage(`/workflows/w/triggers/manual/histories/${id}/resubmit`, {
    method: 'POST',
  })
  assert.equal(histories.status, 202)
  const fixed = JSON.parse(JSON.stringify(loop).replace('@div(1, ', '@add(1, '))
  writeFiles(fixture.dir, { 'w/workflow.json': fixed })
  await fixture.app.reload()
  const changed = await fixture.manage(`/workflows/w/runs/${id}/resubmit`, {
    method: 'POST',
    body: { actionsToResubmit: [{ name: 'Check' }] },
  })
  assert.equal(changed.status, 409)
  const again = await runOnce(fixture, { n: 7 })
  const resubmitted = await fixture.manage(`/workflows/w/runs/${again}/resubmit`, {
    method: 'POST',
    body: { actionsToResubmit: [{ name: 'Check' }] },
  })
  assert.equal(resubmitted.status, 202)
  while ((await fixture.service.pendingRuns()) > 0)
    await new Promise((resolve) => setImmediate(resolve))
  const [newest] = valuesOf((await fixture.manage('/workflows/w/runs?$top=1')).body)
  const newId = stringMember(newest ?? null, 'name') ?? ''
  const check = await fixture.manage(`/workflows/w/runs/${newId}/actions/Check`)
  assert.equal(objectMember(check.body, 'properties')['outputs'], 8)
  const [before, copied] = await Promise.all(
    [again, newId].map(async (run) => {
      const { body } = await fixture.manage(`/workflows/w/runs/${run}/actions/Before`)
      return objectMember(body, 'properties')['startTime']
    }),
  )
  assert.equal(before, copied)
})

test('a run that waits is cancelled', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'w/workflow.json': requestWorkflow({
        Delay: { type: 'Wait', inputs: { interval: { count: 1, unit: 'Day' } }, runAfter: {} },
        After: { type: 'Compose', inputs: 1, runAfter: { Delay: ['Succeeded'] } },
      }),
    },
  })
  const answer = await fixture.call('w')
  const id = answer.headers.get('x-ms-workflow-run-id') ?? ''
  assert.equal(
    (await fixture.manage(`/workflows/w/runs/${id}/cancel`, { method: 'POST' })).status,
    200,
  )
  const { body } = await fixture.manage(`/workflows/w/runs/${id}?$expand=properties/actions`)
  const properties = objectMember(body, 'properties')
  assert.equal(properties['status'], 'Cancelled')
  const actions = objectMember(properties, 'actions')
  assert.equal(objectMember(actions, 'Delay')['status'], 'Cancelled')
  assert.equal(objectMember(actions, 'After')['status'], 'Skipped')
  assert.equal(
    (await fixture.manage(`/workflows/w/runs/${id}/cancel`, { method: 'POST' })).status,
    409,
  )
})

test('a definition is validated without taking it over', async (t) => {
  const fixture = await startLoop(t)
  const good = await fixture.manage('/workflows/w/validate', {
    method: 'POST',
    body: { properties: loop },
  })
  assert.equal(good.status, 200)
  const bad = requestWorkflow({
    A: { type: 'Compose', inputs: 1, runAfter: { Ghost: ['Succeeded'] } },
  })
  const refused = await fixture.manage('/workflows/w/validate', {
    method: 'POST',
    body: { properties: bad },
  })
  assert.equal(refused.status, 400)
  assert.equal(stringMember(objectMember(refused.body, 'error'), 'code'), 'InvalidTemplate')
})

async function json(response: Response): Promise<JsonValue> {
  return parseJson(await response.text())
}
