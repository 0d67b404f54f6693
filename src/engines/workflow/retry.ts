import { randomFraction } from '../../base/ids.ts'
import type { ActionCall } from './action-call.ts'
import type { RetryRecord, WorkflowFault } from './action-record.ts'
import type { Clock } from '../../base/clock.ts'

/** How often and when an action is made again: https://learn.microsoft.com/azure/logic-apps/error-exception-handling#retry-policies */
export type RetryPolicy =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly count: number; readonly intervalMs: number }
  | {
      readonly kind: 'exponential'
      readonly count: number
      readonly intervalMs: number
      readonly minimumMs: number
      readonly maximumMs: number
    }

/** One attempt: what it came to, and whether it is worth another. */
export interface Attempt<T> {
  readonly value: T
  readonly code: string
  readonly error?: WorkflowFault
  readonly isTransient: boolean
  /** What the other side asked to wait: `Retry-After`. */
  readonly retryAfterMs?: number
}

/** Makes an attempt until one holds, or the policy gives up; what came before is told with the last. */
export async function withRetries<T>(
  options: {
    readonly policy: RetryPolicy
    readonly clock: Clock
    readonly call: Pick<ActionCall, 'signal'>
  },
  attempt: (number: number) => Promise<Attempt<T>>,
): Promise<{ readonly value: T; readonly retries?: readonly RetryRecord[] }> {
  const { policy, clock, call } = options
  const retries: RetryRecord[] = []
  for (let number = 0; ; number += 1) {
    const startMs = clock.preciseNow()
    const made = await attempt(number)
    const isLast = policy.kind === 'none' || number >= policy.count
    if (!made.isTransient || isLast) {
      return { value: made.value, ...(retries.length > 0 ? { retries } : {}) }
    }
    const { code, error } = made
    retries.push({ startMs, endMs: clock.preciseNow(), code, ...(error ? { error } : {}) })
    const waitMs = Math.max(delayOf(policy, number), made.retryAfterMs ?? 0)
    await clock.sleep(waitMs, call.signal)
  }
}

function delayOf(policy: Exclude<RetryPolicy, { kind: 'none' }>, retries: number): number {
  if (policy.kind === 'fixed') return policy.intervalMs
  // A random time between the interval of this retry and the one before, within the limits.
  const highMs = Math.min(policy.intervalMs * 2 ** retries, policy.maximumMs)
  const lowMs = retries === 0 ? 0 : Math.min(policy.intervalMs * 2 ** (retries - 1), highMs)
  return Math.max(lowMs + randomFraction() * (highMs - lowMs), policy.minimumMs)
}
