import type { LogLine, Span } from '../../base/telemetry.ts'
import { childOf, newTrace } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'

/** The spans of some orders on their way through the chain of the orders solution, as the services write them. */
export interface OrderSpans {
  readonly spans: readonly Span[]
  readonly logs: readonly LogLine[]
  /** One for each order. */
  readonly traceIds: readonly string[]
  readonly batch: TraceContext
}

interface Recorder {
  readonly spans: Span[]
  readonly logs: LogLine[]
}

/**
 * Writes `count` orders that the change feed hands to `QueueOrders` in one batch; the one at `failing` does
 * not get through `ProcessOrders`. For the tests of this folder and of its page.
 */
export function orderSpans(options: {
  readonly startMs: number
  readonly count: number
  readonly failing?: number
}): OrderSpans {
  const { startMs, count } = options
  const recorder: Recorder = { spans: [], logs: [] }
  const orders = Array.from({ length: count }, (_, index) => newOrder(recorder, startMs, index))
  const batch = newTrace()
  const batchStartMs = startMs + count + 4.2
  recorder.spans.push({
    context: batch,
    links: orders.map((order) => order.context),
    service: 'functions',
    operation: 'invoke',
    resource: 'dataprocessing/QueueOrders',
    startMs: batchStartMs,
    durationMs: 3.4 + count * 0.3,
    status: 'ok',
    payload: JSON.stringify(orders.map((order) => order.body)),
  })
  recorder.logs.push(
    logLine(batch, 'dataprocessing/QueueOrders', batchStartMs + 1, `Queueing ${count} orders`),
  )
  for (const [index, order] of orders.entries()) {
    const traced = { traceId: order.context.traceId, spanId: batch.spanId }
    const sentMs = batchStartMs + 2.1 + index * 0.3
    processOrder(recorder, { ...order, parent: traced, sentMs, fails: index === options.failing })
  }
  return { ...recorder, traceIds: orders.map((order) => order.context.traceId), batch }
}

/** What a call of the HTTP API `FetchOrders` writes. */
export function fetchSpans(startMs: number): OrderSpans {
  const invoke = newTrace()
  const spans: Span[] = [
    {
      context: childOf(invoke),
      parentSpanId: invoke.spanId,
      service: 'cosmos-db',
      operation: 'query',
      resource: 'orders/processed',
      startMs: startMs + 0.8,
      durationMs: 1.9,
      status: 'ok',
      payload: 'SELECT * FROM c ORDER BY c._ts DESC OFFSET 0 LIMIT 50',
    },
    {
      context: invoke,
      service: 'functions',
      operation: 'invoke',
      resource: 'datafetching/FetchOrders',
      startMs,
      durationMs: 3.6,
      status: 'ok',
      payload: 'GET /api/FetchOrders',
    },
  ]
  return { spans, logs: [], traceIds: [invoke.traceId], batch: invoke }
}

interface Order {
  readonly context: TraceContext
  readonly body: object
}

const passengers = ['Amelie Durand', 'Jonas Lindqvist', 'Mara Okafor', 'Tariq Haddad']

function newOrder(recorder: Recorder, startMs: number, index: number): Order {
  const demo = newTrace()
  const context = childOf(demo)
  const body = {
    id: `demo-${context.spanId.slice(0, 6)}-${String(index + 1).padStart(4, '0')}`,
    bookingDate: '2026-11-21T09:30:00Z',
    passenger: passengers[index % passengers.length] ?? '',
    flight: { number: 'IL 482', from: 'ARN', to: 'LIS', seats: 1 + (index % 3) },
    price: { amount: 189.5 + index, currency: 'EUR' },
  }
  const payload = JSON.stringify(body)
  const offsetMs = index * 0.7
  recorder.spans.push(
    {
      context,
      parentSpanId: demo.spanId,
      service: 'cosmos-db',
      operation: 'write item',
      resource: 'orders/toprocess',
      startMs: startMs + offsetMs + 0.2,
      durationMs: 1.7,
      status: 'ok',
      payload,
    },
    {
      context: demo,
      service: 'demo',
      operation: 'place order',
      resource: 'bookings',
      startMs: startMs + offsetMs,
      durationMs: 2.1,
      status: 'ok',
      payload,
    },
  )
  return { context, body }
}

function processOrder(
  recorder: Recorder,
  order: Order & { parent: TraceContext; sentMs: number; fails: boolean },
): void {
  const source = 'dataprocessing/ProcessOrders'
  const send = childOf(order.parent)
  const invoke = childOf(send)
  const startMs = order.sentMs + 2.6
  const payload = JSON.stringify(order.body)
  const failure = 'Cannot process a booking without a flight number'
  recorder.spans.push(
    {
      context: send,
      parentSpanId: order.parent.spanId,
      service: 'service-bus',
      operation: 'send',
      resource: 'orders',
      startMs: order.sentMs,
      durationMs: 1.4,
      status: 'ok',
      payload,
    },
    {
      context: invoke,
      parentSpanId: send.spanId,
      service: 'functions',
      operation: 'invoke',
      resource: source,
      startMs,
      durationMs: 4.9,
      status: order.fails ? 'error' : 'ok',
      ...(order.fails ? { reason: failure } : {}),
      payload,
    },
  )
  recorder.logs.push(logLine(invoke, source, startMs + 0.9, 'Processing order'))
  if (order.fails) {
    recorder.logs.push({ ...logLine(invoke, source, startMs + 4.8, failure), level: 'error' })
    recorder.spans.push({
      context: childOf(send),
      parentSpanId: send.spanId,
      service: 'service-bus',
      operation: 'dead-letter',
      resource: 'orders/$deadletterqueue',
      startMs: startMs + 5.2,
      durationMs: 0.8,
      status: 'error',
      reason: 'MaxDeliveryCountExceeded: the message was delivered 10 times and never completed',
      payload,
    })
    return
  }
  recorder.spans.push({
    context: childOf(invoke),
    parentSpanId: invoke.spanId,
    service: 'cosmos-db',
    operation: 'write item',
    resource: 'orders/processed',
    startMs: startMs + 2.8,
    durationMs: 1.6,
    status: 'ok',
    payload: JSON.stringify({
      ...order.body,
      status: 'processed',
      processedAt: '2026-11-21T09:30:01Z',
    }),
  })
}

function logLine(context: TraceContext, source: string, timeMs: number, message: string): LogLine {
  return { context, source, timeMs, level: 'information', message }
}
