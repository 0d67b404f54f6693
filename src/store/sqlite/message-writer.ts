import type {
  AppendMessage,
  AppendMessageResult,
  CancelMessage,
  ClaimedMessage,
  ClaimMessages,
  ClaimMessagesResult,
  ClaimParkedMessage,
  DropQueue,
  RenewMessage,
  SettleMessage,
  SweepQueue,
} from '../messages.ts'
import { clusterKey, sequenceOf } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import type { DueMessages } from './due-messages.ts'
import { FreeMessages } from './free-messages.ts'
import type { GroupLeases } from './group-leases.ts'
import { leaseOf, newLease, tokenOf } from './lease-token.ts'
import type { HeldLease, LeaseTable, NewLease } from './lease-table.ts'
import { headColumns, type HeadRow, type MessageHead } from './message-head.ts'
import { messageColumns, toStoredMessage, type MessageRow } from './message-row.ts'
import type { MessageTable } from './message-table.ts'
import { leased, parked, ready, scheduled, type Queue, type Queues } from './queues.ts'
import type { Touched } from './touched.ts'
import { expectThat, type Turn } from './turn.ts'

/** Applies the operations on messages. All of it survives a crash. */
export class MessageWriter {
  readonly #queues: Queues
  readonly #table: MessageTable
  readonly #due: DueMessages
  readonly #leases: LeaseTable
  readonly #groups: GroupLeases
  readonly #touched: Touched
  readonly #free: FreeMessages

  readonly #insert: Statement<[]>
  readonly #dedupe: Statement<[sequence: number]>
  readonly #setDedupe: Statement<[]>
  readonly #numbered: Statement<MessageRow>
  readonly #head: Statement<HeadRow>

