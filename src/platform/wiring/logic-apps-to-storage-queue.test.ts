import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { newTrace } from '../../base/trace-context.ts'
import { openStorage } from '../../services/storage/storage-fixture.ts'
import { logicAppsToStorageQueue } from './logic-apps-to-storage-queue.ts'

async function open(t: TestContext, connectionString = 'UseDevelopmentStorage=true') {
  const { storage } = await openStorage(t)
  const provider = logicAppsToStorageQueue({ storage, principalOf: async () => undefined })
  const act = async (name: string, parameters: JsonObject) =>
    provider.actions[name]?.({
      app: 'flows',
      connection: { name: 'queues', parameterValues: { connectionString } },
      parameters,
      trace: newTrace(),
      signal: new AbortController().signal,
    })
  return { storage, act }
}

test('a workflow makes a queue, puts a message, takes and deletes it', async (t) => {
  const { act } = await open(t)
  assert.equal((await act('putQueue', { queueName: 'calls' }))?.statusCode, 201)
  const queueName = 'calls'
  await act('putMessage', { queueName, message: 'a', timeToLive: '01:00:00' })
  await act('putMessage', { queueName, message: 'later', visibilityTimeout: 'PT1M' })
  const taken = (await act('getMessages', { queueName, messageCount: 5 }))?.body
  assert.ok(Array.isArray(taken) && taken.length === 1)
  const [message] = taken
  assert.ok(isJsonObject(message))
  const { content, messageId = '', popReceipt = '', dequeueCount } = message
  assert.deepEqual([content, dequeueCount], ['a', 1])
  await act('deleteMessage', { queueName, messageId, popReceipt })
  await assert.rejects(act('deleteMessage', { queueName, messageId, popReceipt }), {
    code: 'MessageNotFound',
  })
  assert.deepEqual((await act('listQueues', {}))?.body, {
    value: [{ name: 'calls' }],
    continuationToken: null,
  })
})

test('what a workflow asks wrongly is refused', async (t) => {
  const { act } = await open(t)
  await assert.rejects(act('putMessage', { queueName: 'none', message: 'a' }), {
    code: 'QueueNotFound',
  })
  await act('putQueue', { queueName: 'calls' })
  await assert.rejects(
    act('putMessage', { queueName: 'calls', message: 'a', visibilityTimeout: 'soon' }),
    { code: 'InvalidQueryParameterValue' },
  )
  const { act: wrong } = await open(t, 'AccountName=devstoreaccount1;AccountKey=d3Jvbmc=')
  await assert.rejects(wrong('putQueue', { queueName: 'calls' }), { code: 'AuthenticationFailed' })
})
