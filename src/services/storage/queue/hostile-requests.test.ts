import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../../base/clock.ts'
import { signedRequest } from '../rest-over-wire.ts'
import { openStorage } from '../storage-fixture.ts'

async function open(t: TestContext) {
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock, service: 'queue' })
  const queue = await fixture.storage.queues.ensure(fixture.account, 'orders')
  const send = async (method: string, path: string, body?: string) => {
    const answer = await signedRequest(
      fixture,
      { method, path, nowMs: clock.now() },
      body === undefined ? {} : { body },
    )
    return `${answer.status} ${String(answer.headers['x-ms-error-code'] ?? '')}`.trim()
  }
  return { ...fixture, queue, send }
}

const put = (text: string) => `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`

test('a message that is not XML, grows or is too large is refused', async (t) => {
  const { send, storage, queue } = await open(t)
  const post = (body: string) => send('POST', '/orders/messages', body)
  assert.equal(await post('not xml'), '400 InvalidXmlDocument')
  assert.equal(await post('<QueueMessage/>'), '400 InvalidXmlDocument')
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa">]>${put('&a;')}`
  assert.equal(await post(bomb), '400 InvalidXmlDocument')
  assert.equal(await post('<a>'.repeat(1_000)), '400 InvalidXmlDocument')
  assert.equal(await post(put('x'.repeat(65_537))), '413 RequestBodyTooLarge')
  assert.equal(await post(put('x'.repeat(600_000))), '413 RequestBodyTooLarge')
  assert.equal(await post(put('&lt;'.repeat(65_536))), '201')
  assert.equal(await storage.queueMessages.count(queue), 1)
})

test('numbers outside of their bounds are refused', async (t) => {
  const { send } = await open(t)
  const range = '400 OutOfRangeQueryParameterValue'
  for (const query of ['numofmessages=0', 'numofmessages=33', 'visibilitytimeout=0']) {
    assert.equal(await send('GET', `/orders/messages?${query}`), range, query)
  }
  assert.equal(await send('GET', '/orders/messages?visibilitytimeout=604801'), range)
  assert.equal(
    await send('GET', '/orders/messages?numofmessages=many'),
    '400 InvalidQueryParameterValue',
  )
  assert.equal(await send('POST', '/orders/messages?messagettl=-2', put('a')), range)
  assert.equal(
    await send('POST', `/orders/messages?messagettl=${'9'.repeat(30)}`, put('a')),
    '400 InvalidQueryParameterValue',
  )
})

test('a pop receipt that nobody gave opens nothing', async (t) => {
  const { send, storage, queue } = await open(t)
  const [made] = await storage.queueMessages.put(queue, [{ text: 'a' }])
  const path = `/orders/messages/${made?.id}`
  assert.equal(await send('DELETE', path), '400 MissingRequiredQueryParameter')
  assert.equal(await send('DELETE', `${path}?popreceipt=x`), '400 InvalidQueryParameterValue')
  const { visibleMs = 0, order = '' } = made ?? {}
  const text = `${String(visibleMs).padStart(15, '0')}-${order}-${'0'.repeat(16)}`
  const forged = encodeURIComponent(Buffer.from(text).toString('base64'))
  assert.equal(await send('DELETE', `${path}?popreceipt=${forged}`), '400 PopReceiptMismatch')
  const none = `/orders/messages/none?popreceipt=${forged}`
  assert.equal(await send('DELETE', none), '404 MessageNotFound')
  assert.equal(
    await send('PUT', `${path}?popreceipt=${forged}`, put('b')),
    '400 MissingRequiredQueryParameter',
  )
  assert.equal(await storage.queueMessages.count(queue), 1)
})

test('addresses that are none are refused', async (t) => {
  const { send } = await open(t)
  assert.equal(await send('GET', '/orders/other'), '400 InvalidUri')
  assert.equal(await send('GET', '/orders/messages/a/b'), '400 InvalidUri')
  assert.equal(await send('GET', '/orders?comp=nothing'), '400 InvalidQueryParameterValue')
  assert.equal(await send('PATCH', '/orders/messages'), '405 UnsupportedHttpVerb')
  assert.equal(await send('GET', '/?comp=list&marker=x'), '400 InvalidQueryParameterValue')
  assert.equal(await send('PUT', '/a%00b'), '400 InvalidResourceName')
  assert.equal(await send('PUT', '/%E0%A4'), '400 InvalidUri')
})
