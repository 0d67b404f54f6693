import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JsonValue } from '../base/json.ts'
import { newLogger } from '../base/logger.ts'
import { writeFiles } from '../services/logic-apps/app-fixture.ts'
import { checkProjects } from './project-check.ts'

const template = `resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan'
  location: 'westeurope'
  sku: { name: 'WS1', tier: 'WorkflowStandard' }
}
resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: 'logic-1'
  location: 'westeurope'
  kind: 'functionapp,workflowapp'
  tags: { 'azd-service-name': 'flows' }
  properties: { serverFarmId: plan.id }
}
`

function provider(operationId: string, serviceProviderId = 'AzureBlob'): JsonValue {
  return {
    type: 'ServiceProvider',
    inputs: {
      parameters: { containerName: 'inbox', blobName: 'a' },
      serviceProviderConfiguration: {
        connectionName: 'AzureBlob',
        operationId,
        serviceProviderId: `/serviceProviders/${serviceProviderId}`,
      },
    },
    runAfter: {},
  }
}

function workflow(actions: JsonValue): JsonValue {
  const triggers = { manual: { type: 'Request', kind: 'Http', inputs: {} } }
  return { kind: 'Stateful', definition: { triggers, actions } }
}

async function check(
  t: TestContext,
  files: Record<string, JsonValue>,
): Promise<readonly (readonly [string, string])[]> {
  const dir = mkdtempSync(join(tmpdir(), 'interline-azd-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  writeFiles(dir, {
    'infra/main.bicep': template,
    'azure.yaml': 'name: shop\nservices:\n  flows:\n    project: app\n    host: function\n',
    'app/host.json': { version: '2.0' },
    'app/connections.json': {
      serviceProviderConnections: {
        AzureBlob: {
          parameterValues: { connectionString: 'AccountName=a' },
          serviceProvider: { id: '/serviceProviders/AzureBlob' },
        },
      },
      managedApiConnections: {
        office365: {
          api: { id: '/subscriptions/s/providers/Microsoft.Web/locations/l/managedApis/office365' },
          connection: { id: '/subscriptions/s/connections/office365' },
        },
      },
    },
    ...files,
  })
  const logger = newLogger({ name: 'test', level: 'silent' })
  const features = await checkProjects([dir], { logger, say() {} })
  return features
    .filter(({ text }) => !text.startsWith('Microsoft.'))
    .map(({ class: kind, text }) => [kind, text] as const)
}

test('the triggers and actions of a workflow are listed with their operations', async (t) => {
  const actions = {
    Try: { type: 'Scope', actions: { Read: provider('readBlob') }, runAfter: {} },
  }
  assert.deepEqual(await check(t, { 'app/read/workflow.json': workflow(actions) }), [
    ['modelled', 'read/triggers/manual: Request'],
    ['modelled', 'read/actions/Try: Scope'],
    ['modelled', 'read/actions/Try/Read: ServiceProvider AzureBlob.readBlob'],
  ])
})

test('an operation that is not there is unsupported by name, and hides no other workflow', async (t) => {
  const found = await check(t, {
    'app/a/workflow.json': workflow({ Look: provider('executeQuery', 'sql') }),
    'app/b/workflow.json': workflow({ Unpack: provider('extractArchiveFromContent') }),
    'app/c/workflow.json': workflow({ Read: provider('readBlob') }),
  })
  const problems = found.filter(([kind]) => kind === 'unsupported').map(([, text]) => text)
  assert.equal(problems.length, 2)
  assert.match(
    problems[0] ?? '',
    /^a\/actions\/Look: .*'sql' is not supported\. There is no SQL Database here yet\./,
  )
  assert.match(
    problems[1] ?? '',
    /^b\/actions\/Unpack: .*'extractArchiveFromContent'.* Archives are not unpacked/,
  )
  assert.equal(found.filter(([kind]) => kind === 'modelled').length, 2)
})

test('a managed connector that nothing answers is unsupported', async (t) => {
  const send = {
    type: 'ApiConnection',
    inputs: {
      host: { connection: { referenceName: 'office365' } },
      method: 'post',
      path: '/v2/Mail',
    },
    runAfter: {},
  }
  const found = await check(t, { 'app/mail/workflow.json': workflow({ Send: send }) })
  assert.deepEqual(found.at(-1), [
    'unsupported',
    'mail/actions/Send: ApiConnection office365: no local service, no connectionRuntimeUrl and no recorded answer',
  ])
})
