import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal } from '../blob-client.ts'
import { openQueues } from './queue-client.ts'

test('a message that was sent is received and deleted', async (t) => {
  const { queue } = await openQueues(t)
  const sent = await queue.sendMessage('order 1')
  assert.match(sent.messageId, /^[\da-f-]{36}$/)
  assert.equal(sent.expiresOn.getTime() - sent.insertedOn.getTime(), 7 * 86_400_000)
  const { receivedMessageItems } = await queue.receiveMessages()
  const [message] = receivedMessageItems
  assert.equal(message?.messageText, 'order 1')
  assert.equal(message?.dequeueCount, 1)
  assert.equal(message?.messageId, sent.messageId)
  await queue.deleteMessage(message?.messageId ?? '', message?.popReceipt ?? '')
  const { approximateMessagesCount } = await queue.getProperties()
  assert.equal(approximateMessagesCount, 0)
})

test('up to 32 messages come at once, in the order in which they were put', async (t) => {
  const { queue } = await openQueues(t)
  for (let number = 0; number < 33; number += 1) await queue.sendMessage(String(number))
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 })
  assert.deepEqual(
    receivedMessageItems.map(({ messageText }) => messageText),
    Array.from({ length: 32 }, (_, number) => String(number)),
  )
  assert.equal(
    await refusal(queue.receiveMessages({ numberOfMessages: 33 })),
    '400 OutOfRangeQueryParameterValue',
  )
})

test('a peeked message stays visible and has no pop receipt', async (t) => {
  const { queue } = await openQueues(t)
  await queue.sendMessage('a')
  const first = await queue.peekMessages({ numberOfMessages: 5 })
  const second = await queue.peekMessages()
  assert.deepEqual(
    [...first.peekedMessageItems, ...second.peekedMessageItems].map((each) => [
      each.messageText,
      each.dequeueCount,
    ]),
    [
      ['a', 0],
      ['a', 0],
    ],
  )
})

test('the pop receipt of a message that was put lets its sender delete it', async (t) => {
  const { queue } = await openQueues(t)
  const visible = await queue.sendMessage('a')
  const hidden = await queue.sendMessage('b', { visibilityTimeout: 60 })
  assert.equal((await queue.peekMessages({ numberOfMessages: 9 })).peekedMessageItems.length, 1)
  await queue.deleteMessage(visible.messageId, visible.popReceipt)
  await queue.deleteMessage(hidden.messageId, hidden.popReceipt)
  assert.equal((await queue.getProperties()).approximateMessagesCount, 0)
})

test('an update changes text, visibility and pop receipt, and not the dequeue count', async (t) => {
  const { queue } = await openQueues(t)
  await queue.sendMessage('before')
  const [taken] = (await queue.receiveMessages()).receivedMessageItems
  const id = taken?.messageId ?? ''
  const updated = await queue.updateMessage(id, taken?.popReceipt ?? '', 'after', 0)
  assert.equal(
    await refusal(queue.deleteMessage(id, taken?.popReceipt ?? '')),
    '400 PopReceiptMismatch',
  )
  const [again] = (await queue.receiveMessages()).receivedMessageItems
  assert.deepEqual([again?.messageText, again?.dequeueCount], ['after', 2])
  assert.equal(
    await refusal(queue.deleteMessage(id, updated.popReceipt ?? '')),
    '400 PopReceiptMismatch',
  )
  const later = await queue.updateMessage(id, again?.popReceipt ?? '', undefined, 60)
  assert.ok((later.nextVisibleOn?.getTime() ?? 0) > Date.now() + 50_000)
  await queue.deleteMessage(id, later.popReceipt ?? '')
  assert.equal(
    await refusal(queue.deleteMessage(id, later.popReceipt ?? '')),
    '404 MessageNotFound',
  )
})

test('any text comes back as it was, up to 64 KiB', async (t) => {
  const { queue } = await openQueues(t)
  const texts = ['', '  <a b="c">&amp;\u00e9\u{1f600}</a> ', 'x'.repeat(65_536), 'bGlrZSBiYXNlNjQ=']
  for (const text of texts) {
    await queue.sendMessage(text)
    const [taken] = (await queue.receiveMessages()).receivedMessageItems
    assert.equal(taken?.messageText, text)
    await queue.deleteMessage(taken?.messageId ?? '', taken?.popReceipt ?? '')
  }
  assert.equal(await refusal(queue.sendMessage('x'.repeat(65_537))), '413 RequestBodyTooLarge')
})

test('a message that never expires says so', async (t) => {
  const { queue } = await openQueues(t)
  const sent = await queue.sendMessage('a', { messageTimeToLive: -1 })
  assert.equal(sent.expiresOn.getUTCFullYear(), 9999)
  const refused = queue.sendMessage('b', { messageTimeToLive: 10, visibilityTimeout: 10 })
  assert.equal(await refusal(refused), '400 OutOfRangeQueryParameterValue')
  assert.equal(
    await refusal(queue.sendMessage('b', { messageTimeToLive: 0 })),
    '400 OutOfRangeQueryParameterValue',
  )
})

test('a cleared queue is empty, hidden messages included', async (t) => {
  const { queue } = await openQueues(t)
  await queue.sendMessage('a')
  await queue.sendMessage('b', { visibilityTimeout: 60 })
  await queue.clearMessages()
  assert.equal((await queue.getProperties()).approximateMessagesCount, 0)
  await queue.sendMessage('c')
  assert.equal((await queue.receiveMessages()).receivedMessageItems[0]?.messageText, 'c')
})

test('messages of a queue that is not there are refused', async (t) => {
  const { service } = await openQueues(t)
  const none = service.getQueueClient('none')
  assert.equal(await refusal(none.sendMessage('a')), '404 QueueNotFound')
  assert.equal(await refusal(none.receiveMessages()), '404 QueueNotFound')
  assert.equal(await refusal(none.peekMessages()), '404 QueueNotFound')
  assert.equal(await refusal(none.clearMessages()), '404 QueueNotFound')
})

test('takers at the same time never get the same message', async (t) => {
  const { queue } = await openQueues(t)
  await Promise.all(Array.from({ length: 40 }, (_, number) => queue.sendMessage(String(number))))
  const taken = await Promise.all(
    Array.from({ length: 20 }, () => queue.receiveMessages({ numberOfMessages: 2 })),
  )
  const ids = taken.flatMap(({ receivedMessageItems }) =>
    receivedMessageItems.map(({ messageId }) => messageId),
  )
  assert.equal(ids.length, 40)
  assert.equal(new Set(ids).size, 40)
})
