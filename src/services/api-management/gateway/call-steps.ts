import type { BackendRequest } from './backend-call.ts'
import { type CallTrace, shownHeaders, shownUrl } from './call-trace.ts'
import { CallUrl } from './call-url.ts'
import type { CallResponse, GatewayCall } from './gateway-call.ts'
import type { HeaderList } from './header-list.ts'

const gatewaySource = 'api-inspector'

/** Tells what came, and what it was found to be for. */
export function traceArrival(call: GatewayCall, trace: CallTrace): void {
  const { request, api, operation, product, subscription, target } = call
  trace.add('inbound', gatewaySource, {
    request: {
      method: request.method,
      url: shownUrl(request.originalUrl, api.keyQuery),
      headers: shownHeaders(request.headers, api.keyHeader),
    },
  })
  trace.add('inbound', gatewaySource, {
    configuration: {
      api: {
        from: `/${api.path}`,
        to: target.base?.toString() ?? null,
        version: api.version ?? null,
        revision: api.revision,
      },
      operation: { method: operation.method, uriTemplate: operation.urlTemplate },
      user: subscription?.ownerId === undefined ? null : { id: subscription.ownerId },
      product: product ? { id: product.id } : null,
      subscription: subscription ? { id: subscription.id } : null,
    },
  })
}

/** Tells what the caller gets. */
export function traceAnswer(call: GatewayCall, trace: CallTrace, answer: CallResponse): void {
  trace.add('outbound', 'transfer-response', {
    message: 'Response headers are sent to the caller.',
    response: {
      status: { code: answer.status, reason: answer.reason },
      headers: shownHeaders(answer.headers, call.api.keyHeader),
    },
  })
}

/** Tells what a backend is asked. */
export function traceRequest(
  call: GatewayCall,
  request: Pick<BackendRequest, 'policy' | 'url' | 'method' | 'headers' | 'timeoutMs'>,
): void {
  if (!call.tracing) return
  const { policy, url, method, headers, timeoutMs } = request
  const { keyHeader, keyQuery } = call.api
  const message = `Request is being forwarded to the backend service. Timeout set to ${timeoutMs / 1000} seconds`
  const shown = {
    method,
    url: shownUrl(CallUrl.parse(url), keyQuery),
    headers: shownHeaders(headers, keyHeader),
  }
  call.tracing.add(call.section, policy, { message, request: shown })
}

/** Tells what a backend answered. */
export function traceResponse(
  call: GatewayCall,
  policy: string,
  answer: { status: number; reason: string; headers: HeaderList },
): void {
  const { status, reason, headers } = answer
  call.tracing?.add(call.section, policy, {
    response: {
      status: { code: status, reason },
      headers: shownHeaders(headers, call.api.keyHeader),
    },
  })
}
