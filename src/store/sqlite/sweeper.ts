import { sweptRowsMax } from '../limits.ts'
import type { BodyIndexes } from './body-indexes.ts'
import { clusterEnd, clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'

/**
 * Removes in small turns what nobody sees any more: the rows of dropped collections and queues, expired
 * documents and counters, remembered dedupe keys. A crash in between only leaves the rest for later.
 */
export class Sweeper {
  readonly #connection: Connection
  readonly #indexes: BodyIndexes
  readonly #droppedCollections: Statement<[id: number]>
  readonly #droppedQueues: Statement<[id: number]>
  readonly #expiring: Statement<[collection: number, expiresAtMs: number]>
  readonly #nextDedupeEnd: Statement<[until: number | null]>
  readonly #nextCounterEnd: Statement<[expiresAtMs: number | null]>

  constructor(connection: Connection, indexes: BodyIndexes) {
    this.#connection = connection
    this.#indexes = indexes
    this.#droppedCollections = connection.prepare('SELECT id FROM collections WHERE dropped = 1')
    this.#droppedQueues = connection.prepare('SELECT id FROM queues WHERE dropped = 1')
    this.#expiring = connection.prepare(
      'SELECT id, (SELECT min(expires_at) FROM documents d ' +
        'WHERE d.collection = c.id AND expires_at IS NOT NULL) AS first ' +
        'FROM collections c WHERE first IS NOT NULL',
    )
    this.#nextDedupeEnd = connection.prepare('SELECT min(until) FROM dedupe_keys')
    this.#nextCounterEnd = connection.prepare(
      'SELECT min(expires_at) FROM counters WHERE expires_at IS NOT NULL',
    )
  }

  /** Gives the time when there is something to remove again: now, where a turn was not enough. */
  sweep(nowMs: number): number {
    let left = sweptRowsMax
    for (const [id] of this.#droppedCollections.all()) left -= this.#sweepCollection(id, left)
    for (const [id] of this.#droppedQueues.all()) left -= this.#sweepQueue(id, left)
    for (const [id, firstMs] of this.#expiring.all()) {
      if (firstMs <= nowMs) left -= this.#sweepExpired(id, { nowMs, limit: left })
    }
    left -= this.#delete('dedupe_keys', 'queue, value', {
      where: 'until <= ?',
      values: [nowMs],
      limit: left,
    })
    left -= this.#delete('counters', 'collection, key', {
      where: 'expires_at <= ?',
      values: [nowMs],
      limit: left,
    })
    if (left <= 0) return nowMs
    const ends = this.#expiring.all().map(([, firstMs]) => firstMs)
    const dedupeEndMs = this.#nextDedupeEnd.get()?.[0] ?? Infinity
    const counterEndMs = this.#nextCounterEnd.get()?.[0] ?? Infinity
    return Math.min(dedupeEndMs, counterEndMs, ...ends)
  }

  #sweepCollection(id: number, limit: number): number {
    const from = clusterKey(id, 0)
    const values = [from, clusterEnd(id)]
    let rows = this.#delete('documents', 'key', { where: 'key >= ? AND key < ?', values, limit })
    const keyed = { where: 'collection = ?', values: [id] }
    rows += this.#delete('unique_keys', 'collection, partition, value', {
      ...keyed,
      limit: limit - rows,
    })
    if (rows >= limit) return rows
    this.#indexes.dropAll(id)
    this.#connection.exec(`DELETE FROM collections WHERE id = ${id}`)
    return rows
  }

  #sweepQueue(id: number, limit: number): number {
    const values = [clusterKey(id, 0), clusterEnd(id)]
    const inQueue = { where: 'key >= ? AND key < ?', values }
    let rows = this.#delete('messages', 'key', { ...inQueue, limit })
    rows += this.#delete('leases', 'key', { ...inQueue, limit: limit - rows })
    const keyed = { where: 'queue = ?', values: [id] }
    rows += this.#delete('groups', 'queue, name', { ...keyed, limit: limit - rows })
    rows += this.#delete('dedupe_keys', 'queue, value', { ...keyed, limit: limit - rows })
    if (rows < limit) this.#connection.exec(`DELETE FROM queues WHERE id = ${id}`)
    return rows
  }

  #sweepExpired(
    collection: number,
    what: { readonly nowMs: number; readonly limit: number },
  ): number {
    const where = 'collection = ? AND expires_at <= ?'
    const values = [collection, what.nowMs, Math.max(what.limit, 0)]
    this.#connection
      .prepareAgain(
        'DELETE FROM unique_keys WHERE (collection, partition, id) IN ' +
          `(SELECT collection, partition, id FROM documents WHERE ${where} ORDER BY expires_at, key LIMIT ?)`,
      )
      .run(...values)
    return this.#connection
      .prepareAgain(
        'DELETE FROM documents WHERE key IN ' +
          `(SELECT key FROM documents WHERE ${where} ORDER BY expires_at, key LIMIT ?)`,
      )
      .run(...values)
  }

  #delete(
    table: string,
    key: string,
    which: {
      readonly where: string
      readonly values: readonly number[]
      readonly limit: number
    },
  ): number {
    const { where, values, limit } = which
    const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ?)`
    return this.#connection.prepareAgain(sql).run(...values, Math.max(limit, 0))
  }
}
