// The worker thread that owns the file of spans: requests come as messages and are answered in order.
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../base/errors.ts'
import { FlowMap } from './flow-map.ts'
import { SpanArchive } from './span-archive.ts'
import type { ArchiveAnswer, ArchiveCall, ArchiveRequest } from './span-thread.ts'

const port = parentPort
assert(port, 'this module is a worker thread')

const flowMap = new FlowMap()
const archive = new SpanArchive(workerData.path, workerData.limits)
answer({ id: 0, result: archive.replaced })

port.on('message', (request: ArchiveRequest) => {
  try {
    answer({ id: request.id, result: run(request) })
  } catch (error) {
    answer({ id: request.id, error: messageOf(error) })
  }
  if (request.kind === 'close') port.close()
})

function run(call: ArchiveCall): unknown {
  switch (call.kind) {
    case 'write':
      for (const span of archive.write(call.flush)) flowMap.add(span)
      return undefined
    case 'declare':
      return flowMap.declare(call.places, call.arrows)
    case 'flowMap':
      return flowMap.graph()
    case 'trace':
      return archive.trace(call.traceId)
    case 'recentTraces':
      return archive.recentTraces(call.query)
    case 'payload':
      return archive.payload(call.payloadId)
    case 'invocations':
      return archive.invocations(call.resource, call.limit)
    case 'close':
      return archive.close()
  }
}

function answer(message: ArchiveAnswer): void {
  port?.postMessage(message)
}
