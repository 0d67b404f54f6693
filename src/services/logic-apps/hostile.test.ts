/** Definitions and requests that mean harm, or are only wrong: they are refused or bounded, and stop nobody else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson, type JsonValue } from '../../base/json.ts'
import { requestWorkflow, startApp } from './app-fixture.ts'

const good = requestWorkflow({
  Response: { type: 'Response', inputs: { statusCode: 200, body: 'fine' }, runAfter: {} },
})

function nested(depth: number): JsonValue {
  if (depth === 0) return { Leaf: { type: 'Compose', inputs: 1, runAfter: {} } }
  return { [`S${depth}`]: { type: 'Scope', actions: nested(depth - 1), runAfter: {} } }
}

function many(count: number): Record<string, JsonValue> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `A${index}`,
      { type: 'Compose', inputs: 1, runAfter: {} },
    ]),
  )
}

test('bad definitions are refused with their place and stop no other', async (t) => {
  const deep = nested(12)
  assert.ok(typeof deep === 'object' && deep !== null && !Array.isArray(deep))
  const fixture = await startApp(t, {
    files: {
      'good/workflow.json': good,
      'notjson/workflow.json': '{ "definition": ',
      'nothing/workflow.json': '{}',
      'list/workflow.json': '[1]',
      'kind/workflow.json': { definition: {}, kind: 'Agentic' },
      'deep/workflow.json': requestWorkflow(deep),
      'many/workflow.json': requestWorkflow(many(501)),
      'long/workflow.json': requestWorkflow({
        A: { type: 'Compose', inputs: `@concat('${'x'.repeat(9_000)}')`, runAfter: {} },
      }),
      'brackets/workflow.json': requestWorkflow({
        A: {
          type: 'Compose',
          inputs: `@${'add(1,'.repeat(1_000)}1${')'.repeat(1_000)}`,
          runAfter: {},
        },
      }),
      'parallel/workflow.json': requestWorkflow({
        A: {
          type: 'Foreach',
          foreach: [],
          runtimeConfiguration: { concurrency: { repetitions: 51 } },
          actions: {},
          runAfter: {},
        },
      }),
      'twice/workflow.json': requestWorkflow({
        A: {
          type: 'Scope',
          actions: { B: { type: 'Compose', inputs: 1, runAfter: {} } },
          runAfter: {},
        },
        b: { type: 'Compose', inputs: 1, runAfter: {} },
      }),
      'trigger/workflow.json': requestWorkflow({}, { trigger: { type: 'Telepathy' } }),
      'provider/workflow.json': requestWorkflow({
        A: {
          type: 'ServiceProvider',
          inputs: {
            parameters: {},
            serviceProviderConfiguration: {
              connectionName: 'x',
              operationId: 'y',
              serviceProviderId: '/serviceProviders/sap',
            },
          },
          runAfter: {},
        },
      }),
    },
  })
  const states = Object.fromEntries(
    fixture.app.workflows.map((each) => [each.name, 'error' in each ? each.error.code : 'good']),
  )
  assert.deepEqual(states, {
    good: 'good',
    notjson: 'InvalidJson',
    nothing: 'InvalidWorkflowDefinition',
    list: 'InvalidWorkflowDefinition',
    kind: 'InvalidWorkflowKind',
    deep: 'InvalidTemplate',
    many: 'InvalidTemplate',
    long: 'InvalidTemplate',
    brackets: 'InvalidTemplate',
    parallel: 'InvalidTemplate',
    twice: 'InvalidTemplate',
    trigger: 'InvalidTemplate',
    provider: 'InvalidTemplate',
  })
  const provider = fixture.app.find('provider')
  assert.ok(provider && 'error' in provider)
  assert.match(provider.error.line, /workflow\.json:\d+:\d+: actions\/A: .*'sap' is not supported/)
  assert.equal(await (await fixture.call('good')).text(), 'fine')
})

test('loops without end and huge lists are bounded', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'until/workflow.json': requestWorkflow({
        Loop: {
          type: 'Until',
          expression: '@equals(1, 2)',
          limit: { count: 5_000, timeout: 'PT1H' },
          actions: { A: { type: 'Compose', inputs: 1, runAfter: {} } },
          runAfter: {},
        },
        Response: {
          type: 'Response',
          inputs: { statusCode: 200, body: "@actions('Loop')?['status']" },
          runAfter: { Loop: ['Succeeded'] },
        },
      }),
      'foreach/workflow.json': requestWorkflow({
        Loop: {
          type: 'Foreach',
          foreach: '@triggerBody()',
          actions: { A: { type: 'Compose', inputs: 1, runAfter: {} } },
          runAfter: {},
        },
        Response: {
          type: 'Response',
          inputs: { statusCode: 200, body: "@actions('Loop')?['error']?['code']" },
          runAfter: { Loop: ['Succeeded', 'Failed'] },
        },
      }),
    },
  })
  assert.equal(await (await fixture.call('until')).text(), 'Succeeded')
  const list = Array.from({ length: 100_001 }, () => 1)
  assert.equal(
    await (await fixture.call('foreach', { body: list })).text(),
    'ForeachItemsLimitExceeded',
  )
})

test('malformed requests are answered as the host answers them', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'w/workflow.json': requestWorkflow(
        {
          Response: {
            type: 'Response',
            inputs: { statusCode: 200, body: '@triggerOutputs()' },
            runAfter: {},
          },
        },
        {
          trigger: {
            inputs: {
              method: 'PUT',
              relativePath: '/orders/{id}',
              schema: { type: 'object', required: ['a'] },
            },
            operationOptions: 'EnableSchemaValidation',
          },
        },
      ),
      'noanswer/workflow.json': requestWorkflow({
        If: {
          type: 'If',
          expression: '@equals(1, 2)',
          actions: { Response: { type: 'Response', inputs: { statusCode: 200 }, runAfter: {} } },
          runAfter: {},
        },
      }),
    },
  })
  const code = async (response: Response): Promise<unknown> => {
    const value = parseJson(await response.text())
    return [response.status, JSON.stringify(value).match(/"code":"(\w+)"/)?.[1]]
  }
  assert.deepEqual(await code(await fixture.call('w', { method: 'POST', path: '/orders/1' })), [
    404,
    'TriggerRequestMethodNotValid',
  ])
  assert.deepEqual(
    await code(await fixture.call('w', { method: 'PUT', body: {}, path: '/orders/1' })),
    [400, 'TriggerInputSchemaMismatch'],
  )
  assert.deepEqual(
    await code(await fixture.call('w', { method: 'PUT', body: { a: 1 }, path: '/else' })),
    [404, 'TriggerRelativePathNotValid'],
  )
  const answer = await fixture.call('w', { method: 'PUT', body: { a: 1 }, path: '/orders/4%2F2' })
  const outputs = parseJson(await answer.text())
  assert.ok(typeof outputs === 'object' && outputs !== null && !Array.isArray(outputs))
  assert.deepEqual(outputs['relativePathParameters'], { id: '4/2' })
  assert.deepEqual(await code(await fixture.call('noanswer')), [502, 'NoResponse'])
})

test('a body that says it is JSON and is not starts no run', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'w/workflow.json': requestWorkflow({ C: { type: 'Compose', inputs: 1, runAfter: {} } }),
    },
  })
  const { workflow } = fixture.app.host('w')
  for (const body of ['{"a":', 'CCC', '['.repeat(100_000)]) {
    const answer = await fetch(fixture.app.callbackUrl(workflow, undefined), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /"InvalidRequestContent".*could not be deserialized: '/)
  }
  const { runs } = await fixture.app.engine.history.list({ workflow: 'app/w', limit: 1 })
  assert.equal(runs.length, 0)
})
