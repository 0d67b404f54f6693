import type { TraceSpan } from './trace.ts'

/** What the index knows of one flush in the file. */
export interface FlushEntry {
  readonly number: number
  readonly spanCount: number
  readonly lineCount: number
  readonly bytes: number
  readonly newestEndMs: number
  /** See `keysOf`. */
  readonly keys: Uint32Array
}

/** Some flushes after one another that are found, read and dropped together. */
export class Segment {
  readonly first: number
  #last: number
  #spanCount = 0
  #lineCount = 0
  #bytes = 0
  #newestEndMs = -Infinity
  #keys: Uint32Array
  // Put in order only when something is looked for.
  #newKeys: Uint32Array[] = []

  constructor(flush: FlushEntry) {
    this.first = flush.number
    this.#last = flush.number
    this.#keys = flush.keys
    this.#count(flush)
  }

  get last(): number {
    return this.#last
  }

  get spanCount(): number {
    return this.#spanCount
  }

  get lineCount(): number {
    return this.#lineCount
  }

  get bytes(): number {
    return this.#bytes
  }

  /** When the newest of its spans ended. */
  get newestEndMs(): number {
    return this.#newestEndMs
  }

  append(flush: FlushEntry): void {
    this.#last = flush.number
    this.#newKeys.push(flush.keys)
    this.#count(flush)
  }

  /** Whether it may hold what is found by a key; now and then it does not. */
  mentions(key: number): boolean {
    if (this.#newKeys.length > 0) {
      this.#keys = sortedUnique([this.#keys, ...this.#newKeys].flatMap((keys) => [...keys]))
      this.#newKeys = []
    }
    return includesSorted(this.#keys, key)
  }

  #count(flush: FlushEntry): void {
    this.#spanCount += flush.spanCount
    this.#lineCount += flush.lineCount
    this.#bytes += flush.bytes
    this.#newestEndMs = Math.max(this.#newestEndMs, flush.newestEndMs)
  }
}

/** What a flush is found by: its traces, the traces that are linked to, and the functions that ran. */
export function keysOf(spans: readonly TraceSpan[], lineTraceIds: readonly string[]): Uint32Array {
  const keys = lineTraceIds.map(keyOf)
  const functions = new Set<string>()
  for (const span of spans) {
    keys.push(keyOf(span.traceId))
    for (const link of span.links ?? []) keys.push(keyOf(link.traceId))
    if (span.operation === 'invoke') functions.add(span.resource)
  }
  for (const resource of functions) keys.push(keyOf(resource))
  return sortedUnique(keys)
}

/** 32 bits of a text by FNV-1a: two texts with one key only cost a look in vain. */
export function keyOf(text: string): number {
  let hash = 0x81_1c_9d_c5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93)
  }
  return hash >>> 0
}

function sortedUnique(keys: readonly number[]): Uint32Array {
  const sorted = Uint32Array.from(keys).sort()
  let length = 0
  for (const key of sorted) {
    if (length === 0 || sorted[length - 1] !== key) sorted[length++] = key
  }
  return sorted.slice(0, length)
}

function includesSorted(sorted: Uint32Array, key: number): boolean {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < key) low = middle + 1
    else high = middle
  }
  return sorted[low] === key
}
