/** Definitions in the forms that are no Standard project. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson, stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { requestWorkflow, startApp } from './app-fixture.ts'
import { logicAppResources } from './resources.ts'
import type { ManagedConnector, ManagedConnectorCall } from './managed-connector.ts'

const actions = {
  Get: {
    type: 'ApiConnection',
    inputs: {
      host: { connection: { name: "@parameters('$connections')['sql']['connectionId']" } },
      method: 'get',
      path: "/rows/@{encodeURIComponent('a b')}",
      queries: { top: 1 },
    },
    runAfter: {},
  },
  Response: {
    type: 'Response',
    inputs: { statusCode: 200, body: { rows: "@body('Get')", who: "@parameters('who')" } },
    runAfter: { Get: ['Succeeded'] },
  },
}

function request(properties: JsonObject) {
  const id = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Logic/workflows/orders'
  return {
    id,
    names: ['orders'],
    type: 'Microsoft.Logic/workflows',
    apiVersion: '2019-05-01',
    tags: {},
    identity: {},
    sku: {},
    properties,
  }
}

test('a Consumption workflow of a template runs by its address, also after a restart', async (t) => {
  const calls: ManagedConnectorCall[] = []
  const sql: ManagedConnector = {
    api: 'sql',
    call: async (call) => {
      calls.push(call)
      return { statusCode: 200, body: [{ id: 1 }] }
    },
  }
  const fixture = await startApp(t, { files: {}, managedConnectors: [sql] })
  const [provider, triggers] = logicAppResources(fixture.service)
  assert.ok(provider && triggers)
  await provider.put(
    request({
      definition: {
        triggers: { manual: { type: 'Request', kind: 'Http', inputs: {} } },
        actions,
        parameters: {
          $connections: { type: 'Object', defaultValue: {} },
          who: { type: 'String' },
        },
      },
      parameters: {
        $connections: {
          value: {
            sql: { connectionId: '/connections/sql-1', id: '/subscriptions/s/managedApis/sql' },
          },
        },
        who: { value: 'Ada' },
      },
    }),
  )
  const listed = await triggers.actions?.['listCallbackUrl']?.(['orders', 'manual'], {})
  const url = stringMember(listed, 'value') ?? ''
  const answer = await fetch(url, { method: 'POST' })
  assert.deepEqual(parseJson(await answer.text()), { rows: [{ id: 1 }], who: 'Ada' })
  const [call] = calls
  assert.deepEqual([call?.method, call?.path, call?.queries], ['GET', '/rows/a%20b', { top: 1 }])
  const again = await startApp(t, { files: {}, managedConnectors: [sql], store: fixture.store })
  assert.ok(again.service.apps().some(({ app }) => app.name === 'orders'))
  await provider.delete(['orders'])
  await assert.rejects(
    async () => triggers.actions?.['listCallbackUrl']?.(['orders', 'manual'], {}),
    {
      code: 'WorkflowNotFound',
    },
  )
})

test('a template whose definition is none fails', async (t) => {
  const fixture = await startApp(t, { files: {} })
  const [provider] = logicAppResources(fixture.service)
  await assert.rejects(async () => provider?.put(request({})), {
    code: 'InvalidWorkflowDefinition',
    status: 400,
  })
})

test('a Power Automate flow runs with recorded answers of its connectors', async (t) => {
  const flow: JsonValue = {
    name: 'f',
    properties: {
      displayName: 'Flow',
      connectionReferences: {
        shared_sharepointonline: {
          id: '/providers/Microsoft.PowerApps/apis/shared_sharepointonline',
        },
      },
      definition: {
        parameters: { $connections: { defaultValue: {}, type: 'Object' } },
        triggers: { manual: { type: 'Request', kind: 'Button', inputs: { schema: {} } } },
        actions: {
          Get_items: {
            type: 'OpenApiConnection',
            inputs: {
              host: {
                connectionName: 'shared_sharepointonline',
                operationId: 'GetItems',
                apiId: '/providers/Microsoft.PowerApps/apis/shared_sharepointonline',
              },
              parameters: { dataset: 'd' },
              authentication: "@parameters('$authentication')",
            },
            runAfter: {},
          },
          Count: {
            type: 'Compose',
            inputs: "@length(body('Get_items')?['value'])",
            runAfter: { Get_items: ['Succeeded'] },
          },
          Missing: {
            type: 'OpenApiConnection',
            inputs: {
              host: { connectionName: 'shared_sharepointonline', operationId: 'Other' },
              parameters: {},
              retryPolicy: { type: 'none' },
            },
            runAfter: { Count: ['Succeeded'] },
          },
        },
      },
    },
  }
  const fixture = await startApp(t, {
    files: {
      'flow/definition.json': flow,
      'flow/flow-mock.json': {
        actionMocks: {
          Get_items: {
            status: 'Succeeded',
            outputs: { statusCode: 200, body: { value: [1, 2, 3] } },
          },
        },
      },
    },
  })
  const loaded = fixture.app.find('flow')
  assert.ok(loaded && 'host' in loaded, loaded && 'error' in loaded ? loaded.error.line : '')
  const answer = await fixture.call('flow')
  const id = answer.headers.get('x-ms-workflow-run-id') ?? ''
  while ((await fixture.service.pendingRuns()) > 0)
    await new Promise((resolve) => setImmediate(resolve))
  const events = await fixture.app.engine.history.events('app/flow', id)
  const ended = events.flatMap((event) => (event.kind === 'ended' ? [event.record] : []))
  assert.equal(ended.find(({ name }) => name === 'Count')?.outputs, 3)
  assert.match(
    ended.find(({ name }) => name === 'Missing')?.error?.message ?? '',
    /Record an answer in 'flow\/flow-mock\.json'/,
  )
})

test('a file that changes is loaded again, and a run goes on with what it was started with', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'w/workflow.json': requestWorkflow({
        Response: { type: 'Response', inputs: { statusCode: 200, body: 'old' }, runAfter: {} },
      }),
    },
  })
  assert.equal(await (await fixture.call('w')).text(), 'old')
  const { writeFiles } = await import('./app-fixture.ts')
  writeFiles(fixture.dir, {
    'w/workflow.json': requestWorkflow({
      Response: { type: 'Response', inputs: { statusCode: 200, body: 'new' }, runAfter: {} },
    }),
  })
  await fixture.app.reload()
  assert.equal(await (await fixture.call('w')).text(), 'new')
})
