// A continuation names the query (by a fingerprint), how many rows were given, and a kept run. While the
// run is kept, paging costs nothing twice. After a restart, or when too many wait, the query runs again and
// leaves out as many rows: on the same items that is neither a gap nor a repeat, since rows come in one order.
import type { Clock, Timer } from '../../base/clock.ts'
import { randomHex } from '../../base/ids.ts'
import { tryParseJson, type JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'
import { suspendedQueriesMax, suspendedQueryAgeMsMax } from './limits.ts'

/** A query between two pages. */
export interface RunningQuery {
  readonly rows: AsyncIterator<readonly JsonValue[]>
  buffered: readonly JsonValue[]
  /** Rows handed out so far. */
  given: number
}

export interface Continuation {
  readonly fingerprint: string
  readonly given: number
  readonly ticket: string
}

/** Keeps runs that wait for their next page: bounded in number and in time. */
export class SuspendedQueries {
  readonly #clock: Clock
  readonly #kept = new Map<string, { query: RunningQuery; timer: Timer }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Gives the ticket that takes the run back. */
  keep(query: RunningQuery): string {
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined && this.#kept.size >= suspendedQueriesMax) this.#drop(oldest)
    const ticket = randomHex(8)
    const timer = this.#clock.after(suspendedQueryAgeMsMax, () => this.#drop(ticket))
    this.#kept.set(ticket, { query, timer })
    return ticket
  }

  /** Gives the run to its next page, once. */
  take(token: Continuation): RunningQuery | undefined {
    const kept = this.#kept.get(token.ticket)
    if (kept?.query.given !== token.given) return undefined
    this.#kept.delete(token.ticket)
    kept.timer.cancel()
    return kept.query
  }

  clear(): void {
    for (const ticket of this.#kept.keys()) this.#drop(ticket)
  }

  #drop(ticket: string): void {
    const kept = this.#kept.get(ticket)
    if (!kept) return
    this.#kept.delete(ticket)
    kept.timer.cancel()
    // The run waits at a page boundary: ending it there cannot fail, and nobody is left to tell.
    void kept.query.rows.return?.()
  }
}

export function formatContinuation(token: Continuation): string {
  const { fingerprint, given, ticket } = token
  return Buffer.from(JSON.stringify([1, fingerprint, given, ticket])).toString('base64url')
}

export function parseContinuation(text: string): Continuation {
  const value = tryParseJson(Buffer.from(text, 'base64url').toString())
  if (Array.isArray(value) && value[0] === 1) {
    const [, fingerprint, given, ticket] = value
    const whole = typeof given === 'number' && Number.isInteger(given) && given >= 0
    if (typeof fingerprint === 'string' && whole && typeof ticket === 'string') {
      return { fingerprint, given, ticket }
    }
  }
  throw badRequest('Invalid Continuation Token')
}
