import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace } from '../../base/trace-context.ts'
import { FlowMap } from './flow-map.ts'
import { placeOf } from './flow-place.ts'

test('blobs are shown as their container', () => {
  const blob = { service: 'storage', resource: 'files/inbox/2026/a.json' }
  assert.deepEqual(placeOf(blob), { service: 'storage', resource: 'files/inbox', isStep: false })
})

test('actions are steps of their workflow: they cause what follows and are not counted', () => {
  const map = new FlowMap()
  const [run, action, send] = [newTrace(), newTrace(), newTrace()]
  const times = { startMs: 0, durationMs: 1, status: 'ok' } as const
  map.add({ ...run, service: 'logic-apps', operation: 'run', resource: 'wf', ...times })
  const caused = (cause: { spanId: string }) => ({ parentSpanId: cause.spanId, ...times })
  const inner = { service: 'logic-apps', operation: 'ServiceProvider', resource: 'wf/Send' }
  map.add({ ...action, ...inner, ...caused(run) })
  const bus = { service: 'service-bus', operation: 'send', resource: 'topic' }
  map.add({ ...send, ...bus, ...caused(action) })
  const { nodes, arrows } = map.graph()
  assert.deepEqual(
    nodes.map(({ id, count }) => [id, count]),
    [
      ['logic-apps:wf', 1],
      ['service-bus:topic', 1],
    ],
  )
  assert.deepEqual(
    arrows.map(({ from, to }) => [from, to]),
    [['logic-apps:wf', 'service-bus:topic']],
  )
})
