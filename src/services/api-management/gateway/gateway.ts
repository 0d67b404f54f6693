// Nothing here survives a crash: a call that was not answered is the caller's to repeat.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { messageOf } from '../../../base/errors.ts'
import { newUuid } from '../../../base/ids.ts'
import type { Logger } from '../../../base/logger.ts'
import {
  type TraceContext,
  childOf,
  newTrace,
  parseTraceparent,
} from '../../../base/trace-context.ts'
import { Cancellation } from '../../../protocols/http/cancellation.ts'
import { tunnel } from '../../../protocols/http/tunnel.ts'
import { answerUpgrade } from '../../../protocols/http/upgrade.ts'
import { webSocketIdleMs } from '../limits.ts'
import { LeaseRefused } from '../named-value-lease.ts'
import { findAccess } from './access.ts'
import { jsonResponse, newResponse } from './call-message.ts'
import { traceAnswer, traceArrival } from './call-steps.ts'
import { CallUrl } from './call-url.ts'
import type { Configuration } from './configuration.ts'
import type { EffectivePolicy } from './effective-policy.ts'
import { newRequest, withoutKey } from './call-request.ts'
import { type CallResponse, GatewayCall } from './gateway-call.ts'
import {
  badRequest,
  callerGone,
  errorResponse,
  internalError,
  keyRefused,
  notFound,
} from './gateway-error.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { HeaderList, hopNamesOf } from './header-list.ts'
import { BodyTooLarge, BodyUnreadable } from './message-body.ts'
import { PolicyError, type PolicyFault } from './policy-error.ts'
import { runStep, toPolicyError } from './policy-sequence.ts'
import { writeResponse } from './response-writer.ts'
import { type Route, routeOf } from './route.ts'
import type { TraceGrant } from './trace-table.ts'

