import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { RealClock } from '../../base/clock.ts'
import type { JsonValue } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import type { Span } from '../../base/telemetry.ts'
import { newTrace } from '../../base/trace-context.ts'
import { Egress } from '../../protocols/http/egress.ts'
import { CosmosDb } from '../../services/cosmos-db/service.ts'
import { LogicApps } from '../../services/logic-apps/service.ts'
import { ServiceBus } from '../../services/service-bus/service.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { logicAppsToCosmosDb } from './logic-apps-to-cosmos-db.ts'
import { serviceBusToLogicApps } from './service-bus-to-logic-apps.ts'

const connections = {
  serviceProviderConnections: {
    serviceBus: {
      parameterValues: { fullyQualifiedNamespace: 'bus.servicebus.windows.net' },
      serviceProvider: { id: '/serviceProviders/serviceBus' },
    },
    AzureCosmosDB: {
      parameterValues: {
        connectionString: 'AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey=k;',
      },
      serviceProvider: { id: '/serviceProviders/AzureCosmosDB' },
    },
  },
}

function operation(connectionName: string, operationId: string, parameters: JsonValue): JsonValue {
  return {
    parameters,
    serviceProviderConfiguration: {
      connectionName,
      operationId,
      serviceProviderId: `/serviceProviders/${connectionName}`,
    },
  }
}

async function start(t: TestContext, files: Record<string, JsonValue>) {
  const dir = mkdtempSync(join(tmpdir(), 'interline-wiring-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  for (const [path, content] of Object.entries({ 'connections.json': connections, ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), JSON.stringify(content))
  }
  const clock = new RealClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const spans: Span[] = []
  const telemetry = { span: (span: Span) => spans.push(span), log() {} }
  const logger = newLogger({ name: 'test', level: 'silent' })
  const shared = { store, clock, logger, telemetry }
  const serviceBus = new ServiceBus({ ...shared, owner: 'test' })
  const cosmosDb = new CosmosDb(shared)
  await serviceBus.start()
  t.after(() => serviceBus.stop())
  await cosmosDb.start()
  const namespace = await serviceBus.createNamespace('bus')
  await namespace.createTopic('topic-orders')
  await namespace.createSubscription('topic-orders', 'sub')
  await namespace.createQueue('out')
  const database = await (await cosmosDb.createAccount('shop')).createDatabase('orders')
  const container = await database.createContainer({
    id: 'items',
    partitionKey: { paths: ['/id'] },
  })
  const egress = new Egress({ hostMap: () => undefined })
  t.after(() => egress.stop())
  const logicApps = new LogicApps({
    ...shared,
    host: '127.0.0.1',
    outgoing: egress,
    serviceProviders: [
      serviceBusToLogicApps({ serviceBus, clock, logger }),
      logicAppsToCosmosDb({ cosmosDb, clock, logger }),
    ],
    managedConnectors: [],
  })
  t.after(() => logicApps.stop())
  const { app } = await logicApps.run({ name: 'app', dir, port: 0 })
  assert.deepEqual(
    app.workflows.flatMap((each) => ('error' in each ? [each.error.line] : [])),
    [],
  )
  return { logicApps, namespace, container, spans }
}

async function untilIdle(logicApps: LogicApps): Promise<void> {
  while ((await logicApps.pendingRuns()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a message of a subscription becomes an item, in the trace of its sender', async (t) => {
  const { logicApps, namespace, container, spans } = await start(t, {
    'store/workflow.json': {
      kind: 'Stateful',
      definition: {
        triggers: {
          messages: {
            type: 'ServiceProvider',
            inputs: operation('serviceBus', 'receiveTopicMessages', {
              topicName: 'topic-orders',
              subscriptionName: 'sub',
            }),
            splitOn: "@triggerOutputs()?['body']",
          },
        },
        actions: {
          Item: { type: 'Compose', inputs: "@json(triggerBody()?['contentData'])", runAfter: {} },
          Store: {
            type: 'ServiceProvider',
            inputs: operation('AzureCosmosDB', 'CreateOrUpdateDocument', {
              databaseId: 'orders',
              containerId: 'items',
              item: "@outputs('Item')",
            }),
            runAfter: { Item: ['Succeeded'] },
          },
        },
      },
    },
  })
  const trace = newTrace()
  await namespace.send(
    'topic-orders',
    [{ body: '{"id":"1","n":1}' }, { body: '{"id":"2","n":2}' }],
    { trace },
  )
  await untilIdle(logicApps)
  assert.equal(await container.countItems(), 2)
  const result = await container.readItem('2', ['2'])
  assert.equal(result.item['n'], 2)
  const written = spans.filter(
    ({ service, operation: verb }) => service === 'cosmos-db' && /write|upsert/.test(verb),
  )
  assert.deepEqual(new Set(written.map(({ context }) => context.traceId)), new Set([trace.traceId]))
  const runs = spans.filter(
    ({ service, operation: verb }) => service === 'logic-apps' && verb === 'run',
  )
  assert.equal(runs.length, 2)
})

test('a message that is peek-locked is completed by the action of its run', async (t) => {
  const { logicApps, namespace } = await start(t, {
    'settle/workflow.json': {
      kind: 'Stateful',
      definition: {
        triggers: {
          messages: {
            type: 'ServiceProvider',
            inputs: operation('serviceBus', 'peekLockTopicMessagesV2', {
              topicName: 'topic-orders',
              subscriptionName: 'sub',
            }),
            splitOn: "@triggerOutputs()?['body']",
          },
        },
        actions: {
          Send: {
            type: 'ServiceProvider',
            inputs: operation('serviceBus', 'sendMessage', {
              entityName: 'out',
              message: {
                contentData: { seen: "@triggerBody()?['contentData']" },
                contentType: 'application/json',
                userProperties: { kind: 'copy' },
              },
            }),
            runAfter: {},
          },
          Complete: {
            type: 'ServiceProvider',
            inputs: operation('serviceBus', 'completeTopicMessageV2', {
              topicName: 'topic-orders',
              subscriptionName: 'sub',
              lockToken: "@triggerBody()?['lockToken']",
            }),
            runAfter: { Send: ['Succeeded'] },
          },
        },
      },
    },
  })
  await namespace.send('topic-orders', [{ body: 'hello' }])
  for (let left = 1; left > 0;) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    left = (await namespace.counts('topic-orders/Subscriptions/sub')).activeMessageCount
  }
  await untilIdle(logicApps)
  const [copy] = await namespace.peek('out', { maxCount: 1 })
  assert.equal(copy?.body, '{"seen":"hello"}')
  assert.equal(copy?.contentType, 'application/json')
  assert.deepEqual(copy?.applicationProperties, { kind: 'copy' })
})
