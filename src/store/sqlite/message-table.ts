import type { MessageMove } from '../messages.ts'
import { clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import type { LeaseTable } from './lease-table.ts'
import { countedState, type MessageHead } from './message-head.ts'
import { leased, ready, type Queue, type Queues, type State } from './queues.ts'
import type { Touched } from './touched.ts'

/** Where a message comes to lie whose lease ends. */
export interface Place {
  readonly state: State
  readonly dueAtMs: number | null
  readonly properties?: string | undefined
}

/**
 * The rows of messages, and each way one changes its state. All of it survives a crash; where the next
 * claim looks and when something comes due are remembered per queue, and found again after one.
 */
export class MessageTable {
  readonly #queues: Queues
  readonly #leases: LeaseTable
  readonly #touched: Touched
  readonly #removed: number[] = []

  readonly #deleteAll: Statement<[]>
  readonly #delete: Statement<[bodyBytes: number]>
  readonly #place: Statement<[]>
  readonly #activate: Statement<[]>
  readonly #move: Statement<[bodyBytes: number]>
  readonly #due: Statement<[]>

  constructor(
    connection: Connection,
    parts: { readonly queues: Queues; readonly leases: LeaseTable; readonly touched: Touched },
  ) {
    this.#queues = parts.queues
    this.#leases = parts.leases
    this.#touched = parts.touched
    this.#delete = connection.prepare(
      'DELETE FROM messages WHERE key = ? RETURNING octet_length(body)',
    )
    this.#deleteAll = connection.prepare('DELETE FROM messages WHERE key BETWEEN ? AND ?')
    this.#place = connection.prepare(
      'UPDATE messages SET state = ?, due_at = ?, attempts = ?, ' +
        'properties = coalesce(?, properties) WHERE key = ?',
    )
    this.#activate = connection.prepare(
      'UPDATE messages SET key = ?, state = 0, due_at = expires_at, enqueued_at = ? WHERE key = ?',
    )
    this.#move = connection.prepare(
      'UPDATE messages SET key = ?, queue = ?, state = 0, due_at = NULL, expires_at = NULL, ' +
        'attempts = ?, moved_group = coalesce(group_key, moved_group), group_key = NULL, ' +
        'enqueued_at = ?, note = coalesce(?, note), properties = coalesce(?, properties) ' +
        'WHERE key = ? RETURNING octet_length(body)',
    )
    this.#due = connection.prepare('UPDATE messages SET due_at = ? WHERE key = ?')
  }

  remove(queue: Queue, message: Pick<MessageHead, 'key' | 'state' | 'isLeased'>): void {
    if (message.isLeased) this.#leases.end(message.key)
    const [bodyBytes] = this.#delete.get(message.key) ?? [0]
    this.#queues.count(queue, countedState(message), -1)
    queue.bodyBytes -= bodyBytes
  }

  /** Removes a message whose lease was taken, with others, before any of them is looked at again. */
  removeSoon(queue: Queue, key: number, bodyBytes: number): void {
    this.#removed.push(key)
    this.#queues.count(queue, leased, -1)
    queue.bodyBytes -= bodyBytes
  }

  /** Removes what was to be removed soon: those that lie together in one statement. */
  flush(): void {
    if (this.#removed.length === 0) return
    const keys = this.#removed.toSorted((one, other) => one - other)
    this.#removed.length = 0
    let [from = 0] = keys
    for (const [index, key] of keys.entries()) {
      const next = keys[index + 1]
      if (next === key + 1) continue
      this.#deleteAll.run(from, key)
      this.#leases.endAll(from, key)
      from = next ?? 0
    }
  }

  /** Takes back what was to be removed soon, after something was rolled back. */
  forget(): void {
    this.#removed.length = 0
    this.#leases.forget()
  }

  /** Ends a lease: the message goes where it can be claimed, or waits. */
  giveBack(queue: Queue, message: MessageHead, to: Place): void {
    this.#leases.end(message.key)
    const { state, dueAtMs, properties = null } = to
    this.#place.run(state, dueAtMs, message.attempts, properties, message.key)
    this.#enter(queue, message, state)
    if (dueAtMs !== null) this.comesDue(queue, dueAtMs)
  }

  /** A scheduled message becomes ready at the tail of its queue, with a new sequence number. */
  activate(queue: Queue, message: MessageHead, nowMs: number): void {
    const key = this.nextKey(queue)
    this.#activate.run(key, nowMs, message.key)
    this.#enter(queue, { ...message, key }, ready)
    if (message.expiresAtMs !== null) this.comesDue(queue, message.expiresAtMs)
  }

  /** Hands a message over to another queue, or removes it where there is none. */
  move(
    queue: Queue,
    message: MessageHead,
    to: {
      readonly move: MessageMove
      readonly nowMs: number
      readonly properties?: string | undefined
    },
  ): void {
    if (to.move.to === undefined) return this.remove(queue, message)
    if (message.isLeased) this.#leases.end(message.key)
    const target = this.#queues.open(to.move.to)
    const key = this.nextKey(target)
    const { properties = null, nowMs } = to
    const changes = [message.attempts, nowMs, to.move.note ?? null, properties] as const
    const [bodyBytes] = this.#move.get(key, target.id, ...changes, message.key) ?? [0]
    this.#queues.count(queue, countedState(message), -1)
    this.#queues.count(target, ready, 1)
    queue.bodyBytes -= bodyBytes
    target.bodyBytes += bodyBytes
    target.head.add(key)
    this.#touched.queues.add(target.name)
  }

  /** Says when a message is to be looked at again. */
  setDue(queue: Queue, message: MessageHead, dueAtMs: number | null): void {
    this.#due.run(dueAtMs, message.key)
    if (dueAtMs !== null) this.comesDue(queue, dueAtMs)
  }

  nextKey(queue: Queue): number {
    const key = clusterKey(queue.id, queue.nextSequence)
    queue.nextSequence += 1
    return key
  }

  comesDue(queue: Queue, dueAtMs: number): void {
    queue.dueMs = Math.min(queue.dueMs, dueAtMs)
  }

  #enter(queue: Queue, message: MessageHead, state: State): void {
    this.#queues.count(queue, countedState(message), -1)
    this.#queues.count(queue, state, 1)
    if (state === ready && message.group === null) queue.head.add(message.key)
    this.#touched.queues.add(queue.name)
  }
}
