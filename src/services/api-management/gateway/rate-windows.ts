// Nothing here survives a crash: the windows of rate limits begin anew, as they do when a gateway of Azure restarts.
import type { Clock } from '../../../base/clock.ts'
import { countersMax } from '../limits.ts'

/** What a counter says to one more call. */
export interface RateAnswer {
  readonly isAllowed: boolean
  readonly remaining: number
  /** Whole seconds until a call will be allowed. */
  readonly retryAfterSeconds: number
}

interface SlidingWindow {
  /** When each counted call came, oldest first, from `head` on. */
  times: number[]
  head: number
}

/** The sliding windows of the rate limits of one service, by key. */
export class RateWindows {
  readonly #clock: Clock
  readonly #sliding = new Map<string, SlidingWindow>()
  #last: { key: string | undefined; window: SlidingWindow } = {
    key: undefined,
    window: { times: [], head: 0 },
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether another call fits into the window that ends now; counts nothing. */
  rate(key: string, limit: { calls: number; periodMs: number }): RateAnswer {
    const window = this.#window(key, limit.periodMs)
    const used = window.times.length - window.head
    const remaining = Math.max(limit.calls - used, 0)
    if (remaining > 0) return { isAllowed: true, remaining, retryAfterSeconds: 0 }
    // The call that must leave the window before another fits.
    const blocking = window.times[window.times.length - limit.calls] ?? this.#clock.now()
    const waitMs = blocking + limit.periodMs - this.#clock.now()
    const retryAfterSeconds = Math.max(Math.ceil(waitMs / 1000), 1)
    return { isAllowed: false, remaining: 0, retryAfterSeconds }
  }

  count(key: string, step: { periodMs: number; by?: number }): void {
    const { times } = this.#window(key, step.periodMs)
    const nowMs = this.#clock.now()
    for (let each = 0; each < (step.by ?? 1); each += 1) times.push(nowMs)
  }

  #window(key: string, periodMs: number): SlidingWindow {
    // What was used last is the newest already.
    if (this.#last.key !== key) {
      const known = this.#sliding.get(key) ?? { times: [], head: 0 }
      remember(this.#sliding, key, known)
      this.#last = { key, window: known }
    }
    const { window } = this.#last
    const fromMs = this.#clock.now() - periodMs
    while (window.head < window.times.length && (window.times[window.head] ?? 0) <= fromMs) {
      window.head += 1
    }
    // Cut off what has left, now and then only, since cutting moves all that stays.
    if (window.head > 64 && window.head * 2 > window.times.length) {
      window.times = window.times.slice(window.head)
      window.head = 0
    }
    return window
  }
}

/** Keeps the map in the order of last use, so that the longest unused is the first to go. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= countersMax) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
