import { leased, type State } from './queues.ts'

/** What a message's next state depends on. */
export interface MessageHead {
  readonly key: number
  /** Where it lies; a lease does not change that, since the message goes back there. */
  readonly state: State
  readonly isLeased: boolean
  readonly attempts: number
  readonly expiresAtMs: number | null
  readonly group: string | null
}

/** The columns of a `MessageHead` that is not leased; the table is named `m`. */
export const headColumns = 'm.key, m.state, m.attempts, m.expires_at, m.group_key'

/** The columns of one that is, with its lease named `l`. */
export const leasedHeadColumns = 'm.key, m.state, l.attempts, m.expires_at, m.group_key'

export type HeadRow = readonly [
  key: number,
  state: State,
  attempts: number,
  expiresAtMs: number | null,
  group: string | null,
]

export function toHead(row: HeadRow): MessageHead {
  const [key, state, attempts, expiresAtMs, group] = row
  return { key, state, isLeased: false, attempts, expiresAtMs, group }
}

export function toLeasedHead(row: HeadRow): MessageHead {
  const [key, state, attempts, expiresAtMs, group] = row
  return { key, state, isLeased: true, attempts, expiresAtMs, group }
}

/** The state that a queue counts it in. */
export function countedState(message: Pick<MessageHead, 'state' | 'isLeased'>): State {
  return message.isLeased ? leased : message.state
}
