// Nothing here survives a crash: a call that was not answered is the caller's to repeat.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../../../base/errors.ts'
import { newUuid } from '../../../base/ids.ts'
import type { Logger } from '../../../base/logger.ts'
import { childOf, newTrace, parseTraceparent } from '../../../base/trace-context.ts'
import { Cancellation } from '../../../protocols/http/cancellation.ts'
import { LeaseRefused } from '../named-value-lease.ts'
import { findAccess } from './access.ts'
import { newResponse } from './call-message.ts'
import { CallUrl } from './call-url.ts'
import type { Configuration } from './configuration.ts'
import type { EffectivePolicy } from './effective-policy.ts'
import { type CallRequest, type CallResponse, GatewayCall } from './gateway-call.ts'
import { badRequest, errorResponse, internalError, keyRefused, notFound } from './gateway-error.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { HeaderList } from './header-list.ts'
import { BodyTooLarge, MessageBody, codingOf } from './message-body.ts'
import { PolicyError } from './policy-error.ts'
import { runStep, toPolicyError } from './policy-sequence.ts'
import { hasBody, writeResponse } from './response-writer.ts'
import { type Route, routeOf } from './route.ts'

/** The gateway of one service: takes requests, runs their policies, calls backends. */
export class Gateway {
  readonly #parts: GatewayParts
  readonly #logger: Logger
  readonly #configuration: () => Configuration
  readonly #host: string
  /** The host of the last request, taken apart: most requests have the same. */
  #lastHost: { readonly text: string; readonly url: CallUrl } | undefined

