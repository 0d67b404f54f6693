import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import type {
  InvocationOutcome,
  TriggerContext,
  TriggerEvent,
} from '../../services/functions/extension.ts'
import { parseHostJson } from '../../services/functions/host-json.ts'
import { outputValues } from '../../services/functions/output-values.ts'
import { valueText } from '../../services/functions/typed-value.ts'
import { QueueMessages } from '../../services/storage/queue/queue-messages.ts'
import { openStorage } from '../../services/storage/storage-fixture.ts'
import { Ticks } from '../../services/storage/ticks.ts'
import { eventGridToStorageQueue } from './event-grid-to-storage-queue.ts'
import { functionsToStorageQueue } from './functions-to-storage-queue.ts'
import { storageQueueToFunctions } from './storage-queue-to-functions.ts'

const settings = new AppSettings({
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  Calls__queueServiceUri: 'https://devstoreaccount1.queue.core.windows.net/',
})

async function open(t: TestContext, queues: JsonObject = {}) {
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock })
  const { storage, account } = fixture
  const logger = newLogger({ name: 'test', level: 'silent' })
  const calls: TriggerEvent[] = []
  let answer: () => Promise<InvocationOutcome> = async () => ({ ok: true })
  const text = JSON.stringify({ version: '2.0', extensions: { queues } })
  const context: Omit<TriggerContext, 'binding'> = {
    app: 'api',
    functionName: 'f',
    settings,
    host: parseHostJson({ file: 'host.json', text }),
    hostName: 'here',
    clock,
    invoke: async (event) => {
      calls.push(event)
      return answer()
    },
  }
  const source = storageQueueToFunctions({ storage, clock, logger })
  const listen = async (binding: JsonObject = {}) => {
    const own = { type: 'queueTrigger', name: 'call', queueName: 'calls', ...binding }
    const listener = await source.listen({ ...context, binding: own })
    t.after(() => listener.stop())
    return listener
  }
  const queue = await storage.queues.ensure(account, 'calls')
  const put = (each: string) =>
    storage.queueMessages.put(queue, [{ text: Buffer.from(each).toString('base64') }])
  const textsIn = async (name: string) => {
    const found = await storage.queues.find(account, name)
    const messages = found ? await storage.queueMessages.peek(found, 32) : []
    return messages.map((message) => Buffer.from(message.text, 'base64').toString())
  }
  const reply = (next: () => Promise<InvocationOutcome>) => {
    answer = next
  }
  return { ...fixture, clock, context, calls, listen, put, reply, queue, textsIn }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500 && !(await holds()); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(await holds())
}

test('a function gets a message with its metadata, and it is deleted', async (t) => {
  const { listen, put, calls, storage, queue } = await open(t)
  const listener = await listen({ connection: 'Calls' })
  await put('{"flight":"AA123"}')
  await until(() => calls.length === 1)
  const [call] = calls
  assert.equal(call && valueText(call.input), '{"flight":"AA123"}')
  assert.deepEqual(Object.keys(call?.metadata ?? {}), [
    'QueueTrigger',
    'Id',
    'DequeueCount',
    'InsertionTime',
    'ExpirationTime',
    'NextVisibleTime',
    'PopReceipt',
  ])
  assert.equal(call?.metadata?.['DequeueCount'], 1)
  assert.equal(call?.metadata?.['InsertionTime'], '2026-01-01T00:00:00+00:00')
  assert.equal(call?.bindingData?.['flight'], 'AA123')
  await until(async () => (await listener.pending()) === 0)
  assert.equal(await storage.queueMessages.count(queue), 0)
})

test('a message that a function fails five times for is in the poison queue', async (t) => {
  const { listen, put, calls, reply, textsIn } = await open(t)
  reply(async () => ({ ok: false, message: 'no' }))
  await listen()
  await put('bad')
  await until(async () => (await textsIn('calls-poison')).length === 1)
  assert.deepEqual(
    calls.map(({ metadata }) => metadata?.['DequeueCount']),
    [1, 2, 3, 4, 5],
  )
  assert.deepEqual(await textsIn('calls-poison'), ['bad'])
  assert.deepEqual(await textsIn('calls'), [])
})

test('between two tries a failed message waits for visibilityTimeout', async (t) => {
  const { listen, put, calls, reply, clock } = await open(t, { visibilityTimeout: '00:00:30' })
  reply(async () => ({ ok: false, message: 'no' }))
  await listen()
  await put('bad')
  await until(() => calls.length === 1)
  await clock.advance(29_000)
  assert.equal(calls.length, 1)
  await clock.advance(1_000)
  await until(() => calls.length === 2)
})

