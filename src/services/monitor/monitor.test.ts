import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { newLogger } from '../../base/logger.ts'
import type { Span } from '../../base/telemetry.ts'
import { childOf, newTrace } from '../../base/trace-context.ts'
import { Connection } from '../../store/sqlite/connection.ts'
import { flushIntervalMs, payloadCharsMax, pendingSpansMax } from './limits.ts'
import { Monitor } from './monitor.ts'
import { fetchSpans, orderSpans } from './order-spans.ts'
import type { OrderSpans } from './order-spans.ts'
import type { SpanFileLimits } from './span-file.ts'
import { toWaterfall } from './waterfall.ts'

const logger = newLogger({ level: 'silent', name: 'test' })

async function startMonitor(
  t: TestContext,
  options: { path?: string; clock?: ManualClock; limits?: Partial<SpanFileLimits> } = {},
): Promise<Monitor> {
  const { path = ':memory:', clock = new ManualClock(), limits = {} } = options
  const monitor = new Monitor({ path, clock, logger, limits })
  await monitor.start()
  t.after(() => monitor.stop())
  return monitor
}

function record(monitor: Monitor, recorded: OrderSpans): void {
  for (const span of recorded.spans) monitor.span(span)
  for (const line of recorded.logs) monitor.log(line)
}

function newSpan(change: Partial<Span> = {}): Span {
  return {
    context: newTrace(),
    service: 'service-bus',
    operation: 'send',
    resource: 'orders',
    startMs: 1_000,
    durationMs: 1,
    status: 'ok',
    ...change,
  }
}

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'spans.sqlite')
}

const oneOrder = [
  '0 demo place order bookings',
  '1 cosmos-db write item orders/toprocess',
  '2 functions invoke dataprocessing/QueueOrders',
  '3 service-bus send orders',
  '4 functions invoke dataprocessing/ProcessOrders',
  '5 cosmos-db write item orders/processed',
]

test('one order is followed through the batch that took it, without the other orders of the batch', async (t) => {
  const monitor = await startMonitor(t)
  const orders = orderSpans({ startMs: 1_000, count: 20 })
  record(monitor, orders)
  const trace = await monitor.trace(orders.traceIds[7] ?? '')
  const rows = toWaterfall(trace)
  assert.deepEqual(
    rows.map((row) => `${row.depth} ${row.span.service} ${row.label}`),
    oneOrder,
  )
  assert.deepEqual(
    trace.logs.map((line) => line.message),
    ['Queueing 20 orders', 'Processing order'],
  )
})

test('the trace of a batch holds the batch alone', async (t) => {
  const monitor = await startMonitor(t)
  const orders = orderSpans({ startMs: 1_000, count: 3 })
  record(monitor, orders)
  const trace = await monitor.trace(orders.batch.traceId)
  assert.equal(trace.spans.length, 1)
  assert.equal(trace.spans[0]?.links?.length, 3)
})

test('what continues only other items is left out of the trace of one', async (t) => {
  const monitor = await startMonitor(t)
  const [first, second, batch] = [newTrace(), newTrace(), newTrace()]
  const child = (spanId: string, link: Span['context']): Span =>
    newSpan({
      context: { traceId: batch.traceId, spanId },
      parentSpanId: batch.spanId,
      links: [link],
      resource: spanId,
    })
  monitor.span(newSpan({ context: first }))
  monitor.span(newSpan({ context: second }))
  monitor.span(newSpan({ context: batch, links: [first, second], resource: 'batch' }))
  monitor.span(child('for-first', first))
  monitor.span(child('for-second', second))
  const trace = await monitor.trace(first.traceId)
  assert.deepEqual(
    trace.spans.map((span) => span.resource),
    ['orders', 'batch', 'for-first'],
  )
})

test('the list of traces has one line for each order, newest first, and none for batches', async (t) => {
  const monitor = await startMonitor(t)
  record(monitor, orderSpans({ startMs: 1_000, count: 2 }))
  record(monitor, fetchSpans(2_000))
  const traces = await monitor.recentTraces()
  assert.deepEqual(
    traces.map((trace) => [trace.operation, trace.resource, trace.spans]),
    [
      ['invoke', 'datafetching/FetchOrders', 2],
      ['place order', 'bookings', 6],
      ['place order', 'bookings', 6],
    ],
  )
})

test('the list of traces is filtered by status and by any resource on the way', async (t) => {
  const monitor = await startMonitor(t)
  const orders = orderSpans({ startMs: 1_000, count: 3, failing: 1 })
  record(monitor, orders)
  record(monitor, fetchSpans(2_000))
  const failed = await monitor.recentTraces({ status: 'error' })
  assert.deepEqual(
    failed.map((trace) => [trace.traceId, trace.errors, trace.reason]),
    [[orders.traceIds[1], 2, 'Cannot process a booking without a flight number']],
  )
  const processed = await monitor.recentTraces({ resource: 'PROCESSED', status: 'ok' })
  assert.equal(processed.length, 3)
  assert.equal((await monitor.recentTraces({ limit: 1 })).length, 1)
})

