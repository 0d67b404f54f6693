// Nothing here survives a crash: a delivery that had no answer is made again.
import type { Readable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { Cancellation } from '../../protocols/http/cancellation.ts'
import { AddressRefused, OutgoingTimeout } from '../../protocols/http/outgoing-http.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'
import type { DeliveryAnswer } from './destination.ts'
import { answerBytesMax, deliveryTimeoutMs } from './limits.ts'

export interface WebhookRequest {
  readonly url: string
  readonly method: 'POST' | 'OPTIONS'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly trace: TraceContext
  readonly signal?: AbortSignal
}

/** An answer of a webhook, or how it failed to give one: then the status is 0. */
export interface WebhookAnswer extends DeliveryAnswer {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** At most what an answer may be long; empty unless it was asked for. */
  readonly body: string
}

/** Calls webhooks: an answer must come within 30 seconds, redirects are not followed. */
export class WebhookCaller {
  readonly #outgoing: OutgoingHttp
  readonly #clock: Clock

  constructor(options: { readonly outgoing: OutgoingHttp; readonly clock: Clock }) {
    this.#outgoing = options.outgoing
    this.#clock = options.clock
  }

  async call(
    request: WebhookRequest,
    options: { readonly readsBody: boolean },
  ): Promise<WebhookAnswer> {
    const ending = new Cancellation()
    const abort = (): void => ending.cancel()
    const timer = this.#clock.after(deliveryTimeoutMs, abort)
    request.signal?.addEventListener('abort', abort, { once: true })
    try {
      return await this.#send(request, ending, options)
    } catch (error) {
      const failure = ending.isCancelled ? tooLate : failureOf(error)
      return { ...failure, headers: {}, body: '' }
    } finally {
      timer.cancel()
      request.signal?.removeEventListener('abort', abort)
    }
  }

  async #send(
    request: WebhookRequest,
    signal: Cancellation,
    options: { readonly readsBody: boolean },
  ): Promise<WebhookAnswer> {
    const { url, method, headers, body, trace } = request
    const response = await this.#outgoing.send({
      url,
      method,
      headers: Object.entries(headers).flat(),
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      timeoutMs: deliveryTimeoutMs,
      // A template or a management call named it.
      isDeclared: true,
      signal,
      trace,
    })
    const text = await this.#readAnswer(response.body, signal, options)
    return {
      status: response.status,
      reason: `${response.status} ${response.reason}`.trim(),
      headers: headersOf(response.headers),
      body: text,
    }
  }

  /** What is not wanted is read and forgotten, up to a limit, so that the connection can be used again. */
  async #readAnswer(
    body: Readable | Uint8Array,
    signal: Cancellation,
    options: { readonly readsBody: boolean },
  ): Promise<string> {
    if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8')
    if (options.readsBody) {
      signal.add(() => body.destroy())
      return readLimited(body)
    }
    const timer = this.#clock.after(deliveryTimeoutMs, () => body.destroy())
    body.once('close', () => timer.cancel())
    discard(body)
    return ''
  }
}

async function readLimited(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > answerBytesMax) break
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function discard(body: Readable): void {
  let bytes = 0
  body.on('error', () => {})
  body.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > answerBytesMax) body.destroy()
  })
}

function headersOf(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at + 1 < raw.length; at += 2) {
    headers[(raw[at] ?? '').toLowerCase()] = raw[at + 1] ?? ''
  }
  return headers
}

const tooLate = { status: 0, outcome: 'TimedOut', reason: 'No answer within 30 seconds.' } as const

function failureOf(error: unknown): DeliveryAnswer {
  const reason = messageOf(error)
  if (error instanceof AddressRefused) return { status: 403, outcome: 'Forbidden', reason }
  const code = codeOf(error)
  if (error instanceof OutgoingTimeout) return tooLate
  const isUnresolved = code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  return { status: 0, outcome: isUnresolved ? 'ResolutionError' : 'SocketError', reason }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
