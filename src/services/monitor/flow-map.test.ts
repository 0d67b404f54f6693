import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childOf, newTrace } from '../../base/trace-context.ts'
import { FlowMap } from './flow-map.ts'
import { awaitedEffectsMax } from './limits.ts'
import type { TraceSpan } from './trace.ts'

const cause = newTrace()

function span(resource: string, context = childOf(cause)): TraceSpan {
  const parent = context === cause ? {} : { parentSpanId: cause.spanId }
  const times = { startMs: 0, durationMs: 1, status: 'ok' } as const
  const { traceId, spanId } = context
  return {
    traceId,
    spanId,
    ...parent,
    service: 'service-bus',
    operation: 'send',
    resource,
    ...times,
  }
}

test('effects that were reported before their cause are drawn from it', () => {
  const map = new FlowMap()
  for (const resource of ['a', 'a', 'b']) map.add(span(resource))
  assert.deepEqual(map.graph().arrows, [])
  map.add(span('cause', cause))
  assert.deepEqual(
    map.graph().arrows.map(({ from, to, count }) => [from, to, count]),
    [
      ['service-bus:cause', 'service-bus:a', 2],
      ['service-bus:cause', 'service-bus:b', 1],
    ],
  )
})

test('a cause that never comes keeps a bounded number of effects', () => {
  const map = new FlowMap()
  for (let sent = 0; sent < awaitedEffectsMax + 500; sent++) map.add(span('a'))
  map.add(span('cause', cause))
  assert.equal(map.graph().arrows[0]?.count, awaitedEffectsMax)
  assert.equal(map.graph().nodes[0]?.count, awaitedEffectsMax + 500)
})
