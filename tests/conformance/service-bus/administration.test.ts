import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ServiceBusAdministrationClient } from '@azure/service-bus'
import { RealClock } from '../../../src/base/clock.ts'
import { openLocalAuthority } from '../../../src/protocols/tls/local-authority.ts'
import { startBus } from './bus-server.ts'
import type { BusServer } from './bus-server.ts'

/** Administration as people write it: the official client speaks https only. */
async function openAdministration(
  t: TestContext,
): Promise<BusServer & { readonly administration: ServiceBusAdministrationClient }> {
  const dir = mkdtempSync(join(tmpdir(), 'interline-tls-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const authority = await openLocalAuthority({ dir, clock: new RealClock() })
  const bus = await startBus(t, { tls: authority.server })
  const administration = new ServiceBusAdministrationClient(bus.connectionString, {
    tlsOptions: { ca: authority.ca },
    retryOptions: { maxRetries: 0 },
  })
  return { ...bus, administration }
}

test('queues are created, read, updated, listed and deleted', async (t) => {
  const { administration: admin } = await openAdministration(t)
  const created = await admin.createQueue('orders', {
    lockDuration: 'PT30S',
    maxDeliveryCount: 3,
    requiresSession: true,
    userMetadata: 'mine <&>',
    deadLetteringOnMessageExpiration: true,
  })
  assert.equal(created.name, 'orders')
  assert.equal(created.lockDuration, 'PT30S')
  assert.equal(created.maxDeliveryCount, 3)
  assert.equal(created.requiresSession, true)
  assert.equal(created.userMetadata, 'mine <&>')
  const updated = await admin.updateQueue({ ...created, maxDeliveryCount: 7 })
  assert.equal(updated.maxDeliveryCount, 7)
  assert.equal((await admin.getQueue('orders')).deadLetteringOnMessageExpiration, true)
  await assert.rejects(admin.createQueue('orders'), { code: 'MessageEntityAlreadyExistsError' })
  await admin.createQueue('dir/second')
  const names = []
  for await (const queue of admin.listQueues()) names.push(queue.name)
  assert.deepEqual(names, ['orders', 'dir/second'])
  assert.equal(await admin.queueExists('orders'), true)
  await admin.deleteQueue('orders')
  assert.equal(await admin.queueExists('orders'), false)
  await assert.rejects(admin.getQueue('orders'), {
    code: 'MessageEntityNotFoundError',
    statusCode: 404,
  })
})

test('lists come in pages', async (t) => {
  const { administration: admin, namespace } = await openAdministration(t)
  for (let at = 0; at < 130; at += 1) await namespace.createQueue(`q${String(at)}`)
  const sizes = []
  for await (const page of admin.listQueues().byPage({ maxPageSize: 60 })) sizes.push(page.length)
  assert.deepEqual(sizes, [60, 60, 10])
})

test('topics, subscriptions and rules are administered, with filters and actions', async (t) => {
  const { administration: admin } = await openAdministration(t)
  const topic = await admin.createTopic('bookings', { requiresDuplicateDetection: true })
  assert.equal(topic.requiresDuplicateDetection, true)
  const subscription = await admin.createSubscription('bookings', 'new', {
    maxDeliveryCount: 4,
    defaultRuleOptions: { name: 'first', filter: { sqlExpression: "kind = 'a'" } },
  })
  assert.equal(subscription.subscriptionName, 'new')
  assert.equal(subscription.topicName, 'bookings')
  await admin.createRule('bookings', 'new', 'second', {
    subject: 's',
    applicationProperties: { n: 1, t: 'x' },
  })
  await admin.createRule(
    'bookings',
    'new',
    'third',
    { sqlExpression: '1=1' },
    { sqlExpression: 'SET a = 1' },
  )
  const rules = []
  for await (const rule of admin.listRules('bookings', 'new')) rules.push(rule)
  assert.deepEqual(rules.map(({ name }) => name).toSorted(), ['first', 'second', 'third'])
  const second = await admin.getRule('bookings', 'new', 'second')
  assert.ok('subject' in second.filter)
  assert.deepEqual(second.filter.applicationProperties, { n: 1, t: 'x' })
  const third = await admin.getRule('bookings', 'new', 'third')
  assert.equal(third.action.sqlExpression, 'SET a = 1')
  await admin.updateRule('bookings', 'new', { ...third, filter: { sqlExpression: 'a > 1' } })
  await admin.deleteRule('bookings', 'new', 'first')
  const updated = await admin.updateSubscription({ ...subscription, lockDuration: 'PT10S' })
  assert.equal(updated.lockDuration, 'PT10S')
  assert.equal((await admin.updateTopic({ ...topic, userMetadata: 'x' })).userMetadata, 'x')
  assert.equal(await admin.ruleExists('bookings', 'new', 'first'), false)
  await admin.deleteSubscription('bookings', 'new')
  assert.equal(await admin.subscriptionExists('bookings', 'new'), false)
  await admin.deleteTopic('bookings')
  assert.equal(await admin.topicExists('bookings'), false)
})

test('counts are those of the messages', async (t) => {
  const { administration: admin, open, namespace } = await openAdministration(t)
  await admin.createQueue('orders')
  await namespace.createTopic('bookings')
  await namespace.createSubscription('bookings', 'all')
  const client = open()
  const sender = client.createSender('orders')
  await sender.sendMessages([{ body: 1 }, { body: 2 }])
  await sender.scheduleMessages({ body: 3 }, new Date(Date.now() + 60_000))
  await client.createSender('bookings').sendMessages({ body: 4 })
  const queue = await admin.getQueueRuntimeProperties('orders')
  assert.equal(queue.activeMessageCount, 2)
  assert.equal(queue.scheduledMessageCount, 1)
  assert.equal(queue.totalMessageCount, 3)
  assert.ok((queue.sizeInBytes ?? 0) > 0)
  const topic = await admin.getTopicRuntimeProperties('bookings')
  assert.equal(topic.subscriptionCount, 1)
  const subscription = await admin.getSubscriptionRuntimeProperties('bookings', 'all')
  assert.equal(subscription.activeMessageCount, 1)
})

test('authorization rules of an entity open it, and nothing else', async (t) => {
  const { administration: admin } = await openAdministration(t)
  const primaryKey = Buffer.alloc(32, 1).toString('base64')
  const secondaryKey = Buffer.alloc(32, 2).toString('base64')
  const rule = { claimType: 'SharedAccessKey', keyName: 'listen', primaryKey, secondaryKey }
  const queue = await admin.createQueue('orders', {
    authorizationRules: [{ ...rule, accessRights: ['Listen'] }],
  })
  assert.equal(queue.authorizationRules?.[0]?.primaryKey, primaryKey)
  assert.deepEqual(queue.authorizationRules[0].accessRights, ['Listen'])
})

test('the namespace tells its tier', async (t) => {
  const { administration: admin } = await openAdministration(t)
  const { name, messagingSku } = await admin.getNamespaceProperties()
  assert.deepEqual({ name, messagingSku }, { name: 'contoso', messagingSku: 'Standard' })
})

test('without a good key nothing is told, over http as over https', async (t) => {
  const { port, namespace } = await openAdministration(t)
  await namespace.createQueue('orders')
  const address = `http://127.0.0.1:${port}/orders?api-version=2021-05`
  for (const authorization of [
    '',
    'Bearer x',
    'SharedAccessSignature sr=a&sig=b&se=9999999999&skn=c',
  ]) {
    const answer = await fetch(address, { headers: authorization ? { authorization } : {} })
    assert.equal(answer.status, 401)
    assert.match(await answer.text(), /<Error><Code>401<\/Code>/)
  }
  assert.equal((await fetch(address, { method: 'POST' })).status, 401)
})

test('what Azure refuses is refused, and XML that is none', async (t) => {
  const { administration: admin } = await openAdministration(t)
  await assert.rejects(admin.createQueue('orders', { lockDuration: 'PT1H' }), { statusCode: 400 })
  await assert.rejects(admin.createQueue('orders', { autoDeleteOnIdle: 'PT10M' }), {
    statusCode: 400,
  })
  await assert.rejects(admin.createSubscription('none', 'new'), { statusCode: 404 })
})