  constructor(options: {
    parts: GatewayParts
    logger: Logger
    host: string
    configuration: () => Configuration
  }) {
    this.#parts = options.parts
    this.#logger = options.logger
    this.#host = options.host
    this.#configuration = options.configuration
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock } = this.#parts
    const startMs = clock.preciseNow()
    const headers = HeaderList.fromRaw(request.rawHeaders)
    const caller = parseTraceparent(headers.text('traceparent'))
    const trace = caller ? childOf(caller) : newTrace()
    const url = this.#urlOf(request, headers)
    const configuration = this.#configuration()
    const route = url && routeOf(configuration, { method: request.method ?? 'GET', headers, url })
    const id = newUuid()
    let answer: CallResponse
    if (url && route) {
      const call = this.#newCall({ id, request, response, headers, url, route, trace })
      const policy = configuration.effectivePolicy(call)
      answer = await this.#run(call, policy)
    } else {
      answer = errorResponse(url ? notFound() : badRequest(), id)
    }
    const { status, reason } = answer
    const writing = writeResponse(request, response, answer)
    if (writing) await writing
    this.#parts.telemetry.span({
      context: trace,
      ...(caller ? { parentSpanId: caller.spanId } : {}),
      service: 'api-management',
      operation: `${request.method ?? 'GET'} ${status}`,
      resource: route ? resourceOf(route) : (url?.path ?? ''),
      startMs,
      durationMs: clock.preciseNow() - startMs,
      status: status >= 500 ? 'error' : 'ok',
      ...(status >= 400 ? { reason: `answered ${status} ${reason}` } : {}),
    })
  }

  #newCall(options: {
    id: string
    request: IncomingMessage
    response: ServerResponse
    headers: HeaderList
    url: CallUrl
    route: Route
    trace: GatewayCall['trace']
  }): GatewayCall {
    const { id, request, response, headers, url, route, trace } = options
    const { api } = route.served
    const key = headers.text(api.keyHeader) ?? url.query.get(api.keyQuery)?.[0]
    const access = findAccess(this.#configuration(), route.served, key)
    const signal = new Cancellation()
    response.on('close', () => {
      if (!response.writableFinished) signal.cancel()
    })
    return new GatewayCall({
      id,
      parts: this.#parts,
      trace,
      startMs: this.#parts.clock.now(),
      api,
      operation: route.match.operation,
      product: access?.product,
      subscription: access?.subscription,
      isRefused: access === undefined,
      isPreflight: route.isPreflight,
      request: newRequest(request, { headers, url, route }),
      target: {
        base: route.served.serviceUrl,
        backend: undefined,
        path: route.rest === '' ? '/' : route.rest,
        queryString: withoutKey(url.queryString, api.keyQuery),
        isDeclared: true,
      },
      signal,
    })
  }

  async #run(call: GatewayCall, policy: EffectivePolicy): Promise<CallResponse> {
    try {
      await this.#sections(call, policy)
    } catch (error) {
      await this.#fail(call, policy, error)
    } finally {
      call.releaseLeases()
    }
    try {
      for (const each of call.afterwards) {
        const pending = each()
        if (pending) await pending
      }
    } catch (error) {
      call.response?.body.discard()
      call.response = errorResponse(this.#faultOf(call, toPolicyError('gateway', error)), call.id)
    }
    return call.response ?? errorResponse(internalError(), call.id)
  }

  async #sections(call: GatewayCall, policy: EffectivePolicy): Promise<void> {
    if (call.isPreflight) return this.#preflight(call, policy)
    if (call.isRefused) throw this.#refusal(call)
    for (const section of sections) {
      if (section === 'backend' && call.isAnswered) continue
      const pending = policy.run(section, call)
      if (pending) await pending
      if (call.isReturned) return
    }
    // Without `forward-request` nothing answers, and the answer is empty.
    call.response ??= newResponse(200)
  }

  // Before the key is looked at: a browser sends none when it asks whether it may call.
  async #preflight(call: GatewayCall, policy: EffectivePolicy): Promise<void> {
    for (const step of policy.find('inbound', 'cors')) {
      await runStep(step, call)
      if (call.isReturned) return
    }
    throw new PolicyError(notFound())
  }

  // The path that is matched is the one that is forwarded: `.` and `..` are gone from both.
  #urlOf(request: IncomingMessage, headers: HeaderList): CallUrl | undefined {
    const target = request.url ?? '/'
    const host = headers.text('host') ?? 'localhost'
    if (this.#lastHost?.text !== host) {
      if (!URL.canParse(`http://${host}/`)) return undefined
      this.#lastHost = { text: host, url: CallUrl.parse(`http://${host}/`) }
    }
    return CallUrl.ofTarget(target, this.#lastHost.url)
  }

  #refusal(call: GatewayCall): PolicyError {
    const { api, request } = call
    const key = request.headers.text(api.keyHeader) ?? request.originalUrl.query.get(api.keyQuery)
    return keyRefused({
      isMissing: key === undefined,
      realm: `https://${this.#host}/${api.path}`,
      header: api.keyHeader,
    })
  }

  async #fail(call: GatewayCall, policy: EffectivePolicy, error: unknown): Promise<void> {
    const fault = this.#faultOf(call, error)
    call.lastError ??= {
      typeName: 'ILastError',
      source: fault.source,
      reason: fault.reason,
      message: fault.message,
      scope: null,
      section: call.section,
      path: null,
      policyId: null,
    }
    call.response?.body.discard()
    call.response = errorResponse(fault, call.id)
    try {
      await policy.run('on-error', call)
    } catch (second) {
      call.response = errorResponse(this.#faultOf(call, second), call.id)
    }
  }

  #faultOf(call: GatewayCall, error: unknown) {
    if (error instanceof PolicyError) return error.fault
    if (error instanceof BodyTooLarge) {
      const fault = { source: 'gateway', reason: 'BodyTooLarge', message: error.message }
      return { ...fault, status: 413 }
    }
    if (error instanceof LeaseRefused) {
      const fault = { source: 'gateway', reason: 'NamedValueBusy', message: error.message }
      return { ...fault, status: 503 }
    }
    const ids = { call: call.id, api: call.api.id, error }
    this.#logger.error(ids, `a call failed: ${messageOf(error)}`)
    return internalError()
  }
}

const sections = ['inbound', 'backend', 'outbound'] as const

function resourceOf({ served, match }: Route): string {
  return `${served.api.displayName}/${match.operation.displayName}`
}

function newRequest(
  request: IncomingMessage,
  parts: { headers: HeaderList; url: CallUrl; route: Route },
): CallRequest {
  return {
    method: request.method ?? 'GET',
    originalUrl: parts.url,
    headers: parts.headers,
    body: hasBody(request)
      ? MessageBody.received(request, codingOf(parts.headers))
      : MessageBody.none(),
    ipAddress: plainAddress(request.socket.remoteAddress ?? ''),
    matchedParameters: parts.route.match.parameters,
  }
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

// A key in the query is for the gateway, not for the backend.
function withoutKey(queryString: string, name: string): string {
  if (queryString === '' || !queryString.toLowerCase().includes(name.toLowerCase()))
    return queryString
  const pairs = queryString
    .slice(1)
    .split('&')
    .filter((pair) => pair.split('=')[0]?.toLowerCase() !== name.toLowerCase())
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
