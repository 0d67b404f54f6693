import { clusterKey, freeIdSql } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { ReadyHead } from './ready-head.ts'

/** States of a message as the table keeps them. */
export const ready = 0
export const leased = 1
export const scheduled = 2
export const parked = 3
export type State = 0 | 1 | 2 | 3

/** What the writer knows of a queue. The counts and the next sequence number are in the table, too. */
export interface Queue {
  readonly id: number
  readonly name: string
  nextSequence: number
  /** Messages by state. */
  counts: [ready: number, leased: number, scheduled: number, parked: number]
  bodyBytes: number
  readonly head: ReadyHead
  /** Nothing of the queue comes due before this. */
  dueMs: number
}

type QueueRow = [number, number, number, number, number, number, number]
type Saved = Pick<Queue, 'nextSequence' | 'counts' | 'bodyBytes'>

/** The queues by name: a cache of their table, written back once for all that a transaction did. */
export class Queues {
  readonly #byName = new Map<string, Queue>()
  readonly #dirty = new Set<Queue>()
  readonly #created: string[] = []
  #saved: Map<Queue, Saved> | undefined

  readonly #select: Statement<QueueRow>
  readonly #insert: Statement<[id: number]>
  readonly #update: Statement<[]>
  readonly #drop: Statement<[]>

  constructor(connection: Connection) {
    this.#select = connection.prepare(
      'SELECT id, next_sequence, ready, leased, scheduled, parked, body_bytes ' +
        'FROM queues WHERE name = ? AND dropped = 0',
    )
    this.#insert = connection.prepare(
      `INSERT INTO queues VALUES ((${freeIdSql('queues')}), ?, 0, 1, 0, 0, 0, 0, 0) RETURNING id`,
    )
    this.#update = connection.prepare(
      'UPDATE queues SET next_sequence = ?, ready = ?, leased = ?, scheduled = ?, parked = ?, ' +
        'body_bytes = ? WHERE id = ?',
    )
    this.#drop = connection.prepare('UPDATE queues SET dropped = 1 WHERE id = ?')
  }

  find(name: string): Queue | undefined {
    const known = this.#byName.get(name) ?? this.#load(name)
    if (known && this.#saved) this.#save(known, this.#saved)
    return known
  }

  open(name: string): Queue {
    const known = this.find(name)
    if (known) return known
    const [id] = this.#insert.get(name) ?? [0]
    this.#created.push(name)
    return this.#keep(name, [id, 1, 0, 0, 0, 0, 0])
  }

  drop(queue: Queue): void {
    this.#drop.run(queue.id)
    this.#byName.delete(queue.name)
    this.#dirty.delete(queue)
  }

  /** Messages enter a state (positive) or leave it (negative). */
  count(queue: Queue, state: State, change: number): void {
    queue.counts[state] += change
    this.#dirty.add(queue)
  }

  /** From here on `restore` takes back what changed. */
  mark(): void {
    this.#created.length = 0
    this.#saved = new Map()
  }

  /** What changed since `mark` stays. */
  unmark(): void {
    this.#saved = undefined
  }

  restore(): void {
    for (const name of this.#created) this.#forgetCreated(name)
    for (const [queue, saved] of this.#saved ?? []) {
      Object.assign(queue, saved)
      queue.head.restart(clusterKey(queue.id, 0))
      queue.dueMs = 0
      this.#byName.set(queue.name, queue)
      this.#dirty.add(queue)
    }
    this.#saved = undefined
  }

  flush(): void {
    for (const queue of this.#dirty) {
      this.#update.run(queue.nextSequence, ...queue.counts, queue.bodyBytes, queue.id)
    }
    this.#dirty.clear()
  }

  /** Reads everything again, after a transaction was rolled back. */
  forget(): void {
    this.#byName.clear()
    this.#dirty.clear()
    this.#saved = undefined
  }

  #load(name: string): Queue | undefined {
    const row = this.#select.get(name)
    return row && this.#keep(name, row)
  }

  #keep(name: string, row: QueueRow): Queue {
    const [id, nextSequence, readyCount, leasedCount, scheduledCount, parkedCount, bodyBytes] = row
    const queue: Queue = {
      id,
      name,
      nextSequence,
      counts: [readyCount, leasedCount, scheduledCount, parkedCount],
      bodyBytes,
      head: new ReadyHead(clusterKey(id, 0)),
      dueMs: 0,
    }
    this.#byName.set(name, queue)
    return queue
  }

  #save(queue: Queue, saved: Map<Queue, Saved>): void {
    if (saved.has(queue) || this.#created.includes(queue.name)) return
    saved.set(queue, {
      nextSequence: queue.nextSequence,
      counts: [...queue.counts],
      bodyBytes: queue.bodyBytes,
    })
  }

  #forgetCreated(name: string): void {
    const queue = this.#byName.get(name)
    if (queue) this.#dirty.delete(queue)
    this.#byName.delete(name)
  }
}
