// Nothing here survives a crash: a call that was not answered is the caller's to repeat.
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { messageOf } from '../../../base/errors.ts'
import { newUuid } from '../../../base/ids.ts'
import type { Logger } from '../../../base/logger.ts'
import { childOf, newTrace, parseTraceparent } from '../../../base/trace-context.ts'
import type { Product } from '../product.ts'
import type { Subscription } from '../subscription.ts'
import { CallUrl } from './call-url.ts'
import type { Configuration, ServedApi } from './configuration.ts'
import type { EffectivePolicy } from './effective-policy.ts'
import { type CallRequest, type CallResponse, GatewayCall } from './gateway-call.ts'
import { errorResponse, internalError, keyRefused, notFound } from './gateway-error.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { HeaderList, withoutHopHeaders } from './header-list.ts'
import { BodyTooLarge, MessageBody, codingOf } from './message-body.ts'
import { type Route, routeOf } from './route.ts'
import { PolicyError } from './policy-error.ts'
import { runStep } from './policy-sequence.ts'
import { LeaseRefused } from '../named-value-lease.ts'

interface Access {
  readonly product: Product | undefined
  readonly subscription: Subscription | undefined
}

/** The gateway of one service: takes requests, runs their policies, calls backends. */
export class Gateway {
  readonly #parts: GatewayParts
  readonly #logger: Logger
  readonly #configuration: () => Configuration
  readonly #host: string

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
    const caller = parseTraceparent(request.headers['traceparent']?.toString())
    const trace = caller ? childOf(caller) : newTrace()
    const startMs = this.#parts.clock.preciseNow()
    const url = urlOf(request)
    const configuration = this.#configuration()
    const route = routeOf(configuration, request, url)
    const id = newUuid()
    let answer: CallResponse
    if (route) {
      const call = this.#newCall({ id, request, response, url, route, trace, configuration })
      answer = await this.#run(call, configuration)
    } else {
      answer = errorResponse(notFound(), id)
    }
    const isError = answer.status >= 500
    await writeResponse(request, response, answer)
    this.#parts.telemetry.span({
      context: trace,
      ...(caller ? { parentSpanId: caller.spanId } : {}),
      service: 'api-management',
      operation: `${request.method ?? 'GET'} ${answer.status}`,
      resource: route
        ? `${route.served.api.displayName}/${route.match.operation.displayName}`
        : url.path,
      startMs,
      durationMs: this.#parts.clock.preciseNow() - startMs,
      status: isError ? 'error' : 'ok',
      ...(answer.status >= 400 ? { reason: `answered ${answer.status} ${answer.reason}` } : {}),
    })
  }

  #newCall(options: {
    id: string
    request: IncomingMessage
    response: ServerResponse
    url: CallUrl
    route: Route
    trace: GatewayCall['trace']
    configuration: Configuration
  }): GatewayCall {
    const { id, request, response, url, route, trace } = options
    const { api } = route.served
    const headers = HeaderList.fromRaw(request.rawHeaders)
    const access = findAccess(options.configuration, route.served, { headers, url })
    const gone = new EventEmitter()
    response.once('close', () => {
      if (!response.writableFinished) gone.emit('abort')
    })
    const query = url.queryString
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
        queryString: withoutKey(query, api.keyQuery),
        isDeclared: true,
      },
      signal: gone,
    })
  }

  async #run(call: GatewayCall, configuration: Configuration): Promise<CallResponse> {
    const policy = configuration.effectivePolicy(call)
    try {
      await this.#sections(call, policy)
    } catch (error) {
      await this.#fail(call, policy, error)
    } finally {
      call.releaseLeases()
    }
    for (const each of call.afterwards) each()
    return call.response ?? errorResponse(internalError(), call.id)
  }

  async #sections(call: GatewayCall, policy: EffectivePolicy): Promise<void> {
    if (call.isPreflight) return this.#preflight(call, policy)
    if (call.isRefused) throw this.#refusal(call)
    for (const section of ['inbound', 'backend', 'outbound'] as const) {
      if (section === 'backend' && call.isAnswered) continue
      await policy.run(section, call)
      if (call.isReturned) return
    }
    // Without `forward-request` nothing answers, and the answer is empty.
    call.response ??= {
      status: 200,
      reason: 'OK',
      headers: new HeaderList(),
      body: MessageBody.none(),
    }
  }

  // Before the key is looked at: a browser sends none when it asks whether it may call.
  async #preflight(call: GatewayCall, policy: EffectivePolicy): Promise<void> {
    for (const step of policy.find('inbound', 'cors')) {
      await runStep(step, call)
      if (call.isReturned) return
    }
    throw new PolicyError(notFound())
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

