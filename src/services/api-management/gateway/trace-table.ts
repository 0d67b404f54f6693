// Nothing here survives a crash: traces are for looking at, and debug tokens live an hour at most.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { newUuid, randomHex } from '../../../base/ids.ts'
import type { JsonObject } from '../../../base/json.ts'
import { type Api, rootName } from '../api.ts'
import { debugTokenLifeMsMax, tracesMax } from '../limits.ts'
import type { Subscription } from '../subscription.ts'
import { CallTrace } from './call-trace.ts'
import type { HeaderList } from './header-list.ts'

const tokenHeader = 'Apim-Debug-Authorization'
const oldHeader = 'Ocp-Apim-Trace'

/** Whether a call is traced, and what its caller is told of it. */
export interface TraceGrant {
  readonly trace: CallTrace | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** The traces of one service: who may have one, and the newest of them. */
export class TraceTable {
  readonly #clock: Clock
  #key = randomHex(32)
  readonly #traces = new Map<string, JsonObject>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A token that lets calls of one API be traced for a while. */
  issueToken(api: string, lifeMs: number): string {
    const expiresMs = this.#clock.now() + Math.min(lifeMs, debugTokenLifeMsMax)
    const content = `aid=${encodeURIComponent(api)}&p=tracing&ex=${expiresMs}`
    return `${content}&s=${this.#sign(content)}`
  }

  /** From now on tokens that were issued are worth nothing. */
  forgetTokens(): void {
    this.#key = randomHex(32)
  }

  /**
   * Looks whether a call is to be traced, and takes the headers that say so away: they are not for the backend.
   * `host` is where the caller reaches the gateway.
   */
  grant(
    headers: HeaderList,
    call: { api: Api; subscription: Subscription | undefined; origin: string },
  ): TraceGrant | undefined {
    const token = headers.text(tokenHeader)
    const isAsked = headers.text(oldHeader)?.toLowerCase() === 'true'
    if (token === undefined && !isAsked) return undefined
    headers.delete(tokenHeader)
    headers.delete(oldHeader)
    if (token !== undefined) return this.#byToken(token, call.api)
    if (call.subscription?.allowTracing !== true) return undefined
    const trace = this.#begin()
    const location = `${call.origin}${tracePath(trace.id)}?sig=${this.#sign(trace.id)}`
    return { trace, headers: [['Ocp-Apim-Trace-Location', location]] }
  }

  keep(id: string, trace: JsonObject): void {
    this.#traces.set(id, trace)
    const [oldest] = this.#traces.keys()
    if (this.#traces.size > tracesMax && oldest !== undefined) this.#traces.delete(oldest)
  }

  find(id: string): JsonObject | undefined {
    return this.#traces.get(id)
  }

  /** The trace at the address that `Ocp-Apim-Trace-Location` gave. */
  at(path: string, signature: string | undefined): JsonObject | undefined {
    const [, id] = /^\/internal-trace-([\da-f-]{36})$/.exec(path) ?? []
    if (id === undefined || signature === undefined) return undefined
    return this.#isSignature(signature, id) ? this.#traces.get(id) : undefined
  }

  #byToken(token: string, api: Api): TraceGrant | undefined {
    const at = token.lastIndexOf('&s=')
    const content = token.slice(0, Math.max(at, 0))
    if (!this.#isSignature(token.slice(at + 3), content)) return undefined
    const fields = new URLSearchParams(content)
    const expires = new Date(Number(fields.get('ex')))
    if (expires.getTime() <= this.#clock.now()) {
      const text = `The debug token expired at ${expires.toISOString()}.`
      return { trace: undefined, headers: [[`${tokenHeader}-Expired`, text]] }
    }
    if (rootName(fields.get('aid') ?? '') !== rootName(api.id)) {
      const text = `The debug token is not for the API '${api.id}'.`
      return { trace: undefined, headers: [[`${tokenHeader}-WrongAPI`, text]] }
    }
    const trace = this.#begin()
    return { trace, headers: [['Apim-Trace-Id', trace.id]] }
  }

  #begin(): CallTrace {
    return new CallTrace({ id: newUuid(), clock: this.#clock })
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }

  #isSignature(given: string, text: string): boolean {
    const [one, two] = [Buffer.from(given), Buffer.from(this.#sign(text))]
    return one.length === two.length && timingSafeEqual(one, two)
  }
}

function tracePath(id: string): string {
  return `/internal-trace-${id}`
}
