import { dueMessagesMax } from '../limits.ts'
import type { ClaimMessages } from '../messages.ts'
import { clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { messageColumns, type MessageRow } from './message-row.ts'
import type { MessageTable } from './message-table.ts'
import type { Queue } from './queues.ts'

const freeSql =
  'm.state = 0 AND (m.expires_at IS NULL OR m.expires_at > ?) ' +
  'AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.key = m.key)'

/** Finds the messages that a claim is to give. */
export class FreeMessages {
  readonly #table: MessageTable
  readonly #atTail: Statement<MessageRow>
  readonly #returned: Statement<MessageRow>
  readonly #inGroup: Statement<MessageRow>

  constructor(connection: Connection, table: MessageTable) {
    this.#table = table
    const select = `SELECT ${messageColumns} FROM messages m WHERE`
    this.#atTail = connection.prepare(
      `${select} m.key >= ? AND m.key < ? AND m.group_key IS NULL AND ${freeSql} ` +
        'ORDER BY m.key LIMIT ?',
    )
    this.#returned = connection.prepare(`${select} m.key = ? AND ${freeSql}`)
    this.#inGroup = connection.prepare(
      `${select} m.queue = ? AND m.group_key = ? AND ${freeSql} ORDER BY m.key LIMIT ?`,
    )
  }

  /** Messages that were claimed too often already, under rules that have changed since, are moved. */
  find(queue: Queue, operation: ClaimMessages, nowMs: number): readonly MessageRow[] {
    const { attemptsMax = Infinity, exhausted: move = {} } = operation.rules
    for (let moved = 0; moved < dueMessagesMax;) {
      const rows = operation.group
        ? this.#inGroup.all(queue.id, operation.group.key, nowMs, operation.count)
        : this.#findUngrouped(queue, operation.count, nowMs)
      const exhausted = rows.filter(([, , , attempts]) => attempts >= attemptsMax)
      if (exhausted.length === 0) return rows
      for (const row of exhausted) this.#table.move(queue, toHead(row), { move, nowMs })
      queue.head.restart(...rows.map(([key]) => key))
      moved += exhausted.length
    }
    return []
  }

  #findUngrouped(queue: Queue, count: number, nowMs: number): readonly MessageRow[] {
    const { head } = queue
    const rows: MessageRow[] = []
    let looked = 0
    for (const key of head.returned) {
      if (rows.length === count) break
      looked += 1
      const row = this.#returned.get(key, nowMs)
      if (row) rows.push(row)
    }
    head.shift(looked)
    const missing = count - rows.length
    if (missing === 0) return rows
    const end = clusterKey(queue.id, queue.nextSequence)
    const atTail = this.#atTail.all(head.tail, end, nowMs, missing)
    const [lastKey = end] = atTail.at(-1) ?? []
    head.advance(atTail.length === missing ? lastKey + 1 : end)
    return rows.concat(atTail)
  }
}

function toHead(row: MessageRow) {
  const [key, state, , attempts, , , expiresAtMs, , , , group] = row
  return { key, state, isLeased: false, attempts, expiresAtMs, group }
}
