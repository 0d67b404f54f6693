import type { Connection, Statement } from './connection.ts'
import type { Queue } from './queues.ts'

/** Asks who holds a group. */
export class GroupLeases {
  readonly #until: Statement<[leaseUntilMs: number]>

  constructor(connection: Connection) {
    this.#until = connection.prepare(
      'SELECT lease_until FROM groups WHERE queue = ? AND name = ? AND token = ? AND lease_until > ?',
    )
  }

  /** When the lease of the group under this token ends, or `undefined` when there is no such lease. */
  untilMs(
    queue: Queue,
    lease: { readonly group: string; readonly token: string; readonly nowMs: number },
  ): number | undefined {
    return this.#until.get(queue.id, lease.group, lease.token, lease.nowMs)?.[0]
  }
}