  constructor(
    connection: Connection,
    parts: {
      readonly queues: Queues
      readonly table: MessageTable
      readonly due: DueMessages
      readonly leases: LeaseTable
      readonly groups: GroupLeases
      readonly touched: Touched
    },
  ) {
    this.#queues = parts.queues
    this.#table = parts.table
    this.#due = parts.due
    this.#leases = parts.leases
    this.#groups = parts.groups
    this.#touched = parts.touched
    this.#free = new FreeMessages(connection, parts.table)
    this.#insert = connection.prepare(
      'INSERT INTO messages (key, queue, state, due_at, attempts, group_key, original, ' +
        'enqueued_at, expires_at, properties, trace, body) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#dedupe = connection.prepare(
      'SELECT sequence FROM dedupe_keys WHERE queue = ? AND value = ? AND until > ?',
    )
    this.#setDedupe = connection.prepare('INSERT OR REPLACE INTO dedupe_keys VALUES (?, ?, ?, ?)')
    const select = `SELECT ${messageColumns} FROM messages m WHERE`
    this.#numbered = connection.prepare(`${select} m.key = ?`)
    const free = 'AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.key = m.key)'
    this.#head = connection.prepare(`SELECT ${headColumns} FROM messages m WHERE m.key = ? ${free}`)
  }

  append(operation: AppendMessage, turn: Turn): AppendMessageResult {
    const queue = this.#queues.open(operation.queue)
    const { nowMs } = turn
    const { dedupe, body, visibleAtMs = 0, expiresAtMs = null, trace = null } = operation
    const earlier = dedupe && this.#dedupe.get(queue.id, dedupe.key, nowMs)
    if (earlier) return { sequence: earlier[0], duplicate: true, timestampMs: nowMs }
    const state = visibleAtMs > nowMs ? scheduled : ready
    const dueAtMs = state === scheduled ? visibleAtMs : expiresAtMs
    const group = operation.group ?? null
    const key = this.#table.nextKey(queue)
    const sequence = sequenceOf(key)
    const { properties } = operation
    this.#insert.run(
      key,
      queue.id,
      state,
      dueAtMs,
      group,
      sequence,
      nowMs,
      expiresAtMs,
      properties,
      trace,
      body,
    )
    if (dedupe) {
      this.#setDedupe.run(queue.id, dedupe.key, dedupe.untilMs, sequence)
      this.#touched.sweepAt(dedupe.untilMs)
    }
    this.#queues.count(queue, state, 1)
    queue.bodyBytes += byteLength(body)
    if (dueAtMs !== null) this.#table.comesDue(queue, dueAtMs)
    if (group === null) queue.head.add(key)
    this.#touched.queues.add(queue.name)
    return { sequence, duplicate: false, timestampMs: nowMs }
  }

  claim(operation: ClaimMessages, turn: Turn): ClaimMessagesResult {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined || !operation.group, 'lease', turn)
    if (!queue) return { messages: [] }
    this.#due.apply(queue, operation.rules, turn.nowMs)
    const lease = this.#newLease(queue, operation, turn)
    const rows = this.#free.find(queue, operation, turn.nowMs)
    return { messages: this.#give(queue, rows, { lease, operation }) }
  }

  claimParked(operation: ClaimParkedMessage, turn: Turn): ClaimMessagesResult {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined || !operation.group, 'lease', turn)
    if (!queue) return { messages: [] }
    this.#due.apply(queue, undefined, turn.nowMs)
    const lease = this.#newLease(queue, operation, turn)
    const key = clusterKey(queue.id, operation.sequence)
    const [, state, , expiresAtMs = null, group = null] = this.#head.get(key) ?? []
    const isExpired = expiresAtMs !== null && expiresAtMs <= turn.nowMs
    const isFree = state === parked || (state === ready && !isExpired)
    if (!isFree || (group !== null && group !== operation.group?.key)) return { messages: [] }
    return { messages: this.#give(queue, this.#numbered.all(key), { lease, operation }) }
  }

  settle(operation: SettleMessage, turn: Turn): undefined {
    const { queue, ...held } = this.#heldLease(operation, turn)
    if (operation.outcome.kind === 'remove') {
      // By far the most frequent outcome, and mostly the whole of a claim at once.
      const bodyBytes = this.#leases.take(held, turn.nowMs)
      if (bodyBytes !== undefined) {
        this.#table.removeSoon(queue, held.key, bodyBytes)
        return
      }
    }
    this.#table.flush()
    const message = this.#leasedMessage(queue, held, turn)
    this.#settleAs(queue, message, { operation, nowMs: turn.nowMs })
  }

  renew(operation: RenewMessage, turn: Turn): undefined {
    const { queue, ...held } = this.#heldLease(operation, turn)
    const { untilMs } = operation
    const renewed = this.#leases.renew(held, { untilMs, nowMs: turn.nowMs })
    expectThat(renewed, 'lease', turn)
    this.#table.comesDue(queue, untilMs)
  }

  cancel(operation: CancelMessage, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined, 'present', turn)
    const key = clusterKey(queue.id, operation.sequence)
    const row = this.#head.get(key)
    expectThat(row?.[1] === scheduled, 'present', turn)
    this.#table.remove(queue, { key, state: scheduled, isLeased: false })
  }

  sweep(operation: SweepQueue, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    if (queue) this.#due.apply(queue, operation.rules, turn.nowMs)
  }

  drop(operation: DropQueue, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    if (!queue) return
    this.#queues.drop(queue)
    this.#touched.sweepAt(turn.nowMs)
    this.#touched.queues.add(queue.name)
  }

  #newLease(queue: Queue, operation: ClaimMessages | ClaimParkedMessage, turn: Turn): NewLease {
    const { group, owner = null, untilMs } = operation
    const lease = newLease()
    if (!group) {
      this.#table.comesDue(queue, untilMs)
      return { lease, owner, untilMs, groupToken: null }
    }
    const held = { group: group.key, token: group.token, nowMs: turn.nowMs }
    const groupUntilMs = this.#groups.untilMs(queue, held)
    expectThat(groupUntilMs !== undefined, 'lease', turn)
    return { lease, owner, untilMs: groupUntilMs, groupToken: group.token }
  }

  #give(
    queue: Queue,
    rows: readonly MessageRow[],
    how: { readonly lease: NewLease; readonly operation: ClaimMessages | ClaimParkedMessage },
  ): readonly ClaimedMessage[] {
    const { lease, operation } = how
    return operation.remove
      ? rows.map((row) => this.#giveForGood(queue, row))
      : this.#giveLeased(queue, rows, lease)
  }

  #giveForGood(queue: Queue, row: MessageRow): ClaimedMessage {
    const [key, state] = row
    this.#table.remove(queue, { key, state, isLeased: false })
    const message = toStoredMessage(queue.name, row, { attempts: row[3] + 1, untilMs: null })
    return Object.assign(message, { token: '' })
  }

  #giveLeased(
    queue: Queue,
    rows: readonly MessageRow[],
    lease: NewLease,
  ): readonly ClaimedMessage[] {
    this.#leases.give(
      rows.map((row) => ({ key: row[0], attempts: row[3] + 1, bodyBytes: byteLength(row[11]) })),
      lease,
    )
    this.#queues.count(queue, leased, rows.length)
    for (const [, state] of rows) this.#queues.count(queue, state, -1)
    return rows.map((row) => {
      const attempts = row[3] + 1
      const message = toStoredMessage(queue.name, row, { attempts, untilMs: lease.untilMs })
      return Object.assign(message, { token: tokenOf(lease.lease, message.sequence) })
    })
  }

  #heldLease(
    operation: SettleMessage | RenewMessage,
    turn: Turn,
  ): HeldLease & { readonly queue: Queue } {
    const queue = this.#queues.find(operation.queue)
    const lease = leaseOf(operation.token, operation.sequence)
    expectThat(queue !== undefined && lease !== undefined, 'lease', turn)
    return { queue, lease, key: clusterKey(queue.id, operation.sequence) }
  }

  #leasedMessage(queue: Queue, held: HeldLease, turn: Turn): MessageHead {
    const found = this.#leases.find(held)
    expectThat(found !== undefined, 'lease', turn)
    const { message, dueAtMs, groupLease } = found
    if (message.group === null || groupLease === null) {
      expectThat(dueAtMs !== null && dueAtMs > turn.nowMs, 'lease', turn)
      return message
    }
    const groupLeaseHeld = { group: message.group, token: groupLease, nowMs: turn.nowMs }
    expectThat(this.#groups.untilMs(queue, groupLeaseHeld) !== undefined, 'lease', turn)
    return message
  }

  #settleAs(
    queue: Queue,
    message: MessageHead,
    how: { readonly operation: SettleMessage; readonly nowMs: number },
  ): void {
    const { nowMs } = how
    const { outcome, rules } = how.operation
    switch (outcome.kind) {
      case 'remove':
        return this.#table.remove(queue, message)
      case 'release': {
        const { properties, visibleAtMs } = outcome
        return this.#due.endLease(queue, message, { rules, nowMs, properties, visibleAtMs })
      }
      case 'park': {
        const { properties } = outcome
        return this.#table.giveBack(queue, message, { state: parked, dueAtMs: null, properties })
      }
      case 'move': {
        const { move, properties } = outcome
        return this.#table.move(queue, message, { move, nowMs, properties })
      }
    }
  }
}

function byteLength(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
}
