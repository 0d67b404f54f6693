import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startForTest } from '../../test-platform.ts'
import { jsonOf, until } from './function-apps.ts'

const project = 'tests/conformance/functions/projects/messaging'

test('Service Bus and Cosmos DB triggers and bindings of an unmodified app', async (t) => {
  const platform = await startForTest(t, { projects: [project] })
  const [namespace] = platform.serviceBus.namespaces()
  assert.ok(namespace)
  const bus = namespace
  const url = platform.endpoints.functions['worker'] ?? ''

  /** The log lines of a function, once there are so many. */
  async function linesOf(name: string, count: number): Promise<string[]> {
    let lines: string[] = []
    await until(`${count} lines of ${name}`, async () => {
      await platform.monitor.flush()
      const invocations = await platform.monitor.invocations('worker', name, { limit: 50 })
      lines = invocations
        .toReversed()
        .flatMap(({ logs }) => logs.map(({ message }) => message))
        .filter((message) => !message.startsWith('Executed'))
      return lines.length >= count
    })
    return lines
  }

  await t.test('one message comes parsed, with its metadata, and is completed', async () => {
    await bus.send('one', [
      {
        body: '{"id":"a","n":1}',
        messageId: 'm1',
        correlationId: 'c1',
        applicationProperties: { tenant: 't1', count: 5 },
      },
    ])
    const [line = ''] = await linesOf('One', 1)
    assert.deepEqual(JSON.parse(line), {
      message: { id: 'a', n: 1 },
      messageId: 'm1',
      deliveryCount: 1,
      applicationProperties: { tenant: 't1', count: 5 },
      correlationId: 'c1',
    })
    await until('it is completed', async () => (await bus.counts('one')).activeMessageCount === 0)
  })

  await t.test('a poison message is dead-lettered with reason and description', async () => {
    await bus.send('poison', [{ body: 'bad' }])
    await until(
      'it is dead-lettered',
      async () => (await bus.counts('poison')).deadLetterMessageCount === 1,
    )
    assert.deepEqual(await linesOf('Poison', 3), ['attempt 1', 'attempt 2', 'attempt 3'])
    const [dead] = await bus.peek('poison', { maxCount: 1, subQueue: 'deadLetter' })
    assert.equal(dead?.deadLetterReason, 'MaxDeliveryCountExceeded')
    assert.match(dead?.deadLetterErrorDescription ?? '', /3 deliver/)
  })

  await t.test('a batch waits for its least size and has a list of each metadata', async () => {
    await bus.send('batch', [{ body: '{"n":1}', messageId: 'b1' }])
    await bus.send('batch', [{ body: 'text', messageId: 'b2' }])
    await bus.send('batch', [{ body: '3', messageId: 'b3' }])
    const [line = ''] = await linesOf('Batch', 1)
    assert.deepEqual(JSON.parse(line), { messages: [{ n: 1 }, 'text', 3], ids: ['b1', 'b2', 'b3'] })
  })

  await t.test('dataType binary gives the bytes', async () => {
    await bus.send('bytes', [{ body: Buffer.from([0, 255, 128, 1]) }])
    assert.deepEqual(await linesOf('Bytes', 1), ['true 00ff8001'])
  })

  await t.test('without autoComplete a message comes again when its lock has run out', async () => {
    await bus.send('kept', [{ body: 'k' }])
    await bus.send('slow', [{ body: 's' }])
    await bus.send('sessions', [{ body: 'slow', sessionId: 'S' }])
    assert.deepEqual(await linesOf('Kept', 2), ['delivery 1', 'delivery 2'])
  })

  await t.test(
    'the lock of a message, or of its session, is renewed while its function runs',
    async () => {
      assert.deepEqual(await linesOf('Slow', 1), ['delivery 1'])
      await until(
        'it is completed',
        async () => (await bus.counts('slow')).activeMessageCount === 0,
      )
      assert.deepEqual(await linesOf('Slow', 1), ['delivery 1'])
      await until('the session is done', async () => {
        return (await bus.counts('sessions')).activeMessageCount === 0
      })
      assert.deepEqual(await linesOf('Sessions', 1), ['S slow'])
    },
  )

  await t.test('a message whose worker dies is delivered again to the next one', async () => {
    await bus.send('crash', [{ body: 'c' }])
    assert.deepEqual(await linesOf('Crash', 1), ['delivery 2'])
  })

  await t.test('messages of a session come in their order', async () => {
    const messages = ['A', 'B', 'C'].flatMap((sessionId) =>
      ['one', 'two', 'three'].map((body) => ({ body, sessionId })),
    )
    for (const message of messages) await bus.send('sessions', [message])
    const lines = await linesOf('Sessions', 10)
    for (const sessionId of ['A', 'B', 'C']) {
      const own = lines.filter((line) => line.startsWith(sessionId))
      assert.deepEqual(
        own,
        ['one', 'two', 'three'].map((body) => `${sessionId} ${body}`),
      )
    }
  })

  await t.test(
    'a list is one message or item for each element, beside further outputs',
    async () => {
      await bus.send('outputs', [{ body: '{"id":"o1"}' }])
      assert.deepEqual(await linesOf('Events', 1), ['event of o1'])
      const sent = await bus.peek('fanned', { maxCount: 10 })
      assert.deepEqual(
        sent.map(({ body, contentType }) => [Buffer.from(body).toString(), contentType]),
        [
          ['{"part":1}', 'application/json'],
          ['{"part":2}', 'application/json'],
          ['text', 'text/plain'],
        ],
      )
    },
  )

  await t.test('items are read by id and partition key, and by query with parameters', async () => {
    assert.deepEqual(await jsonOf(await fetch(`${url}/api/items/pen/1`)), { title: 'blue' })
    assert.deepEqual(await jsonOf(await fetch(`${url}/api/items/pen/9`)), { title: null })
    assert.deepEqual(await jsonOf(await fetch(`${url}/api/titles/book?not=1`)), ['two'])
    const injected = encodeURIComponent("1' OR 'a' = 'a")
    assert.deepEqual(await jsonOf(await fetch(`${url}/api/titles/book?not=${injected}`)), [
      'one',
      'two',
    ])
  })

  await t.test(
    'a failed batch of changes is retried by the policy of the function, then passed',
    async () => {
      const [account] = platform.cosmosDb.accounts()
      const container = account?.database('shop').container('retried')
      await container?.upsertItems([{ item: { id: 'r1' } }])
      assert.deepEqual(await linesOf('Retried', 3), [
        'r1 attempt 0 after undefined',
        'r1 attempt 1 after failed 0',
        'r1 attempt 2 after failed 1',
      ])
      await container?.upsertItems([{ item: { id: 'r2' } }])
      const lines = await linesOf('Retried', 6)
      assert.equal(lines[3], 'r2 attempt 0 after undefined')
    },
  )
})
