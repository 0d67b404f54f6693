import { isJsonObject, tryParseJson, type JsonValue } from '../../base/json.ts'
import { DotLiquid, type LiquidTemplate } from '../../languages/liquid/dot-liquid.ts'
import type { GatewayCall } from './gateway/gateway-call.ts'
import { expressionFailed } from './gateway/policy-error.ts'
import { type NilElement, liquidBodyOf } from './liquid-body.ts'
import { bufferedBodyBytesMax, liquidMsMax, policyBytesMax } from './limits.ts'
import { toText } from './gateway/policy-value.ts'

const liquid = new DotLiquid({
  templateMax: policyBytesMax,
  renderMsMax: liquidMsMax,
  memoryMax: bufferedBodyBytesMax,
})

/**
 * Compiles the template of `<set-body template="liquid">`.
 * https://learn.microsoft.com/azure/api-management/set-body-policy#using-liquid-templates-with-set-body
 */
export function compileLiquid(
  template: string,
  options: { fault: (message: string) => Error; nil: NilElement },
): (call: GatewayCall) => string {
  let compiled: LiquidTemplate
  try {
    compiled = liquid.compile(template)
  } catch (error) {
    throw options.fault(
      `the Liquid template cannot be read: ${error instanceof Error ? error.message : ''}`,
    )
  }
  return (call) => {
    try {
      return compiled.render(scopeOf(call, options.nil))
    } catch (error) {
      throw expressionFailed('set-body', error)
    }
  }
}

function scopeOf(call: GatewayCall, nil: NilElement): object {
  const { request } = call
  return {
    body: liquidBodyOf(call, nil),
    context: {
      Variables: Object.fromEntries(
        [...call.variables].map(([name, value]) => [name, plain(value)]),
      ),
      Request: {
        Method: request.method,
        IpAddress: request.ipAddress,
        Url: { Path: call.url.path, QueryString: call.url.queryString, Host: call.url.host },
        OriginalUrl: { Path: request.originalUrl.path, Host: request.originalUrl.host },
        MatchedParameters: Object.fromEntries(request.matchedParameters),
        Headers: Object.fromEntries(
          [...request.headers].map(([name, values]) => [name, values.join(',')]),
        ),
      },
      Response: call.response
        ? { StatusCode: call.response.status, StatusReason: call.response.reason }
        : undefined,
      Api: { Id: call.api.id, Name: call.api.displayName, Path: call.api.path },
      Operation: {
        Id: call.operation.id,
        Name: call.operation.displayName,
        Method: call.operation.method,
      },
      Product: call.product && { Id: call.product.id, Name: call.product.displayName },
      Subscription: call.subscription && {
        Id: call.subscription.id,
        Name: call.subscription.displayName,
      },
      RequestId: call.id,
      Deployment: { ServiceName: call.parts.service.name, Region: call.parts.service.region },
    },
  }
}

function plain(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (value === null || value === undefined) return null
  const text = toText(value)
  // A JSON token gives its members to the template.
  const parsed = /^\s*[[{]/.test(text) ? tryParseJson(text) : undefined
  return isJsonObject(parsed) || Array.isArray(parsed) ? parsed : text
}
