/** A pending call that its owner can cancel; cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void
}

/** The only source of time: waits, locks and expiries ask it, so that a test can move time itself. */
export interface Clock {
  /** Milliseconds since the Unix epoch, whole. */
  now(): number
  /** Milliseconds since the Unix epoch with a fraction, for measuring durations. */
  preciseNow(): number
  /** Calls back once after `delayMs`. A callback never runs inside the call of `after` itself. */
  after(delayMs: number, callback: () => void): Timer
  /** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

// Node turns a longer delay into 1 ms, which would make a lock of a month expire at once.
const timeoutMsMax = 2_147_483_647

/** The machine's own time. */
export class RealClock implements Clock {
  now(): number {
    return Date.now()
  }

  preciseNow(): number {
    return performance.timeOrigin + performance.now()
  }

  after(delayMs: number, callback: () => void): Timer {
    const dueMs = performance.now() + delayMs
    let handle = schedule()
    function schedule(): NodeJS.Timeout {
      const remainingMs = dueMs - performance.now()
      // oxlint-disable-next-line no-restricted-globals -- this is the one place that waits for real
      return setTimeout(wake, Math.min(Math.max(remainingMs, 0), timeoutMsMax))
    }
    function wake(): void {
      if (dueMs - performance.now() > 1) handle = schedule()
      else callback()
    }
    return { cancel: () => clearTimeout(handle) }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal)
  }
}

/** Time that moves only when a test says so; due callbacks run in order of their due time. */
export class ManualClock implements Clock {
  #nowMs: number
  #pending: { dueMs: number; callback: () => void }[] = []

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs
  }

  now(): number {
    return Math.floor(this.#nowMs)
  }

  preciseNow(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#nowMs + Math.max(delayMs, 0), callback }
    this.#pending.push(entry)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry)
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal)
  }

  /** Moves time forward, and lets what each due callback started run before the next one. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs
    for (let next = this.#takeDue(untilMs); next; next = this.#takeDue(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
      await settled()
    }
    this.#nowMs = untilMs
    await settled()
  }

  #takeDue(untilMs: number): { dueMs: number; callback: () => void } | undefined {
    let first: { dueMs: number; callback: () => void } | undefined
    for (const entry of this.#pending) {
      if (entry.dueMs <= untilMs && (!first || entry.dueMs < first.dueMs)) first = entry
    }
    if (first) this.#pending = this.#pending.filter((entry) => entry !== first)
    return first
  }
}

function sleepOn(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    function abort(): void {
      timer.cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

// Two turns of the event loop: what a callback awaits on an in-memory store has come back by then.
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}
