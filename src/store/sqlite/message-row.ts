import type { StoredMessage } from '../messages.ts'
import { sequenceOf } from './cluster-key.ts'
import { scheduled, type State } from './queues.ts'

/** The columns that make a `StoredMessage`, in the order of `MessageRow`; the table is named `m`. */
export const messageColumns =
  'm.key, m.state, m.due_at, m.attempts, m.original, m.enqueued_at, m.expires_at, m.properties, ' +
  'm.note, m.trace, coalesce(m.group_key, m.moved_group), m.body'

export type MessageRow = readonly [
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

/** What a lease says of the message that is under it. */
export interface MessageLease {
  readonly attempts: number
  readonly untilMs: number | null
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

const stateNames = ['ready', 'leased', 'scheduled', 'parked'] as const

/** A row as callers see it. */
export function toStoredMessage(
  queue: string,
  row: MessageRow,
  lease: MessageLease | undefined,
): StoredMessage {
  const [key, state, dueAtMs, attempts, originalSequence, enqueuedMs] = row
  const [, , , , , , expiresAtMs, properties, note, trace, group, body] = row
  const message: Writable<StoredMessage> = {
    queue,
    sequence: sequenceOf(key),
    originalSequence,
    state: lease ? 'leased' : stateNames[state],
    body,
    properties,
    enqueuedMs,
    attempts: lease ? lease.attempts : attempts,
  }
  if (note !== null) message.note = note
  if (trace !== null) message.trace = trace
  if (group !== null) message.group = group
  if (expiresAtMs !== null) message.expiresAtMs = expiresAtMs
  if (lease && lease.untilMs !== null) message.leaseUntilMs = lease.untilMs
  if (state === scheduled && dueAtMs !== null) message.visibleAtMs = dueAtMs
  return message
}
