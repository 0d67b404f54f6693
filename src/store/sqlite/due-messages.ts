import { dueMessagesMax } from '../limits.ts'
import type { QueueRules } from '../messages.ts'
import type { Connection, Statement } from './connection.ts'
import type { MessageHead, MessageTable } from './message-table.ts'
import { leased, parked, ready, scheduled, type Queue, type State } from './queues.ts'

type HeadRow = [number, State, number, State, number | null, string | null]

/** The columns of a `MessageHead`. */
const headColumns = 'key, state, attempts, home, expires_at, group_key'

/**
 * What time does to a queue: schedules that come, leases that run out, messages that expire. Each
 * operation that gives messages applies it first, so nobody is given what has changed meanwhile.
 */
export class DueMessages {
  readonly #table: MessageTable
  readonly #due: Statement<HeadRow>
  readonly #earliest: Statement<[dueAtMs: number | null]>
  readonly #earliestGroup: Statement<[leaseUntilMs: number | null]>
  readonly #endedGroups: Statement<[name: string]>
  readonly #ofGroup: Statement<HeadRow>
  readonly #endGroup: Statement<[]>
  readonly #deleteGroup: Statement<[]>

  constructor(connection: Connection, table: MessageTable) {
    this.#table = table
    this.#due = connection.prepare(
      `SELECT ${headColumns} FROM messages WHERE queue = ? AND state = ? AND due_at <= ? ` +
        'ORDER BY due_at, key LIMIT ?',
    )
    this.#earliest = connection.prepare(
      'SELECT min(due_at) FROM messages WHERE queue = ? AND state = ? AND due_at IS NOT NULL',
    )
    this.#earliestGroup = connection.prepare(
      'SELECT min(lease_until) FROM groups WHERE queue = ? AND lease_until IS NOT NULL',
    )
    this.#endedGroups = connection.prepare(
      'SELECT name FROM groups WHERE queue = ? AND lease_until <= ?',
    )
    this.#ofGroup = connection.prepare(
      `SELECT ${headColumns} FROM messages WHERE queue = ? AND group_key = ? AND state = ${leased}`,
    )
    this.#endGroup = connection.prepare(
      'UPDATE groups SET token = NULL, lease_until = NULL, owner = NULL WHERE queue = ? AND name = ?',
    )
    this.#deleteGroup = connection.prepare(
      'DELETE FROM groups WHERE queue = ? AND name = ? AND token IS NULL AND state IS NULL',
    )
  }

  /** Applies what has come due; without rules only what needs none, the rest stays due. */
  apply(queue: Queue, rules: QueueRules | undefined, nowMs: number): void {
    if (queue.dueMs > nowMs) return
    for (const [name] of this.#endedGroups.all(queue.id, nowMs))
      this.endGroup(queue, name, { nowMs })
    for (const message of this.#dueIn(queue, scheduled, nowMs)) {
      this.#table.activate(queue, message, nowMs)
    }
    for (const message of this.#dueIn(queue, leased, nowMs)) {
      this.endLease(queue, message, { rules, nowMs })
    }
    if (rules) this.#judge(queue, rules, nowMs)
    queue.dueMs = this.#nextDue(queue)
  }

  /** A lease ended without the message being settled, by its holder's will or because it ran out. */
  endLease(
    queue: Queue,
    message: MessageHead,
    how: {
      readonly rules: QueueRules | undefined
      readonly nowMs: number
      readonly properties?: string | undefined
      readonly visibleAtMs?: number | undefined
    },
  ): void {
    const { rules, nowMs, properties, visibleAtMs = 0 } = how
    const move = rules && moveByRules(message, message.home, how)
    if (move) return this.#table.move(queue, message, { move, nowMs, properties })
    if (visibleAtMs > nowMs) {
      return this.#table.giveBack(queue, message, {
        state: scheduled,
        dueAtMs: visibleAtMs,
        properties,
      })
    }
    // Without rules nobody can say yet whether it goes back: it stays due for an operation that has them.
    const restMs = message.home === ready ? message.expiresAtMs : null
    const dueAtMs = rules ? restMs : nowMs
    this.#table.giveBack(queue, message, { state: message.home, dueAtMs, properties })
  }

  /** Ends the lease of a group, and with it those of its messages. */
  endGroup(
    queue: Queue,
    group: string,
    how: { readonly nowMs: number; readonly forgetAttempt?: boolean },
  ): void {
    this.#endGroup.run(queue.id, group)
    this.#deleteGroup.run(queue.id, group)
    const { nowMs, forgetAttempt = false } = how
    for (const row of this.#ofGroup.all(queue.id, group)) {
      const message = toHead(row)
      const to = { state: message.home, dueAtMs: nowMs, forgetAttempt }
      this.#table.giveBack(queue, message, to)
    }
  }

  /** Messages that lie where they can be claimed, but must not be any more. */
  #judge(queue: Queue, rules: QueueRules, nowMs: number): void {
    for (const state of [ready, parked] as const) {
      for (const message of this.#dueIn(queue, state, nowMs)) {
        const move = moveByRules(message, state, { rules, nowMs })
        if (move) this.#table.move(queue, message, { move, nowMs })
        else this.#table.setDue(queue, message, state === ready ? message.expiresAtMs : null)
      }
    }
  }

  #dueIn(queue: Queue, state: State, nowMs: number): MessageHead[] {
    return this.#due.all(queue.id, state, nowMs, dueMessagesMax).map(toHead)
  }

  #nextDue(queue: Queue): number {
    let dueMs = this.#earliestGroup.get(queue.id)?.[0] ?? Infinity
    for (const state of [ready, leased, scheduled, parked]) {
      dueMs = Math.min(dueMs, this.#earliest.get(queue.id, state)?.[0] ?? Infinity)
    }
    return dueMs
  }
}

/** Where the rules send a message that comes to lie in a state, or `undefined` when it may stay. */
function moveByRules(
  message: MessageHead,
  state: State,
  by: { readonly rules: QueueRules | undefined; readonly nowMs: number },
) {
  const { attemptsMax = Infinity, exhausted = {}, expired = {} } = by.rules ?? {}
  if (message.attempts >= attemptsMax) return exhausted
  const isExpired = message.expiresAtMs !== null && message.expiresAtMs <= by.nowMs
  return state === ready && isExpired ? expired : undefined
}

function toHead(row: HeadRow): MessageHead {
  const [key, state, attempts, home, expiresAtMs, group] = row
  return { key, state, attempts, home, expiresAtMs, group }
}