// The path that is matched is the one that is forwarded: `.` and `..` are gone from both.
function urlOf(request: IncomingMessage): CallUrl {
  const host = request.headers.host ?? 'localhost'
  const target = request.url ?? '/'
  const text = target.startsWith('/') ? `http://${host}${target}` : target
  try {
    return CallUrl.parse(text)
  } catch {
    return CallUrl.parse('http://localhost/')
  }
}

/** https://learn.microsoft.com/azure/api-management/api-management-subscriptions#how-api-management-handles-requests-with-or-without-subscription-keys */
function findAccess(
  configuration: Configuration,
  { api }: ServedApi,
  request: { headers: HeaderList; url: CallUrl },
): Access | undefined {
  const key = request.headers.text(api.keyHeader) ?? request.url.query.get(api.keyQuery)?.[0]
  if (key === undefined) {
    const product = configuration.openProduct(api)
    if (product) return { product, subscription: undefined }
    return api.subscriptionRequired ? undefined : { product: undefined, subscription: undefined }
  }
  const subscription = configuration.subscription(key)
  if (subscription?.state !== 'active') return undefined
  const { scope } = subscription
  if (scope.kind === 'product') {
    const product = configuration.product(scope.id)
    return product && configuration.hasApi(product, api) ? { product, subscription } : undefined
  }
  const isOpen =
    scope.kind !== 'api' ||
    scope.id.split(';')[0]?.toLowerCase() === api.id.split(';')[0]?.toLowerCase()
  return isOpen ? { product: undefined, subscription } : undefined
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
      ? MessageBody.streamed(request, codingOf(parts.headers))
      : MessageBody.none(),
    ipAddress: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    matchedParameters: parts.route.match.parameters,
  }
}

function hasBody(request: IncomingMessage): boolean {
  const length = Number(request.headers['content-length'] ?? 0)
  return request.headers['transfer-encoding'] !== undefined || length > 0
}

// A key in the query is for the gateway, not for the backend.
function withoutKey(queryString: string, name: string): string {
  if (!queryString.toLowerCase().includes(name.toLowerCase())) return queryString
  const pairs = queryString
    .slice(1)
    .split('&')
    .filter((pair) => pair.split('=')[0]?.toLowerCase() !== name.toLowerCase())
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

async function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: CallResponse,
): Promise<void> {
  const headers = withoutHopHeaders(answer.headers)
  const isReady = answer.body.isReady
  const content = answer.body.take()
  if (isReady) headers.delete('content-length')
  const isEmpty = answer.status === 204 || answer.status === 304
  const bytes = content instanceof Readable ? undefined : content
  if (isReady && !isEmpty) headers.set('Content-Length', [String(bytes?.length ?? 0)])
  // What is left of an unread request must not be taken for the next one.
  if (hasBody(request) && !request.complete) headers.set('Connection', ['close'])
  response.writeHead(answer.status, answer.reason, headers.toRaw())
  if (content instanceof Readable && request.method !== 'HEAD' && !isEmpty) {
    await streamed(content, response)
    return
  }
  if (content instanceof Readable) content.resume()
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

// A backend that breaks off in the middle must not look as if it had ended: the caller's connection breaks too.
function streamed(content: Readable, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    content.once('error', () => response.destroy())
    response.once('close', () => {
      content.destroy()
      resolve()
    })
    response.once('finish', resolve)
    content.pipe(response)
  })
}
