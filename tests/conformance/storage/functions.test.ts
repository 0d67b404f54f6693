import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TableClient } from '@azure/data-tables'
import { QueueServiceClient } from '@azure/storage-queue'
import { startForTest } from '../../test-platform.ts'
import { until } from '../functions/function-apps.ts'

const project = 'tests/conformance/storage/projects/calls'

test('queues and tables of an unmodified app, and of clients with the connection string', async (t) => {
  const platform = await startForTest(t, { projects: [project] })
  const url = platform.endpoints.functions['worker'] ?? ''
  const connection = platform.endpoints.storage?.connectionString ?? ''
  const queues = QueueServiceClient.fromConnectionString(connection)
  const queue = queues.getQueueClient('graph-calls')
  const table = TableClient.fromConnectionString(connection, 'results', {
    allowInsecureConnection: true,
  })

  await t.test('what an app queues, its trigger gets, and its row is there', async () => {
    const body = JSON.stringify([
      { flight: 'AA123', number: 1 },
      { flight: 'AA123', number: 2 },
    ])
    assert.equal((await fetch(`${url}/api/Select`, { method: 'POST', body })).status, 202)
    const rowsOf = async () => {
      const answer = await fetch(`${url}/api/results/AA123`)
      const rows: unknown = await answer.json()
      return Array.isArray(rows) ? rows : []
    }
    await until('both calls have run', async () => (await rowsOf()).length === 2)
    const [row] = await rowsOf()
    assert.deepEqual([row.PartitionKey, row.RowKey, row.dequeueCount], ['AA123', '1', 1])
    const entity = await table.getEntity('AA123', '2')
    assert.equal(entity['isDate'], true)
    assert.equal(entity['dequeueCount'], 1n)
  })

  await t.test('what a client sends in base64 runs, and what fails is poison', async () => {
    const send = (call: object) =>
      queue.sendMessage(Buffer.from(JSON.stringify(call)).toString('base64'))
    await send({ flight: 'BB1', number: 1 })
    await send({ flight: 'BB1', number: 2, fails: true })
    const poison = queues.getQueueClient('graph-calls-poison')
    await until('the failed call is poison', async () => {
      if (!(await poison.exists())) return false
      return (await poison.getProperties()).approximateMessagesCount === 1
    })
    const [dead] = (await poison.peekMessages()).peekedMessageItems
    const text = Buffer.from(dead?.messageText ?? '', 'base64').toString()
    assert.deepEqual(JSON.parse(text), { flight: 'BB1', number: 2, fails: true })
    await until('the queue is empty', async () => {
      return (await queue.getProperties()).approximateMessagesCount === 0
    })
    assert.equal((await table.getEntity('BB1', '1')).rowKey, '1')
  })

  await t.test('an app reaches both by the names of Azure and its identity', async () => {
    const body = JSON.stringify({ flight: 'CC1', number: 1 })
    const answer = await fetch(`${url}/api/SendByIdentity`, { method: 'POST', body })
    // Its role for tables is to read only.
    assert.deepEqual(await answer.json(), { refusal: 403 })
    await until('the call has run', async () => {
      const found = await table.getEntity('CC1', '1').catch(() => undefined)
      return found !== undefined
    })
  })
})
