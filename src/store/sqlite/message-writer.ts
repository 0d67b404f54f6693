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
import type { GroupLeases } from './group-leases.ts'
import { leaseOf, newLease, tokenOf } from './lease-token.ts'
import { messageColumns, toStoredMessage, type MessageRow } from './message-row.ts'
import type { MessageHead, MessageTable } from './message-table.ts'
import { leased, parked, ready, scheduled, type Queue, type Queues, type State } from './queues.ts'
import type { Touched } from './touched.ts'
import { expectThat, type Turn } from './turn.ts'

type LeaseRow = [
  state: State,
  dueAtMs: number | null,
  attempts: number,
  home: State,
  expiresAtMs: number | null,
  lease: string | null,
  group: string | null,
  groupLease: string | null,
]

/** A lease about to be given. */
interface NewLease {
  readonly lease: string
  readonly untilMs: number
  readonly owner: string | null
  /** Set where the lease is the group's: then the message itself does not come due. */
  readonly groupToken: string | null
}

const claimSql =
  'UPDATE messages SET state = 1, attempts = attempts + 1, home = state, due_at = ?, lease = ?, ' +
  'owner = ?, group_lease = ? WHERE'
const givenSql = 'state = 0 AND (expires_at IS NULL OR expires_at > ?) AND attempts < ?'
const attemptsUnlimited = Number.MAX_SAFE_INTEGER

/** Applies the operations on messages. All of it survives a crash. */
export class MessageWriter {
  readonly #queues: Queues
  readonly #table: MessageTable
  readonly #due: DueMessages
  readonly #groups: GroupLeases
  readonly #touched: Touched

  readonly #insert: Statement<[]>
  readonly #dedupe: Statement<[sequence: number]>
  readonly #setDedupe: Statement<[]>
  readonly #claimAtTail: Statement<MessageRow>
  readonly #claimReturned: Statement<MessageRow>
  readonly #claimInGroup: Statement<MessageRow>
  readonly #claimOne: Statement<MessageRow>
  readonly #lease: Statement<LeaseRow>
  readonly #removeLeased: Statement<[bodyBytes: number]>
  readonly #renew: Statement<[]>

