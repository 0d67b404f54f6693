import { type CallTrace, shownHeaders, shownUrl } from './call-trace.ts'
import type { CallResponse, GatewayCall } from './gateway-call.ts'

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
