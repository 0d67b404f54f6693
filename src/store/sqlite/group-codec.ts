import { strict as assert } from 'node:assert'
import type { PutDocument } from '../documents.ts'
import type { AppendMessage, SettleMessage } from '../messages.ts'
import type { Operation } from '../store.ts'
import type { Chore, TimedBatch } from './engine.ts'
import { FlatReader, type FlatValue } from './flat-values.ts'

// The most frequent operations cross as flat values, by these numbers; the others as they are.
const asObject = 0
const put = 1
const append = 2
const removal = 3

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** Writes batches as a flat list. */
export function encodeGroup(group: readonly TimedBatch[]): readonly FlatValue[] {
  const values: FlatValue[] = []
  for (const { nowMs, batch } of group) {
    values.push(nowMs, batch.length)
    for (const operation of batch) encodeOperation(operation, values)
  }
  return values
}

/** Reads what `encodeGroup` wrote. */
export function decodeGroup(values: readonly FlatValue[]): TimedBatch[] {
  const reader = new FlatReader(values)
  const group: TimedBatch[] = []
  while (!reader.isAtEnd) {
    const nowMs = reader.number()
    const batch: (Operation | Chore)[] = []
    for (let left = reader.number(); left > 0; left -= 1) batch.push(decodeOperation(reader))
    group.push({ nowMs, batch })
  }
  return group
}

function encodeOperation(operation: Operation | Chore, values: FlatValue[]): void {
  if (operation.kind === 'document.put' && !operation.unique) {
    const { collection, partition, id, body, etag, expect, timeToLiveMs, trace } = operation
    values.push(put, collection, partition, id, body, etag, expect, timeToLiveMs, trace)
  } else if (operation.kind === 'message.append' && !operation.dedupe) {
    const { queue, body, properties, group, visibleAtMs, expiresAtMs, trace } = operation
    values.push(append, queue, withOwnMemory(body), properties)
    values.push(group, visibleAtMs, expiresAtMs, trace)
  } else if (operation.kind === 'message.settle' && operation.outcome.kind === 'remove') {
    values.push(removal, operation.queue, operation.sequence, operation.token)
  } else {
    values.push(asObject, withOwnBytes(operation))
  }
}

function decodeOperation(reader: FlatReader): Operation | Chore {
  const code = reader.number()
  if (code === put) return decodePut(reader)
  if (code === append) return decodeAppend(reader)
  if (code === removal) return decodeRemoval(reader)
  const operation = reader.value()
  assert(isOperation(operation))
  return operation
}

function decodePut(reader: FlatReader): PutDocument {
  const operation: Writable<PutDocument> = {
    kind: 'document.put',
    collection: reader.text(),
    partition: reader.text(),
    id: reader.text(),
    body: reader.text(),
    etag: reader.text(),
  }
  const expect = reader.value()
  if (isExpectation(expect)) operation.expect = expect
  const timeToLiveMs = reader.optionalNumber()
  if (timeToLiveMs !== undefined) operation.timeToLiveMs = timeToLiveMs
  const trace = reader.optionalText()
  if (trace !== undefined) operation.trace = trace
  return operation
}

function decodeAppend(reader: FlatReader): AppendMessage {
  const operation: Writable<AppendMessage> = {
    kind: 'message.append',
    queue: reader.text(),
    body: reader.bodyValue(),
    properties: reader.text(),
  }
  const group = reader.optionalText()
  if (group !== undefined) operation.group = group
  const visibleAtMs = reader.optionalNumber()
  if (visibleAtMs !== undefined) operation.visibleAtMs = visibleAtMs
  const expiresAtMs = reader.optionalNumber()
  if (expiresAtMs !== undefined) operation.expiresAtMs = expiresAtMs
  const trace = reader.optionalText()
  if (trace !== undefined) operation.trace = trace
  return operation
}

// The rules say what becomes of messages that come back: one that is removed does not.
function decodeRemoval(reader: FlatReader): SettleMessage {
  return {
    kind: 'message.settle',
    queue: reader.text(),
    sequence: reader.number(),
    token: reader.text(),
    outcome: { kind: 'remove' },
    rules: {},
  }
}

function withOwnBytes(operation: Operation | Chore): Operation | Chore {
  if (operation.kind === 'message.append') {
    return { ...operation, body: withOwnMemory(operation.body) }
  }
  if (operation.kind === 'group.setState' && operation.state) {
    return { ...operation, state: new Uint8Array(operation.state) }
  }
  if (operation.kind === 'blob.put' && operation.blob.bytes) {
    const { id, length, bytes } = operation.blob
    return { kind: 'blob.put', blob: { id, length, bytes: new Uint8Array(bytes) } }
  }
  return operation
}

// A small `Buffer` is a window into a pool: copying it to another thread would copy the pool.
function withOwnMemory(body: string | Uint8Array): string | Uint8Array {
  if (typeof body === 'string') return body
  return body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body)
}

function isOperation(value: FlatValue): value is Operation | Chore {
  return typeof value === 'object' && 'kind' in value
}

function isExpectation(
  value: FlatValue,
): value is 'absent' | 'present' | { readonly etag: string } {
  if (typeof value === 'object') return 'etag' in value
  return value === 'absent' || value === 'present'
}
