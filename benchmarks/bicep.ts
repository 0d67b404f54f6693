/**
 * A project of 12 modules, from the text of its files to the last resource: what a start pays for its
 * template, the first time and when nothing has changed. The goal is < 100 ms, cold code included.
 */
import { ManualClock } from '../src/base/clock.ts'
import { newLogger } from '../src/base/logger.ts'
import { ResourceManager } from '../src/services/resource-manager/service.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import { percentile } from './statistics.ts'

const moduleCount = 12
const rounds = 40
const goalMs = 100

/** Prints how long the template takes to deploy first, in a warm process, and again unchanged. */
export async function benchmarkBicep(): Promise<void> {
  const files = project()
  const firstMs: number[] = []
  const againMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const clock = new ManualClock()
    const store = await openSqliteStore({ path: ':memory:', clock })
    const logger = newLogger({ level: 'silent', name: 'bench' })
    const identity = { subscriptionId: 'subscription', tenantId: 'tenant', location: 'westeurope' }
    const manager = new ResourceManager({ store, clock, logger, ...identity })
    for (const type of types) manager.register(kept(type))
    firstMs.push(await timeMs(() => deploy(manager, files)))
    againMs.push(await timeMs(() => deploy(manager, files)))
    await store.close()
  }
  const [coldMs = Number.NaN] = firstMs
  const lines = [
    `${moduleCount} modules, ${files.size} files, ${[...files.values()].join('').length} characters`,
    `first deployment of the process: ${coldMs.toFixed(1)} ms (goal < ${goalMs})`,
    `first deployment, warm: ${summary(firstMs)}`,
    `again, nothing changed: ${summary(againMs)}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function deploy(manager: ResourceManager, files: ReadonlyMap<string, string>): Promise<void> {
  const { resources } = await manager.deployTemplate({
    file: 'infra/main.bicep',
    readFile: (path) => files.get(path),
    environment: { AZURE_ENV_NAME: 'bench' },
  })
  const expected = 1 + moduleCount * 5
  if (resources.length !== expected) throw new Error(`deployed ${resources.length} of ${expected}`)
}

async function timeMs(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

function summary(timesMs: readonly number[]): string {
  const [middle, high] = [0.5, 0.99].map((each) => percentile(timesMs, each).toFixed(1))
  return `median ${middle} ms, p99 ${high} ms`
}

const types = [
  'Microsoft.Web/sites',
  'Microsoft.Web/sites/config',
  'Microsoft.ServiceBus/namespaces',
].concat('Microsoft.ServiceBus/namespaces/queues')

function kept(type: string): Parameters<ResourceManager['register']>[0] {
  return {
    type,
    put: async ({ names: [name = ''], properties }) => ({
      properties: { ...properties, defaultHostName: `${name}.azurewebsites.net` },
    }),
    delete: async () => {},
  }
}

// Each module has an app with settings, a namespace with two queues, and the output that the next one reads.
function project(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const parts = Array.from({ length: moduleCount }, (_, index) => moduleUse(index))
  files.set('infra/main.bicep', `${mainStart}${parts.join('')}`)
  for (let index = 0; index < moduleCount; index++) {
    files.set(`infra/part${index}/part.bicep`, moduleText)
  }
  const parameters = { environmentName: { value: '${AZURE_ENV_NAME}' } }
  files.set('infra/main.parameters.json', JSON.stringify({ parameters }))
  return files
}

const mainStart = `targetScope = 'subscription'
@minLength(1)
param environmentName string
param location string = 'westeurope'
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-\${environmentName}'
  location: location
  tags: tags
}
`

function moduleUse(index: number): string {
  return `
module part${index} 'part${index}/part.bicep' = {
  name: 'part${index}'
  scope: group
  params: {
    name: 'part${index}-\${token}'
    upstream: ${index === 0 ? "''" : `part${index - 1}.outputs.uri`}
    tags: union(tags, { part: '${index}' })
  }
}
`
}

const moduleText = `
@description('Part of every name.')
@minLength(3)
param name string
param upstream string
param tags object
param location string = resourceGroup().location
var queueNames = ['orders', 'retries']

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: 'sb-\${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = [for (each, index) in queueNames: {
  parent: bus
  name: each
  properties: {
    lockDuration: 'PT5M'
    maxDeliveryCount: 10 + index
  }
}]

resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: 'func-\${name}'
  location: location
  kind: 'functionapp,linux'
  tags: union(tags, { 'azd-service-name': name })
  identity: { type: 'SystemAssigned' }
  properties: {
    httpsOnly: true
    siteConfig: {
      linuxFxVersion: 'NODE|20'
      cors: { allowedOrigins: ['https://portal.azure.com', 'https://ms.portal.azure.com'] }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(toObject(queueNames, each => 'QUEUE_\${toUpper(each)}'), {
      SB__fullyQualifiedNamespace: '\${bus.name}.servicebus.windows.net'
      UPSTREAM: empty(upstream) ? 'none' : upstream
      PRINCIPAL: app.identity.principalId
    })
  }
}

output uri string = 'https://\${app.properties.defaultHostName}'
output queueIds array = [for (each, index) in queueNames: queues[index].id]
`