/** The gateway of one service: takes requests, runs their policies, calls backends. */
export class Gateway {
  readonly #parts: GatewayParts
  readonly #logger: Logger
  readonly #configuration: () => Configuration
  readonly #host: string
  /** The origin of the last request, taken apart: most requests have the same. */
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
    const arrival = this.#arrive(request)
    const signal = new Cancellation()
    response.on('close', () => {
      if (!response.writableFinished) signal.cancel()
    })
    const { route } = arrival
    const isServed = route && route.served.api.type !== 'websocket'
    const call = isServed && this.#newCall(arrival, { request, route, signal })
    const answer = call ? await this.#answer(call, request) : this.#otherAnswer(arrival)
    const writing = writeResponse(request, response, answer)
    if (writing) await writing
    this.#tell(arrival, answer)
  }

  /**
   * A WebSocket handshake: the policies of `onHandshake` run, then bytes pass both ways.
   * https://learn.microsoft.com/azure/api-management/websocket-api
   */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const arrival = this.#arrive(request)
    const signal = new Cancellation()
    const cancel = (): void => signal.cancel()
    socket.once('close', cancel)
    const { route } = arrival
    const isServed = route?.served.api.type === 'websocket'
    const call = isServed ? this.#newCall(arrival, { request, route, signal }) : undefined
    const answer = call ? await this.#answer(call, request) : errorResponse(notFound(), arrival.id)
    const { status, reason, headers, body } = answer
    this.#tell(arrival, answer)
    const backend = call?.upgraded
    const names = hopNamesOf(headers)
    if (!backend || status !== 101) {
      backend?.destroy()
      await body.buffer()
      const raw = headers.toRaw(names, ['content-length'])
      answerUpgrade(socket, {
        status,
        reason,
        headers: raw,
        ...(body.bytes ? { body: body.bytes } : {}),
      })
      return
    }
    socket.off('close', cancel)
    if (socket.destroyed) {
      backend.destroy()
      return
    }
    const raw = ['Upgrade', 'websocket', 'Connection', 'Upgrade', ...headers.toRaw(names)]
    answerUpgrade(socket, { status, reason, headers: raw })
    if (head.length > 0) socket.unshift(head)
    await tunnel(socket, backend, { clock: this.#parts.clock, idleMs: webSocketIdleMs })
  }

  #arrive(request: IncomingMessage): Arrival {
    const startMs = this.#parts.clock.preciseNow()
    const headers = HeaderList.fromRaw(request.rawHeaders)
    const caller = parseTraceparent(headers.text('traceparent'))
    const url = this.#urlOf(request, headers)
    const method = request.method ?? 'GET'
    const configuration = this.#configuration()
    return {
      id: newUuid(),
      startMs,
      trace: caller ? childOf(caller) : newTrace(),
      caller,
      method,
      headers,
      url,
      route: url && routeOf(configuration, { method, headers, url }),
    }
  }

  #tell(arrival: Arrival, answer: { status: number; reason: string }): void {
    const { trace, caller, method, route, url, startMs } = arrival
    const { status, reason } = answer
    this.#parts.telemetry.span({
      context: trace,
      ...(caller ? { parentSpanId: caller.spanId } : {}),
      service: 'api-management',
      operation: `${method} ${status}`,
      resource: route ? resourceOf(route) : (url?.path ?? ''),
      startMs,
      durationMs: this.#parts.clock.preciseNow() - startMs,
      status: status >= 500 ? 'error' : 'ok',
      ...(status >= 400 ? { reason: `answered ${status} ${reason}` } : {}),
    })
  }

  #newCall(
    arrival: Arrival,
    options: { request: IncomingMessage; route: Route; signal: Cancellation },
  ): GatewayCall {
    const { id, headers, trace } = arrival
    const { request, route, signal } = options
    const { api, configuration } = route.served
    const key = headers.text(api.keyHeader) ?? route.url.query.get(api.keyQuery)?.[0]
    const access = findAccess(route.served, key)
    return new GatewayCall({
      id,
      parts: configuration.parts,
      trace,
      startMs: this.#parts.clock.now(),
      configuration,
      api,
      operation: route.match.operation,
      product: access?.product,
      subscription: access?.subscription,
      isRefused: access === undefined,
      isPreflight: route.isPreflight,
      request: newRequest(request, { headers, route }),
      target: {
        base: route.served.serviceUrl,
        backend: undefined,
        certificate: undefined,
        proxy: undefined,
        path: route.rest === '' ? '/' : route.rest,
        queryString: withoutKey(route.url.queryString, api.keyQuery),
        isDeclared: true,
      },
      signal,
    })
  }

  #answer(call: GatewayCall, incoming: IncomingMessage): Promise<CallResponse> {
    const { api, subscription, request, parts } = call
    const origin = `${schemeOf(incoming)}://${request.originalUrl.authority}`
    const grant = parts.traces.grant(request.headers, { api, subscription, origin })
    return grant ? this.#traced(call, grant) : this.#run(call)
  }

  async #traced(call: GatewayCall, { trace, headers }: TraceGrant): Promise<CallResponse> {
    const { parts } = call
    if (trace) {
      call.tracing = trace
      traceArrival(call, trace)
    }
    const answer = await this.#run(call)
    for (const [name, value] of headers) answer.headers.set(name, [value])
    if (trace) {
      traceAnswer(call, trace, answer)
      parts.traces.keep(trace.id, trace.toJson(parts.service.name, parts.secrets()))
    }
    return answer
  }

  // What the gateway itself answers to: https://learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region#disable-routing-to-a-regional-gateway
  #otherAnswer(arrival: Arrival): CallResponse {
    const { url, route, method } = arrival
    if (url && !route && method === 'GET') {
      if (url.path === '/status-0123456789abcdef') return newResponse(200)
      const trace = this.#parts.traces.at(url.path, url.query.get('sig')?.[0])
      if (trace) return jsonResponse(trace)
    }
    return errorResponse(faultOf(arrival), arrival.id)
  }

  async #run(call: GatewayCall): Promise<CallResponse> {
    const policy = call.configuration.effectivePolicy(call)
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
    const steps = policy.find('inbound', 'cors')
    for (const step of steps) {
      await runStep(step, call)
      if (call.isReturned) return
    }
    if (steps.length === 0) throw new PolicyError(notFound())
    call.response = newResponse(200)
  }

  // The path that is matched is the one that is forwarded: `.` and `..` are gone from both.
  #urlOf(request: IncomingMessage, headers: HeaderList): CallUrl | undefined {
    const target = request.url ?? '/'
    const [host = 'localhost', second] = headers.get('host') ?? []
    if (second !== undefined) return undefined
    const origin = `${schemeOf(request)}://${host}/`
    if (this.#lastHost?.text !== origin) {
      if (!URL.canParse(origin)) return undefined
      this.#lastHost = { text: origin, url: CallUrl.parse(origin) }
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
    const { source, reason, message } = fault
    call.tracing?.add('on-error', source, { reason, message })
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
    if (error instanceof BodyUnreadable) {
      const fault = { source: 'gateway', reason: 'BodyUnreadable', message: error.message }
      // What the caller sent is the caller's fault; what the backend sent is not.
      return call.response
        ? { ...internalError(), ...fault, answer: 'Internal server error' }
        : { ...fault, status: 400 }
    }
    if (error instanceof LeaseRefused) {
      const fault = { source: 'gateway', reason: 'NamedValueBusy', message: error.message }
      return { ...fault, status: 503 }
    }
    // Nobody reads the answer, and nothing of ours went wrong.
    if (call.signal.isCancelled || isBrokenOff(error)) return callerGone()
    const ids = { call: call.id, api: call.api.id, error }
    this.#logger.error(ids, `a call failed: ${messageOf(error)}`)
    return internalError()
  }
}

/** A request, with what was found out about it before its policies run. */
interface Arrival {
  readonly id: string
  readonly startMs: number
  readonly trace: TraceContext
  readonly caller: TraceContext | undefined
  readonly method: string
  readonly headers: HeaderList
  readonly url: CallUrl | undefined
  readonly route: Route | undefined
}

function schemeOf({ socket }: IncomingMessage): string {
  return socket instanceof TLSSocket ? 'https' : 'http'
}

// A WebSocket API answers to handshakes only.
function faultOf({ url, route }: Arrival): PolicyFault {
  return url && !route ? notFound() : badRequest()
}

const sections = ['inbound', 'backend', 'outbound'] as const

function resourceOf({ served, match }: Route): string {
  return `${served.api.displayName}/${match.operation.displayName}`
}

// What Node says of a request whose body was not sent to its end.
function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
}
