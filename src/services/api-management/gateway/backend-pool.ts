// Nothing here survives a crash: a breaker that was open is closed after a restart.
import type { Clock } from '../../../base/clock.ts'
import { randomFraction } from '../../../base/ids.ts'
import type { Backend, PoolMember } from '../backend.ts'

interface BreakerState {
  failures: number[]
  openUntilMs: number
}

/**
 * Which address of a pool a call goes to, and which backends are left alone for a while.
 * https://learn.microsoft.com/azure/api-management/backends
 */
export class BackendPools {
  readonly #clock: Clock
  readonly #find: (id: string) => Backend | undefined
  readonly #breakers = new Map<string, BreakerState>()

  constructor(options: { clock: Clock; find: (id: string) => Backend | undefined }) {
    this.#clock = options.clock
    this.#find = options.find
  }

  /** A backend that may be called: itself, or a member of the pool; `undefined` when all are left alone. */
  choose(backend: Backend): Backend | undefined {
    if (backend.members.length === 0) return this.#isOpen(backend) ? undefined : backend
    const available = backend.members.flatMap((member) => {
      const found = this.#find(member.id)
      return found && !this.#isOpen(found) ? [{ member, found }] : []
    })
    const priority = Math.min(...available.map(({ member }) => member.priority))
    const first = available.filter(({ member }) => member.priority === priority)
    const index = weighted(first.map(({ member }) => member))
    return first[index]?.found
  }

  /** Counts an answer; enough failures in the interval open the breaker of the backend. */
  report(
    backend: Backend,
    answer: { status: number; retryAfterSeconds: number | undefined },
  ): void {
    const { breaker } = backend
    if (!breaker) return
    const isFailure = breaker.statusRanges.some(
      ({ min, max }) => answer.status >= min && answer.status <= max,
    )
    if (!isFailure) return
    const nowMs = this.#clock.now()
    const state = this.#breakers.get(backend.id) ?? { failures: [], openUntilMs: 0 }
    state.failures = [...state.failures.filter((at) => at > nowMs - breaker.intervalMs), nowMs]
    if (state.failures.length >= breaker.count) {
      const waitMs = (breaker.acceptRetryAfter ? answer.retryAfterSeconds : undefined) ?? 0
      state.openUntilMs = nowMs + (waitMs > 0 ? waitMs * 1000 : breaker.tripMs)
      state.failures = []
    }
    this.#breakers.set(backend.id, state)
  }

  #isOpen(backend: Backend): boolean {
    return (this.#breakers.get(backend.id)?.openUntilMs ?? 0) > this.#clock.now()
  }
}

function weighted(members: readonly PoolMember[]): number {
  const total = members.reduce((sum, { weight }) => sum + weight, 0)
  let rest = randomFraction() * total
  for (const [index, { weight }] of members.entries()) {
    rest -= weight
    if (rest < 0) return index
  }
  return members.length - 1
}