  constructor(
    connection: Connection,
    parts: {
      readonly queues: Queues
      readonly table: MessageTable
      readonly due: DueMessages
      readonly groups: GroupLeases
      readonly touched: Touched
    },
  ) {
    this.#queues = parts.queues
    this.#table = parts.table
    this.#due = parts.due
    this.#groups = parts.groups
    this.#touched = parts.touched
    this.#insert = connection.prepare(
      'INSERT INTO messages (key, queue, state, due_at, attempts, home, group_key, original, ' +
        'enqueued_at, expires_at, properties, trace, body) VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#dedupe = connection.prepare(
      'SELECT sequence FROM dedupe_keys WHERE queue = ? AND value = ? AND until > ?',
    )
    this.#setDedupe = connection.prepare('INSERT OR REPLACE INTO dedupe_keys VALUES (?, ?, ?, ?)')
    this.#claimAtTail = connection.prepare(
      `${claimSql} key IN (SELECT key FROM messages WHERE key >= ? AND key < ? AND ` +
        `group_key IS NULL AND ${givenSql} ORDER BY key LIMIT ?) RETURNING ${messageColumns}`,
    )
    this.#claimReturned = connection.prepare(
      `${claimSql} key = ? AND ${givenSql} RETURNING ${messageColumns}`,
    )
    this.#claimInGroup = connection.prepare(
      `${claimSql} key IN (SELECT key FROM messages WHERE queue = ? AND group_key = ? AND ` +
        `${givenSql} ORDER BY key LIMIT ?) RETURNING ${messageColumns}`,
    )
    this.#claimOne = connection.prepare(`${claimSql} key = ? RETURNING ${messageColumns}`)
    this.#lease = connection.prepare(
      'SELECT state, due_at, attempts, home, expires_at, lease, group_key, group_lease ' +
        'FROM messages WHERE key = ?',
    )
    const leasedSql = 'key = ? AND lease = ? AND state = 1 AND due_at > ? AND group_lease IS NULL'
    this.#removeLeased = connection.prepare(
      `DELETE FROM messages WHERE ${leasedSql} RETURNING octet_length(body)`,
    )
    this.#renew = connection.prepare(`UPDATE messages SET due_at = ? WHERE ${leasedSql}`)
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
    const times = [sequence, nowMs, expiresAtMs] as const
    this.#insert.run(
      key,
      queue.id,
      state,
      dueAtMs,
      group,
      ...times,
      operation.properties,
      trace,
      body,
    )
    if (dedupe) {
      this.#setDedupe.run(queue.id, dedupe.key, dedupe.untilMs, sequence)
      this.#touched.sweepAt(dedupe.untilMs)
    }
    this.#queues.count(queue, state, 1)
    queue.bodyBytes += typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
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
    const rows = operation.group
      ? this.#claimGrouped(queue, { ...operation, group: operation.group }, { lease, turn })
      : this.#claimUngrouped(queue, operation, { lease, turn })
    this.#queues.count(queue, ready, -rows.length)
    this.#queues.count(queue, leased, rows.length)
    return { messages: this.#give(queue, rows, { lease, remove: operation.remove === true }) }
  }

  claimParked(operation: ClaimParkedMessage, turn: Turn): ClaimMessagesResult {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined || !operation.group, 'lease', turn)
    if (!queue) return { messages: [] }
    this.#due.apply(queue, undefined, turn.nowMs)
    const lease = this.#newLease(queue, operation, turn)
    const key = clusterKey(queue.id, operation.sequence)
    const [state, , , , expiresAtMs, , group] = this.#lease.get(key) ?? []
    const isExpired = typeof expiresAtMs === 'number' && expiresAtMs <= turn.nowMs
    const isReady = state === ready && !isExpired
    if (!isReady && state !== parked) return { messages: [] }
    if (group !== null && group !== operation.group?.key) return { messages: [] }
    const row = this.#claimOne.get(...leaseValues(lease), key)
    this.#queues.count(queue, state, -1)
    this.#queues.count(queue, leased, 1)
    const rows = row ? [row] : []
    return { messages: this.#give(queue, rows, { lease, remove: operation.remove === true }) }
  }

  settle(operation: SettleMessage, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    const lease = leaseOf(operation.token, operation.sequence)
    expectThat(queue !== undefined && lease !== undefined, 'lease', turn)
    const key = clusterKey(queue.id, operation.sequence)
    if (operation.outcome.kind === 'remove') {
      // By far the most frequent: one statement, and the other way only where that finds nothing.
      const removed = this.#removeLeased.get(key, lease, turn.nowMs)
      if (removed) {
        this.#queues.count(queue, leased, -1)
        queue.bodyBytes -= removed[0]
        return
      }
    }
    const message = this.#leasedMessage(queue, { key, lease }, turn)
    this.#settleAs(queue, message, { operation, nowMs: turn.nowMs })
  }

  renew(operation: RenewMessage, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    const lease = leaseOf(operation.token, operation.sequence)
    expectThat(queue !== undefined && lease !== undefined, 'lease', turn)
    const key = clusterKey(queue.id, operation.sequence)
    const renewed = this.#renew.run(operation.untilMs, key, lease, turn.nowMs)
    expectThat(renewed === 1, 'lease', turn)
    this.#table.comesDue(queue, operation.untilMs)
  }

  cancel(operation: CancelMessage, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined, 'present', turn)
    const key = clusterKey(queue.id, operation.sequence)
    const [state, , attempts, home, expiresAtMs, , group] = this.#lease.get(key) ?? []
    expectThat(state === scheduled, 'present', turn)
    const message = { key, state, attempts, home, expiresAtMs, group }
    this.#table.remove(queue, message)
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

  #claimUngrouped(
    queue: Queue,
    operation: ClaimMessages,
    by: { readonly lease: NewLease; readonly turn: Turn },
  ): MessageRow[] {
    const { head } = queue
    const values = leaseValues(by.lease)
    const { attemptsMax = attemptsUnlimited } = operation.rules
    const given = [by.turn.nowMs, attemptsMax] as const
    const rows: MessageRow[] = []
    let looked = 0
    for (const key of head.returned) {
      if (rows.length === operation.count) break
      looked += 1
      const row = this.#claimReturned.get(...values, key, ...given)
      if (row) rows.push(row)
    }
    head.shift(looked)
    const missing = operation.count - rows.length
    if (missing === 0) return rows
    const end = clusterKey(queue.id, queue.nextSequence)
    const atTail = this.#claimAtTail.all(...values, head.tail, end, ...given, missing)
    const last = Math.max(...atTail.map(([key]) => key))
    head.advance(atTail.length === missing ? last + 1 : end)
    return rows.concat(atTail)
  }

  #claimGrouped(
    queue: Queue,
    operation: ClaimMessages & { readonly group: { readonly key: string } },
    by: { readonly lease: NewLease; readonly turn: Turn },
  ): readonly MessageRow[] {
    const { attemptsMax = attemptsUnlimited } = operation.rules
    const given = [by.turn.nowMs, attemptsMax] as const
    const values = leaseValues(by.lease)
    return this.#claimInGroup.all(
      ...values,
      queue.id,
      operation.group.key,
      ...given,
      operation.count,
    )
  }

  #give(
    queue: Queue,
    rows: readonly MessageRow[],
    how: { readonly lease: NewLease; readonly remove: boolean },
  ): readonly ClaimedMessage[] {
    const { lease, untilMs } = how.lease
    const inOrder = rows.toSorted(([one], [other]) => one - other)
    if (!how.remove) {
      return inOrder.map((row) => {
        const token = tokenOf(lease, sequenceOf(row[0]))
        return Object.assign(toStoredMessage(queue.name, row, untilMs), { token })
      })
    }
    for (const [key] of inOrder) this.#table.remove(queue, { key, state: leased })
    return inOrder.map((row) =>
      Object.assign(toStoredMessage(queue.name, row, null), { token: '' }),
    )
  }

  #leasedMessage(
    queue: Queue,
    at: { readonly key: number; readonly lease: string },
    turn: Turn,
  ): MessageHead {
    const row = this.#lease.get(at.key)
    expectThat(row !== undefined, 'lease', turn)
    const [state, dueAtMs, attempts, home, expiresAtMs, lease, group, groupLease] = row
    expectThat(state === leased && lease === at.lease, 'lease', turn)
    if (group === null || groupLease === null) {
      expectThat(dueAtMs !== null && dueAtMs > turn.nowMs, 'lease', turn)
    } else {
      const held = { group, token: groupLease, nowMs: turn.nowMs }
      expectThat(this.#groups.untilMs(queue, held) !== undefined, 'lease', turn)
    }
    return { key: at.key, state, attempts, home, expiresAtMs, group }
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

function leaseValues(lease: NewLease) {
  const dueAtMs = lease.groupToken === null ? lease.untilMs : null
  return [dueAtMs, lease.lease, lease.owner, lease.groupToken] as const
}
