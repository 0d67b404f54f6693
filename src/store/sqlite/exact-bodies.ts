import type { Operation } from '../store.ts'
import type { Chore, TimedBatch } from './engine.ts'

/**
 * The batch with each body in memory of its own. A small `Buffer` is a window into a pool, and copying it
 * to another thread would copy the pool.
 */
export function exactBodies(timed: TimedBatch): TimedBatch {
  if (!timed.batch.some(sharesMemory)) return timed
  return { ...timed, batch: timed.batch.map(withOwnMemory) }
}

function sharesMemory(operation: Operation | Chore): boolean {
  const bytes = bytesOf(operation)
  return bytes !== undefined && bytes.byteLength !== bytes.buffer.byteLength
}

function bytesOf(operation: Operation | Chore): Uint8Array | undefined {
  if (operation.kind === 'message.append' && typeof operation.body !== 'string')
    return operation.body
  return operation.kind === 'group.setState' ? operation.state : undefined
}

function withOwnMemory(operation: Operation | Chore): Operation | Chore {
  const bytes = bytesOf(operation)
  if (bytes === undefined) return operation
  const own = new Uint8Array(bytes)
  if (operation.kind === 'message.append') return { ...operation, body: own }
  return operation.kind === 'group.setState' ? { ...operation, state: own } : operation
}
