import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderSpans } from './order-spans.ts'
import type { TraceSpan } from './trace.ts'
import { toWaterfall } from './waterfall.ts'
import { formatMs, renderWaterfall } from './waterfall-text.ts'

function oneOrder(options: { failing?: number } = {}): TraceSpan[] {
  const { spans } = orderSpans({ startMs: 1_000, count: 1, ...options })
  return spans.map(({ context, payload: _payload, ...span }) => ({ ...context, ...span }))
}

test('each hop stands below the one that caused it, with its offset from the first', () => {
  const rows = toWaterfall({ spans: oneOrder().toReversed() })
  assert.deepEqual(
    rows.map((row) => [row.depth, row.label, Number(row.offsetMs.toFixed(1))]),
    [
      [0, 'place order bookings', 0],
      [1, 'write item orders/toprocess', 0.2],
      [2, 'invoke dataprocessing/QueueOrders', 5.2],
      [3, 'send orders', 7.3],
      [4, 'invoke dataprocessing/ProcessOrders', 9.9],
      [5, 'write item orders/processed', 12.7],
    ],
  )
})

test('spans that cause each other in a circle are all placed once', () => {
  const [span] = oneOrder()
  assert.ok(span)
  const circle = [
    { ...span, spanId: 'a', parentSpanId: 'b' },
    { ...span, spanId: 'b', parentSpanId: 'a' },
    { ...span, spanId: 'c', parentSpanId: 'c' },
  ]
  assert.equal(toWaterfall({ spans: circle }).length, 3)
})

test('the terminal shows bars, milliseconds and the reason of a fault within its width', () => {
  const rows = toWaterfall({ spans: oneOrder({ failing: 0 }) })
  const lines = renderWaterfall(rows, { width: 100, color: false })
  assert.equal(lines.length, rows.length + 2)
  for (const line of lines) assert.ok(line.length <= 100, line)
  assert.match(lines[0] ?? '', /^demo {2}place order bookings +━+ +2\.10 ms$/)
  assert.match(lines.join('\n'), /└ Cannot process a booking without a flight number/)
  assert.match(lines.join('\n'), /└ MaxDeliveryCountExceeded/)
})

test('colours are only written when they are asked for', () => {
  const rows = toWaterfall({ spans: oneOrder() })
  assert.ok(renderWaterfall(rows, { width: 80, color: true }).join('').includes('\u001b[36m'))
  assert.ok(!renderWaterfall(rows, { width: 80, color: false }).join('').includes('\u001b'))
})

test('durations are written with three digits', () => {
  assert.deepEqual([0.034, 4.9, 12.34, 134.4, 2_410, 61_000].map(formatMs), [
    '0.03 ms',
    '4.90 ms',
    '12.3 ms',
    '134 ms',
    '2.41 s',
    '61.0 s',
  ])
})
