import type { BrowseQuery, QueueCounts, StoredGroup, StoredMessage } from '../messages.ts'
import { clusterEnd, clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { messageColumns, toStoredMessage, type MessageRow } from './message-row.ts'
import { leased, parked, ready, scheduled } from './queues.ts'

type LeasedMessageRow = [...MessageRow, leaseUntilMs: number | null]
type CountsRow = [number, number, number, number, number]
type GroupRow = [name: string, state: Uint8Array | null, leaseUntilMs: number | null]

const columns =
  `${messageColumns}, CASE WHEN group_lease IS NULL THEN due_at ELSE ` +
  '(SELECT g.lease_until FROM groups g WHERE g.queue = messages.queue ' +
  'AND g.name = messages.group_key AND g.token = messages.group_lease) END'

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

  constructor(connection: Connection) {
    this.#queue = connection.prepare('SELECT id FROM queues WHERE name = ? AND dropped = 0')
    this.#message = connection.prepare(`SELECT ${columns} FROM messages WHERE key = ?`)
    this.#browse = connection.prepare(
      `SELECT ${columns} FROM messages WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
    )
    this.#browseGroup = connection.prepare(
      `SELECT ${columns} FROM messages WHERE key >= ? AND key < ? AND queue = ? ` +
        'AND group_key = ? ORDER BY key LIMIT ?',
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
    this.#nextDue = connection.prepare(
      'SELECT min(due_at) FROM messages WHERE queue = ? AND state = ? AND due_at IS NOT NULL',
    )
    this.#nextGroupDue = connection.prepare(
      'SELECT min(lease_until) FROM groups WHERE queue = ? AND lease_until IS NOT NULL',
    )
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
    let dueMs = this.#nextGroupDue.get(id)?.[0] ?? Infinity
    for (const state of [ready, leased, scheduled, parked]) {
      dueMs = Math.min(dueMs, this.#nextDue.get(id, state)?.[0] ?? Infinity)
    }
    return dueMs === Infinity ? undefined : dueMs
  }

  #idOf(queue: string): number | undefined {
    return this.#queue.get(queue)?.[0]
  }
}

function toMessage(queue: string, row: LeasedMessageRow): StoredMessage {
  const [key, state, dueAtMs, attempts, original, enqueuedMs, expiresAtMs] = row
  const [, , , , , , , properties, note, trace, group, body, leaseUntilMs] = row
  const times = [enqueuedMs, expiresAtMs] as const
  const texts = [properties, note, trace, group, body] as const
  return toStoredMessage(
    queue,
    [key, state, dueAtMs, attempts, original, ...times, ...texts],
    leaseUntilMs,
  )
}

function toGroup(row: GroupRow): StoredGroup {
  const [group, state, leaseUntilMs] = row
  return {
    group,
    ...(state === null ? {} : { state }),
    ...(leaseUntilMs === null ? {} : { leaseUntilMs }),
  }
}
