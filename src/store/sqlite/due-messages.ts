import { dueMessagesMax } from '../limits.ts'
import type { MessageMove, QueueRules } from '../messages.ts'
import type { Connection, Statement } from './connection.ts'
import type { LeaseTable } from './lease-table.ts'
import { headColumns, toHead, type HeadRow, type MessageHead } from './message-head.ts'
import type { MessageTable, Place } from './message-table.ts'
import { nextDueSql } from './next-due.ts'
import { parked, ready, scheduled, type Queue, type State } from './queues.ts'

/**
 * What time does to a queue: schedules that come, leases that run out, messages that expire. Each
 * operation that gives messages applies it first, so nobody is given what has changed meanwhile.
 */
export class DueMessages {
  readonly #table: MessageTable
  readonly #leases: LeaseTable
  readonly #due: Statement<HeadRow>
  readonly #earliest: Statement<[dueAtMs: number | null]>
  readonly #earliestGroup: Statement<[leaseUntilMs: number | null]>
  readonly #endedGroups: Statement<[name: string]>
  readonly #groupToken: Statement<[token: string | null]>
  readonly #endGroup: Statement<[]>
  readonly #deleteGroup: Statement<[]>

  constructor(
    connection: Connection,
    parts: { readonly table: MessageTable; readonly leases: LeaseTable },
  ) {
    this.#table = parts.table
    this.#leases = parts.leases
    this.#due = connection.prepare(
      `SELECT ${headColumns} FROM messages m WHERE m.queue = ? AND m.state = ? AND m.due_at <= ? ` +
        'AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.key = m.key) ' +
        'ORDER BY m.due_at, m.key LIMIT ?',
    )
    this.#earliest = connection.prepare(nextDueSql.message)
    this.#earliestGroup = connection.prepare(nextDueSql.group)
    this.#endedGroups = connection.prepare(
      'SELECT name FROM groups WHERE queue = ? AND lease_until <= ?',
    )
    this.#groupToken = connection.prepare('SELECT token FROM groups WHERE queue = ? AND name = ?')
    this.#endGroup = connection.prepare(
      'UPDATE groups SET token = NULL, lease_until = NULL, owner = NULL ' +
        'WHERE queue = ? AND name = ?',
    )
    this.#deleteGroup = connection.prepare(
      'DELETE FROM groups WHERE queue = ? AND name = ? AND token IS NULL AND state IS NULL',
    )
  }

  /** Applies what has come due; without rules only what needs none, the rest stays due. */
  apply(queue: Queue, rules: QueueRules | undefined, nowMs: number): void {
    if (queue.dueMs > nowMs) return
    for (const [name] of this.#endedGroups.all(queue.id, nowMs)) {
      this.endGroup(queue, name, { nowMs })
    }
    for (const message of this.#dueIn(queue, scheduled, nowMs)) {
      this.#table.activate(queue, message, nowMs)
    }
    for (const message of this.#leases.ended(queue, { nowMs, limit: dueMessagesMax })) {
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
    const move = rules && moveByRules(message, rules, nowMs)
    if (move) return this.#table.move(queue, message, { move, nowMs, properties })
    const { state } = message
    if (visibleAtMs > nowMs) {
      const place: Place = { state: scheduled, dueAtMs: visibleAtMs, properties }
      return this.#table.giveBack(queue, message, place)
    }
    // Without rules nobody can say yet whether it may stay: it is due for an operation that has them.
    const dueAtMs = rules ? restingDueMs(message) : nowMs
    this.#table.giveBack(queue, message, { state, dueAtMs, properties })
  }

  /** Ends the lease of a group, and with it those of its messages. */
  endGroup(
    queue: Queue,
    group: string,
    how: { readonly nowMs: number; readonly forgetAttempt?: boolean },
  ): void {
    const [token = null] = this.#groupToken.get(queue.id, group) ?? []
    this.#endGroup.run(queue.id, group)
    this.#deleteGroup.run(queue.id, group)
    if (token === null) return
    for (const message of this.#leases.ofGroup(token)) {
      if (how.forgetAttempt) this.forgetLease(queue, message)
      else this.endLease(queue, message, { rules: undefined, nowMs: how.nowMs })
    }
  }

  /** Ends a lease as if it had not been given. */
  forgetLease(queue: Queue, message: MessageHead): void {
    const before = { ...message, attempts: message.attempts - 1 }
    const place = { state: message.state, dueAtMs: restingDueMs(message) }
    this.#table.giveBack(queue, before, place)
  }

  /** Messages that lie where they can be claimed, but must not be any more. */
  #judge(queue: Queue, rules: QueueRules, nowMs: number): void {
    for (const state of [ready, parked] as const) {
      for (const message of this.#dueIn(queue, state, nowMs)) {
        const move = moveByRules(message, rules, nowMs)
        if (move) this.#table.move(queue, message, { move, nowMs })
        else this.#table.setDue(queue, message, restingDueMs(message))
      }
    }
  }

  #dueIn(queue: Queue, state: State, nowMs: number): MessageHead[] {
    return this.#due.all(queue.id, state, nowMs, dueMessagesMax).map(toHead)
  }

  #nextDue(queue: Queue): number {
    const dues = [ready, scheduled, parked].map(
      (state) => this.#earliest.get(queue.id, state)?.[0] ?? Infinity,
    )
    const groupMs = this.#earliestGroup.get(queue.id)?.[0] ?? Infinity
    return Math.min(groupMs, this.#leases.earliest(queue.id), ...dues)
  }
}

/** Where the rules send a message that is not leased any more, or `undefined` when it may stay. */
function moveByRules(
  message: MessageHead,
  rules: QueueRules,
  nowMs: number,
): MessageMove | undefined {
  const { attemptsMax = Infinity, exhausted = {}, expired = {} } = rules
  if (message.attempts >= attemptsMax) return exhausted
  const dueAtMs = restingDueMs(message)
  return dueAtMs !== null && dueAtMs <= nowMs ? expired : undefined
}

/** When a message that nobody holds comes due: a ready one when it expires, a parked one never. */
function restingDueMs(message: MessageHead): number | null {
  return message.state === ready ? message.expiresAtMs : null
}