test('a payload is kept once and cut to its limit, and says how long it was', async (t) => {
  const monitor = await startMonitor(t)
  const payload = 'x'.repeat(payloadCharsMax + 5)
  const context = newTrace()
  const [first, second] = [context, childOf(context)]
  monitor.span(newSpan({ context: first, payload }))
  monitor.span(newSpan({ context: second, payload }))
  const trace = await monitor.trace(context.traceId)
  const references = trace.spans.map((span) => span.payload)
  assert.equal(references[0]?.chars, payload.length)
  assert.deepEqual(references[0], references[1])
  const kept = await monitor.payload(references[0]?.id ?? '')
  assert.equal(kept, payload.slice(0, payloadCharsMax))
})

test('the invocations of a function come newest first with their own lines', async (t) => {
  const monitor = await startMonitor(t)
  record(monitor, orderSpans({ startMs: 1_000, count: 3, failing: 2 }))
  const runs = await monitor.invocations('dataprocessing', 'ProcessOrders', { limit: 2 })
  assert.deepEqual(
    runs.map((run) => [run.span.status, run.logs.map((line) => line.level)]),
    [
      ['error', ['information', 'error']],
      ['ok', ['information']],
    ],
  )
})

test('what has come is written after the flush interval without anybody asking', async (t) => {
  const clock = new ManualClock()
  const path = temporaryFile(t)
  const monitor = await startMonitor(t, { path, clock })
  for (let index = 0; index < 2_500; index += 1) monitor.span(newSpan())
  const reader = new Connection(path, { readOnly: true, busyTimeoutMs: 1_000 })
  t.after(() => reader.close())
  const count = reader.prepare<[number]>('SELECT coalesce(sum(span_count), 0) FROM flushes')
  assert.deepEqual(count.get(), [0])
  await clock.advance(flushIntervalMs)
  while ((count.get()?.[0] ?? 0) < 2_000) await new Promise((resolve) => setTimeout(resolve, 5))
  await clock.advance(flushIntervalMs)
  while ((count.get()?.[0] ?? 0) < 2_500) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('spans that come faster than they can be written are dropped and counted', async (t) => {
  const monitor = await startMonitor(t)
  for (let index = 0; index < pendingSpansMax + 7; index += 1) monitor.span(newSpan())
  assert.deepEqual(monitor.dropped, { spans: 7, logs: 0 })
  await monitor.flush()
  monitor.span(newSpan())
  assert.equal(monitor.dropped.spans, 7)
})

test('the oldest spans and lines go when the file is full', async (t) => {
  const path = temporaryFile(t)
  const monitor = await startMonitor(t, { path, limits: { spans: 100, logs: 50 } })
  const orders = []
  for (let index = 0; index < 60; index += 1) {
    const order = orderSpans({ startMs: 1_000 + index, count: 1 })
    orders.push(order)
    record(monitor, order)
    await monitor.flush()
  }
  const oldest = await monitor.trace(orders[0]?.traceIds[0] ?? '')
  const newest = await monitor.trace(orders.at(-1)?.traceIds[0] ?? '')
  assert.deepEqual([oldest.spans.length, newest.spans.length], [0, 6])
  const reader = new Connection(path, { readOnly: true, busyTimeoutMs: 1_000 })
  t.after(() => reader.close())
  const kept = reader.prepare<[number, number]>(
    'SELECT sum(span_count), sum(line_count) FROM flushes',
  )
  const [spans = 0, lines = 0] = kept.get() ?? []
  assert.ok(spans > 80 && spans <= 100, `${spans} spans`)
  assert.ok(lines > 0 && lines <= 50, `${lines} lines`)
})

test('the traces of an earlier run are still there after a restart', async (t) => {
  const path = temporaryFile(t)
  const first = await startMonitor(t, { path })
  const orders = orderSpans({ startMs: 1_000, count: 1 })
  record(first, orders)
  await first.stop()
  const second = await startMonitor(t, { path })
  assert.equal((await second.trace(orders.traceIds[0] ?? '')).spans.length, 6)
})

test('a file that is damaged or of another version is replaced', async (t) => {
  const damaged = temporaryFile(t)
  writeFileSync(damaged, 'this is not a database, whatever its name says'.repeat(100))
  const other = temporaryFile(t)
  const database = new Connection(other, { readOnly: false, busyTimeoutMs: 1_000 })
  database.exec('CREATE TABLE t (a); PRAGMA user_version = 99')
  database.close()
  for (const path of [damaged, other]) {
    const warnings: string[] = []
    const monitor = new Monitor({
      path,
      clock: new ManualClock(),
      logger: { ...logger, warn: (_ids, message) => void warnings.push(message) },
    })
    await monitor.start()
    const span = newSpan()
    monitor.span(span)
    assert.equal((await monitor.trace(span.context.traceId)).spans.length, 1)
    assert.deepEqual(warnings, ['the file of spans could not be read: it was replaced'])
    await monitor.stop()
  }
})

test('the flow map counts what happened where and what caused it', async (t) => {
  const monitor = await startMonitor(t)
  await monitor.declare(
    [{ service: 'service-bus', resource: 'unused' }],
    [
      [
        { service: 'demo', resource: 'bookings' },
        { service: 'cosmos-db', resource: 'orders/toprocess' },
      ],
    ],
  )
  record(monitor, orderSpans({ startMs: 1_000, count: 4, failing: 0 }))
  const { nodes, arrows, omitted } = await monitor.flowMap()
  assert.equal(omitted, 0)
  const arrowsByEnds = Object.fromEntries(
    arrows.map((arrow) => [`${arrow.from} > ${arrow.to}`, [arrow.count, arrow.errors]]),
  )
  assert.deepEqual(arrowsByEnds, {
    'demo:bookings > cosmos-db:orders/toprocess': [4, 0],
    'cosmos-db:orders/toprocess > functions:dataprocessing/QueueOrders': [4, 0],
    'functions:dataprocessing/QueueOrders > service-bus:orders': [4, 0],
    'service-bus:orders > functions:dataprocessing/ProcessOrders': [4, 1],
    'service-bus:orders > service-bus:orders/$deadletterqueue': [1, 1],
    'functions:dataprocessing/ProcessOrders > cosmos-db:orders/processed': [3, 0],
  })
  const process = nodes.find((node) => node.resource === 'dataprocessing/ProcessOrders')
  assert.deepEqual([process?.count, process?.errors], [4, 1])
  assert.ok(Math.abs((process?.p50Ms ?? 0) - 4.9) < 1)
  assert.equal(nodes.find((node) => node.resource === 'unused')?.count, 0)
})

test('a line that was written long before its span ended is found with it', async (t) => {
  const monitor = await startMonitor(t, { limits: { spans: 100 } })
  const context = newTrace()
  const source = 'app/function'
  monitor.log({ context, source, timeMs: 1_000, level: 'warning', message: 'early' })
  for (let index = 0; index < 50; index += 1) {
    monitor.span(newSpan())
    await monitor.flush()
  }
  monitor.span(newSpan({ context, operation: 'invoke', resource: source }))
  const trace = await monitor.trace(context.traceId)
  assert.deepEqual(
    trace.logs.map((line) => [line.level, line.message]),
    [['warning', 'early']],
  )
  const [run] = await monitor.invocations('app', 'function', { limit: 1 })
  assert.equal(run?.logs.length, 1)
})

test('a batch is found by the items that it continues, however long ago they were written', async (t) => {
  const monitor = await startMonitor(t)
  const items = Array.from({ length: 100 }, () => newTrace())
  for (const context of items) {
    monitor.span(newSpan({ context }))
    await monitor.flush()
  }
  for (let index = 0; index < 2_500; index += 1) monitor.span(newSpan({ startMs: 500 }))
  const batch = newTrace()
  monitor.span(newSpan({ context: batch, links: items, resource: 'batch' }))
  const trace = await monitor.trace(items[42]?.traceId ?? '')
  assert.deepEqual(
    trace.spans.map((span) => span.resource),
    ['orders', 'batch'],
  )
})

test('the list of traces is in order of their starts, whenever they were written', async (t) => {
  const monitor = await startMonitor(t, { limits: { spans: 50 } })
  const starts = [5_000, 1_000, 4_000, 2_000, 3_000, 6_000]
  for (const startMs of starts) {
    for (let index = 0; index < 5; index += 1) monitor.span(newSpan({ startMs: startMs + index }))
    await monitor.flush()
  }
  const traces = await monitor.recentTraces({ limit: 12 })
  assert.deepEqual(
    traces.map((trace) => trace.startMs),
    [6_004, 6_003, 6_002, 6_001, 6_000, 5_004, 5_003, 5_002, 5_001, 5_000, 4_004, 4_003],
  )
})

test('a payload is not given any more when its span is gone', async (t) => {
  const monitor = await startMonitor(t, { limits: { spans: 10 } })
  const span = newSpan({ payload: 'order' })
  monitor.span(span)
  const trace = await monitor.trace(span.context.traceId)
  const id = trace.spans[0]?.payload?.id ?? ''
  assert.equal(await monitor.payload(id), 'order')
  for (let index = 0; index < 20; index += 1) {
    monitor.span(newSpan({ payload: 'other' }))
    await monitor.flush()
  }
  assert.equal(await monitor.payload(id), undefined)
  assert.equal(await monitor.payload('no such'), undefined)
})
