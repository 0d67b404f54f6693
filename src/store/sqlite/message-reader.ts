import type { BrowseQuery, QueueCounts, StoredGroup, StoredMessage } from '../messages.ts'
import { clusterEnd, clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { messageColumns, toStoredMessage, type MessageRow } from './message-row.ts'
import { nextDueSql } from './next-due.ts'
import { parked, ready, scheduled } from './queues.ts'

type LeasedMessageRow = readonly [
  ...MessageRow,
  attempts: number | null,
  leaseUntilMs: number | null,
]
type CountsRow = [number, number, number, number, number]
type GroupRow = [name: string, state: Uint8Array | null, leaseUntilMs: number | null]

const select =
  `SELECT ${messageColumns}, l.attempts, CASE WHEN l.group_lease IS NULL THEN l.due_at ELSE ` +
  '(SELECT g.lease_until FROM groups g WHERE g.queue = m.queue AND g.name = m.group_key ' +
  'AND g.token = l.group_lease) END FROM messages m LEFT JOIN leases l ON l.key = m.key'

/** Reads messages and groups, as the last commit left them. */
export class MessageReader {
  readonly #queue: Statement<[id: number]>
  readonly #message: Statement<LeasedMessageRow>
  readonly #browse: Statement<LeasedMessageRow>
  readonly #browseGroup: Statement<LeasedMessageRow>
  readonly #counts: Statement<CountsRow>
  readonly #groups: Statement<GroupRow>
  readonly #group: Statement<GroupRow>
  readonly #nextDue: Statement<[dueAtMs: number | null]>
  readonly #nextGroupDue: Statement<[dueAtMs: number | null]>
  readonly #nextLeaseEnd: Statement<[dueAtMs: number | null]>

  constructor(connection: Connection) {
    this.#queue = connection.prepare('SELECT id FROM queues WHERE name = ? AND dropped = 0')
    this.#message = connection.prepare(`${select} WHERE m.key = ?`)
    this.#browse = connection.prepare(
      `${select} WHERE m.key >= ? AND m.key < ? ORDER BY m.key LIMIT ?`,
    )
    this.#browseGroup = connection.prepare(
      `${select} WHERE m.key >= ? AND m.key < ? AND m.queue = ? AND m.group_key = ? ` +
        'ORDER BY m.key LIMIT ?',
    )
    this.#counts = connection.prepare(
      'SELECT ready, leased, scheduled, parked, body_bytes FROM queues WHERE name = ? AND dropped = 0',
    )
    this.#groups = connection.prepare(
      'SELECT name, state, lease_until FROM groups WHERE queue = ? ' +
        'UNION ALL SELECT DISTINCT group_key, NULL, NULL FROM messages m WHERE queue = ? ' +
        'AND group_key IS NOT NULL AND NOT EXISTS ' +
        '(SELECT 1 FROM groups g WHERE g.queue = m.queue AND g.name = m.group_key) ORDER BY 1',
    )
    this.#group = connection.prepare(
      'SELECT name, state, lease_until FROM groups WHERE queue = ? AND name = ? ' +
        'UNION ALL SELECT group_key, NULL, NULL FROM messages WHERE queue = ? AND group_key = ? LIMIT 1',
    )
    this.#nextDue = connection.prepare(nextDueSql.message)
    this.#nextGroupDue = connection.prepare(nextDueSql.group)
    this.#nextLeaseEnd = connection.prepare(nextDueSql.lease)
  }

  get(queue: string, sequence: number): StoredMessage | undefined {
    const id = this.#idOf(queue)
    const row = id === undefined ? undefined : this.#message.get(clusterKey(id, sequence))
    return row && toMessage(queue, row)
  }

  browse(query: BrowseQuery): readonly StoredMessage[] {
    const id = this.#idOf(query.queue)
    if (id === undefined) return []
    const from = clusterKey(id, Math.max(query.from, 0))
    const end = clusterEnd(id)
    const rows =
      query.group === undefined
        ? this.#browse.all(from, end, query.limit)
        : this.#browseGroup.all(from, end, id, query.group, query.limit)
    return rows.map((row) => toMessage(query.queue, row))
  }

  counts(queue: string): QueueCounts {
    const row = this.#counts.get(queue) ?? [0, 0, 0, 0, 0]
    return { ready: row[0], leased: row[1], scheduled: row[2], parked: row[3], bodyBytes: row[4] }
  }

  groups(queue: string): readonly StoredGroup[] {
    const id = this.#idOf(queue)
    return id === undefined ? [] : this.#groups.all(id, id).map(toGroup)
  }

  group(queue: string, group: string): StoredGroup | undefined {
    const id = this.#idOf(queue)
    const row = id === undefined ? undefined : this.#group.get(id, group, id, group)
    return row && toGroup(row)
  }

  nextDue(queue: string): number | undefined {
    const id = this.#idOf(queue)
    if (id === undefined) return undefined
    const dues = [ready, scheduled, parked].map((state) => this.#nextDue.get(id, state))
    const others = [
      this.#nextGroupDue.get(id),
      this.#nextLeaseEnd.get(clusterKey(id, 0), clusterEnd(id)),
    ]
    const dueMs = Math.min(...[...dues, ...others].map((row) => row?.[0] ?? Infinity))
    return dueMs === Infinity ? undefined : dueMs
  }

  #idOf(queue: string): number | undefined {
    return this.#queue.get(queue)?.[0]
  }
}

function toMessage(queue: string, row: LeasedMessageRow): StoredMessage {
  const [key, state, dueAtMs, attempts, original, enqueuedMs, expiresAtMs] = row
  const [, , , , , , , properties, note, trace, group, body, leaseAttempts, untilMs] = row
  const times = [enqueuedMs, expiresAtMs] as const
  const texts = [properties, note, trace, group, body] as const
  const message = [key, state, dueAtMs, attempts, original, ...times, ...texts] as const
  const lease = leaseAttempts === null ? undefined : { attempts: leaseAttempts, untilMs }
  return toStoredMessage(queue, message, lease)
}

function toGroup(row: GroupRow): StoredGroup {
  const [group, state, leaseUntilMs] = row
  return {
    group,
    ...(state === null ? {} : { state }),
    ...(leaseUntilMs === null ? {} : { leaseUntilMs }),
  }
}
