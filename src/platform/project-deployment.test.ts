import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { newLogger } from '../base/logger.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import { readAzdProject, type AzdProject } from './azd-project.ts'
import { Ports } from './ports.ts'
import { ProjectDeployment, siteOf } from './project-deployment.ts'
import { newServices, type Services } from './services.ts'

async function start(
  t: TestContext,
): Promise<{ services: Services; deployment: ProjectDeployment }> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const host = '127.0.0.1'
  const store = await openSqliteStore({ path: ':memory:', clock })
  const services = newServices({ store, clock, logger, host, spansPath: ':memory:' })
  await services.lifecycle.start()
  t.after(async () => {
    await services.lifecycle.stop()
    await store.close()
  })
  const say = (): void => {}
  const ports = new Ports({ host, say, first: 0 })
  return { services, deployment: new ProjectDeployment({ ...services, ports, say }) }
}

function newProject(t: TestContext, service: string): AzdProject {
  const dir = mkdtempSync(join(tmpdir(), 'interline-azd-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  mkdirSync(join(dir, 'infra'))
  writeFileSync(join(dir, 'infra', 'main.bicep'), "targetScope = 'subscription'\n")
  const yaml = `name: shop\nservices:\n  api:\n    project: .\n    host: function\n${service}`
  writeFileSync(join(dir, 'azure.yaml'), yaml)
  return readAzdProject(dir)
}

test('two projects cannot have a service of the same name', async (t) => {
  const { deployment } = await start(t)
  const first = newProject(t, '')
  await deployment.deploy(first)
  await deployment.deploy(first)
  await assert.rejects(deployment.deploy(newProject(t, '')), { code: 'AzdServiceDuplicate' })
})

test('a service runs on the resource whose tag names it', async (t) => {
  const { services } = await start(t)
  const { services: declared } = newProject(t, '')
  const [api] = declared
  assert.ok(api)
  assert.throws(() => siteOf(api, services.functions.sites()), { code: 'AzdResourceNotFound' })
  await services.functions.putSite({
    name: 'func-1',
    kind: 'functionapp',
    serviceName: 'api',
    settings: {},
  })
  assert.equal(siteOf(api, services.functions.sites()).name, 'func-1')
})

test('a service runs on the resource that azure.yaml names', async (t) => {
  const { services } = await start(t)
  const [api] = newProject(t, '    resourceName: func-2\n').services
  assert.ok(api)
  await services.functions.putSite({
    name: 'func-1',
    kind: 'functionapp',
    serviceName: 'api',
    settings: {},
  })
  assert.throws(() => siteOf(api, services.functions.sites()), { code: 'AzdResourceNotFound' })
  await services.functions.putSite({
    name: 'func-2',
    kind: 'functionapp',
    serviceName: undefined,
    settings: {},
  })
  assert.equal(siteOf(api, services.functions.sites()).name, 'func-2')
})

test('a logic app that runs gets the settings that its site gets later', async (t) => {
  const { services } = await start(t)
  const dir = mkdtempSync(join(tmpdir(), 'interline-azd-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  mkdirSync(join(dir, 'greet'))
  writeFileSync(join(dir, 'greet', 'workflow.json'), JSON.stringify(greetWorkflow))
  const site = { name: 'logic-1', kind: 'functionapp,workflowapp', serviceName: undefined }
  await services.functions.putSite({ ...site, settings: { GREETING: 'hello' } })
  const settings = { GREETING: 'hello' }
  const running = { name: 'logicapp', dir, site: 'logic-1', settings, port: 0 }
  const { app } = await services.logicApps.run(running)
  const greet = async (): Promise<string> => {
    const { workflow } = app.host('greet')
    const answer = await fetch(app.callbackUrl(workflow, 'manual'), { method: 'POST' })
    return answer.text()
  }
  assert.equal(await greet(), 'hello')
  await services.functions.putSite({ ...site, settings: { GREETING: 'good morning' } })
  assert.equal(await greet(), 'good morning')
})

const greetWorkflow = {
  kind: 'Stateful',
  definition: {
    triggers: { manual: { type: 'Request', kind: 'Http', inputs: {} } },
    actions: {
      Answer: {
        type: 'Response',
        kind: 'Http',
        inputs: { statusCode: 200, body: "@appsetting('GREETING')" },
        runAfter: {},
      },
    },
  },
}

test('the orders solution deploys, with the settings of its apps in place', async (t) => {
  const { services, deployment } = await start(t)
  await deployment.deploy(readAzdProject('solutions/orders'))
  const names = services.functions.sites().map(({ serviceName }) => serviceName)
  assert.deepEqual(
    names.toSorted((a, b) => String(a).localeCompare(String(b))),
    ['datafetching', 'dataprocessing', 'workflows'],
  )
  const site = services.functions.sites().find((each) => each.serviceName === 'dataprocessing')
  const [account] = services.cosmosDb.accounts()
  const [namespace] = services.serviceBus.namespaces()
  assert.deepEqual(
    { ...site?.settings, APPLICATIONINSIGHTS_CONNECTION_STRING: '' },
    {
      COSMOS_DB__accountEndpoint: `https://${account?.name}.documents.azure.com:443/`,
      COSMOS_DB_DATABASE_NAME: 'orders',
      COSMOS_DB_TO_PROCESS_CONTAINER_NAME: 'toprocess',
      COSMOS_DB_PROCESSED_CONTAINER_NAME: 'processed',
      COSMOS_DB_LEASES_CONTAINER_NAME: 'leases',
      SB_ORDERS__fullyQualifiedNamespace: `${namespace?.name}.servicebus.windows.net`,
      SERVICEBUS_QUEUE: 'orders',
      APPLICATIONINSIGHTS_CONNECTION_STRING: '',
      AzureWebJobsFeatureFlags: 'EnableWorkerIndexing',
      AzureWebJobsSecretStorageType: 'files',
      FUNCTIONS_EXTENSION_VERSION: '~4',
      FUNCTIONS_WORKER_RUNTIME: 'node',
      SCM_DO_BUILD_DURING_DEPLOYMENT: 'true',
    },
  )
  const queue = namespace?.entity('orders')
  assert.equal(queue?.kind, 'queue')
})
