import { clusterEnd, clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { leasedHeadColumns, toLeasedHead, type HeadRow, type MessageHead } from './message-head.ts'
import { nextDueSql } from './next-due.ts'
import type { Queue } from './queues.ts'

/** A lease about to be given. */
export interface NewLease {
  readonly lease: string
  readonly untilMs: number
  readonly owner: string | null
  /** Set where the lease is the group's: then the message itself does not come due. */
  readonly groupToken: string | null
}

/** A lease on one message, as its holder's token names it. */
export interface HeldLease {
  readonly key: number
  readonly lease: string
}

type FoundRow = readonly [...HeadRow, dueAtMs: number | null, groupLease: string | null]
type OwnedRow = readonly [...HeadRow, queue: string]

const joined = 'FROM leases l JOIN messages m ON m.key = l.key'

/**
 * Who holds which message, until when. A table of its own with short rows, so that a claim does not write
 * the pages of the messages that it gives. All of it survives a crash.
 */
export class LeaseTable {
  readonly #give: Statement<[]>
  readonly #take: Statement<[]>
  readonly #end: Statement<[]>
  readonly #renew: Statement<[]>
  readonly #find: Statement<FoundRow>
  readonly #ended: Statement<HeadRow>
  readonly #ofGroup: Statement<HeadRow>
  readonly #earliest: Statement<[dueAtMs: number | null]>
  readonly #owned: { readonly of: Statement<OwnedRow>; readonly except: Statement<OwnedRow> }

  constructor(connection: Connection) {
    const held = 'key = ? AND lease = ? AND due_at > ?'
    this.#give = connection.prepare('INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?)')
    this.#take = connection.prepare(`DELETE FROM leases WHERE ${held}`)
    this.#end = connection.prepare('DELETE FROM leases WHERE key = ?')
    this.#renew = connection.prepare(`UPDATE leases SET due_at = ? WHERE ${held}`)
    this.#find = connection.prepare(
      `SELECT ${leasedHeadColumns}, l.due_at, l.group_lease ${joined} WHERE l.key = ? AND l.lease = ?`,
    )
    this.#ended = connection.prepare(
      `SELECT ${leasedHeadColumns} ${joined} ` +
        'WHERE l.key >= ? AND l.key < ? AND l.due_at <= ? ORDER BY l.key LIMIT ?',
    )
    this.#ofGroup = connection.prepare(
      `SELECT ${leasedHeadColumns} ${joined} WHERE l.group_lease = ?`,
    )
    this.#earliest = connection.prepare(nextDueSql.lease)
    const owned =
      `SELECT ${leasedHeadColumns}, q.name ${joined} JOIN queues q ON q.id = m.queue ` +
      'WHERE q.dropped = 0 AND l.group_lease IS NULL AND l.owner'
    this.#owned = {
      of: connection.prepare(`${owned} = ?`),
      except: connection.prepare(`${owned} <> ?`),
    }
  }

  /** `attempts` counts this lease. */
  give(key: number, attempts: number, by: NewLease): void {
    const dueAtMs = by.groupToken === null ? by.untilMs : null
    this.#give.run(key, dueAtMs, attempts, by.lease, by.owner, by.groupToken)
  }

  /** Ends a lease of its own if it is the one that is held and has not run out. */
  take(held: HeldLease, nowMs: number): boolean {
    return this.#take.run(held.key, held.lease, nowMs) === 1
  }

  end(key: number): void {
    this.#end.run(key)
  }

  renew(held: HeldLease, until: { readonly untilMs: number; readonly nowMs: number }): boolean {
    return this.#renew.run(until.untilMs, held.key, held.lease, until.nowMs) === 1
  }

  /** The message under a lease, and what the lease depends on: its own end or its group's. */
  find(held: HeldLease):
    | {
        readonly message: MessageHead
        readonly dueAtMs: number | null
        readonly groupLease: string | null
      }
    | undefined {
    const row = this.#find.get(held.key, held.lease)
    if (!row) return undefined
    const [key, state, attempts, expiresAtMs, group, dueAtMs, groupLease] = row
    return {
      message: toLeasedHead([key, state, attempts, expiresAtMs, group]),
      dueAtMs,
      groupLease,
    }
  }

  /** Messages whose lease has run out. */
  ended(
    queue: Queue,
    by: { readonly nowMs: number; readonly limit: number },
  ): readonly MessageHead[] {
    const from = clusterKey(queue.id, 0)
    return this.#ended.all(from, clusterEnd(queue.id), by.nowMs, by.limit).map(toLeasedHead)
  }

  ofGroup(token: string): readonly MessageHead[] {
    return this.#ofGroup.all(token).map(toLeasedHead)
  }

  /** When the first lease of a queue ends. */
  earliest(queue: number): number {
    return this.#earliest.get(clusterKey(queue, 0), clusterEnd(queue))?.[0] ?? Infinity
  }

  /** Messages that an owner, or every other one, holds; without those that a group's lease covers. */
  *owned(
    owner: string,
    which: 'of' | 'except',
  ): Generator<{ readonly queue: string; readonly message: MessageHead }> {
    for (const row of this.#owned[which].all(owner)) {
      const [key, state, attempts, expiresAtMs, group, queue] = row
      yield { queue, message: toLeasedHead([key, state, attempts, expiresAtMs, group]) }
    }
  }
}
