import type { Clock } from '../../base/clock.ts'
import type { Store } from '../../store/store.ts'
import { pollMs } from './limits.ts'

interface Parts {
  readonly store: Store
  readonly clock: Clock
}

/** False when a claim would surely find nothing: reading is cheap, an empty claim is a commit. */
export async function mayHaveReady({ store, clock }: Parts, queue: string): Promise<boolean> {
  const { ready } = await store.countMessages(queue)
  if (ready > 0) return true
  const dueMs = await store.nextDue(queue)
  return dueMs !== undefined && dueMs <= clock.now()
}

/** How long to wait for a commit before looking again all the same. */
export async function lookAgainMs({ store, clock }: Parts, queue: string): Promise<number> {
  const dueMs = await store.nextDue(queue)
  return Math.max(1, Math.min(pollMs, (dueMs ?? Infinity) - clock.now()))
}
