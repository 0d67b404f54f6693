import { getHeapStatistics } from 'node:v8'

/** Work that was stopped at a limit; no `catch` of an expression sees it. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
}

/** What one piece of work may take. */
export interface WorkBounds {
  readonly milliseconds: number
  /** Bytes that the memory may grow by while it runs. */
  readonly memoryBytes: number
}

// Units in front of the first look at the time, so that short work never asks for it, and between two looks while
// they are quick.
const firstUnits = 64
const quickUnits = 64
const slowMs = 5
const memoryLookMs = 20

/** The time that was really spent, not that of an injected clock: it bounds work, it is no part of a result. */
class WorkLimit {
  untilLook = firstUnits
  #bounds: WorkBounds
  #deadlineMs = 0
  #lookedMs = 0
  #memoryLookedMs = 0
  // What is in use after a while: most evaluations are done before it is asked for.
  #memoryStart: number | undefined

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds
  }

  begin(bounds: WorkBounds): this {
    this.untilLook = firstUnits
    this.#bounds = bounds
    this.#deadlineMs = 0
    this.#lookedMs = 0
    this.#memoryStart = undefined
    return this
  }

  /** What a part of this work may take. */
  narrowed({ milliseconds, memoryBytes }: WorkBounds): WorkBounds {
    return {
      milliseconds: Math.min(milliseconds, this.#bounds.milliseconds),
      memoryBytes: Math.min(memoryBytes, this.#bounds.memoryBytes),
    }
  }

  look(units: number): void {
    const nowMs = performance.now()
    if (this.#deadlineMs === 0) this.#start(nowMs)
    // Where a unit takes long, as one over a large sequence does, each of them is timed.
    this.untilLook = nowMs - this.#lookedMs > slowMs ? 1 : quickUnits
    this.#lookedMs = nowMs
    if (nowMs > this.#deadlineMs) {
      throw new LimitError(`The expression was stopped after ${this.#bounds.milliseconds} ms.`)
    }
    // What is large may be kept: the next evaluation would begin with less.
    const isLarge = units > quickUnits
    if (isLarge || nowMs - this.#memoryLookedMs > memoryLookMs) this.#lookAtMemory(nowMs)
  }

  #start(nowMs: number): void {
    this.#deadlineMs = nowMs + this.#bounds.milliseconds
    this.#lookedMs = nowMs
    this.#memoryLookedMs = nowMs
  }

  // Garbage counts until it is collected, which happens long before it comes near a limit of this size.
  #lookAtMemory(nowMs: number): void {
    this.#memoryLookedMs = nowMs
    const { memoryBytes } = this.#bounds
    const { heapBytes, usedBytes, heapBytesMax } = memoryNow()
    this.#memoryStart ??= usedBytes
    if (usedBytes - this.#memoryStart > memoryBytes)
      throw new LimitError(`The expression was stopped at ${memoryBytes} bytes of memory.`)
    if (heapBytes > heapBytesMax)
      throw new LimitError('The expression was stopped because memory is short.')
  }
}

// A full heap would end the whole process, whoever filled it.
const heapShareMax = 0.75

function memoryNow(): { heapBytes: number; usedBytes: number; heapBytesMax: number } {
  const statistics = getHeapStatistics()
  const heapBytes = statistics.used_heap_size
  return {
    heapBytes,
    usedBytes: heapBytes + statistics.external_memory,
    heapBytesMax: statistics.heap_size_limit * heapShareMax,
  }
}

// Work runs without a pause, so that one is in force at a time.
let current: WorkLimit | undefined

// That of work within no other: most of it is too short to make one each time.
const outermost = new WorkLimit({ milliseconds: 0, memoryBytes: 0 })

/** Runs something within bounds, and those of what it is part of; what is called without any may take what it likes. */
export function runWithin<Given, Result>(
  bounds: WorkBounds,
  run: (given: Given) => Result,
  given: Given,
): Result {
  const outer = current
  current = outer ? new WorkLimit(outer.narrowed(bounds)) : outermost.begin(bounds)
  try {
    return run(given)
  } finally {
    current = outer
  }
}

/** The units of going through so many characters or bytes at once. */
export function unitsOf(length: number): number {
  return 1 + (length >> 16)
}

/** Called by everything that may take long, once for each turn: throws `LimitError` where the bounds are reached. */
export function countWork(units = 1): void {
  if (current === undefined) return
  current.untilLook -= units
  if (current.untilLook <= 0) current.look(units)
}