test('a long call keeps its message hidden, and the newest pop receipt deletes it', async (t) => {
  const { listen, put, calls, reply, clock, storage, queue } = await open(t)
  let end: (outcome: InvocationOutcome) => void = () => {}
  reply(() => new Promise((resolve) => (end = resolve)))
  await listen()
  await put('slow')
  await until(() => calls.length === 1)
  for (let minute = 0; minute < 60; minute += 1) await clock.advance(60_000)
  assert.equal(calls.length, 1)
  end({ ok: true })
  await until(async () => (await storage.queueMessages.count(queue)) === 0)
})

test('at most batchSize and newBatchThreshold messages are under way', async (t) => {
  const { listen, put, calls, reply } = await open(t, { batchSize: 2, newBatchThreshold: 1 })
  const ends: (() => void)[] = []
  reply(() => new Promise((resolve) => ends.push(() => resolve({ ok: true }))))
  for (let number = 0; number < 9; number += 1) await put(String(number))
  await listen()
  await until(() => calls.length === 2)
  ends.shift()?.()
  await until(() => calls.length === 4)
  for (; ends.length > 0; await until(() => ends.length > 0 || calls.length === 9)) ends.shift()?.()
})

test('a message that is not in the encoding of host.json is poison', async (t) => {
  const { listen, calls, storage, queue, account } = await open(t)
  await listen()
  await storage.queueMessages.put(queue, [{ text: 'not base64!' }])
  await until(async () => (await storage.queues.find(account, 'calls-poison')) !== undefined)
  await until(async () => (await storage.queueMessages.count(queue)) === 0)
  assert.equal(calls.length, 0)
})

test('a queue may be made after its trigger, and be made anew', async (t) => {
  const { listen, put, calls, storage, queue, account, clock } = await open(t, {
    messageEncoding: 'none',
  })
  await storage.queues.delete(queue)
  await listen()
  for (const text of ['a', 'b']) {
    const made = await storage.queues.ensure(account, 'calls')
    await storage.queueMessages.put(made, [{ text }])
    for (let turn = 0; turn < 70; turn += 1) await clock.advance(1_000)
    await until(() => calls.some(({ input }) => valueText(input) === text))
    await storage.queues.delete(made)
  }
  await assert.rejects(put('c'), { code: 'QueueNotFound' })
})

test('what the functions of a run that died had taken comes again, and did not count', async (t) => {
  const { listen, put, calls, store, clock, queue } = await open(t)
  await put('taken')
  const earlier = new QueueMessages({ store, clock, ticks: new Ticks(clock) })
  const [taken] = await earlier.take(queue, { count: 1, visibilityMs: 600_000, isOwned: true })
  assert.equal(taken?.dequeueCount, 1)
  await listen()
  await until(() => calls.length === 1)
  assert.equal(calls[0]?.metadata?.['DequeueCount'], 1)
})

test('an output makes its queue, and one message for each element', async (t) => {
  const { context, storage, textsIn } = await open(t)
  const binding = { type: 'queue', name: 'out', queueName: 'Out-{flight}' }
  const write = await functionsToStorageQueue(storage).open({ ...context, binding })
  const put = (json: string) =>
    write({
      values: outputValues('json', Buffer.from(json)),
      traceOf: () => newTrace(),
      bindingData: { flight: 'aa1' },
    })
  await put('[{"a":1},"text",5]')
  await put('null')
  await write({
    values: outputValues('bytes', Buffer.from('bytes')),
    traceOf: () => newTrace(),
    bindingData: { flight: 'aa1' },
  })
  assert.deepEqual(await textsIn('out-aa1'), ['{"a":1}', 'text', '5', 'bytes'])
})

test('an event of Event Grid becomes a message in base64', async (t) => {
  const { storage, account } = await open(t)
  const resourceId = '/subscriptions/s/providers/Microsoft.Storage/storageAccounts/stcalls'
  await storage.accounts.put({ ...storage.accounts.get(account), name: 'stcalls', resourceId })
  const queue = await storage.queues.ensure('stcalls', 'events')
  const { StorageQueue: destination } = eventGridToStorageQueue(storage)
  const id = `${resourceId}/queueServices/default/queues/events`
  await destination?.check(id)
  await assert.rejects(async () => destination?.check(`${id}2`), { code: 'QueueNotFound' })
  const trace = newTrace()
  const answer = await destination?.deliver({
    resourceId: id,
    body: '',
    contentType: 'application/json',
    events: [{ messageId: '1', json: '{"id":"1"}', trace }],
    headers: {},
    timeToLiveMs: -1,
    trace,
    signal: AbortSignal.timeout(1_000),
  })
  assert.equal(answer?.status, 200)
  const [message] = await storage.queueMessages.peek(queue, 1)
  assert.equal(Buffer.from(message?.text ?? '', 'base64').toString(), '{"id":"1"}')
  assert.equal(message?.expiresMs, undefined)
})
