import type { StoredMessage } from '../messages.ts'
import { sequenceOf } from './cluster-key.ts'
import { leased, scheduled, type State } from './queues.ts'

/** The columns that make a `StoredMessage`, in the order of `MessageRow`. */
export const messageColumns =
  'key, state, due_at, attempts, original, enqueued_at, expires_at, properties, ' +
  'note, trace, coalesce(group_key, moved_group), body'

export type MessageRow = [
  key: number,
  state: State,
  dueAtMs: number | null,
  attempts: number,
  original: number,
  enqueuedMs: number,
  expiresAtMs: number | null,
  properties: string,
  note: string | null,
  trace: string | null,
  group: string | null,
  body: string | Uint8Array,
]

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

const stateNames = ['ready', 'leased', 'scheduled', 'parked'] as const

/** A row as callers see it; `leaseUntilMs` is the group's where the lease is. */
export function toStoredMessage(
  queue: string,
  row: MessageRow,
  leaseUntilMs: number | null,
): StoredMessage {
  const [key, state, dueAtMs, attempts, originalSequence, enqueuedMs] = row
  const [, , , , , , expiresAtMs, properties, note, trace, group, body] = row
  const message: Writable<StoredMessage> = {
    queue,
    sequence: sequenceOf(key),
    originalSequence,
    state: stateNames[state],
    body,
    properties,
    enqueuedMs,
    attempts,
  }
  if (note !== null) message.note = note
  if (trace !== null) message.trace = trace
  if (group !== null) message.group = group
  if (expiresAtMs !== null) message.expiresAtMs = expiresAtMs
  if (state === leased && leaseUntilMs !== null) message.leaseUntilMs = leaseUntilMs
  if (state === scheduled && dueAtMs !== null) message.visibleAtMs = dueAtMs
  return message
}
