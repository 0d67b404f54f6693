import { clusterEnd, clusterKey } from './cluster-key.ts'
import { knownLeasesMax } from '../limits.ts'
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

/** A message that is given: how often, this time included, and how long its body is. */
export interface GivenMessage {
  readonly key: number
  readonly attempts: number
  readonly bodyBytes: number
}

interface KnownLease {
  readonly lease: string
  readonly bodyBytes: number
  untilMs: number
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
 * the pages of the messages that it gives. All of it survives a crash; those given since the start that
 * are not a group's are also in memory, so that most settlements need not look for them.
 */
export class LeaseTable {
  readonly #known = new Map<number, KnownLease>()
  readonly #give: Statement<[]>
  readonly #giveAll: Statement<[]>
  readonly #endAll: Statement<[]>
  readonly #renew: Statement<[]>
  readonly #find: Statement<FoundRow>
  readonly #ended: Statement<HeadRow>
  readonly #ofGroup: Statement<HeadRow>
  readonly #earliest: Statement<[dueAtMs: number | null]>
  readonly #owned: { readonly of: Statement<OwnedRow>; readonly except: Statement<OwnedRow> }

  constructor(connection: Connection) {
    const held = 'key = ? AND lease = ? AND due_at > ?'
    this.#give = connection.prepare('INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?)')
    this.#giveAll = connection.prepare(
      'INSERT INTO leases SELECT key, ?, attempts + 1, ?, ?, ? FROM messages WHERE key BETWEEN ? AND ?',
    )
    this.#endAll = connection.prepare('DELETE FROM leases WHERE key BETWEEN ? AND ?')
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

  /** Gives messages, in the order of their keys, under one lease. */
  give(messages: readonly GivenMessage[], by: NewLease): void {
    const { lease, owner, untilMs, groupToken } = by
    const dueAtMs = groupToken === null ? untilMs : null
    const [from = 0, to = 0] = [messages[0]?.key, messages.at(-1)?.key]
    if (to - from + 1 === messages.length) {
      // Messages that lie together, as most claims find them, take one statement.
      this.#giveAll.run(dueAtMs, lease, owner, groupToken, from, to)
    } else {
      for (const { key, attempts } of messages) {
        this.#give.run(key, dueAtMs, attempts, lease, owner, groupToken)
      }
    }
    if (groupToken !== null) return
    for (const { key, bodyBytes } of messages) {
      if (this.#known.size < knownLeasesMax) this.#known.set(key, { lease, bodyBytes, untilMs })
    }
  }

  /**
   * Takes a lease that is in memory and holds: its row is the caller's to remove. Gives the length of
   * the message's body, or nothing where only the table knows.
   */
  take(held: HeldLease, nowMs: number): number | undefined {
    const known = this.#known.get(held.key)
    if (!known || known.lease !== held.lease || known.untilMs <= nowMs) return undefined
    this.#known.delete(held.key)
    return known.bodyBytes
  }

  end(key: number): void {
    this.#known.delete(key)
    this.#endAll.run(key, key)
  }

  /** Removes the rows of leases that were taken, from one key to another. */
  endAll(from: number, to: number): void {
    this.#endAll.run(from, to)
  }

  renew(held: HeldLease, until: { readonly untilMs: number; readonly nowMs: number }): boolean {
    const renewed = this.#renew.run(until.untilMs, held.key, held.lease, until.nowMs) === 1
    const known = this.#known.get(held.key)
    if (renewed && known) known.untilMs = until.untilMs
    return renewed
  }

  /** Looks at the table again, after something was rolled back. */
  forget(): void {
    this.#known.clear()
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
