import { newUuid } from '../../base/ids.ts'
import type {
  ClaimGroup,
  ClaimGroupResult,
  ReleaseGroup,
  ReleaseOwner,
  RenewGroup,
  SetGroupState,
} from '../messages.ts'
import type { Connection, Statement } from './connection.ts'
import type { DueMessages } from './due-messages.ts'
import type { LeaseTable } from './lease-table.ts'
import type { MessageTable } from './message-table.ts'
import type { Queue, Queues } from './queues.ts'
import type { Touched } from './touched.ts'
import { expectThat, type Turn } from './turn.ts'

// Steps from group to group through the index, so that its cost is by groups and not by messages.
const oldestFreeGroup = `
WITH RECURSIVE names (name) AS (
  SELECT min(group_key) FROM messages WHERE queue = ? AND group_key IS NOT NULL
  UNION ALL
  SELECT (SELECT min(group_key) FROM messages WHERE queue = ? AND group_key > names.name)
  FROM names WHERE names.name IS NOT NULL
)
SELECT name, (
  SELECT key FROM messages
  WHERE queue = ? AND group_key = names.name AND state = 0 AND (expires_at IS NULL OR expires_at > ?)
  ORDER BY key LIMIT 1
) AS first
FROM names
WHERE first IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM groups g WHERE g.queue = ? AND g.name = names.name AND g.lease_until > ?
)
ORDER BY first LIMIT 1`

/** Applies the operations on groups and owners. All of it survives a crash. */
export class GroupWriter {
  readonly #queues: Queues
  readonly #table: MessageTable
  readonly #due: DueMessages
  readonly #leases: LeaseTable
  readonly #touched: Touched

  readonly #oldestFree: Statement<[name: string]>
  readonly #holder: Statement<[leaseUntilMs: number | null, state: Uint8Array | null]>
  readonly #lease: Statement<[]>
  readonly #renew: Statement<[]>
  readonly #held: Statement<[number]>
  readonly #setState: Statement<[]>
  readonly #ownedGroups: {
    readonly of: Statement<[queue: string, name: string]>
    readonly except: Statement<[queue: string, name: string]>
  }

  constructor(
    connection: Connection,
    parts: {
      readonly queues: Queues
      readonly table: MessageTable
      readonly due: DueMessages
      readonly leases: LeaseTable
      readonly touched: Touched
    },
  ) {
    this.#queues = parts.queues
    this.#table = parts.table
    this.#due = parts.due
    this.#leases = parts.leases
    this.#touched = parts.touched
    this.#oldestFree = connection.prepare(oldestFreeGroup)
    this.#holder = connection.prepare(
      'SELECT lease_until, state FROM groups WHERE queue = ? AND name = ?',
    )
    this.#lease = connection.prepare(
      'INSERT INTO groups (queue, name, token, lease_until, owner) VALUES (?, ?, ?, ?, ?) ' +
        'ON CONFLICT DO UPDATE SET token = excluded.token, lease_until = excluded.lease_until, ' +
        'owner = excluded.owner',
    )
    const heldSql = 'WHERE queue = ? AND name = ? AND token = ? AND lease_until > ?'
    this.#renew = connection.prepare(`UPDATE groups SET lease_until = ? ${heldSql}`)
    this.#held = connection.prepare(`SELECT 1 FROM groups ${heldSql}`)
    this.#setState = connection.prepare(`UPDATE groups SET state = ? ${heldSql}`)
    const ownedGroups =
      'SELECT q.name, g.name FROM queues q JOIN groups g ON g.queue = q.id ' +
      'AND g.lease_until IS NOT NULL WHERE q.dropped = 0 AND g.owner'
    this.#ownedGroups = {
      of: connection.prepare(`${ownedGroups} = ?`),
      except: connection.prepare(`${ownedGroups} <> ?`),
    }
  }

  claim(operation: ClaimGroup, turn: Turn): ClaimGroupResult {
    const { nowMs } = turn
    const known = this.#queues.find(operation.queue)
    if (known) this.#due.apply(known, undefined, nowMs)
    const group = operation.group ?? (known && this.#findFree(known, nowMs))
    if (group === undefined) return {}
    const [heldUntilMs, state] = (known && this.#holder.get(known.id, group)) ?? [null, null]
    expectThat(heldUntilMs === null || heldUntilMs <= nowMs, 'lease', turn)
    const queue = known ?? this.#queues.open(operation.queue)
    const token = newUuid()
    this.#lease.run(queue.id, group, token, operation.untilMs, operation.owner ?? null)
    this.#table.comesDue(queue, operation.untilMs)
    return { claimed: state === null ? { group, token } : { group, token, state } }
  }

  renew(operation: RenewGroup, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined, 'lease', turn)
    const held = [queue.id, operation.group, operation.token, turn.nowMs] as const
    expectThat(this.#renew.run(operation.untilMs, ...held) === 1, 'lease', turn)
    this.#table.comesDue(queue, operation.untilMs)
  }

  release(operation: ReleaseGroup, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined, 'lease', turn)
    const held = [queue.id, operation.group, operation.token, turn.nowMs] as const
    expectThat(this.#held.get(...held) !== undefined, 'lease', turn)
    this.#due.endGroup(queue, operation.group, { nowMs: turn.nowMs })
    this.#touched.queues.add(queue.name)
  }

  setState(operation: SetGroupState, turn: Turn): undefined {
    const queue = this.#queues.find(operation.queue)
    expectThat(queue !== undefined, 'lease', turn)
    const held = [queue.id, operation.group, operation.token, turn.nowMs] as const
    expectThat(this.#setState.run(operation.state ?? null, ...held) === 1, 'lease', turn)
  }

  releaseOwner(operation: ReleaseOwner, turn: Turn): undefined {
    const { nowMs } = turn
    const which = operation.except === true ? 'except' : 'of'
    for (const [name, group] of this.#ownedGroups[which].all(operation.owner)) {
      const queue = this.#queues.find(name)
      if (queue) this.#due.endGroup(queue, group, { nowMs, forgetAttempt: true })
      this.#touched.queues.add(name)
    }
    for (const { queue: name, message } of this.#leases.owned(operation.owner, which)) {
      const queue = this.#queues.find(name)
      if (queue) this.#due.forgetLease(queue, message)
    }
  }

  #findFree(queue: Queue, nowMs: number): string | undefined {
    const { id } = queue
    return this.#oldestFree.get(id, id, id, nowMs, id, nowMs)?.[0]
  }
}
