import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { OrdersApiDemo } from '../../src/platform/demo/orders-api-demo.ts'
import { OrdersDemo } from '../../src/platform/demo/orders-demo.ts'
import { toWaterfall } from '../../src/services/monitor/waterfall.ts'
import { newDataDir, startForTest } from '../test-platform.ts'

const orders = 'solutions/orders'
const timeoutMs = 20_000
const cli = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

test('an uploaded booking becomes a processed order that FetchOrders answers', async (t) => {
  const platform = await startForTest(t, { projects: [orders] })
  const demo = OrdersDemo.for(platform)
  assert.ok(demo)
  const booking = await demo.send()
  assert.ok(await demo.untilProcessed(booking, timeoutMs))
  const answer = await fetch(`${platform.endpoints.functions['datafetching']}/api/FetchOrders`)
  assert.equal(answer.status, 200)
  const list: unknown = await answer.json()
  assert.ok(Array.isArray(list))
  const [order] = list
  assert.match(order.id, /^[\da-f-]{36}$/)
  assert.equal(order.transformedBooking.bookingId, booking.bookingId)
  assert.equal(order.status, 'processed')
  assert.match(order.processedAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

test('FetchOrders answers the latest 50 orders, the newest first', async (t) => {
  const platform = await startForTest(t, { projects: [orders] })
  const demo = OrdersDemo.for(platform)
  assert.ok(demo)
  const bookings = await Promise.all(Array.from({ length: 60 }, () => demo.send()))
  for (const booking of bookings) assert.ok(await demo.untilProcessed(booking, timeoutMs))
  const answer = await fetch(`${platform.endpoints.functions['datafetching']}/api/FetchOrders`)
  const list: unknown = await answer.json()
  assert.ok(Array.isArray(list))
  assert.equal(list.length, 50)
  const times = list.map((order) => Number(order._ts))
  assert.deepEqual(
    times,
    times.toSorted((a, b) => b - a),
  )
})

test('one trace follows an order through every hop', async (t) => {
  const platform = await startForTest(t, { projects: [orders] })
  const demo = OrdersDemo.for(platform)
  assert.ok(demo)
  const [booking] = await Promise.all([demo.send(), demo.send(), demo.send()])
  assert.ok(booking)
  assert.ok(await demo.untilProcessed(booking, timeoutMs))
  await platform.idle.untilIdle()
  const trace = await platform.monitor.trace(booking.trace.traceId)
  const [account] = Object.keys(platform.endpoints.storage?.accounts ?? {})
  const [subscription] = platform.eventGrid.subscriptions.all().map(({ name }) => name)
  assert.deepEqual(
    toWaterfall(trace).map((row) => row.label),
    [
      `put blob ${account}/inputfiles/${booking.bookingId}.json`,
      `publish ${account}`,
      `deliver ${subscription}`,
      'run wf_orders_from_sa_to_sb',
      'ParseJson Parse_events',
      'Response Accept_events',
      'Foreach For_each_event',
      'ServiceProvider Read_booking',
      'ServiceProvider Send_booking',
      'send topic-orders',
      'run wf_orders_from_sb_to_cdb',
      'Compose Booking_as_XML',
      'Xslt Transform_booking',
      'Compose Order_with_id',
      'ServiceProvider Store_order',
      'upsert item orders/toprocess',
      'invoke dataprocessing/QueueOrders',
      'send orders',
      'invoke dataprocessing/ProcessOrders',
      'upsert item orders/processed',
    ],
  )
})

test('the published API asks for a key and a token, counts calls, and sells them', async (t) => {
  const platform = await startForTest(t, { projects: [orders] })
  const demo = await OrdersApiDemo.for(platform)
  assert.ok(demo)
  const answers: string[] = []
  for await (const call of demo.calls()) answers.push(`${call.status} ${call.what}`)
  assert.deepEqual(answers, [
    '401 without a key: Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    '200 Basic, with key and token',
    '200 200 200 200 429 Basic, five calls a minute',
    '429 Premium, without credit: CREDIT_LIMIT_EXCEEDED',
    '200 credit set to 1 by the management REST',
    '200 Premium, with one credit',
  ])
})

test('state survives a restart, and work goes on where it was', async (t) => {
  const dataDir = newDataDir(t)
  const first = await startForTest(t, { projects: [orders], dataDir })
  const before = OrdersDemo.for(first)
  assert.ok(before)
  const early = await before.send()
  const late = await before.send()
  await first.stop()
  const second = await startForTest(t, { projects: [orders], dataDir })
  const after = OrdersDemo.for(second)
  assert.ok(after)
  assert.ok(await after.untilProcessed(early, timeoutMs))
  assert.ok(await after.untilProcessed(late, timeoutMs))
})

test('endpoints.json is for its owner only, and gone after the stop', async (t) => {
  const dataDir = newDataDir(t)
  const platform = await startForTest(t, { projects: [orders], dataDir })
  const file = join(dataDir, 'endpoints.json')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await platform.stop()
  assert.equal(existsSync(file), false)
})

test('up --demo --until-idle prints the journey of an order and exits 0', async (t) => {
  const output = await interline(
    'up',
    orders,
    '--demo',
    '--until-idle',
    '--port',
    '0',
    '--data',
    newDataDir(t),
  )
  assert.equal(output.code, 0, output.text)
  assert.match(output.text, /ready in \d+ ms/)
  assert.match(output.text, /invoke dataprocessing\/ProcessOrders/)
  assert.match(output.text, /20 orders are processed in all/)
})

test('a second up on the same state is refused', async (t) => {
  const dataDir = newDataDir(t)
  await startForTest(t, { projects: [orders], dataDir })
  const output = await interline('up', orders, '--port', '0', '--data', dataDir)
  assert.equal(output.code, 1)
  assert.match(output.text, /already in use by another process/)
})

function interline(...args: string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args])
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.once('close', (code) => resolve({ code, text }))
  })
}
